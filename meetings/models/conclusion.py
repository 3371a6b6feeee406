"""What a meeting concluded: sentences with whoever is to act on them by when, and the tasks they became."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from intranet.core.db import Base, ValueEnum
from intranet.core.refs import Ref


class ConclusionKind(StrEnum):
    """What a conclusion is."""

    #: Says what was settled.
    CONCLUSION = "conclusion"
    #: Says how things are to be done, to be watched by nobody in particular.
    DIRECTION = "direction"
    #: Gives work to somebody.
    TASK = "task"


class ConclusionState(StrEnum):
    """Where a conclusion stands."""

    #: Written down; the chair has not spoken yet.
    DRAFT = "draft"
    #: The chair's word.
    CONFIRMED = "confirmed"
    #: Confirmed, and its task exists.
    ISSUED = "issued"
    CANCELLED = "cancelled"


class Conclusion(Base):
    """One conclusion of a meeting (kết luận); one that gives work becomes one task."""

    __tablename__ = "conclusion"
    __table_args__ = (Index("ix_conclusion_of", "meeting_id", "position"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    #: The item it belongs to; empty: the whole meeting.
    item_id: Mapped[int | None] = mapped_column(ForeignKey("agenda_item.id"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    kind: Mapped[ConclusionKind] = mapped_column(ValueEnum(ConclusionKind))
    state: Mapped[ConclusionState] = mapped_column(ValueEnum(ConclusionState))
    text: Mapped[str] = mapped_column(Text)
    #: Who leads: a unit or a person, never both.
    lead_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    lead_user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    #: Who works along: ``["unit:4", "user:12"]``.
    co: Mapped[list[str]] = mapped_column(JSON, default=list)
    due_date: Mapped[date | None]
    is_urgent: Mapped[bool] = mapped_column(default=False)
    #: Where the words stood: ``{"block", "rev"}`` of the minutes and ``v``, the room's version then.
    source: Mapped[Any] = mapped_column(JSON)
    #: Rises with every change; a form that saw an older one is refused.
    version: Mapped[int] = mapped_column(default=1)
    created_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[datetime]
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    confirmed_at: Mapped[datetime | None]
    #: The task that it became; one conclusion gives one.
    task_id: Mapped[int | None] = mapped_column(ForeignKey("task.id"), unique=True)
    #: Why it counts no more.
    reason: Mapped[str] = mapped_column(String(500), default="")

    @property
    def ref(self) -> Ref:
        """Its name for audit lines, tasks and links."""
        return Ref("conclusion", self.id)

    @property
    def lead(self) -> str | None:
        """Who leads, as ``unit:4`` or ``user:12``."""
        if self.lead_unit_id is not None:
            return f"unit:{self.lead_unit_id}"
        return None if self.lead_user_id is None else f"user:{self.lead_user_id}"
