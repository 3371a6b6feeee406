"""Reminders of deadlines: planned as rows, claimed and sent exactly once, caught up after a standstill.

Three and one working days before, on the day, and one working day after, each at 08:00 of the office.
A record's new deadline has reminders of its own; those of the old one that were not sent are cancelled.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, select, update

from intranet.core import clock, db
from intranet.core.refs import Ref
from intranet.notices.models import Reminder
from intranet.notices.services import notify
from intranet.notices.workdays import Calendar, calendar

#: Working days from the deadline, in order of time.
RULES = {"minus3": -3, "minus1": -1, "due": 0, "plus1": 1}
HOUR = 8
#: A reminder missed by more than this becomes a line of one digest per person.
MISSED = timedelta(hours=24)
#: Kind of the record that a digest is about: the person's own desk, whose id is the person's.
DIGEST = "desk"

Recipients = Callable[[int, str], Sequence[int]]
_sources: dict[str, Recipients] = {}


@dataclass(frozen=True)
class _Due:
    """A reminder that was claimed."""

    id: int
    ref: Ref
    rule: str
    due_date: date
    planned_at: datetime


def register_source(kind: str, *, recipients: Recipients) -> None:
    """Say who is reminded of a kind of record: ``(record_id, rule) -> user ids``, none once it is ended."""
    _sources[kind] = recipients


def plan(ref: Ref, due_date: date | None, on: Calendar | None = None) -> None:
    """Plan the reminders of a deadline, in the open unit of work; those of an earlier one are cancelled.

    What lies in the past already is not planned; ``None`` plans nothing.
    """
    now = clock.now()
    with db.unit_of_work() as session:
        rows = session.scalars(
            select(Reminder).where(Reminder.ref_kind == ref.kind, Reminder.ref_id == ref.id)
        ).all()
        known = {row.rule: row for row in rows if row.due_date == due_date}
        for row in rows:
            if row.due_date != due_date and row.sent_at is None and row.cancelled_at is None:
                row.cancelled_at = now
        if due_date is None:
            return
        days = on or calendar()
        for rule, offset in RULES.items():
            planned = clock.at_office(days.add_working_days(due_date, offset), HOUR)
            found = known.get(rule)
            if found is None and planned > now:
                session.add(
                    Reminder(
                        ref_kind=ref.kind, ref_id=ref.id, rule=rule, due_date=due_date, planned_at=planned
                    )
                )
            elif found is not None and found.sent_at is None and (planned > now or not found.cancelled_at):
                found.planned_at, found.cancelled_at = planned, None


def cancel(ref: Ref) -> None:
    """Cancel what was not sent yet, in the open unit of work: the record is finished."""
    plan(ref, None)


def replan() -> None:
    """The calendar changed: plan what was not sent yet for its deadline again, in the open unit of work."""
    waiting = select(Reminder.ref_kind, Reminder.ref_id, Reminder.due_date).where(
        Reminder.sent_at.is_(None), Reminder.cancelled_at.is_(None)
    )
    with db.unit_of_work() as session:
        on = calendar()
        for kind, key, due_date in session.execute(waiting.distinct()).all():
            plan(Ref(kind, key), due_date, on)


def planned_for(ref: Ref) -> list[Reminder]:
    """Every reminder of a record with what became of it, in order of time."""
    query = select(Reminder).where(Reminder.ref_kind == ref.kind, Reminder.ref_id == ref.id)
    return list(db.session().scalars(query.order_by(Reminder.planned_at, Reminder.id)))


def send_due() -> int:
    """Send what is due; several missed rules of one record become its latest, a long standstill one digest.

    Exactly once, however many processes do this at the same time: rows are claimed, and the notices are
    written in the transaction of the claim.

    :returns: how many reminders were claimed.
    """
    now = clock.now()
    with db.scope():
        rows = db.session().scalars(select(Reminder).where(_is_due(now)).order_by(Reminder.id)).all()
        waiting = [_Due(r.id, r.ref, r.rule, r.due_date, r.planned_at) for r in rows]
    if not waiting:
        return 0
    if any(one.planned_at < now - MISSED for one in waiting):
        return _send_digest(waiting, now)
    groups: dict[Ref, list[_Due]] = defaultdict(list)
    for one in waiting:
        groups[one.ref].append(one)
    return sum(_send_one(group, now) for group in groups.values())


def _send_one(group: list[_Due], now: datetime) -> int:
    """Claim the due reminders of one record and tell the latest of them."""
    with db.unit_of_work():
        claimed = _claim(group, now)
        if not claimed:
            return 0
        last = max(claimed, key=lambda one: (one.planned_at, one.id))
        told = _recipients(last)
        notify(told, f"reminder.{last.rule}", last.ref, reminder_id=last.id, due=f"{last.due_date:%d/%m/%Y}")
        for one in claimed:
            _close(one, ("sent" if told else "nobody") if one is last else "merged", len(told))
        return len(claimed)


def _send_digest(waiting: list[_Due], now: datetime) -> int:
    """Claim everything that was missed and tell each person once, how many deadlines there are."""
    with db.unit_of_work():
        claimed = _claim(waiting, now)
        by_person: dict[int, set[Ref]] = defaultdict(set)
        for one in claimed:
            told = _recipients(one)
            for user_id in told:
                by_person[user_id].add(one.ref)
            _close(one, "digest" if told else "nobody", len(told))
        for user_id, about in by_person.items():
            notify([user_id], "reminder.digest", Ref(DIGEST, user_id), n=len(about))
        return len(claimed)


def _claim(wanted: list[_Due], now: datetime) -> list[_Due]:
    """Take rows for this process alone; a row that another one took meanwhile is left out."""
    taken = set(
        db.session().scalars(
            update(Reminder)
            .where(Reminder.id.in_([one.id for one in wanted]), _is_due(now))
            .values(sent_at=now)
            .returning(Reminder.id)
            .execution_options(synchronize_session=False)
        )
    )
    return [one for one in wanted if one.id in taken]


def _close(one: _Due, result: str, told: int) -> None:
    db.session().execute(
        update(Reminder)
        .where(Reminder.id == one.id)
        .values(result=result, told=told)
        .execution_options(synchronize_session=False)
    )


def _recipients(one: _Due) -> list[int]:
    source = _sources.get(one.ref.kind)
    return [] if source is None else list(source(one.ref.id, one.rule))


def _is_due(now: datetime) -> ColumnElement[bool]:
    return Reminder.sent_at.is_(None) & Reminder.cancelled_at.is_(None) & (Reminder.planned_at <= now)
