"""What the devices of a person are told the moment something happens."""

from datetime import timedelta
from typing import Any

import pytest

from intranet.core import clock, db
from intranet.core.live import DESK, person_room, sockets
from intranet.notices import live, services
from intranet.notices.events import NoticeCreated, NoticesRead
from intranet.notices.models import Notice
from intranet.people.models import Unit, User
from intranet.tasks import live as task_live
from intranet.tasks import services as tasks
from intranet.tasks.events import TaskMoved
from tests.counting import count_queries
from tests.factories import Office
from tests.tasks.making import give

Told = list[tuple[str, str, Any]]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Told:
    """Every message to a desk: room, name and data."""
    sent: Told = []

    def emit(name: str, data: Any, *, to: str, namespace: str) -> None:
        assert namespace == DESK
        sent.append((to, name, data))

    monkeypatch.setattr(sockets, "emit", emit)
    monkeypatch.setattr(sockets, "people", lambda: set(range(1000)))
    return sent


def last_of(user: User) -> int:
    """Id of the person's newest notice."""
    return services.page(user)[0][0].id


def test_a_new_notice_rings_says_what_it_is_and_refreshes_lists(office: Office, told: Told) -> None:
    give(office)
    notice_id = last_of(office.head)
    told.clear()
    live.tell_notice(NoticeCreated(notice_id, [office.head.id]))
    room = person_room(office.head.id)
    assert told == [
        (room, "bell", {"unread": 1}),
        (
            room,
            "notice",
            {
                "title": "Nguyễn Văn Bình giao bạn chủ trì “Rà soát vốn đầu tư công”, hạn 20/11/2026",
                "url": f"/notices/{notice_id}",
            },
        ),
        (room, "changed", {"what": ["notices", "tasks"]}),
    ]


def test_a_live_message_names_nothing_that_may_not_be_read(office: Office, told: Told) -> None:
    task_id = give(office, is_restricted=True)
    with db.unit_of_work():
        services.notify(
            [office.stranger.id],
            "task.urged",
            tasks.access_task(office.leader, task_id, tasks.To.READ).ref,
            text="",
        )
        row = db.session().query(Notice).filter_by(user_id=office.stranger.id).one().id
    told.clear()
    live.tell_notice(NoticeCreated(row, [office.stranger.id]))
    assert [data["title"] for _, name, data in told if name == "notice"] == [
        "Một nội dung bạn không còn quyền xem"
    ]


def test_leaders_of_an_agency_are_told_what_their_unit_above_receives(office: Office, told: Told) -> None:
    with db.unit_of_work() as session:
        unit = Unit(org_id=office.org.id, name="Sở Y tế", short_name="SYT", represents_id=office.other.id)
        session.add(unit)
        session.flush()
        key = unit.id
    give(office, lead=tasks.Party(unit_id=key))
    told.clear()
    live.tell_notice(NoticeCreated(last_of(office.other_leader), [office.other_leader.id]))
    assert "Rà soát vốn đầu tư công" in told[1][2]["title"]


def test_the_bell_follows_what_was_read_elsewhere(office: Office, told: Told) -> None:
    give(office)
    services.mark_all_read(office.head)
    told.clear()
    live.tell_read(NoticesRead(office.head.id))
    assert told == [(person_room(office.head.id), "bell", {"unread": 0})]


def test_lists_of_the_parties_are_read_again_and_before_the_release_the_assigners_alone(
    office: Office, told: Told
) -> None:
    task_id = give(office, release_after=10, co=[tasks.Party(unit_id=office.sxd.id)])
    told.clear()
    task_live.tell_lists(TaskMoved(task_id))
    assert {room for room, _, _ in told} == {person_room(office.leader.id)}
    told.clear()
    clock.advance(timedelta(seconds=10))
    task_live.tell_lists(TaskMoved(task_id))
    rooms = {person_room(user.id) for user in (office.leader, office.head, office.other_head)}
    assert {room for room, _, _ in told} == rooms
    assert {(name, str(data)) for _, name, data in told} == {("changed", "{'what': ['tasks']}")}


def test_whoever_has_no_page_open_costs_nothing(
    office: Office, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    task_id = give(office)
    notice_id = last_of(office.head)
    told.clear()
    monkeypatch.setattr(sockets, "people", set)
    with count_queries() as asked:
        live.tell_notice(NoticeCreated(notice_id, [office.head.id]))
        live.tell_read(NoticesRead(office.head.id))
        task_live.tell_lists(TaskMoved(task_id))
        task_live.tell_assigner(NoticeCreated(notice_id, [office.head.id]))
    assert (told, asked) == ([], [])


def test_what_is_gone_is_told_to_nobody(office: Office, told: Told) -> None:
    live.tell_notice(NoticeCreated(999, [office.head.id]))
    task_live.tell_lists(TaskMoved(999))
    assert told == []


def test_with_the_release_the_assigners_page_is_read_again(office: Office, told: Told) -> None:
    give(office, release_after=10)
    told.clear()
    clock.advance(timedelta(seconds=10))
    services.release_due()
    task_live.tell_assigner(NoticeCreated(last_of(office.head), [office.head.id]))
    assert (person_room(office.leader.id), "changed", {"what": ["tasks"]}) in told
