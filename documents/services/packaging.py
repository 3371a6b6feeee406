"""The documents of an agency for its whole package: registers, ledgers, documents, catalogues, files."""

import json
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import select

from documents.models.document import Document
from documents.models.lifecycle import Direction
from documents.models.register import LedgerEvent, Register, RegisterEntry, RegisterYear
from documents.permissions import PACKAGE, visible_to
from documents.services import package_acts, package_log, watching
from documents.services.chaining import payload_of
from documents.services.package_acts import Names
from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.core.dialect import table_of
from intranet.core.errors import Forbidden
from intranet.core.labels import has_label, label
from intranet.core.refs import Ref
from intranet.exports import services as exports
from intranet.people import directory
from intranet.people.models import User
from intranet.records import audit, files, store, table_xlsx
from intranet.records.models import File
from intranet.records.names import clean_name
from intranet.records.package import Package
from intranet.records.tables import Column, Format, Line, Progress, Table

KIND = "agency.package"
_EVERY = 50
_FIRST = ("number", "suffix", "date", "state", "document", "note")
_FILES = 500
#: Share of the work that is done before the files.
_READ = 0.4
_TABLE = table_of(Document)


def ask(actor: Actor) -> int:
    """Have a package of all that the actor may read made; returns the number of the file to come.

    :raises Forbidden: ``auth.no_permit``.
    :raises BadState: ``export.too_many``.
    """
    if not actor.holds(PACKAGE):
        raise Forbidden("auth.no_permit")
    with db.unit_of_work():
        audit.record(actor, "agency.exported", Ref("organisation", actor.org_id), org_id=actor.org_id)
        title = label("package.title", day=f"{clock.today():%d-%m-%Y}")
        return exports.ask(actor, KIND, {"org": actor.org_id}, Format.ZIP, title)


def pack(actor: Actor, asked: dict[str, Any], progress: Progress) -> Path:
    """Write the package of what the actor may read (``exports``); the caller takes the file over.

    :raises Forbidden: ``auth.no_permit``.
    """
    org_id = int(asked["org"])
    if not actor.holds(PACKAGE) or org_id not in actor.org_ids:
        raise Forbidden("auth.no_permit")
    path = store.folder("tmp") / f"package-{secrets.token_hex(16)}"
    try:
        with path.open("xb") as into:
            package = Package(into)
            facts = write(package, org_id, actor, progress)
            package.close(head_of(org_id, actor) | facts)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return path


def head_of(org_id: int, actor: Actor | None) -> dict[str, Any]:
    """Whose package it is, who had it made and when."""
    org = directory.org(org_id)
    name = db.session().get_one(User, actor.id).full_name if actor is not None else label("package.operator")
    at = clock.local(clock.now())
    return {
        "agency": org.name if org is not None else str(org_id),
        "by": name,
        "made": f"{at:%H:%M %d/%m/%Y}",
        "scope": label("package.scope.own" if actor is not None else "package.scope.all"),
    }


def write(package: Package, org_id: int, actor: Actor | None, progress: Progress) -> dict[str, Any]:
    """Put registers, ledgers, documents, what was done with them, catalogues, log and files in
    (``package.PARTS``).

    :param actor: ``None`` sees all of them.
    """
    shown = select(Document.id).where(Document.org_id == org_id)
    if actor is not None:
        shown = shown.where(visible_to(actor))
    visible = set(db.session().scalars(shown))
    if actor is not None:
        watching.note_taken(actor, watching.EXPORTED, visible, "package")
    lines = _registers(package, org_id, visible)
    progress(0.1)
    names = package_acts.names_of(org_id)
    folders, directions = _documents(package, org_id, visible, names)
    progress(0.2)
    package_acts.write_catalogues(package, org_id, actor, names)
    facts = package_acts.write_acts(package, org_id, actor, names, visible)
    progress(0.3)
    facts["acts"] = package_log.write_log(package, org_id, actor, names, directions)
    progress(_READ)
    count = _files(package, folders, progress)
    return {"lines": lines, "documents": len(folders), "attachments": count} | facts


def _registers(package: Package, org_id: int, visible: set[int]) -> int:
    query = (
        select(RegisterYear, Register)
        .join(Register, Register.id == RegisterYear.register_id)
        .where(RegisterYear.org_id == org_id)
        .order_by(Register.id, RegisterYear.year)
    )
    total = 0
    for year, register in db.session().execute(query).all():
        name = f"so/{register.code}-{year.year}"
        rows = list(_lines(year, visible))
        keys = [*_FIRST, *sorted({key for row in rows for key in row["columns"]})]
        heads = [_head(key) for key in keys]
        cells = [tuple(_cell(row, key) for key in keys) for row in rows]
        package.add_csv(f"{name}.csv", heads, cells)
        table = Table(
            title=f"{register.name} {year.year}".upper(),
            period="",
            columns=tuple(Column(head, 30) for head in heads),
            lines=[Line(row) for row in cells],
            foot=(register.name, "", str(year.year)),
            is_numbered=False,
        )
        package.add(f"{name}.xlsx", table_xlsx.write(table, lambda _share: None))
        facts = {
            "register": register.name,
            "code": register.code,
            "direction": register.direction.value,
            "year": year.year,
            "state": year.state.value,
            "last_number": year.last_number,
            "imported_to": year.imported_to,
            "head_hash": year.head_hash,
        }
        package.add_json(f"{name}.json", facts | {"lines": rows})
        package.add_lines(f"{name}-nhat-ky.jsonl", _events(year, visible))
        total += len(rows)
    return total


def _lines(year: RegisterYear, visible: set[int]) -> Iterator[dict[str, Any]]:
    query = (
        select(RegisterEntry)
        .where(RegisterEntry.register_id == year.register_id, RegisterEntry.year == year.year)
        .order_by(RegisterEntry.number, RegisterEntry.suffix)
        .execution_options(yield_per=1000)
    )
    for entry in db.session().scalars(query):
        is_shown = entry.document_id is None or entry.document_id in visible
        yield {
            "number": entry.number,
            "suffix": entry.suffix,
            "date": entry.entry_date.isoformat(),
            "state": entry.state.value,
            "document": entry.document_id,
            "note": entry.note if is_shown else label("book.restricted"),
            "columns": (entry.snapshot or {}) if is_shown else {},
        }


def _events(year: RegisterYear, visible: set[int]) -> Iterator[dict[str, Any]]:
    """The chain; of a document that is not shown its hashes alone: the chain can still be followed."""
    columns = LedgerEvent.__table__.columns
    query = select(*columns).where(LedgerEvent.register_id == year.register_id, LedgerEvent.year == year.year)
    for event in db.session().execute(query.order_by(LedgerEvent.id).execution_options(yield_per=1000)):
        about = {(event.after or {}).get("document"), (event.before or {}).get("document")} - {None}
        told = payload_of(event) if about <= visible else {"withheld": True}
        yield {"prev_hash": event.prev_hash, "hash": event.hash, "event": told}


def _documents(
    package: Package, org_id: int, visible: set[int], names: Names
) -> tuple[dict[int, str], dict[int, Direction]]:
    """Every column of the documents; returns the folder of each one's files, and which way it went."""
    columns = Document.__table__.columns
    query = select(*columns).where(Document.org_id == org_id).order_by(Document.id)
    folders: dict[int, str] = {}
    directions: dict[int, Direction] = {}
    codes = names.known["document"] = {}

    def rows() -> Iterator[dict[str, Any]]:
        for row in db.session().execute(query.execution_options(yield_per=1000)):
            if row.id not in visible:
                continue
            code = f"{row.number}{row.suffix}/{row.symbol}".strip("/")
            name = clean_name(code.replace("/", "-"))
            year = (row.register_date or row.created_at.date()).year
            folders[row.id] = f"van-ban/{row.direction}/{year}/{row.id:07d}-{name}"[:120].rstrip(" .")
            directions[row.id], codes[row.id] = row.direction, f"{code or '–'} (#{row.id})"
            yield names.named(_TABLE, dict(row._mapping)) | {"folder": folders[row.id]}

    package.add_lines("van-ban/van-ban.jsonl", rows())
    return folders, directions


def _files(package: Package, folders: dict[int, str], progress: Progress) -> int:
    keys, done = sorted(folders), 0
    index = []
    for start in range(0, len(keys), _FILES):
        for key, found in files.of_many("document", keys[start : start + _FILES]).items():
            for place, file in enumerate(found, 1):
                name = f"{folders[key]}/{place:02d}-{clean_name(file.name)}"
                if add_file(package, name, file):
                    index.append({"document": key, "file": name, "role": file.role, "sha256": file.sha256})
            done += 1
            if done % _EVERY == 0:
                progress(_READ + (1 - _READ) * done / len(keys))
    package.add_lines("van-ban/tep.jsonl", index)
    return len(index)


def add_file(package: Package, name: str, file: File) -> bool:
    """Put one file in; one whose bytes are lost is named without them."""
    if not store.is_there(file.sha256):
        package.add(f"{name}.MAT", json.dumps({"lost": file.sha256}).encode())
        return False
    package.add_file(name, files.path(file))
    return True


def _head(key: str) -> str:
    return label(f"register.column.{key}") if has_label(f"register.column.{key}") else key


def _cell(row: dict[str, Any], key: str) -> str:
    value = row[key] if key in _FIRST else row["columns"].get(key)
    if isinstance(value, list):
        return "; ".join(map(str, value))
    return "" if value is None else str(value)
