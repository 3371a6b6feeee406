"""Votes: what is asked, who may answer, who has answered, and the answers.

Two kinds of answer are kept apart. A ballot by name stands beside its voter. A secret one lies in a box: rows
with random ids that name nobody and no time, made before anybody votes; at closing what was chosen and
the receipts go into two tables, each in an order of its own, and the box is emptied. ``Participation`` says
of both kinds that somebody has voted, never when.
"""

import secrets
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from intranet.core.db import Base, ValueEnum
from meetings.rules.tally import WHOLE, Method, Rule, Tie, VoteBase


class VoteMode(StrEnum):
    """How votes are given."""

    #: By name, and the names are published.
    ROLL = "roll"
    #: By name; counts are published.
    OPEN = "open"
    SECRET = "secret"  # noqa: S105
    #: Raised hands, counted by two people.
    HAND = "hand"


class PollState(StrEnum):
    """Where a vote stands."""

    PREPARED = "prepared"
    OPEN = "open"
    CLOSED = "closed"
    PUBLISHED = "published"
    VOID = "void"


def random_id() -> str:
    """128 random bits in hex: tells neither an order nor a time."""
    return secrets.token_hex(16)


class Poll(Base):
    """One question put to the vote."""

    __tablename__ = "poll"
    __table_args__ = (
        Index(
            "ux_poll_open",
            "meeting_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index("ix_poll_closing", "state", "closes_at"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), index=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("agenda_item.id"), index=True)
    question: Mapped[str] = mapped_column(String(500))
    mode: Mapped[VoteMode] = mapped_column(ValueEnum(VoteMode))
    method: Mapped[Method] = mapped_column(ValueEnum(Method))
    #: ``[{"id", "t"}]`` in order.
    options: Mapped[list[dict[str, str]]] = mapped_column(JSON)
    #: How many may be chosen.
    most: Mapped[int] = mapped_column(default=1)
    base: Mapped[VoteBase] = mapped_column(ValueEnum(VoteBase), default=VoteBase.MEMBERS)
    num: Mapped[int] = mapped_column(default=1)
    den: Mapped[int] = mapped_column(default=2)
    is_strict: Mapped[bool] = mapped_column(default=True)
    tie: Mapped[Tie] = mapped_column(ValueEnum(Tie), default=Tie.FAIL)
    #: Everybody sees how many have voted, not only chair and secretary.
    show_count: Mapped[bool] = mapped_column(default=False)
    #: A ballot may be given anew until the vote closes; roll-calls of bodies that allow it.
    may_change: Mapped[bool] = mapped_column(default=False)
    #: Seconds it stays open, empty for as long as the chair likes.
    seconds: Mapped[int | None]
    #: Weights in thousandths by user id where they are not 1000, and who votes for whom; taken at opening.
    weights: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    proxies: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    state: Mapped[PollState] = mapped_column(ValueEnum(PollState), default=PollState.PREPARED)
    opened_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    prepared_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    #: Whoever opened it; it closes in their name when its time is up.
    opened_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    #: Weight of all members when it opened, thousandths.
    members_weight: Mapped[int] = mapped_column(default=0)
    #: Ballots given, known at closing.
    cast: Mapped[int | None]
    #: What came of it, for chair and secretary from closing, for all once published.
    result: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    #: Why it counts for nothing.
    reason: Mapped[str] = mapped_column(String(500), default="")
    #: On whose order a secretary opened it; empty where the chair did.
    ordered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    #: Raised hands as counted: user id -> option -> hands.
    hands: Mapped[dict[str, dict[str, int]]] = mapped_column(JSON, default=dict)

    @property
    def rule(self) -> Rule:
        """What is needed."""
        return Rule(self.base, self.num, self.den, self.is_strict, self.tie)

    @property
    def is_secret(self) -> bool:
        """True when nobody may learn who voted what."""
        return self.mode is VoteMode.SECRET

    @property
    def texts(self) -> dict[str, str]:
        """Options by id, in order."""
        return {one["id"]: one["t"] for one in self.options}


class PollVoter(Base):
    """One ballot that may be given: settled when the vote opens."""

    __tablename__ = "poll_voter"
    poll_id: Mapped[int] = mapped_column(ForeignKey("poll.id"), primary_key=True)
    voter_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    #: Whoever gives it: the voter, or who was asked to vote in their place.
    holder_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    #: Thousandths.
    weight: Mapped[int] = mapped_column(default=WHOLE)


class Participation(Base):
    """Somebody has voted; once, and nobody knows when."""

    __tablename__ = "participation"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012  # a row number would tell the order
    poll_id: Mapped[int] = mapped_column(ForeignKey("poll.id"), primary_key=True, autoincrement=False)
    voter_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True, autoincrement=False)


class NamedBallot(Base):
    """A ballot by name."""

    __tablename__ = "named_ballot"
    poll_id: Mapped[int] = mapped_column(ForeignKey("poll.id"), primary_key=True)
    voter_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    choice: Mapped[list[str]] = mapped_column(JSON)
    weight: Mapped[int] = mapped_column(default=WHOLE)


class BoxSlot(Base):
    """A place in the box of a secret vote that is open; empty until a ballot falls into it."""

    __tablename__ = "box_slot"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012
    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=random_id)
    poll_id: Mapped[int] = mapped_column(ForeignKey("poll.id"), index=True)
    weight: Mapped[int] = mapped_column(default=WHOLE)
    choice: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    receipt: Mapped[str | None] = mapped_column(String(10))


class BoxChoice(Base):
    """What a secret ballot said, after closing."""

    __tablename__ = "box_choice"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012
    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=random_id)
    poll_id: Mapped[int] = mapped_column(ForeignKey("poll.id"), index=True)
    weight: Mapped[int] = mapped_column(default=WHOLE)
    choice: Mapped[list[str]] = mapped_column(JSON)


class BoxReceipt(Base):
    """A receipt of a secret ballot, after closing; which ballot, nothing says."""

    __tablename__ = "box_receipt"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012
    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=random_id)
    poll_id: Mapped[int] = mapped_column(ForeignKey("poll.id"), index=True)
    receipt: Mapped[str] = mapped_column(String(10))
