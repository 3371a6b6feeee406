"""Searching documents: one box, what was found, what that is divided into, and searches kept under a name."""

from typing import Any

from flask import flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue

from documents.formats.query import LONGEST
from documents.forms_search import SavedSearchForm
from documents.models.lifecycle import Direction
from documents.permissions import READ
from documents.services import facets as faceting
from documents.services import (
    list_columns,
    list_export,
    narrowing,
    saved_searches,
    search_export,
    searching,
    watching,
)
from documents.services.searching import ORDERS, Search
from documents.views.base import bp, holder, page_of, show, without
from documents.views.lists import address_of, shown_count, take_along
from intranet.core.labels import label
from intranet.core.once import done_once
from intranet.core.text import fold, one_line
from intranet.core.web import me, needs

_SUGGESTED = 8


@bp.get("/search")
@needs(READ)
def search() -> ResponseReturnValue:
    """What the box finds, newest first or by relevance; without a question the searches that are kept."""
    edited = request.args.get("edit", type=int)
    if edited is None:
        return _page(_empty())
    row = saved_searches.own(me(), edited)
    form = SavedSearchForm(
        formdata=None,
        name=row.name,
        unit_id=row.unit_id,
        reminds=row.reminds,
        columns=row.columns or list(search_export.USUAL),
    )
    return _page(_empty(), (row.id, form))


@bp.post("/search/export")
@needs(READ)
def export_search() -> ResponseReturnValue:
    """Have what is found made as a file, with the columns that were ticked."""
    return take_along(
        lambda columns, format_: search_export.ask(me(), _typed(), _facets(), columns, format_),
        "documents.search",
    )


@bp.get("/search/suggest")
@needs(READ)
def suggest() -> ResponseReturnValue:
    """A few documents for what is being typed, the last word only begun: JSON."""
    typed = one_line(request.args.get("q", ""))[:LONGEST]
    is_begun = len(fold(typed.rsplit(" ", 1)[-1])) > 1 and typed[-1:].isalnum() and '"' not in typed
    found = Search(me(), f"{typed}*" if is_begun else typed).suggested(_SUGGESTED)
    return jsonify(
        [
            {"title": row.subject or label("document.unnamed"), "note": _note(row), "url": page_of(row)}
            for row in found
        ]
    )


@bp.post("/search/saved")
@needs(READ)
def save_search() -> ResponseReturnValue:
    """Keep the search of the address under a name."""
    form = _with_units(SavedSearchForm())
    if form.accepts():
        with form.refusals():
            done_once(
                me(),
                form.once.data,
                [request.full_path, form.as_body()],
                lambda: saved_searches.save(
                    me(),
                    form.name.data or "",
                    _typed(),
                    _facets(),
                    _order(),
                    form.unit_id.data,
                    columns=form.columns.data or (),
                    reminds=bool(form.reminds.data),
                ),
            )
            flash(label("search.flash.saved"), "ok")
            return redirect(url_for("documents.search", **_kept()))
    return _page(form), form.status


@bp.get("/search/saved/<int:search_id>")
@needs(READ)
def open_search(search_id: int) -> ResponseReturnValue:
    """Lead to what a search of my own finds now."""
    return redirect(address_of(saved_searches.own(me(), search_id)))


@bp.post("/search/saved/<int:search_id>")
@needs(READ)
def change_search(search_id: int) -> ResponseReturnValue:
    """Give a kept search another name, or other people."""
    saved_searches.own(me(), search_id)
    form = _with_units(SavedSearchForm())
    if form.accepts():
        with form.refusals():
            saved_searches.change(
                me(),
                search_id,
                form.name.data or "",
                form.unit_id.data,
                columns=form.columns.data or (),
                reminds=bool(form.reminds.data),
            )
            flash(label("search.flash.changed"), "ok")
            return redirect(url_for("documents.search"))
    return _page(_empty(), (search_id, form)), form.status


@bp.post("/search/saved/<int:search_id>/delete")
@needs(READ)
def delete_search(search_id: int) -> ResponseReturnValue:
    """Forget a kept search."""
    saved_searches.delete(me(), search_id)
    flash(label("search.flash.deleted"), "ok")
    return redirect(url_for("documents.search"))


def _page(form: SavedSearchForm, changed: tuple[int, SavedSearchForm] | None = None) -> str:
    typed, chosen, order = _typed(), _facets(), _order()
    found = Search(me(), typed, chosen, order)
    counted = found.counted()
    page = found.page(request.args.get("after", ""))
    watching.note_later(me(), watching.FOUND, [hit.document for hit in page.hits])
    kept = _kept()
    saved, opened = saved_searches.seen_by(me()), request.args.get("saved", type=int)
    own = next((row.columns for row in saved if row.id == opened), [])
    counts = saved_searches.counts(me(), saved) if found.is_empty else {}
    return show(
        "search.html",
        typed=typed,
        found=found,
        page=page,
        is_first="after" not in request.args,
        total=counted.total,
        is_more=counted.is_more,
        facets=[(facet, _links(facet, kept)) for facet in faceting.in_words(counted, chosen)],
        chosen=chosen,
        order=order,
        kept=kept,
        choices=list_export.offered(search_export.COLUMNS, own or _order_of_list()),
        ticked=own or search_export.USUAL,
        holder=holder,
        remarks=[label(f"search.remark.{one.code}", typed=one.typed) for one in found.query.remarks],
        read=[(label(f"search.field.{name}"), value) for name, value in found.narrowed.read],
        saved=[(row, address_of(row), shown_count(counts.get(row.id, 0))) for row in saved],
        form=_with_units(form),
        changed=(changed[0], _with_units(changed[1])) if changed else None,
    )


def _empty() -> SavedSearchForm:
    return SavedSearchForm(formdata=None, columns=list(search_export.USUAL))


def _typed() -> str:
    return one_line(request.args.get("q", ""))[: LONGEST + 1]


def _facets() -> dict[str, str]:
    return narrowing.known_facets(request.args)


def _order() -> str:
    given = request.args.get("sort", "")
    return given if given in ORDERS else searching.NEWEST


def _kept() -> dict[str, Any]:
    return without(request.args, "after", "once")


def _links(facet: faceting.Facet, kept: dict[str, Any]) -> list[str]:
    """Where each value leads: a chosen one out again."""
    rest = {name: value for name, value in kept.items() if name != facet.code}
    ways: list[dict[str, Any]] = [
        rest if value.is_chosen else {**rest, facet.code: value.key} for value in facet.values
    ]
    return [url_for("documents.search", **way) for way in ways]


def _note(row: Any) -> str:
    day = row.doc_date.strftime("%d/%m/%Y") if row.doc_date is not None else ""
    return ", ".join(one for one in (row.code, row.issuer_text, day) if one)


def _with_units(form: SavedSearchForm) -> SavedSearchForm:
    units = saved_searches.units_of(me())
    form.unit_id.choices = [("", label("search.only_me")), *((unit.id, unit.name) for unit in units)]
    choices = list_export.offered(search_export.COLUMNS, _order_of_list())
    form.columns.choices = [(one.code, label(f"list.column.{one.code}")) for one in choices]
    return form


def _order_of_list() -> list[str]:
    """Columns of files in the order in which I have them on my list of incoming documents."""
    return list_columns.exported(list_columns.shown(me(), Direction.IN))
