"""Sentences of direction kept for reuse (câu mẫu): one's own and the office's, those used most first."""

from sqlalchemy import func, select, update

from documents.models.catalogue import Phrase
from documents.permissions import DIRECT
from documents.services import catalogue
from documents.services.secrecy import refuse_marks
from intranet.core import db
from intranet.core.actor import Actor
from intranet.core.errors import Forbidden, Invalid, NotFound
from intranet.core.text import fold, one_line

#: Characters of a sentence, and how many one person keeps.
MOST_TEXT, MOST_OWN = 200, 30


def own_and_shared(actor: Actor, org_id: int) -> tuple[list[Phrase], list[Phrase]]:
    """The actor's own sentences and those of the office, each most used first."""
    known = catalogue.phrases(org_id, actor.id)
    return [one for one in known if one.owner_id is not None], [one for one in known if one.owner_id is None]


def keep(actor: Actor, text: str) -> Phrase:
    """A sentence of the actor's own from now on.

    :raises Forbidden: ``auth.no_permit``.
    :raises Invalid: ``phrase.empty``, ``phrase.too_many``, ``phrase.known``, ``field.too_long``,
        ``document.secret_mark``.
    """
    _need_leader(actor)
    said = one_line(text).rstrip(" .;")
    if not said:
        raise Invalid("phrase.empty", field="text")
    if len(said) > MOST_TEXT:
        raise Invalid("field.too_long", field="text", most=MOST_TEXT, length=len(said))
    refuse_marks(actor, text=said)
    if not said[1:2].isupper():
        said = said[0].lower() + said[1:]
    with db.unit_of_work() as session:
        own = Phrase.owner_id == actor.id
        if (session.scalar(select(func.count()).select_from(Phrase).where(own)) or 0) >= MOST_OWN:
            raise Invalid("phrase.too_many", field="text", most=MOST_OWN)
        if any(fold(one.text) == fold(said) for one in catalogue.phrases(actor.org_id, actor.id)):
            raise Invalid("phrase.known", field="text")
        row = Phrase(org_id=actor.org_id, owner_id=actor.id, text=said, use_count=0)
        session.add(row)
        session.flush()
        return row


def forget(actor: Actor, phrase_id: int) -> None:
    """A sentence of the actor's own is no longer kept.

    :raises Forbidden: ``auth.no_permit``.
    :raises NotFound: ``phrase.missing``, no such one, the office's, or somebody else's.
    """
    _need_leader(actor)
    with db.unit_of_work() as session:
        row = session.get(Phrase, phrase_id)
        if row is None or row.owner_id != actor.id:
            raise NotFound("phrase.missing")
        session.delete(row)


def count_use(actor: Actor, org_id: int, text: str) -> None:
    """Note with which kept sentence a direction was made, in the open unit of work: the longest in it."""
    said = fold(text)
    found = [one for one in catalogue.phrases(org_id, actor.id) if fold(one.text) in said]
    if found:
        used = max(found, key=lambda one: (len(one.text), one.owner_id is not None))
        raised = update(Phrase).where(Phrase.id == used.id).values(use_count=Phrase.use_count + 1)
        db.session().execute(raised.execution_options(synchronize_session="fetch"))


def _need_leader(actor: Actor) -> None:
    if not actor.holds(DIRECT):
        raise Forbidden("auth.no_permit")
