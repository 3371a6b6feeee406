"""Old registers as xlsx or csv: given, looked at, corrected and taken over by a clerk."""

import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from sqlalchemy import select

from documents.events import ImportMoved
from documents.formats import old_heads
from documents.models.importing import ImportMapping, ImportState, RegisterImport
from documents.models.register import RegisterKind
from documents.permissions import IMPORT
from documents.services import numbering
from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.core.errors import BadState, Forbidden, Invalid, NotFound
from intranet.core.jobs import enqueue
from intranet.records import audit, grids, store
from intranet.records.names import clean_name
from intranet.records.secrecy import mark_in_title

#: Kinds of the jobs: one reads a file and says what it is, the other takes it over.
CHECK, RUN = "register.check", "register.import"
#: Rows of the list.
SHOWN = 30


def receive(actor: Actor, register_id: int, stream: IO[bytes], name: str) -> int:
    """Take in one sheet for a register and have it read; returns the number of the import.

    :raises NotFound: ``register.missing``.
    :raises Forbidden: ``auth.no_permit``.
    :raises Invalid: the file is refused; nothing of it is kept.
    """
    _need_permit(actor)
    register = numbering.register_of(register_id)
    shown = clean_name(name)
    if mark_in_title(Path(shown).stem):
        raise Invalid("file.secret_mark", field="file")
    path, sha256 = _arrived(stream, shown)
    waiting = secrets.token_hex(16)
    path.rename(waiting_path(waiting))
    try:
        with db.unit_of_work() as session:
            row = RegisterImport(
                org_id=register.org_id,
                register_id=register.id,
                name=shown,
                sha256=sha256,
                waiting=waiting,
                by_id=actor.id,
                acting_for_id=actor.acting_for,
                at=clock.now(),
            )
            session.add(row)
            session.flush()
            audit.record(actor, "import.given", row, register=register.id, sha256=sha256)
            _ask(row, CHECK)
            return row.id
    except BaseException:
        waiting_path(waiting).unlink(missing_ok=True)
        raise


def recent(actor: Actor) -> list[RegisterImport]:
    """The newest imports of the agency.

    :raises Forbidden: ``auth.no_permit``.
    """
    _need_permit(actor)
    query = select(RegisterImport).where(RegisterImport.state != ImportState.DROPPED)
    return list(db.session().scalars(query.order_by(RegisterImport.id.desc()).limit(SHOWN)))


def one(actor: Actor, import_id: int, *, lock: bool = False) -> RegisterImport:
    """An import of the actor's agencies.

    :raises Forbidden: ``auth.no_permit``.
    :raises NotFound: ``import.missing``.
    """
    _need_permit(actor)
    query = select(RegisterImport).where(RegisterImport.id == import_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    row = db.session().scalar(query)
    if row is None or row.state is ImportState.DROPPED:
        raise NotFound("import.missing")
    return row


def correct(
    actor: Actor, import_id: int, mapping: Mapping[int, str], *, year: int | None, sheet: int
) -> None:
    """Say what the columns hold, of which year and sheet; it is remembered, and the file is read again.

    :raises NotFound: ``import.missing``.
    :raises BadState: ``import.not_ready``.
    :raises Invalid: ``import.field_twice``.
    """
    with db.unit_of_work():
        row = _ready(actor, import_id)
        is_incoming = row.register.direction is RegisterKind.IN
        known = old_heads.fields_of(is_incoming=is_incoming)
        chosen = {column: name for column, name in mapping.items() if name in known}
        if len(set(chosen.values())) < len(chosen):
            raise Invalid("import.field_twice", field="mapping")
        is_other_sheet = sheet != row.sheet
        row.year, row.sheet = year, sheet
        # Another sheet has other columns: what they hold is guessed anew.
        row.mapping = {} if is_other_sheet else {str(column): name for column, name in chosen.items()}
        heads = row.report.get("fingerprint")
        if heads and not is_other_sheet:
            _remember(row.org_id, row.register.direction, heads, row.mapping)
        row.state, row.problem = ImportState.CHECKING, None
        _ask(row, CHECK)


def accept(actor: Actor, import_id: int, *, warnings_seen: bool) -> None:
    """Have the file taken over, all of it; the worker reads it once more before it writes.

    :raises NotFound: ``import.missing``.
    :raises BadState: ``import.not_ready``, ``import.has_errors``, ``import.nothing_new``.
    :raises Invalid: ``import.warnings_unseen``.
    """
    with db.unit_of_work():
        row = _ready(actor, import_id)
        if row.errors:
            raise BadState("import.has_errors", n=row.errors)
        if not row.report.get("counts", {}).get("fresh"):
            raise BadState("import.nothing_new")
        if row.warnings and not warnings_seen:
            raise Invalid("import.warnings_unseen", field="seen", n=row.warnings)
        row.state, row.percent, row.problem = ImportState.IMPORTING, 0, None
        audit.record(actor, "import.accepted", row, year=row.year, warnings=row.warnings)
        _ask(row, RUN)


def drop(actor: Actor, import_id: int) -> None:
    """Put a file aside that is not taken over; one that was stays in the list.

    :raises NotFound: ``import.missing``.
    :raises BadState: ``import.not_ready``.
    """
    with db.unit_of_work():
        row = one(actor, import_id, lock=True)
        if row.state not in (ImportState.READY, ImportState.REFUSED):
            raise BadState("import.not_ready")
        row.state = ImportState.DROPPED
        audit.record(actor, "import.dropped", row)


def may_read(actor: Actor, import_id: int) -> bool:
    """True for whoever may import into registers of the agency (``refs``)."""
    row = db.session().get(RegisterImport, import_id)
    return row is not None and row.org_id in actor.org_ids and actor.holds(IMPORT)


def title_of(import_id: int) -> str:
    """The name of its file (``refs``)."""
    return db.session().get_one(RegisterImport, import_id).name


def remembered(org_id: int, direction: RegisterKind, heads: str) -> dict[str, str]:
    """What the agency said of a sheet with these heads, if it ever did."""
    found = db.session().scalar(
        select(ImportMapping.mapping).where(
            ImportMapping.org_id == org_id,
            ImportMapping.direction == direction.value,
            ImportMapping.heads == heads,
        )
    )
    return dict(found or {})


def waiting_path(waiting: str) -> Path:
    """Where a file lies until it was looked through."""
    return store.folder("tmp") / f"import-{waiting}"


def _remember(org_id: int, direction: RegisterKind, heads: str, mapping: dict[str, str]) -> None:
    opened = db.session()
    row = opened.scalar(
        select(ImportMapping).where(
            ImportMapping.org_id == org_id,
            ImportMapping.direction == direction.value,
            ImportMapping.heads == heads,
        )
    )
    if row is None:
        row = ImportMapping(org_id=org_id, direction=direction.value, heads=heads)
        opened.add(row)
    row.mapping, row.at = mapping, clock.now()


def _arrived(stream: IO[bytes], name: str) -> tuple[Path, str]:
    store.require_room()
    with store.Incoming(grids.MAX_BYTES) as incoming:
        while piece := stream.read(store.PIECE):
            incoming.write(piece)
        if incoming.is_too_large:
            raise Invalid("file.too_large", field="file", name=name, limit_mb=grids.MAX_BYTES // 2**20)
        path = incoming.take()
        verdict = grids.check(path, name)
        if verdict is not None:
            path.unlink()
            raise Invalid(verdict.code, **({"field": "file", "name": name} | verdict.data))
        return path, incoming.sha256


def _ready(actor: Actor, import_id: int) -> RegisterImport:
    row = one(actor, import_id, lock=True)
    if row.state is not ImportState.READY:
        raise BadState("import.not_ready")
    return row


def _ask(row: RegisterImport, kind: str) -> None:
    row.round += 1
    enqueue(kind, f"{row.id}-{row.round}", {"import": row.id, "round": row.round})
    db.publish(ImportMoved(row.by_id, row.org_id))


def _need_permit(actor: Actor) -> None:
    if not actor.holds(IMPORT):
        raise Forbidden("auth.no_permit")
