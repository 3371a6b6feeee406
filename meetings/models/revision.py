"""A paper replaced by a newer file: which versions there were, and what is known of their pages."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, String, false
from sqlalchemy.orm import Mapped, mapped_column

from intranet.core.db import Base, ValueEnum


class ReplacementState(StrEnum):
    """Where a replacement stands."""

    #: The two versions are being compared; everybody reads the old one.
    PENDING = "pending"
    #: The new one lies on the table, marks went along.
    READY = "ready"
    #: The new one lies on the table, but the two could not be compared.
    FAILED = "failed"
    #: It never took effect: the paper was withdrawn meanwhile.
    DROPPED = "dropped"


class PaperReplacement(Base):
    """One paper's step from one version to the next; the paper keeps its public id."""

    __tablename__ = "paper_replacement"
    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), index=True)
    #: Public id of the paper.
    file: Mapped[str] = mapped_column(String(64), index=True)
    #: SHA-256 of the bytes before and after.
    from_rev: Mapped[str] = mapped_column(String(64))
    to_rev: Mapped[str] = mapped_column(String(64))
    #: Public id of the file that holds the new bytes while they are compared, and the old ones afterwards.
    other: Mapped[str] = mapped_column(String(64))
    #: Pages of the old version, where known.
    from_pages: Mapped[int | None]
    state: Mapped[ReplacementState] = mapped_column(
        ValueEnum(ReplacementState), default=ReplacementState.PENDING
    )
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    #: Pages of the new version that are new, or not what they were.
    changed: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    #: ``[[page, by], …]``: from that old page on, pages lie so many pages further back.
    moves: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    #: Marks wait on pages that are pictures, whose words are to be read.
    to_read: Mapped[bool] = mapped_column(default=False, server_default=false(), index=True)


class PageFacts(Base):
    """What was read of a version's pages, packed; marks that come late are placed by it."""

    __tablename__ = "page_facts"
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    #: Compressed JSON, a list of page records.
    data: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime]
