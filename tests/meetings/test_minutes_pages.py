"""The page of minutes over plain forms: who sees what, and every act with its refusal on the same page."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
from flask.testing import FlaskClient

from intranet.core import clock
from intranet.people.models import User
from meetings.models.conclusion import ConclusionKind, ConclusionState
from meetings.models.meeting import MeetingState
from meetings.models.minutes import MinutesState
from meetings.services import chairing, conclusion_lists, conclusions, life, minutes
from meetings.services.conclusions import Words
from tests.factories import Office
from tests.meetings.conftest import Sitting

Browsers = Callable[[User], FlaskClient]


@pytest.fixture
def over(sitting: Sitting) -> Sitting:
    """A sitting that is over, with something typed and a conclusion that waits."""
    chairing.start_item(sitting.chair, sitting.id, sitting.agenda[0].id, expect=None)
    key = f"summary:{sitting.agenda[0].id}"
    minutes.save_block(sitting.secretary, sitting.id, key, "Sở Tài chính trình bày.", rev=0)
    words = Words("Sở Xây dựng rà soát.", ConclusionKind.TASK, sitting.agenda[0].id)
    conclusions.record_conclusion(sitting.secretary, sitting.id, words)
    life.move_meeting(sitting.chair, sitting.id, MeetingState.ENDED, confirm=True)
    return sitting


def text(browser: FlaskClient, address: str) -> str:
    """The words of a page."""
    return unescape(browser.get(address).get_data(as_text=True))


def test_the_page_offers_each_what_is_theirs(over: Sitting, client_of: Browsers) -> None:
    address = f"/meetings/{over.id}/minutes"
    secretary, chair = text(client_of(over.secretary), address), text(client_of(over.chair), address)
    assert "data-ed" in secretary
    assert "Trình chủ tọa" in secretary
    assert "data-ed" not in chair
    assert "Xác nhận và giao việc" in chair
    for person in (over.delegate, over.guest):
        assert client_of(person).get(address).status_code == 403
        assert client_of(person).get(f"{address}.docx").status_code == 403
    assert client_of(over.secretary).get(f"{address}.docx").mimetype.endswith("wordprocessingml.document")


def test_every_form_of_the_page_does_its_work_and_says_why_not(
    office: Office, over: Sitting, client_of: Browsers
) -> None:
    base, item = f"/meetings/{over.id}", over.agenda[0].id
    (waiting,) = conclusion_lists.conclusions_in(over.meeting)
    secretary, chair, member = client_of(over.secretary), client_of(over.chair), client_of(over.delegate)

    def done(browser: FlaskClient, path: str, **data: str) -> str:
        answer = browser.post(base + path, data=data)
        assert answer.status_code in {302, 422}, answer.status
        return "" if answer.status_code == 302 else unescape(answer.get_data(as_text=True))

    fact = re.search(r'data-correct="([^"]+)"', text(secretary, base + "/minutes"))
    assert fact is not None
    assert "Hãy ghi lý do" in done(
        secretary, "/minutes/corrections", fact=fact[1], text="8 giờ 05", reason=""
    )
    assert done(secretary, "/minutes/corrections", fact=fact[1], text="8 giờ 05", reason="Bấm muộn") == ""
    assert "Đính chính: 8 giờ 05" in text(secretary, base + "/minutes")

    edit = f"/conclusions/{waiting.id}/edit"
    due = clock.today() + timedelta(days=9)
    form = {"version": "1", "item": str(item), "text": "Sở Xây dựng rà soát ngay.", "kind": "task"}
    assert "ngày hạn chưa đúng" in done(secretary, edit, **form, due_date="mai")
    assert "chọn chủ trì" in done(chair, f"/conclusions/{waiting.id}/confirm", version="1")
    lead = {"lead": f"unit:{office.sxd.id}", "co": f"unit:{office.stc.id}", "due_date": f"{due:%d/%m/%Y}"}
    assert done(secretary, edit, **form, **lead) == ""
    assert "vừa được người khác sửa" in done(chair, f"/conclusions/{waiting.id}/confirm", version="1")
    assert done(chair, f"/conclusions/{waiting.id}/confirm", version="2") == ""
    (issued,) = conclusion_lists.conclusions_in(over.meeting)
    assert (issued.state, issued.due_date, issued.co) == (ConclusionState.ISSUED, due, [lead["co"]])
    page = text(client_of(office.other_head), f"/meetings/conclusions/{issued.id}")
    assert "Sở Xây dựng rà soát ngay." in page
    assert re.search(r"NV-\d{4}-\d{6}</a>, mới giao", page)
    assert over.agenda[0].title not in page
    assert over.agenda[0].title in text(secretary, f"/meetings/conclusions/{issued.id}")
    assert client_of(office.stranger).get(f"/meetings/conclusions/{issued.id}").status_code == 404

    assert done(secretary, "/minutes/submit") == ""
    until = clock.today() + timedelta(days=2)
    assert "Hạn góp ý" in done(chair, "/minutes/round", until=f"{clock.today() - timedelta(days=1):%d/%m/%Y}")
    assert done(chair, "/minutes/round", until=f"{until:%d/%m/%Y}") == ""
    assert "Góp ý cho phần này" in text(member, base + "/minutes")
    assert done(member, "/minutes/comments", key="closing", text="Ghi rõ thời hạn.") == ""
    (said,) = minutes.comments_of(over.meeting)["closing"]
    assert member.post(f"{base}/minutes/comments/{said.id}/settle").status_code == 403
    assert done(chair, f"/minutes/comments/{said.id}/settle") == ""
    assert "Hãy ghi lý do" in done(chair, "/minutes/return", reason="")
    assert done(chair, "/minutes/return", reason="Thiếu kết luận mục 2") == ""
    assert "Thiếu kết luận mục 2" in text(secretary, base + "/minutes")
    assert done(chair, f"/conclusions/{issued.id}/cancel", version="3", reason="Đã giao nơi khác") == ""
    assert done(secretary, "/minutes/submit") == ""
    assert done(chair, "/minutes/approve") == ""
    meeting, held = minutes.access_minutes(over.delegate, over.id)
    assert held is not None
    assert held.state is MinutesState.APPROVED
    assert "Chủ tọa đã duyệt" in text(member, f"/meetings/{meeting.id}/minutes")
    assert "Biên bản" in text(member, base)


def test_what_keeps_the_chair_from_approving_is_said_beside_the_button(
    over: Sitting, client_of: Browsers
) -> None:
    address, words = f"/meetings/{over.id}/minutes", "Còn 1 kết luận chờ xác nhận"
    assert words not in text(client_of(over.secretary), address)
    assert client_of(over.secretary).post(f"{address}/submit").status_code == 302
    page = text(client_of(over.chair), address)
    assert 0 < page.index(words) < page.index('href="#fresh-waiting"') < page.index(f"{address}/approve")


def test_every_version_of_a_block_is_read_on_the_page(over: Sitting, client_of: Browsers) -> None:
    key = f"summary:{over.agenda[0].id}"
    minutes.save_block(over.secretary, over.id, key, "Bản hai.", rev=1)
    address = f"/meetings/{over.id}/minutes/history/{key}"
    page = text(client_of(over.chair), address)
    assert page.index("Bản hai.") < page.index("Sở Tài chính trình bày.")
    assert client_of(over.delegate).get(address).status_code == 403


def test_the_room_types_the_summary_of_what_is_on_the_floor_or_was_last(
    over: Sitting, client_of: Browsers
) -> None:
    address = f"/meetings/{over.id}/minutes/panel"
    secretary, chair = (text(client_of(one), address) for one in (over.secretary, over.chair))
    assert f'data-block="summary:{over.agenda[0].id}" data-rev="1"' in secretary
    assert "data-ed" in secretary
    assert "data-ed" not in chair
    assert "Sở Tài chính trình bày." in chair
    assert client_of(over.delegate).get(address).status_code == 403


def test_the_room_is_given_what_it_concludes_with(over: Sitting, client_of: Browsers) -> None:
    address = f"/meetings/{over.id}/conclusions/panel"
    assert "Sở Xây dựng rà soát." in text(client_of(over.chair), address)
    assert client_of(over.delegate).get(address).status_code == 403
