"""Incoming documents: the list, one document, and the acts on it."""

from collections.abc import Collection
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from documents.forms import BulkForm, ReasonForm
from documents.models.document import Document, Urgency
from documents.models.lifecycle import INCOMING_STATES, Direction, DocState
from documents.permissions import DIRECT, FINISH, PRESENT, READ, RECALL, TRANSFER, To, access_document
from documents.services import (
    about,
    catalogue,
    copying,
    directing,
    fields,
    list_export,
    listing,
    recalling,
    transferring,
    watching,
)
from documents.services.listing import INCOMING_TABS, Filters
from documents.views.adding import to_undo
from documents.views.base import bp, holder, key_of, opened, show, way_of, without
from documents.views.lists import (
    bulk_forms,
    columns_of,
    conditions_of,
    keep_url,
    kept_tabs,
    result_of,
    shown_count,
    take_along,
)
from intranet.core.errors import DomainError
from intranet.core.forms import day_of
from intranet.core.labels import label
from intranet.core.web import me, needs, sentence, signed_in
from intranet.records import readers


@bp.get("/incoming")
@needs(READ)
def incoming() -> ResponseReturnValue:
    """Registered incoming documents, newest first."""
    return show_incoming()


@bp.post("/incoming/export")
@needs(READ)
def export_incoming() -> ResponseReturnValue:
    """Have the list made as a file, as it is narrowed, with the columns that were ticked."""
    return export(Direction.IN, filters_of(INCOMING_TABS, INCOMING_STATES), "documents.incoming")


@bp.get("/incoming/<int:document_id>")
@signed_in
def incoming_detail(document_id: int) -> ResponseReturnValue:
    """One incoming document: its page, directions and tasks, its way."""
    document = access_document(me(), document_id, To.READ)
    if document.direction is Direction.OUT:
        return redirect(url_for("documents.draft", document_id=document.id))
    if document.state is DocState.RECEIVED and "register" in about.possible(me(), document):
        return redirect(url_for("documents.intake_one", document_id=document.id))
    opened(document)
    return _detail(document, [])


@bp.post("/incoming/<int:document_id>/present")
@needs(PRESENT)
def present(document_id: int) -> ResponseReturnValue:
    """Put the document before a leader."""
    return _do(
        document_id,
        lambda: directing.present(me(), document_id, request.form.get("leader", type=int)),
        "document.flash.presented",
    )


@bp.post("/incoming/<int:document_id>/finish")
@needs(FINISH)
def finish(document_id: int) -> ResponseReturnValue:
    """Call the document dealt with."""
    return _do(document_id, lambda: directing.finish(me(), document_id), "document.flash.finished")


@bp.post("/incoming/<int:document_id>/give-back")
@needs(READ)
def give_back(document_id: int) -> ResponseReturnValue:
    """The lead unit gives the document back."""
    return _with_reason(
        document_id,
        lambda reason: directing.give_back(me(), document_id, reason),
        "document.flash.given_back",
    )


@bp.post("/incoming/<int:document_id>/reopen")
@needs(FINISH)
def reopen(document_id: int) -> ResponseReturnValue:
    """Take up a document that was done."""
    return _with_reason(
        document_id, lambda reason: directing.reopen(me(), document_id, reason), "document.flash.reopened"
    )


@bp.post("/incoming/<int:document_id>/recall")
@needs(RECALL)
def answer_recall(document_id: int) -> ResponseReturnValue:
    """Answer the sender who wants the document back."""
    agree = request.form.get("agree") == "yes"
    return _do(
        document_id,
        lambda: recalling.answer_recall(me(), document_id, agree=agree),
        "document.flash.recall_answered",
    )


def show_incoming(
    forms: dict[str, BulkForm] | None = None, chosen: Collection[int] = (), result: Any = None
) -> str:
    """The list.

    :param forms: a form for several rows that was refused, by its name; the dialog opens again.
    :param chosen: rows that are ticked.
    :param result: how an act on several rows went.
    """
    filters = filters_of(INCOMING_TABS, INCOMING_STATES)
    page = listing.incoming(me(), filters, before=way_of("before"), after=way_of("after"))
    if filters.words:
        watching.note_later(me(), watching.FOUND, page.rows)
    seen = readers.seen_among(me().id, "document", [row.id for row in page.rows])
    kept = without(request.args, "before", "after", "bulk", "moved")
    counts = listing.counts(me(), Direction.IN, INCOMING_TABS)
    choices: dict[str, list[tuple[str, str]]] = {
        "state": _state_choices(),
        "urgency": urgency_choices(),
        "issuer": [(party.name, party.name) for party in catalogue.parties(me().org_id)],
        "field": field_choices(),
    }
    return show(
        "incoming.html",
        page=page,
        filters=filters,
        seen=seen,
        holder=holder,
        kept=kept,
        tabs=[
            *tabs(INCOMING_TABS, counts, filters.tab, kept, "documents.incoming"),
            *kept_tabs(Direction.IN),
        ],
        conditions=[] if page.rows else conditions_of(Direction.IN, filters, **choices),
        clear_url=url_for("documents.incoming", tab=filters.tab),
        keep_url=keep_url(Direction.IN, filters),
        states=choices["state"],
        urgencies=choices["urgency"],
        issuers=choices["issuer"],
        work_fields=choices["field"],
        chosen=frozenset(chosen),
        acts=bulk_forms(forms or {}),
        bulk=result or result_of(key_of("bulk")),
        **columns_of(Direction.IN),
    )


def _state_choices() -> list[tuple[str, str]]:
    """States that a registered document may have."""
    left_out = (DocState.RECEIVED, DocState.RETURNED, DocState.MERGED)
    return [
        (state.value, label(f"document.state.{state.value}"))
        for state in DocState
        if state in INCOMING_STATES and state not in left_out
    ]


def export(direction: Direction, filters: Filters, back: str) -> ResponseReturnValue:
    """Ask for a list as a file; what is refused is said above the list."""
    return take_along(lambda *wish: list_export.ask_list(me(), direction, filters, *wish), back)


@bp.post("/incoming/<int:document_id>/recalled")
@needs(RECALL)
def note_recall(document_id: int) -> ResponseReturnValue:
    """Note that the issuer recalled the document."""
    code = request.form.get("recall_code", "")[:60]
    return _with_reason(
        document_id,
        lambda reason: recalling.note_recall(me(), document_id, reason, code),
        "document.flash.recall_noted",
    )


def filters_of(tabs_: tuple[str, ...], states: frozenset[DocState]) -> Filters:
    """The filters in the address; what is not known is left out."""
    args = request.args
    state, urgency, tab = args.get("state", ""), args.get("urgency", ""), args.get("tab", "")
    field = args.get("field", "")
    return Filters(
        tab=tab if tab in tabs_ else tabs_[0],
        state=state if state in {one.value for one in states} else "",
        urgency=urgency if urgency in {str(int(one)) for one in Urgency} else "",
        issuer=args.get("issuer", "")[:200],
        field=field if field.isascii() and field.isdecimal() and len(field) < 10 else "",
        first=day_of(args.get("first")),
        last=day_of(args.get("last")),
        words=args.get("q", "").strip()[:200],
    )


def tabs(
    codes: tuple[str, ...], counts: dict[str, int], current: str, kept: dict[str, Any], endpoint: str
) -> list[dict[str, Any]]:
    """Saved views as tabs, each with its count."""
    rest = {name: value for name, value in kept.items() if name != "tab"}
    return [
        {
            "label": label(f"document.tab.{code}"),
            "url": url_for(endpoint, **rest, tab=code),
            "current": code == current,
            "n": shown_count(counts[code]),
            "bad": code == "overdue" and counts[code] > 0,
        }
        for code in codes
    ]


def urgency_choices() -> list[tuple[str, str]]:
    """Degrees of urgency for a filter."""
    return [(str(int(one)), label(f"document.urgency.{int(one)}")) for one in Urgency]


def field_choices() -> list[tuple[str, str]]:
    """Fields of work for a filter, those out of use too: older documents are about them."""
    return [(str(one.id), one.name) for one in fields.fields(me().org_id, all_=True)]


def _detail(document: Document, errors: list[str], status: int = 200) -> ResponseReturnValue:
    known = about.about(me(), document)
    page = show(
        "detail.html",
        document=document,
        known=known,
        can=about.possible(me(), document),
        holder=holder,
        errors=errors,
        reason=ReasonForm(formdata=None),
        leaders=directing.leaders_of(document.org_id) if "present" in about.possible(me(), document) else [],
        straight=transferring.rule_for(document) if me().holds(TRANSFER) else None,
        may_copy=copying.may_copy(me(), document),
        may_reply=document.org_id == me().org_id and me().holds("document.draft"),
        steps=steps_of(known),
        undo=to_undo(document.id) if me().holds(DIRECT) else None,
    )
    return page, status


def steps_of(known: about.About) -> list[dict[str, Any]]:
    """The document's way as the timeline shows it, newest first, each with the time it waited."""
    found: list[dict[str, Any]] = []
    lines = known.steps
    for at, line in enumerate(lines):
        earlier = lines[at + 1].at if at + 1 < len(lines) else None
        person = known.people.get(line.actor_id or 0)
        principal = known.people.get(line.acting_for_id or 0)
        who = person.full_name if person is not None else label("document.by_system")
        if principal is not None:
            who = label("document.by_for", who=who, principal=principal.full_name)
        minutes = about.waited(earlier, line.at)
        found.append(
            {
                "act": line.act,
                "at": line.at,
                "who": who,
                "note": line.reason or (wait_words(minutes) if earlier is not None else ""),
                "now": at == 0,
            }
        )
    return found


def wait_words(minutes: int) -> str:
    """How long something waited, in the largest fitting unit."""
    if minutes < 1:
        return ""
    if minutes < 60:
        return label("document.waited.minutes", n=minutes)
    if minutes < 60 * 24:
        return label("document.waited.hours", n=minutes // 60)
    return label("document.waited.days", n=minutes // (60 * 24))


def _do(document_id: int, service: Any, words: str) -> ResponseReturnValue:
    document = access_document(me(), document_id, To.READ)
    try:
        service()
    except DomainError as refusal:
        if refusal.status in (403, 404):
            raise
        return _detail(document, [sentence(refusal)], refusal.status)
    flash(label(words), "ok")
    return redirect(url_for("documents.incoming_detail", document_id=document_id))


def _with_reason(document_id: int, service: Any, words: str) -> ResponseReturnValue:
    form = ReasonForm()
    if not form.validate_on_submit():
        document = access_document(me(), document_id, To.READ)
        return _detail(document, [text for texts in form.errors.values() for text in texts], 422)
    return _do(document_id, lambda: service(form.reason.data), words)
