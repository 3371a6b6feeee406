"""Papers handed out: many dropped at once, one moved, one for few, published; who reads sees what is new."""

import re

from playwright.sync_api import FilePayload, Page, expect

from tests.browser.conftest import Opener, axe
from tests.uploads import docx_with, pdf_with

#: Until files were sent, read and made PDFs, milliseconds; a busy machine takes its time.
READ = 60_000
MEETING = "Họp Ban Chỉ huy Phòng thủ dân sự"


def given(name: str, data: bytes) -> FilePayload:
    return FilePayload(name=name, mimeType="application/octet-stream", buffer=data)


def open_meeting(page: Page) -> None:
    page.goto("/meetings")
    page.locator("td.ty a", has_text=MEETING).click()
    expect(page.locator("#agenda")).to_be_visible()


def test_many_files_find_their_items_and_another_person_sees_what_is_new(open_as: Opener) -> None:
    desk = open_as("thuky")
    open_meeting(desk)
    desk.set_input_files(
        "[data-drop-input]",
        files=[
            given("Mục 1 - Báo cáo nhanh.pdf", pdf_with("Báo cáo nhanh")),
            given("02_Phân công.docx", docx_with("Phân công trực ban")),
            given("scan0012.pdf", pdf_with("Bản quét")),
            given("gia.pdf", b"MZ" + b"\0" * 64),
        ],
    )
    drops = desk.locator("[data-drops]")
    expect(drops.get_by_role("status")).to_have_text("Đã xong cả 4 tệp", timeout=READ)
    row = drops.locator("li")
    expect(row.filter(has_text="Mục 1 - Báo cáo")).to_contain_text("Vào mục 1. Dự báo tình hình mưa lũ")
    expect(row.filter(has_text="02_Phân công")).to_contain_text("Vào mục 2.")
    expect(row.filter(has_text="gia.pdf")).to_contain_text("Nội dung không đúng với đuôi tệp")
    tray = desk.locator("#tray")
    expect(tray).to_contain_text("scan0012.pdf", timeout=READ)
    assert axe(desk) == []
    tray.get_by_label("Mục của scan0012.pdf").select_option(index=2)
    tray.get_by_role("button", name="Xếp vào mục scan0012.pdf").click()
    items = desk.locator("[data-item]")
    expect(items.nth(1)).to_contain_text("scan0012")
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
