"""Publishing the papers of a meeting: a numbered issue of what lies on the table, told to whom it is for."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from intranet.core import clock
from intranet.core.db import session, unit_of_work
from intranet.core.dialect import insert_once
from intranet.core.errors import BadState, Invalid
from intranet.notices import services as notices
from intranet.notices import workdays
from intranet.people import directory
from intranet.people.models import User
from intranet.records import audit, conversions
from intranet.records.models import File
from meetings.models.meeting import IN_SESSION, UNPUBLISHED, Meeting
from meetings.models.paper import PaperIssue, PaperLook
from meetings.permissions import To, access_changeable, access_meeting
from meetings.rules.paper_changes import (
    MB,
    MOST_BYTES,
    WARN_BYTES,
    Changes,
    changes_of,
    heaviest,
    numbered,
)
from meetings.services import bodies, paper_rights, papers, rehearsals

#: A look through the papers that is taken up again within this time is the same look.
_ONE_LOOK = timedelta(minutes=30)


@dataclass(frozen=True)
class Draft:
    """What publishing now would tell, for whoever prepares the meeting.

    :param last: the issue before, ``None`` if there was none.
    :param papers: what lies on the table, by public id, as an issue holds it.
    :param size: bytes of all papers on the table.
    :param heavy: name and bytes of the heaviest, where they are too many together.
    :param waiting: names of papers whose PDF is still being made.
    :param locked: code of why it cannot be published now, ``None`` if it can.
    :param due: the last day for it by the body's rules, ``None`` where they ask for nothing.
    :param is_late: that day is over.
    """

    last: PaperIssue | None
    papers: dict[str, Any]
    changes: Changes
    names: dict[str, str]
    size: int
    heavy: tuple[tuple[str, int], ...]
    waiting: tuple[str, ...]
    locked: str | None
    due: date | None
    is_late: bool


def draft_of(meeting: Meeting) -> Draft:
    """What lies on the table against what was published last. Ask first whether the actor prepares it."""
    last = last_issue(meeting.id)
    found = session().scalars(select(File).where(paper_rights.on_table(meeting)).order_by(File.order)).all()
    now = {one.public_id: _entry(one) for one in found}
    before = None if last is None else last.papers
    size = sum(one.size for one in found)
    is_heavy = size >= WARN_BYTES
    heavy = heaviest([(papers.title_of(one), one.size) for one in found]) if is_heavy else []
    made = conversions.of(one.id for one in found)
    changes = changes_of(before, now)
    return Draft(
        last,
        now,
        changes,
        {**{key: one["n"] for key, one in (before or {}).items()}, **{k: one["n"] for k, one in now.items()}},
        size,
        tuple(heavy),
        tuple(one.name for one in found if one.id in made and made[one.id].is_under_way),
        _locked(meeting, changes, size),
        due_day(meeting),
        is_late(meeting),
    )


def publish_papers(actor: User, meeting_id: int) -> int:
    """Give out what lies on the table as the next issue; each who may read something of it is told once.

    :returns: the number of the issue, from 1.
    :raises NotFound: no such meeting, or none the actor may attend.
    :raises Forbidden: ``meeting.not_yours_to_run``.
    :raises BadState: ``meeting.not_plannable``; ``papers.meeting_unpublished``; ``papers.nothing_new``.
    :raises Invalid: ``papers.too_heavy``, with the names of the heaviest.
    """
    with unit_of_work() as opened:
        meeting = access_changeable(actor, meeting_id)
        rehearsals.require_real(meeting, "not_planned")
        draft = draft_of(meeting)
        if draft.locked == "papers.too_heavy":
            names = ", ".join(f"{name} ({size / MB:.0f} MB)" for name, size in draft.heavy)
            raise Invalid("papers.too_heavy", most=MOST_BYTES // MB, names=names)
        if draft.locked is not None:
            raise BadState(draft.locked)
        no = 1 if draft.last is None else draft.last.no + 1
        row = PaperIssue(
            meeting_id=meeting.id,
            no=no,
            papers=numbered(None if draft.last is None else draft.last.papers, draft.papers, no),
            size=draft.size,
            by_id=actor.id,
            at=clock.now(),
        )
        opened.add(row)
        opened.flush()
        told = draft.changes
        audit.record(
            actor,
            "meeting.papers_issued",
            meeting,
            no=no,
            new=len(told.new),
            changed=len(told.changed),
            gone=len(told.gone),
            late=is_late(meeting),
        )
        _tell(actor, meeting, draft.changes, no)
        return no


def due_day(meeting: Meeting) -> date | None:
    """The last day on which papers go out in time by the rules; ``None`` where they ask for nothing."""
    days = bodies.profile_of(meeting).papers_days
    held = clock.local(meeting.starts_at).date()
    return workdays.add_working_days(held, -days) if days else None


def is_late(meeting: Meeting) -> bool:
    """True when papers sent today come later than the body's rules ask for."""
    due = due_day(meeting)
    return due is not None and clock.today() > due


def last_issue(meeting_id: int) -> PaperIssue | None:
    """The last publishing of a meeting's papers."""
    query = select(PaperIssue).where(PaperIssue.meeting_id == meeting_id).order_by(PaperIssue.no.desc())
    found: PaperIssue | None = session().scalar(query.limit(1))
    return found


def issued_at(meeting_id: int) -> datetime | None:
    """When papers were last published."""
    last = last_issue(meeting_id)
    return None if last is None else last.at


def fresh_for(actor: User, meeting: Meeting) -> frozenset[str]:
    """Public ids of papers of which this person has not seen the present version."""
    last = last_issue(meeting.id)
    if last is None:
        return frozenset()
    look = session().get(PaperLook, (meeting.id, actor.id))
    seen = 0 if look is None else (look.before if clock.now() - look.at < _ONE_LOOK else look.seen)
    return frozenset(key for key, one in last.papers.items() if one["no"] > max(seen, 0))


def note_look(user_id: int, meeting_id: int) -> None:
    """Note that a person has the list of papers before their eyes; within half an hour it is one look.

    Whoever calls has asked whether the person attends.
    """
    with unit_of_work() as opened:
        last = last_issue(meeting_id)
        if last is None:
            return
        now = clock.now()
        insert_once(opened, PaperLook, meeting_id=meeting_id, user_id=user_id, before=0, seen=0, at=now)
        look = opened.get_one(PaperLook, (meeting_id, user_id), with_for_update=True)
        if now - look.at >= _ONE_LOOK:
            look.before = look.seen
        look.seen, look.at = last.no, now


def mark_all_seen(actor: User, meeting_id: int) -> None:
    """Nothing of what is published now is new to this person any more.

    :raises NotFound: no such meeting, or none the actor may attend.
    """
    with unit_of_work() as opened:
        access_meeting(actor, meeting_id, To.ATTEND)
        note_look(actor.id, meeting_id)
        look = opened.get(PaperLook, (meeting_id, actor.id))
        if look is not None:
            look.before = look.seen


def _locked(meeting: Meeting, changes: Changes, size: int) -> str | None:
    if meeting.state in UNPUBLISHED:
        return "papers.meeting_unpublished"
    if size > MOST_BYTES:
        return "papers.too_heavy"
    return None if changes.is_any else "papers.nothing_new"


def _entry(file: File) -> dict[str, Any]:
    return {"rev": file.sha256, "n": papers.title_of(file), "item": papers.item_id_of(file)}


def _tell(actor: User, meeting: Meeting, changes: Changes, no: int) -> None:
    """A notice for each who may read something that is new; what is gone concerns everybody."""
    fresh = {*changes.new, *changes.changed, *changes.moved}
    ids = []
    people = directory.people([part.user_id for part in meeting.participants])
    for person in people.values():
        mine = {one.file.public_id for one in paper_rights.readable(person, meeting)}
        if mine & fresh or changes.gone:
            ids.append(person.id)
    if meeting.state not in IN_SESSION or fresh:
        notices.notify(ids, "meeting.papers", meeting.ref, by=actor, no=no)
