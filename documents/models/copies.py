"""Uses of the kept copies of issued documents (sổ sử dụng bản lưu, Decree 30/2020/NĐ-CP, appendix IV)."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from documents.models.document import Document
from intranet.core.db import Base, OfOrg, ValueEnum
from intranet.core.refs import Ref
from intranet.people.models import User


class UseState(StrEnum):
    """Where a use stands."""

    ASKED = "asked"
    ALLOWED = "allowed"
    REFUSED = "refused"
    #: The copy is with whoever uses it.
    GIVEN = "given"
    RETURNED = "returned"


class CopyUse(OfOrg, Base):
    """One use of the kept copy of one document: asked for, allowed, given, returned."""

    __tablename__ = "copy_use"
    __table_args__ = (Index("ix_copy_use_state", "org_id", "state", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), index=True)
    state: Mapped[UseState] = mapped_column(ValueEnum(UseState), default=UseState.ASKED)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    asked_at: Mapped[datetime]
    #: Name and agency of somebody from outside; empty when whoever asked uses it.
    user_text: Mapped[str] = mapped_column(String(150), default="")
    purpose: Mapped[str] = mapped_column(String(500))
    #: Number and symbol of the case file in which the copy lies.
    case_code: Mapped[str] = mapped_column(String(60), default="")
    due_date: Mapped[date]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    decided_at: Mapped[datetime | None]
    given_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    given_at: Mapped[datetime | None] = mapped_column(index=True)
    taken_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    returned_at: Mapped[datetime | None]
    #: Why it was refused, in which state it came back.
    note: Mapped[str] = mapped_column(String(300), default="")
    #: The day on which its user was last reminded.
    reminded_on: Mapped[date | None]

    document: Mapped[Document] = relationship()
    asker: Mapped[User] = relationship(foreign_keys=[asked_by_id])

    @property
    def ref(self) -> Ref:
        """Its name for notices and audit lines."""
        return Ref("copy_use", self.id)
