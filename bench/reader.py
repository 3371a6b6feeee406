"""How soon a paper of 200 pages and 20 MB is read: over 20 Mbit/s, from the device itself, page by page."""

import io
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import pikepdf
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from sqlalchemy import select

from bench.figures import Figure
from intranet.app import create_app
from intranet.core import config, db, jobs
from intranet.people.models import User
from intranet.records import files
from meetings.models.meeting import Meeting, MeetingState
from meetings.services import papers
from tests import chromium
from tests.browser.conftest import TABLET, sign_in
from tests.serving import Server

PAGES, MEGABYTES = 200, 20
TURNS = 40
#: Milliseconds for which a page is looked at before it is turned; leafing is turning as soon as it is there.
LOOK = 500
#: The entries of the pages packed together, as since PDF 1.5, and each beside its picture, as before.
PACKED, SCATTERED = "Báo cáo hai trăm trang", "Bản quét hai trăm trang"
#: Milliseconds from the press to the end of the frame that shows the page.
PRESSED = """
([page, name]) => new Promise((ok) => {
  const host = document.querySelector('[data-reader-host]');
  const began = performance.now();
  const look = () => {
    if (host.dataset.drawn !== String(page)) { requestAnimationFrame(look); return; }
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => ok(performance.now() - began);
    port2.postMessage(0);
  };
  if (name) {
    delete host.dataset.drawn;
    const papers = [...document.querySelectorAll('[data-agenda] .docs a')];
    papers.find((one) => one.textContent.includes(name)).click();
  } else document.querySelector('[data-page-next]').click();
  requestAnimationFrame(look);
})
"""
PIECES = """
() => new Promise(async (ok) => {
  // To open it before the room does would make it, empty.
  if (!(await indexedDB.databases()).some((one) => one.name === 'office-vault')) return ok(0);
  const asked = indexedDB.open('office-vault');
  asked.onsuccess = () => {
    const base = asked.result;
    const end = (count) => { base.close(); ok(count); };
    if (!base.objectStoreNames.contains('pieces')) return end(0);
    base.transaction('pieces').objectStore('pieces').count().onsuccess = ({ target }) => end(target.result);
  };
})
"""


def measure() -> Iterator[Figure]:
    """A tablet of the sitting that is under way opens the papers and turns their pages."""
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder) / "data")
        server.command("sample")
        mid = _add_papers(server.data)
        server.start()
        try:
            with sync_playwright() as play:
                browser = play.chromium.launch(executable_path=chromium.program(), args=["--no-sandbox"])
                yield from _read(browser, server, mid)
        finally:
            server.stop()


def _add_papers(data: Path) -> int:
    """The papers among those of the sitting, taken in like any other; returns the meeting's id."""
    app = create_app(config.load(data_dir=data))
    with app.app_context(), db.scope(), db.across_orgs("the bench adds to the sitting"):
        mid = db.session().scalars(select(Meeting.id).where(Meeting.state == MeetingState.LIVE)).one()
        secretary = db.session().scalars(select(User).where(User.name == "thuky")).one()
        item = db.session().get_one(Meeting, mid).current_item_id
        for name in (SCATTERED, PACKED):
            staged = files.stage(secretary, io.BytesIO(_paper(is_packed=name == PACKED)), f"{name}.pdf")
            jobs.run_due()
            papers.add_staged(secretary, mid, item, staged.public_id)
    db.close_database()
    return int(mid)


def _paper(*, is_packed: bool) -> bytes:
    """Text on every page and a picture that no compression makes smaller."""
    out = io.BytesIO()
    canvas = Canvas(out)
    for number in range(PAGES):
        noise = Image.effect_noise((330, 330), 90)
        canvas.drawImage(ImageReader(noise), 80, 120, 420, 420)
        for line in range(24):
            canvas.drawString(
                70, 800 - line * 11, f"Trang {number + 1}, dong {line + 1}: nhu cau von cua du an"
            )
        canvas.showPage()
    canvas.save()
    if not is_packed:
        return out.getvalue()
    packed = io.BytesIO()
    with pikepdf.open(out) as pdf:
        pdf.save(packed, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return packed.getvalue()


def _read(browser: Browser, server: Server, mid: int) -> Iterator[Figure]:
    fast = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    slow = {**fast, "latency": 10, "downloadThroughput": 2_500_000, "uploadThroughput": 2_500_000}
    for name, kind in ((SCATTERED, ", an older file"), (PACKED, "")):
        # What a service worker fetches is not slowed, and nothing may lie on the device yet.
        page = _enter(browser, server, mid, service_workers="block")
        line = page.context.new_cdp_session(page)
        line.send("Network.emulateNetworkConditions", slow)
        took = _pressed(page, 1, name) / 1000
        yield Figure(f"reader: first page over 20 Mbit/s{kind}", took, "s", most=2.5)
        line.send("Network.emulateNetworkConditions", fast)
        if name == PACKED:
            yield from _turned("page turn", page, 2, LOOK)
            yield from _turned("leafing", page, 2 + TURNS, 0)
        page.context.close()
    page = _enter(browser, server, mid)
    _wait_for_pack(page)
    page.goto(page.url)
    _settle(page)
    yield Figure("reader: first page from the device", _pressed(page, 1, PACKED) / 1000, "s", most=1)
    yield from _turned("page turn from the device", page, 2, LOOK)


def _turned(what: str, page: Page, first: int, look: int) -> Iterator[Figure]:
    """Turning ``TURNS`` pages, each looked at for so many milliseconds."""
    turns = []
    for number in range(first, first + TURNS):
        page.wait_for_timeout(look)
        turns.append(_pressed(page, number))
    yield Figure(f"reader: {what}, median", median(turns), "ms")
    yield Figure(f"reader: {what}, 95 of 100", quantiles(turns, n=20)[-1], "ms", most=100)


def _pressed(page: Page, number: int, name: str = "") -> float:
    return float(page.evaluate(PRESSED, [number, name]))


def _enter(browser: Browser, server: Server, mid: int, **more: Any) -> Page:
    """A tablet of its own that has just come into the room."""
    context = browser.new_context(base_url=server.url, viewport=TABLET, has_touch=True, **more)  # type: ignore[arg-type]
    page = context.new_page()
    sign_in(page, "daibieu02", server.url)
    page.goto(f"/meetings/{mid}/room")
    _settle(page)
    return page


def _settle(page: Page) -> None:
    page.locator("body[data-ready]").wait_for(state="attached")
    page.wait_for_timeout(1500)


def _wait_for_pack(page: Page) -> None:
    """Until the device holds every piece of both papers and no more come."""
    held = -1
    while (found := page.evaluate(PIECES)) < 2 * MEGABYTES or found != held:
        held = found
        page.wait_for_timeout(3000)
