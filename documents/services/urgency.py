"""The degree of urgency of an incoming document, set after it was registered."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from documents.models.document import Document, Urgency
from documents.models.lifecycle import OPEN_INCOMING, DocState
from documents.permissions import To, access_document
from documents.services import directives
from documents.services.moving import tell, touch
from intranet.core import db
from intranet.core.actor import Actor
from intranet.core.errors import BadState, Invalid
from intranet.notices import services as notices
from intranet.people import directory
from intranet.people.models import Role
from intranet.records import audit
from intranet.tasks import services as tasks

_TOLD = "document.made_urgent"


def set_urgency(
    actor: Actor,
    document_id: int,
    urgency: Urgency,
    urgent_at: datetime | None = None,
    *,
    told_at: datetime | None = None,
) -> dict[str, Any]:
    """Set how urgent a document is; whoever has it hears when it became more so. Returns what it was.

    :param urgent_at: the hour of a timed flash.
    :param told_at: when they hear, now unless it can still be taken back.
    :raises NotFound: ``document.missing``.
    :raises Forbidden: ``document.not_allowed``.
    :raises BadState: ``document.wrong_state``, ``document.urgency_same``.
    :raises Invalid: ``document.hour_missing``.
    """
    if urgency is Urgency.FLASH_TIMED and urgent_at is None:
        raise Invalid("document.hour_missing", field="urgent_time")
    hour = urgent_at if urgency is Urgency.FLASH_TIMED else None
    with db.unit_of_work():
        document = access_document(actor, document_id, To.SET_URGENCY, lock=True)
        if not document.is_incoming or document.state not in OPEN_INCOMING:
            raise BadState("document.wrong_state", state=document.state.value)
        if (document.urgency, document.urgent_at) == (urgency, hour):
            raise BadState("document.urgency_same")
        was = {
            "urgency": int(document.urgency),
            "at": document.urgent_at.isoformat() if document.urgent_at else None,
        }
        is_more = urgency > document.urgency
        _set(actor, document, urgency, hour, told_at=told_at)
        if is_more:
            notices.notify(holders(document), _TOLD, document.ref, by=actor, at=told_at)
        return was


def take_back(actor: Actor, document_id: int, version: int, was: Mapping[str, Any]) -> None:
    """Set the degree again that it had, as long as nobody went on with the document.

    :raises BadState: ``bulk.went_on``.
    """
    with db.unit_of_work():
        document = access_document(actor, document_id, To.SET_URGENCY, lock=True)
        if document.version != version:
            raise BadState("bulk.went_on")
        hour = datetime.fromisoformat(was["at"]) if was["at"] else None
        _set(actor, document, Urgency(was["urgency"]), hour, is_told=False)
        notices.withdraw(document.ref, _TOLD)


def _set(
    actor: Actor,
    document: Document,
    urgency: Urgency,
    hour: datetime | None,
    *,
    told_at: datetime | None = None,
    is_told: bool = True,
) -> None:
    before, was = int(document.urgency), document.urgent_at
    document.urgency, document.urgent_at = urgency, hour
    touch(document)
    audit.record(actor, "document.urgency_set", document, fields={"urgency": [before, int(urgency)]})
    tasks.follow_hour(document.ref, was, hour, told_at=told_at, is_told=is_told)
    is_urgent = urgency > Urgency.NORMAL
    if is_urgent != (before > Urgency.NORMAL):
        tasks.follow_urgency(
            document.ref, is_urgent=is_urgent, but=() if is_urgent else _said_urgent(document)
        )
    tell(document)


def _said_urgent(document: Document) -> set[int]:
    """Tasks that are urgent by a leader's own word, or may be: of old ones it was not noted."""
    given = [one.parsed for one in directives.given_on(document)]
    return {task_id for one in given if one.get("urgent", True) for task_id in one.get("tasks", ())}


def holders(document: Document) -> Iterable[int]:
    """Who has the document now: the leader before whom it is, or the people of the unit."""
    if document.state is DocState.PRESENTED:
        if document.presented_to_id is not None:
            return [document.presented_to_id]
        return directory.ids_with_role(document.org_id, Role.LEADER)
    return directory.receivers_of(document.lead_unit_id) if document.lead_unit_id is not None else []
