"""What is to leave the house by mail, push or exchange, and whether anything may leave it at all."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from intranet.core.db import Base, ValueEnum
from intranet.core.refs import Ref


class Channel(StrEnum):
    """By what way something reaches a person outside of our pages."""

    EMAIL = "email"
    PUSH = "push"


class OutboxState(StrEnum):
    """Where a letter stands."""

    #: It waits for its hour, or for the next try.
    QUEUED = "queued"
    #: A worker has it in hand until its lease ends.
    SENDING = "sending"
    SENT = "sent"
    #: Given up, with the reason; an operator may send it again.
    DEAD = "dead"
    #: Its receiver may not read of it any more, or has gone: there was nothing to send.
    DROPPED = "dropped"


class Outbox(Base):
    """One letter to one person by one channel; ``(kind, key)`` is written once, whoever writes it again."""

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("kind", "key"),
        Index("ix_outbox_due", "state", "kind", "next_try_at"),
        Index("ix_outbox_person", "user_id", "created_at"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[Channel] = mapped_column(ValueEnum(Channel))
    key: Mapped[str] = mapped_column(String(120))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    ref_kind: Mapped[str] = mapped_column(String(40))
    ref_id: Mapped[int]
    #: Words, or what they are made of when it leaves; emptied once it has left.
    payload: Mapped[Any] = mapped_column(JSON)
    #: The same on each try: whoever gets a letter twice can tell that it is one.
    message_id: Mapped[str] = mapped_column(String(200))
    state: Mapped[OutboxState] = mapped_column(ValueEnum(OutboxState), default=OutboxState.QUEUED)
    created_at: Mapped[datetime]
    #: From when on it might leave; how late it is counts from here.
    due_at: Mapped[datetime]
    next_try_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    lease_owner: Mapped[str | None] = mapped_column(String(80))
    lease_until: Mapped[datetime | None]
    #: Why the last try failed, in the words of whoever refused.
    reason: Mapped[str | None] = mapped_column(String(300))
    ended_at: Mapped[datetime | None]

    @property
    def ref(self) -> Ref:
        """The record that it is about."""
        return Ref(self.ref_kind, self.ref_id)


class OutboxSwitch(Base):
    """The one row that says whether this installation sends; a copy of it elsewhere does not."""

    __tablename__ = "outbox_switch"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    is_on: Mapped[bool]
    #: Print of the data folder that sends; in another place the row says no.
    home: Mapped[str] = mapped_column(String(64))
    changed_at: Mapped[datetime]
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    #: When administrators were last told that something is stuck.
    alarmed_at: Mapped[datetime | None]
    #: When the clock was seen to have jumped ahead, and how far; nothing is sent until somebody has looked.
    jumped_at: Mapped[datetime | None]
    jumped_seconds: Mapped[int] = mapped_column(default=0)
