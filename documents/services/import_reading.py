"""What a sheet of an old register comes to: lines, what is wrong with them, and what is shown of it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from documents.formats import old_heads, old_lines
from documents.formats.old_heads import Layout
from documents.formats.old_lines import OldLine, Problem
from documents.models.register import Register, RegisterKind
from documents.services import catalogue, importing, old_registers
from intranet.core import clock
from intranet.core.labels import label
from intranet.records.grids import Grid
from intranet.records.problem_tables import problem_table
from intranet.records.tables import Table

#: Rows that are shown before the taking over, and problems on the page; all of them are in the file.
PREVIEW, MOST_SHOWN, MOST_IN_FILE = 50, 200, 10_000
_SAMPLES = 3
#: Problems after which nothing of the file may be kept.
_MARK = "mark"


@dataclass(frozen=True)
class Understood:
    """A sheet as it would be taken over.

    :param year: ``None`` when neither the sheet nor anybody says it.
    """

    layout: Layout
    mapping: dict[int, str]
    year: int | None
    lines: Sequence[OldLine]
    fresh: Sequence[OldLine]
    problems: Sequence[Problem]
    report: dict[str, Any]

    @property
    def is_secret(self) -> bool:
        """True when a line carries the mark of a state secret."""
        return any(problem.code == _MARK for problem in self.problems)

    @property
    def errors(self) -> int:
        """Problems that stand in the way."""
        return sum(problem.is_error for problem in self.problems)


def understand(register: Register, grid: Grid, mapping: Mapping[str, str], year: int | None) -> Understood:
    """Read the rows of a sheet for a register.

    :param mapping: what somebody said of the columns; empty: as such heads were said before, else guessed.
    """
    is_incoming = register.direction is RegisterKind.IN
    layout = old_heads.find(grid.rows, is_incoming=is_incoming)
    mark = old_heads.fingerprint(layout.heads)
    said = mapping or importing.remembered(register.org_id, register.direction, mark)
    fields = {int(column): name for column, name in said.items()} if said else layout.guessed
    body = range(layout.first, len(grid.rows))
    when = year or layout.year or _usual_year(grid, fields, body, is_incoming=is_incoming)
    lacking = old_heads.missing(fields, is_incoming=is_incoming) + ([] if when else ["year"])
    found = old_lines.Read()
    if when and not lacking:
        kinds = [kind.name for kind in catalogue.kinds(register.org_id)]
        reader = old_lines.Reader(fields, kinds, is_incoming=is_incoming, year=when, today=clock.today())
        computing = _by_row(grid)
        for at in body:
            reader.take(grid.numbers[at], grid.rows[at], computing.get(at, frozenset()))
        found = reader.found
    else:
        _look_for_marks(grid, found)
    lines, problems = found.lines, list(found.problems)
    old_lines.among(lines, problems.append)
    fresh: Sequence[OldLine] = []
    known = 0
    if when:
        compared = old_registers.compare(register, when, [line for line in lines if line.number])
        problems += compared.problems
        fresh, known = compared.fresh, len(compared.known)
    if grid.is_cut:
        problems.append(Problem(grid.numbers[-1], "too_many_rows", {"most": len(grid.rows)}))
    problems.sort(key=lambda one: (not one.is_error, one.row))
    report = {
        "fingerprint": mark,
        "heads": list(layout.heads),
        "samples": _samples(grid, layout),
        "fields": {str(column): name for column, name in fields.items()},
        "lacking": lacking,
        "sheets": list(grid.sheets),
        "spelling": grid.spelling,
        "rows": [_row(line) for line in lines[:PREVIEW]],
        "problems": [_told(problem) for problem in problems[:MOST_SHOWN]],
        "counts": {
            "lines": len(lines),
            "fresh": len(fresh),
            "known": known,
            "skipped": len(found.skipped),
        },
        "skipped": [[row, words] for row, words in found.skipped[:20]],
    }
    return Understood(layout, fields, when, lines, fresh, problems, report)


def sentence(told: Mapping[str, Any]) -> str:
    """A problem in words."""
    data = dict(told["data"])
    if "field" in data:
        data["field"] = label(f"import.field.{data['field']}")
    return label(f"import.problem.{told['code']}", **data)


def table_of(grid: Grid, found: Understood, title: str) -> Table:
    """The rows with something wrong, as they are in the file, with what it is."""
    rows = dict(zip(grid.numbers, grid.rows, strict=True))
    return problem_table(
        title,
        found.layout.heads,
        [
            (one.row, one.is_error, sentence(_told(one)), rows.get(one.row, []))
            for one in found.problems[:MOST_IN_FILE]
        ],
        errors=found.errors,
        warnings=len(found.problems) - found.errors,
    )


def _usual_year(grid: Grid, fields: Mapping[int, str], body: range, *, is_incoming: bool) -> int | None:
    """The year that most dated lines carry, where a file names none."""
    wanted = "arrival_date" if is_incoming else "doc_date"
    column = next((at for at, name in fields.items() if name == wanted), None)
    years: Counter[int] = Counter()
    for at in body:
        if column is None or column >= len(grid.rows[at]):
            continue
        try:
            # A day without its year would show this stand-in.
            day = old_lines.day_of(grid.rows[at][column], 1946)
        except ValueError:
            continue
        if day.year != 1946:
            years[day.year] += 1
    return years.most_common(1)[0][0] if years else None


def _look_for_marks(grid: Grid, found: old_lines.Read) -> None:
    """A sheet that is not understood yet is kept too: nothing secret may be in it."""
    reader = old_lines.Reader({}, [], is_incoming=True, year=1946, today=clock.today())
    for number, row in zip(grid.numbers, grid.rows, strict=True):
        reader.take(number, row)
    found.problems += [problem for problem in reader.found.problems if problem.code == _MARK]


def _by_row(grid: Grid) -> dict[int, frozenset[int]]:
    found: dict[int, set[int]] = {}
    for row, column in grid.formulas:
        found.setdefault(row, set()).add(column)
    return {row: frozenset(columns) for row, columns in found.items()}


def _samples(grid: Grid, layout: Layout) -> list[list[str]]:
    """The first words under each head."""
    width = max((len(row) for row in grid.rows[layout.first : layout.first + PREVIEW]), default=0)
    width = max(width, len(layout.heads))
    found: list[list[str]] = [[] for _ in range(width)]
    for row in grid.rows[layout.first : layout.first + PREVIEW]:
        for column, cell in enumerate(row):
            if cell and len(found[column]) < _SAMPLES:
                found[column].append(cell[:60])
    return found


def _row(line: OldLine) -> dict[str, Any]:
    return {
        "row": line.row,
        "number": line.shown if line.number else "",
        "day": f"{line.entry_date:%d/%m/%Y}" if line.entry_date else "",
        "code": line.code,
        "doc_date": f"{line.doc_date:%d/%m/%Y}" if line.doc_date else "",
        "with": line.issuer or "; ".join(line.recipients),
        "kind": line.kind,
        "subject": line.subject,
        "is_struck": line.is_struck,
    }


def _told(problem: Problem) -> dict[str, Any]:
    return {"row": problem.row, "code": problem.code, "data": problem.data, "is_error": problem.is_error}
