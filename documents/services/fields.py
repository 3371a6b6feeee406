"""The fields of work of an agency: its list of them, and which one a document is about."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from documents.models.catalogue import WorkField
from documents.models.document import Document
from documents.models.lifecycle import Direction, DocState
from documents.permissions import KEEP_LISTS, To, access_document
from documents.services.moving import need_version, tell, touch
from intranet.core import db
from intranet.core.actor import Actor
from intranet.core.errors import BadState, Forbidden, Invalid, NotFound, Stale
from intranet.core.text import fold, one_line
from intranet.people import directory
from intranet.records import audit

#: Longest term that a field may have, working days.
MOST_DAYS = 250


def fields(org_id: int, *, all_: bool = False, keep: int | None = None) -> list[WorkField]:
    """The agency's fields by name.

    :param all_: those out of use too; ``keep``: that one also when it is out of use.
    """
    query = select(WorkField).where(WorkField.org_id == org_id)
    if not all_:
        query = query.where(WorkField.is_active | (WorkField.id == keep))
    return list(db.session().scalars(query.order_by(WorkField.name_key)))


def listed(org_id: int) -> list[tuple[WorkField, int]]:
    """Every field of the agency, those in use first, each with how many documents are about it."""
    many = (
        select(Document.field_id, func.count()).where(Document.org_id == org_id).group_by(Document.field_id)
    )
    found = db.session().execute(many.where(Document.field_id.is_not(None)))
    counts = {row[0]: row[1] for row in found}
    query = select(WorkField).where(WorkField.org_id == org_id).options(selectinload(WorkField.lead_unit))
    rows = db.session().scalars(query.order_by(WorkField.is_active.desc(), WorkField.name_key))
    return [(row, counts.get(row.id, 0)) for row in rows]


def field_named(org_id: int, name: str) -> WorkField | None:
    """A field in use by its name, marks and case aside."""
    query = select(WorkField).where(WorkField.org_id == org_id, WorkField.name_key == fold(name))
    return db.session().scalar(query.where(WorkField.is_active))


def chosen(org_id: int, field_id: int | None, keep: int | None = None) -> WorkField | None:
    """The field that a form chose; one out of use only where the document has it already.

    :raises Invalid: ``field_of_work.unknown``.
    """
    if field_id is None:
        return None
    row = db.session().get(WorkField, field_id)
    if row is None or row.org_id != org_id or not (row.is_active or row.id == keep):
        raise Invalid("field_of_work.unknown", field="field_id")
    return row


def for_change(actor: Actor, field_id: int) -> WorkField:
    """A field of the actor's agency, to be changed.

    :raises Forbidden: ``auth.no_permit``.
    :raises NotFound: ``field_of_work.missing``.
    """
    _need_keeper(actor)
    row = db.session().get(WorkField, field_id)
    if row is None or row.org_id != actor.org_id:
        raise NotFound("field_of_work.missing")
    return row


def add(actor: Actor, name: str, lead_unit_id: int | None = None, days: int | None = None) -> int:
    """A field more; returns its id.

    :raises Forbidden: ``auth.no_permit``.
    :raises Invalid: ``field_of_work.name_taken``, ``directive.unknown_unit``, ``field_of_work.days``.
    """
    _need_keeper(actor)
    with db.unit_of_work() as session:
        row = WorkField(org_id=actor.org_id)
        _set(row, one_line(name), lead_unit_id, days)
        session.add(row)
        session.flush()
        audit.record(actor, "work_field.added", row, name=row.name)
        return row.id


def edit(
    actor: Actor,
    field_id: int,
    *,
    name: str,
    lead_unit_id: int | None,
    days: int | None,
    is_active: bool,
    expect: int | None = None,
) -> None:
    """Another name, unit or term, or out of use; documents that are about it stay so.

    :param expect: the version that the actor saw.
    :raises Forbidden: ``auth.no_permit``.
    :raises NotFound: ``field_of_work.missing``.
    :raises Stale: ``field_of_work.changed``.
    :raises Invalid: ``field_of_work.name_taken``, ``directive.unknown_unit``, ``field_of_work.days``.
    """
    with db.unit_of_work():
        row = for_change(actor, field_id)
        if expect is not None and row.version != expect:
            raise Stale("field_of_work.changed")
        was, was_active = row.name, row.is_active
        _set(row, one_line(name), lead_unit_id, days)
        row.is_active = is_active
        row.version += 1
        audit.record(
            actor, "work_field.edited", row, name=[was, row.name], active=[was_active, row.is_active]
        )


def set_field(
    actor: Actor, document_id: int, field_id: int | None, *, version: int | None = None
) -> dict[str, Any]:
    """Say what a registered or drafted document is about; returns what it was about.

    Its term stays: whoever works on it has been told of that one.

    :raises NotFound: ``document.missing``.
    :raises Forbidden: ``document.not_allowed``.
    :raises BadState: ``document.wrong_state``, ``document.field_same``.
    :raises Stale: ``document.changed``.
    :raises Invalid: ``field_of_work.unknown``.
    """
    with db.unit_of_work():
        document = access_document(actor, document_id, To.SET_FIELD, lock=True)
        need_version(document, version)
        if document.direction is Direction.IN and document.register_entry_id is None:
            raise BadState("document.wrong_state", state=document.state.value)
        if document.state in (DocState.MERGED, DocState.RECALLED, DocState.CANCELLED):
            raise BadState("document.wrong_state", state=document.state.value)
        row = chosen(document.org_id, field_id, document.field_id)
        if field_id == document.field_id:
            raise BadState("document.field_same")
        was = {"field": document.field_id}
        _put(actor, document, row)
        return was


def take_back(actor: Actor, document_id: int, version: int, was: Mapping[str, Any]) -> None:
    """Let a document be about what it was about, as long as nobody went on with it.

    :raises BadState: ``bulk.went_on``.
    """
    with db.unit_of_work() as session:
        document = access_document(actor, document_id, To.SET_FIELD, lock=True)
        if document.version != version:
            raise BadState("bulk.went_on")
        _put(actor, document, session.get(WorkField, was["field"]) if was["field"] is not None else None)


def _put(actor: Actor, document: Document, row: WorkField | None) -> None:
    before = document.field.name if document.field is not None else ""
    document.field = row
    touch(document)
    now = "" if row is None else row.name
    audit.record(actor, "document.field_set", document, fields={"field": [before, now]})
    tell(document)


def _set(row: WorkField, name: str, lead_unit_id: int | None, days: int | None) -> None:
    same = select(WorkField.id).where(WorkField.org_id == row.org_id, WorkField.name_key == fold(name))
    with db.session().no_autoflush:
        known = db.session().scalar(same)
    if known is not None and known != row.id:
        raise Invalid("field_of_work.name_taken", field="name", name=name)
    units = {unit.id for unit in directory.units_of(row.org_id)}
    if lead_unit_id is not None and lead_unit_id not in units | {row.lead_unit_id}:
        raise Invalid("directive.unknown_unit", field="lead_unit_id")
    if days is not None and not 1 <= days <= MOST_DAYS:
        raise Invalid("field_of_work.days", field="default_deadline_days", most=MOST_DAYS)
    row.name, row.lead_unit_id, row.default_deadline_days = name, lead_unit_id, days


def _need_keeper(actor: Actor) -> None:
    if not actor.holds(KEEP_LISTS):
        raise Forbidden("auth.no_permit")
