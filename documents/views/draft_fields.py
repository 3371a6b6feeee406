"""The form of a draft's fields, as it begins and as it stands."""

from typing import Any

from documents.forms import DraftForm
from documents.models.document import SUBJECT_MAX, Document
from documents.services import catalogue, copying, directing, drafting
from documents.views.choices import offer_draft
from intranet.core import clock
from intranet.core.labels import label
from intranet.core.web import me


def fields_form(document: Document) -> DraftForm:
    """The fields as they stand."""
    urgent = clock.local(document.urgent_at) if document.urgent_at is not None else None
    form = DraftForm(
        formdata=None,
        kind_id=document.kind_id,
        subject=document.subject,
        addressees="\n".join(document.addressees),
        recipients="\n".join(document.recipients),
        kept_by=document.kept_by,
        field_id=document.field_id,
        series_id=document.series_id,
        signer_id=document.signer_id,
        urgency=int(document.urgency),
        urgent_date=urgent.date() if urgent else None,
        urgent_time=urgent.strftime("%H:%M") if urgent else "",
        circulation_mark=document.circulation_mark.value,
        due_date=document.due_date,
        copies=document.copies,
        retained_copies=document.retained_copies,
        language=document.language,
        version=document.version,
    )
    offer_draft(form, document.org_id, document)
    return form


def first_values(answered: Document | None, copied: Document | None = None) -> dict[str, Any]:
    """What a new draft begins with; a reply takes it from the document answered, a copy from its source."""
    letter = catalogue.kind_named(me().org_id, "Công văn")
    leaders = directing.leaders_of(me().org_id)
    unit = drafting.own_unit(me())
    values: dict[str, Any] = {
        "kind_id": letter.id if letter is not None else None,
        "signer_id": leaders[0].id if leaders else None,
        "kept_by": unit.letters if unit is not None else "",
    }
    if copied is not None:
        day = f"{copied.doc_date:%d/%m/%Y}" if copied.doc_date else "…"
        kind = copied.kind.name if copied.kind is not None else ""
        said = {"kind": kind, "symbol": copied.code, "day": day, "issuer": copied.issuer_text}
        about = label("draft.copy_subject", **said, subject=copied.subject)
        kinds = copying.forms(me().org_id)
        values |= {"kind_id": kinds[0].id if kinds else None, "subject": about.strip()[:SUBJECT_MAX]}
    if answered is not None:
        values |= {
            "subject": label("draft.reply_subject", symbol=answered.code, issuer=answered.issuer_text),
            "addressees": answered.issuer_text,
            "recipients": label("draft.as_above"),
            "due_date": answered.due_date,
        }
        if answered.field is not None and answered.field.is_active:
            values["field_id"] = answered.field_id
        if answered.presented_to_id in {leader.id for leader in leaders}:
            values["signer_id"] = answered.presented_to_id
    return values
