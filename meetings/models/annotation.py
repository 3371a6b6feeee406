"""What a person wrote over a page; nobody else's, whatever their role."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, false
from sqlalchemy.orm import Mapped, mapped_column

from intranet.core.db import Base


class Annotation(Base):
    """One stroke over a page of a file.

    Coordinates are PDF user space in hundredths of a point, y up. A stroke taken away leaves its row as a
    mark, so that an ``add`` that comes late, or again, brings nothing back.
    """

    __tablename__ = "annotation"
    __table_args__ = (
        Index("ix_annotation_of", "meeting_id", "user_id"),
        Index("ix_annotation_file", "file", "rev"),
    )
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    #: ULID made on the device, one for each stroke.
    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    #: Public id of the file and SHA-256 of its bytes: a stroke belongs to this very version.
    file: Mapped[str] = mapped_column(String(64))
    rev: Mapped[str] = mapped_column(String(64), default="")
    page: Mapped[int] = mapped_column(default=1)
    #: Kind, tool, colour, width, points; empty for a stroke known only by its removal.
    data: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    #: Lamport counter and device of the stroke.
    lam: Mapped[int] = mapped_column(default=0)
    dev: Mapped[str] = mapped_column(String(26), default="")
    #: The same of its removal; ``None`` while it stands.
    del_lam: Mapped[int | None]
    del_dev: Mapped[str | None] = mapped_column(String(26))
    at: Mapped[datetime]
    #: Rises when the house gave the stroke another place; what a device lacks of that is told by it.
    place_lam: Mapped[int | None]
    #: It lies on a version that is no longer the newest, and has not been looked at since.
    waits: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: Why it was left on the old version for its owner to place (``meetings.rules.reanchor.Reason``).
    doubt: Mapped[str | None] = mapped_column(String(40))
    #: Page and coordinates it may have on the newer one, for its owner to accept.
    likely: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    #: Its owner wants it on the newer version no more.
    dismissed_at: Mapped[datetime | None]
