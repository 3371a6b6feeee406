"""Conclusions of a body's earlier sittings: found by the next one, with how far their tasks are."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from intranet.core import clock, db
from intranet.core.errors import BadState, Forbidden
from intranet.people.models import User
from intranet.tasks import services as tasks
from intranet.tasks.models import Task
from meetings.models.conclusion import ConclusionKind
from meetings.models.meeting import MeetingState, PartRole
from meetings.services import attending, conclusion_review, conclusions, life, participants, profiles
from meetings.services.conclusions import Words
from tests.counting import count_queries
from tests.factories import Office
from tests.meetings.conftest import Sitting, make_sitting
from tests.meetings.test_minutes_pages import Browsers


def give(office: Office, sitting: Sitting, text: str, days: int = 10, **more: bool) -> int:
    """Work for construction, given by the chair; returns its task."""
    due = clock.today() + timedelta(days=days)
    words = Words(text, ConclusionKind.TASK, lead=f"unit:{office.sxd.id}", due_date=due, **more)  # type: ignore[arg-type]  # flags alone
    task = conclusions.give(sitting.chair, sitting.id, words)[1]
    assert task is not None
    return task


def end(sitting: Sitting) -> None:
    """The sitting is over; the next one begins a week later."""
    life.move_meeting(sitting.chair, sitting.id, MeetingState.ENDED, confirm=True)
    clock.advance(timedelta(days=7))


@pytest.fixture
def series(office: Office, guest: User) -> list[Sitting]:
    """Three sittings of one body: the oldest with two tasks, one done late; then one task; then the next."""
    first = make_sitting(office, guest)
    done, _ = (
        give(office, first, "Việc đã xong.", 1),
        give(office, first, "Việc còn lại.", 20, is_urgent=True),
    )
    end(first)
    tasks.report_finished(office.other_head, done, "Xong")
    tasks.accept_result(first.chair, done)
    second = make_sitting(office, guest)
    give(office, second, "Việc mới.", 1)
    conclusions.give(second.chair, second.id, Words("Thống nhất chủ trương.", ConclusionKind.CONCLUSION))
    end(second)
    return [first, second, make_sitting(office, guest, MeetingState.DRAFT)]


def told(actor: User, sitting: Sitting) -> list[list[tuple[str, str]]]:
    """What a sitting goes through, sitting by sitting."""
    found = conclusion_review.review_of(actor, sitting.meeting)
    sittings = () if found is None else found.sittings
    return [[(line.entry["text"], line.how) for line in past.lines] for past in sittings]


def test_the_next_sitting_finds_the_last_one_whole_and_what_is_left_of_older_ones(
    office: Office, series: list[Sitting]
) -> None:
    first, second, now = series
    assert told(now.secretary, now) == [
        [("Việc mới.", "Mới giao, quá hạn 3 ngày"), ("Thống nhất chủ trương.", "")],
        [("Việc còn lại.", "Mới giao, hạn thứ Năm 03/12")],
    ]
    found = conclusion_review.review_of(now.chair, now.meeting)
    assert found is not None
    assert (found.open, found.late, found.is_item) == (2, 1, False)
    # In the second sitting the first was the last: what was done late is told with its days.
    assert told(second.chair, second)[0][0][1] == "Hoàn thành, trễ hạn 4 ngày làm việc"
    assert told(first.chair, first) == []
    for person in (now.guest, office.stranger):
        assert told(person, now) == []


def test_another_body_has_its_own_series(office: Office, series: list[Sitting]) -> None:
    now = series[-1]
    other = profiles.kept_bodies(office.org.id)[1]
    attending.choose_body(now.secretary, now.id, other.id)
    assert told(now.secretary, now) == []
    with pytest.raises(BadState, match=r"conclusion.nothing_before"):
        conclusion_review.put_on_agenda(now.secretary, now.id)


def test_whoever_was_not_there_reads_nothing_of_it(office: Office, series: list[Sitting]) -> None:
    now = series[-1]
    participants.invite(now.chair, now.id, [office.clerk.id], PartRole.SECRETARY)
    assert told(office.clerk, now) == []
    for past in series[:-1]:
        with db.unit_of_work():
            part = past.meeting.participant(now.delegate.id)
            assert part is not None
            part.role = PartRole.GUEST
    assert told(now.delegate, now) == []


def test_going_through_them_becomes_the_first_item_once(series: list[Sitting], client_of: Browsers) -> None:
    now = series[-1]
    with pytest.raises(Forbidden):
        conclusion_review.put_on_agenda(now.delegate, series[0].id)
    browser: FlaskClient = client_of(now.secretary)
    page = browser.get(f"/meetings/{now.id}").get_data(as_text=True)
    assert "Đưa vào chương trình" in page
    for _ in range(2):
        assert browser.post(f"/meetings/{now.id}/items/review").status_code == 302
    assert [one.title for one in now.agenda] == [
        "Rà soát kết luận kỳ trước",
        "Điều chỉnh kế hoạch vốn",
        "Phân cấp quản lý tài sản công",
    ]
    assert "Đưa vào chương trình" not in browser.get(f"/meetings/{now.id}").get_data(as_text=True)
    assert "Kết luận kỳ trước" in browser.get(f"/meetings/{now.id}/pack/room").get_data(as_text=True)
    panel = f"/meetings/{now.id}/minutes/panel"
    assert "Việc còn lại." in browser.get(panel).get_data(as_text=True)
    assert client_of(now.delegate).get(panel).status_code == 404


def test_more_conclusions_are_no_more_queries(office: Office, series: list[Sitting], guest: User) -> None:
    now = series[-1]

    def asked() -> int:
        with db.scope(), count_queries() as sent:
            assert conclusion_review.review_of(now.chair, now.meeting) is not None
        return len(sent)

    before = asked()
    more = make_sitting(office, guest)
    for n in range(6):
        give(office, more, f"Việc thêm {n}.")
    end(more)
    with db.unit_of_work():
        now.meeting.starts_at = clock.now() + timedelta(days=1)
    assert asked() == before
    assert len(told(now.chair, now)[0]) == 6


def test_what_is_urgent_is_an_urgent_task(office: Office, sitting: Sitting) -> None:
    urgent = db.session().get_one(Task, give(office, sitting, "Báo cáo ngay.", is_urgent=True))
    plain = db.session().get_one(Task, give(office, sitting, "Báo cáo."))
    assert (urgent.is_urgent, plain.is_urgent) == (True, False)
