"""What a person marked on a page: nobody else's, whatever their role, unless they chose to share a copy."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, false
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column

from intranet.core import sealing
from intranet.core.db import Base


class Layer(StrEnum):
    """Who sees a mark."""

    #: Its author alone.
    PRIVATE = "private"
    #: The people it names.
    GROUP = "group"
    #: Everybody who may read the paper.
    ALL = "all"


@dataclass(frozen=True)
class MarksShared:
    """Marks over papers of a meeting were shared, changed or taken back.

    :param people: who may see them besides their author; empty for all.
    """

    meeting_id: int
    by_id: int
    people: tuple[int, ...]


def _sealed(column: str) -> hybrid_property[Any]:
    """A value that lies in a column, sealed where the mark is private; set author, id and layer before it."""

    def read(mark: "Annotation") -> Any:
        kept = getattr(mark, column)
        return sealing.opened(kept, **_where(mark, column)) if sealing.is_sealed(kept) else kept

    def write(mark: "Annotation", value: Any) -> None:
        is_private = value is not None and mark.layer in {None, Layer.PRIVATE}
        setattr(mark, column, sealing.seal(value, **_where(mark, column)) if is_private else value)

    def asked(kind: type["Annotation"]) -> Any:
        return getattr(kind, column)

    return hybrid_property(read, fset=write, expr=asked)


def _where(mark: "Annotation", column: str) -> dict[str, str]:
    if mark.user_id is None or mark.id is None:
        raise ValueError("a private mark is sealed for its author: name both first")
    return {"owner": f"user:{mark.user_id}", "place": f"annotation:{mark.user_id}:{mark.id}:{column}"}


class Annotation(Base):
    """One mark over a page of a file (``meetings.rules.mark_kinds``).

    Coordinates are PDF user space in hundredths of a point, y up. A mark taken away leaves its row, so that
    an ``add`` that comes late, or again, brings nothing back.
    """

    __tablename__ = "annotation"
    __table_args__ = (
        Index("ix_annotation_of", "meeting_id", "user_id"),
        Index("ix_annotation_file", "file", "rev"),
        Index("ix_annotation_shared", "meeting_id", "seq"),
    )
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    #: ULID made on the device, one for each stroke.
    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    #: Public id of the file and SHA-256 of its bytes: a stroke belongs to this very version.
    file: Mapped[str] = mapped_column(String(64))
    rev: Mapped[str] = mapped_column(String(64), default="")
    page: Mapped[int] = mapped_column(default=1)
    #: :attr:`data` as it lies in the database: of a private mark sealed under its author's key.
    kept_data: Mapped[Any] = mapped_column("data", JSON(none_as_null=True), nullable=True)
    #: Lamport counter and device of the version that is shown.
    lam: Mapped[int] = mapped_column(default=0)
    dev: Mapped[str] = mapped_column(String(26), default="")
    #: The same of its removal; ``None`` while it stands.
    del_lam: Mapped[int | None]
    del_dev: Mapped[str | None] = mapped_column(String(26))
    at: Mapped[datetime]
    kept_others: Mapped[Any] = mapped_column("others", JSON(none_as_null=True), nullable=True)
    #: Versions that were seen by those that stand: ``{device: counter}`` (``meetings.rules.mark_merge``).
    past: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    #: Fixed when the mark is made: sharing makes a copy, ``source`` names the private mark it was made of.
    layer: Mapped[Layer] = mapped_column(default=Layer.PRIVATE, server_default=Layer.PRIVATE.value)
    source: Mapped[str | None] = mapped_column(String(26))
    #: Ids of the people of :attr:`Layer.GROUP`.
    people: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    #: Of shared marks: rises in a meeting with every change of one, so that others are told what they lack.
    seq: Mapped[int | None]
    #: Rises when the house gave the stroke another place; what a device lacks of that is told by it.
    place_lam: Mapped[int | None]
    #: It lies on a version that is no longer the newest, and has not been looked at since.
    waits: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: Why it was left on the old version for its owner to place (``meetings.rules.reanchor.Reason``).
    doubt: Mapped[str | None] = mapped_column(String(40))
    kept_likely: Mapped[Any] = mapped_column("likely", JSON(none_as_null=True), nullable=True)
    #: Its owner wants it on the newer version no more.
    dismissed_at: Mapped[datetime | None]
    #: Written before private marks were sealed.
    is_open: Mapped[bool] = mapped_column(default=False, server_default=false(), index=True)

    #: Kind and what belongs to it; empty for a mark known only by its removal.
    data = _sealed("kept_data")
    #: Versions of a note written at the same time elsewhere, ``{"lam", "dev", "text"}``; none is dropped.
    others = _sealed("kept_others")
    #: Page and coordinates it may have on the newer one, for its owner to accept.
    likely = _sealed("kept_likely")
