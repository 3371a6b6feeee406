"""The minutes of a meeting (biên bản): typed blocks with every version, comments, and corrections of facts.

What happened is not stored here: it is read from the meeting's tables and its journal each time.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from intranet.core.db import Base, ValueEnum


class MinutesState(StrEnum):
    """Where minutes stand."""

    #: The secretary writes.
    WRITING = "writing"
    #: The chair reads.
    SUBMITTED = "submitted"
    #: Nothing changes any more.
    APPROVED = "approved"


@dataclass(frozen=True)
class MinutesMoved:
    """Something of the minutes changed: a block, or ``comments``, ``facts``, ``conclusions``, ``state``."""

    meeting_id: int
    key: str
    rev: int
    by_id: int


class Minutes(Base):
    """How far the minutes of a meeting are; there is no row before somebody has written."""

    __tablename__ = "minutes"
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), primary_key=True, autoincrement=False)
    state: Mapped[MinutesState] = mapped_column(ValueEnum(MinutesState), default=MinutesState.WRITING)
    #: Members may comment until then.
    round_until: Mapped[datetime | None]
    submitted_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    submitted_at: Mapped[datetime | None]
    #: Who approved or returned it last.
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    decided_at: Mapped[datetime | None]
    #: Why it was returned.
    reason: Mapped[str] = mapped_column(String(500), default="")
    #: The draft of the conclusion notice in another part of the house, as ``kind:id``.
    notice_ref: Mapped[str] = mapped_column(String(60), default="")
    notice_at: Mapped[datetime | None]


class _Typed:
    """A text as somebody left it."""

    #: 1, 2, 3 …; whoever saves says which one he or she saw.
    rev: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime]


class MinutesBlock(_Typed, Base):
    """One typed block as it stands now."""

    __tablename__ = "minutes_block"
    __table_args__ = (UniqueConstraint("meeting_id", "key"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    #: ``opening``, ``summary:12``, ``opinions:12`` (of an item), ``closing``.
    key: Mapped[str] = mapped_column(String(40))


class MinutesRevision(_Typed, Base):
    """A block as it once was; none is ever changed."""

    __tablename__ = "minutes_revision"
    __table_args__ = (UniqueConstraint("block_id", "rev"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    block_id: Mapped[int] = mapped_column(ForeignKey("minutes_block.id"))


class MinutesComment(Base):
    """What the chair, the secretary or an invited member says of a block."""

    __tablename__ = "minutes_comment"
    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), index=True)
    key: Mapped[str] = mapped_column(String(40))
    text: Mapped[str] = mapped_column(String(1000))
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime]
    done_at: Mapped[datetime | None]


class FactCorrection(Base):
    """What a fact should have said; the fact itself stays as the journal has it."""

    __tablename__ = "fact_correction"
    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), index=True)
    #: Of which fact: its line in the journal, with a letter where a line tells of two things.
    fact: Mapped[str] = mapped_column(String(40))
    text: Mapped[str] = mapped_column(String(500))
    reason: Mapped[str] = mapped_column(String(500))
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime]
