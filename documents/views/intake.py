"""The clerk's desk: dropped files beside their form, registered one after the other."""

from contextlib import suppress
from typing import Any

from flask import flash, jsonify, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from documents.forms import MOST_COPIES, IncomingForm, ReasonForm, split_code
from documents.models.catalogue import Channel, DocKind
from documents.models.document import LANGUAGES, CirculationMark, Document, Urgency
from documents.models.lifecycle import DocState
from documents.models.register import Register, RegisterKind
from documents.permissions import REGISTER, To, access_document
from documents.services import (
    capturing,
    catalogue,
    directing,
    doubles,
    fields,
    numbering,
    registering,
    stamping,
)
from documents.services.secrecy import is_secret_symbol
from documents.views import evidence
from documents.views.base import bp, do_and_tell, show
from documents.views.choices import offer_fields, offer_marks
from intranet.core import clock
from intranet.core.errors import DomainError
from intranet.core.forms import read_date
from intranet.core.labels import label
from intranet.core.once import done_once
from intranet.core.web import me, needs, sentence, wants_json
from intranet.records import files, readers, signatures
from intranet.records.models import File

#: Texts that a draft keeps under the names that they have in the form.
_AS_TYPED = ("signer_name", "signer_title", "signer_authority", "place", "reply_to", "note", "envelope_note")
#: Which document this session registered last, and its number: whoever doubts it looks there once more.
_LAST = "registered_last"


@bp.get("/incoming/intake")
@needs(REGISTER)
def intake() -> ResponseReturnValue:
    """The first received document, or the one after another; else the empty desk with its drop zone."""
    waiting = capturing.received(me())
    if waiting and "drop" not in request.args:
        passed = request.args.get("after", type=int)
        return redirect(_place(waiting[0].id if passed is None else _after(waiting, passed)))
    return show("intake.html", document=None, **_desk(waiting))


@bp.route("/incoming/intake/<int:document_id>", methods=["GET", "POST"])
@needs(REGISTER)
def intake_one(document_id: int) -> ResponseReturnValue:
    """One received document beside its form; Ctrl+Enter registers it and opens the next."""
    document = access_document(me(), document_id, To.READ)
    if document.state is not DocState.RECEIVED and request.method == "GET":
        return redirect(url_for("documents.incoming_detail", document_id=document.id))
    form = IncomingForm() if request.method == "POST" else _form_of(document.id)
    _set_choices(form, document)
    if form.accepts():
        with form.refusals():
            following = _next_after(document.id)
            number = done_once(
                me(),
                form.once.data,
                form.as_body(),
                lambda: form.settled(lambda: _form_of(document_id), lambda: _register(document.id, form)),
            )
            flash(label("document.flash.registered", number=number), "ok")
            session[_LAST] = document_id, number
            # The page itself sends it where it can: a network that fails leaves everything as it was typed.
            return jsonify(next=_place(following)) if wants_json() else redirect(_place(following))
    if request.method == "GET" and document.urgency > Urgency.NORMAL:
        readers.mark_seen(me(), document.ref)
    return _page(document, form), form.status


@bp.post("/incoming/intake/files")
@needs(REGISTER)
def intake_files() -> ResponseReturnValue:
    """Take in dropped files; each is answered for itself, one that is refused stops none of the others."""
    answers: list[dict[str, Any]] = []
    key = request.headers.get("Idempotency-Key")
    for given in request.files.getlist("file"):
        name = given.filename or ""
        try:
            staged = capturing.receive(me(), given.stream, name, key)
            answers.append({"id": staged.public_id, "name": staged.name, "state": staged.state.value})
        except DomainError as refusal:
            answers.append(
                {
                    "id": None,
                    "name": name,
                    "state": "refused",
                    "problem": refusal.code,
                    "msg": sentence(refusal),
                }
            )
    if wants_json():
        return jsonify(answers)
    for answer in answers:
        if answer["state"] == "refused":
            flash(f"{answer['name']}: {answer['msg']}", "bad")
    return redirect(url_for("documents.intake"))


@bp.post("/incoming/intake/<int:document_id>/draft")
@needs(REGISTER)
def intake_draft(document_id: int) -> ResponseReturnValue:
    """Keep what was typed so far; wrong values are left out, nothing is registered."""
    version = registering.save_draft(
        me(), document_id, _typed(), version=request.form.get("version", type=int)
    )
    return jsonify(ok=True, at=clock.local(clock.now()).strftime("%H:%M"), version=version)


@bp.post("/incoming/intake/<int:document_id>/return")
@needs(REGISTER)
def intake_return(document_id: int) -> ResponseReturnValue:
    """Send the document back, with the reason."""
    document = access_document(me(), document_id, To.REGISTER)
    form = ReasonForm()
    if form.accepts():
        with form.refusals():
            following = _next_after(document_id)
            registering.return_document(me(), document_id, form.reason.data or "")
            flash(label("document.flash.returned"), "ok")
            return redirect(_place(following))
    return _page(document, _form_of(document_id), returning=form), 422


@bp.post("/incoming/intake/<int:document_id>/merge")
@needs(REGISTER)
def intake_merge(document_id: int) -> ResponseReturnValue:
    """Call the document the same as an earlier one."""
    following = _next_after(document_id)
    registering.merge_duplicate(me(), document_id, request.form.get("first", 0, type=int))
    flash(label("document.flash.merged"), "ok")
    return redirect(_place(following))


@bp.post("/incoming/intake/<int:document_id>/ask-readers")
@needs(REGISTER)
def intake_ask_readers(document_id: int) -> ResponseReturnValue:
    """Ask those who may read a restricted document whether this one is the same."""
    do_and_tell(lambda: doubles.ask_readers(me(), document_id), "document.flash.readers_asked")
    return redirect(_place(document_id))


@bp.post("/incoming/intake/refused/<int:intake_id>")
@needs(REGISTER)
def intake_dismiss(intake_id: int) -> ResponseReturnValue:
    """Take a refused file off the desk."""
    capturing.dismiss(me(), intake_id)
    return redirect(request.referrer or url_for("documents.intake"))


def _register(document_id: int, form: IncomingForm) -> int:
    number = registering.register_incoming(me(), document_id, form.given(), version=form.version.data)
    chosen = form.presented_to_id.data
    if chosen:
        directing.present(me(), document_id, None if chosen == "all" else int(chosen))
    return number


def _page(document: Document, form: IncomingForm, returning: ReasonForm | None = None) -> str:
    found = files.of(document.ref)
    file = stamping.shown_file(found) or (found[0] if found else None)
    waiting = capturing.received(me())
    return show(
        "intake.html",
        document=document,
        form=form,
        returning=returning or ReasonForm(formdata=None),
        file=file,
        text=_text(file),
        is_mute=_is_mute(file),
        evidence=evidence.evidence_of(document),
        candidates=evidence.candidates_of(document),
        marks=evidence.marks_on(document),
        signed=_signed_page(document, file),
        answered=registering.answered_by(document),
        doubles=doubles.duplicates_of(me(), document),
        signed_files=signatures.of(found),
        looks_secret=is_secret_symbol((form.code.data or "").partition("/")[2]),
        place=next((at for at, one in enumerate(waiting, 1) if one.id == document.id), 1),
        following=any(one.id != document.id for one in waiting),
        expected=_expected(document.org_id),
        issuers=catalogue.known_issuers(document.org_id, document.doc_date or clock.today()),
        **_desk(waiting, document),
    )


def _desk(waiting: list[Document], document: Document | None = None) -> dict[str, Any]:
    return {
        "waiting": waiting,
        "pressing": next((one for one in _pressing(waiting) if one is not document), None),
        "dropped": capturing.waiting_files(me()),
        "why_refused": capturing.why_refused,
        "last": session.get(_LAST),
        "names": _file_names(waiting),
    }


def _file_names(waiting: list[Document]) -> dict[int, str]:
    found = files.of_many("document", [document.id for document in waiting])
    return {key: rows[0].name for key, rows in found.items() if rows}


def _text(file: File | None) -> str:
    """The words of a file that has no picture."""
    if file is None or file.picture_url is not None:
        return ""
    return files.text_of(file)[:6000]


def _is_mute(file: File | None) -> bool:
    """True for a file that was read and has no text layer."""
    found = files.reading(file) if file is not None and file.problem is None else None
    return found is not None and not (found.first_page or {}).get("lines")


def _signed_page(document: Document, file: File | None) -> evidence.Marks | None:
    """The page that is signed with what was read there, where it is not page 1 and has a picture."""
    reading = files.reading(file) if file is not None else None
    has_picture = reading is not None and reading.signed_picture_sha256 is not None
    return evidence.marks_on(document, "_signed") if has_picture else None


def _values(document: Document) -> dict[str, Any]:
    registers = catalogue.registers(document.org_id, RegisterKind.IN)
    leaders = directing.leaders_of(document.org_id)
    urgent = clock.local(document.urgent_at) if document.urgent_at is not None else None
    return {
        "code": document.code,
        "doc_date": document.doc_date,
        "subject": document.subject,
        "issuer": document.issuer_text,
        "kind_id": document.kind_id,
        "register_id": registers[0].id if len(registers) == 1 else None,
        "signer_name": document.signer_name,
        "signer_title": document.signer_title,
        "signer_authority": document.signer_authority,
        "place": document.place,
        "circulation_mark": document.circulation_mark.value,
        "arrival_channel": (document.arrival_channel or Channel.HAND).value,
        "paper_received": document.paper_received or document.main_sha256 is None,
        "reply_to": document.reply_to,
        "page_count": document.page_count,
        "copies": document.copies,
        "language": document.language,
        "envelope_note": document.envelope_note,
        "field_id": document.field_id,
        "arrival_date": document.arrival_date or clock.today(),
        "urgency": int(document.urgency),
        "urgent_date": urgent.date() if urgent else None,
        "urgent_time": urgent.strftime("%H:%M") if urgent else "",
        "presented_to_id": str(leaders[0].id) if leaders else "",
        "due_date": document.due_date,
        "reply_due_date": document.reply_due_date,
        "note": document.note,
        "version": document.version,
    }


def _form_of(document_id: int) -> IncomingForm:
    """The form of a received document as it stands now."""
    document = access_document(me(), document_id, To.READ)
    form = IncomingForm(formdata=None, **_values(document))
    _set_choices(form, document)
    return form


def _set_choices(form: IncomingForm, document: Document) -> None:
    kinds: list[DocKind] = catalogue.kinds(document.org_id)
    registers: list[Register] = catalogue.registers(document.org_id, RegisterKind.IN)
    form.kind_id.choices = [("", label("document.choose_kind"))] + [(kind.id, kind.name) for kind in kinds]
    by_kind = [("", label("document.register_by_kind"))] if len(registers) > 1 else []
    form.register_id.choices = [*by_kind, *((register.id, register.name) for register in registers)]
    offer_fields(form.field_id, document.org_id, document.field_id)
    offer_marks(form.circulation_mark)
    came = document.arrival_channel or Channel.HAND
    ways = [Channel.HAND, Channel.POST, Channel.EMAIL, Channel.FAX]
    form.arrival_channel.choices = [
        (one.value, label(f"document.channel.{one.value}")) for one in dict.fromkeys([*ways, came])
    ]
    form.arrival_channel.data = form.arrival_channel.data or came.value
    form.urgency.choices = [(int(one), label(f"document.urgency.{int(one)}")) for one in Urgency]
    leaders = directing.leaders_of(document.org_id)
    form.presented_to_id.choices = [
        *((str(leader.id), f"{leader.full_name}, {leader.title}") for leader in leaders),
        *([("all", label("document.all_leaders"))] if len(leaders) > 1 else []),
        ("", label("document.present_later")),
    ]


def _typed() -> dict[str, Any]:
    given = request.form
    found: dict[str, Any] = {
        "subject": given.get("subject", ""),
        "issuer_text": given.get("issuer", ""),
        **{name: given.get(name, "") for name in _AS_TYPED},
    }
    with suppress(ValueError):
        found["number"], found["symbol"] = split_code(given.get("code", "").strip())
    for name in ("doc_date", "due_date", "reply_due_date", "arrival_date"):
        try:
            typed = given.get(name, "").strip()
            found[name] = read_date(typed) if typed else None
        except ValueError:
            continue
    with suppress(ValueError):
        found["circulation_mark"] = CirculationMark(given.get("circulation_mark", ""))
    copies = given.get("copies", type=int)
    if copies is not None and 1 <= copies <= MOST_COPIES:
        found["copies"] = copies
    if given.get("language") in LANGUAGES:
        found["language"] = given["language"]
    urgency = given.get("urgency", type=int)
    if urgency in {int(one) for one in Urgency}:
        found["urgency"] = Urgency(urgency)
    known = {kind.id for kind in catalogue.kinds(me().org_id)}
    kind_id = given.get("kind_id", type=int)
    if kind_id in known:
        found["kind_id"] = kind_id
    field_id = given.get("field_id", type=int)
    if "field_id" in given and (
        field_id is None or field_id in {one.id for one in fields.fields(me().org_id)}
    ):
        found["field_id"] = field_id
    return found


def _expected(org_id: int) -> int | None:
    registers = catalogue.registers(org_id, RegisterKind.IN)
    return numbering.expected(registers[0], clock.today().year)[0] if registers else None


def _after(waiting: list[Document], document_id: int) -> int | None:
    """The most urgent one not opened yet; else the one after this on the desk, after the last the first."""
    ids = [one.id for one in waiting]
    others = [key for key in ids if key != document_id]
    if not others:
        return None
    unopened = [one.id for one in _pressing(waiting) if one.id != document_id]
    if unopened or document_id not in ids:
        return (unopened or others)[0]
    at = ids.index(document_id)
    return ids[at + 1] if at + 1 < len(ids) else others[0]


def _pressing(waiting: list[Document]) -> list[Document]:
    """Urgent documents that I have not opened yet, the most urgent first."""
    urgent = [one for one in waiting if one.urgency > Urgency.NORMAL]
    seen = readers.seen_among(me().id, "document", [one.id for one in urgent]) if urgent else set()
    return [one for one in urgent if one.id not in seen]


def _next_after(document_id: int) -> int | None:
    return _after(capturing.received(me()), document_id)


def _place(document_id: int | None) -> str:
    if document_id is None:
        return url_for("documents.intake")
    return url_for("documents.intake_one", document_id=document_id)
