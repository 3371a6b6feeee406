"""Where an issued document went, and how far it got there."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from documents.models.catalogue import Channel
from intranet.core.db import Base, OfOrg, ValueEnum


class Purpose(StrEnum):
    """What the receiver is to do with it."""

    ACT = "act"
    SUPERVISE = "supervise"
    KNOW = "know"
    KEEP = "keep"


class DispatchState(StrEnum):
    """How far it got (Decision 28/2018/QĐ-TTg)."""

    QUEUED = "queued"
    SENT = "sent"
    ARRIVED = "arrived"
    REFUSED = "refused"
    RECEIVED = "received"
    ASSIGNED = "assigned"
    PROCESSING = "processing"
    FINISHED = "finished"
    RECALL_ASKED = "recall_asked"
    RECALL_AGREED = "recall_agreed"
    RECALL_REFUSED = "recall_refused"
    FAILED = "failed"
    FAILED_FINAL = "failed_final"


#: Status codes of the exchange, by state.
STATUS_CODES = {
    DispatchState.ARRIVED: "01",
    DispatchState.REFUSED: "02",
    DispatchState.RECEIVED: "03",
    DispatchState.ASSIGNED: "04",
    DispatchState.PROCESSING: "05",
    DispatchState.FINISHED: "06",
    DispatchState.RECALL_ASKED: "13",
    DispatchState.RECALL_AGREED: "15",
    DispatchState.RECALL_REFUSED: "16",
}


class Dispatch(OfOrg, Base):
    """One receiver of an issued document (nơi nhận)."""

    __tablename__ = "dispatch"
    __table_args__ = (Index("ix_dispatch_document", "document_id", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"))
    #: As it reads on the board; kept when the catalogue changes.
    receiver_name: Mapped[str] = mapped_column(String(200))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    party_id: Mapped[int | None] = mapped_column(ForeignKey("party.id"), index=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    purpose: Mapped[Purpose] = mapped_column(ValueEnum(Purpose), default=Purpose.ACT)
    channel: Mapped[Channel] = mapped_column(ValueEnum(Channel))
    #: Unchanged on every retry.
    consignment_id: Mapped[str] = mapped_column(String(40), unique=True)
    state: Mapped[DispatchState] = mapped_column(ValueEnum(DispatchState), default=DispatchState.QUEUED)
    status_code: Mapped[str] = mapped_column(String(2), default="")
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(String(200))
    #: The receiver's own document, for receivers of this installation.
    received_document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"), index=True)
    sent_at: Mapped[datetime | None]
    received_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    #: How many went by post (số lượng bì).
    envelopes: Mapped[int] = mapped_column(default=1, server_default="1")
