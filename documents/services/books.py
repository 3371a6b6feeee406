"""Printed registers (Decree 30/2020/NĐ-CP, appendix IV): which there are, who may have them, their form."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import select

from documents.models.register import EntryState, Register, RegisterKind, RegisterYear
from documents.permissions import PRINT
from documents.services import book_lines, copy_lines, secret_tallies, watching
from documents.services.book_lines import Found, Span
from documents.services.numbering import register_of
from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.core.db import unit_of_work
from intranet.core.errors import BadState, Forbidden, Invalid, NotFound
from intranet.core.labels import label
from intranet.exports import services as exports
from intranet.people import directory
from intranet.people.models import User
from intranet.records import audit
from intranet.records.tables import Column, Cover, Format, Line, Progress, Table

#: Under this name the ground floor asks for their tables.
KIND = "register.book"
_EVERY = 500


class Book(StrEnum):
    """The prescribed registers that are printed from one of ours."""

    INCOMING = "incoming"
    FOLLOW_UP = "follow_up"
    OUTGOING = "outgoing"
    POST = "post"
    COPY_USE = "copy_use"


@dataclass(frozen=True)
class _Form:
    """Columns of a book: label code, width in millimetres, whether it stands in the middle."""

    columns: tuple[tuple[str, float, bool], ...]
    lines: Callable[[Found], Iterator[Line]]


_FORMS = {
    Book.INCOMING: _Form(
        (
            ("arrival_date", 14, True),
            ("number_in", 15, True),
            ("issuer", 34, False),
            ("code", 37, False),
            ("doc_date", 18, True),
            ("kind_subject", 68, False),
            ("receiver", 28, False),
            ("forwarded", 17, True),
            ("signed_for", 17, False),
            ("note", 20, False),
        ),
        book_lines.incoming,
    ),
    Book.FOLLOW_UP: _Form(
        (
            ("number_in", 17, True),
            ("described", 100, False),
            ("receiver", 36, False),
            ("due", 22, True),
            ("progress", 28, False),
            ("reply", 32, False),
            ("note", 26, False),
        ),
        book_lines.follow_up,
    ),
    Book.OUTGOING: _Form(
        (
            ("code", 32, False),
            ("doc_date", 18, True),
            ("kind_subject", 66, False),
            ("signer", 26, False),
            ("recipients", 36, False),
            ("kept_by", 22, False),
            ("copies", 15, True),
            ("forwarded", 17, True),
            ("signed_for", 15, False),
            ("note", 19, False),
        ),
        book_lines.outgoing,
    ),
    Book.POST: _Form(
        (
            ("forwarded", 22, True),
            ("post_code", 44, False),
            ("sent_to", 84, False),
            ("envelopes", 20, True),
            ("postmark", 52, False),
            ("note", 36, False),
        ),
        book_lines.post,
    ),
    Book.COPY_USE: _Form(
        (
            ("used_on", 16, True),
            ("used_by", 34, False),
            ("used_code", 36, False),
            ("kind_subject", 62, False),
            ("case_code", 26, False),
            ("signed_for", 18, False),
            ("returned_on", 20, True),
            ("allowed_by", 30, False),
            ("note", 26, False),
        ),
        copy_lines.uses,
    ),
}
_BOOKS = {
    RegisterKind.IN: (Book.INCOMING, Book.FOLLOW_UP),
    RegisterKind.OUT: (Book.OUTGOING, Book.POST, Book.COPY_USE),
    RegisterKind.COPY: (Book.OUTGOING,),
    RegisterKind.INTERNAL: (Book.OUTGOING, Book.COPY_USE),
}


@dataclass(frozen=True)
class Wish:
    """What is to be printed."""

    book: Book
    year: int
    format: Format
    first: date | None = None
    last: date | None = None


def books_of(register: Register) -> tuple[Book, ...]:
    """The books that are printed from a register, the usual one first."""
    return _BOOKS[register.direction]


def to_print(actor: Actor, register_id: int) -> tuple[Register, list[int]]:
    """A register that the actor may print, and its years, newest first.

    :raises NotFound: ``register.missing``.
    :raises Forbidden: ``auth.no_permit``.
    """
    if not actor.holds(PRINT):
        raise Forbidden("auth.no_permit")
    register = register_of(register_id)
    years = select(RegisterYear.year).where(RegisterYear.register_id == register.id)
    return register, list(db.session().scalars(years.order_by(RegisterYear.year.desc())))


def ask_book(actor: Actor, register_id: int, wish: Wish) -> int:
    """Have a book printed in the background; returns the number of the file to come.

    :raises NotFound: ``register.missing``, ``register.no_year``.
    :raises Forbidden: ``auth.no_permit``.
    :raises Invalid: ``register.no_such_book``, ``register.days_reversed``.
    :raises BadState: ``export.too_many``.
    """
    with unit_of_work():
        register, years = to_print(actor, register_id)
        if wish.book not in books_of(register):
            raise Invalid("register.no_such_book", field="book")
        if wish.year not in years:
            raise NotFound("register.no_year", year=wish.year)
        if wish.first is not None and wish.last is not None and wish.last < wish.first:
            raise Invalid("register.days_reversed", field="last")
        asked: dict[str, Any] = {"register": register.id, "book": wish.book.value, "year": wish.year}
        asked |= {name: day.isoformat() for name in ("first", "last") if (day := getattr(wish, name))}
        audit.record(actor, "register.printed", register, format=wish.format.value, **asked)
        title = f"{label(f'book.title.{wish.book.value}')} {wish.year}"
        if register.direction is RegisterKind.COPY:
            title = f"{register.name} {wish.year}"
        return exports.ask(actor, KIND, asked, wish.format, title + _days_of(wish.first, wish.last))


def table_of(actor: Actor, asked: dict[str, Any], progress: Progress) -> Table:
    """The table of a book as it stands now (``exports``).

    :raises NotFound: ``register.missing``.
    :raises Forbidden: ``auth.no_permit``.
    :raises BadState: ``register.changed_meanwhile``, it is to be kept and its ledger is another by now.
    """
    register, _ = to_print(actor, int(asked["register"]))
    book, span = Book(asked["book"]), _span(asked)
    org, name = directory.org(register.org_id), register.name
    above = directory.org(org.parent_id) if org is not None and org.parent_id else None
    printer = cast(User, actor).full_name
    title = name if book is Book.OUTGOING and register.direction is not RegisterKind.OUT else ""
    form = _FORMS[book]
    found = _found(actor, book, span)
    if asked.get("head", found.head_hash) != found.head_hash:
        raise BadState("register.changed_meanwhile", year=span.year)
    lines = []
    for number, line in enumerate(form.lines(found)):
        lines.append(line)
        if number % _EVERY == 0:
            progress(number / max(len(found.entries), len(found.uses), 1))
    watching.note_taken(actor, watching.PRINTED, found.visible, "book")
    period = _period(span)
    facts = [label("book.cover.year", year=span.year), period]
    if found.entries:
        first, last = found.entries[0].number, found.entries[-1].number
        facts.append(label("book.cover.numbers", first=_thousands(first), last=_thousands(last)))
    if secret := _secret(register, book, span):
        facts.append(secret)
    if "head" in asked:
        facts.append(label("book.cover.head", head=found.head_hash))
    head = found.head_hash[:12].upper()
    now = clock.local(clock.now())
    return Table(
        title=(title or label(f"book.title.{book.value}")).upper(),
        period=period,
        columns=tuple(
            Column(label(f"book.column.{code}"), width, middle) for code, width, middle in form.columns
        ),
        lines=lines,
        foot=(
            label("book.foot.name", name=name, year=span.year),
            label("book.foot.printed", at=f"{now:%H:%M}", day=f"{now:%d/%m/%Y}", by=printer),
            label("book.foot.head", head=" ".join((head[:4], head[4:8], head[8:]))),
        ),
        closing=_CLOSINGS.get(book, _closing)(found),
        cover=Cover(
            above=above.name.upper() if above is not None else "",
            agency=org.name.upper() if org is not None else "",
            facts=tuple(facts),
        ),
    )


def _found(actor: Actor, book: Book, span: Span) -> Found:
    if book is Book.COPY_USE:
        return copy_lines.find(actor, span)
    return book_lines.find(actor, span, replies=book is Book.FOLLOW_UP, post=book is Book.POST)


def _span(asked: dict[str, Any]) -> Span:
    first, last = (date.fromisoformat(asked[name]) if name in asked else None for name in ("first", "last"))
    return Span(int(asked["register"]), int(asked["year"]), first, last, is_for_all="kept" in asked)


def _secret(register: Register, book: Book, span: Span) -> str:
    """How many papers stand in the secret register, which is kept by hand; of a whole year alone."""
    is_whole = span.first is None and span.last is None
    is_out = book is Book.OUTGOING and register.direction is RegisterKind.OUT
    if not is_whole or not (is_out or book is Book.INCOMING):
        return ""
    told = secret_tallies.of_year(register.org_id, span.year)
    return (
        label(
            f"book.cover.secret_{register.direction}",
            n=_thousands(told.outgoing if is_out else told.incoming),
        )
        if told is not None
        else ""
    )


def _period(span: Span) -> str:
    first = span.first or date(span.year, 1, 1)
    last = span.last or min(date(span.year, 12, 31), max(clock.today(), first))
    return label("book.period", first=f"{first:%d/%m/%Y}", last=f"{last:%d/%m/%Y}")


def _days_of(first: date | None, last: date | None) -> str:
    """What of a year is printed, as part of a file's name."""
    return "".join(
        f" {label(f'book.name.{name}', day=f'{day:%d-%m}')}"
        for name, day in (("first", first), ("last", last))
        if day is not None
    )


def _closing(found: Found) -> str:
    """How many numbers there are, and that none is missing, where that is so."""
    entries = found.entries
    if not entries:
        return label("book.closing.none")
    cancelled = sum(entry.state is EntryState.CANCELLED for entry in entries)
    reserved = sum(entry.state is EntryState.RESERVED for entry in entries)
    used = len(entries) - cancelled - reserved
    told = [
        label("book.closing.count", n=_thousands(len(entries)), used=_thousands(used), cancelled=cancelled)
    ]
    if reserved:
        told.append(label("book.closing.reserved", n=reserved))
    numbers = sorted({entry.number for entry in entries})
    if numbers[-1] - numbers[0] + 1 == len(numbers):
        told.append(label("book.closing.whole", first=_thousands(numbers[0]), last=_thousands(numbers[-1])))
    return " ".join(told)


_CLOSINGS: dict[Book, Callable[[Found], str]] = {
    Book.POST: lambda _found: "",
    Book.COPY_USE: copy_lines.closing,
}


def _thousands(number: int) -> str:
    return f"{number:,}".replace(",", ".")
