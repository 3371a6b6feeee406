"""Positions on items before they are taken up, and the consent block: what nobody objects to is adopted.

Positions are seen by chair, secretary and their author alone.
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import select

from intranet.core import clock
from intranet.core.db import publish, session, unit_of_work
from intranet.core.errors import BadState, Forbidden, Invalid
from intranet.people import directory
from intranet.people.models import User
from intranet.records import audit
from meetings.models.meeting import (
    IN_SESSION,
    AgendaItem,
    ItemKind,
    ItemState,
    Meeting,
    MeetingState,
    PartRole,
)
from meetings.models.position import Position, PositionTaken, Stand
from meetings.permissions import To, access_meeting
from meetings.services import journal
from meetings.services.journal import ms

#: Kinds of item on which a position is asked for.
ASKED = frozenset({ItemKind.DECISION, ItemKind.CONSENT})
#: Who is asked: those who vote.
MEMBERS = frozenset({PartRole.CHAIR, PartRole.DELEGATE})
#: Positions that keep an item out of the consent block.
_AGAINST = frozenset({Stand.OBJECT, Stand.SPEAK})
_OPEN = frozenset({MeetingState.PUBLISHED, MeetingState.READY}) | IN_SESSION
MOST_TEXT = 1_000


def take_position(actor: User, meeting_id: int, item_id: int, stand: Stand, text: str = "") -> int:
    """Say what one thinks of an item that nobody has dealt with yet; an earlier position is replaced.

    :returns: the room's version.
    :raises NotFound: no such meeting or item, or none the actor may attend.
    :raises Forbidden: ``position.not_member``, the actor has no vote there.
    :raises BadState: ``position.too_late``, the item was taken up; ``position.not_asked``, it only informs;
        ``position.time_over``, the hour until which one could object (``at``) has passed.
    :raises Invalid: ``position.why``, an objection or a comment says nothing; ``field.too_long``.
    """
    if len(text) > MOST_TEXT:
        raise Invalid("field.too_long", most=MOST_TEXT, length=len(text), field="text")
    if stand in {Stand.COMMENT, Stand.OBJECT} and not text:
        raise Invalid("position.why", field="text")
    with unit_of_work() as opened:
        meeting = access_meeting(actor, meeting_id, To.ATTEND, lock=True)
        part = meeting.participant(actor.id)
        item = meeting.item(item_id)
        if part is None or part.role not in MEMBERS:
            raise Forbidden("position.not_member")
        if item.kind not in ASKED:
            raise BadState("position.not_asked")
        if meeting.state not in _OPEN or item.state is not ItemState.PLANNED:
            raise BadState("position.too_late")
        if item.answer_by is not None and _is_over(item):
            raise BadState("position.time_over", at=f"{clock.local(item.answer_by):%H:%M, %d/%m/%Y}")
        query = select(Position).where(Position.item_id == item_id, Position.user_id == actor.id)
        row = opened.scalar(query)
        if row is None:
            row = Position(meeting_id=meeting_id, item_id=item_id, user_id=actor.id)
            opened.add(row)
        row.stand, row.text, row.at = stand, text, clock.now()
        opened.flush()
        audit.record(actor, "item.position", meeting, item=item_id, stand=stand.value)
        publish(PositionTaken(meeting_id, actor.id))
        return journal.append(meeting, "position.set", by=actor, position=entry(row, actor))


def adopt_consent(actor: User, meeting_id: int, item_ids: Collection[int]) -> int:
    """The chair adopts items of the consent block: nobody objects to them or wants to speak of them.

    Members may answer until the item's own hour, or else until the sitting opens; whoever has not, agrees.
    Before that hour, and of an item that came while the room sat, every member has to answer, save the chair,
    who agrees by adopting it.

    :returns: the room's version.
    :raises Forbidden: the actor does not chair it.
    :raises BadState: ``meeting.not_live``; ``consent.not_ready``, an item (``no``) is of another kind, was
        dealt with, or has an objection; ``consent.not_answered``, so many members (``n``) have not answered.
    :raises Invalid: ``consent.nothing``.
    """
    with unit_of_work():
        meeting = access_meeting(actor, meeting_id, To.CHAIR, lock=True)
        if meeting.state is not MeetingState.LIVE:
            raise BadState("meeting.not_live")
        if not item_ids:
            raise Invalid("consent.nothing", field="items")
        said = _of(meeting)
        against = {row.item_id for row in said if row.stand in _AGAINST}
        chosen = [meeting.item(item_id) for item_id in dict.fromkeys(item_ids)]
        for item in chosen:
            no = meeting.agenda.index(item) + 1
            if not _is_adoptable(item) or item.id in against:
                raise BadState("consent.not_ready", no=no)
            waiting = _unanswered(meeting, item, said) - {actor.id}
            if waiting:
                raise BadState("consent.not_answered", no=no, n=len(waiting))
        now = clock.now()
        for item in chosen:
            item.state, item.ended_at = ItemState.DONE, now
        ids = [item.id for item in chosen]
        audit.record(actor, "item.consented", meeting, items=ids)
        return journal.append(
            meeting, "consent.adopted", by=actor, items=ids, basis="no_objection", at=ms(now)
        )


def positions_of(meeting: Meeting) -> list[dict[str, Any]]:
    """All positions as the room holds them, oldest first."""
    rows = _of(meeting)
    people = directory.people({row.user_id for row in rows})
    return [entry(row, people[row.user_id]) for row in rows if row.user_id in people]


def mine(actor: User, meeting: Meeting) -> dict[int, Position]:
    """The actor's own positions, by item."""
    return {row.item_id: row for row in _of(meeting) if row.user_id == actor.id}


def asked_of(actor: User, meeting: Meeting) -> set[int]:
    """Items on which the actor may take a position now."""
    part = meeting.participant(actor.id)
    if part is None or part.role not in MEMBERS or meeting.state not in _OPEN:
        return set()
    asked = (one for one in meeting.agenda if one.kind in ASKED and one.state is ItemState.PLANNED)
    return {one.id for one in asked if not _is_over(one)}


def said_in(meeting: Meeting) -> frozenset[int]:
    """Whoever took a position on anything in it."""
    query = select(Position.user_id).where(Position.meeting_id == meeting.id)
    return frozenset(session().scalars(query))


def own_entries(actor: User, meeting: Meeting) -> dict[int, dict[str, str]]:
    """The actor's own positions as the actor's devices hold them, by item."""
    return {key: {"pos": row.stand.value, "t": row.text} for key, row in mine(actor, meeting).items()}


def entry(row: Position, author: User) -> dict[str, Any]:
    """A position as the room holds it."""
    return {
        "item": row.item_id,
        "p": row.user_id,
        "n": author.full_name,
        "pos": row.stand.value,
        "t": row.text,
    }


def _unanswered(meeting: Meeting, item: AgendaItem, said: Collection[Position]) -> set[int]:
    """Members who must still answer before an item is adopted unread; after its deadline nobody."""
    is_open = item.late_at is not None if item.answer_by is None else not _is_over(item)
    if not is_open:
        return set()
    answered = {
        row.user_id
        for row in said
        if row.item_id == item.id and (item.late_at is None or row.at >= item.late_at)
    }
    return {part.user_id for part in meeting.participants if part.role in MEMBERS} - answered


def _is_over(item: AgendaItem) -> bool:
    """True once the hour is over until which members could object."""
    return item.kind is ItemKind.CONSENT and item.answer_by is not None and item.answer_by <= clock.now()


def _is_adoptable(item: AgendaItem) -> bool:
    return item.kind is ItemKind.CONSENT and item.state is ItemState.PLANNED


def _of(meeting: Meeting) -> list[Position]:
    query = select(Position).where(Position.meeting_id == meeting.id).order_by(Position.id)
    return list(session().scalars(query))
