"""How people look at their lists, and what they did with many rows at once."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from intranet.core.db import Base, OfOrg, ValueEnum


class ListLayout(Base):
    """The columns that one person chose for one list."""

    __tablename__ = "list_layout"
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    #: Which list: the direction of its documents.
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    columns: Mapped[list[str]] = mapped_column(JSON)


class BulkKind(StrEnum):
    """What can be done with several rows of a list at once."""

    PRESENT = "present"
    DIRECT = "direct"
    KNOW = "know"
    TRANSFER = "transfer"
    URGENCY = "urgency"
    FIELD = "field"


class BulkAct(OfOrg, Base):
    """One act of one person on several documents, until its seconds of undo are over and after."""

    __tablename__ = "bulk_act"
    id: Mapped[int] = mapped_column(primary_key=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    acting_for_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    kind: Mapped[BulkKind] = mapped_column(ValueEnum(BulkKind))
    created_at: Mapped[datetime]
    #: Until then it can be taken back.
    release_at: Mapped[datetime]
    #: Rows that were chosen and that the actor may not see.
    unseen: Mapped[int] = mapped_column(default=0)
    #: When taking it back began; what a lost connection left over may still be finished.
    undone_at: Mapped[datetime | None]


class BulkLine(Base):
    """How it went with one document of an act."""

    __tablename__ = "bulk_line"
    act_id: Mapped[int] = mapped_column(ForeignKey("bulk_act.id"), primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), primary_key=True, index=True)
    #: The direction that was given.
    directive_id: Mapped[int | None] = mapped_column(ForeignKey("directive.id"), index=True)
    #: Of the document when the act was done with it.
    version: Mapped[int]
    #: What stood there before, where taking it back needs it.
    was: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    #: Code of the refusal, and what its sentence needs.
    problem: Mapped[str | None] = mapped_column(String(60))
    problem_data: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    undone_at: Mapped[datetime | None]
    #: Code of why it could not be taken back.
    kept: Mapped[str | None] = mapped_column(String(60))
