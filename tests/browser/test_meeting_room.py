"""A meeting from its planning to the room, in which a tablet follows the secretary's desk."""

import re
import secrets
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from playwright.sync_api import CDPSession, Locator, Page, Response, expect

from intranet.records.typeset import Run, Sheet
from tests.browser.conftest import Opener, read
from tests.serving import Server

LIVE = "Phiên họp UBND tỉnh thường kỳ tháng này"

#: Remembers when the page was pressed, and when it first shows what is waited for.
WATCH = """
() => {
  addEventListener('click', () => { window.pressedAt = Date.now(); }, true);
  window.awaits = (test) => {
    window.shownAt = new Promise((ok) => {
      setTimeout(() => ok(null), 15_000);
      const look = () => {
        if (!test()) return false;
        seer.disconnect();
        requestAnimationFrame(() => ok(Date.now()));
        return true;
      };
      const seer = new MutationObserver(look);
      seer.observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
      look();
    });
  };
}
"""


@pytest.fixture
def desk(open_as: Opener) -> Page:
    """The secretary at her desk in the room."""
    return enter(open_as("thuky"))


@pytest.fixture
def tablet(open_as: Opener) -> Page:
    """A delegate's tablet in the room."""
    return enter(open_as("daibieu02", tablet=True))


class Chair:
    """The chair, or another, asking the room for something as it is done where sockets are blocked."""

    def __init__(self, page: Page, mid: int | None = None) -> None:
        self.mid = mid or int(room_of(page).split("/")[2])
        self.page = page
        self.headers = headers(page)

    def ask(self, t: str, /, **d: Any) -> dict[str, Any]:
        """Send one command; returns the answer."""
        frame = {"k": "cmd", "cid": secrets.token_hex(13), "t": t, "d": {"mid": self.mid, **d}}
        url = f"/api/v1/meetings/{self.mid}/commands"
        answer: dict[str, Any] = self.page.request.post(url, data=frame, headers=self.headers).json()
        assert answer["ok"], answer
        return answer


def room_of(page: Page) -> str:
    """Where the door of the meeting that sits now is, as the list of meetings has it."""
    rows = read(page, "/meetings").split("<tr")
    door = re.search(r'href="(/meetings/\d+/room)"', next(row for row in rows if LIVE in row))
    assert door is not None
    return door[1]


def headers(page: Page) -> dict[str, str]:
    """What a request needs beside the session to change something."""
    token = re.search(r'name="csrf-token" content="([^"]+)"', read(page, "/meetings"))
    assert token is not None
    return {"X-CSRFToken": token[1], "Origin": page.request.get("/healthz").url.removesuffix("/healthz")}


def enter(page: Page) -> Page:
    """Go into the room of the meeting that sits now."""
    page.goto(room_of(page))
    expect(page.locator("body[data-ready]")).to_be_attached()
    expect(page.locator("[data-room-word]")).to_have_text("Đã lưu ghi chú")
    page.evaluate(WATCH)
    return page


def paper(title: str, pages: int) -> dict[str, Any]:
    """A PDF of so many pages as the browser's chooser gives it."""
    sheet = Sheet(title=title, author="Sở Tài chính")
    for n in range(pages):
        if n:
            sheet.new_page()
        sheet.paragraph([Run(f"{title}, trang {n + 1}")], 14)
    return {"name": f"{title}.pdf", "mimeType": "application/pdf", "buffer": sheet.finish()}


def choose(page: Page, field: str, typed: str, name: str) -> None:
    """Pick a person in a searchable list."""
    box = page.locator(f".f:has(select#{field})")
    box.locator(".ts-control input").fill(typed)
    box.locator(".ts-dropdown .option", has_text=name).first.click()


def drag_to_the_top(page: Page) -> None:
    """Take the last item of the agenda by its grip to the first place."""
    grips = page.locator("[data-item] .grip")
    top = grips.first.bounding_box()
    assert top is not None
    with page.expect_response(re.compile("sortable")):
        grips.last.hover()
    page.evaluate("() => new Promise((ok) => setTimeout(ok, 50))")
    page.mouse.down()
    page.mouse.move(top["x"] + 10, top["y"] + 4, steps=20)
    page.mouse.up()


def shown_page(page: Page) -> Locator:
    """The words that say which page is open."""
    return page.locator("[data-page-of]")


def drawn(page: Page, number: int) -> Locator:
    """A page of the paper as it was drawn."""
    return page.locator(f".pdfViewer .page[data-page-number='{number}'][data-loaded] canvas")


def opens_agenda(tablet: Page) -> None:
    """Show the agenda's sheet."""
    button = tablet.locator("[data-sheet=agenda]")
    if button.get_attribute("aria-expanded") == "false":
        button.tap()


def next_item(desk: Page) -> str:
    """Put the next item on the floor; returns its title."""
    note = desk.locator("[data-note-of=next]").inner_text()
    title = note.split(". ", 1)[1]
    desk.locator("[data-do=next]").click()
    return title


def test_a_meeting_is_planned_and_whoever_is_invited_hears_of_it(open_as: Opener) -> None:
    title = "Họp chuyên đề sắp xếp trụ sở dôi dư"
    guest = open_as("daibieu02", tablet=True)
    guest.goto("/meetings")
    secretary = open_as("thuky")
    secretary.goto("/meetings")
    secretary.get_by_role("link", name="Lập cuộc họp").click()
    secretary.locator("#title").fill(title)
    day = date.today() + timedelta(days=1)  # noqa: DTZ011  # the server's clock is the machine's
    secretary.locator("#starts_date").fill(f"{day:%d%m}")
    secretary.locator("#starts_time").fill("1745")
    secretary.locator("#place").fill("Phòng họp số 2")
    choose(secretary, "chair_id", "binh", "Nguyễn Văn Bình")
    secretary.locator("#title").press("Control+Enter")
    secretary.wait_for_url(re.compile(r"/meetings/\d+"))

    title_field = secretary.locator(".m-new [name=title]")
    items = (("Hiện trạng trụ sở", "20"), ("Phương án xử lý", "35"))
    for n, (item, minutes) in enumerate(items, 1):
        form = secretary.locator(".m-new")
        title_field.fill(item)
        form.locator("[name=budget_min]").fill(minutes)
        form.locator("[name=owner_id]").select_option(index=1)
        form.get_by_role("button", name="Thêm mục").click()
        row = secretary.locator("[data-item]", has_text=item)
        expect(row).to_be_visible()
        expect(title_field).to_have_value("")
        row.locator("input[type=file]").set_input_files(paper(f"Tờ trình {item}", n + 1))
        # The next item is typed while the file is still being looked at.
        title_field.fill("Việc khác")
        expect(row.locator(".m-fc .fc")).to_contain_text(f"{n + 1} trang", timeout=30_000)
        expect(title_field).to_have_value("Việc khác")
    title_field.fill("")
    drag_to_the_top(secretary)
    expect(secretary.locator("[data-item] .tt")).to_have_text(["Phương án xử lý", "Hiện trạng trụ sở"])
    choose(secretary, "user_ids", "phuc", "Hồ Đình Phúc")
    secretary.get_by_role("button", name="Mời dự họp").click()
    expect(secretary.locator("#people .pe", has_text="Hồ Đình Phúc")).to_be_visible()
    expect(guest.get_by_text(title)).to_have_count(0)
    secretary.get_by_role("button", name="Phát hành, gửi giấy mời").click()
    secretary.locator("dialog[open] button.p").click()
    expect(secretary.get_by_text("phát hành lúc")).to_be_visible()

    # It comes to the tablet by itself; the notice leads to the agenda and its papers.
    expect(guest.locator(".o-toast, .toast, [data-toasts]").get_by_text(title).first).to_be_visible()
    guest.goto("/notices")
    guest.get_by_role("link", name=re.compile(title)).first.tap()
    expect(guest.get_by_role("heading", name=title)).to_be_visible()
    row = guest.locator(".ai", has_text="Phương án xử lý")
    expect(row).to_contain_text("35")
    expect(row.locator(".fc")).to_contain_text("3 trang")


def test_the_tablet_shows_what_the_secretary_does(desk: Page, tablet: Page) -> None:
    title = next_item(desk)
    expect(tablet.locator(".m-live [data-now-title]")).to_have_text(title)
    opens_agenda(tablet)
    agenda = tablet.locator("[data-agenda]")
    expect(agenda.locator("[aria-current=step]")).to_contain_text(title)
    desk.locator("#t-run").click()
    desk.locator("[data-do='item.done']").click()
    expect(tablet.locator(".m-live [data-now-title]")).to_have_text("Chưa có mục nào đang bàn")
    expect(agenda.locator(".a.done", has_text=title)).to_be_visible()

    desk.locator("[data-arrange]").click()
    planned = agenda.locator("li.m-planned .a b")
    before = planned.all_inner_texts()
    desk.locator("li.m-planned [data-key^=down-]").first.click()
    expect(planned).to_have_text([before[1], before[0], *before[2:]])
    form = desk.locator("[data-add-item]")
    form.locator("[name=title]").fill("Bổ sung: phòng cháy mùa khô")
    form.locator("[name=budget]").fill("12")
    form.locator("button").click()
    expect(agenda).to_contain_text("Bổ sung: phòng cháy mùa khô")
    expect(agenda.locator("li", has_text="Bổ sung: phòng cháy mùa khô")).to_contain_text("12 phút")


def test_those_who_follow_turn_with_the_secretary_until_they_read_for_themselves(
    desk: Page, tablet: Page
) -> None:
    open_first_paper(desk)
    expect(shown_page(desk)).to_have_text("1 / 4")
    desk.locator("[data-page-next]").click()
    desk.locator("[data-do=show]").click()
    expect(tablet.locator("[data-show-page]")).to_have_text("Trang 2 / 4")
    expect(shown_page(tablet)).to_have_text("2 / 4")
    expect(drawn(tablet, 2)).to_be_visible()
    desk.locator("[data-show='1']").click()
    expect(shown_page(tablet)).to_have_text("3 / 4")
    expect(shown_page(desk)).to_have_text("3 / 4")

    tablet.locator("[data-page-back]").tap()
    tablet.locator("[data-page-back]").tap()
    ribbon = tablet.locator("[data-ribbon]")
    expect(ribbon).to_contain_text("Trình bày: trang 3")
    desk.locator("[data-show='1']").click()
    expect(ribbon).to_contain_text("Trình bày: trang 4")
    expect(shown_page(tablet)).to_have_text("1 / 4")
    ribbon.tap()
    expect(ribbon).to_be_hidden()
    expect(shown_page(tablet)).to_have_text("4 / 4")
    desk.locator("[data-show='-1']").click()
    expect(shown_page(tablet)).to_have_text("3 / 4")
    desk.locator("[data-show-stop]").click()
    expect(tablet.locator("[data-show-name]")).to_have_text("Chưa trình chiếu")


def changes(desk: Page, tablet: Page) -> list[int]:
    """Change the room at the secretary's desk in every way that a tablet shows.

    :returns: milliseconds from each click to the frame in which the tablet showed it.
    :raises AssertionError: the tablet never showed one.
    """
    took: list[int] = []

    def measure(press: Callable[[], None], test: str) -> None:
        tablet.evaluate(f"() => window.awaits(() => {test})")
        press()
        shown = tablet.evaluate("() => window.shownAt")
        assert shown is not None, f"never on the tablet: {test}"
        took.append(shown - desk.evaluate("() => window.pressedAt"))

    open_first_paper(desk)
    desk.locator("[data-do=show]").click()
    expect(tablet.locator("[data-show-page]")).to_contain_text("Trang 1")
    page_of = "document.querySelector('[data-page-of]').textContent.startsWith"
    for step, pages in (("1", (2, 3, 4)), ("-1", (3, 2, 1))) * 2:
        for page in pages:
            measure(desk.locator(f"[data-show='{step}']").click, f"{page_of}('{page} ')")
    desk.locator("[data-show-stop]").click()
    desk.locator("[data-arrange]").click()
    order = "[...document.querySelectorAll('.m-planned .a b')].map((one) => one.textContent).join('|')"
    planned = tablet.evaluate(f"() => {order}").split("|")
    for _ in range(2):
        planned[:2] = planned[1::-1]
        press = desk.locator("li.m-planned [data-key^=down-]").first.click
        measure(press, f"{order}.startsWith('{planned[0]}|{planned[1]}')")
    for n in range(2):
        title = f"Việc phát sinh số {n + 1}"
        desk.locator("[data-add-item] [name=title]").fill(title)
        press = desk.locator("[data-add-item] button").click
        measure(press, f"document.querySelector('[data-agenda]').textContent.includes('{title}')")
    now = "document.querySelector('.m-live [data-now-title]').textContent"
    for _ in range(2):
        title = desk.locator("[data-note-of=next]").inner_text().split(". ", 1)[1]
        measure(desk.locator("[data-do=next]").click, f"{now} === '{title}'")
    return took


def test_every_change_at_the_desk_is_seen_on_the_tablet(desk: Page, tablet: Page) -> None:
    assert len(changes(desk, tablet)) == 18


def draw_with_finger(cdp: CDPSession, box: dict[str, float]) -> None:
    """One stroke across the page."""
    x, y = box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.3
    touch: Callable[[str, list[dict[str, float]]], None] = lambda kind, points: cdp.send(  # noqa: E731
        "Input.dispatchTouchEvent", {"type": kind, "touchPoints": points}
    )
    touch("touchStart", [{"x": x, "y": y}])
    for n in range(1, 12):
        touch("touchMove", [{"x": x + n * 14, "y": y + (n % 3) * 6}])
    touch("touchEnd", [])


def draw_with_pen(cdp: CDPSession, box: dict[str, float]) -> None:
    """One stroke of a stylus, pressed more and more."""
    x, y = box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.45
    pen = {"button": "left", "pointerType": "pen"}
    for n in range(12):
        kind = "mousePressed" if n == 0 else "mouseMoved"
        at = {"x": x + n * 14, "y": y, "force": 0.2 + n * 0.05, "buttons": 1, "clickCount": 1}
        cdp.send("Input.dispatchMouseEvent", {"type": kind, **pen, **at})
    up = {"x": x + 160, "y": y, "buttons": 0, "clickCount": 1}
    cdp.send("Input.dispatchMouseEvent", {"type": "mouseReleased", **pen, **up})


def test_ink_is_kept_for_its_author_alone(desk: Page, tablet: Page, open_as: Opener) -> None:
    open_first_paper(tablet)
    open_first_paper(desk)
    ink = tablet.locator("svg.ink path")
    cdp = tablet.context.new_cdp_session(tablet)
    box = tablet.locator(".pdfViewer .page").first.bounding_box()
    assert box is not None
    tablet.locator("[data-tool=pen]").tap()
    expect(tablet.locator("[data-finger]")).to_have_attribute("aria-pressed", "true")
    draw_with_finger(cdp, dict(box))
    expect(ink).to_have_count(1)
    draw_with_pen(cdp, dict(box))
    expect(ink).to_have_count(2)
    expect(tablet.locator("[data-finger]")).to_be_hidden()
    expect(tablet.locator("body[data-unsent='0']")).to_be_attached()
    expect(tablet.locator("[data-room-word]")).to_have_text("Đã lưu ghi chú")

    strokes = [one.get_attribute("d") for one in ink.all()]
    tablet.reload()
    open_first_paper(tablet)
    expect(ink).to_have_count(2)
    assert sorted(one.get_attribute("d") or "" for one in ink.all()) == sorted(d or "" for d in strokes)
    # Another device of the same person has it from the server; the secretary's does not.
    other = enter(open_as("daibieu02"))
    open_first_paper(other)
    expect(other.locator("svg.ink path")).to_have_count(2)
    desk.reload()
    open_first_paper(desk)
    with desk.expect_response(re.compile("annotations/sync")):
        desk.evaluate("() => dispatchEvent(new Event('focus'))")
    expect(desk.locator(".page[data-page-number='1'] svg.ink")).to_have_count(1)
    expect(desk.locator("svg.ink path")).to_have_count(0)


def open_first_paper(page: Page) -> None:
    """Open the first paper of the agenda at its first page."""
    expect(page.locator("body[data-ready]")).to_be_attached()
    sheet = page.locator("[data-sheet=agenda]")
    if sheet.is_visible():
        sheet.click()
    row = page.locator("[data-agenda] .a", has_text="Điều chỉnh kế hoạch vốn")
    if row.get_attribute("aria-expanded") == "false":
        row.click()
    page.locator("[data-agenda] .docs a", has_text="Tờ trình điều chỉnh kế hoạch vốn").click()
    expect(drawn(page, 1)).to_be_visible()


def listen(page: Page) -> tuple[list[str], list[Response]]:
    """What the page hears from now on: texts over its sockets, and answers of the room over HTTP."""
    heard: list[str] = []
    answers: list[Response] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: heard.append(str(frame))))
    page.on("response", lambda answer: answers.append(answer) if "/snapshot?" in answer.url else None)
    return heard, answers


def test_both_catch_up_by_version_after_the_server_was_killed(
    desk: Page, tablet: Page, open_as: Opener, server: Server
) -> None:
    chair = Chair(open_as("chutich"))
    heard = {"desk": listen(desk), "tablet": listen(tablet)}
    for page in (desk, tablet):
        page.evaluate("() => { window.stays = 'here'; }")
    before = tablet.locator("body").get_attribute("data-v")
    server.kill()
    expect(tablet.locator("[data-room-word]")).to_contain_text("Đang nối lại", timeout=12_000)
    server.start()
    title = "Mục thêm khi máy bảng đang mất mạng"
    chair.ask("item.add", title=title, budget=5)
    for page in (desk, tablet):
        expect(page.locator("[data-agenda]")).to_contain_text(title, timeout=20_000)
        expect(page.locator("[data-room-word]")).to_have_text("Đã lưu ghi chú", timeout=20_000)
        assert int(page.locator("body").get_attribute("data-v") or 0) == int(before or 0) + 1
    for frames, answers in heard.values():
        said = " ".join(frames)
        assert '"mode":"delta"' in said or '"mode":"same"' in said
        assert '"mode":"snapshot"' not in said
        assert not any(answer.ok and answer.json()["mode"] == "snapshot" for answer in answers)

    title = next_item(desk)
    expect(tablet.locator(".m-live [data-now-title]")).to_have_text(title)
    assert [page.evaluate("() => window.stays") for page in (desk, tablet)] == ["here", "here"]


def test_a_tablet_that_was_away_catches_up(desk: Page, tablet: Page) -> None:
    tablet.evaluate("() => { window.stays = 'here'; }")
    before = tablet.locator(".m-live [data-now-title]").inner_text()
    tablet.context.set_offline(True)
    expect(tablet.locator("[data-room-word]")).to_contain_text("Đang nối lại", timeout=12_000)
    titles = [next_item(desk)]
    expect(desk.locator(".spk [data-now-title]")).to_have_text(titles[0])
    expect(tablet.locator(".m-live [data-now-title]")).to_have_text(before)
    tablet.context.set_offline(False)
    # At once, not when the pause between tries has run out.
    expect(tablet.locator("[data-room-word]")).to_have_text("Đã lưu ghi chú", timeout=2_000)
    expect(tablet.locator(".m-live [data-now-title]")).to_have_text(titles[0])
    desk.locator("#t-run").click()
    desk.locator("[data-do='item.done']").click()
    expect(tablet.locator(".m-live [data-now-title]")).to_have_text("Chưa có mục nào đang bàn")
    assert tablet.evaluate("() => window.stays") == "here"


def test_a_page_of_the_room_that_lost_its_line_to_a_newer_one_follows_without(
    desk: Page, tablet: Page
) -> None:
    for _ in range(2):
        enter(tablet.context.new_page())
    expect(tablet.locator("[data-room-word]")).to_have_text("Kết nối dự phòng", timeout=25_000)
    title = next_item(desk)
    expect(tablet.locator(".m-live [data-now-title]")).to_have_text(title)
    tablet.evaluate("() => dispatchEvent(new Event('focus'))")
    expect(tablet.locator("[data-room-word]")).to_have_text("Đã lưu ghi chú")
