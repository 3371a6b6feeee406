"""Files of tables, made in the background with the rights of whoever asked, and told step by step.

A wing registers under a name how its table is read; here it is written as PDF, Word or Excel and kept for
its owner alone.
"""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.core.db import publish, unit_of_work
from intranet.core.errors import BadState, DomainError, Forbidden, NotFound
from intranet.core.jobs import enqueue
from intranet.exports.events import ExportMoved
from intranet.exports.models import Export, ExportState
from intranet.people.models import Delegation, User
from intranet.records import audit, files, media, store, table_docx, table_pdf, table_xlsx
from intranet.records.files import Kept
from intranet.records.models import File
from intranet.records.tables import Format, Progress, Table

#: Kind of the job that makes them.
MAKE = "export.make"
ROLE = "export"
#: How long a file is kept, and how many one person may have waiting.
KEPT = timedelta(days=7)
MOST_OPEN = 5
#: Rows of the list.
SHOWN = 50
#: Share of the work that is reading; the rest is writing the file.
_READING = 0.3
#: Seconds between two tellings.
_TELL_SECONDS = 0.7

Maker = Callable[[Actor, dict[str, Any], Progress], Table]
#: Writes a file of its own and leaves it to whoever called.
Packer = Callable[[Actor, dict[str, Any], Progress], Path]
#: Takes what was made for its own record as well, in the unit of work that ends the making.
Keeper = Callable[[User, dict[str, Any], Kept], None]
_WRITERS = {Format.PDF: table_pdf.write, Format.DOCX: table_docx.write, Format.XLSX: table_xlsx.write}
_TYPES = {Format.PDF: media.PDF, Format.DOCX: media.DOCX, Format.XLSX: media.XLSX}
_makers: dict[str, Maker] = {}
_packers: dict[str, Packer] = {}
_keepers: dict[str, Keeper] = {}
_ZIP = "application/zip"


@dataclass(frozen=True)
class Shown:
    """One row of the list and its file, once that is there."""

    row: Export
    file: File | None


def register_maker(kind: str, maker: Maker) -> None:
    """Say how the table of a kind is read; the maker checks itself what the actor may see.

    :raises ValueError: another maker has the name.
    """
    if _makers.setdefault(kind, maker) is not maker:
        raise ValueError(f"two makers for export {kind}")


def register_keeper(kind: str, keeper: Keeper) -> None:
    """Say what else becomes of files of a kind; these stay when the asked ones are swept.

    :raises ValueError: another keeper has the name.
    """
    if _keepers.setdefault(kind, keeper) is not keeper:
        raise ValueError(f"two keepers for export {kind}")


def register_packer(kind: str, packer: Packer) -> None:
    """Say how the package of a kind is written; the packer checks itself what the actor may see.

    :raises ValueError: another packer has the name.
    """
    if _packers.setdefault(kind, packer) is not packer:
        raise ValueError(f"two packers for export {kind}")


def ask(
    actor: Actor, kind: str, asked: dict[str, Any], format_: Format, title: str, *, is_counted: bool = True
) -> int:
    """Have a file made; returns its number. Whoever calls has checked that the actor may have it.

    :param title: what it is called, without ending.
    :param is_counted: whether it is refused where so many wait; not when it comes from another act.
    :raises BadState: ``export.too_many``, so many of this person wait already.
    """
    if kind not in _makers and kind not in _packers:
        raise KeyError(kind)
    with unit_of_work() as opened:
        waiting = select(Export.id).where(Export.user_id == actor.id, Export.state.in_(_OPEN))
        if is_counted and len(opened.scalars(waiting).all()) >= MOST_OPEN:
            raise BadState("export.too_many", n=MOST_OPEN)
        row = Export(
            org_id=next(iter(actor.org_ids), actor.org_id),
            user_id=actor.id,
            acting_for_id=actor.acting_for,
            kind=kind,
            asked=asked,
            format=format_,
            title=title[:200],
            asked_at=clock.now(),
        )
        opened.add(row)
        opened.flush()
        audit.record(actor, "export.asked", row, kind=kind, format=format_.value)
        enqueue(MAKE, f"{row.id}-{secrets.token_hex(6)}", {"export": row.id})
        return row.id


def open_wish(export_id: int) -> dict[str, Any]:
    """What a file was asked for that waits or is being made; nothing once it is there or will not come."""
    row = db.session().get(Export, export_id)
    return row.asked if row is not None and row.is_open else {}


def mine(actor: Actor) -> list[Shown]:
    """The newest files that the actor asked for."""
    query = select(Export).where(Export.user_id == actor.id).order_by(Export.id.desc()).limit(SHOWN)
    rows = db.session().scalars(query).all()
    found = files.of_many("export", [row.id for row in rows], ROLE)
    return [Shown(row, found[row.id][-1] if found[row.id] else None) for row in rows]


def may_read(actor: Actor, export_id: int) -> bool:
    """True for whoever asked for it (``refs``)."""
    row = db.session().get(Export, export_id)
    return row is not None and row.user_id == actor.id


def title_of(export_id: int) -> str:
    """What it is called (``refs``)."""
    return db.session().get_one(Export, export_id).title


def drop(actor: Actor, export_id: int) -> None:
    """Throw a file away before its week is over; one that is being made is made for nothing.

    :raises NotFound: ``export.none``: none of the actor's.
    """
    with unit_of_work() as opened:
        row = opened.get(Export, export_id, with_for_update=True)
        if row is None or row.user_id != actor.id:
            raise NotFound("export.none")
        audit.record(actor, "export.dropped", row)
        for file in files.of(row.ref):
            files.remove(actor, file)
        opened.delete(row)


def make(export_id: int) -> dict[str, Any]:
    """Read the table with the rights of whoever asked, write it, keep it; for the worker.

    :raises NotFound: ``export.none``: thrown away meanwhile.
    """
    began = time.monotonic()
    with db.scope():
        try:
            actor, row = _claim(export_id)
            db.set_agencies(actor.org_ids)
            telling = _Telling(row)
            kept, lines = _packed(actor, row, telling) if row.kind in _packers else _made(actor, row, telling)
        except DomainError as refusal:
            _give_up(export_id, refusal.code)
            raise
        with unit_of_work() as opened:
            done = opened.get(Export, export_id, with_for_update=True, populate_existing=True)
            if done is None:
                raise NotFound("export.none")
            done.state, done.percent, done.done_at = ExportState.DONE, 100, clock.now()
            done.lines = lines
            files.attach_kept(actor, kept, done.ref, org_id=done.org_id, role=ROLE)
            if done.kind in _keepers:
                _keepers[done.kind](actor, done.asked, kept)
            audit.record(actor, "export.made", done, lines=lines, sha256=kept.sha256)
            publish(ExportMoved(done.id, done.user_id, done.state.value))
    return {"lines": lines, "seconds": round(time.monotonic() - began, 2)}


def _made(actor: Actor, row: Export, telling: "_Telling") -> tuple[Kept, int]:
    """Write a table, and say how many lines it has."""
    table = _makers[row.kind](actor, row.asked, lambda share: telling(share * _READING))
    write = _WRITERS[row.format]
    data = write(table, lambda share: telling(_READING + share * (1 - _READING)))
    return files.keep(data, f"{row.title}.{row.format.value}", _TYPES[row.format]), len(table.lines)


def _packed(actor: Actor, row: Export, telling: "_Telling") -> tuple[Kept, None]:
    """Write a package; it has no lines to count."""
    path = _packers[row.kind](actor, row.asked, telling)
    try:
        with path.open("rb") as stream:
            sha256, size = store.put(stream)
    finally:
        path.unlink(missing_ok=True)
    return Kept(sha256, size, f"{row.title}.{row.format.value}", _ZIP), None


def give_up(export_id: int) -> None:
    """Note that the worker could not make it."""
    _give_up(export_id, "export.failed")


def sweep() -> int:
    """Forget files older than a week; returns how many."""
    with unit_of_work() as opened:
        rows = opened.scalars(select(Export).where(Export.asked_at < clock.now() - KEPT)).all()
        for row in rows:
            owner = opened.get_one(User, row.user_id)
            for file in files.of(row.ref):
                files.remove(owner, file)
            opened.delete(row)
        return len(rows)


_OPEN = (ExportState.WAITING, ExportState.MAKING)


def _claim(export_id: int) -> tuple[User, Export]:
    with unit_of_work() as opened, db.across_orgs("making the file that a person asked for"):
        row = opened.get(Export, export_id, with_for_update=True)
        if row is None:
            raise NotFound("export.none")
        row.state = ExportState.MAKING
    with db.across_orgs("making the file that a person asked for"):
        opened = db.session()
        row = opened.get_one(Export, export_id)
        return whoever_asked(row.user_id, row.acting_for_id), row


def whoever_asked(user_id: int, principal_id: int | None) -> User:
    """The person in whose name the worker does what was asked, still standing in for whom they did then.

    :raises Forbidden: ``export.stood_in``: no longer.
    """
    opened = db.session()
    actor = opened.get_one(User, user_id)
    if principal_id is not None:
        query = select(Delegation).where(
            Delegation.principal_id == principal_id, Delegation.substitute_id == user_id
        )
        found = [one for one in opened.scalars(query) if one.holds_on(clock.today())]
        if not found:
            raise Forbidden("export.stood_in")
        actor.stand_in_for(found[0].principal)
    return actor


def _give_up(export_id: int, problem: str) -> None:
    with unit_of_work() as opened, db.across_orgs("making the file that a person asked for"):
        row = opened.get(Export, export_id, with_for_update=True)
        if row is None or not row.is_open:
            return
        row.state, row.problem, row.done_at = ExportState.FAILED, problem, clock.now()
        publish(ExportMoved(row.id, row.user_id, row.state.value))


class _Telling:
    """Notes how far a file is, now and then."""

    def __init__(self, row: Export) -> None:
        self.export_id, self.user_id = row.id, row.user_id
        self.told = time.monotonic()

    def __call__(self, share: float) -> None:
        if time.monotonic() - self.told < _TELL_SECONDS:
            return
        with db.scope(), unit_of_work() as opened, db.across_orgs("making the file that a person asked for"):
            row = opened.get(Export, self.export_id)
            if row is not None:
                row.percent = min(int(share * 100), 99)
                publish(ExportMoved(self.export_id, self.user_id, row.state.value))
        self.told = time.monotonic()
