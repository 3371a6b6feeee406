"""The room's log: a version is given in the transaction that changes the room, and told after it.

Each audience is a chain: a frame carries ``v`` and ``pv``, the version that the same audience was told
before, so that whoever receives notices a lost frame and nobody notices what was not for them.
"""

import json
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm.attributes import set_committed_value

from intranet.core import clock
from intranet.core.db import publish, session
from intranet.core.dialect import table_of
from intranet.people.models import User
from meetings.models.journal import JournalLine, Line, MeetingMoved
from meetings.models.meeting import Meeting
from meetings.rules.audiences import project
from meetings.rules.shares import AUDIENCES, OFFICERS, Audience

Frame = dict[str, Any]

_lines = JournalLine.__table__.c
_WRITE = insert(table_of(JournalLine))
_meetings = table_of(Meeting)
_RAISE = (
    update(_meetings)
    .where(_meetings.c.id == bindparam("meeting"))
    .values(v=bindparam("to"), heads=bindparam("told"))
)
_AFTER = (
    select(*(_lines[one.name] for one in fields(Line)))
    .where(_lines.meeting_id == bindparam("meeting"), _lines.v > bindparam("v"))
    .order_by(_lines.v)
)

#: A returning tablet gets the lines it missed up to this many, else the whole state.
MOST_MISSED = 200
#: And up to so many bytes.
_MOST_BYTES = 64 * 1024


def append(meeting: Meeting, kind: str, /, by: User, **data: Any) -> int:
    """Write a line and raise the room's version; whoever is in the room is told after commit.

    :returns: the new version.
    """
    opened = session()
    if meeting.id is None:
        opened.flush()
    v = meeting.v + 1
    told = [audience for audience in AUDIENCES if project(kind, data, audience) is not None]
    line = Line(
        v=v,
        kind=kind,
        data=json.loads(json.dumps(data)),
        pv={audience.value: head(meeting, audience) for audience in told},
        at=clock.now(),
        by_id=by.id,
    )
    heads = meeting.heads | {audience.value: v for audience in told}
    # Both by statements: for objects the flush would cost as much as the rest of a command.
    opened.connection().execute(_WRITE, {"meeting_id": meeting.id, **vars(line)})
    opened.connection().execute(_RAISE, {"meeting": meeting.id, "to": v, "told": heads})
    set_committed_value(meeting, "v", v)
    set_committed_value(meeting, "heads", heads)
    written = opened.info.setdefault("journal", {}).setdefault(meeting.id, [])
    written.append(line)
    publish(MeetingMoved(meeting.id, v, written))
    return v


def head(meeting: Meeting, audience: Audience) -> int:
    """The last version that the audience was told; 0 for none."""
    return int(meeting.heads.get(audience.value, 0))


def lines_after(meeting_id: int, v: int, limit: int | None = None, *, kind: str | None = None) -> list[Line]:
    """The lines after a version, of one kind where one is named, in order."""
    query = _AFTER if limit is None else _AFTER.limit(limit)
    query = query if kind is None else query.where(_lines.kind == kind)
    return [Line(*row) for row in session().execute(query, {"meeting": meeting_id, "v": v})]


def frame_of(line: Line, audience: Audience) -> Frame | None:
    """The line as the audience is told it, ``None`` when it is not."""
    share = project(line.kind, line.data, audience)
    if share is None or audience.value not in line.pv:
        return None
    return {
        "k": "evt",
        "ch": "cls",
        "v": line.v,
        "pv": line.pv[audience.value],
        "t": line.kind,
        "at": ms(line.at),
        "by": line.by_id,
        "d": share,
    }


def frames(meeting_id: int, v: int) -> list[tuple[Audience, Frame]]:
    """The line of one version, as each audience is told it."""
    found = lines_after(meeting_id, v - 1, 1)
    if not found or found[0].v != v:
        return []
    shares = ((audience, frame_of(found[0], audience)) for audience in AUDIENCES)
    return [(audience, frame) for audience, frame in shares if frame is not None]


def missed(meeting: Meeting, audience: Audience, since: int) -> list[Frame] | None:
    """What the audience was told after ``since``; ``None`` when the whole state is the shorter answer.

    :param since: a version that the audience was told, 0 for none.
    """
    last = head(meeting, audience)
    if since == last:
        return []
    if since > last or last - since > MOST_MISSED * 4:
        return None
    lines = lines_after(meeting.id, since)
    if audience not in OFFICERS and any(line.data.get("to") == "members" for line in lines):
        # A paper is for few by now: what was told of it before is not told again.
        return None
    told = [frame_of(line, audience) for line in lines]
    found = [frame for frame in told if frame is not None]
    if not found or len(found) > MOST_MISSED or found[0]["pv"] != since:
        return None
    size = len(json.dumps(found, ensure_ascii=False).encode())
    return found if size <= _MOST_BYTES else None


def ms(instant: datetime | None) -> int | None:
    """An instant as the browser counts: milliseconds since 1970."""
    return None if instant is None else int(instant.timestamp() * 1000)
