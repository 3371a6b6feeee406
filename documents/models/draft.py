"""Versions of a draft."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from intranet.core.db import Base, OfOrg
from intranet.people.models import User


class DraftVersion(OfOrg, Base):
    """One version of a draft's Word file; none is ever overwritten."""

    __tablename__ = "draft_version"
    __table_args__ = (UniqueConstraint("document_id", "seq"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"))
    #: 1, 2, 3 … within the document.
    seq: Mapped[int]
    file_id: Mapped[int] = mapped_column(ForeignKey("file.id"), index=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    at: Mapped[datetime]
    #: What changed, in the author's words.
    note: Mapped[str] = mapped_column(String(300), default="")

    author: Mapped[User] = relationship()


class DraftOpinion(OfOrg, Base):
    """What somebody said of a version: an opinion, an approval, a return with its reason."""

    __tablename__ = "draft_opinion"
    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), index=True)
    #: The version it is about.
    seq: Mapped[int]
    #: The event of the life cycle that carried it, or ``opinion``.
    act: Mapped[str] = mapped_column(String(20))
    author_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    acting_for_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    at: Mapped[datetime]
    text: Mapped[str] = mapped_column(String(1000), default="")

    author: Mapped[User] = relationship(foreign_keys=[author_id])
