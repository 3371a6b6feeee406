"""The agencies to which this one writes: found, added, renamed, and two that are one after all."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from wtforms.fields.choices import SelectChoice

from documents.forms_catalogue import MergeForm, PartyForm
from documents.models.catalogue import Party
from documents.permissions import KEEP_LISTS, READ_CATALOGUE
from documents.services import catalogue, parties
from documents.views.base import bp, do_and_tell, show
from intranet.core.labels import label
from intranet.core.once import done_once
from intranet.core.text import one_line
from intranet.core.web import me, needs


@bp.get("/catalogue/parties")
@needs(READ_CATALOGUE)
def all_parties() -> ResponseReturnValue:
    """Agencies by name, found by any of their names."""
    typed = one_line(request.args.get("q", ""))[:100]
    rows, following = parties.listed(me(), typed, _key(request.args.get("after", "")))
    after = None if following is None else f"{following[1]}.{following[0]}"
    is_first = "after" not in request.args
    return show("parties.html", rows=rows, typed=typed, following=after, is_first=is_first)


@bp.route("/catalogue/parties/new", methods=["GET", "POST"])
@needs(KEEP_LISTS)
def new_party() -> ResponseReturnValue:
    """An agency more."""
    form = PartyForm()
    form.parent_id.choices = _choices(None)
    if form.accepts():
        with form.refusals():
            done_once(me(), form.once.data, form.as_body(), lambda: parties.add(me(), form.given()))
            return _done("added", form)
    return show("party_form.html", form=form, one=None, earlier=()), form.status


@bp.route("/catalogue/parties/<int:party_id>", methods=["GET", "POST"])
@needs(KEEP_LISTS)
def edit_party(party_id: int) -> ResponseReturnValue:
    """Another name, other facts."""
    one = parties.for_change(me(), party_id)
    form = PartyForm(**_values(one))
    form.parent_id.choices = _choices(one)
    if form.accepts():
        with form.refusals():
            parties.edit(me(), party_id, form.given(), expect=form.version.data)
            return _done("saved", form)
    return show("party_form.html", form=form, one=one, earlier=parties.earlier_names(one)), form.status


@bp.route("/catalogue/parties/<int:party_id>/merge", methods=["GET", "POST"])
@needs(KEEP_LISTS)
def merge_party(party_id: int) -> ResponseReturnValue:
    """With which other one it is one: first what becomes of its things, then it is done."""
    one = parties.for_change(me(), party_id)
    form = MergeForm(into=request.args.get("into", type=int))
    form.into.choices = _choices(one)
    preview, target = None, form.into.data
    if form.accepts() or (request.method == "GET" and target):
        with form.refusals():
            preview = parties.merger(me(), one.id, target)
            if request.method == "POST":
                parties.merge(me(), one.id, target)
                flash(label("party.flash.merged", name=one.name, into=preview.target.name), "ok")
                return redirect(url_for("documents.edit_party", party_id=target))
    return show("party_merge.html", form=form, one=one, preview=preview), form.status


@bp.post("/catalogue/parties/<int:party_id>/split")
@needs(KEEP_LISTS)
def split_party(party_id: int) -> ResponseReturnValue:
    """An agency that was merged stands by itself again."""
    target = parties.for_change(me(), party_id).id
    do_and_tell(lambda: parties.split(me(), party_id), "party.flash.split")
    return redirect(url_for("documents.edit_party", party_id=target))


def _done(words: str, form: PartyForm) -> ResponseReturnValue:
    flash(label(f"party.flash.{words}", name=form.name.data), "ok")
    return redirect(url_for("documents.all_parties", q=form.name.data))


def _values(one: Party) -> dict[str, Any]:
    plain = ("name", "short_name", "letters", "organ_id", "version", "active_from", "active_to")
    lists = {"aliases": "\n".join(one.aliases), "emails": "\n".join(one.emails)}
    up = parties.above(one)
    chosen = {"channel": one.channel.value, "parent_id": None if up is None else up.id}
    return {name: getattr(one, name) for name in plain} | lists | chosen


def _choices(but: Party | None) -> list[SelectChoice]:
    """All agencies of the list, one left out."""
    others = [other for other in catalogue.parties(me().org_id) if other is not but]
    return [SelectChoice("", label("party.choose")), *(SelectChoice(one.id, one.name) for one in others)]


def _key(given: str) -> tuple[str, int] | None:
    """Behind which agency the page begins: its id, then its folded name."""
    key, _, name = given.partition(".")
    is_key = key.isascii() and key.isdecimal() and len(key) < 10
    return (name[:250], int(key)) if is_key and name else None
