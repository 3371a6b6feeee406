"""What the search keeps: the words of a document as they were indexed, and searches kept under a name."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Connection, ForeignKey, String, Table, Text, event
from sqlalchemy.orm import Mapped, mapped_column, relationship

from intranet.core.db import Base, OfOrg
from intranet.core.dialect import word_index
from intranet.core.refs import Ref
from intranet.people.models import Unit, User

#: The index of words beside this table.
INDEX = "document"
NAME_MAX, QUERY_MAX = 80, 400


class DocumentText(Base):
    """What stands in the index of words about a document; the index itself keeps no text."""

    __tablename__ = "document_text"
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"), primary_key=True)
    #: Number, symbol and the line of the register, as indexed words; issuer and signer, each word marked.
    symbol: Mapped[str] = mapped_column(Text, default="")
    subject: Mapped[str] = mapped_column(Text, default="")
    #: Issuer, signer, receivers and note, one line each.
    facts: Mapped[str] = mapped_column(Text, default="")
    #: Directions and the texts of the files, one after the other.
    body: Mapped[str] = mapped_column(Text, default="")
    #: Where each file begins in the body: ``{"at", "name", "seen"}``; seen: its words were recognised.
    parts: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    #: With which normal form it was indexed; 0: it is not in the index yet.
    norm_version: Mapped[int] = mapped_column(default=0)
    #: How often directions or files have changed since the worker read them.
    changes: Mapped[int] = mapped_column(default=0, index=True)
    #: What is reported on its tasks, and the texts of those files, where no task's readers are named.
    reports: Mapped[str] = mapped_column(Text, default="", server_default="")


@event.listens_for(DocumentText.__table__, "after_create")
def _create_index(target: Table, connection: Connection, **_: object) -> None:
    word_index(connection, INDEX).create(connection)


class SavedSearch(OfOrg, Base):
    """A search that a person kept under a name, perhaps for a whole unit (bộ lọc đã lưu)."""

    __tablename__ = "saved_search"
    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    #: Whose people see it besides the owner.
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    name: Mapped[str] = mapped_column(String(NAME_MAX))
    #: What was typed, the facets chosen, and the order: arguments of the page's address.
    query: Mapped[str] = mapped_column(String(QUERY_MAX), default="")
    facets: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    order: Mapped[str] = mapped_column("sort", String(20), default="")
    created_at: Mapped[datetime]
    #: Codes of the columns with which it is taken along; empty: the usual ones.
    columns: Mapped[list[str]] = mapped_column(JSON, default=list)
    #: Ids of what it found when it was looked at last, while it reminds.
    told: Mapped[list[int]] = mapped_column(JSON, default=list)
    #: The owner is told of what it finds anew.
    reminds: Mapped[bool] = mapped_column(default=False)
    looked_at: Mapped[datetime | None]

    owner: Mapped[User] = relationship(foreign_keys=[owner_id])
    unit: Mapped[Unit | None] = relationship()

    @property
    def ref(self) -> Ref:
        """Its name for audit lines and notices."""
        return Ref("saved_search", self.id)
