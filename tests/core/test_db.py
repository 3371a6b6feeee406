"""The unit of work, reading, and what lies between agencies."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import StatementError

from intranet.core import clock, db, events, scheduler
from intranet.core.once import Once, done_once
from intranet.people.models import Organisation
from tests.factories import Office


@dataclass(frozen=True)
class Renamed:
    """A fact for these tests."""

    org_id: int


def test_a_unit_inside_another_joins_it_and_falls_with_it(office: Office) -> None:
    def rename_and_fail() -> None:
        with db.unit_of_work() as session:
            with db.unit_of_work() as inner:
                assert inner is session
                inner.get_one(Organisation, office.org.id).name = "Tên khác"
            raise ValueError("after the inner block")

    with pytest.raises(ValueError, match="after"):
        rename_and_fail()
    assert office.org.name == "Ủy ban nhân dân tỉnh An Bình"


def test_what_a_scope_had_read_is_read_anew_after_a_commit(office: Office) -> None:
    with db.unit_of_work() as session:
        session.get_one(Organisation, office.org.id).name = "Tên mới"
    assert office.org.name == "Tên mới"


def test_a_fact_is_told_after_commit_and_never_after_a_failure(
    office: Office, published: list[object]
) -> None:
    with db.unit_of_work():
        db.publish(Renamed(office.org.id))
        assert published == []
    assert published == [Renamed(office.org.id)]

    def fail() -> None:
        with db.unit_of_work():
            db.publish(Renamed(0))
            raise ValueError("undone")

    with pytest.raises(ValueError, match="undone"):
        fail()
    assert published == [Renamed(office.org.id)]


def test_a_subscriber_that_fails_stops_neither_the_others_nor_the_change(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[int] = []

    def broken(_: Renamed) -> None:
        raise RuntimeError("broken")

    monkeypatch.setitem(events._subscribers, Renamed, [broken, lambda fact: heard.append(fact.org_id)])
    with db.unit_of_work():
        db.publish(Renamed(7))
    assert heard == [7]


def test_a_naive_datetime_is_refused(office: Office) -> None:
    def store() -> None:
        with db.unit_of_work() as session:
            naive = datetime(2026, 1, 1)  # noqa: DTZ001 - the very thing that is refused
            session.add(Once(actor_id=1, key="k", body_hash="", answer=None, at=naive))

    with pytest.raises(StatementError, match="naive"):
        store()


def test_instants_come_back_aware(office: Office) -> None:
    with db.unit_of_work() as session:
        session.add(Once(actor_id=1, key="k", body_hash="", answer=None, at=clock.now()))
    found = db.session().scalars(select(Once)).one()
    assert found.at == clock.now()
    assert found.at.tzinfo is not None


def test_a_repeated_key_answers_as_the_first_time_and_acts_once(office: Office) -> None:
    acts: list[int] = []

    def act() -> dict[str, int]:
        acts.append(1)
        return {"n": len(acts)}

    first = done_once(office.clerk, "key-1", {"a": 1}, act)
    again = done_once(office.clerk, "key-1", {"a": 1}, act)
    assert first == again == {"n": 1}
    assert acts == [1]


def test_an_answer_is_forgotten_after_two_days(office: Office) -> None:
    done_once(office.clerk, "old", {}, lambda: 1)
    clock.advance(timedelta(hours=49))
    done_once(office.clerk, "new", {}, lambda: 2)
    scheduler.run_ticks()
    assert db.session().scalars(select(Once.key)).all() == ["new"]
