"""Fields of work: the agency's list of them, and which one a document is about."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from documents.forms_catalogue import DocumentFieldForm, FieldForm
from documents.permissions import KEEP_LISTS, READ_CATALOGUE, SET_FIELD, To, access_document
from documents.services import fields
from documents.views.base import bp, page_of, show
from documents.views.choices import offer_fields
from intranet.core.labels import label
from intranet.core.once import done_once
from intranet.core.web import me, needs
from intranet.people import directory


@bp.get("/catalogue/fields")
@needs(READ_CATALOGUE)
def work_fields() -> ResponseReturnValue:
    """The agency's fields of work, with how many documents are about each."""
    return show("fields.html", rows=fields.listed(me().org_id))


@bp.route("/catalogue/fields/new", methods=["GET", "POST"])
@needs(KEEP_LISTS)
def new_field() -> ResponseReturnValue:
    """A field more."""
    form = _with_units(FieldForm())
    if form.accepts():
        with form.refusals():
            given = form.name.data or "", form.lead_unit_id.data, form.default_deadline_days.data
            done_once(me(), form.once.data, form.as_body(), lambda: fields.add(me(), *given))
            return _done("added", form)
    return show("field_form.html", form=form, one=None), form.status


@bp.route("/catalogue/fields/<int:field_id>", methods=["GET", "POST"])
@needs(KEEP_LISTS)
def edit_field(field_id: int) -> ResponseReturnValue:
    """Another name, unit or term; out of use, or in use again."""
    one = fields.for_change(me(), field_id)
    form = _with_units(FieldForm(obj=one), one.lead_unit_id)
    if form.accepts():
        with form.refusals():
            fields.edit(
                me(),
                field_id,
                name=form.name.data or "",
                lead_unit_id=form.lead_unit_id.data,
                days=form.default_deadline_days.data,
                is_active=bool(form.is_active.data),
                expect=form.version.data,
            )
            return _done("saved", form)
    return show("field_form.html", form=form, one=one), form.status


@bp.route("/<int:document_id>/field", methods=["GET", "POST"])
@needs(SET_FIELD)
def document_field(document_id: int) -> ResponseReturnValue:
    """Say what a document is about."""
    document = access_document(me(), document_id, To.SET_FIELD)
    form = DocumentFieldForm(obj=document)
    offer_fields(form.field_id, document.org_id, document.field_id)
    if form.accepts():
        with form.refusals():
            done_once(
                me(),
                form.once.data,
                [request.path, form.as_body()],
                lambda: fields.set_field(me(), document_id, form.field_id.data, version=form.version.data),
            )
            flash(label("field_of_work.flash.set"), "ok")
            return redirect(page_of(document))
    return show("document_field.html", document=document, form=form), form.status


def _done(words: str, form: FieldForm) -> ResponseReturnValue:
    flash(label(f"field_of_work.flash.{words}", name=form.name.data), "ok")
    return redirect(url_for("documents.work_fields"))


def _with_units(form: FieldForm, keep: int | None = None) -> FieldForm:
    units = {unit.id: unit.name for unit in directory.units_of(me().org_id)}
    if keep is not None:
        units |= {key: unit.name for key, unit in directory.units({keep}).items()}
    form.lead_unit_id.choices = [("", label("field_of_work.no_unit")), *units.items()]
    return form
