"""Sheets that somebody else filled (xlsx, csv) as plain words: cells in rows, nothing computed, nothing run.

The file is read in a process of its own (:mod:`intranet.records.parsing`); a hostile one ends that process.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from intranet.records import media, parsing
from intranet.records.media import Verdict
from intranet.records.parsing import Limits

CSV = "text/csv"
#: Bytes of a sheet that is taken at all.
MAX_BYTES = 25 * 1024 * 1024
_TYPES = {"csv": CSV, "txt": CSV, "tsv": CSV, "xlsx": media.XLSX}
_LIMITS = Limits(memory=1024**3, output=96 * 1024**2, cpu_seconds=60, wall_seconds=90.0)


@dataclass(frozen=True)
class Grid:
    """One sheet as it was read.

    :param rows: words of each row that has any, dates as ``2026-03-04``, numbers without needless zeros.
    :param numbers: the number of each row in the file, from 1.
    :param formulas: place (row, column) of cells that compute; the words are what they last gave.
    :param sheets: names of all sheets of the file, ``index`` is the one that was read.
    :param spelling: how a csv is written: ``utf-8``, ``utf-16``, ``cp1258`` or ``tcvn3``; else empty.
    :param is_cut: there are more rows than are read.
    """

    rows: list[list[str]]
    numbers: list[int]
    formulas: frozenset[tuple[int, int]] = frozenset()
    sheets: tuple[str, ...] = ()
    index: int = 0
    spelling: str = ""
    separator: str = ""
    is_cut: bool = False
    verdict: Verdict | None = field(default=None)


def type_of(name: str) -> str | None:
    """The type that a file's name speaks of, ``None`` when it is no sheet that is read."""
    return _TYPES.get(media.extension_of(name))


def check(path: Path, name: str) -> Verdict | None:
    """Judge an upload by size, name and first bytes; ``None`` lets it go on to be read."""
    kind = type_of(name)
    if kind is None:
        return Verdict("file.not_a_sheet", {"extension": media.extension_of(name)})
    if kind != CSV:
        return media.check(path, name, max_bytes=MAX_BYTES)
    size = path.stat().st_size
    if size == 0:
        return Verdict("file.empty")
    if size > MAX_BYTES:
        return Verdict("file.too_large", {"limit_mb": MAX_BYTES // 2**20})
    with path.open("rb") as file:
        head = file.read(8)
    if head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF", b"MZ", b"\x7fELF", b"\x89PNG")):
        return Verdict("file.renamed", {"extension": media.extension_of(name)})
    return None


def read(path: Path, name: str, *, sheet: int = 0) -> Grid:
    """Read one sheet of a file; what is wrong with the file comes back as the verdict.

    :param sheet: which one, from 0; a csv has one.
    """
    verdict = check(path, name)
    if verdict is not None:
        return Grid([], [], verdict=verdict)
    kind = "csv" if type_of(name) == CSV else "xlsx"
    answer = parsing.ask_child(
        "intranet.records.grid_child", _LIMITS, kind, str(path.resolve()), str(max(sheet, 0))
    )
    if "code" in answer:
        code = {"file.too_hard": "file.sheet_too_hard"}.get(str(answer["code"]), str(answer["code"]))
        return Grid([], [], verdict=Verdict(code, dict(answer.get("data") or {})))
    try:
        return _grid(answer)
    except (KeyError, TypeError, ValueError):
        return Grid([], [], verdict=Verdict("file.sheet_damaged"))


def _grid(answer: dict[str, Any]) -> Grid:
    return Grid(
        rows=[[str(cell) for cell in row] for row in answer["rows"]],
        numbers=[int(number) for number in answer["numbers"]],
        formulas=frozenset((int(row), int(column)) for row, column in answer["formulas"]),
        sheets=tuple(str(name) for name in answer["sheets"]),
        index=int(answer["index"]),
        spelling=str(answer.get("spelling", "")),
        separator=str(answer.get("separator", "")),
        is_cut=bool(answer["is_cut"]),
    )
