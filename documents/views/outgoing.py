"""Outgoing documents: numbers, seals, receivers, and the list of what was issued."""

from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from documents.formats.symbols import compose
from documents.forms import (
    EnvelopesForm,
    IssueForm,
    NoteForm,
    NumberForm,
    ReasonForm,
    RecallForm,
    RecallOrderForm,
)
from documents.models.lifecycle import OUTGOING_STATES, Direction, DocState
from documents.permissions import (
    CANCEL,
    CONSENT,
    DECIDE_RECALL,
    ISSUE,
    NUMBER,
    READ,
    RECALL,
    To,
    access_document,
)
from documents.services import issuing, listing, recalling, watching
from documents.services.issuing import Target
from documents.services.listing import OUTGOING_TABS
from documents.views.base import bp, do_and_tell, show, way_of, without
from documents.views.drafts import set_receivers, step
from documents.views.incoming import export, field_choices, filters_of, tabs, urgency_choices
from documents.views.lists import columns_of, conditions_of, keep_url, kept_tabs
from intranet.core import clock
from intranet.core.labels import label
from intranet.core.web import me, needs

_DESK = (DocState.SIGNED, DocState.NUMBERED, DocState.SEALED)


@bp.get("/outgoing")
@needs(READ)
def outgoing() -> ResponseReturnValue:
    """Numbered outgoing documents, newest first."""
    filters = filters_of(OUTGOING_TABS, OUTGOING_STATES)
    page = listing.outgoing(me(), filters, before=way_of("before"), after=way_of("after"))
    if filters.words:
        watching.note_later(me(), watching.FOUND, page.rows)
    kept = without(request.args, "before", "after", "moved")
    counts = listing.counts(me(), Direction.OUT, OUTGOING_TABS)
    choices: dict[str, list[tuple[str, str]]] = {
        "state": [
            (state.value, label(f"document.state.{state.value}"))
            for state in (*_DESK[1:], DocState.ISSUED, DocState.CANCELLED, DocState.RECALLED)
        ],
        "urgency": urgency_choices(),
        "field": field_choices(),
    }
    return show(
        "outgoing.html",
        page=page,
        filters=filters,
        kept=kept,
        tabs=[
            *tabs(OUTGOING_TABS, counts, filters.tab, kept, "documents.outgoing"),
            *kept_tabs(Direction.OUT),
        ],
        conditions=[] if page.rows else conditions_of(Direction.OUT, filters, **choices),
        clear_url=url_for("documents.outgoing", tab=filters.tab),
        keep_url=keep_url(Direction.OUT, filters),
        states=choices["state"],
        urgencies=choices["urgency"],
        work_fields=choices["field"],
        **columns_of(Direction.OUT),
    )


@bp.post("/outgoing/export")
@needs(READ)
def export_outgoing() -> ResponseReturnValue:
    """Have the list made as a file, as it is narrowed, with the columns that were ticked."""
    return export(Direction.OUT, filters_of(OUTGOING_TABS, OUTGOING_STATES), "documents.outgoing")


@bp.get("/outgoing/desk")
@needs(NUMBER)
def outgoing_desk() -> ResponseReturnValue:
    """What waits for a number, a seal, or its receivers."""
    rows = listing.in_state(me(), Direction.OUT, *_DESK)
    groups = [(state, [row for row in rows if row.state is state]) for state in _DESK]
    return show("outgoing_desk.html", groups=groups)


@bp.post("/drafts/<int:document_id>/number")
@needs(NUMBER)
def number(document_id: int) -> ResponseReturnValue:
    """Grant number and date."""
    form = NumberForm()

    def grant() -> str:
        day = form.doc_date.data or clock.today()
        late = form.late_reason.data or ""
        given = issuing.give_number(me(), document_id, day, late_reason=late)
        return compose(given, access_document(me(), document_id, To.READ).symbol)

    return step(document_id, form, grant, "draft.flash.numbered", name="number")


@bp.post("/drafts/<int:document_id>/seal")
@needs(NUMBER)
def seal(document_id: int) -> ResponseReturnValue:
    """Record the agency's seal."""
    form = NoteForm()
    return step(
        document_id,
        form,
        lambda: issuing.seal(me(), document_id, form.note.data or ""),
        "draft.flash.sealed",
        name="note",
    )


@bp.post("/drafts/<int:document_id>/issue")
@needs(ISSUE)
def issue(document_id: int) -> ResponseReturnValue:
    """Send the document to its receivers."""
    document = access_document(me(), document_id, To.ISSUE)
    form = IssueForm()
    set_receivers(form, document)
    targets = [
        *(Target(organisation_id=key) for key in form.organisations.data or ()),
        *(Target(party_id=key) for key in form.parties.data or ()),
        *(Target(unit_id=key) for key in form.units.data or ()),
    ]
    return step(
        document_id,
        form,
        lambda: issuing.issue(me(), document_id, targets),
        "draft.flash.issued",
        name="issue",
    )


@bp.post("/drafts/<int:document_id>/cancel")
@needs(CANCEL)
def ask_cancel(document_id: int) -> ResponseReturnValue:
    """Ask a leader to let the number be struck out."""
    form = ReasonForm()
    return step(
        document_id,
        form,
        lambda: recalling.ask_cancel(me(), document_id, form.reason.data or ""),
        "draft.flash.cancel_asked",
        name="reason",
    )


@bp.post("/drafts/<int:document_id>/cancel/consent")
@needs(CONSENT)
def consent_cancel(document_id: int) -> ResponseReturnValue:
    """Consent to striking the number out."""
    return _plain(document_id, lambda: recalling.consent_cancel(me(), document_id), "draft.flash.cancelled")


@bp.post("/drafts/<int:document_id>/request/refuse")
@needs(CONSENT)
def refuse_request(document_id: int) -> ResponseReturnValue:
    """Do not consent, or withdraw one's own order."""
    return _plain(document_id, lambda: recalling.refuse_request(me(), document_id), "draft.flash.refused")


@bp.post("/drafts/<int:document_id>/recall/order")
@needs(DECIDE_RECALL)
def order_recall(document_id: int) -> ResponseReturnValue:
    """Decide that an issued document is recalled."""
    form = RecallOrderForm()
    return step(
        document_id,
        form,
        lambda: recalling.order_recall(me(), document_id, form.reason.data or "", form.order()),
        "draft.flash.recall_ordered",
        name="recall_order",
    )


@bp.post("/drafts/<int:document_id>/recall")
@needs(RECALL)
def recall(document_id: int) -> ResponseReturnValue:
    """Carry out a recall that a leader ordered."""
    form = RecallForm()
    return step(
        document_id,
        form,
        lambda: recalling.recall(me(), document_id, form.order()),
        "draft.flash.recalled",
        name="recall",
    )


@bp.post("/drafts/<int:document_id>/envelopes")
@needs(ISSUE)
def envelopes(document_id: int) -> ResponseReturnValue:
    """Note how many envelopes went to a receiver by post."""
    form = EnvelopesForm()
    line = form.line.data if (form.line.data or "").isdecimal() else "0"
    return step(
        document_id,
        form,
        lambda: issuing.note_envelopes(me(), document_id, int(line[:9]), form.envelopes.count),
        "draft.flash.envelopes",
        name="envelopes",
    )


def _plain(document_id: int, service: Any, words: str) -> ResponseReturnValue:
    access_document(me(), document_id, To.READ)
    do_and_tell(service, words)
    return redirect(url_for("documents.draft", document_id=document_id))
