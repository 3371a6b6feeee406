"""The units of an agency as a sheet, each with the unit above it: those there are known, others added."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from sqlalchemy import select

from intranet.core import db
from intranet.core.actor import Actor
from intranet.core.text import one_line, toned
from intranet.people.models import Organisation, Unit, User
from intranet.people.permissions import ADMIN
from intranet.people.services import agencies
from intranet.people.services.agencies import UnitData
from intranet.records.lists import Fate, Kind, Plan, Row

_SHORT, _LAST_PLACE, _DEEPEST = 60, 9_999, 20


@dataclass
class _Chart:
    """The units there are, the rows, and what the rows were found to be."""

    org: Organisation
    plan: Plan
    by_name: dict[str, list[Unit]] = field(default_factory=lambda: defaultdict(list))
    rows: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    #: Place of each row in the file, from 1.
    places: dict[int, int] = field(default_factory=dict)
    #: The unit that a row is, ``None`` for a new one; wrong rows are missing.
    is_unit: dict[int, Unit | None] = field(default_factory=dict)
    #: Rows on the way up, to notice a circle.
    above: list[int] = field(default_factory=list)
    #: Ids of new units by their rows, filled as they are written.
    made: dict[int, int] = field(default_factory=dict)
    #: First row of each name below each unit or row.
    first: dict[tuple[str, str], int] = field(default_factory=dict)


def plan(org_id: int, rows: Sequence[Row]) -> Plan:
    """What would become of the rows of a list of units."""
    opened = db.session()
    chart = _Chart(opened.get_one(Organisation, org_id), Plan())
    for unit in opened.scalars(select(Unit).where(Unit.org_id == org_id).order_by(Unit.id)):
        chart.by_name[toned(unit.name)].append(unit)
    for row in rows:
        chart.rows[toned(row["name"])].append(row)
    chart.places = {row.number: place for place, row in enumerate(rows, 1)}
    for row in rows:
        _settle(chart, row)
    return chart.plan


def _settle(chart: _Chart, row: Row) -> bool:
    """Find out what a row is, the row above it first; false when one of them is wrong."""
    if row.number in chart.plan.fates:
        return row.number in chart.is_unit
    found = chart.plan
    name = one_line(row["name"])
    if not name:
        found.wrong(row, "no_name")
    elif row.number in chart.above or len(chart.above) == _DEEPEST:
        found.wrong(row, "circle" if row.number in chart.above else "too_deep", most=_DEEPEST)
    else:
        chart.above.append(row.number)
        above = _above(chart, row)
        chart.above.pop()
        if above is not None and row.number not in found.fates:
            _place(chart, row, name, above)
    return row.number in chart.is_unit


def _above(chart: _Chart, row: Row) -> tuple[Unit | None, Row | None] | None:
    """The unit above, or the row that becomes it; nothing for the top; ``None`` when it is wrong."""
    name = one_line(row["parent"])
    if not name or toned(name) in (toned(chart.org.name), toned(chart.org.short_name)):
        return None, None
    given = [one for one in chart.rows[toned(name)] if one is not row]
    units = chart.by_name[toned(name)]
    if len(given or units) != 1:
        chart.plan.wrong(row, "parent_two" if given or units else "no_parent", name=name)
        return None
    if not given:
        if not units[0].is_active:
            chart.plan.wrong(row, "parent_closed", name=name)
            return None
        return units[0], None
    (one,) = given
    if not _settle(chart, one):
        if row.number not in chart.plan.fates:
            chart.plan.wrong(row, "parent_wrong", name=name, at=one.number)
        return None
    there = chart.is_unit[one.number]
    if there is not None and not there.is_active:
        chart.plan.wrong(row, "parent_closed", name=name)
        return None
    return there, one


def _place(chart: _Chart, row: Row, name: str, above: tuple[Unit | None, Row | None]) -> None:
    parent, parent_row = above
    found, key = chart.plan, toned(name)
    where = f"u{parent.id}" if parent is not None else f"r{parent_row.number}" if parent_row else ""
    if (before := chart.first.setdefault((key, where), row.number)) != row.number:
        found.wrong(row, "double", first=before)
        return
    written = row["position"]
    if written and not (written.isdecimal() and int(written) <= _LAST_PLACE):
        found.wrong(row, "position", value=written)
        return
    short = one_line(row["short_name"]) or name
    if len(short) > _SHORT:
        found.wrong(row, "no_short", most=_SHORT)
        return
    is_below_new = parent is None and parent_row is not None
    same = [one for one in chart.by_name[key] if one.parent_id == (parent.id if parent else None)]
    there = same[0] if same and not is_below_new else None
    chart.is_unit[row.number] = there
    letters = one_line(row["letters"])
    if there is not None:
        _fill(chart, row, there, letters)
        return
    data = UnitData(
        name, short, letters, None, None, int(written or min(chart.places[row.number], _LAST_PLACE))
    )
    found.fates[row.number] = Fate.FRESH
    found.acts.append(partial(_write, chart, row.number, data, parent, parent_row))


def _fill(chart: _Chart, row: Row, there: Unit, letters: str) -> None:
    found = chart.plan
    found.fates[row.number] = Fate.KNOWN
    if not there.is_active:
        found.odd(row, "closed", name=there.name)
    elif letters and not there.letters:
        found.fates[row.number] = Fate.FILLED
        found.acts.append(partial(_write_letters, there, letters))
    elif letters and letters != there.letters:
        found.odd(row, "kept", field="letters", old=there.letters, new=letters)


def _write(
    chart: _Chart, number: int, data: UnitData, parent: Unit | None, parent_row: Row | None, actor: Actor
) -> None:
    above = parent.id if parent is not None else None
    if parent is None and parent_row is not None:
        above = chart.made[parent_row.number]
    values = {**vars(data), "parent_id": above}
    chart.made[number] = agencies.create_unit(_person(actor), chart.org.id, UnitData(**values))


def _write_letters(there: Unit, letters: str, actor: Actor) -> None:
    kept = ("name", "short_name", "parent_id", "represents_id", "position")
    data = UnitData(letters=letters, **{name: getattr(there, name) for name in kept})
    agencies.edit_unit(_person(actor), there.id, data, expect=there.version)


def _person(actor: Actor) -> User:
    if not isinstance(actor, User):
        raise TypeError("only officials keep units")
    return actor


UNITS = Kind(
    code="unit",
    permit=ADMIN,
    heads={
        "name": ("ten don vi", "ten phong ban", "don vi", "phong ban", "ten"),
        "short_name": ("ten goi tat", "ten tat", "ten ngan"),
        "letters": ("chu viet tat", "viet tat", "ky hieu"),
        "parent": ("thuoc don vi", "don vi cap tren", "don vi cha", "truc thuoc", "cap tren", "thuoc"),
        "position": ("thu tu", "so thu tu", "stt"),
    },
    sizes={"name": 200, "letters": 30},
    needed=("name",),
    plan=plan,
)
