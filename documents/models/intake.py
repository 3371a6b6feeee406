"""Files dropped on the clerk's desk, until each is a received document or left aside."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from intranet.core.db import Base, OfOrg, ValueEnum


class IntakeState(StrEnum):
    """Where a dropped file stands."""

    CHECKING = "checking"
    CAPTURED = "captured"
    REFUSED = "refused"
    #: The clerk has put it aside or read the refusal.
    DISMISSED = "dismissed"


class IntakeFile(OfOrg, Base):
    """One file of a drop, by the id of its staging."""

    __tablename__ = "intake_file"
    __table_args__ = (Index("ix_intake_file_desk", "org_id", "state", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    staged_id: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(250))
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    at: Mapped[datetime]
    state: Mapped[IntakeState] = mapped_column(ValueEnum(IntakeState), default=IntakeState.CHECKING)
    #: Code of the refusal, ``file.encrypted``.
    problem: Mapped[str | None] = mapped_column(String(60))
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"), index=True)
