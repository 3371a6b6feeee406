"""The calendar of a year as an administrator pastes it: a day, what it is, and why, on each line.

02/01/2027; nghỉ; Hoán đổi theo Thông báo 123
09/01/2027; làm bù
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from intranet.core.forms import read_date
from intranet.core.labels import label
from intranet.core.text import fold, one_line
from intranet.notices.models import DayKind

MOST_LINES = 400
_NOTE_MAX = 200
_PARTS = re.compile(r"[;\t|]")
#: What else is written for a kind, beside its word.
_ALSO = {
    "nghi": DayKind.OFF,
    "nghi bu": DayKind.OFF,
    "hoan doi": DayKind.OFF,
    "le": DayKind.HOLIDAY,
    "lam viec": DayKind.WORKING,
    "sang": DayKind.MORNING,
    "chieu": DayKind.AFTERNOON,
}


@dataclass(frozen=True)
class Line:
    """One day of a pasted calendar."""

    number: int
    day: date
    kind: DayKind
    note: str


@dataclass(frozen=True)
class Fault:
    """What is wrong with a line; its sentence is ``error.<code>``."""

    code: str
    data: dict[str, Any]


def read(text: str, year: int) -> tuple[list[Line], list[Fault]]:
    """The days of a pasted calendar, and everything that is wrong with it; empty lines are passed over."""
    lines: list[Line] = []
    faults: list[Fault] = []
    once: dict[date, int] = {}
    written = [(number, row) for number, row in enumerate(text.splitlines(), 1) if row.strip()]
    if len(written) > MOST_LINES:
        return [], [Fault("calendar.too_many_lines", {"most": MOST_LINES, "n": len(written)})]
    for number, row in written:
        found = _line(number, row, year)
        if isinstance(found, Line) and found.day in once:
            data = {"day": f"{found.day:%d/%m/%Y}", "first": once[found.day], "line": number}
            found = Fault("calendar.doubled", data)
        if isinstance(found, Line):
            once[found.day] = number
            lines.append(found)
        else:
            faults.append(found)
    return lines, faults


def written(lines: Iterator[tuple[date, DayKind, str]]) -> str:
    """Days as they would be pasted."""
    rows = (
        f"{day:%d/%m/%Y}; {label(f'workday.kind.{kind.value}').lower()}; {note}" for day, kind, note in lines
    )
    return "\n".join(row.rstrip("; ") for row in rows)


def _line(number: int, row: str, year: int) -> Line | Fault:
    parts = [part.strip() for part in _PARTS.split(row, maxsplit=2)]
    try:
        day = read_date(parts[0])
    except ValueError:
        return Fault("calendar.line_day", {"line": number, "given": parts[0][:40]})
    if day.year != year:
        return Fault("calendar.other_year", {"line": number, "year": year})
    word = fold(parts[1]) if len(parts) > 1 else ""
    kind = _kinds().get(word)
    if kind is None:
        return Fault("calendar.line_kind", {"line": number, "given": parts[1][:40] if len(parts) > 1 else ""})
    return Line(number, day, kind, one_line(parts[2])[:_NOTE_MAX] if len(parts) > 2 else "")


def _kinds() -> dict[str, DayKind]:
    return _ALSO | {fold(label(f"workday.kind.{kind.value}")): kind for kind in DayKind}
