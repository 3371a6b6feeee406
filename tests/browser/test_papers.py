"""Papers handed out: many dropped at once, one moved, one for few, published; who reads sees what is new."""

import base64
import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener, axe
from tests.uploads import docx_with, pdf_with

#: Until files were sent, read and made PDFs, milliseconds; a busy machine takes its time.
READ = 60_000
MEETING = "Họp Ban Chỉ huy Phòng thủ dân sự"


def drop(page: Page, *files: tuple[str, bytes]) -> None:
    """Let files fall on the agenda, all at once."""
    fallen = page.evaluate_handle(
        """(given) => {
          const all = new DataTransfer();
          const bytes = (text) => Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
          for (const [name, text] of given) all.items.add(new File([bytes(text)], name));
          return all;
        }""",
        [[name, base64.b64encode(data).decode()] for name, data in files],
    )
    page.dispatch_event("[data-drop-all]", "drop", {"dataTransfer": fallen})


def open_meeting(page: Page) -> None:
    page.goto("/meetings")
    page.locator("td.ty a", has_text=MEETING).click()
    expect(page.locator("#agenda")).to_be_visible()


def test_many_files_find_their_items_and_another_person_sees_what_is_new(open_as: Opener) -> None:
    desk = open_as("thuky")
    open_meeting(desk)
    parts = [f"Mục {1 + n % 2} - Phụ lục {n}.pdf" for n in range(25)]
    drop(
        desk,
        ("Mục 1 - Báo cáo nhanh.pdf", pdf_with("Báo cáo nhanh")),
        ("02_Phân công.docx", docx_with("Phân công trực ban")),
        ("scan0012.pdf", pdf_with("Bản quét")),
        ("scan0013.pdf", pdf_with("Bản quét khác")),
        ("gia.pdf", b"MZ" + b"\0" * 64),
        *((name, pdf_with(name)) for name in parts),
    )
    drops = desk.locator("[data-drops]")
    expect(drops.get_by_role("status")).to_have_text("Đã xong cả 30 tệp", timeout=READ)
    row = drops.locator("li")
    expect(row.filter(has_text="Mục 1 - Báo cáo")).to_contain_text("Vào mục 1. Dự báo tình hình mưa lũ")
    expect(row.filter(has_text="02_Phân công")).to_contain_text("Vào mục 2.")
    expect(row.filter(has_text="gia.pdf")).to_contain_text("Nội dung không đúng với đuôi tệp")
    tray = desk.locator("#tray")
    expect(tray).to_contain_text("scan0012.pdf", timeout=READ)
    assert axe(desk) == []
    desk.set_viewport_size({"width": 1280, "height": 2400})
    items = desk.locator("[data-item]")
    for number, name in enumerate(parts):
        expect(items.nth(number % 2)).to_contain_text(name.removesuffix(".pdf"))
    # One that is left finds its place by the keyboard alone, one by the hand.
    desk.get_by_label("Mục của scan0012.pdf").focus()
    desk.keyboard.press("Home")
    desk.keyboard.press("ArrowDown")
    desk.keyboard.press("ArrowDown")
    desk.keyboard.press("Tab")
    desk.keyboard.press("Enter")
    expect(items.nth(1)).to_contain_text("scan0012")
    tray.locator("[data-paper] a").drag_to(items.nth(0).locator(".tt"))
    expect(items.nth(0)).to_contain_text("scan0013")
    expect(tray).to_have_count(0)
    expect(items.nth(1)).to_contain_text("02_Phân công1 trang", timeout=READ)

    items.nth(1).locator("[data-paper]", has_text="scan0012").locator("a").drag_to(
        items.nth(0).locator(".tt")
    )
    expect(items.nth(0)).to_contain_text("scan0012")

    desk.get_by_role("link", name="Tài liệu: quyền đọc, phát hành").click()
    expect(desk.get_by_role("link", name=re.compile("Bản gốc 02_Phân công.docx"))).to_be_visible()
    assert axe(desk) == []
    desk.get_by_role("link", name="Đổi quyền scan0012").click()
    desk.get_by_label("Chỉ những người đánh dấu dưới đây").check()
    desk.get_by_label("Đọc: Khách mời").check()
    assert axe(desk) == []
    desk.get_by_role("button", name="Lưu quyền").click()
    expect(desk.locator("tr", has_text="scan0012")).to_contain_text("khách mời")
    desk.get_by_role("button", name="Phát hành tài liệu").click()
    desk.locator("dialog#confirm[open]").get_by_role("button").last.click()
    expect(desk.locator(".m-issue")).to_contain_text("Lần 1 lúc")

    tablet = open_as("daibieu02", tablet=True)
    open_meeting(tablet)
    marked = tablet.locator(".m-fc", has_text="Mới")
    expect(marked.filter(has_text="Mục 1 - Báo cáo nhanh")).to_be_visible()
    expect(tablet.locator("#agenda")).not_to_contain_text("scan0012")
    assert axe(tablet) == []
    tablet.get_by_role("button", name="Đã xem tài liệu mới").tap()
    expect(marked).to_have_count(0)
