"""The sentences of direction that all leaders of an agency are offered."""

from sqlalchemy import select

from documents.models.catalogue import Phrase
from documents.permissions import KEEP_CATALOGUE
from documents.services.secrecy import refuse_marks
from intranet.core import db
from intranet.core.actor import Actor
from intranet.core.errors import Forbidden, Invalid, NotFound
from intranet.core.text import one_line, toned
from intranet.records import audit

#: More of them nobody looks through.
MOST = 60


def office_phrases(org_id: int) -> list[Phrase]:
    """The agency's own sentences, in the order that it gave them."""
    query = select(Phrase).where(Phrase.org_id == org_id, Phrase.owner_id.is_(None))
    return list(db.session().scalars(query.order_by(Phrase.position, Phrase.id)))


def for_change(actor: Actor, phrase_id: int) -> Phrase:
    """A sentence of the actor's agency, to be changed; somebody's own is not one.

    :raises Forbidden: ``auth.no_permit``.
    :raises NotFound: ``office_phrase.missing``.
    """
    _need_keeper(actor)
    row = db.session().get(Phrase, phrase_id)
    if row is None or row.org_id != actor.org_id or row.owner_id is not None:
        raise NotFound("office_phrase.missing")
    return row


def add(actor: Actor, text: str, after_id: int | None = None) -> int:
    """A sentence more, behind another one; returns its id.

    :raises Forbidden: ``auth.no_permit``.
    :raises Invalid: ``office_phrase.known``, ``office_phrase.too_many``, ``document.secret_mark``.
    """
    _need_keeper(actor)
    refuse_marks(actor, text=text)
    with db.unit_of_work() as session:
        known = office_phrases(actor.org_id)
        if len(known) >= MOST:
            raise Invalid("office_phrase.too_many", field="text", most=MOST)
        row = Phrase(org_id=actor.org_id, text=_new(known, text))
        session.add(row)
        _place(row, known, after_id)
        session.flush()
        audit.record(actor, "phrase.added", row, text=row.text)
        return row.id


def edit(actor: Actor, phrase_id: int, text: str, after_id: int | None = None) -> None:
    """Other words for a sentence, or another place; directions that were given with it stay.

    :raises Forbidden: ``auth.no_permit``.
    :raises NotFound: ``office_phrase.missing``.
    :raises Invalid: ``office_phrase.known``, ``document.secret_mark``.
    """
    refuse_marks(actor, text=text)
    with db.unit_of_work() as session:
        row = for_change(actor, phrase_id)
        others = [one for one in office_phrases(row.org_id) if one is not row]
        was, row.text = row.text, _new(others, text)
        _place(row, others, after_id)
        session.flush()
        audit.record(actor, "phrase.edited", row, text=[was, row.text])


def delete(actor: Actor, phrase_id: int) -> None:
    """Offer a sentence no more.

    :raises Forbidden: ``auth.no_permit``.
    :raises NotFound: ``office_phrase.missing``.
    """
    with db.unit_of_work() as session:
        row = for_change(actor, phrase_id)
        audit.record(actor, "phrase.deleted", row, text=row.text)
        session.delete(row)


def _new(others: list[Phrase], text: str) -> str:
    wanted = one_line(text)
    if toned(wanted) in {toned(one.text) for one in others}:
        raise Invalid("office_phrase.known", field="text")
    return wanted


def _place(row: Phrase, others: list[Phrase], after_id: int | None) -> None:
    place = next((at for at, one in enumerate(others, 1) if one.id == after_id), 0)
    for at, one in enumerate([*others[:place], row, *others[place:]]):
        one.position = at


def _need_keeper(actor: Actor) -> None:
    if not actor.holds(KEEP_CATALOGUE):
        raise Forbidden("auth.no_permit")
