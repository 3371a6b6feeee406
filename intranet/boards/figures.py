"""Figures of the boards: what a number, a chart and the list behind it are, whoever counts them.

A package fills two slots. One gives the figures of a board, the other the list that a figure opens; both go
by the same conditions, so that a figure and its list cannot differ.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import InstrumentedAttribute

from intranet.core import clock, db, slots
from intranet.core.actor import Actor

#: Slot ``(actor, board) -> Shown | None``: figures and charts of a board.
BOARD = "boards.board"
#: Slot ``(actor, code, args, after) -> Listing | None``: what a figure counts; ``None`` when it is another's.
LISTING = "boards.listing"
#: Rows of a page of a list.
PAGE = 50
#: Months that a chart looks back.
MONTHS = 12
Args = Mapping[str, str]
K = TypeVar("K")


class Board(StrEnum):
    """Whose picture a board is; its word is ``board.name.<value>``."""

    LEADER = "leader"
    UNIT = "unit"
    CLERK = "clerk"
    OWN = "own"
    FILES = "files"
    USAGE = "usage"


class Shape(StrEnum):
    """How a chart is drawn."""

    #: One bar a row, its parts one after the other.
    BARS = "bars"
    #: One group of columns a month.
    COLUMNS = "columns"
    #: Columns that lie on each other.
    STACK = "stack"
    #: One share a row, written beside its bar.
    SHARES = "shares"


@dataclass(frozen=True)
class Figure:
    """A number that opens its list; its word is ``board.figure.<code>``."""

    code: str
    #: How many rows the list has.
    n: int
    #: What the list is narrowed to.
    args: Args = field(default_factory=dict)
    #: What is shown instead of the number: a share, a time.
    text: str = ""
    note: str = ""
    is_bad: bool = False
    order: int = 50
    #: Hundredths of a chart of shares.
    percent: int = 0


@dataclass(frozen=True)
class Bar:
    """One row of a chart: a figure for each of its series."""

    name: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True)
class Chart:
    """Figures side by side; words are ``board.chart.<code>`` and ``board.series.<one of series>``."""

    code: str
    shape: Shape
    series: tuple[str, ...]
    bars: Sequence[Bar]
    order: int = 50
    #: Of which time it is, where its head says so.
    note: str = ""


@dataclass(frozen=True)
class Shown:
    """What a package puts on a board."""

    figures: Sequence[Figure] = ()
    charts: Sequence[Chart] = ()


@dataclass(frozen=True)
class Row:
    """One row of the list that a figure opens."""

    url: str
    title: str
    code: str = ""
    who: str = ""
    state: str = ""
    due: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Listing:
    """One page of such a list."""

    total: int
    rows: Sequence[Row]
    #: Key from which the next page goes on.
    after: str | None = None
    #: What it is narrowed to, in words.
    narrowed: str = ""


def of_board(actor: Actor, board: Board) -> Shown:
    """All figures and charts of a board, in their order."""
    parts: list[Shown] = slots.ask(BOARD, actor, board)
    return Shown(
        sorted((one for part in parts for one in part.figures), key=lambda one: one.order),
        sorted((one for part in parts for one in part.charts), key=lambda one: one.order),
    )


def listing(actor: Actor, code: str, args: Args, after: str | None = None) -> Listing | None:
    """The list that a figure opens, ``None`` when there is no such figure for this actor."""
    found: list[Listing] = slots.ask(LISTING, actor, code, args, after)
    return found[0] if found else None


def count_each(table: type[Any], wanted: Mapping[K, ColumnElement[bool]]) -> dict[K, int]:
    """How many rows of a table meet each condition: one statement, however many they are."""
    if not wanted:
        return {}
    parts = [
        select(func.count()).select_from(table).where(condition).scalar_subquery()
        for condition in wanted.values()
    ]
    found = db.session().execute(select(*parts)).one()
    return {key: int(n) for key, n in zip(wanted, found, strict=True)}


def sum_each(
    table: type[Any], of: ColumnElement[bool], wanted: Mapping[K, ColumnElement[bool]]
) -> dict[K, int]:
    """How many rows of those that one condition names meet each other: all in one look at them."""
    sums = [func.coalesce(func.sum(case((condition, 1), else_=0)), 0) for condition in wanted.values()]
    found = db.session().execute(select(*sums).select_from(table).where(of)).one()
    return {key: int(n) for key, n in zip(wanted, found, strict=True)}


def page_of(
    table: type[Any],
    condition: ColumnElement[bool],
    after: str | None,
    due: InstrumentedAttribute[Any],
    options: Sequence[Any] = (),
) -> tuple[int, list[Any], str | None]:
    """How many rows meet a condition, one page of them by their term and the key of the next page."""
    never = date(9999, 12, 31)
    order = func.coalesce(due, never)
    query = select(table).where(condition).options(*options).order_by(order, table.id).limit(PAGE + 1)
    key = _read_key(after)
    if key is not None:
        day, last = key
        query = query.where((order > day) | ((order == day) & (table.id > last)))
    rows = list(db.session().scalars(query))
    more = None
    if len(rows) > PAGE:
        end = rows[PAGE - 1]
        more = f"{getattr(end, due.key) or never}.{end.id}"
    return count_each(table, {0: condition})[0], rows[:PAGE], more


def months(last: date | None = None, n: int = MONTHS) -> list[date]:
    """First days of the last ``n`` months, the present one last."""
    day = (last or clock.today()).replace(day=1)
    found = [day]
    while len(found) < n:
        found.append((found[-1] - timedelta(days=1)).replace(day=1))
    return found[::-1]


def end_of(month: date) -> date:
    """The last day of a month."""
    return (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def month_of(args: Args) -> date | None:
    """The month of a narrowed list, ``None`` for none and for what is none."""
    try:
        return date.fromisoformat(f"{args.get('month', '')}-01")
    except ValueError:
        return None


def day_of(args: Args) -> date | None:
    """The day of a narrowed list, ``None`` for none and for what is none."""
    try:
        return date.fromisoformat(args.get("day", "")[:10])
    except ValueError:
        return None


def months_of(args: Args) -> int | None:
    """So many months back, the present one among them; ``None`` where the list names none."""
    n = number_of(args, "months")
    return n if n is not None and 1 <= n <= MONTHS else None


def number_of(args: Args, name: str) -> int | None:
    """A key of a narrowed list."""
    text = args.get(name, "")
    return int(text) if text.isdigit() and len(text) < 10 else None


def share(part: int, whole: int) -> str:
    """A share as it is written here: 87,4%; a dash while there is nothing to share."""
    return f"{100 * part / whole:.1f}%".replace(".", ",") if whole else "–"


def _read_key(text: str | None) -> tuple[date, int] | None:
    try:
        day, key = (text or "")[:30].rsplit(".", 1)
        return date.fromisoformat(day), int(key[:10])
    except ValueError:
        return None
