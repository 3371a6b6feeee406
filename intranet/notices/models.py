"""What reaches an official, the calendar of working days, and reminders of deadlines."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from intranet.core.db import Base, ValueEnum
from intranet.core.refs import Ref


class Notice(Base):
    """One thing told to one official; its words are ``notice.<kind>`` in the labels."""

    __tablename__ = "notice"
    __table_args__ = (
        Index("ix_notice_shown", "user_id", "due_at", "id"),
        Index("ix_notice_unread", "user_id", "read_at"),
        Index("ix_notice_release", "released_at", "due_at"),
        Index("ix_notice_about", "ref_kind", "ref_id"),
        Index("ux_notice_reminder", "reminder_id", "user_id", unique=True),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    kind: Mapped[str] = mapped_column(String(60))
    ref_kind: Mapped[str] = mapped_column(String(40))
    ref_id: Mapped[int]
    #: What the words need besides the record's title; never the title itself, which asks the right to read.
    data: Mapped[Any] = mapped_column(JSON)
    #: Whoever caused it, ``None`` for the house itself.
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    #: From when on it may be seen.
    due_at: Mapped[datetime]
    #: When it was released; empty while it may still be withdrawn.
    released_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    #: The reminder that it carries out; one reminder tells one person once.
    reminder_id: Mapped[int | None] = mapped_column(ForeignKey("reminder.id"))

    @property
    def ref(self) -> Ref:
        """The record that it is about."""
        return Ref(self.ref_kind, self.ref_id)


class DayKind(StrEnum):
    """Why a day of the calendar differs from its weekday."""

    #: Public holiday.
    HOLIDAY = "holiday"
    #: A day off given in exchange for a working Saturday.
    OFF = "off"
    #: A Saturday or Sunday that is worked.
    WORKING = "working"
    #: Only the morning, or only the afternoon, is worked.
    MORNING = "morning"
    AFTERNOON = "afternoon"


class Hours(StrEnum):
    """What of a day is worked; its word is ``workday.hours.<value>``."""

    WHOLE = "whole"
    MORNING = "morning"
    AFTERNOON = "afternoon"
    NONE = "none"


class CalendarDay(Base):
    """A day on which this installation's calendar differs from the published one."""

    __tablename__ = "calendar_day"
    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(unique=True)
    kind: Mapped[DayKind] = mapped_column(ValueEnum(DayKind))
    note: Mapped[str] = mapped_column(String(200), default="")
    created_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[datetime]

    @property
    def ref(self) -> Ref:
        """Its name for audit lines."""
        return Ref("calendar_day", self.id)


class CalendarWeekday(Base):
    """What of a weekday this installation works; without rows Monday to Friday."""

    __tablename__ = "calendar_weekday"
    #: 0 is Monday.
    weekday: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    hours: Mapped[Hours] = mapped_column(ValueEnum(Hours))


class CalendarYear(Base):
    """The calendar of a year was loaded, or the published one confirmed."""

    __tablename__ = "calendar_year"
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    #: The decision or announcement that it follows.
    basis: Mapped[str] = mapped_column(String(200), default="")
    loaded_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    loaded_at: Mapped[datetime]

    @property
    def ref(self) -> Ref:
        """Its name for audit lines."""
        return Ref("calendar_year", self.year)


class CalendarChange(Base):
    """An edit of the calendar; the number of the last one is the version of the calendar."""

    __tablename__ = "calendar_change"
    id: Mapped[int] = mapped_column(primary_key=True)
    #: Days from and to which it bears.
    first: Mapped[date]
    last: Mapped[date]
    at: Mapped[datetime]


class ReminderRule(Base):
    """When people are reminded of one kind of deadline; without rows of a topic the usual rules hold."""

    __tablename__ = "reminder_rule"
    __table_args__ = (UniqueConstraint("topic", "days", "hour", "minute"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    #: What is reminded of, ``task`` or another name under which a source is registered.
    topic: Mapped[str] = mapped_column(String(40))
    #: Working days from the deadline, before it when negative.
    days: Mapped[int]
    #: On the office's clock.
    hour: Mapped[int]
    minute: Mapped[int] = mapped_column(default=0)
    #: Who is told: words of the topic with commas between.
    to_whom: Mapped[str] = mapped_column(String(200))
    changed_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    changed_at: Mapped[datetime]

    @property
    def ref(self) -> Ref:
        """Its name for audit lines."""
        return Ref("reminder_rule", self.id)


class Digest(Base):
    """The letter of a morning to one person: composed at most once a day."""

    __tablename__ = "digest"
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True, autoincrement=False)
    day: Mapped[date] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    #: How many lines it has; an empty one is not sent.
    lines: Mapped[int]


class Reminder(Base):
    """A reminder of one record by one rule; it is sent at most once, and what became of it stays."""

    __tablename__ = "reminder"
    __table_args__ = (
        UniqueConstraint("ref_kind", "ref_id", "topic", "rule", "due_date"),
        Index("ix_reminder_due", "sent_at", "planned_at"),
        Index("ix_reminder_topic", "topic", "due_date"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    ref_kind: Mapped[str] = mapped_column(String(40))
    ref_id: Mapped[int]
    #: ``minus3``, ``due``, ``plus1``, or the name of what is not counted from a deadline.
    rule: Mapped[str] = mapped_column(String(40))
    #: The deadline that it belongs to; another deadline has reminders of its own.
    due_date: Mapped[date]
    planned_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    #: ``sent``, ``merged`` into a later one, ``digest``, or ``nobody`` to tell any more.
    result: Mapped[str | None] = mapped_column(String(20))
    #: How many people were told.
    told: Mapped[int] = mapped_column(default=0)
    #: What is reminded of; one record may have several.
    topic: Mapped[str] = mapped_column(String(40))
    #: Who is told, as the rule said when it was planned.
    to_whom: Mapped[str] = mapped_column(String(200), default="")
    #: By what it left: ``in_app``, and ``email`` or ``push`` by each person's choice.
    channel: Mapped[str] = mapped_column(String(60), default="")
    #: Whoever set it for a date of the own choice.
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    #: It belongs to an hour, such as a meeting's, and does not wait for quiet hours to end.
    is_exact: Mapped[bool] = mapped_column(default=False)

    @property
    def ref(self) -> Ref:
        """The record whose deadline it is."""
        return Ref(self.ref_kind, self.ref_id)
