"""Drafts: begun, rewritten, looked through, signed; one page shows each its next step."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from documents.forms import (
    DraftForm,
    EnvelopesForm,
    IssueForm,
    LayoutForm,
    NewDraftForm,
    NoteForm,
    NumberForm,
    OpinionForm,
    ReasonForm,
    RecallForm,
    RecallOrderForm,
    SignForm,
    VersionForm,
)
from documents.forms_registers import HeldNumberForm, SubNumberForm
from documents.models.document import Document
from documents.models.lifecycle import IN_PREPARATION, Direction, DocState
from documents.permissions import (
    DECIDE_RECALL,
    DRAFT,
    READ,
    REVIEW_LAYOUT,
    REVIEW_UNIT,
    SIGN,
    To,
    access_document,
)
from documents.services import (
    about,
    catalogue,
    copying,
    drafting,
    holding,
    issuing,
    listing,
    numbering,
    recalling,
    reviewing,
    stamping,
)
from documents.services.reviewing import SIGNED_SCAN
from documents.views.base import bp, opened, show, uploaded
from documents.views.choices import offer_draft
from documents.views.draft_fields import fields_form, first_values
from documents.views.incoming import steps_of
from intranet.core import clock, menu, refs
from intranet.core.errors import DomainError
from intranet.core.forms import OfficeForm
from intranet.core.labels import label
from intranet.core.once import done_once
from intranet.core.refs import Ref
from intranet.core.web import me, needs, sentence, signed_in
from intranet.people import directory
from intranet.records.models import File

_TABS = ("waiting", "own", "all")


@bp.get("/drafts")
@needs(READ)
def drafts() -> ResponseReturnValue:
    """Drafts that wait for me, my own, and all that I may read."""
    tab = request.args.get("tab", "waiting")
    tab = tab if tab in _TABS else "waiting"
    rows = {code: listing.drafts(me(), code) for code in _TABS}
    tabs = [
        {
            "label": label(f"draft.tab.{code}"),
            "url": url_for("documents.drafts", tab=code),
            "current": code == tab,
            "n": len(rows[code]),
        }
        for code in _TABS
    ]
    return show("drafts.html", rows=rows[tab], tabs=tabs, tab=tab, title=label("menu.drafts"))


@bp.get("/signing")
@needs(SIGN)
def signing() -> ResponseReturnValue:
    """Drafts that wait for my signature."""
    rows = [
        one
        for one in listing.in_state(me(), Direction.OUT, DocState.TO_SIGN)
        if one.signer_id in (me().id, me().acting_for)
    ]
    return show("drafts.html", rows=rows, tabs=[], tab="signing", title=label("menu.signing"))


@bp.route("/drafts/new", methods=["GET", "POST"])
@needs(DRAFT)
def new_draft() -> ResponseReturnValue:
    """Begin a draft; with ``reply_to`` as the answer to a document, with ``copy_of`` as a copy of one."""
    reply_to, copy_of = (request.args.get(name, type=int) for name in ("reply_to", "copy_of"))
    answered = access_document(me(), reply_to, To.READ) if reply_to is not None else None
    copied = copying.source_of(me(), copy_of) if copy_of is not None else None
    fields = DraftForm if answered else NewDraftForm
    form = fields() if request.method == "POST" else fields(formdata=None, **first_values(answered, copied))
    offer_draft(form, me().org_id)
    if copied is not None:
        form.kind_id.choices = [(kind.id, kind.name) for kind in copying.forms(me().org_id)]
    if form.accepts():
        with form.refusals():
            prepared = drafting.prepare(me(), form.fields(), reply_to, copy_of)
            document_id = done_once(
                me(), form.once.data, form.as_body(), lambda: drafting.create(me(), prepared)
            )
            return redirect(url_for("documents.draft", document_id=document_id))
    return show("new_draft.html", form=form, answered=answered, copied=copied), form.status


@bp.get("/drafts/<int:document_id>")
@signed_in
def draft(document_id: int) -> ResponseReturnValue:
    """One outgoing document, from its first version to its receivers."""
    document = access_document(me(), document_id, To.READ)
    if document.direction is Direction.IN:
        return redirect(url_for("documents.incoming_detail", document_id=document.id))
    opened(document)
    return _page(document)


@bp.post("/drafts/<int:document_id>/fields")
@needs(DRAFT)
def edit_draft(document_id: int) -> ResponseReturnValue:
    """Change the fields of a draft."""
    form = DraftForm()
    offer_draft(form, me().org_id, access_document(me(), document_id, To.READ))
    return step(
        document_id,
        form,
        lambda: form.settled(
            lambda: fields_form(access_document(me(), document_id, To.READ)),
            lambda: drafting.edit(me(), document_id, form.fields(), version=form.version.data),
        ),
        "draft.flash.saved",
        name="fields",
    )


@bp.post("/drafts/<int:document_id>/versions")
@needs(DRAFT)
def upload_version(document_id: int) -> ResponseReturnValue:
    """Keep an uploaded Word file as the next version."""
    form, sent = VersionForm(), {"file": ""}
    return step(
        document_id,
        form,
        lambda: drafting.upload_version(me(), document_id, sent["file"], form.note.data or ""),
        "draft.flash.version",
        name="version_form",
        sent=sent,
    )


@bp.post("/drafts/<int:document_id>/opinion")
@needs(READ)
def opinion(document_id: int) -> ResponseReturnValue:
    """Say something of the draft."""
    form = OpinionForm()
    return step(
        document_id,
        form,
        lambda: drafting.give_opinion(me(), document_id, form.text.data or ""),
        "draft.flash.opinion",
        name="opinion",
    )


@bp.post("/drafts/<int:document_id>/submit")
@needs(DRAFT)
def submit(document_id: int) -> ResponseReturnValue:
    """Hand the draft to the head of the unit."""
    form = NoteForm()
    return step(
        document_id,
        form,
        lambda: reviewing.submit(me(), document_id, form.note.data or ""),
        "draft.flash.submitted",
    )


@bp.post("/drafts/<int:document_id>/unit-approve")
@needs(REVIEW_UNIT)
def unit_approve(document_id: int) -> ResponseReturnValue:
    """The head of the unit answers for the content."""
    form = NoteForm()
    return step(
        document_id,
        form,
        lambda: reviewing.approve_in_unit(me(), document_id, form.note.data or ""),
        "draft.flash.approved",
    )


@bp.post("/drafts/<int:document_id>/unit-return")
@needs(REVIEW_UNIT)
def unit_return(document_id: int) -> ResponseReturnValue:
    """The head of the unit gives the draft back."""
    return _return(document_id, reviewing.return_in_unit)


@bp.post("/drafts/<int:document_id>/layout-pass")
@needs(REVIEW_LAYOUT)
def layout_pass(document_id: int) -> ResponseReturnValue:
    """The layout was looked through."""
    form = LayoutForm()
    return step(
        document_id,
        form,
        lambda: reviewing.pass_layout(
            me(), document_id, form.ticks.data or [], override_reason=form.override_reason.data or ""
        ),
        "draft.flash.layout",
        name="layout",
    )


@bp.post("/drafts/<int:document_id>/layout-return")
@needs(REVIEW_LAYOUT)
def layout_return(document_id: int) -> ResponseReturnValue:
    """The office gives the draft back for its layout."""
    return _return(document_id, reviewing.return_layout)


@bp.post("/drafts/<int:document_id>/sign")
@needs(SIGN)
def sign(document_id: int) -> ResponseReturnValue:
    """Record that the paper was signed."""
    form, sent = SignForm(), {"file": ""}
    return step(
        document_id,
        form,
        lambda: reviewing.sign(me(), document_id, scan_id=sent["file"], reason=form.reason.data or ""),
        "draft.flash.signed",
        name="sign",
        sent=sent,
    )


@bp.post("/drafts/<int:document_id>/sign-return")
@needs(SIGN)
def sign_return(document_id: int) -> ResponseReturnValue:
    """The leader gives the draft back unsigned."""
    return _return(document_id, reviewing.return_unsigned)


def _return(document_id: int, service: Callable[[Any, int, str], None]) -> ResponseReturnValue:
    form = ReasonForm()
    return step(
        document_id,
        form,
        lambda: service(me(), document_id, form.reason.data or ""),
        "draft.flash.returned",
        name="reason",
    )


def step(
    document_id: int,
    form: OfficeForm,
    service: Callable[[], Any],
    words: str,
    *,
    name: str = "",
    sent: dict[str, str] | None = None,
) -> ResponseReturnValue:
    """One step: done once, then the page again; refused, the page with the sentence and what was typed.

    :param words: label of what is said afterwards; what the service answers in words is its ``{done}``.
    :param sent: filled with the id of the file that came with the form, before the service runs.
    """
    document = access_document(me(), document_id, To.READ)
    if form.accepts():
        try:
            with form.refusals():
                if sent is not None:
                    sent["file"] = uploaded()
                key = [request.path, request.form.get("file_id", ""), form.as_body()]
                done = done_once(me(), form.once.data, key, lambda: _words_of(service()))
                flash(label(words, done=done), "ok")
                return redirect(url_for("documents.draft", document_id=document_id))
        except DomainError as refusal:
            if refusal.status in (403, 404) and refusal.code != "file.not_staged":
                raise
            form.refused.append(sentence(refusal))
    forms = {name: form} if name else {}
    beside = (
        [] if getattr(form, "conflicts", None) else [text for row in form.errors.values() for text in row]
    )
    errors = [*form.refused, *beside]
    return _page(document, forms, errors), form.status if form.status != 200 else 422


def _words_of(answer: Any) -> str | None:
    return answer if isinstance(answer, str) else None


def _page(
    document: Document, forms: dict[str, OfficeForm] | None = None, errors: list[str] | None = None
) -> str:
    known = about.about(me(), document)
    can = about.possible(me(), document)
    shown: dict[str, Any] = {
        "reason": ReasonForm(formdata=None),
        "opinion": OpinionForm(formdata=None),
        "version_form": VersionForm(formdata=None),
        "layout": LayoutForm(formdata=None),
        "sign": SignForm(formdata=None),
        "note": NoteForm(formdata=None),
        "number": NumberForm(formdata=None, doc_date=clock.today()),
        "held": HeldNumberForm(formdata=None),
        "sub": SubNumberForm(formdata=None),
        "issue": _issue_form(document) if "issue" in can else IssueForm(formdata=None),
        "fields": fields_form(document),
        "recall": RecallForm(formdata=None),
        "envelopes": EnvelopesForm(formdata=None),
        "recall_order": RecallOrderForm(formdata=None),
    } | (forms or {})
    versions = drafting.versions_of(document.id)
    file = _shown(document, known.files, [one.file_id for one in versions])
    menu.stand_at(_desk_of(document, can))
    return show(
        "draft.html",
        document=document,
        known=known,
        can=can,
        may_copy=copying.may_copy(me(), document),
        forms=shown,
        errors=errors or [],
        versions=versions,
        version_files={file.id: file for file in known.files},
        opinions=drafting.opinions_of(document.id),
        file=file,
        is_stamping=_is_stamping(document, known.files, file),
        steps=steps_of(known),
        expected=_expected(document) if "number" in can else None,
        is_stamped=any(file.role == stamping.MAIN_DOCX for file in known.files),
        recall_orders=_recall_orders(document),
        in_preparation=document.state in IN_PREPARATION,
        origin=_origin(document),
        approver=directory.people(
            [document.unit_approved_by_id] if document.unit_approved_by_id is not None else []
        ).get(document.unit_approved_by_id or 0),
    )


def _recall_orders(document: Document) -> list[Document]:
    """What may be named as the order of a recall, for whoever decides on one or carries it out."""
    is_due = document.state is DocState.ISSUED and (me().holds(DECIDE_RECALL) or bool(document.request))
    return recalling.orders_for(me(), document) if is_due else []


def _origin(document: Document) -> dict[str, str] | None:
    """Address and title of the record that it was drafted for, for whoever may read that."""
    if document.origin_kind is None or document.origin_id is None:
        return None
    ref = Ref(document.origin_kind, document.origin_id)
    return {"url": refs.url(ref), "title": refs.title(ref)} if refs.may_read(me(), ref) else None


def _desk_of(document: Document, can: frozenset[str]) -> str:
    """Under which entry of the menu the document stands for the person who looks at it."""
    if "sign_return" in can:
        return "signing"
    if can & {"number", "seal", "issue"}:
        return "outgoing_desk"
    return "drafts" if document.state in IN_PREPARATION else "outgoing"


def _is_stamping(document: Document, found: list[File], shown: File | None) -> bool:
    """True while the only page that could be shown is the one without the number just granted."""
    if document.state not in (DocState.NUMBERED, DocState.SEALED):
        return False
    is_stamped = any(file.role == stamping.MAIN_DOCX for file in found)
    return not is_stamped and (shown is None or shown.role in (drafting.DRAFT_DOCX, drafting.DRAFT_PDF))


def _shown(document: Document, found: list[File], versions: list[int]) -> File | None:
    """The signed or numbered file, else the newest version of the draft; the first one as it was typeset."""
    is_settled = any(file.role in (SIGNED_SCAN, stamping.MAIN_DOCX) for file in found)
    if is_settled or document.state not in IN_PREPARATION:
        return stamping.shown_file(found)
    newest = next((file for file in found if versions and file.id == versions[0]), None)
    drawn = [file for file in found if file.role == drafting.DRAFT_PDF and file.can_view]
    if drawn and (len(versions) == 1 or newest is None or not newest.can_view):
        return drawn[-1]
    return newest


def _expected(document: Document) -> dict[str, Any]:
    this_year = clock.today().year
    try:
        register = issuing.register_of(document, this_year)
    except DomainError as refusal:
        return {"refused": sentence(refusal)}
    number, last = numbering.expected(register, this_year)
    return {
        "number": number,
        "last": last,
        "register": register.name,
        "allows_suffix": register.allows_suffix,
        "held": [*holding.fitting(register, this_year), *holding.fitting(register, this_year - 1)],
        "takes_late": numbering.takes_late(register, this_year - 1),
    }


def _issue_form(document: Document) -> IssueForm:
    form = IssueForm(formdata=None)
    set_receivers(form, document)
    targets = issuing.suggested_targets(document)
    form.organisations.data = [one.organisation_id for one in targets if one.organisation_id]
    form.parties.data = [one.party_id for one in targets if one.party_id]
    form.units.data = []
    return form


def set_receivers(form: IssueForm, document: Document) -> None:
    """Who may receive the document."""
    form.organisations.choices = [(one.id, one.name) for one in directory.orgs() if one.id != document.org_id]
    form.units.choices = [(unit.id, unit.name) for unit in directory.units_of(document.org_id)]
    form.parties.choices = [
        (party.id, party.name)
        for party in catalogue.parties(document.org_id, document.doc_date or clock.today())
        if party.organisation_id is None
    ]
