"""How many times a finger comes down for what is done often in a room: choosing, confirming, never more."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener
from tests.browser.test_meeting_room import enter
from tests.browser.test_room_floor import clear_floor, name_of
from tests.browser.test_room_members import ask, plan
from tests.browser.test_room_votes import check_in
from tests.serving import Server

#: Counts every press on the glass or with the mouse, whatever it hits.
COUNT = "() => { window.taps = 0; addEventListener('pointerdown', () => { window.taps += 1; }, true); }"


@contextmanager
def taps(page: Page, most: int) -> Iterator[None]:
    """What is done inside takes exactly so many presses."""
    page.evaluate("() => { window.taps = 0; }")
    yield
    assert page.evaluate("() => window.taps") == most


def counted(page: Page) -> Page:
    """Count presses on a page from now on."""
    page.evaluate(COUNT)
    return page


def test_what_a_delegate_does_often_takes_as_few_taps_as_it_can(open_as: Opener) -> None:
    chair = enter(open_as("chutich"))
    clear_floor(chair)
    tablet = enter(open_as("daibieu12", tablet=True))
    check_in(tablet)
    counted(tablet)
    with taps(tablet, 1):
        tablet.locator("[data-ask]").tap()
        expect(tablet.locator("[data-ask-word]")).to_have_text("Đang chờ, thứ 1")
    with taps(tablet, 2):
        tablet.locator("[data-ask]").tap()
        tablet.get_by_role("button", name="Rút đăng ký").tap()
        expect(tablet.locator("[data-ask-word]")).to_have_text("Xin phát biểu")
    with taps(tablet, 2):
        tablet.locator("[data-call]").tap()
        tablet.get_by_role("button", name="Nước uống").tap()
        expect(tablet.get_by_text("Đã báo thư ký: nước uống.")).to_be_visible()

    chair.locator("[data-do=show]").click()
    expect(tablet.locator("[data-show-page]")).to_contain_text("Trang 1")
    tablet.locator("[data-page-next]").tap()
    expect(tablet.locator("[data-ribbon]")).to_be_visible()
    with taps(tablet, 1):
        tablet.locator("[data-ribbon]").tap()
        expect(tablet.locator("[data-page-of]")).to_contain_text("1 /")
        expect(tablet.locator("[data-ribbon]")).to_be_hidden()
    chair.locator("[data-do=show]").click()

    item = int(chair.locator("[data-agenda] li:has(.a.now)").get_attribute("data-id") or 0)
    vote = ask(chair, "vote.prepare", item=item, q="Thông qua kế hoạch", mode="roll")["id"]
    ask(chair, "vote.open", id=vote)
    expect(tablet.locator("#vc")).to_be_visible()
    with taps(tablet, 2):
        tablet.locator(".opt").first.tap()
        tablet.locator("[data-vote-cast]").tap()
        expect(tablet.locator(".done0")).to_contain_text("Đã ghi nhận phiếu")
    ask(chair, "vote.close", id=vote)
    ask(chair, "vote.publish", id=vote)


def test_what_chair_and_secretary_do_often_takes_as_few_taps_as_it_can(
    open_as: Opener, server: Server
) -> None:
    chair, member = counted(enter(open_as("chutich"))), enter(open_as("daibieu11"))
    desk = counted(enter(open_as("thuky")))
    clear_floor(chair)
    ask(member, "queue.ask")
    row = chair.locator("[data-queue] .qr", has_text=name_of(member))
    expect(row).to_be_visible()
    with taps(chair, 2):
        row.get_by_role("button").click()
        chair.locator("[data-choice=grant]").click()
        expect(member.locator("[data-present]")).to_be_visible()
    with taps(desk, 1):
        desk.locator("[data-do=call]").click()
        expect(desk.locator(".spk [data-speech-name]")).to_have_text(name_of(member))
    desk.locator("#t-all").click()
    expect(desk.locator("[data-board] .m-tile").first).to_be_visible()
    with taps(desk, 2):
        desk.locator("[data-people] li", has_text=name_of(member)).get_by_role("button").click()
        desk.locator("[data-choice=device]").click()
        expect(desk.locator("[data-dc-code]")).to_have_text(re.compile(r"^\d{3} \d{3}$"))
    desk.keyboard.press("Escape")
    with taps(desk, 1):
        desk.locator("[data-do=show]").click()
        expect(desk.locator("[data-word-of=show]")).to_have_text("Dừng trình chiếu")
    easy = plan(server, desk, "Thông qua biên bản")
    chair.reload()
    counted(chair)
    expect(chair.locator("[data-consent-adopt]")).to_be_visible()
    with taps(chair, 2):
        chair.locator("[data-consent-adopt]").click()
        chair.get_by_role("dialog").get_by_role("button", name="Thông qua 1 mục").click()
        expect(chair.locator(f"[data-agenda] [data-id='{easy}']")).to_contain_text("Đã xong")

    item = int(chair.locator("[data-agenda] li:has(.a.now)").get_attribute("data-id") or 0)
    ask(chair, "vote.prepare", item=item, q="Thông qua phương án", mode="open")
    expect(chair.locator("[data-vp] .qv")).to_have_text("Thông qua phương án")
    with taps(chair, 2):
        chair.locator("[data-do=vote]").click()
        chair.get_by_role("dialog").get_by_role("button", name="Mở biểu quyết").click()
        expect(chair.locator("[data-vp-state]")).to_have_text("đang mở")
    for state in ("chờ công bố", "đã công bố"):
        with taps(chair, 1):
            chair.locator("[data-do=vote]").click()
            expect(chair.locator("[data-vp-state]")).to_have_text(state)
    before = desk.locator("[data-agenda] .a.now b").inner_text()
    with taps(desk, 1):
        desk.locator("[data-do=next]").click()
        expect(desk.locator("[data-agenda] .a.now b")).not_to_have_text(before)
    expect(chair.locator("[data-agenda] .a.now b")).not_to_have_text(before)
    clear_floor(chair)
    ask(member, "queue.ask")
    expect(row).to_be_visible()
    with taps(chair, 1):
        chair.locator("[data-do=call]").click()
        expect(chair.locator(".spk [data-speech-name]")).to_have_text(name_of(member))
    before = chair.locator("[data-agenda] .a.now b").inner_text()
    with taps(chair, 1):
        chair.locator("[data-do=next]").click()
        expect(chair.locator("[data-agenda] .a.now b")).not_to_have_text(before)
