"""Who may do what with an opinion ballot. Whoever neither asked nor was asked knows nothing of it."""

from enum import StrEnum

from sqlalchemy import ColumnElement, exists, or_, select

from intranet.core import db
from intranet.core.actor import Actor
from intranet.core.errors import Forbidden, NotFound
from intranet.people.models import User
from meetings.models.opinion import OpinionAnswer, OpinionBallot


class ToOpinion(StrEnum):
    """What somebody wants to do with an opinion ballot."""

    #: See the question, its papers and one's own answer.
    READ = "read"
    #: See every answer, close it, publish the result.
    RUN = "run"
    #: Declare it void.
    CHAIR = "chair"


def may(actor: Actor, to: ToOpinion, ballot: OpinionBallot) -> bool:
    """True when the actor, who may read it, may do this too."""
    if to is ToOpinion.CHAIR:
        return actor.id == ballot.chair_id
    return to is ToOpinion.READ or actor.id in {ballot.chair_id, ballot.asked_by_id}


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """SQL: the opinion ballots that the actor may know of."""
    asked = exists().where(OpinionAnswer.ballot_id == OpinionBallot.id, OpinionAnswer.member_id == actor.id)
    return or_(OpinionBallot.asked_by_id == actor.id, asked)


def may_read_opinion(actor: Actor, ballot_id: int) -> bool:
    """True when the actor may know of the ballot of that id (``refs``)."""
    query = select(OpinionBallot.id).where(OpinionBallot.id == ballot_id, visible_to(actor))
    return db.session().scalar(query) is not None


def access_opinion(actor: User, ballot_id: int, to: ToOpinion, *, lock: bool = False) -> OpinionBallot:
    """Load an opinion ballot that the actor may do this with.

    :param lock: hold it until the open unit of work ends.
    :raises NotFound: ``opinion.unknown``: there is none, or none the actor may know of.
    :raises Forbidden: ``opinion.not_yours``.
    """
    query = select(OpinionBallot).where(OpinionBallot.id == ballot_id, visible_to(actor))
    if lock:
        query = query.with_for_update(of=OpinionBallot).execution_options(populate_existing=True)
    ballot = db.session().scalar(query)
    if ballot is None:
        raise NotFound("opinion.unknown")
    if not may(actor, to, ballot):
        raise Forbidden("opinion.not_yours")
    return ballot
