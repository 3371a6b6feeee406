"""Opinion ballots: a question put in writing to the members of a body, with a deadline in working days.

A row for each member is made when the question is put and holds the answer when it comes, so that nobody
can have two. Who answered what is known: what must stay secret is voted on in a room.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from intranet.core.db import Base, ValueEnum
from intranet.core.refs import Ref
from meetings.rules.tally import Rule, Tie, VoteBase


class OpinionState(StrEnum):
    """Where an opinion ballot stands."""

    OPEN = "open"
    CLOSED = "closed"
    PUBLISHED = "published"
    VOID = "void"


class OpinionChoice(StrEnum):
    """What a member answers."""

    YES = "yes"
    NO = "no"
    #: Another opinion, in words; neither for nor against.
    OTHER = "other"


class Silence(StrEnum):
    """What it means that a member does not answer in time."""

    #: No opinion.
    APART = "apart"
    #: Agreement.
    YES = "yes"


class OpinionBallot(Base):
    """One question put to members in writing (phiếu lấy ý kiến)."""

    __tablename__ = "opinion_ballot"
    __table_args__ = (Index("ix_opinion_ballot_closing", "state", "closes_at"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    #: The agency that asks; rights come from being asked or asking, whatever the agency.
    org_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    #: The meeting before or instead of which it is put, if any.
    meeting_id: Mapped[int | None] = mapped_column(ForeignKey("meeting.id"), index=True)
    body_id: Mapped[int | None] = mapped_column(ForeignKey("body.id"))
    question: Mapped[str] = mapped_column(String(300))
    #: What members should know of it.
    text: Mapped[str] = mapped_column(String(4000), default="")
    base: Mapped[VoteBase] = mapped_column(ValueEnum(VoteBase))
    num: Mapped[int]
    den: Mapped[int]
    is_strict: Mapped[bool]
    tie: Mapped[Tie] = mapped_column(ValueEnum(Tie))
    #: The part of all members that must answer.
    quorum_num: Mapped[int]
    quorum_den: Mapped[int]
    silence: Mapped[Silence] = mapped_column(ValueEnum(Silence))
    #: An answer may be changed until the ballot closes.
    may_change: Mapped[bool]
    #: Members learn who answered what once the result is published.
    shows_names: Mapped[bool]
    #: Whoever asks, and does the secretary's part.
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    #: The chair of the body: one of the members.
    chair_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    asked_at: Mapped[datetime]
    #: Last day for an answer, and the instant on it when the ballot closes by itself.
    due_date: Mapped[date]
    closes_at: Mapped[datetime]
    state: Mapped[OpinionState] = mapped_column(ValueEnum(OpinionState), default=OpinionState.OPEN)
    closed_at: Mapped[datetime | None]
    #: What came of it; for chair and secretary from closing, for all once published.
    result: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    #: Why it counts for nothing.
    reason: Mapped[str] = mapped_column(String(500), default="")

    @property
    def ref(self) -> Ref:
        """Its name for audit lines, notices, files and links."""
        return Ref("opinion", self.id)

    @property
    def rule(self) -> Rule:
        """What is needed."""
        return Rule(self.base, self.num, self.den, self.is_strict, self.tie)


class OpinionAnswer(Base):
    """One member's answer, empty until it comes."""

    __tablename__ = "opinion_answer"
    ballot_id: Mapped[int] = mapped_column(ForeignKey("opinion_ballot.id"), primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True, index=True)
    choice: Mapped[OpinionChoice | None] = mapped_column(ValueEnum(OpinionChoice))
    text: Mapped[str] = mapped_column(String(2000), default="")
    #: When the answer that stands was given.
    answered_at: Mapped[datetime | None]
    #: How often it was given: 0 not yet, 1 once, more when it was changed.
    given: Mapped[int] = mapped_column(default=0)
