"""Opinion ballots: put to members in writing, answered until a deadline, counted, published.

The ballot's row is held by whoever answers and by whatever closes it. So no answer lands after closing and
none is lost before it; of two answers of one member given at once, the second is told of the first.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import insert, select

from intranet.core import clock, db
from intranet.core.db import unit_of_work
from intranet.core.errors import BadState, Forbidden, Invalid, Stale
from intranet.notices import reminders, workdays
from intranet.notices import services as notices
from intranet.notices.reminder_rules import Rule, Topic
from intranet.people import directory
from intranet.people.models import User
from intranet.records import audit, files
from meetings.models.floor import Body
from meetings.models.meeting import Meeting, PartRole
from meetings.models.opinion import OpinionAnswer, OpinionBallot, OpinionChoice, OpinionState, Silence
from meetings.permissions import CREATE, To, access_meeting
from meetings.rules.opinion_count import Counted, count_opinions
from meetings.rules.tally import Tie, VoteBase
from meetings.services import bodies, rehearsals
from meetings.services.opinion_access import ToOpinion, access_opinion

PAPER = "paper"
MOST_QUESTION = 300
MOST_TEXT = 4_000
MOST_ANSWER = 2_000
MOST_REASON = 500
#: Working days that may be given.
MOST_DAYS = 30
#: Fewer are no body.
LEAST_MEMBERS = 2
MOST_MEMBERS = 300
_VOTES = frozenset({PartRole.CHAIR, PartRole.DELEGATE})


@dataclass(frozen=True)
class Question:
    """What is asked, of whom, and what is needed.

    :param days: working days to answer in, today not counted.
    :param body_id: whose rules it goes by; ``None``: the meeting's, else the first body's.
    :param chair_id: chair of the body; ``None``: who chairs the meeting.
    :param member_ids: empty: the members of the meeting.
    :param need: ``num, den, strict``: more than (strict), or at least, ``num/den``.
    """

    question: str
    text: str
    days: int
    chair_id: int | None = None
    member_ids: Sequence[int] = ()
    meeting_id: int | None = None
    body_id: int | None = None
    need: tuple[int, int, bool] = (1, 2, True)
    silence: Silence = Silence.APART
    may_change: bool = True
    shows_names: bool = True
    #: Uploads of the asker that are to be its papers.
    staged_ids: Sequence[str] = field(default=())


def put_opinion(actor: User, asked: Question) -> int:
    """Put a question to members in writing; they are told at once, and reminded before the deadline.

    :returns: the ballot's id.
    :raises Forbidden: ``auth.no_permit``; the actor does not prepare the meeting that is named.
    :raises NotFound: no such meeting, or none the actor may attend; ``file.not_staged``.
    :raises Invalid: ``opinion.needs_question``, ``field.too_long``, ``opinion.bad_days``,
        ``opinion.no_chair``, ``opinion.few_members``, ``opinion.many_members``, ``opinion.unknown_body``,
        ``meeting.unknown_person``.
    :raises BadState: a paper is still being checked, or was refused.
    """
    if not actor.holds(CREATE):
        raise Forbidden("auth.no_permit")
    _check(asked)
    with unit_of_work() as opened:
        meeting = None
        if asked.meeting_id is not None:
            meeting = access_meeting(actor, asked.meeting_id, To.PLAN)
            rehearsals.require_real(meeting, "no_opinion")
        org_id = actor.org_id if meeting is None else meeting.org_id
        chair_id, members = _members(asked, meeting)
        body = _body(org_id, asked.body_id, meeting)
        due = workdays.add_working_days(clock.today(), asked.days)
        num, den, strict = asked.need
        base = VoteBase(body.base)
        ballot = OpinionBallot(
            org_id=org_id,
            meeting_id=asked.meeting_id,
            body_id=asked.body_id,
            question=asked.question,
            text=asked.text,
            # Nobody is present at a vote in writing: whoever answers is.
            base=VoteBase.CAST if base is VoteBase.PRESENT else base,
            num=num,
            den=den,
            is_strict=strict,
            tie=Tie(body.tie),
            quorum_num=body.quorum_num,
            quorum_den=body.quorum_den,
            silence=asked.silence,
            may_change=asked.may_change,
            shows_names=asked.shows_names,
            asked_by_id=actor.id,
            chair_id=chair_id,
            asked_at=clock.now(),
            due_date=due,
            closes_at=workdays.due_moment(due),
            state=OpinionState.OPEN,
            reason="",
        )
        opened.add(ballot)
        opened.flush()
        opened.execute(
            insert(OpinionAnswer),
            [{"ballot_id": ballot.id, "member_id": one, "text": "", "given": 0} for one in members],
        )
        for staged_id in asked.staged_ids:
            files.attach(actor, staged_id, ballot.ref, org_id=org_id, role=PAPER)
        audit.record(actor, "opinion.put", ballot, members=len(members), due=due.isoformat())
        notices.notify(members, "opinion.asked", ballot.ref, by=actor, due=f"{due:%d/%m/%Y}")
        reminders.plan(ballot.ref, due)
        return ballot.id


def answer(actor: User, ballot_id: int, choice: OpinionChoice, text: str = "", *, expect: int) -> int:
    """Give one's opinion, or give it anew where that is allowed; the last one counts.

    :param expect: how often the actor had answered as the page showed it: a request that comes again or
        late overwrites nothing.
    :returns: how often the actor has answered by now.
    :raises NotFound: ``opinion.unknown``.
    :raises Forbidden: ``opinion.not_asked``: the actor asks, but was not asked.
    :raises BadState: ``opinion.not_open``, ``opinion.too_late``; ``opinion.given``: it may not be changed.
    :raises Invalid: ``opinion.say_what``: another opinion without words; ``field.too_long``.
    :raises Stale: ``opinion.answered_elsewhere``.
    """
    if len(text) > MOST_ANSWER:
        raise Invalid("field.too_long", most=MOST_ANSWER, length=len(text), field="text")
    if choice is OpinionChoice.OTHER and not text:
        raise Invalid("opinion.say_what", field="text")
    with unit_of_work() as opened:
        ballot = access_opinion(actor, ballot_id, ToOpinion.READ, lock=True)
        mine = opened.get(OpinionAnswer, (ballot.id, actor.id), with_for_update=True, populate_existing=True)
        if mine is None:
            raise Forbidden("opinion.not_asked")
        if (mine.choice, mine.text) == (choice, text):
            return mine.given
        if ballot.state is not OpinionState.OPEN:
            raise BadState("opinion.not_open")
        if clock.now() >= ballot.closes_at:
            raise BadState("opinion.too_late")
        if mine.given and not ballot.may_change:
            raise BadState("opinion.given", field="choice")
        if mine.given != expect:
            raise Stale("opinion.answered_elsewhere", field="choice")
        before = None if mine.choice is None else mine.choice.value
        mine.choice, mine.text, mine.answered_at = choice, text, clock.now()
        mine.given += 1
        opened.flush()
        if before is None:
            audit.record(actor, "opinion.answered", ballot, choice=choice.value)
            _tell_complete(ballot)
        else:
            audit.record(actor, "opinion.changed", ballot, choice=choice.value, before=before)
        return mine.given


def close_opinion(actor: User, ballot_id: int) -> None:
    """Count before the deadline: every member has answered.

    :raises NotFound: ``opinion.unknown``.
    :raises Forbidden: ``opinion.not_yours``.
    :raises BadState: ``opinion.not_open``; ``opinion.not_all``: ``n`` members have not answered.
    """
    with unit_of_work():
        ballot = access_opinion(actor, ballot_id, ToOpinion.RUN, lock=True)
        if ballot.state is not OpinionState.OPEN:
            raise BadState("opinion.not_open")
        left = sum(one.choice is None for one in answers_of(ballot))
        if left and clock.now() < ballot.closes_at:
            raise BadState("opinion.not_all", n=left)
        _close(ballot, actor)


def close_due() -> int:
    """Close every ballot whose deadline has passed; returns how many."""
    due = (OpinionBallot.state == OpinionState.OPEN, OpinionBallot.closes_at <= clock.now())
    done = 0
    for ballot_id in db.session().scalars(select(OpinionBallot.id).where(*due)).all():
        with unit_of_work() as opened:
            # Whoever was quicker has closed it: the row is read again once it is held.
            held = select(OpinionBallot).where(OpinionBallot.id == ballot_id, *due).with_for_update()
            ballot = opened.scalar(held.execution_options(populate_existing=True))
            if ballot is not None:
                _close(ballot, None)
                done += 1
    return done


def publish_opinion(actor: User, ballot_id: int) -> None:
    """Tell every member what came of it.

    :raises NotFound: ``opinion.unknown``.
    :raises Forbidden: ``opinion.not_yours``.
    :raises BadState: ``opinion.not_closed``.
    """
    with unit_of_work():
        ballot = access_opinion(actor, ballot_id, ToOpinion.RUN, lock=True)
        if ballot.state is not OpinionState.CLOSED:
            raise BadState("opinion.not_closed")
        ballot.state = OpinionState.PUBLISHED
        audit.record(actor, "opinion.published", ballot, adopted=ballot.result["adopted"])
        notices.notify(_ids(ballot), "opinion.published", ballot.ref, by=actor)


def void_opinion(actor: User, ballot_id: int, *, reason: str) -> None:
    """Declare that it counts for nothing; the chair alone does.

    :raises NotFound: ``opinion.unknown``.
    :raises Forbidden: ``opinion.not_yours``.
    :raises BadState: ``opinion.is_void``.
    :raises Invalid: ``opinion.why``, ``field.too_long``.
    """
    if not reason:
        raise Invalid("opinion.why", field="reason")
    if len(reason) > MOST_REASON:
        raise Invalid("field.too_long", most=MOST_REASON, length=len(reason), field="reason")
    with unit_of_work():
        ballot = access_opinion(actor, ballot_id, ToOpinion.CHAIR, lock=True)
        if ballot.state is OpinionState.VOID:
            raise BadState("opinion.is_void")
        audit.record(actor, "opinion.voided", ballot, reason=reason)
        if ballot.state is OpinionState.OPEN:
            ballot.closed_at = clock.now()
            reminders.cancel(ballot.ref)
        ballot.state, ballot.reason = OpinionState.VOID, reason
        told = {*_ids(ballot), ballot.asked_by_id}
        notices.notify(told, "opinion.voided", ballot.ref, by=actor)


def answers_of(ballot: OpinionBallot) -> list[OpinionAnswer]:
    """A row for each member, by id. Whoever shows them asks first who may see them."""
    query = select(OpinionAnswer).where(OpinionAnswer.ballot_id == ballot.id)
    query = query.order_by(OpinionAnswer.member_id).execution_options(populate_existing=True)
    return list(db.session().scalars(query))


def to_remind(wanted: Mapping[int, frozenset[str]]) -> dict[int, list[int]]:
    """Members who have not answered while they still may (``reminders``)."""
    query = (
        select(OpinionAnswer.ballot_id, OpinionAnswer.member_id)
        .join(OpinionBallot, OpinionBallot.id == OpinionAnswer.ballot_id)
        .where(OpinionBallot.id.in_(wanted), OpinionBallot.state == OpinionState.OPEN)
        .where(OpinionBallot.closes_at > clock.now(), OpinionAnswer.choice.is_(None))
    )
    found: dict[int, list[int]] = {}
    for ballot_id, member_id in db.session().execute(query.order_by(OpinionAnswer.member_id)):
        found.setdefault(ballot_id, []).append(member_id)
    return found


def _open_ones(first: date, last: date) -> list[tuple[int, date]]:
    query = select(OpinionBallot.id, OpinionBallot.due_date).where(
        OpinionBallot.state == OpinionState.OPEN, OpinionBallot.due_date.between(first, last)
    )
    return [(row.id, row.due_date) for row in db.session().execute(query)]


#: Members are reminded by these rules until they have answered.
REMINDED = Topic(
    "opinion",
    to_remind,
    audiences=("members",),
    rules=tuple(Rule(days, ("members",)) for days in (-3, -1, 0, 1)),
    deadlines=_open_ones,
)


def counted(ballot: OpinionBallot, answers: Collection[OpinionAnswer]) -> Counted:
    """What these answers come to."""
    return count_opinions(
        {one.member_id: None if one.choice is None else one.choice.value for one in answers},
        ballot.rule,
        chair=ballot.chair_id,
        silence_agrees=ballot.silence is Silence.YES,
        quorum_num=ballot.quorum_num,
        quorum_den=ballot.quorum_den,
    )


def _close(ballot: OpinionBallot, actor: User | None) -> None:
    answers = answers_of(ballot)
    found = counted(ballot, answers)
    ballot.closed_at = clock.now()
    ballot.state = OpinionState.VOID if found.void else OpinionState.CLOSED
    ballot.reason = found.void
    ballot.result = {
        "counts": found.counts,
        "silent": found.silent,
        "members": len(answers),
        "adopted": None if found.void else found.outcome.adopted,
        "reason": found.void or found.outcome.reason,
    }
    how = "deadline" if actor is None else "all_answered"
    audit.record(actor, "opinion.closed", ballot, how=how, counts=found.counts, silent=found.silent)
    reminders.cancel(ballot.ref)
    if found.void:
        told = {*_ids(ballot), ballot.asked_by_id}
        notices.notify(told, "opinion.voided", ballot.ref)
    else:
        told = {ballot.asked_by_id, ballot.chair_id}
        notices.notify(told, "opinion.closed", ballot.ref, by=actor)


def _tell_complete(ballot: OpinionBallot) -> None:
    """Tell whoever asks that the last answer has come."""
    left = select(OpinionAnswer.member_id).where(
        OpinionAnswer.ballot_id == ballot.id, OpinionAnswer.choice.is_(None)
    )
    if db.session().scalar(left.limit(1)) is None:
        notices.notify([ballot.asked_by_id], "opinion.complete", ballot.ref)


def _ids(ballot: OpinionBallot) -> list[int]:
    query = select(OpinionAnswer.member_id).where(OpinionAnswer.ballot_id == ballot.id)
    return list(db.session().scalars(query))


def _check(asked: Question) -> None:
    if not asked.question:
        raise Invalid("opinion.needs_question", field="question")
    for name, text, most in (("question", asked.question, MOST_QUESTION), ("text", asked.text, MOST_TEXT)):
        if len(text) > most:
            raise Invalid("field.too_long", most=most, length=len(text), field=name)
    if not 1 <= asked.days <= MOST_DAYS:
        raise Invalid("opinion.bad_days", most=MOST_DAYS, field="days")


def _members(asked: Question, meeting: Meeting | None) -> tuple[int, list[int]]:
    """The chair, and all who are asked, the chair among them."""
    parts = [] if meeting is None else meeting.participants
    chair_id = asked.chair_id
    if chair_id is None and meeting is not None and meeting.chair is not None:
        chair_id = meeting.chair.user_id
    if chair_id is None:
        raise Invalid("opinion.no_chair", field="chair_id")
    ids = asked.member_ids or [part.user_id for part in parts if part.role in _VOTES]
    members = list(dict.fromkeys([chair_id, *ids]))
    if len(members) < LEAST_MEMBERS:
        raise Invalid("opinion.few_members", least=LEAST_MEMBERS, field="member_ids")
    if len(members) > MOST_MEMBERS:
        raise Invalid("opinion.many_members", most=MOST_MEMBERS, field="member_ids")
    known = directory.people(members)
    if not all(one in known and known[one].is_active for one in members):
        raise Invalid("meeting.unknown_person", field="member_ids")
    return chair_id, members


def _body(org_id: int, body_id: int | None, meeting: Meeting | None) -> Body | bodies.Profile:
    """The rules of procedure that it goes by: those named, the meeting's, or those of the first body."""
    if body_id is None:
        if meeting is not None:
            return bodies.profile_of(meeting)
        own = bodies.bodies_of(org_id)
        return own[0] if own else bodies.READY_MADE[0]
    body = db.session().get(Body, body_id)
    if body is None or body.org_id != org_id:
        raise Invalid("opinion.unknown_body", field="body_id")
    return body
