"""What every record has: audit lines, files, and who has seen it."""

import json
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from urllib.parse import quote

from sqlalchemy import (
    JSON,
    Connection,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    event,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from intranet.core.db import Base, ValueEnum
from intranet.core.dialect import forbid_changes
from intranet.core.refs import Ref
from intranet.records import media


class AuditLine(Base):
    """One act, chained to the line before it in the same agency; the database refuses to change it."""

    __tablename__ = "audit"
    __table_args__ = (
        UniqueConstraint("org_id", "seq"),
        Index("ix_audit_ref", "ref_kind", "ref_id", "id"),
        Index("ix_audit_actor", "actor_id", "id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    #: The agency whose chain it stands in; 0 is the installation itself. No key: a log outlives its subject.
    org_id: Mapped[int]
    #: Place in the agency's chain, from 1, without gaps.
    seq: Mapped[int]
    at: Mapped[datetime]
    #: Empty when the house itself acted (a job).
    actor_id: Mapped[int | None]
    acting_for_id: Mapped[int | None]
    act: Mapped[str] = mapped_column(String(60))
    ref_kind: Mapped[str] = mapped_column(String(40))
    ref_id: Mapped[int]
    #: Canonical JSON, as it was chained.
    data_text: Mapped[str] = mapped_column("data", Text)
    reason: Mapped[str | None] = mapped_column(String(500))
    request_id: Mapped[str | None] = mapped_column(String(64))
    #: From where it came: the network address, and browser and system in words. Empty for what the house did
    #: itself, and in lines from before these were noted, whose sum has no such part (ADR 19).
    address: Mapped[str | None] = mapped_column(String(45))
    device: Mapped[str | None] = mapped_column(String(60))
    #: HMAC of the line before, 64 hex digits.
    prev: Mapped[str] = mapped_column(String(64))
    mac: Mapped[str] = mapped_column(String(64))

    @property
    def data(self) -> dict[str, Any]:
        """What the act noted: ids and plain values."""
        found: dict[str, Any] = json.loads(self.data_text)
        return found

    @property
    def of(self) -> Ref:
        """The record it is about."""
        return Ref(self.ref_kind, self.ref_id)


@event.listens_for(AuditLine.__table__, "after_create")
def _guard_audit(target: Table, connection: Connection, **_: object) -> None:
    forbid_changes(connection, target.name)


class AuditHead(Base):
    """Where the chain of an agency ends; locked last in a transaction."""

    __tablename__ = "audit_head"
    org_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int]
    mac: Mapped[str] = mapped_column(String(64))


class Blob(Base):
    """Bytes in the store, known by their SHA-256, whoever refers to them."""

    __tablename__ = "blob"
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    #: Bytes.
    size: Mapped[int]
    #: What the bytes are, not what somebody called them.
    media_type: Mapped[str] = mapped_column(String(100))
    #: ``None`` where the format has no pages or they could not be counted.
    pages: Mapped[int | None]
    #: A WebP picture of the first page, in the store too.
    picture_sha256: Mapped[str | None] = mapped_column(String(64))
    #: A PDF of the words of a DOCX, or the copy of a PDF for the page reader, in the store too.
    sheet_sha256: Mapped[str | None] = mapped_column(String(64))
    #: Why nothing could be read from it (``file.encrypted`` …), ``None`` when it could.
    problem: Mapped[str | None] = mapped_column(String(60), index=True)
    stored_at: Mapped[datetime]
    #: Bytes of our own whose picture and text the worker has yet to make.
    is_unread: Mapped[bool] = mapped_column(default=False, index=True)
    #: When the monthly check last read it whole, and whether it then was what it should be.
    checked_at: Mapped[datetime | None]
    is_damaged: Mapped[bool] = mapped_column(default=False)


class Reading(Base):
    """What was read from bytes: first page with places, and text."""

    __tablename__ = "reading"
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    #: :meth:`~intranet.records.pagetext.PageText.to_json` of page 1, ``None`` where there is no text layer.
    first_page: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    #: Likewise of the page that is signed, where that is not page 1.
    signed_page: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    #: A WebP picture of it, in the store.
    signed_picture_sha256: Mapped[str | None] = mapped_column(String(64))
    #: Its pages are pictures; what text it had of itself is no more than stamps.
    is_scan: Mapped[bool] = mapped_column(default=False)
    #: At most 200 000 characters.
    text: Mapped[str] = mapped_column(Text)
    is_cut: Mapped[bool] = mapped_column(default=False)
    #: Tags of named content controls of a DOCX.
    blocks: Mapped[Any] = mapped_column(JSON)
    #: Active parts of a PDF (scripts, launches, embedded files): shown as a warning beside a download.
    active: Mapped[Any] = mapped_column(JSON)


class SignatureState(StrEnum):
    """What a digital signature is worth."""

    VALID = "valid"
    #: The bytes were changed since, the certificate was revoked, or it is no signature of that certificate.
    INVALID = "invalid"
    #: Whole, but nobody whom this installation trusts vouches for who signed.
    UNKNOWN = "unknown"


class SignatureCheck(Base):
    """What the signatures in some bytes are worth; there is none for bytes that nobody signed."""

    __tablename__ = "signature_check"
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    #: That of the worst of them.
    state: Mapped[SignatureState] = mapped_column(ValueEnum(SignatureState), index=True)
    #: As :mod:`intranet.records.signature_child` tells them, in the order of signing.
    found: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    checked_at: Mapped[datetime]


class File(Base):
    """A named file of exactly one record; who may read the record may read it."""

    __tablename__ = "file"
    __table_args__ = (Index("ix_file_ref", "ref_kind", "ref_id", "position", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    #: 128 random bits, for addresses; a link is never a right.
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    sha256: Mapped[str] = mapped_column(ForeignKey("blob.sha256"), index=True)
    #: As it was given, cleaned; at most 150 bytes.
    name: Mapped[str] = mapped_column(String(150))
    org_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    ref_kind: Mapped[str] = mapped_column(String(40))
    ref_id: Mapped[int]
    #: What the file is to its record: scan, draft, annex …
    role: Mapped[str] = mapped_column(String(30))
    #: Place among the record's files.
    order: Mapped[int] = mapped_column("position", default=0)
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))

    blob: Mapped[Blob] = relationship(lazy="joined", innerjoin=True)

    @property
    def ref(self) -> Ref:
        """Its own name; its owner is :attr:`owner`."""
        return Ref("file", self.id)

    @property
    def owner(self) -> Ref:
        """The record it belongs to."""
        return Ref(self.ref_kind, self.ref_id)

    @property
    def size(self) -> int:
        """Bytes."""
        return self.blob.size

    @property
    def media_type(self) -> str:
        """What the bytes are."""
        return self.blob.media_type

    @property
    def pages(self) -> int | None:
        """Number of pages, where known."""
        return self.blob.pages

    @property
    def problem(self) -> str | None:
        """Code of why it could not be read, ``None`` when it could."""
        return self.blob.problem

    @property
    def is_pdf(self) -> bool:
        """True for what the page reader opens as it is."""
        return self.media_type == media.PDF

    @property
    def can_view(self) -> bool:
        """True when :attr:`view_url` shows it in the browser."""
        if self.is_pdf:
            return self.problem is None
        is_picture = self.media_type in {media.PNG, media.JPEG} and self.blob.picture_sha256 is not None
        return self.blob.sheet_sha256 is not None or is_picture

    @property
    def url(self) -> str:
        """The path that downloads it."""
        # The name only decorates the address; it must not take that of a picture.
        shown = f"_{self.name}" if self.name in (PICTURE_NAME, SIGNED_PICTURE_NAME) else self.name
        return f"/files/{self.public_id}/{quote(shown, safe='')}"

    @property
    def view_url(self) -> str:
        """The path under which the browser and the page reader get something to show."""
        return f"{self.url}?view=1"

    @property
    def picture_url(self) -> str | None:
        """The path of the picture of page 1, ``None`` where there is none."""
        return f"/files/{self.public_id}/{PICTURE_NAME}" if self.blob.picture_sha256 else None

    @property
    def signed_picture_url(self) -> str:
        """The path of the picture of the signed page, for a file whose reading has one."""
        return f"/files/{self.public_id}/{SIGNED_PICTURE_NAME}"


class ConversionState(StrEnum):
    """Where the making of a PDF stands."""

    QUEUED = "queued"
    CONVERTING = "converting"
    #: The file holds the PDF, another one beside it the original.
    DONE = "done"
    FAILED = "failed"


class Conversion(Base):
    """That a file is to become the PDF of the office document it holds; the file keeps its public id."""

    __tablename__ = "conversion"
    file_id: Mapped[int] = mapped_column(ForeignKey("file.id", ondelete="CASCADE"), primary_key=True)
    #: SHA-256 of the office document.
    source: Mapped[str] = mapped_column(String(64))
    state: Mapped[ConversionState] = mapped_column(
        ValueEnum(ConversionState), default=ConversionState.QUEUED, index=True
    )
    #: What the file with the original is to the record.
    role: Mapped[str] = mapped_column(String(30))
    #: The file that holds the original once it is done.
    original_id: Mapped[int | None] = mapped_column(ForeignKey("file.id", ondelete="SET NULL"))
    #: Code of why there is no PDF.
    problem: Mapped[str | None] = mapped_column(String(60))
    tries: Mapped[int] = mapped_column(default=0)
    asked_at: Mapped[datetime]
    #: When it was last begun; one that hangs is begun again.
    begun_at: Mapped[datetime | None]

    @property
    def is_under_way(self) -> bool:
        """Whether there may be a PDF yet."""
        return self.state in {ConversionState.QUEUED, ConversionState.CONVERTING}


class ScanState(StrEnum):
    """Where the reading of a scan stands."""

    QUEUED = "queued"
    READING = "reading"
    DONE = "done"
    FAILED = "failed"


class Scan(Base):
    """That the words of scanned pages are to be, or were, read; by the bytes, whoever refers to them."""

    __tablename__ = "scan"
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    state: Mapped[ScanState] = mapped_column(ValueEnum(ScanState), default=ScanState.QUEUED, index=True)
    #: Pages to be read, and how many were.
    pages: Mapped[int]
    done: Mapped[int] = mapped_column(default=0)
    #: Compressed JSON: the lines of each page with their boxes.
    data: Mapped[bytes | None] = mapped_column(LargeBinary)
    #: Code of why it was not read.
    problem: Mapped[str | None] = mapped_column(String(60))
    tries: Mapped[int] = mapped_column(default=0)
    asked_at: Mapped[datetime]
    begun_at: Mapped[datetime | None]


#: Last part of the address of every picture of a first page (the bytes are WebP).
PICTURE_NAME = "page-1.png"
#: Likewise of the page that is signed, where that is another.
SIGNED_PICTURE_NAME = "page-signed.png"


class StagedState(StrEnum):
    """Where an upload stands."""

    CHECKING = "checking"
    READY = "ready"
    #: Kept, but nothing could be read from it.
    UNREADABLE = "unreadable"
    #: Its bytes are gone.
    REFUSED = "refused"


class StagedFile(Base):
    """An upload on its way: seen by its owner alone, gone after 48 hours."""

    __tablename__ = "staged_file"
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    acting_for_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    org_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    #: Emptied when the file is refused for a secret mark.
    name: Mapped[str] = mapped_column(String(150))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    media_type: Mapped[str] = mapped_column(String(100))
    state: Mapped[StagedState] = mapped_column(ValueEnum(StagedState), default=StagedState.CHECKING)
    #: Code of why it is refused or unreadable, and the figures of its sentence.
    problem: Mapped[str | None] = mapped_column(String(60))
    problem_data: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    pages: Mapped[int | None]
    picture_sha256: Mapped[str | None] = mapped_column(String(64))
    sheet_sha256: Mapped[str | None] = mapped_column(String(64))
    #: An office head has said that what looks like a secret mark is none.
    is_cleared: Mapped[bool] = mapped_column(default=False)
    #: When it became the file of a record.
    attached_at: Mapped[datetime | None]
    at: Mapped[datetime] = mapped_column(index=True)

    @property
    def ref(self) -> Ref:
        """Its name for audit lines."""
        return Ref("staged_file", self.id)


class SecretClearance(Base):
    """An office head's word that what looks like a secret mark in these bytes is none."""

    __tablename__ = "secret_clearance"
    org_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    reason: Mapped[str] = mapped_column(String(500))
    at: Mapped[datetime]


class ReadingMark(Base):
    """That a person has seen a record: first and last time."""

    __tablename__ = "reading_mark"
    __table_args__ = (Index("ix_reading_mark_user", "user_id", "ref_kind", "ref_id"),)
    ref_kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    ref_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]


class AccessCount(Base):
    """How often a record or a file was looked at, fetched and printed on one day; by whom it does not say."""

    __tablename__ = "access_count"
    __table_args__ = (Index("ix_access_count_day", "org_id", "day"),)
    ref_kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    ref_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    #: The office day.
    day: Mapped[date] = mapped_column(primary_key=True)
    #: The agency whose record it is.
    org_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    viewed: Mapped[int] = mapped_column(default=0)
    downloaded: Mapped[int] = mapped_column(default=0)
    printed: Mapped[int] = mapped_column(default=0)


class ListState(StrEnum):
    """Where the taking over of a list stands."""

    #: Read; somebody has to look at it.
    READY = "ready"
    #: The worker has it.
    TAKING = "importing"
    DONE = "done"
    #: Put aside by whoever gave it.
    DROPPED = "dropped"


class ListImport(Base):
    """The rows of a list that was given as a sheet: nothing of it is in use until all of it is."""

    __tablename__ = "list_import"
    __table_args__ = (Index("ix_list_import_kind", "org_id", "kind", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    #: The agency whose list it is.
    org_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    #: What it is a list of.
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(150))
    sha256: Mapped[str] = mapped_column(String(64))
    #: Words over the columns, and their fingerprint.
    heads: Mapped[list[str]] = mapped_column(JSON)
    mark: Mapped[str] = mapped_column(String(64))
    #: The number of each row in the file, then its cells.
    rows: Mapped[list[list[Any]]] = mapped_column(JSON)
    #: Field by column, from 0; guessed, or said by somebody.
    mapping: Mapped[dict[str, str]] = mapped_column(JSON)
    is_said: Mapped[bool] = mapped_column(default=False)
    state: Mapped[ListState] = mapped_column(ValueEnum(ListState), default=ListState.READY)
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    #: How many rows had which fate, once it was taken over.
    counts: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    #: Code of why the worker did not take it over.
    problem: Mapped[str | None] = mapped_column(String(60))
