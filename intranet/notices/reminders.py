"""Reminders: planned as rows by the rules of their topic, or armed for a set hour.

A record's new deadline has reminders of its own; those of the old one that were not sent are cancelled, and
one that was sent never stands in the way of a new one.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice, product

from sqlalchemy import select, update

from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.core.jobs import enqueue
from intranet.core.labels import has_label, label
from intranet.core.refs import Ref
from intranet.notices import quiet, reminder_rules
from intranet.notices.models import Reminder
from intranet.notices.reminder_rules import Rule, rules_of
from intranet.notices.workdays import Calendar, calendar

#: More deadlines than these are planned anew by the worker, some at a time.
MOST_AT_ONCE = 300
REPLAN = "reminders.replan"
_CHUNK = 50
#: What is due at an hour of the day is told of so long before.
BEFORE_HOUR = timedelta(hours=1)
#: A run of working days may lie within so many more days of the calendar.
_SLACK = 21


@dataclass(frozen=True)
class Shown:
    """A reminder of a record as its history tells it."""

    words: str
    at: datetime
    result: str
    told: int


def plan(
    ref: Ref,
    due_date: date | None,
    on: Calendar | None = None,
    *,
    topic: str | None = None,
    by: datetime | None = None,
) -> None:
    """Plan the reminders of a deadline, in the open unit of work; those of an earlier one are cancelled.

    What lies in the past already is not planned; ``None`` plans nothing.

    :param topic: whose rules hold, the record's kind unless given.
    :param by: the hour at which it is due, where it has one.
    """
    plan_each(ref, () if due_date is None else (due_date,), on, topic=topic or ref.kind, by=by)


def plan_each(
    ref: Ref,
    due_dates: Collection[date],
    on: Calendar | None = None,
    *,
    topic: str,
    by: datetime | None = None,
) -> None:
    """As :func:`plan`, for a record that has several deadlines of a topic at a time."""
    now = clock.now()
    with db.unit_of_work() as session:
        rows = _rows(ref, topic)
        rules = {rule.code: rule for rule in rules_of(topic)} if due_dates else {}
        known = {(row.rule, row.due_date): row for row in rows}
        for row in rows:
            is_wanted = row.due_date in due_dates and row.rule in rules
            if not is_wanted and _is_waiting(row):
                row.cancelled_at = now
        if not due_dates:
            return
        days = on or calendar()
        for due_date, (code, rule) in product(due_dates, rules.items()):
            planned = _moment(due_date, rule, days, by)
            found = known.get((code, due_date))
            if found is None and planned > now:
                session.add(
                    Reminder(
                        ref_kind=ref.kind,
                        ref_id=ref.id,
                        rule=code,
                        due_date=due_date,
                        planned_at=planned,
                        topic=topic,
                        to_whom=",".join(rule.to),
                    )
                )
            elif found is not None and found.sent_at is None and (planned > now or not found.cancelled_at):
                found.planned_at, found.cancelled_at = planned, None
                found.to_whom = ",".join(rule.to)


def arm(
    ref: Ref,
    rule: str,
    at: datetime,
    *,
    topic: str,
    to: Collection[str] = (),
    user_id: int | None = None,
    is_exact: bool = False,
    is_one_of_many: bool = False,
) -> None:
    """Plan one reminder for a set hour, in the open unit of work; the same one for another hour is cancelled.

    :param rule: its name; the word is ``reminder.rule.<rule>``.
    :param is_one_of_many: those for other hours stay.
    :param at: moved out of quiet hours, unless ``is_exact``; what has passed is not planned.
    """
    now = clock.now()
    at = at if is_exact else quiet.opens(at)
    local = clock.local(at)
    code = f"{rule}@{local:%H%M}"
    with db.unit_of_work() as session:
        found = None
        for row in _rows(ref, topic):
            if row.rule == code and row.due_date == local.date():
                found = row
            elif not is_one_of_many and _is_waiting(row) and row.rule.partition("@")[0] == rule:
                row.cancelled_at = now
        if at <= now:
            return
        if found is None:
            found = Reminder(ref_kind=ref.kind, ref_id=ref.id, rule=code, due_date=local.date(), topic=topic)
            session.add(found)
        elif found.sent_at is not None:
            return
        found.planned_at, found.cancelled_at, found.is_exact = at, None, is_exact
        found.to_whom, found.user_id = ",".join(to), user_id


def cancel(ref: Ref, topic: str | None = None) -> None:
    """Cancel what was not sent yet, in the open unit of work: the record is finished, or only the topic."""
    waiting = update(Reminder).where(
        Reminder.ref_kind == ref.kind,
        Reminder.ref_id == ref.id,
        Reminder.sent_at.is_(None),
        Reminder.cancelled_at.is_(None),
    )
    with db.unit_of_work() as session:
        session.flush()
        session.execute(
            (waiting if topic is None else waiting.where(Reminder.topic == topic)).values(
                cancelled_at=clock.now()
            ),
            execution_options={"synchronize_session": "fetch"},
        )


def rearm(ref: Ref, topic: str) -> None:
    """What was cancelled and is still to come holds again, in the open unit of work."""
    with db.unit_of_work():
        for row in _rows(ref, topic):
            if row.sent_at is None and row.planned_at > clock.now():
                row.cancelled_at = None


def set_rule(actor: Actor, topic: str, rule: Rule, *, instead_of: str | None = None) -> None:
    """A rule holds from now on, also for what is open.

    :param instead_of: code of the rule whose place it takes.
    :raises Invalid: as :func:`reminder_rules.set_rule`.
    """
    with db.unit_of_work():
        reminder_rules.set_rule(actor, topic, rule, instead_of=instead_of)
        replan(date.min, date.max, [topic])


def remove_rule(actor: Actor, topic: str, code: str) -> None:
    """A rule no longer holds; what it planned is cancelled.

    :raises Invalid: as :func:`reminder_rules.remove_rule`.
    """
    with db.unit_of_work():
        reminder_rules.remove_rule(actor, topic, code)
        replan(date.min, date.max, [topic])


def replan(first: date, last: date, topics: Collection[str] | None = None) -> None:
    """Working days between these changed, or rules: plan what they bear on anew, in the open unit of work.

    Many deadlines are left to the worker.
    """
    with db.unit_of_work():
        found = list(islice(_deadlines(first, last, topics), MOST_AT_ONCE + 1))
        if len(found) <= MOST_AT_ONCE:
            _plan_all(found)
            return
        names = None if topics is None else sorted(topics)
        payload = {"first": first.isoformat(), "last": last.isoformat(), "topics": names}
        enqueue(REPLAN, f"{clock.now().isoformat()} {first} {last}", payload)


def replan_in_parts(first: date, last: date, topics: Collection[str] | None = None) -> int:
    """As :func:`replan`, some deadlines in each transaction; returns how many there were."""
    found = list(_deadlines(first, last, topics))
    for start in range(0, len(found), _CHUNK):
        with db.unit_of_work():
            _plan_all(found[start : start + _CHUNK])
    return len(found)


def planned_for(ref: Ref) -> list[Reminder]:
    """Every reminder of a record with what became of it, in order of time."""
    query = select(Reminder).where(Reminder.ref_kind == ref.kind, Reminder.ref_id == ref.id)
    return list(db.session().scalars(query.order_by(Reminder.planned_at, Reminder.id)))


def history(ref: Ref) -> list[Shown]:
    """The same in words."""
    return [
        Shown(
            _words_of(row, ref),
            row.planned_at,
            label(f"reminder.result.{row.result or ('cancelled' if row.cancelled_at else 'planned')}"),
            row.told,
        )
        for row in planned_for(ref)
    ]


def _words_of(row: Reminder, ref: Ref) -> str:
    """The rule in words, with the day from which it counts where that is not the record's own deadline."""
    words, anchor = reminder_rules.words_of(row.rule), f"reminder.anchor.{row.topic}"
    return words if row.topic == ref.kind or not has_label(anchor) else f"{words}, {label(anchor)}"


def _moment(due_date: date, rule: Rule, on: Calendar, by: datetime | None) -> datetime:
    """When a rule's reminder comes: not in quiet hours, and before the deadline rather than after it.

    What is due at an hour is told an hour before it at the latest, in quiet hours too.
    """
    at = clock.at_office(on.add_working_days(due_date, rule.days), rule.hour, rule.minute)
    if rule.days > 0:
        return quiet.opens(at, on)
    at = quiet.last_open(at, on)
    return at if by is None or rule.days else min(at, by - BEFORE_HOUR)


def _is_waiting(row: Reminder) -> bool:
    return row.sent_at is None and row.cancelled_at is None


def _rows(ref: Ref, topic: str) -> list[Reminder]:
    query = select(Reminder).where(
        Reminder.ref_kind == ref.kind, Reminder.ref_id == ref.id, Reminder.topic == topic
    )
    return list(db.session().scalars(query))


def _deadlines(
    first: date, last: date, topics: Collection[str] | None
) -> Iterator[tuple[str, Ref, list[date]]]:
    """Open deadlines on which working days between these bear: by topic, the days of each record."""
    reach = timedelta(days=2 * reminder_rules.widest() + _SLACK)
    low = first - reach if first - date.min > reach else date.min
    high = last + reach if date.max - last > reach else date.max
    for topic in reminder_rules.with_rules():
        if topic.deadlines is not None and (topics is None or topic.name in topics):
            of_record: dict[int, list[date]] = {}
            for key, day in topic.deadlines(low, high):
                of_record.setdefault(key, []).append(day)
            for key, days in of_record.items():
                yield topic.name, Ref(topic.ref_kind or topic.name, key), days


def _plan_all(found: Iterable[tuple[str, Ref, list[date]]]) -> None:
    on, records = calendar(), list(found)
    hours: dict[str, Mapping[int, datetime]] = {}
    for name in {topic for topic, _, _ in records}:
        topic_ = reminder_rules.topic_of(name)
        if topic_ is not None and topic_.hours is not None:
            hours[name] = topic_.hours([ref.id for topic, ref, _ in records if topic == name])
    for topic, ref, days in records:
        plan_each(ref, days, on, topic=topic, by=hours.get(topic, {}).get(ref.id))
