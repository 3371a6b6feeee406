"""Marks of every kind made by finger and by pen, shared, seen by another person, taken along."""

import io
import re
from itertools import pairwise

import pikepdf
import pytest
from playwright.sync_api import CDPSession, Locator, Page, Route, expect

from tests.browser.conftest import Opener, axe, until
from tests.browser.test_meeting_room import draw_with_finger, draw_with_pen, enter, open_first_paper
from tests.browser.test_packs import KEPT
from tests.browser.test_room_taps import counted, taps

Point = tuple[float, float]
#: Whether a hand that comes down is kept from moving the page: long after a pen, with one over the glass,
#: long after that, when it was just lifted.
RESTS = """
async () => {
  const page = document.querySelector('.pdfViewer .page');
  const later = () => new Promise((ok) => setTimeout(ok, 600));
  const pen = (type) => page.dispatchEvent(new PointerEvent(type, { pointerType: 'pen', bubbles: true }));
  const touches = [new Touch({ identifier: 1, target: page })];
  const hand = () => !page.dispatchEvent(new TouchEvent('touchstart', { touches, cancelable: true }));
  await later();
  const found = [hand()];
  pen('pointermove');
  found.push(hand());
  await later();
  found.push(hand());
  pen('pointerup');
  found.push(hand());
  return found;
}
"""


class Hand:
    """A finger or a pen on a tablet's page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.cdp: CDPSession = page.context.new_cdp_session(page)

    def take(self, tool: str) -> None:
        """Take up one of the tools of the panel."""
        self.page.locator("[data-ink-more]").tap()
        self.page.locator(f"#ink-panel [data-tool={tool}]").tap()
        expect(self.page.locator(f"#ink-panel [data-tool={tool}]")).to_have_attribute("aria-pressed", "true")

    def touch(self, *way: Point, radius: float = 10, lifts: bool = True) -> None:
        """Put a finger down, move it along, lift it."""
        for n, (x, y) in enumerate(way):
            point = {"x": x, "y": y, "radiusX": radius, "radiusY": radius}
            kind = "touchMove" if n else "touchStart"
            self.cdp.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [point]})
        if lifts:
            self.lift()

    def lift(self) -> None:
        """Take the finger off the glass."""
        self.cdp.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    def write(self, *way: Point) -> None:
        """The same with a pen."""
        last = len(way) - 1
        for n, (x, y) in enumerate((*way, way[-1])):
            kind = "mousePressed" if n == 0 else "mouseReleased" if n > last else "mouseMoved"
            more = {"button": "left", "pointerType": "pen", "clickCount": 1, "force": 0.5}
            down = {"buttons": 0 if n > last else 1}
            self.cdp.send("Input.dispatchMouseEvent", {"type": kind, "x": x, "y": y, **more, **down})


def middle(where: Locator, share: float = 0.5) -> Point:
    """A place on an element, as a part of its width, half way up."""
    box = where.bounding_box()
    assert box is not None
    return (box["x"] + box["width"] * share, box["y"] + box["height"] / 2)


def steps(a: Point, b: Point, count: int = 6) -> list[Point]:
    """Places on the way from one to the other."""
    return [(a[0] + (b[0] - a[0]) * n / count, a[1] + (b[1] - a[1]) * n / count) for n in range(count + 1)]


def test_marks_follow_the_words_are_undone_moved_shared_and_taken_along(open_as: Opener) -> None:
    tablet, other = enter(open_as("daibieu02", tablet=True)), enter(open_as("daibieu03"))
    for page in (tablet, other):
        open_first_paper(page)
    hand, drawn = Hand(tablet), tablet.locator("svg.ink [data-id]")
    sheet = tablet.locator(".pdfViewer .page").first
    box = sheet.bounding_box()
    assert box is not None

    # Words that a hand was dragged over are marked by one press on a colour.
    line, own = (
        page.locator(".textLayer span", has_text="yếu do vướng giải phóng mặt bằng").first
        for page in (tablet, other)
    )
    counted(other)
    with taps(other, 2):
        other.mouse.move(*middle(own, 0.1))
        other.mouse.down()
        other.mouse.move(*middle(own, 0.9), steps=4)
        other.mouse.up()
        other.locator("[data-ink=yellow]").click()
        expect(other.locator("svg.ink [data-id]")).to_have_count(1)
    other.locator("[data-ink-undo]").click()
    expect(other.locator("svg.ink [data-id]")).to_have_count(0)
    hand.take("highlight")
    hand.touch(*steps(middle(line, 0.1), middle(line, 0.9)))
    expect(drawn).to_have_count(1)
    shape = [float(n) for n in re.findall(r"-?[\d.]+", drawn.get_attribute("d") or "")]
    assert len(shape) == 8
    expect(sheet.locator("svg.ink")).to_have_css("mix-blend-mode", "multiply")
    hand.take("note")
    hand.touch((box["x"] + box["width"] * 0.8, box["y"] + box["height"] * 0.2))
    words = tablet.locator("#mark-words textarea")
    words.fill("Cần giải trình thêm")
    assert axe(tablet) == []
    # Left before it was kept: the words wait for the next note here, after a reload too; Ctrl+Enter keeps it.
    words.press("Escape")
    expect(words).to_be_hidden()
    until(tablet, f"async () => (await ({KEPT})()).names.some((one) => one.startsWith('drafts:'))")
    tablet.reload()
    open_first_paper(tablet)
    hand.take("note")
    hand.touch((box["x"] + box["width"] * 0.8, box["y"] + box["height"] * 0.2))
    expect(words).to_be_visible()
    expect(words).to_have_value("Cần giải trình thêm")
    words.press("Control+Enter")
    expect(words).to_be_hidden()
    expect(tablet.get_by_role("button", name="Ghi chú: Cần giải trình thêm")).to_be_attached()

    # A pen: what it draws is cut in two by the eraser of parts; undo brings the whole back.
    tablet.locator("[data-tool=pen]").tap()
    # The hand that holds it writes nothing: as wide as a palm, or no wider than a finger but there first.
    palm = steps((box["x"] + 60, box["y"] + box["height"] * 0.6), (box["x"] + 90, box["y"] + 500))
    hand.touch(*palm, radius=45)
    hand.touch(*palm, lifts=False)
    expect(tablet.locator("svg.ink path:not([data-id])")).to_have_count(1)
    draw_with_pen(hand.cdp, dict(box))
    hand.lift()
    expect(drawn).to_have_count(3)
    x, y = box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.45
    hand.take("part")
    hand.write(*steps((x + 80, y - 30), (x + 80, y + 30)))
    expect(drawn).to_have_count(4)
    tablet.locator("[data-ink-undo]").tap()
    expect(drawn).to_have_count(3)
    draw_with_finger(hand.cdp, dict(box))
    expect(drawn).to_have_count(3)

    hand.take("lasso")
    around = [(x - 20, y - 25), (x + 180, y - 25), (x + 180, y + 25), (x - 20, y + 25), (x - 20, y - 25)]
    hand.write(*(point for a, b in pairwise(around) for point in steps(a, b, 3)))
    expect(tablet.locator("[data-chosen-word]")).to_have_text("Đã chọn 1; kéo để dời")
    before = tablet.locator("svg.ink .m-held").get_attribute("d")
    hand.write(*steps((x + 80, y), (x + 80, y + 60)))
    expect(drawn).to_have_count(3)
    assert tablet.locator("svg.ink .m-held").get_attribute("d") != before
    assert axe(tablet) == []
    tablet.locator("[data-ink-do=chosen-drop]").tap()
    expect(tablet.locator("body[data-unsent='0']")).to_be_attached()

    # Nobody else sees any of it, until it is shared.
    expect(other.locator("svg.ink [data-id], .m-pin")).to_have_count(0)
    tablet.locator("[data-ink-list]").tap()
    row = tablet.locator("#mark-list li", has_text="Cần giải trình thêm")
    assert axe(tablet) == []
    row.get_by_role("button", name=re.compile("^Chia sẻ")).tap()
    tablet.locator("#mark-share button.p").tap()
    expect(
        other.get_by_role("button", name=re.compile("Ghi chú của .*: Cần giải trình thêm"))
    ).to_be_visible()
    expect(other.locator("svg.ink path[data-id]")).to_have_count(0)
    with tablet.expect_download() as download:
        tablet.locator("[data-export=pdf]").tap()
    with pikepdf.open(io.BytesIO(download.value.path().read_bytes())) as copy:
        marks = {str(one.Subtype): one for one in copy.pages[0].obj.Annots}
    assert set(marks) == {"/Highlight", "/Text", "/Ink"}
    assert [float(n) for n in marks["/Highlight"].QuadPoints][:2] == shape[:2]
    tablet.locator("#mark-list li", has_text="Cần giải trình thêm").last.get_by_role(
        "button", name=re.compile("^Thôi chia sẻ")
    ).tap()
    expect(other.locator(".m-pin")).to_have_count(0)


def test_the_presenters_ink_is_seen_while_it_is_drawn_and_kept_only_if_they_keep_it(open_as: Opener) -> None:
    desk, tablet = enter(open_as("thuky")), enter(open_as("daibieu04", tablet=True))
    open_first_paper(desk)
    desk.locator("[data-do=show]").click()
    expect(tablet.locator(".pdfViewer .page[data-loaded] canvas").first).to_be_visible()
    desk.locator("[data-ink-more]").click()
    desk.locator("[data-ink-do=live]").click()
    box = desk.locator(".pdfViewer .page").first.bounding_box()
    assert box is not None
    x, y = box["x"] + 150, box["y"] + 200
    desk.mouse.move(x, y)
    desk.mouse.down()
    desk.mouse.move(x + 120, y + 30, steps=6)
    expect(tablet.locator("svg.ink path")).to_have_count(1)
    desk.mouse.up()
    expect(desk.locator("body[data-unsent='0']")).to_be_attached()
    expect(desk.locator("svg.ink [data-id]")).to_have_count(0)
    desk.locator("[data-ink-more]").click()
    desk.locator("[data-ink-do=live-keep]").click()
    expect(tablet.locator("svg.ink path")).to_have_count(0)
    expect(desk.locator("svg.ink [data-id]")).to_have_count(1)

    # A finger writes until a pen was over the glass, though it touched nothing; from then on it turns pages.
    tablet.locator("[data-tool=pen]").tap()
    hand, own = Hand(tablet), tablet.locator("svg.ink path[data-id]")
    sheet = tablet.locator(".pdfViewer .page").first
    sheet_box = sheet.bounding_box()
    assert sheet_box is not None
    draw_with_finger(hand.cdp, dict(sheet_box))
    expect(own).to_have_count(1)
    x, y = middle(sheet)
    hover = {"type": "mouseMoved", "x": x, "y": y, "pointerType": "pen", "buttons": 0}
    hand.cdp.send("Input.dispatchMouseEvent", hover)
    draw_with_finger(hand.cdp, dict(sheet_box))
    expect(own).to_have_count(1)
    assert tablet.evaluate(RESTS) == [False, True, False, True]


def test_the_first_stroke_of_a_pen_is_kept_though_it_comes_before_the_pens(open_as: Opener) -> None:
    tablet = open_as("daibieu05", tablet=True)
    on_the_way: list[Route] = []
    tablet.route(re.compile("/ink-layer-"), lambda route: on_the_way.append(route))
    enter(tablet)
    open_first_paper(tablet)
    box = tablet.locator(".pdfViewer .page").first.bounding_box()
    assert box is not None
    x, y = box["x"] + 120, box["y"] + 240
    hand, drawn = Hand(tablet), tablet.locator("svg.ink [data-id]")
    counted(tablet)
    # A pen needs no tap before its stroke.
    with taps(tablet, 1):
        hand.write(*steps((x, y), (x + 200, y + 30), 12))
    hand.write(*steps((x, y + 80), (x + 200, y + 80), 12))
    assert len(on_the_way) == 1
    expect(drawn).to_have_count(0)
    on_the_way[0].continue_()
    expect(drawn).to_have_count(2)
    first = drawn.first.bounding_box()
    assert first is not None
    assert (first["x"], first["x"] + first["width"]) == pytest.approx((x, x + 200), abs=4)
    assert (first["y"], first["y"] + first["height"]) == pytest.approx((y, y + 30), abs=4)
    hand.write(*steps((x, y + 140), (x + 100, y + 140)))
    expect(drawn).to_have_count(3)
