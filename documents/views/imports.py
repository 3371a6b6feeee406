"""Old registers: given, looked at row by row, corrected and taken over."""

from typing import Any, BinaryIO, cast

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from documents.formats import old_heads
from documents.forms_imports import AcceptForm, ColumnsForm, SheetForm
from documents.models.importing import ImportState, RegisterImport
from documents.models.register import RegisterKind
from documents.permissions import IMPORT
from documents.services import catalogue, import_reading, importing
from documents.views.base import bp, do_and_tell, show
from intranet.core import menu
from intranet.core.errors import Invalid
from intranet.core.forms import OfficeForm
from intranet.core.labels import label
from intranet.core.once import done_once
from intranet.core.web import me, needs
from intranet.records import files


@bp.route("/registers/imports", methods=["GET", "POST"])
@needs(IMPORT)
def imports() -> ResponseReturnValue:
    """Files of old registers, newest first, and where another one is given."""
    menu.stand_at("registers")
    form = SheetForm()
    form.register_id.choices = register_choices()
    if request.method == "GET":
        form.register_id.data = request.args.get("register", type=int)
    elif form.accepts():
        with form.refusals():
            stream, name = given_file(form)
            import_id = importing.receive(me(), form.register_id.data, stream, name)
            flash(label("import.flash.given"), "ok")
            return redirect(url_for("documents.import_one", import_id=import_id))
    page = show("imports.html", form=form, rows=importing.recent(me()))
    return page, form.status


@bp.get("/registers/imports/<int:import_id>")
@needs(IMPORT)
def import_one(import_id: int) -> ResponseReturnValue:
    """What a file came to: its columns, its first rows, what is wrong with others."""
    return _page(importing.one(me(), import_id))


@bp.post("/registers/imports/<int:import_id>/columns")
@needs(IMPORT)
def import_columns(import_id: int) -> ResponseReturnValue:
    """Say what the columns hold; the file is read again."""
    row = importing.one(me(), import_id)
    form = ColumnsForm()
    form.offer(row.report.get("sheets", []))
    mapping = form.mapping(request.form, len(row.report.get("samples", [])))
    if form.accepts():
        with form.refusals():
            importing.correct(me(), import_id, mapping, year=form.year.data, sheet=form.sheet.data or 0)
            flash(label("import.flash.corrected"), "ok")
            return redirect(url_for("documents.import_one", import_id=import_id))
    return _page(row, columns=form, mapping=mapping), form.status


@bp.post("/registers/imports/<int:import_id>/accept")
@needs(IMPORT)
def import_accept(import_id: int) -> ResponseReturnValue:
    """Take the file over, all of it."""
    form = AcceptForm()
    if form.accepts():
        with form.refusals():
            done_once(
                me(),
                form.once.data,
                [request.path, form.as_body()],
                lambda: importing.accept(me(), import_id, warnings_seen=form.seen.data),
            )
            flash(label("import.flash.accepted"), "ok")
            return redirect(url_for("documents.import_one", import_id=import_id))
    return _page(importing.one(me(), import_id), accepting=form), form.status


@bp.post("/registers/imports/<int:import_id>/drop")
@needs(IMPORT)
def import_drop(import_id: int) -> ResponseReturnValue:
    """Put a file aside."""
    do_and_tell(lambda: importing.drop(me(), import_id), "import.flash.dropped")
    return redirect(url_for("documents.imports"))


def register_choices() -> list[tuple[int, str]]:
    """The agency's registers."""
    return [(register.id, register.name) for register, _ in catalogue.all_registers(me().org_id)]


def given_file(form: OfficeForm) -> tuple[BinaryIO, str]:
    """The file that came with a form.

    :raises Invalid: ``file.none_given``.
    """
    given = request.files.get("file")
    if given is None or not given.filename:
        raise Invalid("file.none_given", field="file")
    return cast(BinaryIO, given.stream), given.filename


def _page(
    row: RegisterImport,
    columns: ColumnsForm | None = None,
    accepting: AcceptForm | None = None,
    mapping: dict[int, str] | None = None,
) -> str:
    menu.stand_at("registers")
    report: dict[str, Any] = row.report
    if columns is None:
        columns = ColumnsForm(formdata=None, year=row.year, sheet=row.sheet)
        columns.offer(report.get("sheets", []))
    is_incoming = row.register.direction is RegisterKind.IN
    chosen = mapping if mapping is not None else {int(k): v for k, v in report.get("fields", {}).items()}
    source, listed = (files.of(row.ref, role) for role in ("source", "problems"))
    return show(
        "import.html",
        row=row,
        report=report,
        columns=columns,
        accepting=accepting or AcceptForm(formdata=None),
        fields=[
            (name, label(f"import.field.{name}")) for name in old_heads.fields_of(is_incoming=is_incoming)
        ],
        chosen=chosen,
        heads=report.get("heads", []),
        problems=[
            (one["row"], one["is_error"], import_reading.sentence(one)) for one in report.get("problems", [])
        ],
        wrong={one["row"] for one in report.get("problems", []) if one["is_error"]},
        lacking=[label(f"import.field.{name}") for name in report.get("lacking", [])],
        refused=label(f"error.{row.problem}", **report.get("problem", {})) if row.problem else "",
        source=source[0] if source else None,
        listed=listed[0] if listed else None,
        is_ready=row.state is ImportState.READY,
        is_incoming=is_incoming,
    )
