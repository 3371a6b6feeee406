"""My work under a thumb: taps to report, to ask for more time, to answer from the board."""

import re

from playwright.sync_api import Locator, expect

from tests.browser import keys
from tests.browser.conftest import Opener


def reach(button: Locator) -> float:
    """Height of what is tapped, in CSS pixels."""
    box = button.bounding_box()
    assert box is not None
    return box["height"]


def test_an_officer_reports_in_two_taps_asks_for_time_in_two_and_a_card_has_one_act(open_as: Opener) -> None:
    officer = open_as("chuyenvien", tablet=True)
    keys.listen(officer)
    officer.goto("/tasks")
    expect(officer.locator("body[data-ready]")).to_be_attached()
    row = officer.locator(".o-mt", has_text="Rà soát danh mục hồ sơ năm nay")
    step = row.locator("button[value='50']")
    assert reach(step) >= 44
    step.tap()
    send = row.get_by_role("button", name="Gửi 50%")
    assert reach(send) >= 44
    with officer.expect_response(lambda answer: answer.request.method == "POST"):
        send.tap()
    expect(officer.get_by_text("Đã gửi báo cáo tiến độ")).to_be_visible()
    assert keys.pressed(officer) == ["click", "click"]
    officer.reload()
    expect(step).to_have_attribute("aria-pressed", "true")

    keys.forget(officer)
    row.get_by_role("button", name=re.compile("Xin gia hạn")).tap()
    officer.locator("#act-sheet").get_by_role("button", name="Gửi đề nghị").tap()
    expect(officer.get_by_text("Đã gửi đề nghị gia hạn")).to_be_visible()
    assert keys.pressed(officer) == ["click", "click"]

    officer.goto("/tasks/board")
    expect(officer.locator("body[data-ready]")).to_be_attached()
    card = officer.locator(".t-card", has_text="Xây dựng mẫu báo cáo số liệu dùng chung")
    act = card.get_by_role("button", name=re.compile("Nhận việc"))
    assert reach(act) >= 44
    keys.forget(officer)
    act.tap()
    doing = officer.locator(".t-col", has=officer.locator("#c-doing"))
    expect(doing.locator(".t-card", has_text="Xây dựng mẫu báo cáo")).to_be_visible()
    assert keys.pressed(officer) == ["click"]
