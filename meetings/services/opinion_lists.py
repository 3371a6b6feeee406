"""Opinion ballots as others name and find them, and what each who opens one may read."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, tuple_

from intranet.core import clock
from intranet.core.actor import Actor
from intranet.core.db import session
from intranet.core.labels import label
from intranet.notices import digest
from intranet.people import directory
from intranet.people.models import User
from intranet.records import files
from meetings.models.meeting import Meeting, MeetingState, Participant, PartRole
from meetings.models.opinion import OpinionAnswer, OpinionBallot, OpinionChoice, OpinionState
from meetings.permissions import may_read_meeting
from meetings.services.opinion_access import ToOpinion, may, visible_to
from meetings.services.opinions import PAPER, answers_of
from meetings.services.papers import paper_entry

PAGE = 30
_MOST_WAITING = 20
_MOST_OPEN = 200
_GONE = (MeetingState.CLOSED, MeetingState.CANCELLED)


@dataclass(frozen=True)
class Row:
    """A ballot in a list."""

    ballot: OpinionBallot
    asker: User | None
    #: Members who answered, of how many; ``None`` for those who may not know.
    answered: int | None
    members: int
    #: What the actor answered, and whether they were asked.
    mine: OpinionChoice | None
    is_asked: bool

    @property
    def waits(self) -> bool:
        """True while the actor's answer is wanted."""
        return self.ballot.state is OpinionState.OPEN and self.is_asked and self.mine is None


@dataclass(frozen=True)
class Sheet:
    """A ballot as one person may read it."""

    ballot: OpinionBallot
    #: The meeting it belongs to, for those who take part in it.
    meeting: Meeting | None
    papers: list[dict[str, Any]]
    mine: OpinionAnswer | None
    #: Every member's answer, the named first; empty for those who may not read them.
    answers: list[OpinionAnswer]
    people: dict[int, User]
    #: Members who answered and all of them; ``None`` for those who may not know.
    answered: int | None
    members: int
    #: What came of it, for those who may know by now.
    result: Mapping[str, Any] | None
    runs: bool
    chairs: bool

    @property
    def is_complete(self) -> bool:
        """True when nobody is waited for."""
        return self.answered == self.members


def waiting_for(actor: User) -> list[Row]:
    """Ballots that want the actor's answer, the most urgent first."""
    query = (
        select(OpinionBallot)
        .join(OpinionAnswer, OpinionAnswer.ballot_id == OpinionBallot.id)
        .where(OpinionAnswer.member_id == actor.id, OpinionAnswer.choice.is_(None))
        .where(OpinionBallot.state == OpinionState.OPEN)
        .order_by(OpinionBallot.closes_at, OpinionBallot.id)
        .limit(_MOST_WAITING)
    )
    return _rows(actor, list(session().scalars(query)))


def this_morning(actor: User) -> list[digest.Line]:
    """What the letter of the morning says of them (slot ``digest``)."""
    found = []
    for row in waiting_for(actor):
        at = f"{clock.local(row.ballot.closes_at):%H:%M %d/%m}"
        found.append(digest.Line("waiting", label("digest.opinion", title=row.ballot.question, at=at)))
    return found


def open_for(actor: User) -> list[Row]:
    """Open ballots that the actor asks or is asked: those that want an answer first, then by deadline."""
    query = select(OpinionBallot).where(visible_to(actor), OpinionBallot.state == OpinionState.OPEN)
    query = query.order_by(OpinionBallot.closes_at, OpinionBallot.id).limit(_MOST_OPEN)
    return sorted(_rows(actor, list(session().scalars(query))), key=lambda row: not row.waits)


def ended_for(
    actor: User, before: tuple[datetime, int] | None = None
) -> tuple[list[Row], tuple[datetime, int] | None]:
    """Ballots that are closed, the newest first, and the key from which the next page goes on."""
    order = (OpinionBallot.asked_at, OpinionBallot.id)
    query = select(OpinionBallot).where(visible_to(actor), OpinionBallot.state != OpinionState.OPEN)
    if before is not None:
        query = query.where(tuple_(*order) < tuple_(*before))
    found = list(session().scalars(query.order_by(*(one.desc() for one in order)).limit(PAGE + 1)))
    more = (found[PAGE - 1].asked_at, found[PAGE - 1].id) if len(found) > PAGE else None
    return _rows(actor, found[:PAGE]), more


def sheet_of(actor: User, ballot: OpinionBallot) -> Sheet:
    """A ballot that the actor may read, with what they may read of it."""
    runs = may(actor, ToOpinion.RUN, ballot)
    is_told = ballot.state is OpinionState.PUBLISHED
    answers = answers_of(ballot)
    mine = next((one for one in answers if one.member_id == actor.id), None)
    shown = answers if runs or (is_told and ballot.shows_names) else []
    people = directory.people({ballot.asked_by_id, ballot.chair_id, *(one.member_id for one in shown)})
    shown = sorted(
        (one for one in shown if one.member_id in people),
        key=lambda one: (one.member_id != ballot.chair_id, people[one.member_id].name_key),
    )
    meeting = None
    if ballot.meeting_id is not None and may_read_meeting(actor, ballot.meeting_id):
        meeting = session().get(Meeting, ballot.meeting_id)
    return Sheet(
        ballot,
        meeting,
        [paper_entry(one) for one in files.of(ballot.ref, PAPER)],
        mine,
        shown,
        people,
        sum(one.choice is not None for one in answers) if runs or is_told else None,
        len(answers),
        ballot.result if runs or is_told else None,
        runs,
        may(actor, ToOpinion.CHAIR, ballot),
    )


def meetings_of(actor: User) -> list[Meeting]:
    """Meetings that the actor prepares, the latest first."""
    query = (
        select(Meeting)
        .join(Participant, Participant.meeting_id == Meeting.id)
        .where(Participant.user_id == actor.id, Meeting.state.not_in(_GONE), Meeting.rehearses_id.is_(None))
        .where(Participant.role.in_((PartRole.CHAIR, PartRole.SECRETARY)))
    )
    return list(session().scalars(query.order_by(Meeting.starts_at.desc(), Meeting.id).limit(50)))


def title_of(ballot_id: int) -> str:
    """A ballot's question (``refs``)."""
    query = select(OpinionBallot.question).where(OpinionBallot.id == ballot_id)
    return session().scalar(query) or ""


def url_of(ballot_id: int) -> str:
    """The path of a ballot's page (``refs``)."""
    return f"/meetings/opinions/{ballot_id}"


def titles_for(actor: Actor, ids: Collection[int]) -> Mapping[int, str]:
    """Questions of those ballots that the actor may know of."""
    query = select(OpinionBallot.id, OpinionBallot.question)
    found = session().execute(query.where(OpinionBallot.id.in_(ids), visible_to(actor)))
    return {row.id: row.question for row in found}


def _rows(actor: User, found: list[OpinionBallot]) -> list[Row]:
    """Fill in people and figures of a list with one question each."""
    ids = [one.id for one in found]
    if not ids:
        return []
    counts = session().execute(
        select(
            OpinionAnswer.ballot_id,
            func.count(),
            func.count(OpinionAnswer.choice),
        )
        .where(OpinionAnswer.ballot_id.in_(ids))
        .group_by(OpinionAnswer.ballot_id)
    )
    figures = {ballot_id: (members, answered) for ballot_id, members, answered in counts}
    said = select(OpinionAnswer.ballot_id, OpinionAnswer.choice)
    asked = session().execute(
        said.where(OpinionAnswer.ballot_id.in_(ids), OpinionAnswer.member_id == actor.id)
    )
    mine = {row.ballot_id: row.choice for row in asked}
    people = directory.people({one.asked_by_id for one in found})
    rows = []
    for one in found:
        knows = may(actor, ToOpinion.RUN, one) or one.state is OpinionState.PUBLISHED
        rows.append(
            Row(
                one,
                people.get(one.asked_by_id),
                figures[one.id][1] if knows else None,
                figures[one.id][0],
                mine.get(one.id),
                one.id in mine,
            )
        )
    return rows
