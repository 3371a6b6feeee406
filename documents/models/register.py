"""Registers, their years, their lines, and the ledger that proves them."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Connection, ForeignKey, Index, String, Table, UniqueConstraint, event
from sqlalchemy.orm import Mapped, mapped_column, relationship

from documents.models.catalogue import KindGroup
from intranet.core.db import Base, OfOrg, ValueEnum
from intranet.core.dialect import forbid_changes
from intranet.core.refs import Ref

#: What stands before the first event of a chain.
NO_HASH = "0" * 64


class RegisterKind(StrEnum):
    """What a register holds."""

    IN = "in"
    OUT = "out"
    COPY = "copy"
    INTERNAL = "internal"


class SeriesRule(StrEnum):
    """Which kinds share the register's series of numbers."""

    ALL = "all"
    LISTED = "listed"
    ADVISORY_BODY = "advisory_body"


class YearState(StrEnum):
    """A register's year: open, then thirty days for late lines, then closed."""

    OPEN = "open"
    CLOSING = "closing"
    CLOSED = "closed"


class EntryState(StrEnum):
    """Where a line stands; a number never becomes free again."""

    RESERVED = "reserved"
    USED = "used"
    CANCELLED = "cancelled"
    RECALLED = "recalled"


class LedgerAct(StrEnum):
    """What was done to a line."""

    RESERVE = "reserve"
    USE = "use"
    CANCEL = "cancel"
    RECALL = "recall"
    AMEND = "amend"
    #: A line of an old register, taken over with the number it has there (rule N8).
    IMPORT = "import"


class Register(OfOrg, Base):
    """A register of documents (sổ văn bản)."""

    __tablename__ = "register"
    __table_args__ = (UniqueConstraint("org_id", "code"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    direction: Mapped[RegisterKind] = mapped_column(ValueEnum(RegisterKind))
    name: Mapped[str] = mapped_column(String(150))
    code: Mapped[str] = mapped_column(String(30))
    series_rule: Mapped[SeriesRule] = mapped_column(ValueEnum(SeriesRule), default=SeriesRule.ALL)
    #: Group of kinds that the register takes when the rule is ``all``; others need a list.
    kind_group: Mapped[KindGroup] = mapped_column(ValueEnum(KindGroup), default=KindGroup.ADMINISTRATIVE)
    #: Ids of kinds, when the rule is ``listed``.
    kind_ids: Mapped[list[int]] = mapped_column(JSON, default=list)
    #: Composes the symbol of a kind: ``{kind}-{org}``; of a letter: see ``letter_pattern``.
    symbol_pattern: Mapped[str] = mapped_column(String(60), default="{kind}-{org}")
    letter_pattern: Mapped[str] = mapped_column(String(60), default="{org}-{unit}")
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    is_active: Mapped[bool] = mapped_column(default=True)
    #: Numbers with a letter behind them (số phụ) may be asked for.
    allows_suffix: Mapped[bool] = mapped_column(default=False)
    #: The year from which on it gives numbers.
    first_year: Mapped[int] = mapped_column(default=0)
    #: In whose name its documents are issued, where not in the agency's: a council, a board, a group.
    issuer_name: Mapped[str] = mapped_column(String(150), default="")
    #: Its letters in symbols, in place of the agency's ("HĐTS").
    issuer_letters: Mapped[str] = mapped_column(String(20), default="")

    @property
    def ref(self) -> Ref:
        """Its name for audit lines."""
        return Ref("register", self.id)


class RegisterYear(OfOrg, Base):
    """One year of a register: the row that every grant locks."""

    __tablename__ = "register_year"
    register_id: Mapped[int] = mapped_column(ForeignKey("register.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last_number: Mapped[int] = mapped_column(default=0)
    #: Date of the line with the last number; later lines carry the same or a later one.
    last_date: Mapped[date | None]
    state: Mapped[YearState] = mapped_column(ValueEnum(YearState), default=YearState.OPEN)
    #: Hash of the last event of the ledger.
    head_hash: Mapped[str] = mapped_column(String(64), default=NO_HASH)
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    closed_at: Mapped[datetime | None]
    #: Last day for late lines, while it is closing.
    closing_until: Mapped[date | None]
    #: Which kinds share the numbers from this year on; empty: as in the year before.
    series_rule: Mapped[SeriesRule | None] = mapped_column(ValueEnum(SeriesRule))
    kind_ids: Mapped[list[int] | None] = mapped_column(JSON(none_as_null=True))
    #: Office day of the last nightly proof.
    verified_date: Mapped[date | None]
    #: The highest number that came from an old register; up to it gaps and days are as they came (ADR 12).
    imported_to: Mapped[int] = mapped_column(default=0)


class RegisterEntry(OfOrg, Base):
    """One line of a register; never deleted, its number never given again."""

    __tablename__ = "register_entry"
    __table_args__ = (
        UniqueConstraint("register_id", "year", "number", "suffix"),
        Index("ix_register_entry_list", "register_id", "id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    register_id: Mapped[int] = mapped_column(ForeignKey("register.id"))
    year: Mapped[int]
    number: Mapped[int]
    #: Empty, never null: a null would let doubles through.
    suffix: Mapped[str] = mapped_column(String(3), default="")
    #: Incoming: the day of registering; outgoing: the date that the document carries.
    entry_date: Mapped[date]
    state: Mapped[EntryState] = mapped_column(ValueEnum(EntryState), default=EntryState.USED)
    #: The document of the line; proved by ``verify_register``.
    document_id: Mapped[int | None] = mapped_column(index=True)
    #: The prescribed columns as they were entered (Decree 30/2020/NĐ-CP, appendix IV).
    snapshot: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    note: Mapped[str] = mapped_column(String(300), default="")
    created_at: Mapped[datetime]
    #: For whom its number was held, when it was.
    hold_id: Mapped[int | None] = mapped_column(ForeignKey("number_hold.id"), index=True)

    register: Mapped[Register] = relationship()

    @property
    def ref(self) -> Ref:
        """Its name for audit lines."""
        return Ref("register_entry", self.id)

    @property
    def shown(self) -> str:
        """The number as the register shows it: ``12a``."""
        return f"{self.number}{self.suffix}"


class NumberHold(OfOrg, Base):
    """Numbers held for somebody (giữ số); each is a line of the register from the first moment."""

    __tablename__ = "number_hold"
    id: Mapped[int] = mapped_column(primary_key=True)
    register_id: Mapped[int] = mapped_column(ForeignKey("register.id"), index=True)
    year: Mapped[int]
    holder_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    reason: Mapped[str] = mapped_column(String(500))
    #: The last day on which they are filled; after it holder and clerks are reminded every day.
    expires_on: Mapped[date] = mapped_column(index=True)
    created_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    created_at: Mapped[datetime]
    #: Office day of the last reminder.
    reminded_on: Mapped[date | None]

    @property
    def ref(self) -> Ref:
        """Its name for audit lines."""
        return Ref("number_hold", self.id)


class SecretTally(OfOrg, Base):
    """How many papers the agency's hand-kept register of secret documents has; nothing else of them is here.

    Source: principle 6 of the design of documents; no subject, no number, no file.
    """

    __tablename__ = "secret_tally"
    org_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True, autoincrement=False)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    incoming: Mapped[int]
    outgoing: Mapped[int]
    told_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    told_at: Mapped[datetime]


class LedgerEvent(OfOrg, Base):
    """One event of a line, chained by hash to the one before it in the same year (nhật ký sổ)."""

    __tablename__ = "ledger_event"
    __table_args__ = (Index("ix_ledger_event_chain", "register_id", "year", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    register_id: Mapped[int] = mapped_column(ForeignKey("register.id"))
    year: Mapped[int]
    entry_id: Mapped[int] = mapped_column(ForeignKey("register_entry.id"), index=True)
    act: Mapped[LedgerAct] = mapped_column(ValueEnum(LedgerAct))
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    after: Mapped[dict[str, Any]] = mapped_column(JSON)
    reason: Mapped[str | None] = mapped_column(String(500))
    actor_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    acting_for_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    at: Mapped[datetime]
    prev_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


@event.listens_for(LedgerEvent.__table__, "after_create")
def _guard_ledger(target: Table, connection: Connection, **_: object) -> None:
    forbid_changes(connection, target.name)
