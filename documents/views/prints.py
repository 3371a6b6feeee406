"""Printed registers of closed years: kept for good, their paper signed and sealed."""

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from documents.forms_registers import SealPrintForm
from documents.permissions import PRINT, SEAL_PRINT
from documents.services import printing
from documents.views.base import bp, do_and_tell, show, uploaded
from intranet.core import clock, menu
from intranet.core.labels import label
from intranet.core.web import me, needs
from intranet.people import directory


@bp.post("/registers/<int:register_id>/<int:year>/kept")
@needs(PRINT)
def keep_print(register_id: int, year: int) -> ResponseReturnValue:
    """Have the register of a closed year printed and kept where that has not been done."""
    do_and_tell(lambda: printing.ask_again(me(), register_id, year), "register.flash.print_asked")
    return redirect(url_for("documents.register_year", register_id=register_id, year=year))


@bp.get("/registers/prints/<int:print_id>")
@needs(PRINT)
def print_one(print_id: int) -> ResponseReturnValue:
    """One print with its hashes, and whether its paper was signed and sealed."""
    form = SealPrintForm(formdata=None)
    form.sealed_on.data = clock.today()
    return _page(print_id, form)


@bp.post("/registers/prints/<int:print_id>/seal")
@needs(SEAL_PRINT)
def seal_print(print_id: int) -> ResponseReturnValue:
    """Record that the paper was signed and sealed."""
    form = SealPrintForm()
    form.offer(printing.signers(printing.one(me(), print_id).row.org_id))
    if form.accepts():
        with form.refusals():
            day, scan_id = form.sealed_on.data or clock.today(), uploaded()
            printing.seal(me(), print_id, form.signer_id.data, day, scan_id=scan_id)
            flash(label("register.flash.print_sealed"), "ok")
            return redirect(url_for("documents.print_one", print_id=print_id))
    return _page(print_id, form), form.status


def _page(print_id: int, form: SealPrintForm) -> str:
    menu.stand_at("registers")
    shown = printing.one(me(), print_id)
    row = shown.row
    form.offer(printing.signers(row.org_id))
    named = {one for one in (row.asked_by_id, row.signed_by_id, row.sealed_by_id) if one is not None}
    return show("register_print.html", shown=shown, row=row, form=form, people=directory.people(named))
