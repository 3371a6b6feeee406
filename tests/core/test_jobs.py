"""Background work: claimed once, tried again, taken over from a worker that died."""

from datetime import timedelta
from typing import Any

import pytest

from intranet.core import clock, jobs, scheduler
from intranet.core.db import unit_of_work
from intranet.core.errors import Invalid
from intranet.core.jobs import Job, JobState, enqueue, run_due, state_of
from tests.factories import Office


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What a test's job was given, in order."""
    given: list[Any] = []

    def act(payload: Any) -> Any:
        given.append(payload)
        if payload.get("fail") == "always":
            raise RuntimeError("no luck")
        if payload.get("fail") == "rule":
            raise Invalid("once.key_too_long")
        return {"n": payload["n"]}

    monkeypatch.setitem(jobs._handlers, "test.act", act)
    return given


def test_a_job_asked_for_twice_is_done_once_and_keeps_its_result(office: Office, done: list[Any]) -> None:
    with unit_of_work():
        first = enqueue("test.act", "a", {"n": 1})
        assert enqueue("test.act", "a", {"n": 1}) == first
    assert run_due() == 1
    assert run_due() == 0
    assert done == [{"n": 1}]
    assert state_of("test.act", "a") == (JobState.DONE, {"n": 1})


def test_a_job_is_left_alone_until_its_hour(office: Office, done: list[Any]) -> None:
    enqueue("test.act", "later", {"n": 1}, run_at=clock.now() + timedelta(minutes=5))
    assert run_due() == 0
    clock.advance(timedelta(minutes=6))
    assert run_due() == 1


def test_what_is_slow_leaves_room_for_the_rest(
    office: Office, done: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "_slow", {"test.slow"})
    monkeypatch.setitem(jobs._handlers, "test.slow", jobs._handlers["test.act"])
    enqueue("test.slow", "a", {"n": 1})
    enqueue("test.slow", "b", {"n": 2})
    enqueue("test.act", "c", {"n": 3})
    assert run_due(only_quick=True) == 1
    assert done == [{"n": 3}]
    assert run_due() == 2
    assert done == [{"n": 3}, {"n": 1}, {"n": 2}]


def test_a_job_that_fails_is_tried_again_later_and_given_up_in_the_end(
    office: Office, done: list[Any]
) -> None:
    enqueue("test.act", "bad", {"n": 1, "fail": "always"})
    for _ in range(jobs.MAX_TRIES + 2):
        run_due()
        clock.advance(timedelta(minutes=10))
    assert len(done) == jobs.MAX_TRIES
    assert state_of("test.act", "bad") == (JobState.FAILED, None)


def test_a_rule_that_refuses_is_not_tried_again(office: Office, done: list[Any]) -> None:
    enqueue("test.act", "rule", {"n": 1, "fail": "rule"})
    run_due()
    clock.advance(timedelta(hours=1))
    assert run_due() == 0
    assert len(done) == 1


def test_a_job_of_a_worker_that_died_is_taken_over(office: Office, done: list[Any]) -> None:
    job_id = enqueue("test.act", "dead", {"n": 1})
    with unit_of_work() as session:
        row = session.get_one(Job, job_id)
        row.state, row.lease_until, row.tries = JobState.RUNNING, clock.now() + jobs.LEASE, 1
    assert run_due() == 0
    clock.advance(jobs.LEASE + timedelta(seconds=1))
    assert run_due() == 1


def test_one_process_leads_until_it_stops_renewing(office: Office) -> None:
    first, second = scheduler.Leadership(), scheduler.Leadership()
    assert first.renew()
    assert not second.renew()
    assert first.renew()
    clock.advance(scheduler.LEASE + timedelta(seconds=1))
    assert second.renew()
    assert not first.renew()
    second.give_back()
    assert first.renew()
