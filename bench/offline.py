"""A pack of 100 MB on one tablet: brought, checked again, and its first page without the network."""

import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from bench.figures import Figure
from tests import chromium
from tests.browser.conftest import PASSWORD, TABLET
from tests.browser.laying import heavy_paper, lay
from tests.serving import Server

FILES, MEGABYTES, PAGES = 10, 10, 20
_PATIENCE_MS = 180_000
_READY = "[data-pack][data-state]"


def measure() -> Iterator[Figure]:
    """Seconds; the server and the browser share the machine."""
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder) / "data")
        server.start()
        try:
            with sync_playwright() as player:
                browser = player.chromium.launch(
                    executable_path=chromium.program("chromium"), args=["--no-sandbox"]
                )
                yield from _measured(browser, server)
                browser.close()
        finally:
            server.stop()


def _measured(browser: Browser, server: Server) -> Iterator[Figure]:
    desk = _signed_in(browser, server, "thuky")
    desk.goto("/meetings")
    room = desk.locator("tr:has-text('Đang họp') a[href$='/room']").first.get_attribute("href") or ""
    meeting = room.removesuffix("/room")
    lay(desk, meeting, {f"Phụ lục {n}.pdf": heavy_paper(MEGABYTES, PAGES) for n in range(1, FILES + 1)})
    tablet = _signed_in(browser, server, "daibieu02")
    tablet.goto(meeting)
    size = tablet.request.get(f"{meeting}/pack.json").json()["bytes"]
    if size < FILES * MEGABYTES * 2**20 * 0.9:
        raise RuntimeError(f"the pack has {size} bytes only")
    brought = _timed(lambda: _again(tablet))
    yield Figure("offline: pack of 100 MB brought and checked", brought, "s", 60)
    # What the page looks at by itself is over by then, and what is measured is a check of all of it.
    tablet.evaluate("() => navigator.locks.request('office-pack', () => {})")
    tablet.wait_for_timeout(3000)
    tablet.evaluate("() => navigator.locks.request('office-pack', () => {})")
    yield Figure("offline: pack of 100 MB checked again", _timed(lambda: _again(tablet)), "s", 5)
    tablet.context.set_offline(True)
    yield Figure("offline: room opened, first page drawn", _timed(lambda: _open(tablet, room)), "s", 3)


def _again(tablet: Page) -> None:
    """Press for a check, and wait until everything is there."""
    tablet.evaluate("() => { delete document.querySelector('[data-pack]').dataset.state; }")
    tablet.click("[data-pack-again]")
    tablet.wait_for_selector(_READY, timeout=_PATIENCE_MS)
    state = tablet.locator("[data-pack]").get_attribute("data-state")
    if state != "ok":
        raise RuntimeError(tablet.inner_text("[data-pack-word]"))


def _open(tablet: Page, room: str) -> None:
    tablet.goto(room)
    tablet.wait_for_selector(".pdfViewer .page[data-loaded] canvas", timeout=_PATIENCE_MS)


def _signed_in(browser: Browser, server: Server, name: str) -> Page:
    context = browser.new_context(base_url=server.url, viewport=TABLET, has_touch=True, locale="vi-VN")
    page = context.new_page()
    page.goto("/sign-in")
    page.fill("input[name=name]", name)
    page.fill("input[name=password]", PASSWORD)
    page.click("form button.p")
    page.wait_for_url(lambda url: "/sign-in" not in url)
    return page


def _timed(act: Callable[[], None]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began
