"""A paper is replaced in two taps while people write on it."""

import io
import re

import pikepdf
from playwright.sync_api import FilePayload, Page, expect

from intranet.records.typeset import Run, Sheet
from tests.browser.conftest import Opener, axe, until
from tests.browser.test_meeting_room import draw_with_finger, drawn, enter, open_first_paper, shown_page
from tests.browser.test_packs import KEPT
from tests.browser.test_room_taps import counted, taps

#: Until a file was read by the worker, milliseconds; a busy machine takes its time.
READ = 20_000
#: The pieces of one file are on this device no more.
GONE = """
(sha256) => new Promise((ok) => {
  const r = indexedDB.open('office-vault');
  r.onsuccess = () => {
    const pieces = r.result.transaction('pieces', 'readwrite').objectStore('pieces');
    pieces.delete(IDBKeyRange.bound([sha256], [sha256, []])).onsuccess = () => { r.result.close(); ok(); };
  };
})
"""
NAME = "Tờ trình điều chỉnh kế hoạch vốn"


def with_a_page_before(page: Page) -> FilePayload:
    """The paper that is open with a page put before its first, as the chooser gives it."""
    link = page.locator("[data-agenda] .docs a", has_text=NAME).get_attribute("href") or ""
    first = Sheet(title="Bản thay", author="Sở Tài chính")
    first.paragraph([Run("Giải trình bổ sung theo ý kiến của Sở Kế hoạch và Đầu tư.")], 14)
    out = io.BytesIO()
    with (
        pikepdf.open(io.BytesIO(first.finish())) as paper,
        pikepdf.open(io.BytesIO(page.request.get(link).body())) as old,
    ):
        paper.pages.extend(old.pages)
        paper.save(out)
    return FilePayload(name="To trinh ban moi.pdf", mimeType="application/pdf", buffer=out.getvalue())


def without_page(page: Page, name: str, number: int) -> FilePayload:
    """The paper of this name without one of its pages."""
    link = page.locator("[data-agenda] .docs a", has_text=name).get_attribute("href") or ""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(page.request.get(link).body())) as paper:
        del paper.pages[number - 1]
        paper.save(out)
    return FilePayload(name="To trinh rut gon.pdf", mimeType="application/pdf", buffer=out.getvalue())


def test_the_secretary_replaces_a_paper_in_two_taps_and_a_mark_stays_with_its_words(open_as: Opener) -> None:
    desk, tablet = enter(open_as("thuky")), enter(open_as("daibieu02", tablet=True))
    for page in (desk, tablet):
        open_first_paper(page)
    pages = int(shown_page(desk).inner_text().split("/")[1])
    box = tablet.locator(".pdfViewer .page").first.bounding_box()
    assert box is not None
    counted(tablet)
    # With a finger one tap, then the stroke itself.
    with taps(tablet, 2):
        tablet.locator("[data-tool=pen]").tap()
        expect(tablet.locator("[data-tool=pen]")).to_have_attribute("aria-pressed", "true")
        draw_with_finger(tablet.context.new_cdp_session(tablet), dict(box))
        ink = tablet.locator("svg.ink path")
        expect(ink).to_have_count(1)
    stroke = ink.get_attribute("d") or ""
    expect(tablet.locator("body[data-unsent='0']")).to_be_attached()
    tablet.locator("[data-tool=pen]").tap()

    counted(desk)
    with taps(desk, 2):
        with desk.expect_file_chooser() as chooser:
            desk.get_by_role("button", name=f"Thay “{NAME}” bằng bản khác").click()
        chooser.value.set_files(files=[with_a_page_before(desk)])
        question = desk.locator("dialog#confirm[open]")
        expect(question).to_contain_text(f"“To trinh ban moi.pdf” ({pages + 1} trang)", timeout=READ)
        expect(question).to_contain_text("1 người đã ghi chú trên bản cũ")
        question.get_by_role("button", name="Thay tài liệu").click()

    strip = tablet.locator("[data-revision]")
    expect(strip).to_contain_text("Tài liệu đã thay: trang 1 đổi", timeout=READ)
    expect(shown_page(tablet)).to_have_text(f"2 / {pages + 1}")
    expect(drawn(tablet, 2)).to_be_visible()
    expect(ink).to_have_count(1)
    assert ink.get_attribute("d") == stroke
    assert axe(tablet) == []
    tablet.locator("[data-page-back]").tap()
    expect(tablet.locator(".page[data-page-number='1'][data-changed]")).to_be_visible()
    strip.get_by_role("button", name="Xem bản cũ").tap()
    expect(strip).to_contain_text("Đang xem bản cũ")
    expect(shown_page(tablet)).to_have_text(f"1 / {pages}")
    strip.get_by_role("button", name="Về bản mới").tap()
    expect(shown_page(tablet)).to_have_text(f"2 / {pages + 1}")
    # Without the network too, where the device has it; where it has not, that is said.
    meeting = tablet.url.removesuffix("/room")
    [before] = tablet.request.get(f"{meeting}/pack.json").json()["before"]
    until(tablet, f"async () => (await ({KEPT})()).count['{before['sha256']}']")
    for said in ("Đang xem bản cũ", "Máy này không giữ bản cũ"):
        tablet.context.set_offline(True)
        strip.get_by_role("button", name="Xem bản cũ").tap()
        expect(strip).to_contain_text(said)
        tablet.context.set_offline(False)
        if "Đang" in said:
            expect(drawn(tablet, 1)).to_be_visible()
        strip.get_by_role("button", name="Về bản mới").tap()
        expect(drawn(tablet, 2)).to_be_visible()
        tablet.evaluate(GONE, before["sha256"])
    strip.get_by_role("button", name="Đã xem").tap()
    expect(strip).to_be_hidden()

    # The page with the mark goes: the mark waits, shown as it was and as it would lie on the page named.
    with desk.expect_file_chooser() as chooser:
        desk.get_by_role("button", name=re.compile("Thay “To trinh ban moi”")).click()
    chooser.value.set_files(files=[without_page(desk, "To trinh ban moi", 2)])
    desk.locator("dialog#confirm[open]").get_by_role("button", name="Thay tài liệu").click()
    opener = tablet.locator("[data-tray-open]")
    expect(opener).to_have_attribute("aria-label", "1 ghi chú chưa gắn lại", timeout=READ)
    tablet.locator("[data-ink-list]").tap()
    listed = tablet.locator("#mark-list")
    expect(listed.locator("[data-marks-none]")).to_be_hidden()
    expect(listed.locator("[data-export]:disabled")).to_have_count(3)
    listed.get_by_role("button", name="1 ghi chú chưa gắn lại").tap()
    expect(listed).to_be_hidden()
    shown = tablet.locator("#tray .m-crop")
    expect(shown).to_have_count(2)
    for place, name in enumerate(("Bản cũ, trang 2", "Bản mới, trang 2")):
        expect(shown.nth(place)).to_have_attribute("aria-label", name)
        expect(shown.nth(place).locator("canvas + svg path")).to_be_attached(timeout=READ)
    assert axe(tablet) == []
    tablet.locator("[data-tray-drop]").tap()
    expect(tablet.locator("#tray")).to_be_hidden()

    with desk.expect_file_chooser() as chooser:
        desk.get_by_role("button", name=re.compile("Thay “To trinh rut gon”")).click()
    chooser.value.set_files(
        files=[{"name": "hong.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7\nhong"}]
    )
    expect(desk.locator(".o-toast.bad")).to_contain_text("bản cũ vẫn giữ nguyên", timeout=READ)
