"""The room's log: what happened, in order, and what each audience was told before."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from intranet.core.db import Base
from intranet.core.events import HERE


@dataclass(frozen=True)
class Line:
    """A line of the journal as it was written, without a session."""

    v: int
    #: ``item.started`` and the like; ``rules/audiences.py`` knows who is told what of it.
    kind: str
    #: All that happened, as JSON gives it back; each audience gets its share.
    data: Any
    #: By audience: the version that audience was told before this one. An audience not named is not told.
    pv: dict[str, int]
    at: datetime
    by_id: int


@dataclass(frozen=True)
class MeetingMoved:
    """A line was written to the journal of a meeting."""

    meeting_id: int
    v: int
    #: What that transaction wrote of this meeting, in order: told here without asking for it again.
    lines: Sequence[Line] = field(default=(), compare=False, repr=False, metadata=HERE)


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
    """One line of the journal (:class:`Line`); never changed, taken away only with a whole rehearsal."""

    __tablename__ = "journal_line"
    __table_args__ = (UniqueConstraint("meeting_id", "v"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    #: Version of the room that this line made.
    v: Mapped[int]
    kind: Mapped[str] = mapped_column(String(40))
    data: Mapped[Any] = mapped_column(JSON)
    pv: Mapped[dict[str, int]] = mapped_column(JSON)
    at: Mapped[datetime]
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
