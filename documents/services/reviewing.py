"""From a draft to a signed document: the unit answers for content, the office for layout, the leader signs.

Until digital signing comes, a signature is recorded as "bản giấy đã ký": with the scan of the signed paper,
or with the reason why there is none.
"""

from collections.abc import Sequence

from documents.models.document import AccessLevel, Document
from documents.models.lifecycle import DocEvent
from documents.permissions import To, access_document, give_access
from documents.services.drafting import last_seq, reviewers_of
from documents.services.moving import move, need_reason, note_opinion
from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.core.errors import Invalid
from intranet.notices import services as notices
from intranet.people import directory
from intranet.people.models import Role
from intranet.records import files
from intranet.records.media import PDF

#: What a person looks through: the nine main components of Decree 30/2020/NĐ-CP, article 8, and the paper.
LAYOUT_TICKS = (
    "paper",
    "nation",
    "agency",
    "symbol",
    "place_date",
    "kind_subject",
    "body",
    "signer",
    "recipients",
)
SIGNED_SCAN = "signed_pdf"


def submit(actor: Actor, document_id: int, note: str = "") -> None:
    """Hand a draft to the head of its unit.

    :raises BadState: ``document.wrong_state``.
    :raises Invalid: ``draft.no_signer``, ``draft.subject_missing``.
    """
    with db.unit_of_work():
        document = access_document(actor, document_id, To.EDIT, lock=True)
        if document.signer_id is None:
            raise Invalid("draft.no_signer", field="signer_id")
        if not document.subject:
            raise Invalid("draft.subject_missing", field="subject")
        _step(actor, document, DocEvent.SUBMIT, note)
        _tell(reviewers_of(document), "document.submitted", document, actor)


def approve_in_unit(actor: Actor, document_id: int, note: str = "") -> None:
    """The head of the unit answers for the content.

    :raises BadState: ``document.wrong_state``.
    """
    with db.unit_of_work():
        document = access_document(actor, document_id, To.REVIEW_UNIT, lock=True)
        _step(actor, document, DocEvent.UNIT_APPROVE, note)
        document.unit_approved_by_id = actor.id
        office = directory.ids_with_role(document.org_id, Role.OFFICE_HEAD, Role.CLERK)
        _tell(set(office), "document.to_check_layout", document, actor)


def return_in_unit(actor: Actor, document_id: int, reason: str) -> None:
    """The head of the unit gives the draft back.

    :raises Invalid: ``document.reason_too_short``.
    """
    _return(actor, document_id, To.REVIEW_UNIT, DocEvent.UNIT_RETURN, reason)


def pass_layout(
    actor: Actor, document_id: int, ticked: Sequence[str], *, override_reason: str = "", note: str = ""
) -> None:
    """The layout was looked through: every point ticked, or let pass with a reason.

    :raises Invalid: ``draft.layout_not_ticked``, ``document.reason_too_short``.
    :raises BadState: ``document.wrong_state``.
    """
    open_points = [point for point in LAYOUT_TICKS if point not in ticked]
    if open_points and not override_reason.strip():
        raise Invalid("draft.layout_not_ticked", field="ticks", n=len(open_points))
    said = need_reason(override_reason, "override_reason") if open_points else ""
    with db.unit_of_work():
        document = access_document(actor, document_id, To.REVIEW_LAYOUT, lock=True)
        _step(actor, document, DocEvent.LAYOUT_APPROVE, note)
        document.layout_report = {
            "by": actor.id,
            "at": clock.now().isoformat(),
            "ticked": [point for point in LAYOUT_TICKS if point in ticked],
            "open": open_points,
            "override": said,
        }
        if document.signer_id is not None:
            give_access(document, f"u:{document.signer_id}", reason="signer")
            _tell({document.signer_id}, "document.to_sign", document, actor)


def return_layout(actor: Actor, document_id: int, reason: str) -> None:
    """The office gives the draft back for its layout.

    :raises Invalid: ``document.reason_too_short``.
    """
    _return(actor, document_id, To.REVIEW_LAYOUT, DocEvent.LAYOUT_RETURN, reason)


def sign(actor: Actor, document_id: int, *, scan_id: str = "", reason: str = "") -> None:
    """Record that the paper was signed, with its scan or with the reason why there is none.

    :param scan_id: public id of an upload, a PDF.
    :raises Invalid: ``draft.scan_or_reason``, ``draft.scan_not_pdf``.
    :raises BadState: ``document.wrong_state``, or why the scan is refused.
    """
    if not scan_id and len(reason.strip()) < 10:
        raise Invalid("draft.scan_or_reason", field="reason")
    if scan_id and files.staged(actor, scan_id).media_type != PDF:
        raise Invalid("draft.scan_not_pdf", field="file")
    with db.unit_of_work():
        document = access_document(actor, document_id, To.SIGN, lock=True)
        _step(actor, document, DocEvent.SIGN, "")
        if scan_id:
            files.attach(actor, scan_id, document.ref, org_id=document.org_id, role=SIGNED_SCAN)
        document.signature = {
            "kind": "paper",
            "by": actor.id,
            "acting_for": actor.acting_for,
            "at": clock.now().isoformat(),
            "scan": bool(scan_id),
            "reason": reason.strip()[:500],
        }
        clerks = directory.ids_with_role(document.org_id, Role.CLERK)
        _tell(set(clerks), "document.signed", document, actor)


def return_unsigned(actor: Actor, document_id: int, reason: str) -> None:
    """The leader gives the draft back unsigned.

    :raises Invalid: ``document.reason_too_short``.
    """
    _return(actor, document_id, To.SIGN, DocEvent.SIGN_RETURN, reason)


def _return(actor: Actor, document_id: int, to: To, event: DocEvent, reason: str) -> None:
    said = need_reason(reason)
    with db.unit_of_work():
        document = access_document(actor, document_id, to, lock=True)
        _step(actor, document, event, said)
        if document.drafter_id is not None:
            _tell({document.drafter_id}, "document.draft_returned", document, actor)


def _step(actor: Actor, document: Document, event: DocEvent, note: str) -> None:
    seq = last_seq(document.id)
    move(actor, document, event, reason=note.strip() or None, seq=seq)
    note_opinion(actor, document, event.value, note[:1000], seq)


def _tell(people: set[int], kind: str, document: Document, by: Actor) -> None:
    if document.access_level is AccessLevel.UNIT:
        # Outside the units concerned only those see it to whom its way leads.
        give_access(document, *(f"u:{one}" for one in people), reason="part")
    notices.notify(people, kind, document.ref, by=by)
