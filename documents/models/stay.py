"""How long a document stood in each of its states: what the map of waiting is drawn from."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from documents.models.lifecycle import DocState
from intranet.core.db import Base, OfOrg, ValueEnum


class DocumentStay(OfOrg, Base):
    """One stay of a document in a state; the present one has not been left."""

    __tablename__ = "document_stay"
    __table_args__ = (
        Index("ix_document_stay_left", "org_id", "state", "left_at", "minutes"),
        Index("ix_document_stay_entered", "org_id", "state", "entered_at", "document_id"),
        Index("ix_document_stay_document", "document_id", "id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"))
    state: Mapped[DocState] = mapped_column(ValueEnum(DocState))
    entered_at: Mapped[datetime]
    #: What was due before this day was late when the document came here.
    late_from: Mapped[date]
    left_at: Mapped[datetime | None]
    #: Minutes of office hours, by the calendar as it stood when the document left.
    minutes: Mapped[int | None]
    #: Whose act brought it here, ``None`` for the house.
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
