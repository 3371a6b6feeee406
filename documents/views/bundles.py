"""ZIPs of PDFs beside old registers: given, followed, and what belongs to no line put to one by hand."""

import re

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from documents.forms_imports import BundleForm, PlaceForm
from documents.models.importing import PieceState
from documents.permissions import IMPORT
from documents.services import bundling
from documents.views.base import bp, show
from documents.views.imports import given_file, register_choices
from intranet.core import clock, menu
from intranet.core.errors import Invalid
from intranet.core.labels import label
from intranet.core.web import me, needs

_NUMBER = re.compile(r"0*(\d{1,7})([a-zđ]?)")


@bp.route("/registers/files", methods=["GET", "POST"])
@needs(IMPORT)
def bundles() -> ResponseReturnValue:
    """ZIPs of files, newest first, and where another one is given."""
    menu.stand_at("registers")
    form = BundleForm()
    form.register_id.choices = register_choices()
    if request.method == "GET":
        form.register_id.data = request.args.get("register", type=int)
        form.year.data = request.args.get("year", clock.today().year, type=int)
    elif form.accepts():
        with form.refusals():
            stream, name = given_file(form)
            bundle_id = bundling.receive(me(), form.register_id.data, form.year.data, stream, name)
            flash(label("import.flash.bundle"), "ok")
            return redirect(url_for("documents.bundle_one", bundle_id=bundle_id))
    return show("bundles.html", form=form, rows=bundling.recent(me())), form.status


@bp.get("/registers/files/<int:bundle_id>")
@needs(IMPORT)
def bundle_one(bundle_id: int) -> ResponseReturnValue:
    """What became of the files of a ZIP."""
    return _page(bundle_id, PlaceForm(formdata=None))


@bp.post("/registers/files/<int:bundle_id>/pieces/<int:piece_id>")
@needs(IMPORT)
def bundle_place(bundle_id: int, piece_id: int) -> ResponseReturnValue:
    """Put a file to the document of a number."""
    form = PlaceForm()
    if form.accepts():
        with form.refusals():
            typed = _NUMBER.fullmatch((form.number.data or "").lower())
            if typed is None:
                raise Invalid("bundle.no_line", field="number", number=form.number.data)
            code = bundling.place(me(), piece_id, int(typed.group(1)), typed.group(2))
            flash(label("import.flash.placed", number=code), "ok")
            return redirect(url_for("documents.bundle_one", bundle_id=bundle_id))
    return _page(bundle_id, form, piece_id), form.status


def _page(bundle_id: int, form: PlaceForm, piece_id: int | None = None) -> str:
    menu.stand_at("registers")
    row = bundling.one(me(), bundle_id)
    counted = bundling.counts(row)
    return show(
        "bundle.html",
        row=row,
        form=form,
        wrong=piece_id,
        counts=[(state, counted.get(state, 0)) for state in PieceState],
        settled=sum(counted.values()) - counted.get(PieceState.CHECKING, 0),
        left=bundling.left(row),
    )
