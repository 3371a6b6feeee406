"""What the documents of an agency are chosen from: kinds, outside agencies, sentences of direction."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from intranet.core.db import Base, OfOrg, ValueEnum
from intranet.core.refs import Ref
from intranet.core.text import fold
from intranet.people.models import Unit, User


class KindGroup(StrEnum):
    """Families of kinds; they differ in their series of numbers."""

    #: The 29 kinds of Decree 30/2020/NĐ-CP, article 7.
    ADMINISTRATIVE = "administrative"
    COPY = "copy"
    #: Legal normative documents; the list stays open.
    NORMATIVE = "normative"


class Channel(StrEnum):
    """How a document travels."""

    INTERNAL = "internal"
    EDXML = "edxml"
    EMAIL = "email"
    POST = "post"
    HAND = "hand"
    FAX = "fax"


class DocKind(OfOrg, Base):
    """A kind of document (tên loại văn bản) in one agency's list."""

    __tablename__ = "doc_kind"
    __table_args__ = (UniqueConstraint("org_id", "name"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    #: Abbreviation in symbols, case kept (QĐ, TTr); empty for the two kinds of letter.
    code: Mapped[str] = mapped_column(String(10), default="")
    name: Mapped[str] = mapped_column(String(100))
    group: Mapped[KindGroup] = mapped_column(ValueEnum(KindGroup), default=KindGroup.ADMINISTRATIVE)
    #: Working days for dealing with it when nothing else says so.
    default_deadline_days: Mapped[int | None]
    needs_reply: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int] = mapped_column(default=0)
    is_active: Mapped[bool] = mapped_column(default=True)

    @property
    def ref(self) -> Ref:
        """Its name for audit lines."""
        return Ref("doc_kind", self.id)

    @property
    def printed(self) -> str:
        """Its name as it stands on a document: without what tells it from another kind of that name."""
        return self.name.partition(" (")[0]

    @property
    def is_letter(self) -> bool:
        """True for kinds without an abbreviation, whose symbol is agency and unit."""
        return not self.code


class WorkField(OfOrg, Base):
    """What a document and the work on it is about, as an agency divides its work (lĩnh vực)."""

    __tablename__ = "work_field"
    __table_args__ = (UniqueConstraint("org_id", "name_key"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    #: Folded name: two spellings of one field are equal.
    name_key: Mapped[str] = mapped_column(String(120))
    #: Offered first where such documents are given to a unit.
    lead_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    #: Working days for dealing with it when the document does not say; goes before that of the kind.
    default_deadline_days: Mapped[int | None]
    is_active: Mapped[bool] = mapped_column(default=True)
    #: Rises with every change; a form made from an older one is refused.
    version: Mapped[int] = mapped_column(default=1)

    lead_unit: Mapped[Unit | None] = relationship()

    @validates("name")
    def _keep_key(self, _key: str, value: str) -> str:
        self.name_key = fold(value)
        return value

    @property
    def ref(self) -> Ref:
        """Its name for audit lines."""
        return Ref("work_field", self.id)


class Party(OfOrg, Base):
    """An agency outside, or another of this installation, as this one writes to and hears from it."""

    __tablename__ = "party"
    __table_args__ = (UniqueConstraint("org_id", "name"), Index("ix_party_key", "org_id", "name_key"))
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    #: Folded name, for finding without marks.
    name_key: Mapped[str] = mapped_column(String(250))
    short_name: Mapped[str] = mapped_column(String(100), default="")
    aliases: Mapped[list[str]] = mapped_column(JSON, default=list)
    #: Letters in its symbols ("BTC").
    letters: Mapped[str] = mapped_column(String(30), default="")
    #: Exchange code, Decision 20/2020/QĐ-TTg.
    organ_id: Mapped[str | None] = mapped_column(String(35))
    #: The agency of this installation that it is, if it is one.
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("party.id"), index=True)
    emails: Mapped[list[str]] = mapped_column(JSON, default=list)
    channel: Mapped[Channel] = mapped_column(ValueEnum(Channel), default=Channel.POST)
    active_from: Mapped[date | None]
    active_to: Mapped[date | None]
    #: The agency that it is one with; for a name that an agency had, that agency.
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("party.id"), index=True)
    #: A name that an agency had, and nothing else.
    is_old_name: Mapped[bool] = mapped_column(default=False)
    #: Rises with every change; a form made from an older one is refused.
    version: Mapped[int] = mapped_column(default=1)

    @validates("name")
    def _keep_key(self, _key: str, value: str) -> str:
        self.name_key = fold(value)
        return value

    def was_active_on(self, day: date) -> bool:
        """True when the agency existed on that day, as far as is known."""
        is_later = self.active_from is not None and day < self.active_from
        return not is_later and (self.active_to is None or day <= self.active_to)

    @property
    def ref(self) -> Ref:
        """Its name for audit lines."""
        return Ref("party", self.id)


class IssuerSpelling(OfOrg, Base):
    """What clerks put for an agency's name as papers print it (cách viết tên cơ quan)."""

    __tablename__ = "issuer_spelling"
    __table_args__ = (UniqueConstraint("org_id", "key", "party_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    #: Letters and marks of both lines, not their case; two names for one key are at odds.
    key: Mapped[str] = mapped_column(String(1300))
    printed: Mapped[str] = mapped_column(String(200))
    #: The agency above it on the paper.
    above: Mapped[str] = mapped_column(String(200), default="")
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"), index=True)
    #: How often it was put.
    times: Mapped[int] = mapped_column(default=0)
    first_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    first_at: Mapped[datetime]
    last_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    last_at: Mapped[datetime]

    party: Mapped[Party] = relationship(lazy="joined", innerjoin=True)
    first_by: Mapped[User] = relationship(foreign_keys=[first_by_id])
    last_by: Mapped[User] = relationship(foreign_keys=[last_by_id])

    @property
    def ref(self) -> Ref:
        """Its name for audit lines."""
        return Ref("issuer_spelling", self.id)


class Phrase(OfOrg, Base):
    """A sentence of direction kept for reuse (câu chỉ đạo mẫu)."""

    __tablename__ = "phrase"
    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(String(200))
    #: Whose own it is; empty for all leaders of the agency.
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    use_count: Mapped[int] = mapped_column(default=0)
    position: Mapped[int] = mapped_column(default=0)

    @property
    def ref(self) -> Ref:
        """Its name for audit lines."""
        return Ref("phrase", self.id)
