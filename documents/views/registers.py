"""Registers of the agency: their years, their last numbers, and their proof on demand."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from documents.forms import PrintForm
from documents.permissions import PRINT, READ_REGISTER, VERIFY
from documents.services import books, catalogue, verifying
from documents.views.base import bp, show
from intranet.core import clock, menu
from intranet.core.labels import label
from intranet.core.web import me, needs

_MOST_SHOWN = 3


@bp.get("/registers")
@needs(READ_REGISTER)
def registers() -> ResponseReturnValue:
    """Registers and their years."""
    return show("registers.html", registers=catalogue.all_registers(me().org_id))


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


@bp.route("/registers/<int:register_id>/print", methods=["GET", "POST"])
@needs(PRINT)
def print_register(register_id: int) -> ResponseReturnValue:
    """Ask for a book of a register in the prescribed form; it is made in the background."""
    menu.stand_at("registers")
    register, years = books.to_print(me(), register_id)
    form = PrintForm()
    form.offer(books.books_of(register), years)
    if request.method == "GET":
        form.year.data = request.args.get("year", years[0] if years else None, type=int)
        form.book.data, form.format.data = books.books_of(register)[0].value, "pdf"
        form.month.data = clock.today().month if form.year.data == clock.today().year else 0
    elif form.accepts():
        with form.refusals():
            books.ask_book(me(), register_id, form.to_wish())
            flash(label("export.asked"), "ok")
            return redirect(url_for("exports.index"))
    return show("print.html", register=register, years=years, form=form), form.status
