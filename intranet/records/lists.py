"""Lists as xlsx or csv: given, looked at row by row, corrected, taken over whole or not at all.

What a list is of, a :class:`Kind` says; here its columns are understood, and what was said of them is
remembered for the next file with the same heads.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import IO, Any

from sqlalchemy import select

from intranet.core import clock, db, typed
from intranet.core.actor import Actor
from intranet.core.errors import BadState, Forbidden, Invalid, NotFound
from intranet.core.labels import label
from intranet.core.refs import Ref
from intranet.core.text import fold, one_line
from intranet.records import audit, grids, store, table_xlsx
from intranet.records.grids import Grid
from intranet.records.models import ListImport, ListState
from intranet.records.names import clean_name
from intranet.records.problem_tables import problem_table
from intranet.records.secrecy import mark_in_title

#: Bytes and rows of a list: so few are read while somebody waits.
MOST_BYTES, MOST_ROWS = 2 * 1024**2, 2_000
#: Rows shown before the taking over, and problems on the page; files of the list of those given.
PREVIEW, MOST_SHOWN, RECENT = 50, 200, 10
#: Rows among which the heads are looked for, and sheets of a file.
_TOP, _SHEETS = 20, 5
_MOST_COLUMNS, _MOST_LETTERS = 40, 2_000


class Fate(StrEnum):
    """What becomes of a row."""

    FRESH = "fresh"
    #: It is there; what it lacks is filled in.
    FILLED = "filled"
    #: It is there and will be otherwise; how, stands among what is to be looked at.
    CHANGED = "changed"
    KNOWN = "known"
    WRONG = "wrong"


@dataclass(frozen=True)
class Row:
    """A row of a file by what its columns hold."""

    number: int
    values: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")


@dataclass(frozen=True)
class Problem:
    """What somebody should look at in a row; an error stands in the way of the whole file."""

    row: int
    code: str
    data: Mapping[str, Any] = field(default_factory=dict)
    is_error: bool = True


@dataclass
class Plan:
    """What would become of the rows, and of each that is new or fuller what is to be done."""

    fates: dict[int, Fate] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    acts: list[Callable[[Actor], None]] = field(default_factory=list)

    def wrong(self, row: Row, code: str, **data: Any) -> None:
        """Note an error of a row."""
        self.problems.append(Problem(row.number, code, data))
        self.fates[row.number] = Fate.WRONG

    def odd(self, row: Row, code: str, **data: Any) -> None:
        """Note what is only to be looked at."""
        self.problems.append(Problem(row.number, code, data, is_error=False))


@dataclass(frozen=True)
class Kind:
    """A kind of list.

    :param permit: what whoever gives one holds.
    :param heads: of each field the words that may stand over its column, folded.
    :param sizes: most letters of each field.
    :param needed: fields without which nothing can be taken over.
    :param plan: what would become of rows in an agency; asks the database, changes nothing.
    :param job: what takes one over in the background, where somebody would wait too long for it.
    :param changes: whether what is there may become otherwise.
    """

    code: str
    permit: str
    heads: Mapping[str, Sequence[str]]
    sizes: Mapping[str, int]
    needed: Sequence[str]
    plan: Callable[[int, Sequence[Row]], Plan]
    job: str | None = None
    changes: bool = False


@dataclass(frozen=True)
class Look:
    """A file as it would be taken over."""

    row: ListImport
    #: Field by column, from 0; fields that no column holds but one must.
    mapping: dict[int, str]
    lacking: list[str]
    rows: list[Row]
    plan: Plan

    @property
    def problems(self) -> list[Problem]:
        """Errors first, then by row."""
        return sorted(self.plan.problems, key=lambda one: (not one.is_error, one.row))

    @property
    def errors(self) -> int:
        """Problems that stand in the way."""
        return sum(one.is_error for one in self.plan.problems)

    @property
    def counts(self) -> dict[str, int]:
        """How many rows of each fate."""
        found = Counter(self.plan.fates.values())
        return {fate.value: found[fate] for fate in Fate}

    @property
    def fingerprint(self) -> str:
        """Of all that would become of the rows and is to be looked at."""
        told = [(one.row, one.code, sorted(one.data.items())) for one in self.plan.problems]
        fates = [(row, fate.value) for row, fate in self.plan.fates.items()]
        return hashlib.sha256(repr((fates, told)).encode()).hexdigest()


def receive(actor: Actor, kind: Kind, org_id: int, stream: IO[bytes], name: str) -> int:
    """Read a file and keep its rows; returns the number of the import. The file itself is not kept.

    :raises Forbidden: ``auth.no_permit``.
    :raises Invalid: the file is refused; nothing of it is kept.
    """
    _need(actor, kind)
    shown = clean_name(name)
    if mark_in_title(Path(shown).stem):
        raise Invalid("file.secret_mark", field="file")
    grid, sha256 = _read(kind, stream, shown)
    at, guessed = _heads(kind, grid.rows)
    if len(grid.rows) - at - 1 > MOST_ROWS or grid.is_cut:
        raise Invalid("sheet.too_many", field="file", most=MOST_ROWS)
    secret = [number for number, cells in zip(grid.numbers, grid.rows, strict=True) if _is_refused(cells)]
    if secret:
        raise Invalid("import.secret_rows", field="file", rows=", ".join(map(str, secret[:10])))
    heads = grid.rows[at]
    body = zip(grid.numbers[at + 1 :], grid.rows[at + 1 :], strict=True)
    with db.unit_of_work() as session:
        row = ListImport(
            org_id=org_id,
            kind=kind.code,
            name=shown,
            sha256=sha256,
            heads=heads[:_MOST_COLUMNS],
            mark=_mark(heads),
            rows=[[number, *(one_line(c)[:_MOST_LETTERS] for c in cells)] for number, cells in body],
            by_id=actor.id,
            at=clock.now(),
        )
        said = _remembered(row)
        row.mapping = said or {str(column): name for column, name in guessed.items()}
        row.is_said = bool(said)
        session.add(row)
        session.flush()
        note(actor, "sheet.given", row)
        return row.id


def recent(actor: Actor, kind: Kind, org_id: int) -> list[ListImport]:
    """The files that were given last for an agency.

    :raises Forbidden: ``auth.no_permit``.
    """
    _need(actor, kind)
    query = select(ListImport).where(ListImport.org_id == org_id, ListImport.kind == kind.code)
    query = query.where(ListImport.state != ListState.DROPPED)
    return list(db.session().scalars(query.order_by(ListImport.id.desc()).limit(RECENT)))


def look(actor: Actor, kind: Kind, org_id: int, import_id: int) -> Look:
    """What a file would come to now.

    :raises Forbidden: ``auth.no_permit``.
    :raises NotFound: ``import.missing``.
    """
    row = _one(actor, kind, org_id, import_id)
    if row.state is not ListState.READY:
        return Look(row, {}, [], [], Plan())
    return look_at(kind, row)


def correct(actor: Actor, kind: Kind, org_id: int, import_id: int, mapping: Mapping[int, str]) -> None:
    """Say what the columns hold; it is remembered.

    :raises NotFound: ``import.missing``.
    :raises BadState: ``import.not_ready``.
    :raises Invalid: ``import.field_twice``.
    """
    chosen = {str(column): name for column, name in mapping.items() if name in kind.heads}
    if len(set(chosen.values())) < len(chosen):
        raise Invalid("import.field_twice", field="mapping")
    with db.unit_of_work():
        row = ready(actor, kind, org_id, import_id)
        row.mapping, row.is_said = chosen, True


def drop(actor: Actor, kind: Kind, org_id: int, import_id: int) -> None:
    """Put a file aside that is not taken over.

    :raises NotFound: ``import.missing``.
    :raises BadState: ``import.not_ready``.
    """
    with db.unit_of_work():
        ready(actor, kind, org_id, import_id).state = ListState.DROPPED


def sentence(kind: Kind, problem: Problem) -> str:
    """A problem in words."""
    data = dict(problem.data)
    if "field" in data:
        data["field"] = label(f"sheet.{kind.code}.{data['field']}")
    return label(f"sheet.problem.{problem.code}", **data)


def problems_file(kind: Kind, found: Look) -> bytes:
    """The rows with something to look at, as they are in the file, with what it is, as xlsx."""
    rows = {cells[0]: cells[1:] for cells in found.row.rows}
    table = problem_table(
        label("import.list", name=found.row.name),
        found.row.heads,
        [(one.row, one.is_error, sentence(kind, one), rows.get(one.row, [])) for one in found.problems],
        errors=found.errors,
        warnings=len(found.problems) - found.errors,
    )
    return table_xlsx.write(table, lambda _share: None)


def look_at(kind: Kind, row: ListImport) -> Look:
    """What a file would come to; asks nobody's leave."""
    mapping = {int(column): name for column, name in row.mapping.items()}
    lacking = [name for name in kind.needed if name not in mapping.values()]
    if lacking:
        return Look(row, mapping, lacking, [], Plan())
    rows = []
    for number, *cells in row.rows:
        values = {name: cells[at] for at, name in mapping.items() if at < len(cells) and cells[at]}
        if values:
            rows.append(Row(number, values))
    long = [
        Problem(one.number, "too_long", {"field": name, "length": len(one[name]), "most": most})
        for one in rows
        for name, most in kind.sizes.items()
        if len(one[name]) > most
    ]
    plan = kind.plan(row.org_id, rows)
    plan.problems += long
    plan.fates |= {one.row: Fate.WRONG for one in long}
    return Look(row, mapping, [], rows, plan)


def _read(kind: Kind, stream: IO[bytes], name: str) -> tuple[Grid, str]:
    """The first sheet whose heads say what is needed, else the first; the bytes are gone afterwards."""
    store.require_room()
    with store.Incoming(MOST_BYTES) as incoming:
        while piece := stream.read(store.PIECE):
            incoming.write(piece)
        if incoming.is_too_large:
            raise Invalid("file.too_large", field="file", name=name, limit_mb=MOST_BYTES // 2**20)
        path = incoming.take()
    try:
        first = grids.read(path, name)
        if first.verdict is not None:
            raise Invalid(first.verdict.code, **({"field": "file", "name": name} | first.verdict.data))
        for at in range(min(len(first.sheets), _SHEETS)):
            grid = first if at == 0 else grids.read(path, name, sheet=at)
            if grid.verdict is None and set(kind.needed) <= set(_heads(kind, grid.rows)[1].values()):
                first = grid
                break
    finally:
        path.unlink(missing_ok=True)
    if not first.rows:
        raise Invalid("file.sheet_empty", field="file", name=name)
    return first, incoming.sha256


def _heads(kind: Kind, rows: Sequence[Sequence[str]]) -> tuple[int, dict[int, str]]:
    """The row that names most columns, and what they hold."""
    best: tuple[int, dict[int, str]] = (0, {})
    for at, cells in enumerate(rows[:_TOP]):
        guessed = _guess(kind, cells)
        if len(guessed) > len(best[1]):
            best = (at, guessed)
    return best


def _guess(kind: Kind, cells: Sequence[str]) -> dict[int, str]:
    found: dict[int, str] = {}
    folded = [fold(cell) for cell in cells[:_MOST_COLUMNS]]
    for is_exact in (True, False):
        for name, known in kind.heads.items():
            for column, head in enumerate(folded):
                if name in found.values() or column in found or len(head) > 90:
                    continue
                if head in known if is_exact else any(" " in one and one in head for one in known):
                    found[column] = name
    return dict(sorted(found.items()))


def _mark(heads: Sequence[str]) -> str:
    return hashlib.sha256("|".join(fold(head) for head in heads).encode()).hexdigest()


def _remembered(row: ListImport) -> dict[str, str]:
    """What was said last of a file of this kind with these heads."""
    query = select(ListImport.mapping).where(
        ListImport.org_id == row.org_id,
        ListImport.kind == row.kind,
        ListImport.mark == row.mark,
        ListImport.is_said.is_(True),
    )
    return dict(db.session().scalar(query.order_by(ListImport.id.desc()).limit(1)) or {})


def _is_refused(cells: Sequence[str]) -> bool:
    return any(typed.problem(cell) is not None for cell in cells if cell)


def ready(actor: Actor, kind: Kind, org_id: int, import_id: int) -> ListImport:
    """A file that waits to be looked at, locked.

    :raises NotFound: ``import.missing``.
    :raises BadState: ``import.not_ready``.
    """
    row = _one(actor, kind, org_id, import_id, lock=True)
    if row.state is not ListState.READY:
        raise BadState("import.not_ready")
    return row


def _one(actor: Actor, kind: Kind, org_id: int, import_id: int, *, lock: bool = False) -> ListImport:
    _need(actor, kind)
    query = select(ListImport).where(
        ListImport.id == import_id, ListImport.org_id == org_id, ListImport.kind == kind.code
    )
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    row = db.session().scalar(query)
    if row is None or row.state is ListState.DROPPED:
        raise NotFound("import.missing")
    return row


def note(actor: Actor, act: str, row: ListImport, **data: Any) -> None:
    """Write into the log of its agency what became of a file."""
    of = Ref("organisation", row.org_id)
    audit.record(actor, act, of, org_id=row.org_id, source=row.id, kind=row.kind, sha256=row.sha256, **data)


def _need(actor: Actor, kind: Kind) -> None:
    if not actor.holds(kind.permit):
        raise Forbidden("auth.no_permit")
