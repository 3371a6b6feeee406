"""Whoever was given an incoming document and has not opened it is reminded, once a day."""

from sqlalchemy import func, select

from documents.models.document import Document
from documents.permissions import To, access_document
from documents.services import about
from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.core.errors import BadState
from intranet.notices import services as notices
from intranet.notices.models import Notice
from intranet.records import audit

_KIND = "document.unseen"


def remind(actor: Actor, document_id: int) -> int:
    """Remind those who have not opened it; returns how many.

    :raises NotFound: ``document.missing``.
    :raises Forbidden: ``document.not_allowed``.
    :raises BadState: ``document.all_seen``, ``document.urged_today``.
    """
    with db.unit_of_work():
        document = access_document(actor, document_id, To.URGE, lock=True)
        waiting = {person.id for person in about.about(actor, document).unseen} - {actor.id}
        if not waiting:
            raise BadState("document.all_seen")
        if _reminded_today(document):
            raise BadState("document.urged_today")
        audit.record(actor, "document.unseen_reminded", document, count=len(waiting))
        notices.notify(waiting, _KIND, document.ref, by=actor)
        return len(waiting)


def _reminded_today(document: Document) -> bool:
    today = clock.at_office(clock.today(), 0)
    query = select(func.count()).where(
        Notice.ref_kind == "document",
        Notice.ref_id == document.id,
        Notice.kind == _KIND,
        Notice.created_at >= today,
    )
    return bool(db.session().scalar(query))
