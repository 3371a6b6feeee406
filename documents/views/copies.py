"""Kept copies of issued documents: asked for, allowed, given and taken back."""

from datetime import timedelta

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from documents.forms_copies import CopyForm
from documents.permissions import ALLOW_COPY, ASK_COPY, LEND, READ, To, access_document
from documents.services import lending
from documents.views.base import bp, do_and_tell, key_of, show
from intranet.core import clock, menu
from intranet.core.errors import BadState, Invalid
from intranet.core.labels import label
from intranet.core.once import done_once
from intranet.core.web import me, needs, sentence
from intranet.notices.workdays import add_working_days

_USUAL_DAYS = 5


@bp.get("/copies")
@needs(READ)
def copies() -> ResponseReturnValue:
    """Uses of kept copies."""
    return _page({})


def _page(refused: dict[int, str]) -> str:
    """The list; ``refused``: by the use what is wrong with the answer given to it."""
    tab = request.args.get("tab", "")
    tab = tab if tab in lending.TABS else lending.TABS[0]
    menu.stand_at("registers" if me().holds("register.read_lines") else "outgoing")
    return show(
        "copies.html",
        page=lending.page_of(me(), tab, key_of("before")),
        is_late=lending.is_late,
        refused=refused,
        typed=request.form.get("note", ""),
        tab=tab,
        tabs=[
            {
                "label": label(f"copy.tab.{code}"),
                "url": url_for("documents.copies", tab=code),
                "current": code == tab,
            }
            for code in lending.TABS
        ],
    )


@bp.route("/<int:document_id>/copy", methods=["GET", "POST"])
@needs(ASK_COPY)
def ask_copy(document_id: int) -> ResponseReturnValue:
    """Ask for the kept copy of an issued document."""
    document = access_document(me(), document_id, To.READ)
    form = CopyForm()
    if not form.is_submitted():
        form.due_date.data = add_working_days(clock.today(), _USUAL_DAYS)
    if form.accepts():
        with form.refusals():
            done_once(
                me(),
                form.once.data,
                [request.path, form.as_body()],
                lambda: lending.ask(me(), document_id, form.to_asking()),
            )
            flash(label("copy.flash.asked"), "ok")
            return redirect(url_for("documents.copies"))
    menu.stand_at("outgoing")
    page = show(
        "copy.html",
        document=document,
        form=form,
        uses=lending.uses_of(document),
        is_late=lending.is_late,
        last_day=clock.today() + timedelta(days=lending.MOST_DAYS),
    )
    return page, form.status


@bp.post("/copies/<int:use_id>/decide")
@needs(ALLOW_COPY)
def decide_copy(use_id: int) -> ResponseReturnValue:
    """Allow the use of a kept copy, or refuse it."""
    agree, note = request.form.get("agree") == "yes", request.form.get("note", "")
    try:
        lending.decide(me(), use_id, agree=agree, note=note)
    except Invalid as refusal:
        return _page({use_id: sentence(refusal)}), refusal.status
    except BadState as refusal:
        flash(sentence(refusal), "bad")
    else:
        flash(label("copy.flash.allowed" if agree else "copy.flash.refused"), "ok")
    return _back()


@bp.post("/copies/<int:use_id>/give")
@needs(LEND)
def give_copy(use_id: int) -> ResponseReturnValue:
    """Note that the copy was handed over."""
    do_and_tell(lambda: lending.give(me(), use_id), "copy.flash.given")
    return _back()


@bp.post("/copies/<int:use_id>/return")
@needs(LEND)
def return_copy(use_id: int) -> ResponseReturnValue:
    """Note that the copy came back."""
    note = request.form.get("note", "")
    do_and_tell(lambda: lending.take_back(me(), use_id, note), "copy.flash.returned")
    return _back()


def _back() -> ResponseReturnValue:
    return redirect(url_for("documents.copies", tab=request.args.get("tab", "")))
