"""Who speaks and for how long, who is there, what is announced: the chair's desk and tablets in a room."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Opener, axe
from tests.browser.test_meeting_room import enter
from tests.serving import Server

#: The device's clock is forty minutes fast.
FAST = """
const Right = Date;
Date = class extends Right {
  constructor(...said) { super(...(said.length ? said : [Right.now() + 2400000])); }
  static now() { return Right.now() + 2400000; }
};
"""


@pytest.fixture
def chair(open_as: Opener) -> Page:
    """The chair at his desk in the room."""
    return enter(open_as("chutich"))


@pytest.fixture
def tablet(open_as: Opener) -> Page:
    """A delegate's tablet in the room."""
    return enter(open_as("daibieu09", tablet=True))


@pytest.fixture
def nobody_speaks(chair: Page) -> Page:
    """The chair's desk when nobody speaks or waits."""
    clear_floor(chair)
    return chair


def clear_floor(chair: Page) -> None:
    """Take everybody off the queue and end the running speech."""
    while chair.locator("[data-queue] .qr").count():
        left = chair.locator("[data-queue] .qr").count()
        chair.locator("[data-queue] .qr button").first.click()
        chair.locator("[data-choice=skip]").click()
        expect(chair.locator("[data-queue] .qr")).to_have_count(left - 1)
    if chair.locator("[data-speech-do=end]").is_enabled():
        chair.locator("[data-speech-do=end]").click()
    expect(chair.locator("[data-speech-do=end]")).to_be_disabled()


def name_of(page: Page) -> str:
    """Who is signed in here."""
    return page.locator(".rh .av").get_attribute("title") or ""


def seconds(page: Page) -> int:
    """What the room's clock shows, in seconds."""
    minutes, rest = page.locator("[data-clock]").first.inner_text().split(":")
    return int(minutes) * 60 + int(rest)


def wall(page: Page) -> int:
    """The time of day that the room shows, in minutes."""
    hours, minutes = page.locator("[data-wall]").inner_text().split(":")
    return int(hours) * 60 + int(minutes)


def people_tab(page: Page) -> None:
    """Show who is here and who calls."""
    page.get_by_role("tab", name="Phòng họp").click()


def test_one_tap_asks_to_speak_and_one_more_gives_the_floor(nobody_speaks: Page, tablet: Page) -> None:
    chair, name = nobody_speaks, name_of(tablet)
    tablet.locator("[data-ask]").tap()
    expect(tablet.locator("[data-ask-word]")).to_have_text("Đang chờ, thứ 1")
    expect(chair.locator("[data-queue] .qr")).to_have_text(re.compile(f"{name}.*đang đọc trang 1"))

    chair.locator("[data-do=call]").click()
    expect(chair.locator(".spk [data-speech-name]")).to_have_text(name)
    expect(tablet.locator(".m-live [data-speech-name]")).to_have_text(name)
    expect(tablet.locator("[data-alert]")).to_have_text("Mời đồng chí phát biểu")
    expect(chair.locator("[data-queue-none]")).to_be_visible()


def test_the_countdown_runs_alike_on_both_though_a_clock_is_wrong_and_more_time_is_one_tap(
    nobody_speaks: Page, tablet: Page
) -> None:
    chair = nobody_speaks
    tablet.add_init_script(FAST)
    tablet.reload()
    expect(tablet.locator("[data-wall]")).to_have_text(re.compile(r"\d\d:\d\d"))
    assert tablet.evaluate("() => Date.now()") > chair.evaluate("() => Date.now() + 2300000")
    assert (wall(tablet) - wall(chair)) % 1440 <= 1
    tablet.locator("[data-ask]").tap()
    chair.locator("[data-queue] .qr").wait_for()
    chair.locator("[data-do=call]").click()
    expect(tablet.locator("[data-clock]")).to_have_text(re.compile(r"04:5\d"))
    expect(tablet.locator("[data-clock-note]")).to_have_text("còn lại của 5 phút")
    before = seconds(tablet)
    tablet.wait_for_timeout(2200)
    assert 1 <= before - seconds(tablet) <= 4
    assert abs(seconds(chair) - seconds(tablet)) <= 1

    chair.locator("[data-speech-do=more]").click()
    expect(tablet.locator("[data-clock]")).to_have_text(re.compile(r"05:5\d"))
    chair.locator("[data-speech-do=pause]").click()
    expect(tablet.locator("[data-speech-note]")).to_contain_text("Tạm dừng")
    held = seconds(tablet)
    tablet.wait_for_timeout(1500)
    assert seconds(tablet) == held
    chair.locator("[data-speech-do=end]").click()
    expect(tablet.locator(".m-live [data-now-title]")).to_be_visible()


def test_the_clock_warns_before_the_end_and_says_how_long_over(
    nobody_speaks: Page, tablet: Page, server: Server
) -> None:
    chair = nobody_speaks
    tablet.locator("[data-ask]").tap()
    chair.locator("[data-queue] .qr").wait_for()
    chair.locator("[data-do=call]").click()
    expect(tablet.locator("[data-clock]")).to_have_text(re.compile(r"04:5\d"))
    try:
        server.move_clock(280)
        tablet.reload()
        expect(tablet.locator("[data-clock].soft")).to_have_text(re.compile(r"00:[012]\d"))
        server.move_clock(320)
        tablet.reload()
        expect(tablet.locator("[data-clock].over")).to_have_text(re.compile(r"Quá giờ 00:\d\d"))
        expect(tablet.locator("[data-clock-note]")).to_have_text("quá giờ, mời kết thúc")
    finally:
        server.move_clock(0)


def test_two_taps_take_a_request_back(nobody_speaks: Page, tablet: Page) -> None:
    tablet.locator("[data-ask]").tap()
    expect(nobody_speaks.locator("[data-queue] .qr")).to_have_count(1)
    tablet.locator("[data-ask]").tap()
    tablet.get_by_role("button", name="Rút đăng ký").tap()
    expect(tablet.locator("[data-ask-word]")).to_have_text("Xin phát biểu")
    expect(nobody_speaks.locator("[data-queue] .qr")).to_have_count(0)


def test_the_chair_orders_the_queue_and_locks_it(nobody_speaks: Page, tablet: Page, open_as: Opener) -> None:
    chair, other = nobody_speaks, enter(open_as("daibieu10", tablet=True))
    tablet.locator("[data-ask]").tap()
    expect(chair.locator("[data-queue] .qr")).to_have_count(1)
    other.locator("[data-queue-sheet]").tap()
    other.get_by_label("Trả lời, giải trình").check()
    other.get_by_label("Ghi chú cho chủ tọa").fill("về nguồn cát")
    other.get_by_role("button", name="Đăng ký phát biểu").tap()
    expect(chair.locator("[data-queue] .qr").nth(1)).to_contain_text("về nguồn cát")
    chair.locator("[data-queue] .qr button").nth(1).click()
    chair.locator("[data-choice=up]").click()
    expect(chair.locator("[data-queue] .qr").first).to_contain_text(name_of(other))
    expect(tablet.locator("[data-ask-word]")).to_have_text("Đang chờ, thứ 2")
    expect(tablet.locator("[data-wait-next]")).to_contain_text(name_of(other))
    assert "về nguồn cát" not in tablet.content()

    chair.locator("[data-queue-lock]").click()
    third = enter(open_as("daibieu11", tablet=True))
    expect(third.locator("[data-ask]")).to_be_disabled()
    expect(third.locator("[data-ask-word]")).to_have_text("Đã khóa đăng ký")
    chair.locator("[data-queue-lock]").click()
    expect(third.locator("[data-ask]")).to_be_enabled()


def test_letters_run_the_room_outside_of_fields_and_can_be_switched_off(
    nobody_speaks: Page, tablet: Page
) -> None:
    chair = nobody_speaks
    tablet.locator("[data-ask]").tap()
    chair.locator("[data-queue] .qr").wait_for()
    people_tab(chair)
    chair.get_by_label("Dùng phím tắt N, S, V, P, K, B").uncheck()
    chair.keyboard.press("s")
    chair.get_by_label("Dùng phím tắt N, S, V, P, K, B").check()
    expect(chair.locator("[data-speech-do=end]")).to_be_disabled()
    chair.keyboard.press("s")
    expect(chair.locator(".spk [data-speech-name]")).to_have_text(name_of(tablet))


def test_checking_in_is_one_tap_and_the_secretary_corrects_it(tablet: Page, open_as: Opener) -> None:
    desk = enter(open_as("thuky"))
    people_tab(desk)
    row = desk.locator("[data-people] li", has_text=name_of(tablet))
    row.get_by_role("button").click()
    desk.locator("[data-choice=out]").click()
    expect(row).to_contain_text("ra ngoài")
    there = int(desk.locator("[data-att-in]").inner_text())

    expect(tablet.locator("[data-att-word]")).to_have_text("Có mặt")
    tablet.locator("[data-att]").tap()
    expect(tablet.locator("[data-att]")).to_have_attribute("aria-pressed", "true")
    expect(desk.locator("[data-att-in]")).to_have_text(str(there + 1))
    expect(row).to_contain_text("có mặt")
    expect(tablet.locator("[data-sub]")).to_contain_text(f"{there + 1} trên")
    tablet.locator("[data-who-open]:visible").tap()
    expect(tablet.locator("[data-who-n]")).to_contain_text(f"{there + 1} trên")
    tablet.locator("[data-who-find]").fill(name_of(tablet))
    expect(tablet.locator("[data-who] li")).to_have_count(1)
    expect(tablet.locator("[data-who] li")).to_contain_text("có mặt")


def test_two_taps_call_for_water_and_the_secretary_sees_who(tablet: Page, open_as: Opener) -> None:
    desk = enter(open_as("thuky"))
    people_tab(desk)
    before = desk.locator("[data-calls] li").count()
    tablet.locator("[data-call]").tap()
    tablet.get_by_role("button", name="Nước uống").tap()
    expect(tablet.get_by_text("Đã báo thư ký: nước uống.")).to_be_visible()
    call = desk.locator("[data-calls] li", has_text=name_of(tablet)).last
    expect(call).to_contain_text("Nước uống")
    # On the tab, and on the button that opens the column where there is no room for it.
    expect(desk.locator("[data-calls-n]")).to_have_text([str(before + 1)] * 2)
    call.get_by_role("button", name="Đã xong").click()
    expect(desk.locator("[data-calls] li")).to_have_count(before)


def test_a_message_reaches_chair_and_secretary_and_no_other_delegate(tablet: Page, open_as: Opener) -> None:
    desk, other = enter(open_as("thuky")), enter(open_as("daibieu10"))
    tablet.locator("[data-call]").tap()
    tablet.get_by_label("Nhắn thư ký").fill("Xin tài liệu in khổ lớn")
    tablet.get_by_role("button", name="Gửi tin nhắn").tap()
    people_tab(desk)
    call = desk.locator("[data-calls] li", has_text="Xin tài liệu in khổ lớn")
    expect(call).to_be_visible()
    call.get_by_role("button", name="Đã xong").click()
    expect(call).to_have_count(0)
    assert "Xin tài liệu in" not in other.content()
    tablet.locator("[data-queue-sheet]").tap()
    tablet.locator("#comment-text").fill("Đề nghị giãn tiến độ")
    tablet.get_by_role("button", name="Gửi góp ý").tap()
    expect(tablet.locator("#queue-list")).to_be_hidden()
    call = desk.locator("[data-calls] li", has_text="Góp ý về mục đang bàn")
    expect(call).to_contain_text("Đề nghị giãn tiến độ")
    call.get_by_role("button", name="Đã xong").click()
    expect(call).to_have_count(0)


def test_an_announcement_and_the_clock_are_seen_by_all_until_taken_away(chair: Page, tablet: Page) -> None:
    chair.get_by_role("button", name="Thông báo trong phòng họp").click()
    chair.locator("#notice-text").fill("Giải lao 10 phút sau mục này")
    chair.get_by_role("button", name="Gửi thông báo").click()
    expect(tablet.locator(".m-notice")).to_contain_text("Giải lao 10 phút sau mục này")
    chair.get_by_role("button", name="Đồng hồ đếm lùi").click()
    chair.locator("#timer-m").fill("3")
    chair.get_by_role("button", name="Bắt đầu đếm").click()
    expect(tablet.locator("[data-timer]")).to_contain_text("Thảo luận")
    expect(tablet.locator("[data-timer-clock]")).to_have_text(re.compile(r"02:5\d"))
    chair.get_by_role("button", name="Gỡ thông báo").click()
    expect(tablet.locator(".m-notice")).to_have_count(0)
    chair.get_by_role("button", name="Đồng hồ đếm lùi").click()
    chair.get_by_role("button", name="Tắt đồng hồ").click()
    expect(tablet.locator("[data-timer]")).to_be_hidden()


def test_presenting_is_granted_in_two_taps(chair: Page, tablet: Page) -> None:
    expect(tablet.locator("[data-present]")).to_be_hidden()
    people_tab(chair)
    chair.locator("[data-people] li", has_text=name_of(tablet)).get_by_role("button").click()
    chair.locator("[data-choice=grant]").click()
    tablet.locator("[data-present]").tap()
    expect(tablet.locator("[data-present-word]")).to_have_text("Dừng chiếu")
    expect(tablet.locator("[data-follow]")).to_be_hidden()
    tablet.locator("[data-pointer]").tap()
    expect(tablet.locator("[data-pointer]")).to_have_attribute("aria-pressed", "true")
    chair.get_by_role("tab", name="Điều hành").click()
    expect(chair.locator("[data-show-page]")).to_contain_text("Trang 1")
    tablet.locator("[data-page-next]").tap()
    expect(chair.locator("[data-show-page]")).to_contain_text("Trang 2")
    tablet.locator("[data-present]").tap()
    expect(chair.locator("[data-show-name]")).to_have_text("Chưa trình chiếu")


def test_presenting_is_granted_for_ten_minutes_and_ends_by_itself(
    chair: Page, tablet: Page, server: Server
) -> None:
    people_tab(chair)
    person = chair.locator("[data-people] li", has_text=name_of(tablet)).get_by_role("button")
    person.click()
    usual = chair.locator("[data-choice=grant]")
    if usual.inner_text() == "Thôi cho trình chiếu":
        usual.click()
        person.click()
    chair.locator("[data-choice=grant-for]").click()
    expect(tablet.locator("[data-present]")).to_be_visible()
    try:
        server.move_clock(11 * 60)
        # A page takes another clock over slowly; a fresh one has it at once.
        tablet.reload()
        expect(tablet.locator("[data-follow]")).to_be_visible()
        expect(tablet.locator("[data-present]")).to_be_hidden()
        chair.reload()
        people_tab(chair)
        person.click()
        expect(chair.locator("[data-choice=grant-for]")).to_be_visible()
        chair.keyboard.press("Escape")
    finally:
        server.move_clock(0)


def test_a_presenter_who_is_gone_is_said_and_relieved(chair: Page, open_as: Opener, server: Server) -> None:
    desk = enter(open_as("thuky"))
    desk.locator("[data-do=show]").click()
    expect(chair.locator("[data-show-page]")).to_contain_text("Trang 1")
    expect(chair.locator("[data-gone]")).to_be_hidden()
    name = name_of(desk)
    desk.context.close()
    try:
        chair.wait_for_timeout(1000)
        server.move_clock(30)
        expect(chair.locator("[data-gone]")).to_contain_text(f"{name} mất kết nối", timeout=15_000)
        chair.locator("[data-gone-take]").click()
        expect(chair.locator("[data-gone]")).to_be_hidden()
        expect(chair.locator("[data-word-of=show]")).to_have_text("Dừng trình chiếu")
        chair.locator("[data-do=show]").click()
    finally:
        server.move_clock(0)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_floor_is_usable_by_everybody(chair: Page, tablet: Page, theme: str) -> None:
    for page in (chair, tablet):
        page.evaluate("(theme) => { document.documentElement.dataset.theme = theme; }", theme)
        assert axe(page) == []
    people_tab(chair)
    assert axe(chair) == []
    tablet.locator("[data-queue-sheet]").tap()
    assert axe(tablet) == []


def test_tiles_of_devices_come_with_their_looks(open_as: Opener) -> None:
    page = open_as("chutich")
    held: list[Route] = []
    page.route("**/devices*.css", lambda route: held.append(route))
    enter(page)
    people_tab(page)
    while not held:
        page.wait_for_timeout(50)
    page.wait_for_timeout(200)
    expect(page.locator("[data-board-panel]")).to_be_hidden()
    held[0].continue_()
    expect(page.locator("[data-board] .m-tile").first).to_be_visible()
