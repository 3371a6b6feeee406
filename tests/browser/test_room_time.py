"""What whoever runs the room is asked and offered: opening early, answering a call, shortening the rest."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener
from tests.browser.test_meeting_room import enter

AHEAD = "Họp giao ban tiến độ đầu tư công"


@pytest.fixture
def desk(open_as: Opener) -> Page:
    """The secretary at her desk in the room."""
    return enter(open_as("thuky"))


def test_opening_without_the_chair_is_asked_back(open_as: Opener) -> None:
    desk = open_as("thuky")
    desk.goto("/meetings")
    desk.get_by_role("link", name=AHEAD).click()
    desk.get_by_role("link", name="Vào phòng họp").click()
    desk.wait_for_url(re.compile("/room$"))
    expect(desk.locator("[data-room-word]")).to_have_text("Đã lưu ghi chú")
    start = desk.locator("[data-do=next]")
    start.click()
    expect(desk.locator("[data-confirm-text]")).to_contain_text("Chủ tọa chưa điểm danh")
    desk.locator("#confirm").get_by_role("button", name="Không").click()
    expect(start).to_contain_text("Bắt đầu họp")
    start.click()
    desk.locator("[data-confirm-yes]").click()
    expect(desk.locator("[data-do=pause]")).to_be_enabled()


def test_an_answer_to_a_call_is_read_by_the_caller_alone(desk: Page, open_as: Opener) -> None:
    tablet = enter(open_as("daibieu09", tablet=True))
    neighbour = enter(open_as("daibieu05", tablet=True))
    tablet.locator("[data-call]").tap()
    tablet.locator("[data-choice=paper]").tap()
    desk.locator("#t-all").click()
    desk.locator("[data-calls] li").get_by_role("button", name=re.compile("^Trả lời")).click()
    desk.locator("#reply-text").fill("Giấy ở bàn bên trái")
    desk.locator("#reply-text").press("Enter")
    expect(tablet.locator("[data-notices]")).to_contain_text("Thư ký trả lời: Giấy ở bàn bên trái")
    expect(desk.locator("[data-calls] li")).to_have_count(0)
    expect(desk.locator("#p-all")).to_be_focused()
    for other in (desk, neighbour):
        expect(other.locator("[data-notices]")).not_to_contain_text("Giấy")
    tablet.reload()
    expect(tablet.locator("[data-notices]")).to_contain_text("Giấy ở bàn bên trái")
    tablet.locator("[data-notices] .m-notice").get_by_role("button").last.tap()
    expect(tablet.locator("[data-notices]")).not_to_contain_text("Giấy")


def test_a_room_that_is_late_is_offered_what_to_shorten(desk: Page, open_as: Opener) -> None:
    tablet = enter(open_as("daibieu09", tablet=True))
    desk.locator("[data-arrange]").click()
    desk.locator("#add-t").fill("Việc phát sinh")
    desk.locator("#add-m").fill("30")
    desk.locator("#add-t").press("Enter")
    drift = desk.locator("[data-drift-word]")
    expect(drift).to_contain_text("Chậm")
    expect(tablet.locator("[data-shorten]")).to_have_count(0)
    desk.locator("[data-shorten]").click()
    expect(desk.locator("[data-confirm-text]")).to_contain_text(
        re.compile(r"Rút ngắn \d+ phút.*mục \d từ 30 còn")
    )
    desk.locator("[data-confirm-yes]").click()
    expect(drift).not_to_contain_text("Chậm")
    expect(desk.locator("[data-shorten]")).to_be_hidden()
    over = desk.locator("[data-drift-over]")
    # However long ago the sitting of the sample began: an hour back nothing is over.
    desk.evaluate("() => { window.trueNow = Date.now; Date.now = () => trueNow() - 3600000; }")
    expect(over).to_be_hidden()
    # An hour later the same item is still on the floor.
    desk.evaluate("() => { Date.now = () => trueNow() + 3600000; }")
    expect(over).to_have_text(re.compile(r"Vượt thời lượng: mục \d \(\d+ phút\)"))
    expect(tablet.locator("[data-drift-over]")).to_have_count(0)
