"""By what ways each person wants to hear of what, and where letters and pushes find that person."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from intranet.core.db import Base, ValueEnum
from intranet.notices.outbox_models import Channel


class ChannelChoice(Base):
    """What a person chose for one kind of event and one channel; what nobody chose is as the house has it."""

    __tablename__ = "channel_choice"
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    event: Mapped[str] = mapped_column(String(20), primary_key=True)
    channel: Mapped[Channel] = mapped_column(ValueEnum(Channel), primary_key=True)
    is_on: Mapped[bool]


class MailAddress(Base):
    """Where a person's letters go, once the person has shown that they arrive there."""

    __tablename__ = "mail_address"
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    #: Letters go here; empty until an address was confirmed.
    confirmed: Mapped[str | None] = mapped_column(String(200))
    confirmed_at: Mapped[datetime | None]
    #: An address to which a code was sent, and when; another code makes this one void.
    asked: Mapped[str | None] = mapped_column(String(200))
    asked_at: Mapped[datetime | None]
    #: Wrong codes so far.
    fails: Mapped[int] = mapped_column(default=0)


class PushSubscription(Base):
    """One browser of one person that may be told through the push server of its maker."""

    __tablename__ = "push_subscription"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    endpoint: Mapped[str] = mapped_column(String(1000))
    #: SHA-256 of the address: a browser that comes again is the same row, also for another person.
    endpoint_hash: Mapped[str] = mapped_column(String(64), unique=True)
    #: The browser's public key and its secret, by which what we send is sealed (RFC 8291).
    p256dh: Mapped[str] = mapped_column(String(120))
    auth: Mapped[str] = mapped_column(String(60))
    #: What the browser says of itself.
    device: Mapped[str] = mapped_column(String(300), default="")
    created_at: Mapped[datetime]
