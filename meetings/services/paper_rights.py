"""Who may read, fetch and print which paper of a meeting. Everybody who attends, until a paper is for few."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, or_, select

from intranet.core.actor import Actor
from intranet.core.db import session
from intranet.core.errors import NotFound
from intranet.core.refs import Ref
from intranet.people.models import User
from intranet.records.models import Conversion, File
from meetings.models.meeting import AgendaItem, Meeting, Participant
from meetings.models.paper import INCOMING, ORIGINAL, PAPER, REPLACED, TRAY, WITHDRAWN, PaperRule
from meetings.models.revision import PaperReplacement
from meetings.permissions import To, may
from meetings.rules.paper_access import ALL, DOWNLOAD, NOTHING, PRINT, READ, Reader, rights_of

_GOVERNED = frozenset({PAPER, TRAY, WITHDRAWN, ORIGINAL, INCOMING, REPLACED})


@dataclass(frozen=True)
class PaperFor:
    """A paper on the table as one person may use it; whoever has it here may read it.

    :param item_id: ``None`` for a paper of the whole meeting.
    :param online_only: may not be kept on a device.
    :param is_marked: what is fetched or printed carries name and time.
    :param is_restricted: not everybody who attends may read it.
    """

    file: File
    item_id: int | None
    download: bool
    print: bool
    online_only: bool
    is_marked: bool
    is_restricted: bool


def readable(actor: User, meeting: Meeting) -> list[PaperFor]:
    """The papers on the table that the actor may read, of the whole meeting first, then item by item.

    The caller has asked whether the actor attends (``access_meeting``).
    """
    return readable_by([actor], meeting)[actor.id]


def readable_by(people: Iterable[User], meeting: Meeting) -> dict[int, list[PaperFor]]:
    """As :func:`readable`, for many of those who take part at once, by person."""
    rules = rules_of(meeting.id)
    found = session().scalars(select(File).where(on_table(meeting)).order_by(File.order, File.id)).all()
    places = {item.id: place for place, item in enumerate(meeting.agenda)}
    table = sorted(((_item_id(one), one) for one in found), key=lambda one: places.get(one[0] or 0, -1))
    return {
        person.id: [
            PaperFor(
                file,
                item_id,
                download=DOWNLOAD in can,
                print=PRINT in can,
                online_only=rule is not None and rule.online_only,
                is_marked=rule is not None and rule.is_marked,
                is_restricted=rule is not None and rule.is_restricted,
            )
            for item_id, file in table
            for rule in [rules.get(file.id)]
            if READ in (can := rights_of(_reader(person, meeting, file), _grants(rule)))
        ]
        for person in people
    }


def by_owner(actor: User, meeting: Meeting) -> dict[Ref, list[PaperFor]]:
    """As :func:`readable`, by the record that owns each paper."""
    found: dict[Ref, list[PaperFor]] = defaultdict(list)
    for one in readable(actor, meeting):
        found[one.file.owner].append(one)
    return dict(found)


def may_read(actor: User, meeting: Meeting, paper: File) -> bool:
    """Whether somebody who attends may read this paper."""
    rule = session().get(PaperRule, paper.id)
    return READ in rights_of(_reader(actor, meeting, paper), _grants(rule))


def require_reader(actor: User, meeting: Meeting, paper: File) -> None:
    """Let only whoever may read a paper go on.

    :raises NotFound: ``meeting.unknown_paper``.
    """
    if not may_read(actor, meeting, paper):
        raise NotFound("meeting.unknown_paper")


def rules_of(meeting_id: int) -> Mapping[int, PaperRule]:
    """What is special about papers of a meeting, by file."""
    query = select(PaperRule).where(PaperRule.meeting_id == meeting_id)
    return {rule.file_id: rule for rule in session().scalars(query)}


def is_restricted(paper: File) -> bool:
    """Whether not everybody who attends may read it."""
    rule = session().get(PaperRule, paper.id)
    return rule is not None and rule.is_restricted


def has_restricted(meeting_id: int) -> bool:
    """Whether any paper of a meeting is for few."""
    query = select(PaperRule.file_id).where(PaperRule.meeting_id == meeting_id, PaperRule.is_restricted)
    return session().scalar(query.limit(1)) is not None


def on_table(meeting: Meeting) -> Any:
    """SQL: the papers on the table of a meeting."""
    items = [item.id for item in meeting.agenda]
    return and_(
        File.role == PAPER,
        or_(
            and_(File.ref_kind == "meeting", File.ref_id == meeting.id),
            and_(File.ref_kind == "agenda_item", File.ref_id.in_(items)),
        ),
    )


def file_rights(actor: Actor, file_id: int) -> Collection[str]:
    """What somebody who may read the meeting may do with one of its files (``refs``)."""
    file = session().get(File, file_id)
    if file is None or file.role not in _GOVERNED:
        return ALL
    paper = _governing(file)
    rule = None if paper is None else session().get(PaperRule, paper.id)
    is_open = paper is not None and (rule is None or not rule.is_restricted)
    if is_open and (file.role != ORIGINAL or rule is None or not rule.is_marked):
        return ALL
    meeting = _meeting_of(file)
    if meeting is None or not isinstance(actor, User):
        return NOTHING
    reader = _reader(actor, meeting, file)
    can = rights_of(reader, _grants(rule) if paper is not None else [])
    # No name can be written over an office document: only its PDF leaves the house.
    is_bare = file.role == ORIGINAL and rule is not None and rule.is_marked and not reader.plans
    return can & {READ} if is_bare else can


def paper_behind(file: File) -> File | None:
    """The paper of a meeting whose rule holds for a file; ``None`` for files that are none of its papers."""
    return (
        _governing(file) if file.role in _GOVERNED and file.ref_kind in {"meeting", "agenda_item"} else None
    )


def _governing(file: File) -> File | None:
    """The paper whose rule holds for a file: itself, or the one of which it is an older form or source."""
    if file.role == ORIGINAL:
        named = select(Conversion.file_id).where(Conversion.original_id == file.id)
        return session().scalar(select(File).where(File.id.in_(named)))
    if file.role == TRAY:
        return None
    if file.role in {INCOMING, REPLACED}:
        stood = select(PaperReplacement.file).where(PaperReplacement.other == file.public_id)
        return session().scalar(select(File).where(File.public_id.in_(stood)))
    return file


def _meeting_of(file: File) -> Meeting | None:
    if file.ref_kind == "meeting":
        return session().get(Meeting, file.ref_id)
    item = session().get(AgendaItem, file.ref_id) if file.ref_kind == "agenda_item" else None
    return None if item is None else session().get(Meeting, item.meeting_id)


def _item_id(file: File) -> int | None:
    return file.ref_id if file.ref_kind == "agenda_item" else None


def _grants(rule: PaperRule | None) -> list[dict[str, Any]] | None:
    return list(rule.grants) if rule is not None and rule.is_restricted else None


def _reader(actor: User, meeting: Meeting, file: File) -> Reader:
    part: Participant | None = meeting.participant(actor.id)
    owns = any(
        item.owner_id == actor.id and (file.ref_kind, file.ref_id) == ("agenda_item", item.id)
        for item in meeting.agenda
    )
    plans = may(actor, To.PLAN, meeting) or (owns and part is not None)
    return Reader(actor.id, part.role.value if part else "", actor.unit_ids, plans=plans)
