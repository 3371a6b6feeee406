"""What the invited answered: they come, they do not, or somebody comes in their place."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from intranet.core.db import Base, ValueEnum


class Attending(StrEnum):
    """What somebody answers to an invitation."""

    ATTEND = "attend"
    ABSENT = "absent"
    SUBSTITUTE = "substitute"


class Standing(StrEnum):
    """What the chair said of a substitute."""

    ASKED = "asked"
    APPROVED = "approved"
    REFUSED = "refused"


class InvitationAnswer(Base):
    """One person's answer to one invitation; the last one counts."""

    __tablename__ = "invitation_answer"
    __table_args__ = (UniqueConstraint("meeting_id", "user_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    answer: Mapped[Attending] = mapped_column(ValueEnum(Attending))
    #: Why not in person.
    reason: Mapped[str] = mapped_column(String(500), default="")
    #: Who is to come instead, and what the chair said of it.
    substitute_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    standing: Mapped[Standing | None] = mapped_column(ValueEnum(Standing))
    at: Mapped[datetime]
