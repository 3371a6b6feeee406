"""Every screen as its people have it: usable by everybody, inside the screen, and quiet on the console."""

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import CDPSession, Page, expect

from tests.browser.conftest import DESK, TABLET, Opener, axe, axe_rules

#: A place is an address, or a list and the links that are followed from there.
Place = str | tuple[str, ...]

ROW = "td.ty a"
PERSON = "main a[href^='/admin/people/']:not([href$='/new']):not([href$='/import'])"

#: Where each person of the sample office goes, beside every entry of his or her own menu.
WALKS: dict[str, tuple[Place, ...]] = {
    "vanthu": (
        ("/documents/incoming/intake", "#queue a"),
        ("/documents/incoming", ROW),
        ("/documents/outgoing/desk", "main a[href*='/drafts/']"),
        ("/documents/registers", "td.n>a"),
        ("/documents/registers", "td.n>a", "main a[href*='/registers/lines/']"),
        ("/documents/registers", "main a[href*='/print']"),
        "/exports/",
        "/search?q=báo+cáo",
        "/notices",
    ),
    "chutich": (
        ("/documents/signing", "main a[href*='/drafts/']"),
        ("/tasks?tab=given", "main a[href^='/tasks/']"),
    ),
    "chanhvanphong": (("/documents/drafts", "main a[href*='/drafts/']"), "/me/stand-ins", "/schedule/rooms"),
    "truongphong": (
        "/tasks?tab=unit",
        "/tasks?tab=given",
        "/tasks/new",
        "/tasks/board?tab=unit",
        "/tasks/calendar?tab=unit",
        "/tasks/people",
        "/tasks/recurring",
    ),
    "chuyenvien": (
        ("/tasks", "main a[href^='/tasks/']"),
        "/tasks?tab=co",
        "/tasks?show=ended",
        "/tasks/own",
        "/documents/drafts/new",
    ),
    "thuky": (
        "/schedule/mine",
        "/schedule/new",
        "/meetings?tab=past",
        "/meetings/new",
        ("/meetings", "tr:has-text('Đang soạn') td.ty a"),
        ("/meetings", "tr:has-text('Đang họp') td.ty a"),
        ("/meetings", "tr:has-text('Đang họp') a[href$='/room']"),
    ),
    "daibieu02": (
        ("/meetings", "tr:has-text('Đang họp') td.ty a"),
        ("/meetings", "tr:has-text('Đang họp') a[href$='/room']"),
    ),
    "quantri": (
        ("/admin/people", PERSON),
        ("/admin/people", PERSON, "main a[href$='/edit']"),
        ("/admin/people", PERSON, "main a[href*='/places/']"),
        ("/admin/people", "main a[href$='/people/new']"),
        ("/admin/agencies", "main a[href$='/edit']"),
        ("/admin/agencies", "main a[href*='/agencies/new']"),
        ("/admin/agencies", "main a[href$='/units/new']"),
        ("/admin/agencies", "main a[href*='/units/']:not([href$='/new'])"),
        "/documents/registers/settings",
        "/me",
        "/me/password",
        "/no-such-page",
    ),
}
#: Menu entries that several people have are looked at once, with whoever has most on them.
ONCE = {
    "/documents/incoming": "vanthu",
    "/documents/drafts": "chuyenvien",
    "/documents/outgoing": "vanthu",
    "/documents/registers": "vanthu",
    "/meetings": "thuky",
    "/schedule": "chanhvanphong",
}
#: Screens that are also looked at in the dark.
DARK = re.compile(r"/$|/intake|/inbox|/room$|/incoming/\d+$|/tasks/\d+$|/meetings/\d+$|/admin/people$")


@dataclass
class Screen:
    """One browser window, seen as a desk or as a tablet, and what was wrong on its pages."""

    page: Page
    cdp: CDPSession
    faults: list[str]

    def visit(self, path: str) -> None:
        """Open a page and look at it in both sizes, light, and perhaps dark."""
        self.page.goto(path)
        self.look()

    def look(self) -> None:
        """Look at the page that is open."""
        page = self.page
        expect(page.locator("body[data-ready]")).to_be_attached()
        reader = page.locator("[data-reader], [data-reader-host]").first
        if reader.count() and reader.is_visible():
            expect(page.locator(".pdfViewer canvas").first).to_be_visible()
        place = page.url.split("/", 3)[3]
        for size, is_touch in (("desk", False), ("tablet", True)):
            self.hold(is_touch)
            self.note(f"/{place}, {size}", axe(page))
            wide = page.evaluate("document.scrollingElement.scrollWidth - innerWidth")
            self.note(f"/{place}, {size}", [f"{wide} px too wide"] if wide > 0 else [])
        if DARK.search(f"/{place}"):
            page.evaluate("document.documentElement.dataset.theme = 'dark'")
            self.note(f"/{place}, dark", axe_rules(page, "color-contrast"))

    def hold(self, is_touch: bool) -> None:
        """Make it a tablet, or a desk."""
        self.cdp.send("Emulation.setTouchEmulationEnabled", {"enabled": is_touch})
        self.page.set_viewport_size(TABLET if is_touch else DESK)

    def note(self, where: str, found: list[str]) -> None:
        """Remember what was wrong."""
        self.faults.extend(f"{where}: {one}" for one in found)


def watched(page: Page) -> Screen:
    """The window, with an ear at its console; an error page's own status is none of its faults."""
    screen = Screen(page, page.context.new_cdp_session(page), [])
    page.on(
        "console",
        lambda said: (
            screen.faults.append(f"{page.url}: {said.text}")
            if said.type == "error" and not re.search("status of (404|422)", said.text)
            else None
        ),
    )
    return screen


def follow(page: Page, place: Place) -> str:
    """The address of a place; links are taken from the pages as they stand."""
    if isinstance(place, str):
        return place
    address, *links = place
    for link in links:
        page.goto(address, wait_until="domcontentloaded")
        found = page.locator(link).first
        expect(found, f"{address} has {link}").to_be_attached()
        address = found.get_attribute("href") or ""
    return address


@pytest.mark.parametrize("person", WALKS)
def test_every_screen_is_usable_by_everybody(person: str, open_as: Opener) -> None:
    screen = watched(open_as(person))
    page = screen.page
    page.goto("/")
    menu = page.locator("nav.side a").evaluate_all("all => all.map((one) => one.getAttribute('href'))")
    own = [path for path in menu if ONCE.get(path, person) == person]
    assert "/" in menu
    for place in (*own, *WALKS[person]):
        screen.visit(follow(page, place))
    assert screen.faults == []


def test_signing_in_is_usable_by_everybody(open_as: Opener) -> None:
    screen = watched(open_as(None))
    screen.visit("/sign-in")
    screen.page.fill("input[name=name]", "vanthu")
    screen.page.fill("input[name=password]", "không phải mật khẩu này")
    screen.page.click("form button.p")
    expect(screen.page.get_by_role("alert").first).to_be_visible()
    screen.look()
    assert screen.faults == []
