"""Registers of the agency: their years and lines, the proof on demand, corrections, the close of a year."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from documents.forms import PrintForm
from documents.forms_registers import AmendForm, SecretTallyForm, StrikeForm
from documents.models.register import EntryState, RegisterKind, YearState
from documents.permissions import AMEND, CANCEL, CLOSE, PACKAGE, PRINT, READ_LINES, READ_REGISTER, VERIFY
from documents.services import (
    asking,
    books,
    catalogue,
    lines,
    numbering,
    packaging,
    printing,
    secret_tallies,
    verifying,
    years,
)
from documents.views.base import bp, do_and_tell, key_of, show, without
from intranet.core import clock, menu
from intranet.core.forms import day_of
from intranet.core.labels import label
from intranet.core.once import done_once
from intranet.core.web import me, needs
from intranet.people.views.recent import recently_proved

_MOST_SHOWN = 3


@bp.get("/registers")
@needs(READ_LINES)
def registers() -> ResponseReturnValue:
    """Registers and their years."""
    return show("registers.html", registers=catalogue.all_registers(me().org_id))


@bp.get("/registers/secret")
@needs(READ_REGISTER)
def secret_register() -> ResponseReturnValue:
    """How many papers the register of secret documents, which is kept by hand, has in each year."""
    return _secret_register(SecretTallyForm(formdata=None, year=clock.today().year))


@bp.post("/registers/secret")
@needs(AMEND)
def tell_secret() -> ResponseReturnValue:
    """Say it of one year."""
    form = SecretTallyForm()
    if form.accepts():
        with form.refusals():
            given = form.year.data or 0, form.incoming.data or 0, form.outgoing.data or 0
            done_once(me(), form.once.data, form.as_body(), lambda: secret_tallies.tell(me(), *given))
            flash(label("register.flash.secret_counted", year=form.year.data), "ok")
            return redirect(url_for("documents.secret_register"))
    return _secret_register(form)


def _secret_register(form: SecretTallyForm) -> ResponseReturnValue:
    rows, people = secret_tallies.listed(me())
    return show("secret_register.html", form=form, rows=rows, people=people), form.status


@bp.get("/registers/<int:register_id>/<int:year>")
@needs(READ_LINES)
def register_year(register_id: int, year: int) -> ResponseReturnValue:
    """The lines of one year, newest on top."""
    register = numbering.register_of(register_id)
    known = lines.years_of(register_id)
    only = request.args.get("tab") == "exceptions"
    first, last = day_of(request.args.get("first")), day_of(request.args.get("last"))
    page = lines.page_of(
        me(),
        register_id,
        year,
        before=key_of("before"),
        after=key_of("after"),
        only_exceptions=only,
        first=first,
        last=last,
    )
    here: dict[str, Any] = {"register_id": register_id, "year": year}
    return show(
        "register_year.html",
        register=register,
        year=year,
        counter=next((one for one in known if one.year == year), None),
        years=known,
        page=page,
        shown=lines.shown,
        is_whole=lines.reads_all(me()),
        prints=printing.of_year(me(), register_id, year),
        first=first,
        last=last,
        is_narrowed=first is not None or last is not None,
        kept=here | without(request.args, "before", "after"),
        tabs=[
            {
                "label": label(f"register.tab.{code}"),
                "url": url_for("documents.register_year", **here, tab=code),
                "current": only == (code == "exceptions"),
            }
            for code in ("all", "exceptions")
        ],
        may_close=year < clock.today().year or not register.is_active,
    )


@bp.get("/registers/lines/<int:entry_id>")
@needs(READ_LINES)
def register_line(entry_id: int) -> ResponseReturnValue:
    """One line with its whole ledger."""
    return _line(entry_id, AmendForm(formdata=None))


@bp.post("/registers/lines/<int:entry_id>/amend")
@needs(AMEND)
def amend_line(entry_id: int) -> ResponseReturnValue:
    """Correct columns of a line."""
    form = AmendForm()
    line, _, _ = lines.one(me(), entry_id)
    columns = {
        name: _text_of(form[name].data)
        for name in lines.COLUMNS.get(line.entry.register.direction, ())
        if name in request.form
    }
    if form.accepts():
        with form.refusals():
            done_once(
                me(),
                form.once.data,
                [request.path, form.as_body()],
                lambda: lines.amend(me(), entry_id, columns, form.reason.data or ""),
            )
            flash(label("register.flash.amended"), "ok")
            return redirect(url_for("documents.register_line", entry_id=entry_id))
    return _line(entry_id, form)


@bp.post("/registers/lines/<int:entry_id>/strike")
@needs(CANCEL)
def strike_line(entry_id: int) -> ResponseReturnValue:
    """Ask a leader to let an arrival number be struck out."""
    form = StrikeForm()
    lines.one(me(), entry_id)
    if form.accepts():
        with form.refusals():
            done_once(
                me(),
                form.once.data,
                [request.path, form.as_body()],
                lambda: asking.ask_strike(me(), entry_id, form.reason.data or ""),
            )
            flash(label("register.flash.asked"), "ok")
            return redirect(url_for("documents.register_line", entry_id=entry_id))
    return _line(entry_id, AmendForm(formdata=None), form)


@bp.post("/registers/<int:register_id>/verify")
@needs(VERIFY)
def verify(register_id: int) -> ResponseReturnValue:
    """Prove a register now: no gap, no double, a whole ledger."""
    faults = verifying.verify_register(me(), register_id)
    if not faults:
        flash(label("register.whole"), "ok")
    for fault in faults[:_MOST_SHOWN]:
        words = label(f"register.fault.{fault.problem}")
        flash(label("register.fault_at", year=fault.year, number=fault.number, words=words), "bad")
    return redirect(url_for("documents.registers"))


@bp.post("/registers/package")
@needs(PACKAGE)
@recently_proved
def package() -> ResponseReturnValue:
    """Have everything that one may read packed with checksums; it is made in the background."""
    do_and_tell(lambda: packaging.ask(me()), "export.asked")
    return redirect(url_for("exports.index"))


@bp.route("/registers/<int:register_id>/print", methods=["GET", "POST"])
@needs(PRINT)
def print_register(register_id: int) -> ResponseReturnValue:
    """Ask for a book of a register in the prescribed form; it is made in the background."""
    menu.stand_at("registers")
    register, printable = books.to_print(me(), register_id)
    form = PrintForm()
    form.offer(books.books_of(register), printable)
    if request.method == "GET":
        form.year.data = request.args.get("year", printable[0] if printable else None, type=int)
        form.book.data, form.format.data = books.books_of(register)[0].value, "pdf"
        form.month.data = clock.today().month if form.year.data == clock.today().year else 0
    elif form.accepts():
        with form.refusals():
            books.ask_book(me(), register_id, form.to_wish())
            flash(label("export.asked"), "ok")
            return redirect(url_for("exports.index"))
    return show("print.html", register=register, years=printable, form=form), form.status


@bp.post("/registers/<int:register_id>/<int:year>/closing")
@needs(CLOSE)
def begin_closing(register_id: int, year: int) -> ResponseReturnValue:
    """Begin to close a year: thirty days for late lines."""
    return _do(
        register_id,
        year,
        lambda: years.begin_closing(me(), register_id, year),
        "register.flash.closing_begun",
    )


@bp.post("/registers/<int:register_id>/<int:year>/close")
@needs(CLOSE)
def ask_close(register_id: int, year: int) -> ResponseReturnValue:
    """Put a year before a leader to be closed."""
    return _do(register_id, year, lambda: asking.ask_close(me(), register_id, year), "register.flash.asked")


def _line(entry_id: int, form: AmendForm, striking: StrikeForm | None = None) -> ResponseReturnValue:
    line, events, people = lines.one(me(), entry_id)
    entry = line.entry
    columns = lines.COLUMNS.get(entry.register.direction, ())
    if striking is not None or not form.is_submitted():
        for name in columns:
            value = entry.snapshot.get(name)
            form[name].data = _date_of(value) if name in lines.DAYS else lines.shown(value)
    named = [kind.name for kind in catalogue.kinds(entry.org_id)]
    form.kind.choices = [(one, one) for one in dict.fromkeys([entry.snapshot.get("kind") or "", *named])]
    counter = next((one for one in lines.years_of(entry.register_id) if one.year == entry.year), None)
    may_amend = (
        me().holds(AMEND)
        and entry.state is EntryState.USED
        and not line.is_hidden
        and counter is not None
        and (counter.state is not YearState.CLOSED or entry.number <= counter.imported_to)
    )
    page = show(
        "register_line.html",
        line=line,
        entry=entry,
        events=events,
        people=people,
        form=form,
        columns=columns,
        shown=lines.shown,
        may_amend=may_amend,
        striking=striking or StrikeForm(formdata=None),
        may_strike=may_amend and me().holds(CANCEL) and entry.register.direction is RegisterKind.IN,
        is_strike_asked=asking.is_strike_asked(entry),
    )
    return page, (striking or form).status


def _date_of(value: Any) -> Any:
    return day_of(lines.shown(value))


def _text_of(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value or "")


def _do(register_id: int, year: int, act: Callable[[], Any], words: str) -> ResponseReturnValue:
    do_and_tell(act, words)
    return redirect(url_for("documents.register_year", register_id=register_id, year=year))
