"""One sitting of the clerk: a folder of 60 mixed PDFs dropped at once, registered one by one with keys alone.

She looks at each paper for :data:`LOOK` seconds and strikes a key in :data:`bench.hand.STROKE`: assumed, and
added to what the machine takes. The bench itself looks for ``OFFICE_BENCH_LOOK`` seconds, 2 by default: so
it comes to a scan sooner than any clerk would. Twice the network fails her. Without the real heads beside
the project, papers have heads of our own.
"""

import os
import shutil
import sqlite3
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from bench.figures import Figure
from bench.hand import STROKE, Hand
from bench.pile import Paper, make_pile
from intranet.core.text import toned
from tests import chromium, served_sample
from tests.browser.conftest import sign_in
from tests.serving import Server

#: Seconds in which a clerk compares a paper with its form.
LOOK = 15.0
MOST_MINUTES = 25
#: On which papers, counted from 1, the network is gone, and the answer is lost.
CUT, LOST = 12, 24
CLERK = "vanthu"
INTAKE = "/documents/incoming/intake"
#: A form that can be filled in, of another address than the one named; or the desk that has nothing more.
OPENED = """(before) => location.href !== before && (document.querySelector('[data-intake-empty]')
  ? !document.querySelector('[data-checking], #queue a.d-q')
  : document.body.hasAttribute('data-ready') && document.activeElement?.form?.id === 'intake-form')"""


class Sitting:
    """What happened between the drop and the empty desk."""

    def __init__(self, page: Page, pile: list[Paper]) -> None:
        self.page, self.hand = page, Hand(page)
        self.papers = {paper.name: paper for paper in pile}
        self.look = float(os.environ.get("OFFICE_BENCH_LOOK", "2"))
        self.waits: list[float] = []
        self.keys: dict[str, list[int]] = {"text": [], "scan": [], "awkward": []}
        self.fixes: Counter[str] = Counter()
        #: Keys of text PDFs beside what put them right.
        self.acts: list[int] = []
        self.faults: list[str] = []
        self.registered: dict[str, Paper] = {}

    def run(self, folder: Path) -> float:
        """Drop the folder, register what comes; returns seconds to the first form."""
        began = time.monotonic()
        self.page.goto(INTAKE)
        before = self.page.url
        self.page.set_input_files("#intake-files", sorted(folder.iterdir()))
        first = self._opened(before, began)
        while self.page.locator("#intake-form").count():
            self._one()
        return first

    def _opened(self, before: str, began: float) -> float:
        self.page.wait_for_function(OPENED, arg=before, polling=20, timeout=90_000)
        return time.monotonic() - began

    def _one(self) -> None:
        """One paper: looked at, put right, sent; or put aside as what it is."""
        name = self.page.locator(".d-name").inner_text()
        paper = self.papers[name]
        time.sleep(self.look)
        self.hand.begin()
        before = self.page.url
        if paper.is_double and self.page.locator(".d-note button").count():
            self.hand.walk(".d-note button")
            self.hand.press("Enter")
            expect(self.page.locator("dialog[open]")).to_be_visible()
            self.hand.walk("[data-confirm-yes]")
            began = time.monotonic()
            self.hand.press("Enter")
        else:
            fixed = self.hand.put_right(paper.want)
            self.fixes.update(fixed.keys())
            for field, read in fixed.items():
                print(f"  {name} {field}: {paper.want[field]!r} read {read!r}")
            self.registered[before.rpartition("/")[2]] = paper
            began = self._send(len(self.registered))
        try:
            self.waits.append(self._opened(before, began))
        except Exception:  # what stands there tells why
            said = self.page.locator("[data-form-errors], .alert, [data-toast]").all_inner_texts()
            raise SystemExit(f"{name} stays: {said}") from None
        self.keys[paper.kind].append(self.hand.count)
        print(f"  {name}: {self.hand.count} keys, {self.waits[-1]:.2f} s to the next", flush=True)
        if paper.kind == "text":
            self.acts.append(self.hand.count - self.hand.fixing)

    def _send(self, nth: int) -> float:
        """Press the key of registering; a failing network is met by pressing it again; returns when."""
        if nth == CUT:
            self.page.context.set_offline(True)
        if nth == LOST:
            self.page.route(f"**{INTAKE}/*", lambda route: route.fetch() and route.abort("failed"), times=1)
        began = time.monotonic()
        self.hand.press("Control+Enter")
        if nth not in (CUT, LOST):
            return began
        self.page.wait_for_timeout(1000)
        self.page.context.set_offline(False)
        if not self.page.locator("#intake-form").count():
            self.faults.append(f"paper {nth}: the form was gone with the network ({self.page.url})")
            self.page.go_back()
        began = time.monotonic()
        self.hand.press("Control+Enter")
        return began


def measure() -> Iterator[Figure]:
    """Keys, seconds of waiting, minutes, shares put right; and what the register says beside the papers."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name, sync_playwright() as play:
        place = Path(name)
        folder = place / "papers"
        folder.mkdir()
        pile = make_pile(folder)
        shutil.copytree(served_sample.folder(place / "sample"), place / "data")
        server = Server(place / "data")
        server.start()
        browser = play.chromium.launch(executable_path=chromium.program(), args=["--no-sandbox"])
        try:
            context = browser.new_context(
                base_url=server.url, viewport={"width": 1280, "height": 800}, locale="vi-VN"
            )
            page = context.new_page()
            sign_in(page, CLERK, server.url)
            _clear(page)
            sitting = Sitting(page, pile)
            first = sitting.run(folder)
            yield from _figures(sitting, first, server)
        finally:
            browser.close()
            server.stop()


def _clear(page: Page) -> None:
    """Send back what lies on the desk of the sample: a folder is dropped on an empty one."""
    page.goto(INTAKE)
    while page.locator("#intake-form").count():
        page.get_by_role("button", name="Trả lại").first.click()
        page.locator("dialog[open] textarea").fill("Không thuộc thẩm quyền, trả lại nơi gửi")
        page.locator("dialog[open] button.p").click()
        page.wait_for_load_state()


def _figures(sitting: Sitting, first: float, server: Server) -> Iterator[Figure]:
    name, done = "sitting:", len(sitting.waits)
    text, scans = sitting.keys["text"], sitting.keys["scan"]
    human = done * LOOK + sitting.hand.total * STROKE
    minutes = (first + sum(sitting.waits) + human) / 60
    refused = sitting.page.locator("#queue .d-q.bad").all_inner_texts()
    for words in refused:
        print(f"  refused: {' · '.join(words.split(chr(10)))}")
    for fault in sitting.faults:
        print(f"  {fault}")
    yield Figure(f"{name} drop to the first form", first, "s")
    yield Figure(f"{name} papers that came to nothing", len(sitting.papers) - done - len(refused), "", 0)
    yield Figure(f"{name} forms lost with the network", len(sitting.faults), "", 0)
    yield Figure(f"{name} keys on a text PDF beside corrections, most", max(sitting.acts), "", 12)
    yield Figure(f"{name} keys on a text PDF, median", statistics.median(text), "", 12)
    yield Figure(f"{name} keys on a text PDF, most", max(text), "")
    yield Figure(f"{name} keys on a scan, median", statistics.median(scans), "")
    yield Figure(f"{name} keys on a scan, most", max(scans), "")
    yield Figure(f"{name} key to the next form, median", statistics.median(sitting.waits), "s", 1)
    yield Figure(f"{name} key to the next form, p95", statistics.quantiles(sitting.waits, n=20)[-1], "s", 2)
    yield Figure(f"{name} key to the next form, longest", max(sitting.waits), "s")
    yield Figure(f"{name} all of it", minutes, "min", MOST_MINUTES)
    values = sum(len(paper.want) for paper in sitting.registered.values())
    yield Figure(f"{name} values put right", 100 * sum(sitting.fixes.values()) / values, "%")
    for field, count in sitting.fixes.most_common():
        yield Figure(f"{name} {field} put right", 100 * count / len(sitting.registered), "%")
    yield from _register(sitting, server)


def _register(sitting: Sitting, server: Server) -> Iterator[Figure]:
    """What the register says of it."""
    with sqlite3.connect(server.data / "office.sqlite3") as base:
        base.row_factory = sqlite3.Row
        keys = ", ".join(sitting.registered)
        rows = base.execute(
            "select d.*, e.number as granted, k.name as kind from document d"
            " join register_entry e on e.document_id = d.id left join doc_kind k on k.id = d.kind_id"
            f" where d.id in ({keys}) order by e.number"
        ).fetchall()
    numbers = [row["granted"] for row in rows]
    gaps = len(set(range(numbers[0], numbers[0] + len(numbers))) ^ set(numbers))
    wrong = 0
    for row in rows:
        want = sitting.registered[str(row["id"])].want
        code = f"{row['number']}{row['suffix']}/{row['symbol']}"
        day = "/".join(reversed(row["doc_date"].split("-")))
        said = {
            **dict(row),
            "code": code,
            "issuer": row["issuer_text"],
            "kind_id": row["kind"],
            "doc_date": day,
        }
        # A term is moved to a day of work, and made where the paper states none.
        for field, value in want.items():
            if field != "due_date" and toned(str(said[field] or "")) != toned(value):
                wrong += 1
                print(f"  entered {field}: {value!r} is {said[field]!r}")
    odd = abs(len(sitting.registered) - len(rows))
    yield Figure("sitting: papers without a number, or with two", odd, "", 0)
    yield Figure("sitting: gaps and doubles among the numbers", gaps, "", 0)
    yield Figure("sitting: values entered that differ from the paper", wrong, "", 0)
    server.command("registers", "verify")
