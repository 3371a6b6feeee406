"""The whole minutes of a meeting in order, for their page and for their Word file: one reading for both."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from intranet.core import clock
from intranet.core.db import session
from intranet.core.labels import label
from intranet.people import directory
from intranet.people.models import Organisation, User
from intranet.records.models import File
from meetings.models.answer import Attending, InvitationAnswer, Standing
from meetings.models.floor import Attendance, PresenceState
from meetings.models.meeting import AgendaItem, ItemState, Meeting, PartRole
from meetings.models.minutes import FactCorrection
from meetings.services import minutes, paper_rights, papers
from meetings.services.conclusion_lists import conclusions_in, entries
from meetings.services.minutes_facts import Fact, Facts, facts_of, lasted

_THERE = frozenset({PresenceState.IN, PresenceState.REMOTE, PresenceState.OUT})


@dataclass(frozen=True)
class Person:
    """One who takes part.

    :param note: of whoever came late, takes part from afar or is absent, why.
    """

    name: str
    title: str
    org: str
    role: PartRole
    note: str = ""


@dataclass(frozen=True)
class ItemSheet:
    """What the minutes say of one item."""

    no: int
    item: AgendaItem
    owner: str
    papers: tuple[str, ...]
    facts: tuple[Fact, ...]
    conclusions: tuple[dict[str, Any], ...]

    @property
    def times(self) -> str:
        """When it was on the floor, for how long of how much, how long was spoken; empty if it never was."""
        item, speeches = self.item, [one for one in self.facts if one.kind == "speech"]
        if item.started_at is None:
            return ""
        since = _clock(item.started_at)
        said = [label("minutes.times.open", since=since)]
        if item.ended_at is not None and item.state is not ItemState.LIVE:
            spent = lasted(item.spent_s)
            said = [label("minutes.times.floor", since=since, until=_clock(item.ended_at), spent=spent)]
        if item.budget_min:
            said.append(label("minutes.times.budget", n=item.budget_min))
        if speeches:
            spoken = lasted(sum(one.seconds for one in speeches))
            said.append(label("minutes.times.spoken", n=len(speeches), spoken=spoken))
        return "; ".join(said)


@dataclass(frozen=True)
class Sheet:
    """The minutes of a meeting as they stand.

    :param texts: typed blocks by key.
    :param corrections: of facts, by the fact's key.
    :param people: names of whoever wrote, commented or corrected, by id.
    """

    meeting: Meeting
    org: Organisation
    chair: str
    chair_title: str
    secretaries: tuple[str, ...]
    present: tuple[Person, ...]
    guests: tuple[Person, ...]
    absent: tuple[Person, ...]
    sitting: tuple[Fact, ...]
    presence: tuple[Fact, ...]
    beside: tuple[Fact, ...]
    items: tuple[ItemSheet, ...]
    conclusions: tuple[dict[str, Any], ...]
    texts: dict[str, str]
    corrections: dict[str, list[FactCorrection]]
    people: dict[int, User]

    @property
    def course(self) -> list[Fact]:
        """What happened outside of any item, in the order of time."""
        return sorted((*self.sitting, *self.presence, *self.beside), key=lambda one: (one.at, one.v))

    @property
    def names(self) -> list[str]:
        """Whoever may have said something."""
        return [one.name for one in (*self.present, *self.guests)]

    @property
    def began(self) -> datetime | None:
        """When it opened."""
        return self.meeting.started_at

    @property
    def ended(self) -> datetime | None:
        """When it closed."""
        return self.meeting.ended_at


@dataclass(frozen=True)
class NowSheet:
    """What is on the floor, as the room writes its summary.

    :param names: of whoever may have said something.
    """

    no: int
    item: AgendaItem
    names: list[str]
    papers: tuple[str, ...]


def now_of(actor: User, meeting: Meeting) -> NowSheet | None:
    """The item on the floor, or else the one that left it last; ``None`` before the first."""
    had = [one for one in meeting.agenda if one.started_at is not None]
    had.sort(key=lambda one: (one.id == meeting.current_item_id, one.ended_at or clock.now()))
    if not had:
        return None
    people = directory.people({one.user_id for one in meeting.participants})
    present, guests, _ = _attendance(meeting, people)
    named = tuple(_paper(one) for one in papers.for_reader(actor, meeting).get(had[-1].ref, []))
    no = meeting.agenda.index(had[-1]) + 1
    return NowSheet(no, had[-1], [one.name for one in (*present, *guests)], named)


def sheet_of(actor: User | None, meeting: Meeting) -> Sheet:
    """Everything that the minutes of a meeting say to the actor, who may read them: papers for few are not
    named to others.

    :param actor: ``None`` for a file that many will read.
    """
    by_ref = _for_all(meeting) if actor is None else papers.for_reader(actor, meeting)
    known = {one["id"] for found in by_ref.values() for one in found}
    facts, blocks = facts_of(meeting, known), minutes.blocks_of(meeting)
    corrections, comments = minutes.corrections_of(meeting), minutes.comments_of(meeting)
    ids = {one.user_id for one in meeting.participants} | {one.owner_id or 0 for one in meeting.agenda}
    ids |= {one.by_id for one in blocks.values()}
    ids |= {one.by_id for held in corrections.values() for one in held}
    ids |= {one.by_id for said in comments.values() for one in said}
    people = directory.people(ids)
    found = entries(conclusions_in(meeting))
    present, guests, absent = _attendance(meeting, people)
    chair = meeting.chair
    chairing = people.get(chair.user_id) if chair else None
    org = directory.org(meeting.org_id)
    if org is None:
        raise LookupError(f"meeting {meeting.id} has no agency")
    items = tuple(
        _item(no, item, people, facts, [one for one in found if one["item"] == item.id], by_ref)
        for no, item in enumerate(meeting.agenda, 1)
    )
    return Sheet(
        meeting=meeting,
        org=org,
        chair=chairing.full_name if chairing else "",
        chair_title=chairing.title if chairing else "",
        secretaries=_named(meeting, people, PartRole.SECRETARY),
        present=tuple(present),
        guests=tuple(guests),
        absent=tuple(absent),
        sitting=tuple(facts.of_kind("sitting")),
        presence=tuple(facts.of_kind("presence")),
        beside=tuple(facts.of_kind("speech", "paper", "item", "vote", "position")),
        items=items,
        conclusions=tuple(one for one in found if one["item"] is None),
        texts={key: one.text for key, one in blocks.items()},
        corrections=corrections,
        people=people,
    )


def known_facts(actor: User, meeting: Meeting) -> set[str]:
    """Keys of the facts that the actor, who may read the minutes, finds in them."""
    by_ref = papers.for_reader(actor, meeting)
    known = {one["id"] for found in by_ref.values() for one in found}
    return {one.key for one in facts_of(meeting, known).lines}


def _for_all(meeting: Meeting) -> dict[Any, list[dict[str, Any]]]:
    """The papers that everybody who attends may read."""
    few = {file_id for file_id, rule in paper_rights.rules_of(meeting.id).items() if rule.is_restricted}
    hidden = set(session().scalars(select(File.public_id).where(File.id.in_(few)))) if few else set()
    held = papers.of_meeting(meeting).items()
    return {ref: [one for one in found if one["id"] not in hidden] for ref, found in held}


def _clock(instant: datetime) -> str:
    return f"{clock.local(instant):%H:%M}"


def _item(
    no: int,
    item: AgendaItem,
    people: dict[int, User],
    facts: Facts,
    found: list[dict[str, Any]],
    by_ref: dict[Any, list[dict[str, Any]]],
) -> ItemSheet:
    owner = people.get(item.owner_id or 0)
    named = tuple(_paper(one) for one in by_ref.get(item.ref, []))
    return ItemSheet(
        no, item, owner.full_name if owner else "", named, tuple(facts.of_item(item.id)), tuple(found)
    )


def _paper(entry: dict[str, Any]) -> str:
    """A paper with the number of its version, where there were several."""
    no = entry.get("no", 1)
    return str(entry["n"]) if no < 2 else label("minutes.paper_version", name=entry["n"], no=no)


def _named(meeting: Meeting, people: dict[int, User], role: PartRole) -> tuple[str, ...]:
    held = (people.get(one.user_id) for one in meeting.participants if one.role is role)
    return tuple(one.full_name for one in held if one is not None)


def _attendance(meeting: Meeting, people: dict[int, User]) -> tuple[list[Person], list[Person], list[Person]]:
    """Members who were there, guests who were, and whoever was not, with the reason."""
    rows = {
        one.user_id: one
        for one in session().scalars(select(Attendance).where(Attendance.meeting_id == meeting.id))
    }
    query = select(InvitationAnswer).where(InvitationAnswer.meeting_id == meeting.id)
    answers = {one.user_id: one for one in session().scalars(query)}
    stand_ins = directory.people({one.substitute_id for one in answers.values() if one.substitute_id})
    present: list[Person] = []
    guests: list[Person] = []
    absent: list[Person] = []
    for part in meeting.participants:
        user, row = people.get(part.user_id), rows.get(part.user_id)
        if user is None:
            continue
        was_there = row is not None and (row.state in _THERE or row.first_at is not None)
        note = _note(row) if was_there else _why(row, answers.get(part.user_id), stand_ins)
        one = Person(user.full_name, user.title, user.org.short_name, part.role, note)
        if not was_there:
            absent.append(one)
        elif part.role is PartRole.GUEST:
            guests.append(one)
        else:
            present.append(one)
    return present, guests, absent


def _note(row: Attendance | None) -> str:
    if row is None:
        return ""
    said = [label("minutes.late")] if row.is_late else []
    if row.state is PresenceState.REMOTE:
        said.append(label("minutes.remote"))
    return ", ".join(said)


def _why(row: Attendance | None, answer: InvitationAnswer | None, stand_ins: dict[int, User]) -> str:
    """What secretary or chair said of the absence, then the person's own reason and who came instead."""
    leave = None if row is None else row.has_leave
    said = [] if leave is None else [label("minutes.leave" if leave else "minutes.no_leave")]
    if answer is None or answer.answer is Attending.ATTEND:
        return "; ".join(said) or label("minutes.no_reason")
    said += [answer.reason] if answer.reason else []
    if answer.standing is Standing.APPROVED and answer.substitute_id in stand_ins:
        said.append(label("minutes.stand_in", name=stand_ins[answer.substitute_id].full_name))
    return "; ".join(said) or label("minutes.no_reason")
