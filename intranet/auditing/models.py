"""How far the log of each agency was proved."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from intranet.core.db import Base
from intranet.core.refs import Ref


class AuditProof(Base):
    """The last proof of an agency's log; the next night goes on where it ended."""

    __tablename__ = "audit_proof"
    org_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True, autoincrement=False)
    #: The office day of the last nightly proof.
    night: Mapped[date | None]
    #: Somebody asked for a proof of the whole log that has not ended.
    asked_at: Mapped[datetime | None]
    proved_at: Mapped[datetime | None]
    #: The last line that was proved, and the hash that stands in it.
    seq: Mapped[int] = mapped_column(default=0)
    mac: Mapped[str] = mapped_column(String(64))
    #: The first line that is not what it was, and why: :class:`intranet.records.audit.Fault`.
    fault_seq: Mapped[int | None]
    problem: Mapped[str | None] = mapped_column(String(20))

    @property
    def ref(self) -> Ref:
        """Its name."""
        return Ref("audit_proof", self.org_id)
