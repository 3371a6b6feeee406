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
    reminder_id: Mapped[int | None] = mapped_column(ForeignKey("reminder.id"), index=True)

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


class Reminder(Base):
    """A reminder of one deadline by one rule; it is sent at most once, and what became of it stays."""

    __tablename__ = "reminder"
    __table_args__ = (
        UniqueConstraint("ref_kind", "ref_id", "rule", "due_date"),
        Index("ix_reminder_due", "sent_at", "planned_at"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    ref_kind: Mapped[str] = mapped_column(String(40))
    ref_id: Mapped[int]
    #: ``minus3``, ``minus1``, ``due`` or ``plus1``.
    rule: Mapped[str] = mapped_column(String(20))
    #: The deadline that it belongs to; another deadline has reminders of its own.
    due_date: Mapped[date]
    planned_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    #: ``sent``, ``merged`` into a later one, ``digest``, or ``nobody`` to tell any more.
    result: Mapped[str | None] = mapped_column(String(20))
    #: How many people were told.
    told: Mapped[int] = mapped_column(default=0)

    @property
    def ref(self) -> Ref:
        """The record whose deadline it is."""
        return Ref(self.ref_kind, self.ref_id)
