"""Whatever comes in whatever order, again and again: one answer for each member, and sums that are equal."""

import os
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from intranet.core import clock, db
from intranet.core.errors import BadState, Stale
from intranet.core.once import done_once
from intranet.people.models import User
from meetings.models.opinion import OpinionAnswer, OpinionBallot, OpinionChoice, OpinionState, Silence
from meetings.rules.opinion_count import count_opinions
from meetings.rules.tally import Rule, Tie, VoteBase
from meetings.services import opinions
from tests.factories import Office
from tests.meetings.opinion import Council, ballot_of, make_council

_MEMBERS = 4
#: Keys of requests: never one twice, whatever ids a database gives again.
_keys = count()
_EXAMPLES = 300 if os.environ.get("OFFICE_PROOFS") == "full" else 40
_CHOICES = st.sampled_from(list(OpinionChoice))
#: A member answers with what they saw (now, or how often they had answered some time ago); the same request
#: comes again; somebody tries to close it; the deadline passes.
_STEP = st.one_of(
    st.tuples(st.just("answer"), st.integers(0, _MEMBERS - 1), _CHOICES, st.integers(-2, 0)),
    st.tuples(st.just("again"), st.integers(0, 50), st.none(), st.none()),
    st.tuples(st.just("close"), st.none(), st.none(), st.none()),
    st.tuples(st.just("deadline"), st.none(), st.none(), st.none()),
)


@pytest.fixture
def council(office: Office) -> Council:
    """Four members."""
    return make_council(office, _MEMBERS)


def _send(member: User, ballot_id: int, key: str, choice: OpinionChoice, seen: int) -> None:
    """A request as a page sends it."""
    words = "Ý kiến" if choice is OpinionChoice.OTHER else ""
    body = {"choice": choice.value, "seen": seen}
    try:
        done_once(member, key, body, lambda: opinions.answer(member, ballot_id, choice, words, expect=seen))
    except (BadState, Stale):
        return


@settings(max_examples=_EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.slow
@given(
    steps=st.lists(_STEP, max_size=25),
    may_change=st.booleans(),
    silence=st.sampled_from(list(Silence)),
)
def test_in_any_order_each_member_has_one_answer_and_the_sums_are_equal(
    council: Council, steps: list[tuple[str, int, OpinionChoice, int]], may_change: bool, silence: Silence
) -> None:
    begun = clock.now()
    made = council.ask(may_change=may_change, silence=silence)
    stands: dict[int, tuple[OpinionChoice, int]] = {}
    requests: list[tuple[User, str, OpinionChoice, int]] = []
    is_open = True
    for kind, who, choice, back in steps:
        if kind == "answer":
            member = council.members[who]
            before, times = stands.get(member.id, (None, 0))
            seen = max(0, times + back)
            requests.append((member, f"key-{next(_keys)}", choice, seen))
            _send(member, made, requests[-1][1], choice, seen)
            if is_open and before is not choice and seen == times and (may_change or times == 0):
                stands[member.id] = (choice, times + 1)
        elif kind == "again" and requests:
            member, key, earlier, seen = requests[who % len(requests)]
            before, times = stands.get(member.id, (None, 0))
            _send(member, made, key, earlier, seen)
            # What was refused then may be right now; what was taken then is not taken again.
            if is_open and before is not earlier and seen == times and (may_change or times == 0):
                stands[member.id] = (earlier, times + 1)
        elif kind == "close":
            try:
                opinions.close_opinion(council.chair, made)
            except BadState:
                assert not is_open or len(stands) < _MEMBERS
            else:
                assert len(stands) == _MEMBERS
                is_open = False
        elif kind == "deadline":
            clock.freeze(ballot_of(made).closes_at)
            opinions.close_due()
            is_open = False
    clock.freeze(ballot_of(made).closes_at)
    opinions.close_due()
    _check(made, stands, silence)
    clock.freeze(begun)


def _check(made: int, stands: dict[int, tuple[OpinionChoice, int]], silence: Silence) -> None:
    rows = opinions.answers_of(ballot_of(made))
    given_now = {one.member_id: (one.choice, one.given) for one in rows if one.choice is not None}
    assert given_now == stands
    assert len(rows) == _MEMBERS == len({one.member_id for one in rows})
    ballot = ballot_of(made)
    assert ballot.state in {OpinionState.CLOSED, OpinionState.VOID}
    counts, silent = ballot.result["counts"], ballot.result["silent"]
    assert silent == _MEMBERS - len(stands)
    assert sum(counts.values()) == (_MEMBERS if silence is Silence.YES else len(stands))
    said = [choice.value for choice, _ in stands.values()]
    agreeing = silent if silence is Silence.YES else 0
    assert counts == {
        "yes": said.count("yes") + agreeing,
        "no": said.count("no"),
        "other": said.count("other"),
    }
    with db.unit_of_work() as session:
        for row in rows:
            session.delete(session.get_one(OpinionAnswer, (made, row.member_id)))
        session.flush()
        session.delete(session.get_one(OpinionBallot, made))


@given(
    answers=st.lists(st.sampled_from(["yes", "no", "other", None]), min_size=1, max_size=30),
    base=st.sampled_from([VoteBase.MEMBERS, VoteBase.CAST, VoteBase.VALID]),
    need=st.sampled_from([(1, 2, True), (2, 3, False), (3, 4, False)]),
    tie=st.sampled_from(list(Tie)),
    agrees=st.booleans(),
)
@settings(max_examples=300, deadline=None)
def test_a_member_more_who_agrees_never_undoes_an_adoption(
    answers: list[str | None],
    base: VoteBase,
    need: tuple[int, int, bool],
    tie: Tie,
    agrees: bool,
) -> None:
    rule = Rule(base, *need, tie)

    def counted(said: list[str | None]) -> tuple[bool, str]:
        found = count_opinions(
            dict(enumerate(said)), rule, chair=0, silence_agrees=agrees, quorum_num=2, quorum_den=3
        )
        spoken = sum(one is not None for one in said)
        assert sum(found.counts.values()) == (len(said) if agrees else spoken)
        assert found.silent == len(said) - spoken
        return bool(found.outcome.adopted) and not found.void, found.void

    adopted, _ = counted(answers)
    for at, one in enumerate(answers):
        if adopted and one in {"no", None, "other"}:
            assert counted([*answers[:at], "yes", *answers[at + 1 :]])[0]
