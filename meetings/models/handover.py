"""A secretary's wish that somebody else takes the chair, until a second secretary agrees."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from intranet.core.db import Base


class ChairRequest(Base):
    """One wish for one meeting; the last one counts, for ten minutes."""

    __tablename__ = "chair_request"
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), primary_key=True)
    to_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime]
