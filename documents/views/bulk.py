"""Acts on several rows of the incoming list, taking them back, and the columns that a person chooses."""

from collections.abc import Callable

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from documents.forms import BulkForm, PresentManyForm
from documents.forms_bulk import FieldManyForm, TransferManyForm, UrgencyManyForm
from documents.forms_directing import DirectManyForm
from documents.models.document import Urgency
from documents.models.lifecycle import Direction
from documents.permissions import DIRECT, PRESENT, READ, SET_FIELD, SET_URGENCY, TRANSFER
from documents.services import bulk, list_columns
from documents.views.base import bp, without
from documents.views.incoming import show_incoming
from documents.views.lists import bulk_forms
from intranet.core.errors import BadState
from intranet.core.web import me, needs, sentence


@bp.post("/incoming/present")
@needs(PRESENT)
def present_many() -> ResponseReturnValue:
    """Put the chosen documents before a leader; each stands for itself."""
    form = PresentManyForm()
    return _act("present", form, lambda ids: bulk.present(me(), ids, form.leader.data, once=form.once.data))


@bp.post("/incoming/direct")
@needs(DIRECT)
def direct_many() -> ResponseReturnValue:
    """Give the chosen documents to one unit; each stands for itself."""
    form = DirectManyForm()

    return _act("direct", form, lambda ids: bulk.direct(me(), ids, form.given(), once=form.once.data))


@bp.post("/incoming/know")
@needs(DIRECT)
def let_know_many() -> ResponseReturnValue:
    """Take note of the chosen documents without giving work."""
    form = BulkForm()
    return _act("know", form, lambda ids: bulk.let_know(me(), ids, once=form.once.data))


@bp.post("/incoming/transfer")
@needs(TRANSFER)
def transfer_many() -> ResponseReturnValue:
    """Hand the chosen documents to the units that the regulation lists for their kinds."""
    form = TransferManyForm()
    return _act(
        "transfer", form, lambda ids: bulk.transfer(me(), ids, form.due_date.data, once=form.once.data)
    )


@bp.post("/incoming/urgency")
@needs(SET_URGENCY)
def set_urgency_many() -> ResponseReturnValue:
    """Say how urgent the chosen documents are."""
    form = UrgencyManyForm()

    def service(ids: list[int]) -> int:
        degree = Urgency(form.urgency.data or 0)
        return bulk.set_urgency(me(), ids, degree, form.instant(), once=form.once.data)

    return _act("urgency", form, service)


@bp.post("/incoming/field")
@needs(SET_FIELD)
def set_field_many() -> ResponseReturnValue:
    """Say what the chosen documents are about."""
    form = FieldManyForm()
    return _act("field", form, lambda ids: bulk.set_field(me(), ids, form.chosen, once=form.once.data))


@bp.post("/bulk/<int:act_id>/undo")
@needs(READ)
def undo_bulk(act_id: int) -> ResponseReturnValue:
    """Take an act on several documents back within its ten seconds."""
    try:
        bulk.undo(me(), act_id)
    except BadState as refusal:
        flash(sentence(refusal), "bad")
        return redirect(url_for("documents.incoming", **without(request.args, "bulk")))
    return redirect(url_for("documents.incoming", **without(request.args, "bulk"), bulk=act_id))


@bp.post("/incoming/columns")
@needs(READ)
def choose_incoming_columns() -> ResponseReturnValue:
    """Remember which columns of the incoming list I want to see."""
    return _columns(Direction.IN, "documents.incoming")


@bp.post("/outgoing/columns")
@needs(READ)
def choose_outgoing_columns() -> ResponseReturnValue:
    """Remember which columns of the outgoing list I want to see."""
    return _columns(Direction.OUT, "documents.outgoing")


def _columns(direction: Direction, back: str) -> ResponseReturnValue:
    codes = request.form.getlist("column")
    if "usual" in request.form:
        list_columns.forget(me(), direction)
    else:
        for name, step in (("up", -1), ("down", 1)):
            if moved := request.form.get(name, ""):
                list_columns.choose(me(), direction, codes, moved=moved, by=step)
                # The panel opens again, at the button that was pressed.
                return redirect(url_for(back, **without(request.args, "moved"), moved=f"{name} {moved}"))
        list_columns.choose(me(), direction, codes)
    return redirect(url_for(back, **without(request.args, "moved")))


def _act(name: str, form: BulkForm, service: Callable[[list[int]], int]) -> ResponseReturnValue:
    ids = request.form.getlist("id", type=int)
    bulk_forms({name: form})
    if form.accepts():
        with form.refusals():
            act_id = service(ids)
            return redirect(url_for("documents.incoming", **without(request.args, "bulk"), bulk=act_id))
    return show_incoming({name: form}, ids), form.status
