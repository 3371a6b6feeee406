"""A tablet dies in a vote: how long until another one has its place, its ballot and its marks.

From the press that asks for a code to the moment when the other tablet shows the ballot as recorded and the
mark on its page. The digits are typed at the pace of a hand; server and browsers share the machine.
"""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from bench.figures import Figure
from tests import chromium
from tests.browser.conftest import DESK, TABLET, sign_in
from tests.browser.test_meeting_room import draw_with_pen, enter, open_first_paper
from tests.browser.test_room_floor import name_of
from tests.browser.test_room_votes import cast, check_in, finish, hold, recorded
from tests.serving import Server

#: Milliseconds from one digit to the next.
PACE_MS = 250
ROUNDS = 3


def measure() -> Iterator[Figure]:
    """Seconds; the worst of some rounds counts."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, sync_playwright() as play:
        server = Server(Path(folder) / "data")
        server.start()
        browser = play.chromium.launch(executable_path=chromium.program("chromium"), args=["--no-sandbox"])
        try:
            yield from _measured(browser, server)
        finally:
            browser.close()
            server.stop()


def _measured(browser: Browser, server: Server) -> Iterator[Figure]:
    chair, desk = (enter(_opened(browser, server, name)) for name in ("chutich", "thuky"))
    finish(chair)
    old = enter(_opened(browser, server, "daibieu09", tablet=True))
    check_in(old)
    mid, name = old.url.split("/")[-2], name_of(old)
    open_first_paper(old)
    box = old.locator(".pdfViewer .page[data-loaded]").first.bounding_box()
    if box is None:
        raise RuntimeError("no page to write on")
    old.locator("[data-tool=pen]").tap()
    draw_with_pen(old.context.new_cdp_session(old), {**box})
    expect(old.locator("svg.ink path")).to_have_count(1)
    expect(old.locator("body[data-unsent='0']")).to_be_attached()
    hold(chair, "Thông qua kế hoạch", "Biểu quyết ghi danh")
    cast(old, "Tán thành")
    taken: dict[str, list[float]] = {"the secretary's code": [], "the old tablet's own code": []}
    for _ in range(ROUNDS):
        for whose, times in taken.items():
            giver = desk if whose.startswith("the secretary") else old
            new = _opened(browser, server, None, tablet=True)
            new.goto(f"/tablet/{mid}")
            began = time.perf_counter()
            _take(_code(giver, name), new)
            recorded(new, "Tán thành")
            new.locator("[data-vote-back]").tap()
            open_first_paper(new)
            expect(new.locator("svg.ink path")).to_have_count(1)
            times.append(time.perf_counter() - began)
            old.context.close()
            old = new
    for whose, times in taken.items():
        yield Figure(f"handing over: by {whose}", max(times), "s", most=15)


def _code(giver: Page, name: str) -> str:
    """The digits, as they are shown to whoever asks for them."""
    if giver.locator("#t-all").count():
        giver.locator("#t-all").click()
        giver.locator("[data-people] li", has_text=name).get_by_role("button").click()
    else:
        giver.locator("[data-call]").tap()
    giver.locator("[data-choice=device]").click()
    shown = giver.locator("[data-dc-code]")
    expect(shown).not_to_be_empty()
    return shown.inner_text().replace(" ", "")


def _take(code: str, new: Page) -> None:
    new.get_by_label("Mã 6 chữ số").press_sequentially(code, delay=PACE_MS)
    new.get_by_role("button", name="Tiếp tục").tap()
    new.get_by_role("button", name="Đúng, vào phòng họp").tap()
    new.wait_for_url("**/room")


def _opened(browser: Browser, server: Server, name: str | None, *, tablet: bool = False) -> Page:
    viewport = TABLET if tablet else DESK
    context = browser.new_context(base_url=server.url, viewport=viewport, has_touch=tablet, locale="vi-VN")
    context.set_default_timeout(30_000)
    page = context.new_page()
    if name is not None:
        sign_in(page, name, server.url)
    return page
