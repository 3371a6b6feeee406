"""Changes of who may see a document, each flagged until others than its author have confirmed it."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from documents.models.document import AccessLevel, Document
from intranet.core.db import Base, OfOrg, ValueEnum
from intranet.core.refs import Ref
from intranet.people.models import User


class AccessChange(OfOrg, Base):
    """One change of one document's access (thay đổi phạm vi xem).

    It holds at once; its owner and the head of the office are told, and it stays flagged until they confirmed
    it (Decree 30/2020/NĐ-CP, appendix VI).
    """

    __tablename__ = "access_change"
    __table_args__ = (Index("ix_access_change_open", "org_id", "confirmed_at", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), index=True)
    level_before: Mapped[AccessLevel] = mapped_column(ValueEnum(AccessLevel))
    level_after: Mapped[AccessLevel] = mapped_column(ValueEnum(AccessLevel))
    #: Ids of persons who were named, and who no longer are.
    added: Mapped[list[int]] = mapped_column(JSON, default=list)
    removed: Mapped[list[int]] = mapped_column(JSON, default=list)
    #: How many persons could read it before and can now.
    readers_before: Mapped[int]
    readers_after: Mapped[int]
    #: Tasks that were closed to others together with the document; they are opened with it again.
    task_ids: Mapped[list[Any]] = mapped_column(JSON, default=list)
    reason: Mapped[str] = mapped_column(String(500))
    changed_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    changed_at: Mapped[datetime]
    #: Whose document it is; empty when the owner changed it.
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    owner_confirmed_at: Mapped[datetime | None]
    head_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    head_confirmed_at: Mapped[datetime | None]
    #: When nobody was left to confirm it.
    confirmed_at: Mapped[datetime | None]

    document: Mapped[Document] = relationship()
    changed_by: Mapped[User] = relationship(foreign_keys=[changed_by_id])

    @property
    def ref(self) -> Ref:
        """Its name for notices."""
        return Ref("access_change", self.id)
