"""Pages of opinion ballots: forms keep what was typed, strangers find nothing, lists ask few questions."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from intranet.core import clock, db, jobs
from intranet.people.models import User
from intranet.records import files
from meetings import jobs as meeting_jobs
from meetings.models.meeting import MeetingState
from meetings.models.opinion import OpinionBallot, OpinionChoice, OpinionState
from meetings.services import opinions
from tests.counting import count_queries
from tests.factories import Office
from tests.meetings.conftest import make_sitting
from tests.meetings.opinion import Council, answer_of, ballot_of, make_council
from tests.uploads import staged_file

pytestmark = pytest.mark.pages

Browsers = Callable[[User], FlaskClient]


@pytest.fixture
def council(office: Office) -> Council:
    """Six members."""
    return make_council(office)


def form_of(council: Council, **more: Any) -> dict[str, Any]:
    """A whole form."""
    values: dict[str, Any] = {
        "question": "Thông qua quy chế?",
        "text": "Dự thảo kèm theo.",
        "days": "5",
        "meeting_id": "",
        "chair_id": council.chair.id,
        "member_ids": [one.id for one in council.members],
        "body_id": "",
        "need": "half",
        "silence": "apart",
        "may_change": "y",
        "shows_names": "y",
        "once": "mot-khoa",
    }
    return values | more


def read(answer: Any) -> str:
    """The words of a page."""
    return unescape(answer.get_data(as_text=True))


def ballots() -> int:
    """How many there are."""
    return db.session().scalar(select(func.count()).select_from(OpinionBallot)) or 0


def test_a_question_is_put_with_its_paper_and_a_double_click_puts_one(
    council: Council, client_of: Browsers
) -> None:
    upload = staged_file(council.secretary, name="du-thao.pdf")
    browser = client_of(council.secretary)
    for _ in range(2):
        answer = browser.post("/meetings/opinions/new", data=form_of(council, file_id=upload))
        assert answer.status_code == 302
    assert ballots() == 1
    ballot = db.session().scalars(select(OpinionBallot)).one()
    assert answer.headers["Location"] == f"/meetings/opinions/{ballot.id}"
    (paper,) = files.of(ballot.ref)
    page = read(client_of(council.members[3]).get(f"/meetings/opinions/{ballot.id}"))
    assert f"/files/{paper.public_id}" in page
    assert "Được đổi đến 17:00 ngày 20/11/2026." in page
    assert client_of(council.members[3]).get(f"/files/{paper.public_id}/du-thao.pdf").status_code == 200
    assert client_of(council.office.stranger).get(f"/files/{paper.public_id}/du-thao.pdf").status_code == 404


def test_every_wrong_field_is_named_and_what_was_typed_stays(council: Council, client_of: Browsers) -> None:
    wrong = form_of(council, question="", text="y" * 4001, days="mười", need="tất cả", silence="im")
    answer = client_of(council.secretary).post("/meetings/opinions/new", data=wrong)
    page = read(answer)
    assert answer.status_code == 422
    for field in ("question", "text", "days", "need", "silence"):
        assert re.search(rf'id="{field}-e"', page), field
    assert "Số ngày làm việc để trả lời phải là số từ 1 đến 30." in page
    assert 'value="mười"' in page
    assert council.members[4].full_name in page
    nobody = form_of(council, question="", chair_id="", member_ids=[])
    answer = client_of(council.secretary).post("/meetings/opinions/new", data=nobody)
    assert answer.status_code == 422
    for field in ("question", "chair_id", "member_ids"):
        assert re.search(rf'id="{field}-e"', read(answer)), field
    alone = form_of(council, member_ids=[council.chair.id])
    answer = client_of(council.secretary).post("/meetings/opinions/new", data=alone)
    assert re.search(r'id="member_ids-e".*Cần ít nhất 2 thành viên', read(answer), re.DOTALL)
    assert ballots() == 0


@pytest.mark.parametrize("days", ["0", "31", "-3", "2,5", "", "9" * 30])
def test_days_that_cannot_be_are_refused(council: Council, client_of: Browsers, days: str) -> None:
    answer = client_of(council.secretary).post("/meetings/opinions/new", data=form_of(council, days=days))
    assert (answer.status_code, "từ 1 đến 30" in read(answer)) == (422, True)
    assert ballots() == 0


@pytest.mark.parametrize("state", [MeetingState.PUBLISHED, MeetingState.ENDED])
def test_who_prepares_a_meeting_goes_from_its_page_to_a_ballot_about_it(
    office: Office, guest: User, client_of: Browsers, state: MeetingState
) -> None:
    sitting = make_sitting(office, guest, state)
    link = f'href="/meetings/opinions/new?meeting={sitting.id}"'
    pages = {
        who: read(client_of(who).get(f"/meetings/{sitting.id}"))
        for who in (sitting.chair, sitting.secretary, sitting.delegate, sitting.guest)
    }
    assert [who for who, page in pages.items() if link in page] == [sitting.chair, sitting.secretary]
    assert f'<option selected value="{sitting.id}">' in read(
        client_of(sitting.chair).get(f"/meetings/opinions/new?meeting={sitting.id}")
    )


def test_a_meeting_that_is_named_gives_the_members(office: Office, guest: User, client_of: Browsers) -> None:
    sitting = make_sitting(office, guest, MeetingState.PUBLISHED)
    browser = client_of(sitting.secretary)
    page = read(browser.get(f"/meetings/opinions/new?meeting={sitting.id}"))
    assert re.search(rf'<option selected value="{sitting.id}">', page)
    council = Council(office, [office.leader, office.head])
    data = form_of(council, meeting_id=sitting.id, chair_id="", member_ids=[])
    answer = browser.post("/meetings/opinions/new", data=data)
    assert answer.status_code == 302
    assert sitting.meeting.title in read(browser.get(answer.headers["Location"]))
    # Somebody who prepares no meeting is offered none, and may not name one.
    other = client_of(office.other_head).post("/meetings/opinions/new", data=data)
    assert (other.status_code, 'id="meeting_id-e"' in read(other)) == (422, True)


def test_a_member_answers_on_a_plain_page_and_changes_it(council: Council, client_of: Browsers) -> None:
    made, member = council.ask(), council.members[2]
    browser, path = client_of(member), f"/meetings/opinions/{made}"
    home = read(browser.get("/"))
    assert "Chờ tôi cho ý kiến" in home
    assert path in home
    sent = {"choice": "yes", "text": "", "seen": "0", "once": "k1"}
    for _ in range(2):
        assert browser.post(f"{path}/answer", data=sent).status_code == 302
    assert answer_of(made, member).given == 1
    assert "Chờ tôi cho ý kiến" not in read(browser.get("/"))
    changed = {"choice": "other", "text": "Chờ nguồn vốn", "seen": "1", "once": "k2"}
    assert browser.post(f"{path}/answer", data=changed).status_code == 302
    page = read(browser.get(path))
    assert 'name="seen" type="hidden" value="2"' in page
    assert "Chờ nguồn vốn" in page
    # A page opened before the change overwrites nothing, and says so.
    late = browser.post(f"{path}/answer", data={"choice": "no", "text": "", "seen": "1", "once": "k3"})
    assert (late.status_code, "vừa trả lời phiếu này ở một trang" in read(late)) == (422, True)
    assert answer_of(made, member).choice is OpinionChoice.OTHER


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"choice": "", "text": "Chưa chọn"}, "Hãy chọn một ý kiến."),
        ({"choice": "maybe", "text": "Chưa chọn"}, "Giá trị"),
        ({"choice": "other", "text": "  "}, "Hãy ghi rõ ý kiến khác của bạn."),
        ({"choice": "yes", "text": "x" * 2001}, "Nhiều nhất 2000 ký tự"),
    ],
)
def test_a_wrong_answer_is_refused_beside_its_field(
    council: Council, client_of: Browsers, sent: dict[str, str], words: str
) -> None:
    made, member = council.ask(), council.members[2]
    answer = client_of(member).post(f"/meetings/opinions/{made}/answer", data=sent | {"seen": "0"})
    page = read(answer)
    assert answer.status_code == 422
    assert re.search(r'id="(choice|text)-e"', page)
    # On a phone the form is below the text: the answered page opens at it.
    assert f'action="/meetings/opinions/{made}/answer#answer"' in page
    assert words in page or "Hãy chọn" in page
    assert sent["text"].strip() in page
    assert answer_of(made, member).given == 0


@pytest.mark.parametrize("seen", ["", "abc", "-1", "9" * 40])
def test_a_count_that_is_none_overwrites_nothing(council: Council, client_of: Browsers, seen: str) -> None:
    made, member = council.ask(), council.members[2]
    opinions.answer(member, made, OpinionChoice.YES, expect=0)
    sent = {"choice": "no", "text": "", "seen": seen}
    assert client_of(member).post(f"/meetings/opinions/{made}/answer", data=sent).status_code == 422
    assert answer_of(made, member).choice is OpinionChoice.YES


def test_the_secretary_follows_it_to_its_result(council: Council, client_of: Browsers) -> None:
    made = council.ask()
    council.say(made, "yes", "yes", "yes", "no", "other")
    browser, path = client_of(council.secretary), f"/meetings/opinions/{made}"
    page = read(browser.get(path))
    assert "5/6" in page
    assert re.search(rf"Chưa trả lời: 1</summary><ul><li>{council.members[5].full_name}</li></ul>", page)
    assert "Kết thúc và kiểm phiếu" not in page
    early = browser.post(f"{path}/close")
    assert (early.status_code, "Còn 1 thành viên chưa trả lời" in read(early)) == (422, True)
    opinions.answer(council.members[5], made, OpinionChoice.YES, expect=0)
    assert "Kết thúc và kiểm phiếu" in read(browser.get(path))
    assert browser.post(f"{path}/close").status_code == 302
    member = client_of(council.members[5])
    assert "Tán thành 4/6" not in read(member.get(path))
    assert member.post(f"{path}/publish").status_code == 403
    assert browser.post(f"{path}/publish").status_code == 302
    shown = read(member.get(path))
    assert "Tán thành 4/6 thành viên, cần trên 1/2: thông qua" in shown
    assert "Cần bổ sung nguồn kinh phí" in shown
    again = browser.post(f"{path}/publish")
    assert (again.status_code, "Chưa công bố được" in read(again)) == (422, True)


def test_after_the_deadline_an_answer_is_refused_in_words(council: Council, client_of: Browsers) -> None:
    made, member = council.ask(), council.members[2]
    path = f"/meetings/opinions/{made}"
    clock.freeze(ballot_of(made).closes_at)
    browser = client_of(member)
    meeting_jobs.close_opinions()
    late = browser.post(f"{path}/answer", data={"choice": "yes", "text": "", "seen": "0"})
    assert late.status_code == 422
    assert "đã kết thúc lấy ý kiến" in read(late)
    assert "Chỉ có 0/6 thành viên trả lời" in read(browser.get(path))


def test_the_chair_voids_it_with_a_reason(council: Council, client_of: Browsers) -> None:
    made = council.ask()
    browser, path = client_of(council.chair), f"/meetings/opinions/{made}"
    empty = browser.post(f"{path}/void", data={"reason": ""})
    assert (empty.status_code, "Hãy ghi lý do hủy phiếu." in read(empty)) == (422, True)
    assert client_of(council.secretary).post(f"{path}/void", data={"reason": "Nhầm"}).status_code == 403
    assert browser.post(f"{path}/void", data={"reason": "Gửi nhầm bản"}).status_code == 302
    assert ballot_of(made).state is OpinionState.VOID
    assert "Gửi nhầm bản" in read(client_of(council.members[4]).get(path))


def test_people_of_another_agency_and_the_administrator_find_nothing(
    council: Council, office: Office, client_of: Browsers
) -> None:
    made = council.ask()
    path = f"/meetings/opinions/{made}"
    for stranger in (office.stranger, office.other_leader, office.admin, office.clerk):
        browser = client_of(stranger)
        assert browser.get(path).status_code == 404
        for act in ("answer", "close", "publish", "void"):
            assert browser.post(f"{path}/{act}", data={"choice": "yes", "reason": "x"}).status_code == 404
        assert "Thông qua quy chế" not in read(browser.get("/meetings/opinions"))
    assert client_of(council.chair).get("/meetings/opinions/2147483647").status_code == 404
    assert client_of(office.admin).get("/meetings/opinions/new").status_code == 403


def test_the_list_asks_as_many_questions_for_ten_as_for_one(council: Council, client_of: Browsers) -> None:
    browser = client_of(council.members[2])
    council.ask()
    jobs.run_due()

    def asked(path: str) -> int:
        with count_queries() as sent:
            page = browser.get(path)
        assert page.status_code == 200
        return len(sent)

    asked("/meetings/opinions")
    one = {path: asked(path) for path in ("/meetings/opinions", "/")}
    for n in range(9):
        council.ask(question=f"Câu hỏi {n}?")
    assert {path: asked(path) for path in one} == one
    page = read(browser.get("/meetings/opinions"))
    assert page.count("Câu hỏi") == 9


def test_the_list_tells_what_waits_and_what_is_over(council: Council, client_of: Browsers) -> None:
    first, second = council.ask(question="Câu một?"), council.ask(question="Câu hai?")
    member = council.members[2]
    opinions.answer(member, first, OpinionChoice.YES, expect=0)
    page = read(client_of(member).get("/meetings/opinions"))
    assert page.index("Câu hai?") < page.index("Câu một?")
    assert "/6</td>" not in page
    assert "1/6</td>" in read(client_of(council.secretary).get("/meetings/opinions"))
    opinions.void_opinion(council.chair, second, reason="Gửi nhầm")
    past = read(client_of(member).get("/meetings/opinions?tab=past"))
    assert "Câu hai?" in past
    # One page needs no buttons that lead to others.
    assert "o-pgn" not in past
    assert "Câu một?" not in past
    assert client_of(member).get("/meetings/opinions?tab=past&before=x~y").status_code == 200
    assert "/meetings/opinions" in read(client_of(member).get("/meetings"))
