"""Who may see a document: the screen on which it is set, what waits to be confirmed, the whole history."""

from collections.abc import Callable, Iterable
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from documents.forms_access import AccessForm
from documents.models.document import Document
from documents.permissions import READ, SET_ACCESS, To, access_document
from documents.services import history as doc_history
from documents.services import restricting
from documents.views.base import bp, key_of, page_of, show
from intranet.core import menu
from intranet.core.labels import label
from intranet.core.once import done_once
from intranet.core.web import me, needs, signed_in
from intranet.notices import services as notices
from intranet.people import directory
from intranet.people.models import User
from intranet.records import counting, files
from intranet.records.counting import Uses


@bp.route("/<int:document_id>/access", methods=["GET", "POST"])
@needs(SET_ACCESS)
def access(document_id: int) -> ResponseReturnValue:
    """Set who may see a document."""
    document = access_document(me(), document_id, To.SET_ACCESS)
    named = restricting.named_of(document)
    form = AccessForm()
    form.offer(document, named)
    if form.accepts():
        with form.refusals():
            version = int(form.version.data) if (form.version.data or "").isdecimal() else None
            done = done_once(
                me(),
                form.once.data,
                [request.path, form.as_body()],
                lambda: _change(document_id, form, version),
            )
            flash(done, "ok")
            return redirect(page_of(document))
    changes = restricting.changes_of(document)
    ids = {one.user_id for one in named if one.user_id} | {one.changed_by_id for one in changes}
    ids |= {person for one in changes for person in (*one.added, *one.removed)}
    menu.stand_at("incoming" if document.is_incoming else "outgoing")
    page = show(
        "access.html",
        document=document,
        form=form,
        named=named,
        changes=changes,
        people=(people := directory.people(ids)),
        names_of=_names(people),
        units=directory.units({one.unit_id for one in named if one.unit_id}),
    )
    return page, form.status


@bp.get("/access")
@needs(READ)
def access_changes() -> ResponseReturnValue:
    """Changes of who may see what that wait for my word, and mine that wait for others."""
    waiting, own = restricting.waiting_for(me()), restricting.of_others(me())
    shown = restricting.shown_among(me(), [*waiting, *own])
    menu.stand_at("incoming")
    ids = {person for one in (*waiting, *own) for person in (*one.added, *one.removed)}
    return show(
        "access_changes.html", waiting=waiting, own=own, shown=shown, names_of=_names(directory.people(ids))
    )


@bp.post("/access/<int:change_id>/confirm")
@needs(READ)
def confirm_access(change_id: int) -> ResponseReturnValue:
    """Confirm a change of who may see a document."""
    row = restricting.confirm(me(), change_id)
    notices.mark_seen(me().id, row.ref)
    flash(label("access.flash.confirmed" if row.confirmed_at else "access.flash.half"), "ok")
    return redirect(url_for("documents.access_changes"))


@bp.get("/<int:document_id>/history")
@signed_in
def history(document_id: int) -> ResponseReturnValue:
    """Everything that was done to a document, by whom, when, and what it changed, leaf by leaf."""
    document = access_document(me(), document_id, To.READ)
    menu.stand_at("incoming" if document.is_incoming else "outgoing")
    page, found = doc_history.withheld(document, ()), files.of(document.ref)
    uses: Uses | None = None
    of_files: dict[int, Uses] = {}
    if document.org_id in me().org_ids:
        page = doc_history.page_of(document, before=key_of("before"), after=key_of("after"))
        uses, of_files = counting.of(document.ref, [one.id for one in found])
    return show(
        "history.html",
        document=document,
        history=page,
        files=found,
        uses=uses,
        uses_of_files=of_files,
        newer=_leaf_url(document, after=page.newer) if page.newer else None,
        older=_leaf_url(document, before=page.older) if page.older else None,
        newest=_leaf_url(document) if page.newer else None,
    )


def _leaf_url(document: Document, **end: Any) -> str:
    return url_for("documents.history", document_id=document.id, **end)


def _names(people: dict[int, User]) -> Callable[[Iterable[int]], str]:
    return lambda ids: ", ".join(people[key].full_name for key in ids if key in people)


def _change(document_id: int, form: AccessForm, version: int | None) -> str:
    row = restricting.change(me(), document_id, form.to_wish(), form.reason.data or "", version=version)
    if row is None:
        return label("access.flash.same")
    return label("access.flash.changed", before=row.readers_before, after=row.readers_after)
