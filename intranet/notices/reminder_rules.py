"""By what rules people are reminded: the usual ones of each topic, or those that an administrator set.

A topic is a kind of deadline, such as that of a task; the package that owns the records registers it with its
usual rules and the people whom a rule may name.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, select

from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.core.errors import Invalid
from intranet.core.labels import has_label, label
from intranet.notices.models import ReminderRule
from intranet.records import audit

#: Working days from the deadline, either way.
MOST_DAYS = 30
#: Reminders by rule come within these hours of the office's clock; earlier or later people are left alone.
FIRST_HOUR, LAST_HOUR = 7, 19
_USUAL_HOUR = 8

#: Who is told now of each of these records, given the people that the rules name.
Recipients = Callable[[Mapping[int, frozenset[str]]], Mapping[int, Collection[int]]]
#: Open deadlines that lie in a span of days: ids of records and their days.
Deadlines = Callable[[date, date], Iterable[tuple[int, date]]]


@dataclass(frozen=True)
class Rule:
    """A reminder so many working days from the deadline, at an hour of the office's clock."""

    days: int
    to: tuple[str, ...]
    hour: int = _USUAL_HOUR
    minute: int = 0

    @property
    def code(self) -> str:
        """``minus3``, ``due``, ``plus1``; with the hour where it is not the usual one."""
        base = "due" if self.days == 0 else f"{'minus' if self.days < 0 else 'plus'}{abs(self.days)}"
        is_usual = (self.hour, self.minute) == (_USUAL_HOUR, 0)
        return base if is_usual else f"{base}@{self.hour:02d}{self.minute:02d}"


@dataclass(frozen=True)
class Due:
    """A reminder that was claimed, or is read to be shown."""

    id: int
    ref_id: int
    rule: str
    due_date: date

    @property
    def base(self) -> str:
        """The rule without its hour: ``minus3``, ``due``, ``plus1``."""
        return self.rule.partition("@")[0]

    @property
    def days(self) -> int:
        """Working days between the rule's day and the deadline, either way."""
        return 0 if self.base == "due" else int(self.base.removeprefix("minus").removeprefix("plus"))

    def worded(self, before: str, on_day: str, late: str) -> tuple[str, dict[str, Any]]:
        """The kind of notice that fits the rule's side of the deadline, and what its words need."""
        day = f"{self.due_date:%d/%m/%Y}"
        if self.base == "due":
            return on_day, {"due": day}
        return before if self.base.startswith("minus") else late, {"due": day, "days": self.days}


@dataclass(frozen=True)
class Topic:
    """One kind of deadline, or of things that are reminded of at set hours."""

    name: str
    recipients: Recipients
    #: The kind of notice and what its words need; ``None`` for the usual words of deadlines.
    words: Callable[[Due], tuple[str, dict[str, Any]]] | None = None
    #: Kind of the records, where it is not the topic's own name.
    ref_kind: str = ""
    #: Whom a rule may name; the word is ``reminder.to.<topic>.<code>``.
    audiences: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()
    deadlines: Deadlines | None = field(default=None, repr=False)
    #: A record may have several of these deadlines at a time: who is told is asked for each day by itself,
    #: with a word like ``on:2026-11-20`` more (:func:`day_in`); ``deadlines`` names all of a record at once.
    has_several: bool = False
    #: The hours of those records that are due at one, and not with their day.
    hours: Callable[[Collection[int]], Mapping[int, datetime]] | None = field(default=None, repr=False)


_topics: dict[str, Topic] = {}
_ON = "on:"


def words_for(topic: Topic, to: frozenset[str], due_date: date) -> frozenset[str]:
    """What the topic is asked with for a deadline of that day."""
    return to | {f"{_ON}{due_date.isoformat()}"} if topic.has_several else to


def day_in(words: Collection[str]) -> date | None:
    """The deadline that is meant, where a topic has several of one record."""
    found = (word.removeprefix(_ON) for word in words if word.startswith(_ON))
    return next((date.fromisoformat(text) for text in found), None)


def register(topic: Topic) -> None:
    """Make a topic known."""
    _topics[topic.name] = topic


def topic_of(name: str) -> Topic | None:
    """The topic of that name, ``None`` where no package of this installation knows it."""
    return _topics.get(name)


def with_rules() -> list[Topic]:
    """Topics whose rules may be edited, in the order in which they were made known."""
    return [topic for topic in _topics.values() if topic.rules]


def rules_of(name: str) -> list[Rule]:
    """The rules of a topic that hold now, in order of time."""
    kept = db.remembered(_read)
    usual = _topics[name].rules if name in _topics else ()
    return sorted(kept.get(name) or usual, key=lambda rule: (rule.days, rule.hour, rule.minute))


def is_edited(name: str) -> bool:
    """True when an administrator has set the rules of the topic."""
    return name in db.remembered(_read)


def widest() -> int:
    """The most working days that any rule lies from its deadline."""
    return max((abs(rule.days) for topic in with_rules() for rule in rules_of(topic.name)), default=0)


def set_rule(actor: Actor, name: str, rule: Rule, *, instead_of: str | None = None) -> None:
    """A rule holds from now on, in the open unit of work, in the place of another one if its code is given.

    :raises Invalid: ``reminder.no_topic``, ``reminder.too_far``, ``reminder.hour``, ``reminder.to_needed``,
        ``reminder.twice``, ``reminder.no_rule``.
    """
    topic = _known(name)
    if abs(rule.days) > MOST_DAYS:
        raise Invalid("reminder.too_far", field="days", most=MOST_DAYS)
    if not FIRST_HOUR <= rule.hour <= LAST_HOUR or not 0 <= rule.minute < 60:
        raise Invalid("reminder.hour", field="at", first=FIRST_HOUR, last=LAST_HOUR)
    if not rule.to or not set(rule.to) <= set(topic.audiences):
        raise Invalid("reminder.to_needed", field="to")
    now_held = rules_of(name)
    if instead_of is not None and instead_of not in {one.code for one in now_held}:
        raise Invalid("reminder.no_rule", field="days")
    kept = [one for one in now_held if one.code != instead_of]
    if any(one.code == rule.code for one in kept):
        raise Invalid("reminder.twice", field="days", words=words_of(rule.code))
    _keep(actor, name, [*kept, rule])
    audit.record(actor, "reminder.rule_set", _row(name), topic=name, rule=rule.code)


def remove_rule(actor: Actor, name: str, code: str) -> None:
    """A rule no longer holds, in the open unit of work.

    :raises Invalid: ``reminder.no_topic``, ``reminder.no_rule``, ``reminder.last_rule``: one has to stay.
    """
    _known(name)
    now_held = rules_of(name)
    kept = [one for one in now_held if one.code != code]
    if len(kept) == len(now_held):
        raise Invalid("reminder.no_rule", field="days")
    if not kept:
        raise Invalid("reminder.last_rule", field="days")
    _keep(actor, name, kept)
    audit.record(actor, "reminder.rule_removed", _row(name), topic=name, rule=code)


def words_of(code: str) -> str:
    """A rule's code in words: "Trước hạn 3 ngày làm việc, 14:00"."""
    base, _, hour = code.partition("@")
    at = f", {hour[:2]}:{hour[2:]}" if hour else ""
    for sign in ("minus", "plus"):
        if base.startswith(sign) and base[len(sign) :].isdigit():
            return label(f"reminder.rule.{sign}", days=base[len(sign) :]) + at
    return label(f"reminder.rule.{base.partition('-')[0]}") + at


def notice_of(due: Due, *, is_noon: bool) -> tuple[str, dict[str, Any]]:
    """The usual words of a deadline's reminder: kind of notice, and what its words need."""
    if has_label(f"notice.reminder.{due.base}"):
        noon = "_noon" if due.base == "due" and is_noon else ""
        return f"reminder.{due.base}{noon}", {"due": f"{due.due_date:%d/%m/%Y}"}
    return due.worded("reminder.before", "reminder.due", "reminder.late")


def _known(name: str) -> Topic:
    topic = _topics.get(name)
    if topic is None or not topic.rules:
        raise Invalid("reminder.no_topic", field="topic")
    return topic


def _keep(actor: Actor, name: str, rules: Sequence[Rule]) -> None:
    session = db.session()
    session.execute(delete(ReminderRule).where(ReminderRule.topic == name))
    now = clock.now()
    session.add_all(
        ReminderRule(
            topic=name,
            days=rule.days,
            hour=rule.hour,
            minute=rule.minute,
            to_whom=",".join(rule.to),
            changed_by_id=actor.id,
            changed_at=now,
        )
        for rule in rules
    )
    session.flush()
    db.forget(_read)


def _row(name: str) -> ReminderRule:
    """A row of the topic, for the log."""
    return db.session().scalars(select(ReminderRule).where(ReminderRule.topic == name).limit(1)).one()


def _read() -> dict[str, list[Rule]]:
    found: dict[str, list[Rule]] = {}
    for row in db.session().scalars(select(ReminderRule)):
        rule = Rule(row.days, tuple(row.to_whom.split(",")), row.hour, row.minute)
        found.setdefault(row.topic, []).append(rule)
    return found
