"""What members say of an item before it is taken up: they agree, they object, they want to speak."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from intranet.core.db import Base, ValueEnum


class Stand(StrEnum):
    """A member's position on an item."""

    AGREE = "agree"
    COMMENT = "comment"
    OBJECT = "object"
    SPEAK = "speak"


@dataclass(frozen=True)
class PositionTaken:
    """A member took a position: that person's other devices show it too."""

    meeting_id: int
    user_id: int


class Position(Base):
    """One member's position on one item; the last one counts. For chair, secretary and its author."""

    __tablename__ = "position"
    __table_args__ = (UniqueConstraint("item_id", "user_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), index=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("agenda_item.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    stand: Mapped[Stand] = mapped_column(ValueEnum(Stand))
    #: The comment, for the stands that have one.
    text: Mapped[str] = mapped_column(String(1000), default="")
    at: Mapped[datetime]
