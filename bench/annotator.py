"""How long ink takes to the glass in Chromium, and what the 5,001st stroke of a file costs beside the first.

From the moment the browser was given the pen's event to the moment its frame was presented, as the browser's
own trace tells it (``EventLatency``): script, style, paint, raster and the wait for the frame are in it.
"""

import random
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import CDPSession, Page, expect, sync_playwright

from bench.figures import Figure
from tests import chromium
from tests.browser.conftest import sign_in
from tests.browser.test_meeting_room import open_first_paper, room_of
from tests.serving import Server

STROKES, POINTS, MANY, PAGES = 6, 50, 5000, 4
#: What else runs on the machine only adds to a figure: of so many rounds the best counts.
ROUNDS = 3
#: Seconds between two frames.
FRAME = 1 / 60
_LUCK = random.Random(4)
_CATEGORIES = ["benchmark", "input", "latencyInfo", "cc", "input.scrolling"]


def measure() -> Iterator[Figure]:
    """Milliseconds from event to frame, at full speed and four times slower; the cost of one stroke more."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, sync_playwright() as play:
        server = Server(Path(folder) / "data")
        server.start()
        browser = play.chromium.launch(executable_path=chromium.program("chromium"), args=["--no-sandbox"])
        try:
            context = browser.new_context(base_url=server.url, viewport={"width": 800, "height": 1280})
            page = context.new_page()
            sign_in(page, "daibieu02", server.url)
            address = room_of(page)
            yield from _one_after_the_other(page, address)
        finally:
            browser.close()
            server.stop()


def _one_after_the_other(page: Page, address: str) -> Iterator[Figure]:
    cdp = page.context.new_cdp_session(page)
    _open(page, address)
    first = _latencies(page, cdp)
    yield Figure("ink: event to frame, p50", statistics.median(first["move"]), "ms", most=16)
    yield Figure("ink: event to frame, p95", _p95(first["move"]), "ms", most=40)
    yield Figure("ink: a stroke is kept, p50", statistics.median(first["up"]), "ms")
    cdp.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    slow = _latencies(page, cdp)
    cdp.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    yield Figure(
        "ink: event to frame, four times slower, p50", statistics.median(slow["move"]), "ms", most=33
    )
    yield Figure(
        "ink: event to frame, four times slower, p95", statistics.quantiles(slow["move"], n=20)[-1], "ms"
    )
    for name, pages in (("over four pages", PAGES), ("all on one page", 1)):
        _fill(page, address, pages)
        _open(page, address)
        many = _latencies(page, cdp)
        for what, words in (("move", "drawing"), ("up", "keeping")):
            ratio = statistics.median(many[what]) / statistics.median(first[what])
            yield Figure(f"ink: {words} stroke 5001, {name}", ratio, "x")
        yield Figure(f"ink: p95 with 5000 strokes, {name}", _p95(many["move"]), "ms")


def _p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


def _open(page: Page, address: str) -> None:
    page.goto(address)
    open_first_paper(page)
    page.locator("[data-tool=pen]").click()
    expect(page.locator("[data-tool=pen]")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("body[data-unsent='0']")).to_be_attached()


def _latencies(page: Page, cdp: CDPSession) -> dict[str, list[float]]:
    """Milliseconds of the pen's moves, and of its lifting, of the best round."""
    rounds = [_round(page, cdp) for _ in range(ROUNDS)]
    return min(rounds, key=lambda found: statistics.median(found["move"]))


def _round(page: Page, cdp: CDPSession) -> dict[str, list[float]]:
    box = page.locator(".pdfViewer .page").first.bounding_box()
    if box is None:
        raise RuntimeError("no page is drawn")
    events: list[dict[str, Any]] = []
    ended: list[bool] = []
    cdp.on("Tracing.dataCollected", lambda told: events.extend(told["value"]))
    cdp.on("Tracing.tracingComplete", lambda _: ended.append(True))
    how = {"includedCategories": _CATEGORIES}
    cdp.send("Tracing.start", {"transferMode": "ReportEvents", "traceConfig": how})
    for stroke in range(STROKES):
        x, y = box["x"] + 90, box["y"] + 150 + stroke * 60
        for n in range(POINTS):
            kind = "mousePressed" if n == 0 else "mouseMoved"
            _pen(cdp, kind, x + n * 8, y + (n % 7) * 5, 1)
        _pen(cdp, "mouseReleased", x + POINTS * 8, y, 0)
    cdp.send("Tracing.end")
    while not ended:
        page.wait_for_timeout(50)
    return _read(events)


def _pen(cdp: CDPSession, kind: str, x: float, y: float, buttons: int) -> None:
    """One event at any moment between two frames, as a pen has them; at once it would always be the worst."""
    time.sleep(_LUCK.uniform(0, FRAME))
    pen = {"button": "left", "pointerType": "pen", "force": 0.5, "clickCount": 1, "buttons": buttons}
    cdp.send("Input.dispatchMouseEvent", {"type": kind, "x": x, "y": y, **pen})


def _read(events: list[dict[str, Any]]) -> dict[str, list[float]]:
    """The durations by kind of event; an event that changed nothing has no frame and is left out."""
    begun: dict[str, tuple[str, float]] = {}
    found: dict[str, list[float]] = defaultdict(list)
    kinds = {"MOUSE_DRAGGED": "move", "MOUSE_RELEASED": "up"}
    for one in sorted((e for e in events if e["name"] == "EventLatency"), key=lambda e: e["ts"]):
        key = one["id2"]["local"]
        if one["ph"] == "b":
            said = one["args"]["event_latency"]
            if "display_trace_id" in said:
                begun[key] = (said["event_type"], one["ts"])
        elif key in begun:
            kind, at = begun.pop(key)
            if kind in kinds:
                found[kinds[kind]].append((one["ts"] - at) / 1000)
    return found


def _fill(page: Page, address: str, pages: int) -> None:
    """Strokes as of another device of the same person, so many in the file that is open."""
    luck = random.Random(pages)
    mid = address.split("/")[2]
    file = page.evaluate("() => document.querySelector('[data-agenda] .docs a[aria-current]').href")
    public_id = file.split("/files/")[1].split("/")[0]
    token = page.locator("meta[name=csrf-token]").get_attribute("content") or ""
    headers = {"X-CSRFToken": token, "Origin": page.url.split("/meetings")[0]}
    url = f"/api/v1/meetings/{mid}/annotations/sync"
    alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    device = "".join(luck.choices(alphabet, k=26))
    known = page.request.post(url, data={"ops": [], "have": {}}, headers=headers).json()
    drops = [
        {"op": "del", "id": op["id"], "lam": 10**6 + n, "dev": device} for n, op in enumerate(known["ops"])
    ]
    adds = [
        {
            "op": "add",
            "id": "".join(luck.choices(alphabet, k=26)),
            "lam": n + 1,
            "dev": device,
            "file": public_id,
            "page": n % pages + 1,
            "d": _stroke(luck),
        }
        for n in range(MANY)
    ]
    ops = [*(drops if pages == 1 else []), *adds]
    for start in range(0, len(ops), 200):
        page.request.post(url, data={"ops": ops[start : start + 200], "have": {}}, headers=headers)


def _stroke(luck: random.Random) -> dict[str, Any]:
    """A word's worth of ink somewhere on an A4 page."""
    points = [luck.randint(4000, 50_000), luck.randint(8000, 78_000)]
    for _ in range(24):
        points += [luck.randint(50, 250), luck.randint(-300, 300)]
    return {"kind": "ink", "tool": "pen", "rgb": "1c4a96", "w": 150, "pts": points}
