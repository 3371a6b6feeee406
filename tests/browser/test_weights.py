"""What the pages make a browser fetch, compressed, as they really load it."""

import gzip
import sys
from pathlib import Path

from playwright.sync_api import Page, Response, expect

from tests.browser.conftest import ROOT, Opener
from tests.browser.test_screens import Place, follow

DIST = ROOT / "intranet/static/dist"
KB = 1024
#: Script on the page's own thread, KB: the agenda's editor has a search for people and its own uploads;
#: the reader alone weighs 230, and what the room says and asks comes on top of it.
PLAIN, EDITOR, WITH_READER, ROOM = 45, 50, 270, 270
STYLE = 15

PAGES: dict[str, tuple[tuple[Place, int], ...]] = {
    "vanthu": (
        ("/", PLAIN),
        ("/documents/incoming", PLAIN),
        (("/documents/incoming", "td.ty a"), WITH_READER),
        (("/documents/incoming/intake", "#queue a"), WITH_READER),
    ),
    "chutich": (("/documents/inbox", WITH_READER),),
    "chuyenvien": (("/tasks", PLAIN), ("/documents/drafts/new", PLAIN)),
    "thuky": (
        ("/meetings", PLAIN),
        ("/meetings/new", PLAIN),
        (("/meetings", "tr:has-text('Đang soạn') td.ty a"), EDITOR),
        (("/meetings", "tr:has-text('Đang họp') a[href$='/room']"), ROOM),
    ),
    "quantri": (("/admin/people", PLAIN),),
}


def weight(names: set[str]) -> float:
    """KB of these built files, compressed."""
    return sum(len(gzip.compress((DIST / name).read_bytes(), 9)) for name in names) / KB


def test_no_page_loads_more_than_its_share(open_as: Opener) -> None:
    too_heavy = []
    for person, places in PAGES.items():
        page = open_as(person)
        for place, most in places:
            address = follow(page, place)
            script, style = fetched(page, address)
            line = f"{address}: {script:.1f} KB of script, {style:.1f} KB of style"
            sys.stdout.write(f"\n{line}")
            if script > most or style > STYLE:
                too_heavy.append(line)
            assert script > 0
        page.context.close()
    assert too_heavy == []


def fetched(page: Page, address: str) -> tuple[float, float]:
    """KB of script and of style that a page loads, with what it asks for later by itself."""
    loaded: set[str] = set()

    def note(response: Response) -> None:
        name = response.url.partition("/static/dist/")[2]
        if Path(name).suffix in {".js", ".mjs", ".css"} and ".worker." not in name:
            loaded.add(name)

    page.on("response", note)
    page.goto(address, wait_until="networkidle")
    expect(page.locator("body[data-ready]")).to_be_attached()
    page.remove_listener("response", note)
    styles = {name for name in loaded if name.endswith(".css")}
    return weight(loaded - styles), weight(styles)
