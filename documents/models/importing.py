"""Old registers and their files on the way in: what was given, how it was understood, what became of it."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from documents.models.register import Register
from intranet.core.db import Base, OfOrg, ValueEnum
from intranet.core.refs import Ref
from intranet.people.models import User


class ImportState(StrEnum):
    """Where the taking over of a file stands."""

    #: Its rows are being read.
    CHECKING = "checking"
    #: Read; somebody has to look at it.
    READY = "ready"
    IMPORTING = "importing"
    DONE = "done"
    #: The file is not taken; its bytes are gone.
    REFUSED = "refused"
    #: Put aside by whoever gave it.
    DROPPED = "dropped"


class Given:
    """Something given for a register by somebody, in whose name the worker goes on."""

    register_id: Mapped[int] = mapped_column(ForeignKey("register.id"), index=True)
    name: Mapped[str] = mapped_column(String(150))
    sha256: Mapped[str] = mapped_column(String(64))
    #: Under this name the bytes wait until all of them were looked through.
    waiting: Mapped[str | None] = mapped_column(String(40))
    #: Code of why the last step did not end well.
    problem: Mapped[str | None] = mapped_column(String(60))
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    acting_for_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    at: Mapped[datetime]

    @declared_attr
    def register(cls) -> Mapped[Register]:  # noqa: N805
        """The register it is for."""
        return relationship()


class RegisterImport(OfOrg, Given, Base):
    """One sheet of an old register: nothing of it is in the register until all of it is."""

    __tablename__ = "register_import"
    __table_args__ = (Index("ix_register_import_list", "org_id", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[ImportState] = mapped_column(ValueEnum(ImportState), default=ImportState.CHECKING)
    #: Which sheet of the file, from 0; and the year whose lines it has, once known.
    sheet: Mapped[int] = mapped_column(default=0)
    year: Mapped[int | None]
    #: Field by column of the sheet, from 0; empty until guessed.
    mapping: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    #: What was found: heads, first rows, problems, counts.
    report: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    errors: Mapped[int] = mapped_column(default=0)
    warnings: Mapped[int] = mapped_column(default=0)
    #: How often it was read; each reading is a job of its own.
    round: Mapped[int] = mapped_column(default=0)
    percent: Mapped[int] = mapped_column(default=0)
    #: Lines that the register got, and those that it had already.
    added: Mapped[int | None]
    known: Mapped[int | None]
    done_at: Mapped[datetime | None]

    by: Mapped[User] = relationship(foreign_keys="RegisterImport.by_id")

    @property
    def ref(self) -> Ref:
        """Its name for its files and audit lines."""
        return Ref("register_import", self.id)

    @property
    def is_open(self) -> bool:
        """True while the worker has it."""
        return self.state in (ImportState.CHECKING, ImportState.IMPORTING)


class ImportMapping(OfOrg, Base):
    """Which column holds what under certain heads, as the agency last said."""

    __tablename__ = "import_mapping"
    __table_args__ = (UniqueConstraint("org_id", "direction", "heads"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    direction: Mapped[str] = mapped_column(String(20))
    #: Fingerprint of the heads.
    heads: Mapped[str] = mapped_column(String(64))
    mapping: Mapped[dict[str, str]] = mapped_column(JSON)
    at: Mapped[datetime]


class BundleState(StrEnum):
    """Where a ZIP of documents' files stands."""

    UNPACKING = "unpacking"
    DONE = "done"
    #: Given up part-way; what was unpacked stays.
    FAILED = "failed"


class FileBundle(OfOrg, Given, Base):
    """A ZIP of PDFs to be put beside lines of a register's year."""

    __tablename__ = "file_bundle"
    __table_args__ = (Index("ix_file_bundle_list", "org_id", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    year: Mapped[int]
    state: Mapped[BundleState] = mapped_column(ValueEnum(BundleState), default=BundleState.UNPACKING)
    #: Files in it, and how many of them are unpacked.
    total: Mapped[int] = mapped_column(default=0)
    taken: Mapped[int] = mapped_column(default=0)

    by: Mapped[User] = relationship(foreign_keys="FileBundle.by_id")

    @property
    def ref(self) -> Ref:
        """Its name for files that belong to no line, and for audit lines."""
        return Ref("file_bundle", self.id)


class PieceState(StrEnum):
    """What became of one file of a ZIP."""

    CHECKING = "checking"
    MATCHED = "matched"
    #: The document had this very file already.
    KNOWN = "known"
    #: Kept; no line has this number, or more than one.
    UNMATCHED = "unmatched"
    REFUSED = "refused"


class FilePiece(OfOrg, Base):
    """One file of a ZIP."""

    __tablename__ = "file_piece"
    __table_args__ = (Index("ix_file_piece_list", "bundle_id", "state", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    bundle_id: Mapped[int] = mapped_column(ForeignKey("file_bundle.id"))
    #: Where it lies in the ZIP.
    name: Mapped[str] = mapped_column(String(250))
    state: Mapped[PieceState] = mapped_column(ValueEnum(PieceState), default=PieceState.CHECKING)
    staged_id: Mapped[str | None] = mapped_column(String(64), unique=True)
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"), index=True)
    #: Code of why it is refused or belongs to no line.
    problem: Mapped[str | None] = mapped_column(String(60))
    #: The file, where it belongs to no line.
    file_id: Mapped[int | None]
