"""Kinds of document that the agency's regulation lets a clerk hand straight to a unit."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from documents.models.catalogue import DocKind
from intranet.core.db import Base, OfOrg
from intranet.core.refs import Ref
from intranet.people.models import Unit, User


class TransferRule(OfOrg, Base):
    """A kind goes straight to a unit, in the name of the leader who ordered it (chuyển theo quy chế)."""

    __tablename__ = "transfer_rule"
    __table_args__ = (UniqueConstraint("org_id", "kind_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    kind_id: Mapped[int] = mapped_column(ForeignKey("doc_kind.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    #: In whose name it is given; the result is accepted by that leader.
    leader_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    set_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    set_at: Mapped[datetime]

    kind: Mapped[DocKind] = relationship(lazy="joined", innerjoin=True)
    unit: Mapped[Unit] = relationship(lazy="joined", innerjoin=True)
    leader: Mapped[User] = relationship(foreign_keys=[leader_id], lazy="joined", innerjoin=True)
    set_by: Mapped[User] = relationship(foreign_keys=[set_by_id], lazy="joined", innerjoin=True)

    @property
    def ref(self) -> Ref:
        """Its name for audit lines."""
        return Ref("transfer_rule", self.id)
