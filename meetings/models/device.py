"""Codes by which another device takes a person's place in the room of a meeting."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from intranet.core.db import Base


@dataclass(frozen=True)
class DeviceMoved:
    """A person's place in a room went to another device.

    ``session_id``: the session it replaces, 0 where that is not known: then all of the person's leave.
    ``fresh_id``: the new device's own, which stays.
    """

    meeting_id: int
    user_id: int
    session_id: int
    fresh_id: int


class DeviceCode(Base):
    """One code, good once and for minutes, for one person in one meeting; only a keyed hash of it is kept."""

    __tablename__ = "device_code"
    __table_args__ = (Index("ix_device_code_meeting", "meeting_id", "user_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    issued_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    issued_at: Mapped[datetime]
    until: Mapped[datetime]
    #: The session of the device that issued it for its own person; no foreign key: sessions are swept away.
    replaces_id: Mapped[int | None]
    #: Wrong codes that were tried at this meeting while this one was open.
    wrong: Mapped[int] = mapped_column(default=0)
    #: A newer one was issued for the same person.
    is_void: Mapped[bool] = mapped_column(default=False)
    used_at: Mapped[datetime | None]
    #: It stands on a card at the seat: good only while the secretary has opened it, until ``until``.
    is_printed: Mapped[bool] = mapped_column(default=False)
