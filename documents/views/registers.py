"""Registers of the agency: their years, their last numbers, and their proof on demand."""

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from documents.permissions import READ_REGISTER, VERIFY
from documents.services import catalogue, verifying
from documents.views.base import bp, show
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
