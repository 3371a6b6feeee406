"""How long a late replacement takes: reading both papers, aligning their pages, placing the marks."""

import random
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from bench.figures import Figure
from intranet.records import ocr, page_facts
from meetings.rules.page_align import align
from meetings.rules.reanchor import Doubtful, Replacement
from meetings.rules.reread import Version, place_read
from tests.meetings.replacement_judging import Fate, fate, outcome
from tests.meetings.replacement_pairs import BREAK, Pair, marks_of, pairs
from tests.meetings.replacement_papers import Paper, Part, edited, part, scanned, sentences, set_paper

PAGES = 100
#: Pages of the paper in which every picture becomes another.
PICTURES = 181


def measure() -> Iterator[Figure]:
    """A paper of a hundred full pages, one inserted and ten edited; the same as scans; forty small ones."""
    yield from _forty()
    old, new = _papers()
    for name, before, after in (("text", old, new), ("scan", scanned(old), scanned(new))):
        with tempfile.TemporaryDirectory() as folder:
            yield from _replaced(name, before, after, Path(folder))
    old, new = _pictured(0), _pictured(1)
    with tempfile.TemporaryDirectory() as folder:
        yield from _replaced("other pictures", old, new, Path(folder), most=8)


def _forty() -> Iterator[Figure]:
    """Of the marks on unchanged text those that do not land; scans are read where tesseract is installed."""
    landed: dict[str, Counter[str]] = defaultdict(Counter)
    wrong, read, seconds = 0, 0, 0.0
    for number, pair in enumerate(pairs()):
        marks = marks_of(pair, number)
        with tempfile.TemporaryDirectory() as folder:
            sides = [
                _version(paper, Path(folder) / name) for paper, name in ((pair.old, "a"), (pair.new, "b"))
            ]
            versions = Replacement(sides[0].pages, sides[1].pages)
            found = [versions.place(mark.page, mark.data) for mark in marks]
            left = [n for n, place in enumerate(found) if isinstance(place, Doubtful)]
            started = time.perf_counter()
            placed = place_read(*sides, [(n, marks[n].page, marks[n].data) for n in left])
        read += sum(len(side.read) for side in sides)
        seconds += time.perf_counter() - started
        for n, mark in enumerate(marks):
            result = outcome(pair, mark, placed.get(n, found[n]))
            wrong += result == "wrong"
            if mark.chart is None and fate(pair, mark) is Fate.KEPT:
                landed[pair.kind][result] += 1
    for kind, counted in [*landed.items(), ("all forty", sum(landed.values(), Counter()))]:
        most = 2 if kind == "all forty" else None
        waits = 100 * counted["tray"] / counted.total()
        yield Figure(f"replacing: marks on unchanged text that wait, {kind}", waits, "%", most=most)
    yield Figure("replacing: marks silently wrong, all forty", wrong, "", most=0)
    yield Figure("replacing: read a page from its picture", seconds / max(read, 1), "s")


def _version(paper: Paper, path: Path) -> Version:
    path.write_bytes(paper.data)
    read = partial(ocr.read_some, path) if ocr.is_installed() else (lambda pages: dict.fromkeys(pages, ()))
    return Version(page_facts.records_of(path), read)


def _papers() -> tuple[Paper, Paper]:
    parts = [part(f"p{n}", sentences(n, 5)) for n in range(PAGES * 6)]
    changed = [edited(one, 9, 2, "đã sửa") if n % 60 == 7 else one for n, one in enumerate(parts)]
    extra = [part(f"x{n}", sentences(9000 + n, 5)) for n in range(6)]
    return set_paper(parts), set_paper([*changed[:300], *extra, *changed[300:]])


def _pictured(no: int) -> Paper:
    """A page for each picture, which is another in each version; what is below it has moved."""
    parts = [part("x", sentences(99_999, 5)), BREAK] if no else []
    for page in range(PICTURES):
        values = tuple((17 * page + 31 * bar + 37 * no) % 90 + 10 for bar in range(4))
        parts += [part(f"a{page}", sentences(page * 3, 5)), Part(f"g{page}", "gap", values=(30 * no,))]
        parts += [part(f"b{page}", sentences(page * 3 + 1, 5)), Part(f"c{page}", "chart", values=values)]
        parts += [part(f"d{page}", sentences(page * 3 + 2, 4)), BREAK]
    return set_paper(parts)


def _replaced(
    name: str, old: Paper, new: Paper, folder: Path, *, most: float | None = None
) -> Iterator[Figure]:
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
    marks = marks_of(Pair(name, name, old, new), 1)
    random.Random(1).shuffle(marks)
    marks = marks[:500]
    started = time.perf_counter()
    for mark in marks:
        replacement.place(mark.page, mark.data)
    took = (time.perf_counter() - started) * 500 / len(marks)
    yield Figure(f"replacing: place 500 marks, {name}", took, "s", most=most)
