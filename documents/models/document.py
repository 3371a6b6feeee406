"""An official document, incoming or outgoing, who may come near it, and what it is tied to."""

from datetime import date, datetime
from enum import IntEnum, StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    TextClause,
    TypeDecorator,
    UniqueConstraint,
    literal_column,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from documents.models.catalogue import Channel, DocKind, Party, WorkField
from documents.models.lifecycle import OPEN_INCOMING, Direction, DocState
from documents.models.register import Register, RegisterEntry
from intranet.core.db import Base, OfOrg, ValueEnum
from intranet.core.refs import Ref
from intranet.core.text import fold
from intranet.people.models import Unit, User

#: Longest fields, in characters (Decree 30/2020/NĐ-CP, appendix VI).
NUMBER_MAX, SYMBOL_MAX, SUBJECT_MAX, ISSUER_MAX = 11, 30, 500, 200
#: Likewise of the codes that a document answers, and of the place where it was made.
REPLY_MAX, PLACE_MAX = 200, 50


#: Languages of documents, by their codes; the first is the usual one.
LANGUAGES = ("vi", "en", "fr", "zh", "lo", "km", "ja", "ko", "ru")


class Urgency(IntEnum):
    """Degree of urgency (độ khẩn)."""

    NORMAL = 0
    URGENT = 1
    VERY_URGENT = 2
    FLASH = 3
    FLASH_TIMED = 4


class CirculationMark(StrEnum):
    """Boxed words about who may keep it (chỉ dẫn lưu hành)."""

    NONE = ""
    INTERNAL = "internal"
    GIVE_BACK = "give_back"


class AccessLevel(StrEnum):
    """Who may read besides the parties (phạm vi xem)."""

    #: The register's people.
    NORMAL = "normal"
    #: All in the units that it concerns, and who reads all of the agency ("Trong đơn vị").
    UNIT = "unit"
    #: Only persons named, and heads of the units that deal with it ("Hạn chế").
    NAMED = "named"


class DueSource(StrEnum):
    """Where the term comes from."""

    STATED = "stated"
    DIRECTIVE = "directive"
    KIND = "kind"
    FIELD = "field"


class UrgencyType(TypeDecorator[Urgency]):
    """The degree stored as its number."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: Urgency | int | None, dialect: Any) -> int | None:
        """Store the number."""
        return None if value is None else int(value)

    def process_result_value(self, value: int | None, dialect: Any) -> Urgency | None:
        """Give the degree back."""
        return None if value is None else Urgency(value)


#: Of indexes: which list a document is in, and the order of its lines.
_LIST, _LINE = ("org_id", "direction"), ("register_date", "register_entry_id")
_URGENT = text("urgency > 0")
_OPEN = text("state IN ('received', 'registered', 'presented', 'assigned', 'processing')")


def _where(condition: TextClause) -> dict[str, Any]:
    return {"sqlite_where": condition, "postgresql_where": condition}


class Document(OfOrg, Base):
    """One document as one agency keeps it (văn bản đến, văn bản đi)."""

    __tablename__ = "document"
    __table_args__ = (
        Index("ix_document_symbol", "symbol_key", "id"),
        Index("ix_document_date", "doc_date", "id"),
        Index("ix_document_register", *_LIST, *_LINE),
        Index("ix_document_state", *_LIST, "state", *_LINE),
        Index("ix_document_issuer", *_LIST, "issuer_text", *_LINE),
        Index("ix_document_urgent", *_LIST, *_LINE, "urgency", "state", **_where(_URGENT)),
        Index("ix_document_open", *_LIST, "due_date", **_where(_OPEN)),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    #: Agency code, year, series, number and a random part; given with the number.
    uid: Mapped[str | None] = mapped_column(String(120), unique=True)
    direction: Mapped[Direction] = mapped_column(ValueEnum(Direction))
    state: Mapped[DocState] = mapped_column(ValueEnum(DocState))
    #: Our own line; the number granted lives there alone.
    register_entry_id: Mapped[int | None] = mapped_column(ForeignKey("register_entry.id"), unique=True)
    #: Office day of the line.
    register_date: Mapped[date | None]
    kind_id: Mapped[int | None] = mapped_column(ForeignKey("doc_kind.id"), index=True)
    #: What the paper says: digits, letter behind them, all after the first slash.
    number: Mapped[str] = mapped_column(String(NUMBER_MAX), default="")
    suffix: Mapped[str] = mapped_column(String(3), default="")
    symbol: Mapped[str] = mapped_column(String(SYMBOL_MAX), default="")
    #: The whole code folded, parts apart, without leading zeros: two spellings of one code are equal.
    symbol_key: Mapped[str] = mapped_column(String(80), default="")
    doc_date: Mapped[date | None]
    place: Mapped[str] = mapped_column(String(PLACE_MAX), default="")
    issuer_id: Mapped[int | None] = mapped_column(ForeignKey("party.id"), index=True)
    issuer_text: Mapped[str] = mapped_column(String(ISSUER_MAX), default="")
    subject: Mapped[str] = mapped_column(String(SUBJECT_MAX), default="")
    subject_key: Mapped[str] = mapped_column(Text, default="")
    signer_name: Mapped[str] = mapped_column(String(50), default="")
    signer_title: Mapped[str] = mapped_column(String(100), default="")
    #: TM., KT., TL., TUQ. or Q., with the lines of the block in order.
    signer_authority: Mapped[str] = mapped_column(String(200), default="")
    urgency: Mapped[Urgency] = mapped_column(UrgencyType, default=Urgency.NORMAL)
    urgent_at: Mapped[datetime | None]
    circulation_mark: Mapped[CirculationMark] = mapped_column(
        ValueEnum(CirculationMark), default=CirculationMark.NONE
    )
    language: Mapped[str] = mapped_column(String(5), default="vi")
    page_count: Mapped[int | None]
    copies: Mapped[int] = mapped_column(default=1)
    due_date: Mapped[date | None]
    due_source: Mapped[DueSource | None] = mapped_column(ValueEnum(DueSource))
    #: Version of the working calendar by which the term was counted.
    due_calendar: Mapped[int | None]
    access_level: Mapped[AccessLevel] = mapped_column(ValueEnum(AccessLevel), default=AccessLevel.NORMAL)
    note: Mapped[str] = mapped_column(String(500), default="")
    created_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    created_at: Mapped[datetime]
    #: The record of another part of the house that it was drafted for.
    origin_kind: Mapped[str | None] = mapped_column(String(40))
    origin_id: Mapped[int | None]
    #: Rises with every change; a form made from an older one is refused.
    version: Mapped[int] = mapped_column(default=1)
    #: What a packet or an import said of it, as received.
    origin_meta: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    #: Fingerprint of the main file, for finding doubles.
    main_sha256: Mapped[str | None] = mapped_column(String(64), index=True)

    # --- incoming ---
    arrival_date: Mapped[date | None]
    arrival_channel: Mapped[Channel | None] = mapped_column(ValueEnum(Channel))
    paper_received: Mapped[bool] = mapped_column(default=False)
    envelope_note: Mapped[str] = mapped_column(String(300), default="")
    #: When it left the clerk's desk (ngày chuyển).
    forwarded_at: Mapped[datetime | None]
    #: Per field: value, source, page, box and confidence of what was read from the file.
    prefill: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    #: Codes of the documents that it says it answers.
    reply_to: Mapped[str] = mapped_column(String(REPLY_MAX), default="")
    duplicate_of_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"), index=True)
    #: Why a likely double is none after all.
    not_duplicate_reason: Mapped[str] = mapped_column(String(300), default="")
    #: The sender's document, when it came from an agency of this installation.
    source_document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"), index=True)
    presented_to_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    presented_at: Mapped[datetime | None]
    lead_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    #: The sender asked to take it back; the clerk has still to answer.
    recall_asked_at: Mapped[datetime | None]
    #: Until when it is to be answered; empty where it asks for no answer.
    reply_due_date: Mapped[date | None] = mapped_column(index=True)
    #: What it is about, of both directions; its tasks are about the same.
    field_id: Mapped[int | None] = mapped_column(ForeignKey("work_field.id"), index=True)
    #: Who signed for it when it was handed on, and the day (ký nhận): name and ISO day.
    receiver_ack: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))

    # --- outgoing ---
    drafter_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    signer_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    #: Lines of "Kính gửi", "Nơi nhận" and "Lưu", as the draft has them.
    addressees: Mapped[list[str]] = mapped_column(JSON, default=list)
    recipients: Mapped[list[str]] = mapped_column(JSON, default=list)
    kept_by: Mapped[str] = mapped_column(String(150), default="")
    retained_copies: Mapped[int] = mapped_column(default=1)
    #: Who looked through the layout, when, what was ticked and what was let pass with which reason.
    layout_report: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    unit_approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    #: How it was signed and sealed: who, when, whether a scan is attached, and the reason if none is.
    signature: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    seal: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    issued_at: Mapped[datetime | None]
    #: The clerk's request to cancel the number, or the leader's order to recall, until it is carried out.
    request: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    #: The register chosen for its number; empty: the one that takes its kind.
    series_id: Mapped[int | None] = mapped_column(ForeignKey("register.id"), index=True)

    kind: Mapped[DocKind | None] = relationship(lazy="joined", innerjoin=False)
    issuer: Mapped[Party | None] = relationship()
    field: Mapped[WorkField | None] = relationship()
    entry: Mapped[RegisterEntry | None] = relationship()
    series: Mapped[Register | None] = relationship()
    presented_to: Mapped[User | None] = relationship(foreign_keys=[presented_to_id])
    lead_unit: Mapped[Unit | None] = relationship(foreign_keys=[lead_unit_id])
    drafter: Mapped[User | None] = relationship(foreign_keys=[drafter_id])
    unit: Mapped[Unit | None] = relationship(foreign_keys=[unit_id])
    signer: Mapped[User | None] = relationship(foreign_keys=[signer_id])

    @validates("subject")
    def _keep_subject_key(self, _key: str, value: str) -> str:
        self.subject_key = fold(value)
        return value

    @property
    def ref(self) -> Ref:
        """Its name for files, tasks, notices and audit lines."""
        return Ref("document", self.id)

    @property
    def code(self) -> str:
        """Number and symbol as printed: ``05/QĐ-UBND``."""
        head = f"{self.number}{self.suffix}"
        return f"{head}/{self.symbol}" if head and self.symbol else head or self.symbol

    @property
    def is_imported(self) -> bool:
        """True for a line of an old register: nobody has it to read."""
        return "import" in (self.origin_meta or {})

    @property
    def is_incoming(self) -> bool:
        """True for a document that came to the agency."""
        return self.direction is Direction.IN


def is_open() -> ColumnElement[bool]:
    """It waits for somebody of the agency; written out as the index of open ones has it."""
    return Document.state.in_([literal_column(f"'{state}'") for state in OPEN_INCOMING])


def is_urgent() -> ColumnElement[bool]:
    """It is urgent in some degree; written out as the index of urgent ones has it."""
    return Document.urgency > literal_column("0")


class DocumentAccess(Base):
    """A person or unit that a document concerns.

    A principal is ``u:<person>``, ``d:<unit>`` (everybody in it) or ``h:<unit>`` (its heads).
    """

    __tablename__ = "document_access"
    __table_args__ = (Index("ix_document_access_document", "document_id", "principal"),)
    principal: Mapped[str] = mapped_column(String(24), primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), primary_key=True)
    #: Why: drafter, unit, directive, signer, recipient, named.
    reason: Mapped[str] = mapped_column(String(20))
    #: From when; a direction that can still be undone is not yet seen.
    since: Mapped[datetime]


class Relation(StrEnum):
    """How one document is tied to another."""

    REPLY = "reply"
    REPLACES = "replaces"
    AMENDS = "amends"
    RECALLS = "recalls"
    CORRECTS = "corrects"
    RELATED = "related"


class DocumentLink(OfOrg, Base):
    """One document says something of another (trả lời, thay thế, thu hồi)."""

    __tablename__ = "document_link"
    __table_args__ = (UniqueConstraint("from_id", "to_id", "relation"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    from_id: Mapped[int] = mapped_column(ForeignKey("document.id"))
    to_id: Mapped[int] = mapped_column(ForeignKey("document.id"), index=True)
    relation: Mapped[Relation] = mapped_column(ValueEnum(Relation))


class DirectiveKind(StrEnum):
    """What a direction asks for."""

    ASSIGN = "assign"
    KNOW = "know"
    #: Handed over by the clerk, as the regulation lists it.
    TRANSFER = "transfer"


class Directive(OfOrg, Base):
    """What a leader wrote on a document (ý kiến chỉ đạo)."""

    __tablename__ = "directive"
    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), index=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    acting_for_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    kind: Mapped[DirectiveKind] = mapped_column(ValueEnum(DirectiveKind))
    #: The sentence word for word.
    text: Mapped[str] = mapped_column(Text)
    #: What was understood: lead, co, info, due date, ids of the tasks.
    parsed: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    due_date: Mapped[date | None]
    created_at: Mapped[datetime]
    #: Until then it can be undone and nobody else sees it.
    release_at: Mapped[datetime]
    undone_at: Mapped[datetime | None]
    #: When the sender and open lists were told that it holds.
    announced_at: Mapped[datetime | None] = mapped_column(index=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("directive.id"), index=True)

    author: Mapped[User] = relationship(foreign_keys=[author_id])
