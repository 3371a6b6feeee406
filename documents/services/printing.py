"""The printed register of a closed year: made by itself, kept for good, its paper signed and sealed.

All who may print the register read it, so it shows of restricted documents no more than their numbers,
whoever it was made for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from documents.models.printing import RegisterPrint
from documents.models.register import Register, RegisterYear, YearState
from documents.permissions import PRINT, SEAL_PRINT
from documents.services import books, numbering
from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.core.errors import BadState, Forbidden, Invalid, NotFound
from intranet.core.labels import label
from intranet.exports import services as exports
from intranet.people import directory
from intranet.people.models import Role, User
from intranet.records import audit, files
from intranet.records.files import Kept
from intranet.records.media import PDF
from intranet.records.models import File
from intranet.records.tables import Format

#: The print itself; the scan of its signed and sealed paper.
ROLE, SCAN = "print", "sealed_scan"


@dataclass(frozen=True)
class Shown:
    """A print with its files, and whether it is being made now."""

    row: RegisterPrint
    file: File | None
    scan: File | None
    is_waiting: bool


def ask(actor: Actor, register: Register, counter: RegisterYear) -> int:
    """Have the register of a closed year, which is locked, printed and kept, in the open unit of work.

    :raises BadState: ``register.year_not_closed``, ``register.print_kept``, ``register.print_waiting``.
    """
    if counter.state is not YearState.CLOSED:
        raise BadState("register.year_not_closed", year=counter.year)
    opened = db.session()
    row = opened.scalar(
        select(RegisterPrint).where(
            RegisterPrint.register_id == register.id,
            RegisterPrint.year == counter.year,
            RegisterPrint.head_hash == counter.head_hash,
        )
    )
    if row is None:
        row = RegisterPrint(org_id=register.org_id, register_id=register.id, year=counter.year)
        row.head_hash, row.export_id = counter.head_hash, 0
    elif row.made_at is not None:
        raise BadState("register.print_kept", year=counter.year)
    elif _is_waiting(row):
        raise BadState("register.print_waiting", year=counter.year)
    row.asked_by_id, row.asked_at = actor.id, clock.now()
    opened.add(row)
    opened.flush()
    asked: dict[str, Any] = {
        "register": register.id,
        "book": books.books_of(register)[0].value,
        "year": counter.year,
        "kept": row.id,
        "head": counter.head_hash,
    }
    title = label("book.kept", name=register.name, year=counter.year)
    row.export_id = exports.ask(actor, books.KIND, asked, Format.PDF, title, is_counted=False)
    audit.record(actor, "register.print_asked", register, year=counter.year, head=counter.head_hash)
    return row.id


def ask_again(actor: Actor, register_id: int, year: int) -> int:
    """Have the register of a closed year printed and kept: it was taken over closed, or making it failed.

    :raises NotFound: ``register.missing``, ``register.no_year``.
    :raises Forbidden: ``auth.no_permit``.
    :raises BadState: as :func:`ask`.
    """
    with db.unit_of_work():
        register, printable = books.to_print(actor, register_id)
        if year not in printable:
            raise NotFound("register.no_year", year=year)
        return ask(actor, register, numbering.lock_year(register, year))


def keep(actor: User, asked: dict[str, Any], kept: Kept) -> None:
    """A file of a register was made: that of a closed year stays, in the open unit of work (``exports``)."""
    row = db.session().get(RegisterPrint, asked.get("kept", 0), with_for_update={"of": RegisterPrint})
    if row is None or row.made_at is not None:
        return
    row.made_at = clock.now()
    files.attach_kept(actor, kept, row.ref, org_id=row.org_id, role=ROLE)
    audit.record(actor, "register.print_made", row.register, year=row.year, sha256=kept.sha256)


def of_year(actor: Actor, register_id: int, year: int) -> list[Shown]:
    """The prints of a year, newest first; nothing for who may not print registers."""
    if not actor.holds(PRINT):
        return []
    query = select(RegisterPrint).where(RegisterPrint.register_id == register_id, RegisterPrint.year == year)
    rows = db.session().scalars(query.order_by(RegisterPrint.id.desc())).all()
    return _with_files(rows)


def one(actor: Actor, print_id: int) -> Shown:
    """One print.

    :raises Forbidden: ``auth.no_permit``.
    :raises NotFound: ``register.no_print``.
    """
    if not actor.holds(PRINT):
        raise Forbidden("auth.no_permit")
    row = db.session().get(RegisterPrint, print_id)
    if row is None:
        raise NotFound("register.no_print")
    return _with_files([row])[0]


def signers(org_id: int) -> list[User]:
    """Who may have signed a register: the leaders of the agency."""
    return directory.with_role(org_id, Role.LEADER)


def seal(actor: Actor, print_id: int, signer_id: int, day: date, *, scan_id: str = "") -> None:
    """Record that the paper of a print was signed and sealed, with its scan where there is one.

    :param scan_id: public id of an upload, a PDF.
    :raises Forbidden: ``auth.no_permit``.
    :raises NotFound: ``register.no_print``.
    :raises BadState: ``register.print_not_made``, ``register.sealed_already``, or why the scan is refused.
    :raises Invalid: ``register.no_signer``, ``register.seal_day``, ``draft.scan_not_pdf``.
    """
    if not actor.holds(SEAL_PRINT):
        raise Forbidden("auth.no_permit")
    if scan_id and files.staged(actor, scan_id).media_type != PDF:
        raise Invalid("draft.scan_not_pdf", field="file")
    with db.unit_of_work() as session:
        row = session.get(RegisterPrint, print_id, with_for_update={"of": RegisterPrint})
        if row is None:
            raise NotFound("register.no_print")
        if row.made_at is None:
            raise BadState("register.print_not_made")
        if row.sealed_on is not None:
            raise BadState("register.sealed_already")
        if signer_id not in {one.id for one in signers(row.org_id)}:
            raise Invalid("register.no_signer", field="signer_id")
        made = clock.local(row.made_at).date()
        if not made <= day <= clock.today():
            raise Invalid("register.seal_day", field="sealed_on", made=f"{made:%d/%m/%Y}")
        if scan_id:
            files.attach(actor, scan_id, row.ref, org_id=row.org_id, role=SCAN)
        row.signed_by_id, row.sealed_on = signer_id, day
        row.sealed_by_id, row.sealed_at = actor.id, clock.now()
        audit.record(
            actor,
            "register.print_sealed",
            row.register,
            year=row.year,
            signer=signer_id,
            day=day.isoformat(),
            scan=bool(scan_id),
        )


def title_of(print_id: int) -> str:
    """What a print is called (``refs``)."""
    row = db.session().get_one(RegisterPrint, print_id)
    return label("book.kept", name=row.register.name, year=row.year)


def url_of(print_id: int) -> str:
    """The page of a print (``refs``)."""
    return f"/documents/registers/prints/{print_id}"


def may_read(actor: Actor, print_id: int) -> bool:
    """True for those who may print the agency's registers (``refs``)."""
    row = db.session().get(RegisterPrint, print_id)
    return row is not None and row.org_id in actor.org_ids and actor.holds(PRINT)


def _is_waiting(row: RegisterPrint) -> bool:
    return row.made_at is None and exports.open_wish(row.export_id).get("kept") == row.id


def _with_files(rows: Sequence[RegisterPrint]) -> list[Shown]:
    found = files.of_many("register_print", [row.id for row in rows])
    shown = []
    for row in rows:
        by_role = {file.role: file for file in found[row.id]}
        shown.append(Shown(row, by_role.get(ROLE), by_role.get(SCAN), _is_waiting(row)))
    return shown
