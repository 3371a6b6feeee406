"""How soon a paper of 200 pages and 20 MB is read: over 20 Mbit/s, from the device itself, page by page."""

import io
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles

import pikepdf
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from sqlalchemy import select

from bench.figures import Figure
from intranet.app import create_app
from intranet.core import config, db
from intranet.people.models import User
from intranet.records import files, media
from meetings.models.meeting import Meeting, MeetingState
from meetings.services import papers
from tests.browser.conftest import TABLET, sign_in
from tests.serving import Server

PAGES, MEGABYTES = 200, 20
TURNS = 40
NAME = "Báo cáo hai trăm trang.pdf"
CHROMIUM = ("/usr/bin/chromium-headless-shell", "/usr/bin/chromium")
#: Milliseconds from the press to the page drawn; the picture of the page lies there one frame later.
PRESSED = """
(page) => new Promise((ok) => {
  const host = document.querySelector('[data-reader-host]');
  const began = performance.now();
  const look = () => {
    const canvas = host.querySelector(`.page[data-page-number="${page}"] canvas`);
    if (canvas && host.dataset.drawn === String(page)) ok(performance.now() - began);
    else requestAnimationFrame(look);
  };
  if (page > 1) document.querySelector('[data-page-next]').click();
  else {
    delete host.dataset.drawn;
    const papers = [...document.querySelectorAll('[data-agenda] button, [data-agenda] a')];
    papers.find((one) => one.textContent.includes('hai trăm')).click();
  }
  look();
})
"""
PIECES = """
() => new Promise((ok) => {
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
    """A tablet of the sitting that is under way opens the paper and turns its pages."""
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder) / "data")
        server.command("sample")
        mid = _add_paper(server.data)
        server.start()
        try:
            with sync_playwright() as play:
                path = next(one for one in CHROMIUM if Path(one).exists())
                yield from _read(
                    play.chromium.launch(executable_path=path, args=["--no-sandbox"]), server, mid
                )
        finally:
            server.stop()


def _add_paper(data: Path) -> int:
    """The paper among those of the sitting; returns the meeting's id."""
    app = create_app(config.load(data_dir=data))
    with app.app_context(), db.scope(), db.across_orgs("the bench adds to the sitting"):
        mid = db.session().scalars(select(Meeting.id).where(Meeting.state == MeetingState.LIVE)).one()
        secretary = db.session().scalars(select(User).where(User.name == "thuky")).one()
        item = db.session().get_one(Meeting, mid).current_item_id
        papers.add_made_paper(secretary, mid, item, files.keep(_paper(), NAME, media.PDF))
    db.close_database()
    return int(mid)


def _paper() -> bytes:
    """Text on every page and a picture that no compression makes smaller; its objects lie in streams.

    PDF.js asks for every page's entry before the first is drawn. Where these lie among the pictures, as in
    files older than PDF 1.5, that is nearly all of the file: the first page comes when all of it is there.
    """
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
    packed = io.BytesIO()
    with pikepdf.open(out) as pdf:
        pdf.save(packed, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return packed.getvalue()


def _read(browser: Browser, server: Server, mid: int) -> Iterator[Figure]:
    page = browser.new_context(base_url=server.url, viewport=TABLET, has_touch=True).new_page()  # type: ignore[arg-type]
    sign_in(page, "daibieu02", server.url)
    line = page.context.new_cdp_session(page)
    slow = {"offline": False, "latency": 10, "downloadThroughput": 2_500_000, "uploadThroughput": 2_500_000}
    _enter(page, mid)
    line.send("Network.emulateNetworkConditions", slow)
    yield Figure("reader: first page over 20 Mbit/s", page.evaluate(PRESSED, 1) / 1000, "s", most=2.5)
    line.send(
        "Network.emulateNetworkConditions",
        {**slow, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1},
    )
    turns = [page.evaluate(PRESSED, number) for number in range(2, TURNS + 2)]
    yield Figure("reader: page turn, median", median(turns), "ms")
    yield Figure("reader: page turn, 95 of 100", quantiles(turns, n=20)[-1], "ms", most=100)
    _wait_for_pack(page)
    _enter(page, mid)
    yield Figure("reader: first page from the device", page.evaluate(PRESSED, 1) / 1000, "s", most=1)


def _enter(page: Page, mid: int) -> None:
    page.goto(f"/meetings/{mid}/room")
    page.locator("body[data-ready]").wait_for(state="attached")
    page.wait_for_timeout(1500)


def _wait_for_pack(page: Page) -> None:
    """Until the device holds every piece of the paper and no more come."""
    held = -1
    while (found := page.evaluate(PIECES)) < MEGABYTES or found != held:
        held = found
        page.wait_for_timeout(3000)
