"""Who may see several chosen documents: what would change is shown before it does."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from documents.forms_access import AccessManyForm
from documents.models.document import Document
from documents.permissions import SET_ACCESS
from documents.services import restricting_many
from documents.services.restricting_many import Foreseen
from documents.views.base import bp, show
from intranet.core import menu
from intranet.core.errors import Invalid
from intranet.core.labels import label
from intranet.core.once import done_once
from intranet.core.web import me, needs, sentence


@bp.route("/access/many", methods=["GET", "POST"])
@needs(SET_ACCESS)
def access_many() -> ResponseReturnValue:
    """Set who may see the documents of the address; the first answer counts, the second does."""
    try:
        chosen = restricting_many.chosen(me(), request.args.getlist("id", type=int))
    except Invalid as refusal:
        flash(sentence(refusal), "bad")
        return redirect(url_for("documents.incoming"))
    form, ids = AccessManyForm(me().org_id), [document.id for document in chosen.documents]
    foreseen: list[Foreseen] = []
    if form.accepts() and ids:
        with form.refusals():
            restricting_many.check(form.to_wish())
            if form.seen.data == form.print_of(ids):
                flash(
                    done_once(me(), form.once.data, [ids, form.as_body()], lambda: _change(form, ids)), "ok"
                )
                return redirect(_list_of(chosen.documents))
            foreseen = restricting_many.foresee(me(), chosen.documents, form.to_wish())
            form.seen.data = form.print_of(ids)
    else:
        form.seen.data = ""
    documents = [*chosen.documents, *chosen.others]
    menu.stand_at("incoming" if documents[0].is_incoming else "outgoing")
    page = show("access_many.html", form=form, chosen=chosen, foreseen=foreseen, list_url=_list_of(documents))
    return page, form.status


def _change(form: AccessManyForm, ids: list[int]) -> str:
    changed, same = restricting_many.change(me(), ids, form.to_wish(), form.reason.data or "")
    return label("access.flash.many" if not same else "access.flash.many_some", n=changed, same=same)


def _list_of(documents: list[Document]) -> str:
    return url_for("documents.incoming" if documents[0].is_incoming else "documents.outgoing", tab="all")
