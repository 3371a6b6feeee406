"""Telling officials: at once or at a set instant, once each, and never more than they may read."""

from datetime import timedelta

import pytest

from intranet.core import clock, db
from intranet.core.errors import NotFound
from intranet.core.refs import Ref
from intranet.notices import services
from intranet.notices.events import NoticeCreated, NoticesRead
from intranet.tasks import services as tasks
from tests.counting import count_queries
from tests.factories import Office
from tests.tasks.making import give

SECONDS = timedelta(seconds=1)


def test_a_notice_for_now_rings_at_once(office: Office, published: list[object]) -> None:
    task_id = give(office, release_after=0)
    lines, _ = services.page(office.head)
    assert [line.words for line in lines] == [
        "Nguyễn Văn Bình giao bạn chủ trì “Rà soát vốn đầu tư công”, hạn 20/11/2026"
    ]
    assert lines[0].ref == Ref("task", task_id)
    assert [fact.user_ids for fact in published if isinstance(fact, NoticeCreated)] == [(office.head.id,)]


def test_a_notice_for_later_is_unseen_until_its_instant_and_released_once(
    office: Office, published: list[object]
) -> None:
    give(office, release_after=10)
    clock.advance(9 * SECONDS)
    assert services.release_due() == 0
    assert services.unread(office.head.id) == 0
    clock.advance(1 * SECONDS)
    assert services.release_due() == 1
    assert services.release_due() == 0
    assert services.unread(office.head.id) == 1
    assert len([fact for fact in published if isinstance(fact, NoticeCreated)]) == 1


def test_a_release_missed_during_a_standstill_is_caught_up(office: Office) -> None:
    give(office, release_after=10)
    clock.advance(timedelta(days=3))
    assert services.release_due() == 1


def test_what_is_withdrawn_in_time_is_never_told(office: Office) -> None:
    task_id = give(office, release_after=10)
    with db.unit_of_work():
        services.withdraw(Ref("task", task_id))
    clock.advance(11 * SECONDS)
    assert services.release_due() == 0


def test_whoever_did_it_is_not_told_of_it(office: Office) -> None:
    with db.unit_of_work():
        services.notify([office.head.id, office.leader.id], "task.urged", Ref("task", 1), by=office.head)
    assert services.unread(office.head.id) == 0
    assert services.unread(office.leader.id) == 1


def test_a_title_is_gone_from_the_bell_when_the_right_to_read_is(office: Office) -> None:
    task_id = give(office, release_after=0, lead=tasks.Party(user_id=office.stranger.id), org_wide=True)
    assert "Rà soát" in services.page(office.stranger)[0][0].words
    with db.unit_of_work() as session:
        for party in tasks.access_task(office.leader, task_id, tasks.To.READ, lock=True).parties:
            session.delete(party)
    line = services.page(office.stranger)[0][0]
    assert line.words == "Một nội dung bạn không còn quyền xem"
    assert line.ref is None


def test_reading_one_and_all_lowers_the_bell_on_every_device(office: Office, published: list[object]) -> None:
    for _ in range(3):
        give(office, release_after=0)
    first = services.page(office.head)[0][0]
    services.mark_read(office.head, first.id)
    assert services.unread(office.head.id) == 2
    assert services.mark_all_read(office.head) == 2
    assert services.unread(office.head.id) == 0
    assert published.count(NoticesRead(office.head.id)) == 2


def test_a_notice_of_somebody_else_does_not_exist(office: Office) -> None:
    give(office, release_after=0)
    line = services.page(office.head)[0][0]
    with pytest.raises(NotFound, match=r"notice\.missing"):
        services.mark_read(office.officer, line.id)


def test_pages_by_key_show_each_notice_once(office: Office) -> None:
    with db.unit_of_work():
        for n in range(25):
            services.notify([office.head.id], "task.urged", Ref("task", n + 1))
    seen: list[int] = []
    key = None
    for _ in range(3):
        lines, key = services.page(office.head, before=key, limit=10)
        seen += [line.id for line in lines]
    assert key is None
    assert len(seen) == len(set(seen)) == 25
    assert seen == sorted(seen, reverse=True)


def test_the_bell_counts_no_further_than_it_shows(office: Office) -> None:
    with db.unit_of_work():
        for n in range(130):
            services.notify([office.head.id], "task.urged", Ref("task", n + 1))
    assert services.unread(office.head.id) == services.MOST_COUNTED + 1


def test_a_long_list_asks_no_more_than_a_short_one(office: Office) -> None:
    give(office, release_after=0)
    with count_queries() as few:
        services.page(office.head)
    for _ in range(20):
        give(office, release_after=0)
    db.session().expire_all()
    with count_queries() as many:
        lines, _ = services.page(office.head)
    assert len(lines) == 21
    assert len(many) <= len(few) + 1
