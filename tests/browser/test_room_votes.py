"""A vote from its writing to its result: the chair's desk, a delegate's tablet, a guest who only looks on."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener, axe
from tests.browser.test_meeting_room import enter

ADOPTED = re.compile("Được thông qua|Không được thông qua")


@pytest.fixture
def chair(open_as: Opener) -> Page:
    """The chair at his desk, with no vote under way."""
    page = enter(open_as("chutich"))
    finish(page)
    return page


@pytest.fixture
def tablet(open_as: Opener) -> Page:
    """The tablet of a delegate who is there."""
    page = enter(open_as("daibieu02", tablet=True))
    if page.locator("[data-att]").get_attribute("aria-pressed") == "false":
        page.locator("[data-att]").tap()
        expect(page.locator("[data-att]")).to_have_attribute("aria-pressed", "true")
    return page


def finish(chair: Page) -> None:
    """Close and publish what an earlier test left."""
    chair.locator("[data-do=vote]").wait_for()
    for word in ("Kết thúc biểu quyết", "Công bố kết quả"):
        if chair.locator("[data-word-of=vote]").inner_text() == word:
            chair.locator("[data-do=vote]").click()
            expect(chair.locator("[data-word-of=vote]")).not_to_have_text(word)


def prepare(chair: Page, question: str, mode: str = "Biểu quyết công khai") -> None:
    """Write a question about the item on the floor."""
    chair.locator("[data-vp-new]").click()
    chair.locator("#ve-q").fill(question)
    chair.get_by_label(mode).check()
    chair.get_by_role("button", name="Lưu, chờ mở").click()
    expect(chair.locator("[data-vp] .qv")).to_have_text(question)


def open_vote(chair: Page) -> None:
    """Two taps: the rule and the quorum are read between them."""
    chair.locator("[data-vp] [data-key=open]").click()
    dialog = chair.locator("#vote-open")
    expect(dialog.locator("[data-opening-rule]")).to_contain_text("Thông qua khi", ignore_case=True)
    expect(dialog.locator("[data-opening-quorum]")).to_contain_text("có mặt")
    dialog.get_by_role("button", name="Mở biểu quyết").click()
    expect(chair.locator("[data-vp-state]")).to_have_text("đang mở")


def cast(tablet: Page, option: str) -> None:
    """Two taps: choose, send."""
    tablet.locator(".opt", has_text=re.compile(f"^{option}$")).tap()
    tablet.locator("[data-vote-cast]").tap()
    expect(tablet.locator(".done0")).to_contain_text("Đã ghi nhận phiếu")


def test_a_vote_takes_two_taps_to_open_two_to_cast_one_to_close_one_to_publish(
    chair: Page, tablet: Page, open_as: Opener
) -> None:
    other = enter(open_as("daibieu03"))
    chair.locator("[data-vp-new]").click()
    expect(chair.locator("#ve-q")).to_have_value(re.compile("^Thông qua nội dung: "))
    expect(chair.locator("[data-vote-rule-words]")).to_contain_text("Thông qua khi quá nửa")
    chair.keyboard.press("Escape")
    prepare(chair, "Thông qua phương án điều chỉnh vốn")
    assert "Thông qua phương án điều chỉnh vốn" not in tablet.content()

    open_vote(chair)
    expect(tablet.locator("#vc")).to_be_visible()
    expect(tablet.locator("[data-alert]")).to_have_text("Biểu quyết mở: Thông qua phương án điều chỉnh vốn")
    expect(tablet.locator("#vq")).to_be_focused()
    expect(tablet.locator("[data-vote-cast]")).to_be_disabled()
    for option in tablet.locator(".opt").all():
        box = option.bounding_box()
        assert box is not None
        assert box["height"] >= 96
    cast(tablet, "Tán thành")
    expect(tablet.locator("[data-vote-done]")).to_contain_text("Tán thành")
    tablet.reload()
    expect(tablet.locator(".done0")).to_contain_text("Đã ghi nhận phiếu")
    expect(tablet.locator("[data-vote-done]")).to_contain_text("Tán thành")
    expect(other.locator("#vc")).to_be_visible()

    chair.locator("[data-vp] [data-key=close]").click()
    expect(tablet.locator(".done0")).to_contain_text("Đã kết thúc biểu quyết")
    expect(other.locator(".done0 + *, .done0")).to_contain_text("không gửi phiếu")
    expect(chair.locator("[data-vp] .verdict")).to_have_text(ADOPTED)
    assert tablet.locator(".verdict").count() == 0
    chair.locator("[data-vp] [data-key=publish]").click()
    for page in (tablet, other, chair):
        expect(page.locator(".verdict:visible")).to_have_text(ADOPTED)
        expect(page.locator(".why:visible")).not_to_be_empty()
    expect(tablet.locator("[data-vote-mine]")).to_have_text("Phiếu của tôi: Tán thành")
    tablet.locator("[data-vote-back]").tap()
    expect(tablet.locator("#vc")).to_be_hidden()


def test_a_ballot_folds_to_a_strip_and_escape_never_casts(chair: Page, open_as: Opener) -> None:
    page = enter(open_as("daibieu03"))
    prepare(chair, "Thông qua danh mục dự án")
    open_vote(chair)
    expect(page.locator("#vq")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.get_by_role("radio", name=re.compile("^Không tán thành: Thông qua danh mục")).focus()
    page.keyboard.press("Space")
    expect(page.locator("[data-vote-cast]")).to_have_text("Gửi phiếu: Không tán thành")
    page.keyboard.press("Escape")
    expect(page.locator("#vc")).to_be_hidden()
    strip = page.locator("[data-vote-unfold]")
    expect(strip).to_contain_text("Biểu quyết đang mở: Thông qua danh mục dự án")
    expect(strip).to_be_focused()
    page.keyboard.press("Escape")
    expect(strip).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("#vq")).to_be_focused()
    expect(page.locator("[data-vote-cast]")).to_have_text("Gửi phiếu: Không tán thành")
    finish(chair)


def test_the_keyboard_alone_casts_a_vote(chair: Page, open_as: Opener) -> None:
    page = enter(open_as("daibieu04"))
    prepare(chair, "Thông qua nghị quyết")
    open_vote(chair)
    expect(page.locator("#vq")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    expect(page.locator("[data-vote-cast]")).to_have_text("Gửi phiếu: Không tán thành")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Tab")
    expect(page.locator("[data-vote-cast]")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".done0")).to_contain_text("Đã ghi nhận phiếu")
    expect(page.locator("[data-vote-done]")).to_contain_text("Tán thành")
    finish(chair)


def test_a_secret_choice_is_shown_nowhere_once_sent(chair: Page, tablet: Page) -> None:
    prepare(chair, "Bầu trưởng ban thẩm tra", "Bỏ phiếu kín")
    open_vote(chair)
    expect(tablet.locator("[data-vote-mode]")).to_have_text("Bỏ phiếu kín")
    cast(tablet, "Tán thành")
    expect(tablet.locator("[data-vote-done]")).not_to_contain_text("Lựa chọn")
    expect(tablet.locator("[data-vote-done]")).not_to_contain_text("Tán thành")
    assert tablet.locator("[data-vote-opts] input:checked").count() == 0
    tablet.reload()
    expect(tablet.locator(".done0")).to_contain_text("Đã ghi nhận phiếu")
    expect(tablet.locator("[data-vote-done]")).not_to_contain_text("Tán thành")
    finish(chair)


def test_without_a_connection_a_secret_ballot_says_that_it_cannot_be_sent(chair: Page, tablet: Page) -> None:
    prepare(chair, "Bầu phó ban thẩm tra", "Bỏ phiếu kín")
    open_vote(chair)
    tablet.locator(".opt").first.tap()
    expect(tablet.locator("[data-vote-cast]")).to_be_enabled()
    tablet.context.set_offline(True)
    tablet.evaluate("() => dispatchEvent(new Event('offline'))")
    expect(tablet.locator("[data-vote-hint]")).to_contain_text("chưa bỏ phiếu kín được", timeout=15_000)
    expect(tablet.locator("[data-vote-cast]")).to_be_disabled()
    tablet.context.set_offline(False)
    expect(tablet.locator("[data-vote-cast]")).to_be_enabled(timeout=20_000)
    tablet.locator("[data-vote-cast]").tap()
    expect(tablet.locator(".done0")).to_contain_text("Đã ghi nhận phiếu")
    finish(chair)


def test_a_prepared_vote_is_edited_and_an_open_one_voided_with_its_reason(chair: Page, tablet: Page) -> None:
    prepare(chair, "Thông qua chương trình")
    chair.locator("[data-vp] [data-key=edit]").click()
    chair.locator("#ve-r").select_option(label="Thông qua khi từ hai phần ba tổng số thành viên tán thành")
    chair.get_by_role("button", name="Lưu, chờ mở").click()
    expect(chair.locator("[data-vp]")).to_contain_text("từ hai phần ba tổng số thành viên")
    open_vote(chair)
    expect(tablet.locator("[data-vote-rule]")).to_contain_text("từ hai phần ba tổng số thành viên")
    chair.locator("[data-vp] [data-key=void]").click()
    chair.locator("#vv-r").fill("Ghi nhầm nội dung")
    chair.get_by_role("button", name="Hủy biểu quyết").click()
    expect(tablet.locator(".verdict")).to_have_text("Đã hủy")
    expect(tablet.locator("[data-vote-done] .why")).to_contain_text("Ghi nhầm nội dung")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_ballot_and_its_result_are_usable_by_everybody(chair: Page, tablet: Page, theme: str) -> None:
    for page in (chair, tablet):
        page.evaluate("(theme) => { document.documentElement.dataset.theme = theme; }", theme)
    chair.locator("[data-vp-new]").click()
    assert axe(chair) == []
    chair.keyboard.press("Escape")
    prepare(chair, f"Thông qua báo cáo, giao diện {theme}")
    assert axe(chair) == []
    open_vote(chair)
    expect(tablet.locator("#vc")).to_be_visible()
    tablet.locator(".opt").first.tap()
    for page in (chair, tablet):
        assert axe(page) == []
    tablet.locator("[data-vote-cast]").tap()
    finish(chair)
    expect(tablet.locator(".verdict")).to_be_visible()
    for page in (chair, tablet):
        assert axe(page) == []
