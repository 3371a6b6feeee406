"""Browser tests: Debian's Chromium against a real server with the sample office."""

import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests import chromium, databases, served_sample
from tests.serving import Server

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "matkhau-mau-2026"
AXE = ROOT / "frontend/node_modules/axe-core/axe.min.js"
DESK = {"width": 1280, "height": 800}
TABLET = {"width": 800, "height": 1280}
# What a page must show is asked of it, not how soon: speed is measured in bench/.
expect.set_options(timeout=20_000)


#: Files that take longest, the longest first: begun last, one process would work on alone at the end.
LONG = ("test_screens", "test_room_floor", "test_room_votes", "test_meeting_room", "test_main_path")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder drives a browser; what takes longest comes first."""
    for item in items:
        if "tests/browser/" in item.nodeid:
            item.add_marker(pytest.mark.browser)
    items.sort(key=lambda item: LONG.index(item.path.stem) if item.path.stem in LONG else len(LONG))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The system's Chromium, without calls to the outside."""
    quiet = ["background-networking", "component-update", "default-apps", "sync", "dev-shm-usage", "quic"]
    return {
        **browser_type_launch_args,
        "executable_path": chromium.program(),
        "args": ["--no-sandbox", "--no-first-run", *(f"--disable-{name}" for name in quiet)],
    }


@pytest.fixture(scope="session")
def sample_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a sample office, made once in a run; every module gets its own copy."""
    root = tmp_path_factory.getbasetemp()
    return served_sample.folder(root.parent if root.name.startswith("popen-") else root)


@pytest.fixture(scope="module")
def server(sample_data: Path) -> Iterator[Server]:
    """A sample office of this module's own, being served."""
    for folder in databases.test_folder():
        shutil.copytree(sample_data, folder / "data")
        running = Server(folder / "data")
        running.start()
        try:
            yield running
        finally:
            running.stop()


Opener = Callable[..., Page]


@pytest.fixture
def open_as(browser: Browser, server: Server, tmp_path: Path) -> Iterator[Opener]:
    """Opens a browser of its own in which a person of the sample office is signed in, and no page shown."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def opened(name: str | None, *, tablet: bool = False) -> Page:
        context = browser.new_context(
            base_url=server.url,
            viewport=TABLET if tablet else DESK,
            has_touch=tablet,
            locale="vi-VN",
            timezone_id="Asia/Ho_Chi_Minh",
            reduced_motion="reduce",
        )
        contexts.append(context)
        context.set_default_timeout(15_000)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(f"{name}: {error}"))
        page.on(
            "console",
            lambda message: (
                faults.append(f"{name}: {message.text}")
                if message.type == "error" and "Content Security Policy" in message.text
                else None
            ),
        )
        if name is not None:
            sign_in(page, name, server.url)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert faults == []


def sign_in(page: Page, name: str, origin: str) -> None:
    """Send what the form of signing in sends; its page and the desk behind it are not drawn for that."""
    field = r'<input[^>]* name="([^"]+)" type="hidden" value="([^"]*)"'
    hidden = dict(re.findall(field, read(page, "/sign-in")))
    typed = {**hidden, "name": name, "password": PASSWORD}
    headers = {"Origin": origin}
    answer = page.request.post("/sign-in", form=typed, headers=headers, max_redirects=0)
    assert answer.status == 302, answer.text()[:2000]


def read(page: Page, address: str) -> str:
    """The HTML that whoever is signed in here gets, undrawn."""
    answer = page.request.get(address)
    assert answer.ok, f"{address}: {answer.status}"
    return answer.text()


def until(page: Page, script: str, arg: object = None) -> None:
    """Wait until a script says yes; ``wait_for_function`` takes any promise for a yes."""
    for _ in range(150):
        if page.evaluate(script, arg):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"never true: {script.strip()[:200]}")


def axe(page: Page) -> list[str]:
    """What axe finds serious or critical (WCAG 2.0 to 2.2, A and AA) on the page as it stands."""
    return axe_rules(page, "wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")


def axe_rules(page: Page, *rules: str) -> list[str]:
    """What axe finds serious or critical by some of its rules, or tags of rules."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    # What passed stays in the page: there is far more of it.
    found = page.evaluate(
        "(runOnly) => axe.run(document, {runOnly, resultTypes: ['violations'], preload: false})"
        ".then(({violations}) => violations)",
        list(rules),
    )
    return [
        f"{rule['id']}: {json.dumps([node['target'] for node in rule['nodes']][:4])}"
        for rule in found
        if rule["impact"] in {"serious", "critical"}
    ]
