"""How devices of those who take part stand: what of a meeting's papers they have, when that was checked."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from intranet.core.db import Base


@dataclass(frozen=True)
class DeviceReported:
    """A device told how its pack of a meeting stands."""

    meeting_id: int
    user_id: int


#: As a device's ``problem``: it was given back and says that nothing is left on it.
WIPED = "wiped"


class Standing(StrEnum):
    """Where a device, or a person with all devices, stands: ``pack.standing.<value>``."""

    #: Has every paper as it is now.
    READY = "ready"
    #: Had every paper once; some were replaced or added since.
    OLD = "old"
    #: Tried, and has not got all of it.
    FAILED = "failed"
    #: Was never opened, or rested until what it kept ended.
    NEVER = "never"


class DeviceReadiness(Base):
    """What one device last said of one meeting."""

    __tablename__ = "device_readiness"
    __table_args__ = (UniqueConstraint("meeting_id", "device"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    #: The name of its key (:func:`meetings.services.packs.device_key`): it outlives a session.
    device: Mapped[str] = mapped_column(String(32))
    #: By which session it was signed in last; no foreign key: sessions are swept away.
    session_id: Mapped[int]
    #: The pack it has (:attr:`meetings.services.packs.Pack.rev`), and how many of its files it has whole.
    rev: Mapped[str] = mapped_column(String(16))
    verified: Mapped[int]
    total: Mapped[int]
    #: What stands in the way: ``pack.problem.<problem>``; empty when nothing does; :data:`WIPED` at its end.
    problem: Mapped[str | None] = mapped_column(String(20))
    #: Version of what the browser runs (:func:`intranet.core.pages.build_id`).
    app: Mapped[str] = mapped_column(String(8))
    #: Bytes that the browser would still keep, where it says so; and bytes that are lacking.
    free: Mapped[int | None] = mapped_column(BigInteger)
    need: Mapped[int] = mapped_column(BigInteger, default=0)
    at: Mapped[datetime]
