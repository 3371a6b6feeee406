"""The code on the wall: one button for whoever scanned it, nothing for anybody else."""

import re
from collections.abc import Callable
from html import unescape

import segno
from flask.testing import FlaskClient

from intranet.people.models import User
from meetings.services import attending
from tests.factories import Office
from tests.meetings.conftest import Sitting, journal_of, make_sitting

Browsers = Callable[[User], FlaskClient]


def test_a_scanned_code_and_one_button_check_in(sitting: Sitting, client_of: Browsers) -> None:
    browser, code = client_of(sitting.delegate), attending.code_for(sitting.id)
    page = browser.get(f"/meetings/{sitting.id}/check-in?code={code}")
    assert page.status_code == 200
    assert page.text.count(f'name="code" value="{code}"') == 1
    for _ in range(2):
        answer = browser.post(f"/meetings/{sitting.id}/check-in", data={"code": code}, follow_redirects=True)
        assert "Bạn đã điểm danh" in unescape(answer.text)
    assert journal_of(sitting.id) == ["att.changed"]
    assert attending.entry_of(sitting.meeting, sitting.delegate.id)["via"] == "qr"


def test_the_code_of_another_meeting_is_refused(
    sitting: Sitting, office: Office, guest: User, client_of: Browsers
) -> None:
    other = make_sitting(office, guest)
    browser = client_of(sitting.delegate)
    for code in (attending.code_for(other.id), "", "abc", "đ"):
        assert browser.get(f"/meetings/{sitting.id}/check-in", query_string={"code": code}).status_code == 403
        answer = browser.post(f"/meetings/{sitting.id}/check-in", data={"code": code})
        assert answer.status_code == 403
        assert "Mã điểm danh không đúng" in unescape(answer.text)
    assert browser.post(f"/meetings/{sitting.id}/check-in").status_code == 403
    assert sitting.meeting.v == 0


def test_only_chair_and_secretary_are_shown_the_code(sitting: Sitting, client_of: Browsers) -> None:
    code = attending.code_for(sitting.id)
    shown = {
        person.id: code in client_of(person).get(f"/meetings/{sitting.id}/check-in").text
        for person in sitting.everybody
    }
    assert [key for key, is_shown in shown.items() if is_shown] == [sitting.chair.id, sitting.secretary.id]


def test_the_drawing_on_the_wall_is_the_address_with_the_code(sitting: Sitting, client_of: Browsers) -> None:
    browser = client_of(sitting.secretary)
    page = unescape(browser.get(f"/meetings/{sitting.id}/check-in").text)
    address = re.search(rf'href="(http[^"]+/meetings/{sitting.id}/check-in\?code=\w+)"', page)
    assert address is not None
    drawn = re.search(r'<svg[^>]*class="m-qr".*? d="([^"]+)"', page)
    expected = segno.make(address.group(1), error="m", micro=False).svg_inline(border=4, lineclass=None)
    assert drawn is not None
    assert f'd="{drawn.group(1)}"' in expected
    assert browser.get(address.group(1)).status_code == 200


def test_whoever_takes_no_part_cannot_check_in(sitting: Sitting, office: Office, client_of: Browsers) -> None:
    code = attending.code_for(sitting.id)
    browser = client_of(office.stranger)
    assert browser.get(f"/meetings/{sitting.id}/check-in?code={code}").status_code == 404
    assert browser.post(f"/meetings/{sitting.id}/check-in", data={"code": code}).status_code == 404
    assert sitting.meeting.v == 0


def test_nobody_checks_in_after_the_end(draft: Sitting, client_of: Browsers) -> None:
    code = attending.code_for(draft.id)
    answer = client_of(draft.chair).post(f"/meetings/{draft.id}/check-in", data={"code": code})
    assert answer.status_code == 409
    assert "chưa điểm danh được" in unescape(answer.text)
