"""The room's log: what happened, in order, and what each audience was told before."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from intranet.core.db import Base


@dataclass(frozen=True)
class MeetingMoved:
    """A line was written to the journal of a meeting."""

    meeting_id: int
    v: int


@dataclass(frozen=True)
class PartChanged:
    """A person's part in a meeting was given another role, or taken away."""

    meeting_id: int
    user_id: int


@dataclass(frozen=True)
class CallAnswered:
    """The line of that version answers somebody's call; its words are that person's alone."""

    meeting_id: int
    v: int
    user_id: int


class JournalLine(Base):
    """One line of the journal; never changed, never taken away."""

    __tablename__ = "journal_line"
    __table_args__ = (UniqueConstraint("meeting_id", "v"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    #: Version of the room that this line made.
    v: Mapped[int]
    #: ``item.started`` and the like; ``rules/audiences.py`` knows who is told what of it.
    kind: Mapped[str] = mapped_column(String(40))
    #: All that happened; each audience gets its share.
    data: Mapped[Any] = mapped_column(JSON)
    #: By audience: the version that audience was told before this one. An audience not named is not told.
    pv: Mapped[dict[str, int]] = mapped_column(JSON)
    at: Mapped[datetime]
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
