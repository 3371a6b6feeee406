"""What a page weighs and how long it takes, for people of the sample office."""

import gzip
import re
import statistics
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from http.cookiejar import CookieJar
from pathlib import Path

from bench.figures import Figure
from tests.serving import Server

ROOT = Path(__file__).resolve().parents[1]
STATIC = ROOT / "intranet" / "static"
PASSWORD = "matkhau-mau-2026"
#: Page, who looks at it, and how many KB of script it may load (gzip).
PAGES = [
    ("/", "chutich", 45),
    ("/documents/incoming", "vanthu", 45),
    ("/documents/incoming/intake", "vanthu", 45),
    ("/tasks", "chuyenvien", 45),
    ("/meetings", "thuky", 45),
]
#: KB of style sheets on any page.
STYLES = 15
TIMES = 40
_IMPORT = re.compile(r"""(?:\bfrom|\bimport)\s*["'](\.{1,2}/[^"']+)["']""")
_LOADED = re.compile(r"""<(script|link)\b[^>]*?\b(?:src|href)="(/static/[^"?]+\.(js|css))[^"]*"[^>]*>""")


class Person:
    """A browser without a screen."""

    def __init__(self, url: str, name: str) -> None:
        self.url = url
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        self.opener.addheaders = [("Origin", url)]
        page = self.get("/sign-in")
        fields = dict(re.findall(r'<input[^>]*type="hidden"[^>]*name="([^"]+)"[^>]*value="([^"]*)"', page))
        form = fields | {"name": name, "password": PASSWORD}
        data = urllib.parse.urlencode(form).encode()
        with self.opener.open(f"{url}/sign-in", data=data, timeout=30) as answer:
            if answer.url.endswith("/sign-in"):
                raise RuntimeError(f"{name} was not let in")

    def get(self, path: str) -> str:
        """The page as text."""
        with self.opener.open(self.url + path, timeout=30) as answer:
            return str(answer.read().decode())


def loaded(page: str) -> set[Path]:
    """The scripts and style sheets that a page loads before anyone touches it."""
    waiting = [STATIC / path.removeprefix("/static/") for _, path, _ in _LOADED.findall(page)]
    found: set[Path] = set()
    while waiting:
        file = waiting.pop().resolve()
        if file not in found and file.exists():
            found.add(file)
            if file.suffix == ".js":
                imports = _IMPORT.findall(file.read_text(encoding="utf-8"))
                waiting += [file.parent / name for name in imports]
    return found


def weight(files: set[Path], suffix: str) -> float:
    """KB on the wire (gzip) of the files of one kind."""
    return sum(len(gzip.compress(file.read_bytes())) for file in files if file.suffix == suffix) / 1024


def measure() -> Iterator[Figure]:
    """KB of script and style per page, and milliseconds until the page is there (p50, p95)."""
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder) / "data")
        server.start()
        try:
            for path, name, most in PAGES:
                person = Person(server.url, name)
                files = loaded(person.get(path))
                waits = []
                for _ in range(TIMES):
                    began = time.monotonic()
                    person.get(path)
                    waits.append((time.monotonic() - began) * 1000)
                yield Figure(f"{path} script", weight(files, ".js"), "KB", most)
                yield Figure(f"{path} style", weight(files, ".css"), "KB", STYLES)
                yield Figure(f"{path} p50", statistics.median(waits), "ms")
                yield Figure(f"{path} p95", statistics.quantiles(waits, n=20)[-1], "ms", 300)
        finally:
            server.stop()
