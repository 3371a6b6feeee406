"""How long a change at the secretary's desk takes to a delegate's tablet: two browsers and a served office.

From the click to the frame in which the other browser shows it: the command, its transaction, the socket,
script, style and the wait for the frame are in it.
"""

import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import sync_playwright

from bench.figures import Figure
from tests import chromium
from tests.browser.conftest import DESK, TABLET, sign_in
from tests.browser.test_meeting_room import changes, enter
from tests.serving import Server


def measure() -> Iterator[Figure]:
    """Milliseconds over all changes that a tablet shows: median and 95th percentile."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, sync_playwright() as play:
        server = Server(Path(folder) / "data")
        server.start()
        browser = play.chromium.launch(executable_path=chromium.program(), args=["--no-sandbox"])
        try:
            pages = []
            for name, size in (("thuky", DESK), ("daibieu02", TABLET)):
                is_tablet = size is TABLET
                context = browser.new_context(base_url=server.url, viewport=size, has_touch=is_tablet)
                page = context.new_page()
                sign_in(page, name, server.url)
                pages.append(enter(page))
            took = changes(*pages)
        finally:
            browser.close()
            server.stop()
    yield Figure("room: click to the other browser, p50", statistics.median(took), "ms", most=300)
    yield Figure("room: click to the other browser, p95", statistics.quantiles(took, n=20)[-1], "ms")
