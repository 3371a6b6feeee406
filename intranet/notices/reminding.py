"""Sending the reminders that are due: claimed and told exactly once, caught up after a standstill.

However many processes do this at the same time, and however they end: the rows are claimed, and the notices
written, in one transaction.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, or_, select, update

from intranet.core import clock, db
from intranet.core.dialect import stand_in_line
from intranet.core.refs import Ref
from intranet.notices import channels, quiet, workdays
from intranet.notices.models import Hours, Notice, Reminder
from intranet.notices.reminder_rules import Due, notice_of, topic_of, words_for
from intranet.notices.services import Telling, notify, notify_many, release_due

#: A reminder missed by more than this becomes a line of one message per person.
MISSED = timedelta(hours=24)
#: The message of what was missed waits so long for a step that does not come, then it is told as it is.
HELD_BACK = timedelta(minutes=5)
CAUGHT_UP = "reminder.digest"
#: Those who catch up stand in line under this number; those for rooms and people have others.
_CATCHING_UP = -10
#: Records whose reminders are claimed in one transaction.
RECORDS_AT_ONCE = 25
#: Kind of the record that a digest is about: the person's own desk, whose id is the person's.
DIGEST = "desk"
#: By what everything is told; letters and pushes besides go by each person's choice.
IN_APP = "in_app"

T = TypeVar("T")


@dataclass(frozen=True)
class _Waiting:
    """A reminder that is due."""

    id: int
    ref: Ref
    rule: str
    due_date: date
    planned_at: datetime
    topic: str
    to: frozenset[str]
    is_exact: bool


def send_due() -> int:
    """Send what is due; several missed rules of one record become its latest, a long standstill one message.

    In quiet hours only what is flash, or belongs to an hour as a meeting on a Sunday does, is sent.

    :returns: how many reminders were claimed.
    """
    now = clock.now()
    waiting = _due_now(now)
    if not waiting:
        return 0
    is_behind = not quiet.is_quiet(now) and (
        any(one.planned_at < now - MISSED and not one.is_exact for one in waiting) or _is_catching_up()
    )
    caught_up = [one for one in waiting if is_behind and not one.is_exact]
    each = [one for one in waiting if not is_behind or one.is_exact]
    done = _catch_up(caught_up, now) if caught_up else 0
    groups: dict[tuple[Ref, str, date | None], list[_Waiting]] = defaultdict(list)
    for one in each:
        topic = topic_of(one.topic)
        day = one.due_date if topic is not None and topic.has_several else None
        groups[one.ref, one.topic, day].append(one)
    for chunk in _chunks(list(groups.values()), RECORDS_AT_ONCE):
        done += _send(chunk, now)
    return done


def _due_now(now: datetime) -> list[_Waiting]:
    with db.scope(), db.across_orgs("which records are flash, whatever their agency"):
        query = select(Reminder).where(_is_due(now)).order_by(Reminder.ref_kind, Reminder.ref_id, Reminder.id)
        if quiet.is_quiet(now):
            query = query.where(or_(Reminder.is_exact, quiet.is_flash(Reminder.ref_kind, Reminder.ref_id)))
        return [
            _Waiting(
                row.id,
                row.ref,
                row.rule,
                row.due_date,
                row.planned_at,
                row.topic,
                frozenset(row.to_whom.split(",")),
                row.is_exact,
            )
            for row in db.session().scalars(query)
        ]


def _send(groups: Sequence[list[_Waiting]], now: datetime) -> int:
    """Claim the due reminders of some records and tell the latest of each, to all whom they name."""
    with db.unit_of_work():
        taken = _claim([one.id for group in groups for one in group], now)
        claimed = [[one for one in group if one.id in taken] for group in groups]
        claimed = [group for group in claimed if group]
        told = _recipients([one for group in claimed for one in group])
        latest = [max(group, key=lambda one: (one.planned_at, one.id)) for group in claimed]
        people = [sorted({key for one in group for key in told.get(one.id, ())}) for group in claimed]
        tellings = {
            last.id: Telling(ids, *_about(last), reminder_id=last.id, is_exact=last.is_exact)
            for last, ids in zip(latest, people, strict=True)
            if ids
        }
        ways = _ways(tellings.values())
        notify_many(tellings.values())
        closed: list[dict[str, Any]] = []
        for group, last, ids in zip(claimed, latest, people, strict=True):
            by = ways.get(last.id, "")
            for one in group:
                result = ("sent" if ids else "nobody") if one is last else "merged"
                closed.append(_closed(one, result, ids, by))
        _close(closed)
        return len(closed)


def _catch_up(waiting: Sequence[_Waiting], now: datetime) -> int:
    """Claim everything that was missed, some records in each transaction, as one message for each person.

    The message grows with every step and is held back until nothing is left that belongs into it, whichever
    process does the last step; one that dies leaves the rest to the next.
    """
    groups: dict[Ref, list[_Waiting]] = defaultdict(list)
    for one in waiting:
        groups[one.ref].append(one)
    done = 0
    for some in _chunks(list(groups.values()), RECORDS_AT_ONCE):
        done += _catch_up_some([one for group in some for one in group], now)
    _let_out(now)
    return done


def _catch_up_some(some: Sequence[_Waiting], now: datetime) -> int:
    told = _recipients(some)
    with db.unit_of_work() as session:
        stand_in_line(session, _CATCHING_UP, 0)
        taken = _claim([one.id for one in some], now)
        by_person: dict[int, set[Ref]] = defaultdict(set)
        closed = []
        for one in some:
            if one.id in taken:
                people = told.get(one.id, ())
                for user_id in people:
                    by_person[user_id].add(one.ref)
                closed.append(_closed(one, "digest" if people else "nobody", people))
        begun = {
            row.user_id: row
            for row in session.scalars(select(Notice).where(_held_back(), Notice.user_id.in_(by_person)))
        }
        for user_id, about in by_person.items():
            row = begun.get(user_id)
            if row is None:
                notify([user_id], CAUGHT_UP, Ref(DIGEST, user_id), at=now + HELD_BACK, n=len(about))
            else:
                row.data, row.due_at = {"n": row.data["n"] + len(about)}, now + HELD_BACK
        _close(closed)
        return len(closed)


def _let_out(now: datetime) -> None:
    """Everything is claimed: the messages may be read."""
    with db.unit_of_work() as session:
        stand_in_line(session, _CATCHING_UP, 0)
        is_left = select(Reminder.id).where(_is_due(now), Reminder.is_exact.is_(False)).limit(1)
        if session.scalar(is_left) is not None:
            return
        session.execute(
            update(Notice).where(_held_back()).values(due_at=now).execution_options(synchronize_session=False)
        )
    while release_due():
        pass


def _is_catching_up() -> bool:
    return db.session().scalar(select(Notice.id).where(_held_back()).limit(1)) is not None


def _held_back() -> ColumnElement[bool]:
    return Notice.released_at.is_(None) & (Notice.kind == CAUGHT_UP)


def _claim(ids: Collection[int], now: datetime) -> set[int]:
    """Take rows for this process alone; a row that another one took meanwhile is left out."""
    return set(
        db.session().scalars(
            update(Reminder)
            .where(Reminder.id.in_(ids), _is_due(now))
            .values(sent_at=now)
            .returning(Reminder.id)
            .execution_options(synchronize_session=False)
        )
    )


def _closed(one: _Waiting, result: str, people: Collection[int], by: str = IN_APP) -> dict[str, Any]:
    return {"id": one.id, "result": result, "told": len(people), "channel": by if people else ""}


def _about(one: _Waiting) -> tuple[str, Ref, dict[str, Any]]:
    kind, data = _words(one)
    return kind, one.ref, data


def _ways(tellings: Iterable[Telling]) -> dict[int | None, str]:
    """By what each of these is told, as its people chose; asked once for each kind of notice."""
    by_kind: dict[str, list[Telling]] = defaultdict(list)
    for one in tellings:
        by_kind[one.kind].append(one)
    found: dict[int | None, list[str]] = {
        one.reminder_id: [IN_APP] for some in by_kind.values() for one in some
    }
    for way in channels.open_channels():
        for kind, some in by_kind.items():
            everybody = {key for one in some for key in one.user_ids}
            takers = set(channels.takers(everybody, channels.event_of(kind), way))
            for one in some:
                if not takers.isdisjoint(one.user_ids):
                    found[one.reminder_id].append(way.value)
    return {key: ",".join(ways) for key, ways in found.items()}


def _close(closed: list[dict[str, Any]]) -> None:
    if closed:
        db.session().execute(update(Reminder), closed)


def _recipients(some: Iterable[_Waiting]) -> dict[int, Collection[int]]:
    """Who is told by each reminder now; nobody where the record is ended."""
    asked: dict[tuple[str, frozenset[str]], list[_Waiting]] = defaultdict(list)
    for one in some:
        topic = topic_of(one.topic)
        to = one.to if topic is None else words_for(topic, one.to, one.due_date)
        asked[one.topic, to].append(one)
    found: dict[int, Collection[int]] = {}
    for (name, to), rows in asked.items():
        topic = topic_of(name)
        people = {} if topic is None else topic.recipients({one.ref.id: to for one in rows})
        found |= {one.id: people.get(one.ref.id, ()) for one in rows}
    return found


def _words(one: _Waiting) -> tuple[str, dict[str, Any]]:
    topic = topic_of(one.topic)
    due = Due(one.id, one.ref.id, one.rule, one.due_date)
    if topic is not None and topic.words is not None:
        return topic.words(due)
    return notice_of(due, is_noon=workdays.calendar().hours(one.due_date) is Hours.MORNING)


def _chunks(rows: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def _is_due(now: datetime) -> ColumnElement[bool]:
    return Reminder.sent_at.is_(None) & Reminder.cancelled_at.is_(None) & (Reminder.planned_at <= now)
