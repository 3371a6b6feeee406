"""Several at once: threads of one process, and processes that share nothing but the database."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from intranet.core import clock, db, jobs, scheduler
from intranet.core.dialect import next_number
from intranet.core.engines import Turns
from intranet.core.errors import Stale, Unavailable
from intranet.core.jobs import Job, JobFinished, JobState
from intranet.core.once import done_once
from intranet.core.scheduler import Leadership, Lease
from intranet.people.models import User
from intranet.tasks.models import TaskYear
from tests.core.processes import Other
from tests.factories import Office

LIMIT = 20.0
Anew = Callable[[Any], list[tuple[Any, ...]]]


def at_once(count: int, act: Callable[[int], Any]) -> list[Any]:
    """What ``count`` threads answer that begin together; the first failure is raised."""
    start = threading.Barrier(count)

    def run(number: int) -> Any:
        start.wait(LIMIT)
        return act(number)

    with ThreadPoolExecutor(count) as pool:
        return [future.result(LIMIT * 2) for future in [pool.submit(run, n) for n in range(count)]]


def in_processes(count: int, what: str, url: str, *more: str) -> list[list[str]]:
    """What ``count`` processes say that begin together."""
    with ExitStack() as stack:
        others = [stack.enter_context(Other(what, url, *more)) for _ in range(count)]
        for other in others:
            other.wait_until_ready()
        for other in others:
            other.go()
        return [other.said() for other in others]


@pytest.fixture
def anew() -> Anew:
    """Reads what others have committed meanwhile: the rows of a query."""

    def read(query: Any) -> list[Any]:
        with db.scope():
            return [tuple(row) for row in db.session().execute(query)]

    return read


def test_turns_come_in_the_order_of_asking() -> None:
    turns, came = Turns(), list[int]()
    assert turns.acquire(1)

    def take(number: int) -> None:
        assert turns.acquire(LIMIT)
        came.append(number)
        turns.release()

    threads = [threading.Thread(target=take, args=[number]) for number in range(12)]
    for number, thread in enumerate(threads):
        thread.start()
        while turns.waiting() <= number:
            time.sleep(0.001)
    turns.release()
    for thread in threads:
        thread.join(LIMIT)
    assert came == list(range(12))


def test_whoever_tires_of_waiting_leaves_the_queue_whole() -> None:
    turns = Turns()
    assert turns.acquire(1)
    assert not turns.acquire(0.02)
    assert turns.waiting() == 0
    turns.release()
    assert turns.acquire(0.02)


def test_numbers_of_many_writers_rise_without_a_gap(office: Office) -> None:
    with db.unit_of_work() as session:
        session.add(Lease(name="counter", holder="", fence=0, until=clock.now()))

    def count(_: int) -> list[int]:
        got = []
        for _ in range(10):
            with db.unit_of_work() as session:
                row = session.get_one(Lease, "counter", with_for_update=True)
                row.fence += 1
                got.append(row.fence)
        return got

    numbers = sorted(number for got in at_once(6, count) for number in got)
    assert numbers == list(range(1, 61))


def test_many_requests_that_read_first_and_then_write_all_get_through(office: Office, anew: Anew) -> None:
    key = office.clerk.id

    def request(_: int) -> str:
        with db.scope():
            user = db.session().get_one(User, key)
            time.sleep(0.05)
            with db.unit_of_work() as session:
                session.execute(update(User).where(User.id == key).values(version=User.version + 1))
                # What was read before can still be asked for more.
                return str(user.org.short_name)

    began = time.monotonic()
    assert set(at_once(48, request)) == {"UBND tỉnh"}
    assert time.monotonic() - began < LIMIT
    assert anew(select(User.version).where(User.id == key)) == [(49,)]


def test_waiting_to_write_keeps_no_snapshot_open(office: Office) -> None:
    with db.scope():
        assert db.session().get(User, office.clerk.id) is not None
        assert db.session().in_transaction()
        reader = db.session()
        with db.unit_of_work():
            assert not reader.in_transaction()
        with db.scope():
            assert not reader.in_transaction()


def test_a_unit_of_work_within_another_scopes_is_refused_at_once(office: Office) -> None:
    began = time.monotonic()
    with db.unit_of_work(), db.scope(), pytest.raises(RuntimeError, match="outer scope"), db.unit_of_work():
        pass
    assert time.monotonic() - began < 5  # the queue of writers would have been waited for ten seconds


def test_a_hook_that_fails_before_commit_undoes_all_and_blocks_nobody(
    office: Office, published: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise ValueError("no line")

    def change() -> None:
        with db.unit_of_work() as session:
            session.execute(update(User).values(theme="dark"))
            db.publish(JobFinished(1, "test", "a", "done"))

    with monkeypatch.context() as patched:
        patched.setattr(db, "_before_commit", [fail])
        with pytest.raises(ValueError, match="no line"):
            change()
    assert published == []
    assert office.clerk.theme == "light"
    change()
    assert len(published) == 1


def test_transactions_that_lock_each_other_out_are_told_to_try_again(office: Office, anew: Anew) -> None:
    met = threading.Barrier(2)
    keys = [office.clerk.id, office.leader.id]

    def cross(number: int) -> str:
        first, second = keys if number else reversed(keys)
        raised = update(User).values(version=User.version + 1)
        try:
            with db.unit_of_work() as session:
                session.execute(raised.where(User.id == first))
                if not db.database().is_sqlite:  # there the second has not even begun
                    met.wait(LIMIT)
                session.execute(raised.where(User.id == second))
        except Unavailable as refusal:
            return refusal.code
        return "done"

    expected = ["done", "done"] if db.database().is_sqlite else ["database.busy", "done"]
    assert sorted(at_once(2, cross)) == expected
    versions = anew(select(User.version).where(User.id.in_(keys)))
    assert versions == [(1 + expected.count("done"),)] * 2


def test_two_threads_with_one_key_act_once_and_hear_the_same(office: Office) -> None:
    acts: list[int] = []
    clerk = office.clerk

    def act() -> dict[str, int]:
        acts.append(1)
        time.sleep(0.05)
        return {"n": len(acts)}

    assert at_once(6, lambda _: done_once(clerk, "double-click", {"a": 1}, act)) == [{"n": 1}] * 6
    assert acts == [1]


def test_processes_with_one_key_act_once_and_hear_the_same(
    office: Office, database_url: str, anew: Anew
) -> None:
    said = in_processes(3, "once", database_url, str(office.clerk.id), "from-two-tabs")
    assert len({tuple(words) for words in said}) == 1
    assert anew(select(func.count()).select_from(Job).where(Job.kind == "test.acted")) == [(1,)]


def test_a_key_whose_first_try_was_refused_is_judged_anew(office: Office) -> None:
    def refuse() -> None:
        raise Stale("once.other_body")

    with pytest.raises(Stale):
        done_once(office.clerk, "again", {"a": 1}, refuse)
    assert done_once(office.clerk, "again", {"a": 2}, lambda: {"n": 1}) == {"n": 1}


def test_the_first_and_the_repeated_answer_are_the_same_json(office: Office) -> None:
    def act() -> dict[Any, Any]:
        return {1: ("a", "b")}

    first = done_once(office.clerk, "shape", {}, act)
    assert first == done_once(office.clerk, "shape", {}, act) == {"1": ["a", "b"]}


def test_processes_do_each_job_once(office: Office, database_url: str, anew: Anew) -> None:
    with db.unit_of_work():
        for number in range(40):
            jobs.enqueue("test.count", str(number), {"n": number})
    said = in_processes(3, "work", database_url)
    assert sorted(int(word) for words in said for word in words) == list(range(40))
    assert anew(select(Job.state, Job.tries).distinct()) == [(JobState.DONE, 1)]


def test_processes_that_ask_for_the_same_job_ask_for_one(office: Office, database_url: str) -> None:
    said = in_processes(3, "enqueue", database_url, "same")
    assert len({tuple(words) for words in said}) == 1
    assert said[0]


def test_a_worker_that_was_too_slow_changes_nothing_of_its_successors_result(
    office: Office, published: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    is_slow, may_end = threading.Event(), threading.Event()
    answers = iter(["late", "in time"])

    def act(_: Any) -> str:
        answer = next(answers)
        if answer == "late":
            is_slow.set()
            assert may_end.wait(LIMIT)
        return answer

    monkeypatch.setitem(jobs._handlers, "test.slow", act)
    jobs.enqueue("test.slow", "a", {})
    slow = threading.Thread(target=jobs.run_due)
    slow.start()
    assert is_slow.wait(LIMIT)
    clock.advance(jobs.LEASE + timedelta(seconds=1))
    assert jobs.run_due() == 1
    may_end.set()
    slow.join(LIMIT)
    assert jobs.state_of("test.slow", "a") == (JobState.DONE, "in time")
    assert [fact for fact in published if isinstance(fact, JobFinished)] == [
        JobFinished(db.session().scalars(select(Job.id)).one(), "test.slow", "a", "done")
    ]


def test_a_job_that_kills_its_worker_each_time_is_given_up(
    office: Office, published: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[int] = []

    def die(_: Any) -> None:
        begun.append(1)
        raise SystemExit

    monkeypatch.setitem(jobs._handlers, "test.deadly", die)
    jobs.enqueue("test.deadly", "a", {})
    for _ in range(jobs.MAX_TRIES):
        with pytest.raises(SystemExit):
            jobs.run_due()
        clock.advance(jobs.LEASE + timedelta(seconds=1))
    jobs.run_due()
    assert len(begun) == jobs.MAX_TRIES
    assert jobs.state_of("test.deadly", "a") == (JobState.FAILED, None)
    assert [fact.state for fact in published if isinstance(fact, JobFinished)] == ["failed"]


def test_one_of_several_processes_leads_and_another_takes_over_when_it_is_gone(
    office: Office, database_url: str, anew: Anew
) -> None:
    said = in_processes(2, "lead", database_url, "0")
    assert sorted(bool(words) for words in said) == [False, True]
    assert anew(select(Lease.fence)) == [(1,)]
    later = str(scheduler.LEASE.total_seconds() + 1)
    assert "led" in in_processes(1, "lead", database_url, later)[0]
    assert anew(select(Lease.fence)) == [(2,)]


def test_one_who_looked_a_moment_earlier_takes_nothing_that_was_claimed_since(office: Office) -> None:
    job_id = jobs.enqueue("test.count", "a", {"n": 1}, run_at=clock.now() - timedelta(minutes=1))
    assert jobs._claim() is not None
    leader, other = Leadership(), Leadership()
    assert leader.renew()
    clock.advance(timedelta(seconds=-1))
    assert jobs._claim() is None
    assert not other.renew()
    clock.advance(timedelta(days=-1))
    with db.unit_of_work() as session:
        session.get_one(Job, job_id).run_at = clock.now()
    assert jobs._claim() is not None
    assert other.renew()


def test_a_lease_of_a_clock_that_was_set_back_holds_nobody_up(office: Office) -> None:
    clock.advance(timedelta(days=1))
    assert Leadership().renew()
    clock.advance(timedelta(days=-1))
    assert Leadership().renew()


def test_a_leader_who_could_not_renew_in_time_leads_no_more(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    leadership = Leadership()
    assert leadership.renew()
    assert leadership.is_leading
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + scheduler.LEASE.total_seconds() + 1)
    assert not leadership.is_leading


def test_next_numbers_of_a_counter_that_does_not_exist_yet_are_told_apart(office: Office) -> None:
    def number(_: int) -> int:
        with db.unit_of_work() as session:
            return next_number(session, TaskYear, "last", org_id=org_id, year=2026)

    org_id = office.org.id
    assert sorted(at_once(5, number)) == [1, 2, 3, 4, 5]
