"""Documents that go straight to a unit: one of them, and which kinds the regulation lists."""

from datetime import date

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from documents.forms_bulk import TransferRuleForm
from documents.forms_registers import ReceiptForm
from documents.permissions import KEEP_CATALOGUE, TRANSFER, To, access_document
from documents.services import acknowledging, catalogue, directing, transferring
from documents.views.base import bp, do_and_tell, show
from intranet.core import clock, menu
from intranet.core.labels import label
from intranet.core.once import done_once
from intranet.core.web import me, needs
from intranet.people import directory


@bp.post("/incoming/<int:document_id>/transfer")
@needs(TRANSFER)
def transfer(document_id: int) -> ResponseReturnValue:
    """Hand the document to the unit that the regulation lists for its kind."""
    do_and_tell(
        lambda: done_once(
            me(),
            request.form.get("once") or None,
            request.path,
            lambda: transferring.transfer(me(), document_id),
        ),
        "transfer.flash.done",
    )
    return redirect(url_for("documents.incoming_detail", document_id=document_id))


@bp.route("/incoming/<int:document_id>/receipt", methods=["GET", "POST"])
@needs(TRANSFER)
def receipt(document_id: int) -> ResponseReturnValue:
    """Write down who signed for the paper."""
    document = access_document(me(), document_id, To.TRANSFER)
    known = document.receiver_ack or {}
    form = ReceiptForm(
        data={
            "name": known.get("name", ""),
            "on": date.fromisoformat(known["on"]) if known else clock.today(),
            "version": document.version,
        }
    )
    if form.accepts():
        with form.refusals():
            on = form.on.data or clock.today()
            done_once(
                me(),
                form.once.data,
                [request.path, form.as_body()],
                lambda: acknowledging.sign_for(
                    me(), document_id, form.name.data or "", on, version=form.version.data
                ),
            )
            flash(label("document.flash.receipt_signed"), "ok")
            return redirect(url_for("documents.incoming_detail", document_id=document_id))
    return show("receipt.html", document=document, form=form), form.status


@bp.route("/transfers", methods=["GET", "POST"])
@needs(KEEP_CATALOGUE)
def transfer_rules() -> ResponseReturnValue:
    """Kinds with the units to which they go straight; a kind is added or given to another unit."""
    menu.stand_at("catalogue")
    form = TransferRuleForm()
    listed = transferring.rules(me().org_id)
    form.kind_id.choices = [(one.id, one.name) for one in catalogue.kinds(me().org_id)]
    form.unit_id.choices = [(one.id, one.name) for one in directory.units_of(me().org_id)]
    leaders = directing.leaders_of(me().org_id)
    form.leader_id.choices = [(one.id, f"{one.full_name}, {one.title}") for one in leaders]
    for field in (form.kind_id, form.unit_id):
        field.choices.insert(0, ("", label("transfer.choose")))
    if form.accepts():
        with form.refusals():
            done_once(
                me(),
                form.once.data,
                form.as_body(),
                lambda: transferring.set_rule(
                    me(),
                    kind_id=form.kind_id.data or 0,
                    unit_id=form.unit_id.data or 0,
                    leader_id=form.leader_id.data or 0,
                ),
            )
            flash(label("transfer.flash.set"), "ok")
            return redirect(url_for("documents.transfer_rules"))
    return show("transfers.html", rows=listed, form=form), form.status


@bp.post("/transfers/<int:rule_id>/forget")
@needs(KEEP_CATALOGUE)
def forget_transfer_rule(rule_id: int) -> ResponseReturnValue:
    """Documents of a kind go before a leader again."""
    do_and_tell(lambda: transferring.forget_rule(me(), rule_id), "transfer.flash.forgotten")
    return redirect(url_for("documents.transfer_rules"))
