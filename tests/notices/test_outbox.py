"""The outbox: written once, sent once, tried again in time, given up aloud."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from intranet.core import clock, db, health
from intranet.notices import outbox, outbox_sending, outbox_switch, outbox_watch, services
from intranet.notices.outbox_models import Channel, OutboxState
from intranet.notices.outbox_sending import Later, Nothing, Refused, Unreachable
from tests.factories import Office
from tests.notices.letters import Post, plug, row, seconds_to_next, write

EMAIL = Channel.EMAIL
HOUR = timedelta(hours=1)


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> Post:
    """Mail that is carried nowhere."""
    return plug(monkeypatch)


def failing(problem: Exception) -> Callable[[object], None]:
    """Fails each try in the same way."""

    def fail(_letter: object) -> None:
        raise problem

    return fail


def test_a_letter_stands_or_falls_with_what_caused_it(office: Office, post: Post) -> None:
    def write_and_fail() -> None:
        with db.unit_of_work():
            write(office.head)
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        write_and_fail()
    assert outbox_sending.send_due(EMAIL) == 0


def test_a_letter_written_twice_is_one_and_leaves_once_without_leaving_its_words(
    office: Office, post: Post
) -> None:
    write(office.head)
    write(office.head, subject="Khác")
    assert outbox_sending.send_due(EMAIL) == 1
    assert outbox_sending.send_due(EMAIL) == 0
    assert [(name, words.subject) for _, name, words in post.carried] == [("truongphong", "Việc gấp")]
    assert (row().state, row().payload) == (OutboxState.SENT, {})


def test_a_letter_for_later_waits_for_its_hour(office: Office, post: Post) -> None:
    outbox.write(EMAIL, "later", office.head.id, "Bản tin", "…", outbox_watch.OUTBOX, at=clock.now() + HOUR)
    assert outbox_sending.send_due(EMAIL) == 0
    clock.advance(HOUR)
    assert outbox_sending.send_due(EMAIL) == 1


def test_tries_come_after_doubling_pauses_with_the_same_message_id_until_it_is_a_dead_letter(
    office: Office, post: Post
) -> None:
    seen: list[str] = []

    def fail(letter: outbox.Claimed) -> None:
        seen.append(letter.message_id)
        raise Later("451 hãy thử lại")

    post.fails = fail
    write(office.head)
    pauses = []
    for _ in range(outbox.MAX_TRIES - 1):
        assert outbox_sending.send_due(EMAIL) == 1
        pauses.append(seconds_to_next())
        clock.advance(timedelta(seconds=pauses[-1] - 1))
        assert outbox_sending.send_due(EMAIL) == 0
        clock.advance(timedelta(seconds=1.001))
    for n, pause in enumerate(pauses):
        least = min(30 * 2**n, 3600)
        assert least <= pause <= min(least * 1.1, 3600)
    assert row().state is OutboxState.QUEUED
    outbox_sending.send_due(EMAIL)
    assert (row().state, row().reason, row().tries) == (OutboxState.DEAD, "451 hãy thử lại", 48)
    assert len(seen) == 48
    assert len(set(seen)) == 1
    clock.advance(HOUR * 99)
    assert outbox_sending.send_due(EMAIL) == 0


def test_a_refused_letter_is_dead_at_once_and_sent_again_by_the_operator(office: Office, post: Post) -> None:
    post.fails = failing(Refused("550 5.1.1 không có hộp thư này"))
    write(office.head)
    outbox_sending.send_due(EMAIL)
    dead, _ = outbox_watch.dead_letters()
    assert [(one.to, one.reason) for one in dead] == [("Đỗ Thị Thanh Hà", "550 5.1.1 không có hộp thư này")]
    post.fails = failing(Later("421"))
    assert outbox_watch.send_again(office.admin, dead[0].id) == 1
    outbox_sending.send_due(EMAIL)
    assert (row().state, row().tries) == (OutboxState.QUEUED, 1)


def test_what_cannot_be_reached_costs_one_letter_one_try(office: Office, post: Post) -> None:
    post.fails = failing(Unreachable("không kết nối được"))
    for n in range(5):
        write(office.head, key=f"letter {n}")
    assert outbox_sending.send_due(EMAIL) == 1
    assert [row(f"letter {n}").tries for n in range(5)] == [1, 0, 0, 0, 0]
    post.fails = lambda _letter: None
    clock.advance(timedelta(seconds=40))
    assert outbox_sending.send_due(EMAIL) == 5


def test_a_fault_of_ours_is_tried_again_and_holds_up_nobody(office: Office, post: Post) -> None:
    post.fails = lambda letter: failing(KeyError("x"))(letter) if not post.carried else None
    write(office.head, key="first")
    write(office.officer, key="second")
    assert outbox_sending.send_due(EMAIL) == 2
    assert row("first").reason == "KeyError"


def test_a_letter_to_a_closed_account_or_about_nothing_is_no_dead_letter(office: Office, post: Post) -> None:
    write(office.officer)
    with db.unit_of_work() as session:
        session.get_one(type(office.officer), office.officer.id).is_active = False
    write(office.head, key="nothing")
    post.fails = lambda letter: failing(Nothing("withdrawn"))(letter) if letter.tries > 1 else None
    outbox_sending.send_due(EMAIL)
    assert (row().state, row().reason) == (OutboxState.DROPPED, "account_closed")
    assert outbox_watch.dead_letters() == ([], None)


def test_a_worker_that_dies_leaves_a_lease_that_ends(office: Office, post: Post) -> None:
    write(office.head)
    lost = outbox.claim(EMAIL, "worker that dies")
    assert lost is not None
    outbox_watch.sweep()
    assert outbox_sending.send_due(EMAIL) == 0
    clock.advance(outbox.LEASE + timedelta(seconds=1))
    outbox_watch.sweep()
    assert outbox_sending.send_due(EMAIL) == 1
    assert post.carried[0][0] == lost.message_id
    assert not outbox.note_failed(lost, "it was not dead after all")
    assert row().state is OutboxState.SENT


def test_a_clock_set_back_does_not_keep_a_letter_for_ever(office: Office, post: Post) -> None:
    write(office.head)
    outbox.claim(EMAIL, "worker that dies")
    clock.advance(timedelta(days=-1))
    outbox_watch.sweep()
    assert row().state is OutboxState.QUEUED


def test_a_copy_in_another_place_sends_nothing_until_it_is_told_to(
    office: Office, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(office.head)
    outbox_switch.begin()
    monkeypatch.setattr(outbox_switch, "home", lambda: "a folder elsewhere")
    assert outbox_sending.send_due(EMAIL) == 0
    assert outbox_switch.is_copy()
    outbox_switch.turn(office.admin, True)
    assert outbox_sending.send_due(EMAIL) == 1
    outbox_switch.turn(None, False)
    write(office.head, key="second")
    assert outbox_sending.send_due(EMAIL) == 0


def test_what_waits_for_an_hour_is_told_to_administrators_once_a_day(office: Office, post: Post) -> None:
    post.fails = failing(Unreachable("không kết nối được"))
    write(office.head)
    for _ in range(62):
        clock.advance(timedelta(minutes=1))
        outbox_sending.send_due(EMAIL)
        outbox_watch.sweep()
    found = {one.name: one for one in health.checks(db.database().settings)}["outbox"]
    assert (found.is_well, found.stops) == (False, False)
    lines, _ = services.page(office.admin)
    assert [line.words for line in lines] == [
        "Thư, tin đẩy không gửi đi được: 1 chờ quá một giờ, 0 bị từ chối. Mở trang Thư gửi đi để xem lý do."
    ]
    assert services.page(office.head)[0] == []
