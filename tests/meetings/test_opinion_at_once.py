"""Answers and closing that meet: one answer for each member, none after closing, none lost before it."""

from collections.abc import Callable
from typing import Any

import pytest

from intranet.core import clock, db
from intranet.people.models import User
from intranet.records.audit import history
from meetings import jobs
from meetings.models.opinion import OpinionChoice, OpinionState
from meetings.services import opinions
from tests.factories import Office
from tests.meetings.opinion import Council, answer_of, ballot_of, make_council
from tests.meetings.test_concurrency import at_once

pytestmark = pytest.mark.own_db


@pytest.fixture
def council(office: Office) -> Council:
    """Four members."""
    return make_council(office, 4)


def say(ballot_id: int, choice: OpinionChoice, expect: int = 0) -> Callable[[User], Any]:
    """A request of whoever sends it."""
    return lambda who: opinions.answer(who, ballot_id, choice, "", expect=expect)


def test_one_member_on_six_devices_answers_once(council: Council) -> None:
    made, member = council.ask(), council.members[2]
    person = member.id
    choices = [OpinionChoice.YES, OpinionChoice.NO] * 3
    answers = at_once([(person, say(made, one)) for one in choices])
    assert set(answers) == {1, "opinion.answered_elsewhere"}
    with db.scope():
        assert answer_of(made, member).given == 1
        acts = [line.act for line in history(ballot_of(made).ref)]
        assert acts.count("opinion.answered") == 1
        assert "opinion.changed" not in acts


def test_what_was_taken_is_counted_however_closing_meets_it(council: Council) -> None:
    made = council.ask()
    people = [one.id for one in council.members]
    council.say(made, "yes", "yes", "yes", "yes")

    def close(who: User) -> Any:
        return opinions.close_opinion(who, made)

    acts: list[tuple[int, Callable[[User], Any]]] = [
        (one, say(made, OpinionChoice.NO, expect=1)) for one in people
    ]
    answers = at_once([*acts[:2], (people[0], close), *acts[2:], (people[0], close)])
    taken = answers.count(2)
    assert answers.count(None) == 1
    with db.scope():
        closed = ballot_of(made)
        assert closed.state is OpinionState.CLOSED
        assert closed.result["counts"] == {"yes": 4 - taken, "no": taken, "other": 0}


def test_two_schedulers_close_it_once(council: Council) -> None:
    made = council.ask()
    council.say(made, "yes", "yes", "yes")
    clock.freeze(ballot_of(made).closes_at)
    person = council.chair.id
    assert sum(at_once([(person, lambda _: jobs.close_opinions())] * 4)) == 1
    with db.scope():
        assert [line.act for line in history(ballot_of(made).ref)].count("opinion.closed") == 1
