"""The leaders' week by keyboard, and as the one sheet of paper that it becomes."""

import io
import re

import pypdfium2
from playwright.sync_api import expect

from tests.browser.conftest import Opener


def test_weeks_are_turned_by_keys_and_one_is_printed_on_one_sheet(open_as: Opener) -> None:
    page = open_as("chanhvanphong")
    page.goto("/schedule")
    expect(page.locator("body[data-ready]")).to_be_attached()
    this_week = page.locator("main p").first.inner_text().split(",")[0]
    printed = pypdfium2.PdfDocument(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    assert len(printed) == 1
    wide, high = printed[0].get_size()
    assert (round(wide), round(high)) == (842, 595)
    words = printed[0].get_textpage().get_text_range()
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in words
    assert "CHÁNH VĂN PHÒNG" in words
    assert "Đăng ký lịch" not in words
    page.keyboard.press("s")
    page.wait_for_url(re.compile(r"week="))
    expect(page.locator("body[data-ready]")).to_be_attached()
    expect(page.get_by_text(f"{this_week},")).to_have_count(0)
    expect(page.get_by_text("mục chờ duyệt trong tuần này")).to_be_visible()
    page.keyboard.press("h")
    expect(page.locator("main p").filter(has_text=f"{this_week},")).to_be_visible()
    expect(page.locator("body[data-ready]")).to_be_attached()
    page.keyboard.press("n")
    expect(page.get_by_role("heading", name="Đăng ký lịch, đặt phòng, xe")).to_be_visible()
