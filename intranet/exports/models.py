"""What an official has had printed or taken along: asked for, made in the background, kept for a week."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from intranet.core.db import Base, OfOrg, ValueEnum
from intranet.core.refs import Ref
from intranet.records.tables import Format


class ExportState(StrEnum):
    """How far it is."""

    WAITING = "waiting"
    MAKING = "making"
    DONE = "done"
    FAILED = "failed"


class Export(OfOrg, Base):
    """One file asked for by one official (tệp xuất)."""

    __tablename__ = "export"
    __table_args__ = (Index("ix_export_mine", "user_id", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    #: For whom the official stood in, whose rights the making goes by.
    acting_for_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    #: Who makes it: a name under which a part of the house registered its maker.
    kind: Mapped[str] = mapped_column(String(60))
    #: What the maker was asked for, plain values.
    asked: Mapped[dict[str, Any]] = mapped_column(JSON)
    format: Mapped[Format] = mapped_column(ValueEnum(Format))
    #: What it is called in the list and as a file, without ending.
    title: Mapped[str] = mapped_column(String(200))
    state: Mapped[ExportState] = mapped_column(ValueEnum(ExportState), default=ExportState.WAITING)
    #: Hundredths that are made.
    percent: Mapped[int] = mapped_column(default=0)
    #: Lines of the table, once they are known.
    lines: Mapped[int | None]
    #: Code of why there is no file.
    problem: Mapped[str | None] = mapped_column(String(60))
    asked_at: Mapped[datetime] = mapped_column(index=True)
    done_at: Mapped[datetime | None]

    @property
    def ref(self) -> Ref:
        """Its name for its file and audit lines."""
        return Ref("export", self.id)

    @property
    def is_open(self) -> bool:
        """True until the file is there or will not come."""
        return self.state in {ExportState.WAITING, ExportState.MAKING}
