"""Drafts that other parts of the house ask for: among the drafts of whoever asked, with their origin."""

from documents.models.document import Document
from documents.models.lifecycle import DocState
from documents.permissions import DRAFT
from documents.services import catalogue, composing, drafting
from documents.services.composing import DraftFields
from intranet.core import db
from intranet.core.actor import Actor
from intranet.core.errors import Invalid
from intranet.core.refs import Ref
from intranet.people import directory
from intranet.people.models import Role
from intranet.records.drafting import DraftAsk, Finish

_OUT = frozenset({DocState.ISSUED, DocState.RECALLED})


def may_draft(actor: Actor) -> bool:
    """True for whoever drafts documents of the own agency."""
    return actor.holds(DRAFT)


def make(actor: Actor, ask: DraftAsk) -> Finish:
    """Write the files; what is returned keeps them as a draft of the actor.

    :raises Forbidden: ``auth.no_permit``.
    :raises Invalid: ``draft.no_kind``.
    """
    kind = next((one for one in catalogue.kinds(actor.org_id) if one.code == ask.kind), None)
    if kind is None:
        raise Invalid("draft.no_kind", kind=ask.kind)
    fields = DraftFields(
        kind_id=kind.id,
        subject=ask.subject,
        recipients=ask.recipients,
        body=ask.body,
        signer_id=_signer(actor.org_id, ask.signer_id),
        due_date=ask.due_date,
    )
    prepared = drafting.prepare(actor, fields)

    def finish() -> Ref:
        with db.unit_of_work() as session:
            document = session.get_one(Document, drafting.create(actor, prepared))
            document.origin_kind, document.origin_id = ask.origin.kind, ask.origin.id
            return document.ref

    return finish


def _signer(org_id: int, wanted: int | None) -> int | None:
    """Who is asked for, if they sign for the agency; else its head, before any deputy."""
    leaders = directory.with_role(org_id, Role.LEADER)
    ranked = sorted(leaders, key=lambda one: (one.id != wanted, composing.is_deputy(one)))
    return ranked[0].id if ranked else None


def is_issued(ref: Ref) -> bool | None:
    """True for a document that was issued; ``None`` for what is no document."""
    if ref.kind != "document":
        return None
    document = db.session().get(Document, ref.id)
    return document is not None and document.state in _OUT
