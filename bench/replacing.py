"""How long a late replacement takes: reading both papers, aligning their pages, placing the marks."""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.figures import Figure
from intranet.records import page_facts
from meetings.rules.page_align import align
from meetings.rules.reanchor import Replacement
from tests.meetings.replacement_pairs import Pair, marks_of
from tests.meetings.replacement_papers import Paper, edited, part, scanned, sentences, set_paper

PAGES = 100


def measure() -> Iterator[Figure]:
    """A paper of a hundred full pages, one inserted and ten edited; then the same as scans."""
    old, new = _papers()
    for name, before, after in (("text", old, new), ("scan", scanned(old), scanned(new))):
        with tempfile.TemporaryDirectory() as folder:
            yield from _replaced(name, before, after, Path(folder))


def _papers() -> tuple[Paper, Paper]:
    parts = [part(f"p{n}", sentences(n, 5)) for n in range(PAGES * 6)]
    changed = [edited(one, 9, 2, "đã sửa") if n % 60 == 7 else one for n, one in enumerate(parts)]
    extra = [part(f"x{n}", sentences(9000 + n, 5)) for n in range(6)]
    return set_paper(parts), set_paper([*changed[:300], *extra, *changed[300:]])


def _replaced(name: str, old: Paper, new: Paper, folder: Path) -> Iterator[Figure]:
    (folder / "old.pdf").write_bytes(old.data)
    (folder / "new.pdf").write_bytes(new.data)
    started = time.perf_counter()
    after = page_facts.records_of(folder / "new.pdf")
    read = time.perf_counter() - started
    before = page_facts.records_of(folder / "old.pdf")
    started = time.perf_counter()
    alignment = align(before, after)
    aligned = time.perf_counter() - started
    per_page = 100 / len(after)
    yield Figure(f"replacing: read 100 pages, {name}", read * per_page, "s")
    yield Figure(f"replacing: align 100 pages, {name}", aligned * per_page, "s", most=2)
    yield Figure(f"replacing: read and align 100 pages, {name}", (read + aligned) * per_page, "s", most=10)
    replacement = Replacement(before, after, alignment)
    marks = marks_of(Pair(name, name, old, new), 1)[:500]
    started = time.perf_counter()
    for mark in marks:
        replacement.place(mark.page, mark.data)
    yield Figure(
        f"replacing: place 500 marks, {name}", (time.perf_counter() - started) * 500 / len(marks), "s"
    )
