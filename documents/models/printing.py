"""Printed registers of closed years that are kept for good, and that their paper was signed and sealed."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from documents.models.register import Register
from intranet.core.db import Base, OfOrg
from intranet.core.refs import Ref


class RegisterPrint(OfOrg, Base):
    """The printed register of a closed year, as its ledger stood (bản in lưu của sổ)."""

    __tablename__ = "register_print"
    __table_args__ = (
        ForeignKeyConstraint(["register_id", "year"], ["register_year.register_id", "register_year.year"]),
        UniqueConstraint("register_id", "year", "head_hash"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    register_id: Mapped[int] = mapped_column(ForeignKey("register.id"))
    year: Mapped[int]
    #: Hash of the last event of the ledger, which stands in the print.
    head_hash: Mapped[str] = mapped_column(String(64))
    #: The file in the making, or of which it became a copy; gone after a week.
    export_id: Mapped[int]
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    asked_at: Mapped[datetime]
    #: When its file was there; empty until then.
    made_at: Mapped[datetime | None]
    #: The leader who signed the paper, the day it was signed and sealed, who noted it and when.
    signed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    sealed_on: Mapped[date | None]
    sealed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    sealed_at: Mapped[datetime | None]

    register: Mapped[Register] = relationship()

    @property
    def ref(self) -> Ref:
        """Its name for its files and audit lines."""
        return Ref("register_print", self.id)
