"""What forms of documents choose from: the agency's lists, with what a document has of them already."""

from typing import Any

from documents.forms import DraftForm
from documents.models.document import CirculationMark, Document, Urgency
from documents.services import catalogue, fields
from intranet.core.labels import label
from intranet.people import directory
from intranet.people.models import Role


def offer_fields(field: Any, org_id: int, keep: int | None = None) -> None:
    """Let one of the agency's fields of work be chosen, or none."""
    known = fields.fields(org_id, keep=keep)
    field.choices = [("", label("field_of_work.none")), *((one.id, one.name) for one in known)]


def offer_draft(form: DraftForm, org_id: int, document: Document | None = None) -> None:
    """Fill the lists of a draft's fields; what it has stays, though no other one may choose it now."""
    known = catalogue.kinds(org_id)
    if document is not None and document.kind is not None and not document.kind.is_active:
        known.append(document.kind)
    form.kind_id.choices = [(kind.id, kind.name) for kind in known]
    series = catalogue.choosable(org_id)
    if document is not None and document.series is not None and document.series not in series:
        series.append(document.series)
    form.series_id.choices = [
        ("", label("draft.series_of_kind")),
        *((one.id, one.issuer_name or one.name) for one in series),
    ]
    offer_fields(form.field_id, org_id, None if document is None else document.field_id)
    form.signer_id.choices = [
        (leader.id, f"{leader.full_name}, {leader.title}")
        for leader in directory.with_role(org_id, Role.LEADER)
    ]
    form.urgency.choices = [(int(one), label(f"document.urgency.{int(one)}")) for one in Urgency]
    offer_marks(form.circulation_mark)


def offer_marks(field: Any) -> None:
    """Let a mark of circulation be chosen, or none."""
    field.choices = [
        (one.value, label(f"document.circulation.{one.value or 'none'}")) for one in CirculationMark
    ]
