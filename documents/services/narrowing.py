"""What fields, dates and facets of a search narrow it to, in the agency's own words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, false, func, not_, or_, select, true

from documents.formats.query import ISSUER, Days, Field, Query, Remark, days_of, tagged_ways, with_reports
from documents.models.catalogue import DocKind, Party, WorkField
from documents.models.document import Document, Urgency
from documents.models.lifecycle import IN_PREPARATION, OPEN_INCOMING, Direction, DocState
from documents.models.register import RegisterEntry
from documents.permissions import reads_reports
from documents.services import parties
from documents.services.list_tabs import TABS
from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.core.fulltext import Clause
from intranet.core.labels import label
from intranet.core.text import fold
from intranet.notices.workdays import late_from
from intranet.people.models import Unit
from intranet.records.models import File, SignatureCheck, SignatureState
from intranet.tasks.codes import codes_meant
from intranet.tasks.models import Task
from intranet.tasks.permissions import visible_to as tasks_visible_to

#: Facets in the order of the page.
FACETS = (
    "direction",
    "state",
    "year",
    "kind",
    "field",
    "issuer",
    "unit",
    "person",
    "register",
    "due",
    "urgency",
    "file",
    "signed",
)
DUE = ("late", "week", "later", "none")
_OPEN = (*OPEN_INCOMING, *IN_PREPARATION)
_LONGEST_KEY = 9


@dataclass(frozen=True)
class Narrowed:
    """A query with its fields turned into clauses and conditions."""

    query: Query
    where: tuple[ColumnElement[bool], ...]
    #: First and last day of the documents, for finding the keys they lie between.
    days: tuple[Days, ...]
    #: What the fields were understood as: ``(field, value)``.
    read: tuple[tuple[str, str], ...]
    #: Words of reports are looked for as well.
    has_reports: bool = False


def narrow(actor: Actor, query: Query, facets: Mapping[str, str]) -> Narrowed:
    """Look up the fields of a query; one that names nothing known is told in a remark and left out."""
    where: list[ColumnElement[bool]] = []
    clauses, remarks, read = list(query.clauses), list(query.remarks), []
    for field in query.fields:
        if field.name == "cq":
            clauses.append(Clause(tagged_ways(ISSUER, _issuers(field.typed)), field.is_negated))
            read.append(("cq", field.typed))
            continue
        found = _READERS[field.name](actor, field)
        if found is None:
            remarks.append(Remark(field.name, field.typed))
            continue
        condition, value = found
        where.append(not_(func.coalesce(condition, false())) if field.is_negated else condition)
        read.append((field.name, value))
    for days in query.days:
        within = _between(days.first, days.last, Document.doc_date)
        where.append(not_(within) if days.is_negated else within)
        read.append(("day", _days_words(days.first, days.last)))
    where += [one for name, value in facets.items() if (one := _facet(name, value)) is not None]
    has_reports = bool(clauses) and reads_reports(actor)
    if has_reports:
        clauses = [with_reports(one) for one in clauses]
        where.append(Document.org_id.in_(actor.org_ids))
    whole = replace(query, clauses=tuple(clauses), remarks=tuple(remarks))
    days_asked = tuple(one for one in query.days if not one.is_negated)
    return Narrowed(whole, tuple(where), days_asked, tuple(read), has_reports)


def known_facets(given: Mapping[str, str]) -> dict[str, str]:
    """Those facets of an address that are facets, with a value that one can have."""
    found = {name: given[name] for name in FACETS if given.get(name)}
    return {name: value for name, value in found.items() if _facet(name, value) is not None}


def columns() -> dict[str, Any]:
    """What is counted of each document, by facet."""
    return {
        "direction": Document.direction,
        "state": Document.state,
        "year": Document.doc_date,
        "kind": Document.kind_id,
        "field": Document.field_id,
        "issuer": Document.issuer_text,
        "unit": _UNIT,
        "person": _PERSON,
        "register": select(RegisterEntry.register_id)
        .where(RegisterEntry.id == Document.register_entry_id)
        .scalar_subquery(),
        "due": Document.due_date,
        "urgency": Document.urgency,
        "file": _has_file(),
        "signed": _is_signed(),
    }


def due_class(due: date | None, state: DocState, today: date, late: date) -> str:
    """Which class of terms a document is in."""
    if due is None or state not in _OPEN:
        return "none"
    if due < late:
        return "late"
    return "week" if due <= today + timedelta(days=7) else "later"


_UNIT = func.coalesce(Document.lead_unit_id, Document.unit_id)
_PERSON = func.coalesce(Document.drafter_id, Document.presented_to_id)


def _has_file() -> ColumnElement[bool]:
    return select(File.id).where(File.ref_kind == "document", File.ref_id == Document.id).exists()


def _is_signed() -> ColumnElement[Any]:
    """Whether one of ours is signed, or one that came has a digital signature; of paper nothing is said."""
    signed = (
        select(File.id)
        .join(SignatureCheck, SignatureCheck.sha256 == File.sha256)
        .where(File.ref_kind == "document", File.ref_id == Document.id)
        .where(SignatureCheck.state != SignatureState.INVALID)
        .exists()
    )
    ours = Document.direction == Direction.OUT
    return case((ours, Document.signature.is_not(None)), (signed, true()), else_=None)


def _facet(name: str, value: str) -> ColumnElement[bool] | None:
    """The condition of one value; ``None`` for one that no document can have."""
    if name in {"kind", "field", "unit", "person", "register", "year"}:
        if not (value.isascii() and value.isdecimal() and len(value) <= _LONGEST_KEY):
            return None
        return _keyed(name, int(value))
    if name == "issuer":
        return Document.issuer_text.in_(parties.names_of(value[:200]))
    if name in {"file", "signed"}:
        condition = _has_file() if name == "file" else _is_signed()
        return {"yes": condition, "no": not_(condition)}.get(value)
    if name == "due":
        return _due(value)
    known: dict[str, Any] = {
        "direction": {one.value: Document.direction == one for one in Direction},
        "state": {one.value: Document.state == one for one in DocState},
        "urgency": {str(int(one)): Document.urgency == one for one in Urgency},
    }
    return known.get(name, {}).get(value)


def _keyed(name: str, key: int) -> ColumnElement[bool] | None:
    if name == "year":
        return _between(date(key, 1, 1), date(key, 12, 31), Document.doc_date) if 1 <= key <= 9999 else None
    if name == "register":
        lines = select(RegisterEntry.id).where(RegisterEntry.register_id == key)
        return Document.register_entry_id.in_(lines)
    plain = {"kind": Document.kind_id, "field": Document.field_id, "unit": _UNIT, "person": _PERSON}
    return plain[name] == key


def _due(value: str) -> ColumnElement[bool] | None:
    late, soon = late_from(), clock.today() + timedelta(days=7)
    is_open = Document.state.in_(_OPEN)
    return {
        "late": and_(is_open, Document.due_date < late),
        "week": and_(is_open, Document.due_date >= late, Document.due_date <= soon),
        "later": and_(is_open, Document.due_date >= late, Document.due_date > soon),
        "none": or_(Document.due_date.is_(None), not_(is_open)),
    }.get(value)


def _between(first: date | None, last: date | None, column: Any) -> ColumnElement[bool]:
    ends = [column >= first] if first else []
    return and_(column.is_not(None), *ends, *([column <= last] if last else []))


Read = tuple[ColumnElement[bool], str] | None


def _issuers(typed: str) -> list[str]:
    """The name as typed, and the names of the agencies that go by it."""
    folded = fold(typed)
    known = db.session().execute(select(Party.name, Party.short_name, Party.letters, Party.aliases))
    led = parties.gathered()
    meant = {
        led.get(row.name, row.name)
        for row in known
        if folded in {fold(one) for one in (row.name, row.short_name, row.letters, *row.aliases)}
    }
    named = [*sorted(meant), *(old for old, new in led.items() if new in meant)]
    return [typed, *named[:20]]


def _kind(_actor: Actor, field: Field) -> Read:
    found = _named(field.typed, db.session().execute(select(DocKind.id, DocKind.name, DocKind.code)).all())
    if not found:
        return None
    return Document.kind_id.in_([row.id for row in found]), ", ".join(row.name for row in found[:3])


def _field(actor: Actor, field: Field) -> Read:
    query = select(WorkField.id, WorkField.name).where(WorkField.org_id.in_(actor.org_ids))
    found = _named(field.typed, db.session().execute(query).all())
    if not found:
        return None
    return Document.field_id.in_([row.id for row in found]), ", ".join(row.name for row in found[:3])


def _unit(actor: Actor, field: Field) -> Read:
    query = select(Unit.id, Unit.short_name, Unit.name, Unit.letters).where(Unit.org_id.in_(actor.org_ids))
    found = _named(field.typed, db.session().execute(query).all())
    if not found:
        return None
    return _UNIT.in_([row.id for row in found]), ", ".join(row.short_name for row in found[:3])


def _state(_actor: Actor, field: Field) -> Read:
    tab = next((one for one in TABS if fold(label(f"document.tab.{one}")) == fold(field.typed)), None)
    if tab is not None:
        return and_(Document.state != DocState.RECEIVED, *TABS[tab]()), label(f"document.tab.{tab}")
    found = _named(field.typed, [(one, label(f"document.state.{one.value}")) for one in DocState])
    if not found:
        return None
    return Document.state.in_([row[0] for row in found]), ", ".join(dict.fromkeys(row[1] for row in found))


#: Spans that go along with the calendar.
_SPANS = {"hom nay": "today", "tuan nay": "week", "thang nay": "month", "nam nay": "year"}


def _registered(_actor: Actor, field: Field) -> Read:
    """The day of the line in the register; ``hôm nay`` is another day tomorrow."""
    today, folded = clock.today(), fold(field.typed)
    span = next((code for words, code in _SPANS.items() if folded in (words, words.replace(" ", ""))), None)
    if span is not None:
        first = {
            "today": today,
            "week": today - timedelta(days=today.weekday()),
            "month": today.replace(day=1),
            "year": date(today.year, 1, 1),
        }[span]
        return _between(first, today, Document.register_date), label(f"search.span.{span}")
    try:
        days = days_of(field.typed, today)
    except ValueError:
        return None
    return None if days is None else (_between(*days, Document.register_date), _days_words(*days))


_DUE_WORDS = {
    "qua": "late",
    "qua han": "late",
    "quahan": "late",
    "tre": "late",
    "tuan": "week",
    "tuan nay": "week",
    "khong": "none",
}


def _term(_actor: Actor, field: Field) -> Read:
    folded = fold(field.typed)
    if folded in _DUE_WORDS and (condition := _due(_DUE_WORDS[folded])) is not None:
        return condition, label(f"search.due.{_DUE_WORDS[folded]}")
    if folded in {"hom nay", "homnay"}:
        return Document.due_date == clock.today(), label("search.due.today")
    try:
        days = days_of(field.typed, clock.today())
    except ValueError:
        return None
    return None if days is None else (_between(*days, Document.due_date), _days_words(*days))


def _task(actor: Actor, field: Field) -> Read:
    """The documents from which a task came or that are its result, where the actor may see it."""
    codes = codes_meant(field.typed.upper().removeprefix("NV-"))
    seen = and_(Task.code.in_(codes), Task.undone_at.is_(None), tasks_visible_to(actor))
    ends = ((Task.origin_kind, Task.origin_id), (Task.result_kind, Task.result_id))
    ids = [select(key).where(kind == "document", key.is_not(None), seen) for kind, key in ends]
    return or_(*(Document.id.in_(one) for one in ids)), field.typed.upper()


def _no_case_files(_actor: Actor, _field: Field) -> Read:
    return None


def _named(typed: str, rows: Any) -> list[Any]:
    """The rows whose name, short name or initials this is; else those whose name begins with it or has it."""
    folded = fold(typed)
    names = [(row, [fold(one) for one in row[1:] if one]) for row in rows]
    same = [row for row, given in names if folded in given or folded in map(_initials, given)]
    begun = [row for row, given in names if any(one.startswith(folded) for one in given)]
    return same or begun or [row for row, given in names if any(f" {folded}" in one for one in given)]


def _initials(name: str) -> str:
    return "".join(word[0] for word in name.split())


def _days_words(first: date | None, last: date | None) -> str:
    if first is None or last is None:
        code, day = ("search.until", last) if first is None else ("search.since", first)
        return label(code, day=f"{day:%d/%m/%Y}")
    if first == last:
        return f"{first:%d/%m/%Y}"
    if first == date(first.year, 1, 1) and last == date(first.year, 12, 31):
        return label("search.in_year", year=first.year)
    return f"{first:%d/%m/%Y} – {last:%d/%m/%Y}"


_READERS: dict[str, Callable[[Actor, Field], Read]] = {
    "loai": _kind,
    "lv": _field,
    "phong": _unit,
    "trangthai": _state,
    "vaoso": _registered,
    "nv": _task,
    "han": _term,
    "hs": _no_case_files,
}
