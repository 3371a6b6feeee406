"""What has to be asked of somebody else before it is done to a register."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from documents.models.register import Register, RegisterEntry
from intranet.core.db import Base, OfOrg, ValueEnum
from intranet.core.refs import Ref
from intranet.people.models import User


class Asked(StrEnum):
    """What is asked of whoever decides."""

    #: Numbers to be held; the clerk decides.
    HOLD = "hold"
    #: A held number to be struck out; a leader decides.
    CANCEL = "cancel"
    #: An arrival number to be struck out; a leader decides.
    STRIKE = "strike"
    #: A number with a letter behind it; a leader decides.
    SUB_NUMBER = "sub_number"
    #: A register's year to be closed; a leader signs.
    CLOSE = "close"


class AskedState(StrEnum):
    """Where a request stands."""

    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"


class NumberRequest(OfOrg, Base):
    """Something asked of a register that another person decides: kept whatever the answer is."""

    __tablename__ = "number_request"
    __table_args__ = (Index("ix_number_request_open", "org_id", "state", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    asked: Mapped[Asked] = mapped_column(ValueEnum(Asked))
    state: Mapped[AskedState] = mapped_column(ValueEnum(AskedState), default=AskedState.ASKED)
    register_id: Mapped[int] = mapped_column(ForeignKey("register.id"), index=True)
    year: Mapped[int]
    #: The line to be struck out, or the one whose number the letter follows.
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("register_entry.id"), index=True)
    #: The document that the number with a letter is for.
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"), index=True)
    #: How many numbers, and until when.
    count: Mapped[int] = mapped_column(default=1)
    expires_on: Mapped[date | None]
    reason: Mapped[str] = mapped_column(String(500), default="")
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    asked_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    decided_at: Mapped[datetime | None]
    #: Why it was refused.
    note: Mapped[str] = mapped_column(String(500), default="")

    register: Mapped[Register] = relationship()
    entry: Mapped[RegisterEntry | None] = relationship()
    asker: Mapped[User] = relationship(foreign_keys=[asked_by_id])

    @property
    def ref(self) -> Ref:
        """Its name for notices."""
        return Ref("number_request", self.id)
