"""What the worker does with an old register: reads it as often as it is corrected, then takes it over."""

import io
from typing import Any

from documents.events import ImportMoved
from documents.models.importing import ImportState, RegisterImport
from documents.services import import_reading, old_registers
from documents.services.import_reading import Understood
from documents.services.importing import CHECK, RUN, waiting_path
from intranet.core import clock, db
from intranet.core.errors import DomainError
from intranet.core.labels import label
from intranet.exports import services as exports
from intranet.people.models import User
from intranet.records import audit, files, grids, media, store, table_xlsx
from intranet.records.files import Kept
from intranet.records.grids import Grid

#: The file as it was given, and the list of what is wrong with it.
SOURCE, PROBLEMS = "source", "problems"


def check(import_id: int, round_: int) -> dict[str, Any]:
    """Read a file and say what it is; nothing of it enters the register."""
    actor, row = _claim(import_id)
    with db.agencies(actor.org_ids):
        if row.state is not ImportState.CHECKING or row.round != round_:
            return {"skipped": True}
        grid = _read(row)
        if grid.verdict is not None:
            _refuse(actor, row, grid.verdict.code, dict(grid.verdict.data))
            return {"refused": grid.verdict.code}
        _tell(import_id, 60)
        found = import_reading.understand(row.register, grid, row.mapping, row.year)
        if found.is_secret:
            rows = [problem.row for problem in found.problems if problem.code == "mark"]
            _refuse(actor, row, "import.secret_rows", {"rows": ", ".join(map(str, rows[:10]))})
            return {"refused": "import.secret_rows"}
        source = _keep_source(row)
        listed = _list_of_problems(row, grid, found)
        with db.unit_of_work() as opened:
            done = opened.get_one(RegisterImport, import_id, with_for_update=True, populate_existing=True)
            if done.state is not ImportState.CHECKING or done.round != round_:
                return {"skipped": True}
            _attach(actor, done, source, listed)
            done.state, done.percent, done.waiting = ImportState.READY, 100, None
            done.mapping = found.report["fields"]
            done.year = found.year
            done.report, done.errors = found.report, found.errors
            done.warnings = len(found.problems) - found.errors
            db.publish(ImportMoved(done.by_id, done.org_id))
    return {"lines": len(found.lines), "errors": found.errors}


def run(import_id: int, round_: int) -> dict[str, Any]:
    """Take over a file that was looked at: every line of it, or none."""
    actor, row = _claim(import_id)
    with db.agencies(actor.org_ids):
        if row.state is not ImportState.IMPORTING or row.round != round_:
            return {"skipped": True}
        _tell(import_id, 10)
        grid = _read(row)
        _tell(import_id, 40)
        found = import_reading.understand(row.register, grid, row.mapping, row.year)
        _tell(import_id, 60)
        try:
            if grid.verdict is not None or found.errors or found.year is None or found.report["lacking"]:
                _back(import_id, "import.changed")
                return {"added": 0}
            # Whoever wants to write waits from here on: what can be worked out is.
            prepared = old_registers.prepare(actor, row.register, found.year, found.fresh, import_id)
            with db.unit_of_work() as opened:
                done = opened.get_one(RegisterImport, import_id, with_for_update=True, populate_existing=True)
                added = old_registers.write(actor, done.register, found.year, prepared, done.id)
                done.state, done.percent, done.done_at = ImportState.DONE, 100, clock.now()
                done.added, done.known = added, found.report["counts"]["known"]
                audit.record(
                    actor,
                    "register.imported",
                    done.register,
                    source=done.id,
                    year=found.year,
                    lines=added,
                    sha256=done.sha256,
                )
                db.publish(ImportMoved(done.by_id, done.org_id))
        except DomainError as refusal:
            _back(import_id, refusal.code)
            raise
    return {"added": added}


def give_up(kind: str, import_id: int) -> None:
    """Say that the worker could not read a file, or not take it over."""
    with db.unit_of_work() as opened, db.across_orgs("telling the clerk that an import was given up"):
        row = opened.get(RegisterImport, import_id, with_for_update=True)
        if row is None or not row.is_open:
            return
        is_kept = kind == RUN or row.waiting is None
        row.state = ImportState.READY if is_kept else ImportState.REFUSED
        row.problem = "import.failed"
        db.publish(ImportMoved(row.by_id, row.org_id))


def _claim(import_id: int) -> tuple[User, RegisterImport]:
    row = db.session().get_one(RegisterImport, import_id)
    return exports.whoever_asked(row.by_id, row.acting_for_id), row


def _read(row: RegisterImport) -> Grid:
    path = waiting_path(row.waiting) if row.waiting else store.path_of(row.sha256)
    if not path.exists():
        path = store.path_of(row.sha256)
    return grids.read(path, row.name, sheet=row.sheet)


def _keep_source(row: RegisterImport) -> Kept | None:
    """Give the file its place in the store, once it was looked through."""
    if row.waiting is None:
        return None
    path = waiting_path(row.waiting)
    if path.exists():
        store.adopt(path, row.sha256)
    size = store.path_of(row.sha256).stat().st_size
    return Kept(row.sha256, size, row.name, grids.type_of(row.name) or media.XLSX)


def _list_of_problems(row: RegisterImport, grid: Grid, found: Understood) -> Kept | None:
    if not found.problems:
        return None
    title = label("import.list", name=row.name)
    data = table_xlsx.write(import_reading.table_of(grid, found, title), lambda _share: None)
    sha256, size = store.put(io.BytesIO(data))
    return Kept(sha256, size, label("import.list_name"), media.XLSX)


def _attach(actor: User, row: RegisterImport, source: Kept | None, listed: Kept | None) -> None:
    for old in files.of(row.ref, PROBLEMS):
        files.remove(actor, old)
    for kept, role in ((source, SOURCE), (listed, PROBLEMS)):
        if kept is not None:
            files.attach_kept(actor, kept, row.ref, org_id=row.org_id, role=role)


def _refuse(actor: User, row: RegisterImport, code: str, data: dict[str, Any]) -> None:
    """Take nothing of a file; one that was kept before is only not read that way."""
    waiting = row.waiting
    with db.unit_of_work() as opened:
        done = opened.get_one(RegisterImport, row.id, with_for_update=True)
        done.problem, done.percent = code, 100
        if waiting is None:
            done.state, done.errors = ImportState.READY, 1
            done.report = {**done.report, "problem": data, "rows": [], "problems": [], "counts": {}}
        else:
            done.state, done.waiting, done.report = ImportState.REFUSED, None, {"problem": data}
        audit.record(actor, "import.refused", done, problem=code)
        db.publish(ImportMoved(done.by_id, done.org_id))
    if waiting is not None:
        waiting_path(waiting).unlink(missing_ok=True)


def _back(import_id: int, code: str) -> None:
    with db.unit_of_work() as opened:
        row = opened.get_one(RegisterImport, import_id, with_for_update=True, populate_existing=True)
        row.state, row.problem = ImportState.READY, code
        db.publish(ImportMoved(row.by_id, row.org_id))


def _tell(import_id: int, percent: int) -> None:
    with db.unit_of_work() as opened:
        row = opened.get_one(RegisterImport, import_id)
        row.percent = percent
        db.publish(ImportMoved(row.by_id, row.org_id))


__all__ = ["CHECK", "PROBLEMS", "RUN", "SOURCE", "check", "give_up", "run"]
