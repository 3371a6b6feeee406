"""Ways through a paper in the room: its pages small, its contents, words in it, its text alone on a phone."""

import io
import re

import pikepdf
from playwright.sync_api import Page, Route, expect

from intranet.records.typeset import Run, Sheet
from tests.browser.conftest import Opener, axe, read, until
from tests.browser.test_meeting_room import drawn, enter, headers, opens_agenda, room_of

WORDS = ("Mở đầu", "Nhu cầu vốn đầu tư", "Kiến nghị")
#: Below the words of page 2, in lines of an A4 page.
LONG = "Các đơn vị rà soát tiến độ từng công trình, báo cáo trước ngày 30 hằng tháng. " * 8
#: A table of page 2: in each column its words and where they begin.
TABLE = (
    (70, "Dự án", "Kè Phú Thuận", "Cầu Tân Hòa"),
    (260, "Kế hoạch", "95,2", "440,0"),
    (400, "Tăng, giảm", "+ 100,0", "- 186,4"),
)
#: Whether what is read is in the second page, and not at its beginning.
LATER = """
() => {
  const edge = document.querySelector('.m-flow').getBoundingClientRect().top + 6;
  const all = [...document.querySelectorAll('.m-flow [data-y]')];
  const one = all.find((some) => some.getBoundingClientRect().bottom > edge);
  return one?.closest('section:nth-child(2)') && one.dataset.y > 0.33;
}
"""
PHONE = {"width": 390, "height": 844}
#: Selects words of a page that is drawn.
SELECT = """
(words) => {
  const all = [...document.querySelectorAll('.pdfViewer .textLayer span')];
  const one = all.find((span) => span.textContent.includes(words));
  getSelection().setBaseAndExtent(one.firstChild, 0, one.firstChild, one.firstChild.length);
}
"""
#: How far below the upper edge of the flowing text something is.
BELOW = "(one) => one.getBoundingClientRect().top - one.closest('.m-flow').getBoundingClientRect().top"
#: Whether words stand first in what is seen of the flowing text.
FIRST = """
(words) => {
  const edge = document.querySelector('.m-flow').getBoundingClientRect().top + 6;
  const all = [...document.querySelectorAll('.m-flow [data-y]')];
  return all.find((one) => one.getBoundingClientRect().bottom > edge)?.textContent.startsWith(words);
}
"""


#: Of flowing text: height of its longest paragraph, width of what is in it, its own width, size of letters.
FLOWS = """
(text) => [
  Math.max(...[...text.querySelectorAll('p')].map((one) => one.getBoundingClientRect().height)),
  text.scrollWidth, text.clientWidth, parseFloat(getComputedStyle(text).fontSize),
]
"""
#: What was read from the pictures of three pages.
SCANNED = [
    [],
    [{"t": "Hội đồng nhân dân tỉnh", "box": [80, 700, 300, 715]}],
    [
        {"t": "theo ý kiến của Hội", "box": [80, 700, 300, 715]},
        {"t": "đồng thẩm định", "box": [80, 680, 200, 695]},
        {"t": "HỘI ĐỒNG", "box": [80, 600, 200, 615]},
    ],
]


def paper() -> bytes:
    """A paper of three pages with a contents, and a link from the first to the last."""
    sheet = Sheet(title="Tờ trình", author="Sở Tài chính")
    for n, words in enumerate(WORDS):
        if n:
            sheet.new_page()
        sheet.paragraph([Run(words)], 14)
        if n == 1:
            sheet.paragraph([Run(LONG)], 14)
            for line in range(3):
                for x, *words in TABLE:
                    sheet.text(words[line], x, sheet.y - 20 - line * 22, 13)
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(sheet.finish())) as pdf:
        with pdf.open_outline() as outline:
            outline.root.extend(pikepdf.OutlineItem(words, n) for n, words in enumerate(WORDS))
        place = pikepdf.Array([pdf.pages[2].obj, pikepdf.Name.Fit])
        link = pikepdf.Dictionary(Subtype=pikepdf.Name.Link, Rect=[60, 500, 300, 800], Dest=place)
        pdf.pages[0].Annots = pikepdf.Array([pdf.make_indirect(link)])
        pdf.save(out)
    return out.getvalue()


def give(route: Route) -> None:
    """Every paper is that one."""
    route.fulfill(body=paper(), content_type="application/pdf")


def tab(page: Page, name: str) -> None:
    """Open a part of the panel."""
    page.locator("#reading").get_by_role("tab", name=name).click()


def test_a_paper_is_gone_through_by_pages_contents_and_words(open_as: Opener) -> None:
    page = open_as("daibieu12", tablet=True)
    page.route(re.compile(r"/files/"), give)
    page.route(re.compile(r"/lines\.json"), lambda route: route.fulfill(json=SCANNED))
    enter(page)
    opener, panel, shown = (
        page.locator("[data-reading]"),
        page.locator("#reading"),
        page.locator("[data-page-of]"),
    )
    expect(shown).to_have_text("1 / 3")
    page.locator(".annotationLayer a").tap()
    expect(shown).to_have_text("3 / 3")
    opener.tap()
    small = panel.locator("#read-pages button")
    expect(small).to_have_count(3)
    small.nth(0).tap()
    expect(shown).to_have_text("1 / 3")
    small.nth(2).tap()
    expect(shown).to_have_text("3 / 3")
    expect(small.nth(2)).to_have_attribute("aria-current", "page")
    tab(page, "Mục lục")
    panel.get_by_role("button", name="Nhu cầu vốn đầu tư").tap()
    expect(shown).to_have_text("2 / 3")
    assert axe(page) == []
    tab(page, "Tìm")
    expect(panel.locator("#read-q")).to_be_focused()
    # Words are found without their tones, and d finds đ.
    page.keyboard.press("Control+f")
    expect(panel.locator("#read-q")).to_be_focused()
    panel.locator("#read-q").fill("dau tu")
    expect(panel.locator("[data-read-count]")).to_have_text("Chỗ 1 / 1")
    expect(panel.locator("[data-read-hits] button")).to_have_text("Trang 21 chỗ")
    panel.locator("#read-q").fill("không có chữ này")
    expect(panel.locator("[data-read-count]")).to_contain_text("Không tìm thấy")
    # Where the words were read from pictures, they are found in those, across the end of a line too.
    panel.locator("#read-q").fill("hoi dong")
    expect(panel.locator("[data-read-count]")).to_have_text("Chỗ 1 / 3")
    expect(page.locator(".pdfViewer .found")).to_have_count(1)
    panel.get_by_role("button", name="Chỗ sau").tap()
    expect(shown).to_have_text("3 / 3")
    expect(page.locator(".pdfViewer .found")).to_have_count(2)
    panel.locator("[data-read-hits] button").first.tap()
    expect(shown).to_have_text("2 / 3")
    panel.locator("#read-q").press("Escape")
    expect(panel).to_be_hidden()
    expect(opener).to_be_focused()
    # On a phone the words run in lines of its own width, at any size, and tables come row by row.
    expect(page.locator("svg.ink")).to_have_count(1)
    page.evaluate(SELECT, "Nhu cầu vốn")
    page.locator("[data-ink=yellow]").dispatch_event("click")
    expect(page.locator(".ink .mul")).to_have_count(1)
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    acts, ways = (
        page.locator(".m-do .ac").filter(visible=True),
        page.get_by_role("radiogroup", name="Cách đọc"),
    )
    assert acts.count() <= 3
    ways.get_by_text("Chữ").tap()
    text = page.locator(".m-flow")
    rows = text.locator(".m-rows li")
    expect(rows).to_have_text(
        ["Kè Phú ThuậnKế hoạch95,2Tăng, giảm+ 100,0", "Cầu Tân HòaKế hoạch440,0Tăng, giảm- 186,4"]
    )
    # A mark of the page lies on the same words here.
    expect(text.locator("mark")).to_have_text(["Nhu cầu vốn đầu tư"])
    assert axe(page) == []
    sizes = []
    for step in ("100", "125", "150"):
        expect(page.locator("html")).to_have_attribute("data-text", step)
        high, wide, room, size = text.evaluate(FLOWS)
        assert (wide, room) == (room, PHONE["width"])
        assert high > 8 * size
        sizes.append(size)
        page.get_by_role("button", name="Đổi cỡ chữ").tap()
    assert sizes == [20, 25, 30]
    # The place is kept: in the page, in the text again, and when the room is opened later.
    expect(page.locator("html")).to_have_attribute("data-text", "100")
    text.hover()
    page.mouse.wheel(0, rows.last.evaluate(BELOW))
    until(page, FIRST, "Cầu Tân Hòa")
    ways.get_by_text("Trang").tap()
    expect(text).to_be_hidden()
    expect(shown).to_have_text("2 / 3")
    expect(drawn(page, 2)).to_be_visible()
    ways.get_by_text("Chữ").tap()
    until(page, FIRST, "Cầu Tân Hòa")
    page.reload()
    until(page, "() => document.querySelector('.m-flow section:nth-child(2) [data-y]') !== null")
    until(page, LATER)
    # Water is two taps away, though it has no place in the bar.
    page.get_by_role("button", name="Mục khác").tap()
    page.get_by_role("button", name="Nước uống").tap()
    expect(page.get_by_text("Đã báo thư ký: nước uống.")).to_be_visible()


def test_a_new_paper_says_so_and_a_marked_one_carries_the_readers_name(
    open_as: Opener,
) -> None:
    desk = open_as("thuky")
    papers = room_of(desk).replace("/room", "/papers")
    name = "Phụ lục danh mục dự án"
    rows = read(desk, papers).split("<tr")
    key = re.search(r'id="p-(\w{32})"', next(row for row in rows if name in row and 'id="p-' in row))
    assert key is not None
    for address, form in ((f"{key[1]}/rights", {"is_marked": "1"}), ("publish", {"back": "papers"})):
        assert desk.request.post(f"{papers}/{address}", form=form, headers=headers(desk)).ok
    page = open_as("daibieu05", tablet=True)
    enter(page)
    opens_agenda(page)
    link = page.locator("[data-agenda] .docs a", has_text=name)
    expect(link.locator(".chip")).to_have_text("Mới")
    assert axe(page) == []
    expect(page.locator(".m-stamp")).to_have_count(0)
    link.tap()
    expect(drawn(page, 1)).to_be_visible()
    whose = re.compile(r"^\S.+, \d\d:\d\d \d\d/\d\d/\d{4}$")
    expect(page.locator(".m-stamp span").first).to_have_attribute("data-said", whose)
    opens_agenda(page)
    expect(link.locator(".chip")).to_have_count(0)
    assert axe(page) == []


def test_a_page_is_turned_shown_whole_and_beside_the_next(open_as: Opener) -> None:
    page = open_as("daibieu12")
    page.route(re.compile(r"/files/"), give)
    enter(page)
    expect(drawn(page, 1)).to_be_visible()
    sheet = page.locator(".pdfViewer .page").first
    page.locator("[data-reading]").click()
    panel = page.locator("#reading")
    panel.get_by_role("button", name="Vừa cả trang").click()
    expect(sheet).to_be_visible()
    page.wait_for_function(
        "() => { const one = document.querySelector('.r-scroll');"
        " return one.scrollHeight <= one.clientHeight }"
    )
    upright = sheet.bounding_box()
    panel.get_by_role("button", name="Xoay trang").click()
    page.wait_for_function(
        "() => { const one = document.querySelector('.pdfViewer .page').getBoundingClientRect();"
        " return one.width > one.height }"
    )
    assert upright is not None
    assert upright["height"] > upright["width"]
    panel.get_by_role("button", name="Xoay trang").click()
    two = panel.get_by_role("button", name="Hai trang cạnh nhau")
    two.click()
    expect(two).to_have_attribute("aria-pressed", "true")
    expect(drawn(page, 2)).to_be_visible()
    first, second = (page.locator(f".pdfViewer .page[data-page-number='{n}']").bounding_box() for n in (1, 2))
    assert first is not None
    assert second is not None
    assert first["y"] == second["y"]
    assert first["x"] + first["width"] < second["x"]
    page.locator("[data-page-next]").click()
    expect(page.locator("[data-page-of]")).to_have_text("3 / 3")
