"""A paper replaced late: marks on what has not changed go along, the others wait for their owner."""

import random
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intranet.records import page_facts
from intranet.records.page_record import PageRecord, TextRow, Tones
from meetings.rules import mark_shapes
from meetings.rules.page_align import Verdict, align
from meetings.rules.reanchor import TEXT_MARKS, Doubtful, Placed, Reason, Replacement
from meetings.rules.reread import Rows, Version, place_read
from tests.meetings.replacement_judging import Fate, fate, outcome
from tests.meetings.replacement_pairs import Mark, Pair, marks_of, pairs
from tests.meetings.replacement_papers import Paper, read_by_eye, reshaped, shifted

#: Pairs in which a page that could be read has become a picture, or lay otherwise on the glass: nothing in
#: it can be compared letter by letter.
UNREADABLE = {"the signed copy is a scan", "text, then a scan with figures changed", "scanned again, askew"}


class Reader:
    """Reads each paper once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[int, tuple[PageRecord, ...]] = {}

    def __call__(self, paper: Paper) -> tuple[PageRecord, ...]:
        key = hash(paper.data)
        if key not in self._known:
            path = self._folder / f"{len(self._known)}.pdf"
            path.write_bytes(paper.data)
            self._known[key] = tuple(page_facts.read(path))
        return self._known[key]


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    """Page records of papers made here."""
    return Reader(tmp_path_factory.mktemp("papers"))


@pytest.fixture(scope="module")
def forty() -> list[Pair]:
    """The pairs."""
    return list(pairs())


def by_eye(paper: Paper, seed: int) -> Callable[[Collection[int]], Rows]:
    """Reads the pictures of a paper's pages as a reader of pictures would, not without mistakes."""
    rows = read_by_eye(paper, seed)
    return lambda pages: {number: rows[number] for number in pages}


def places_of(
    pair: Pair, marks: Sequence[Mark], read: Reader, eyes: Sequence[Callable[[Collection[int]], Rows]]
) -> list[Placed | Doubtful]:
    """Where the marks come to lie, by the text of the pages, then by what was read of their pictures."""
    replacement = Replacement(read(pair.old), read(pair.new))
    found = [replacement.place(mark.page, mark.data) for mark in marks]
    left = [n for n, place in enumerate(found) if isinstance(place, Doubtful)]
    old, new = (Version(read(paper), eye) for paper, eye in zip((pair.old, pair.new), eyes, strict=True))
    placed = place_read(old, new, [(n, marks[n].page, marks[n].data) for n in left])
    return [placed.get(n, place) for n, place in enumerate(found)]


def test_of_forty_replacements_no_mark_lands_wrong_and_few_wait(forty: list[Pair], read: Reader) -> None:
    kept: Counter[tuple[bool, str]] = Counter()
    by_kind: dict[str, Counter[str]] = {}
    wrong, changed = [], 0
    for number, pair in enumerate(forty):
        marks = marks_of(pair, number)
        eyes = by_eye(pair.old, number), by_eye(pair.new, -number)
        for mark, found in zip(marks, places_of(pair, marks, read, eyes), strict=True):
            result = outcome(pair, mark, found)
            if result == "wrong":
                wrong.append((pair.name, mark.data, found))
            what = fate(pair, mark)
            changed += what is Fate.CHANGED
            if mark.chart is None and what is Fate.KEPT:
                kept[mark.data["kind"] in TEXT_MARKS, result] += 1
                by_kind.setdefault(pair.kind, Counter())[result] += 1
    assert len(forty) == 40
    assert wrong == []
    for is_text in (True, False):
        assert kept[is_text, "right"] >= 0.98 * (kept[is_text, "right"] + kept[is_text, "tray"])
    assert sum(kept.values()) > 2700
    assert changed > 250
    assert {kind: found["right"] > 0.9 * found.total() for kind, found in by_kind.items()} == dict.fromkeys(
        by_kind, True
    )


def test_where_pictures_are_not_read_every_mark_waits_with_its_likely_place(
    forty: list[Pair], read: Reader
) -> None:
    offered = 0
    for number, pair in enumerate(forty):
        if pair.name not in UNREADABLE:
            continue
        replacement = Replacement(read(pair.old), read(pair.new))
        for mark in marks_of(pair, number):
            found = replacement.place(mark.page, mark.data)
            assert isinstance(found, Doubtful)
            if pair.name == "the signed copy is a scan" and fate(pair, mark) is Fate.KEPT:
                assert found.likely is not None
                assert outcome(pair, mark, found.likely) == "right"
                offered += 1
            if pair.name == "scanned again, askew":
                assert found.likely is None
    assert offered > 50


def test_readers_are_shown_the_pages_that_changed_and_no_others(forty: list[Pair], read: Reader) -> None:
    expected = {
        "inserted page, in the middle": (2,),
        "inserted page, two of them": (2, 4),
        "inserted page, an empty one": (2,),
        "deleted page, the middle one": (),
        "words exchanged, pages apart": (1,),
        "figures, pages apart": (1, 2),
        "moved away, pages apart": (1, 3),
        "a scan with figures changed": (1, 2),
        "seal over the text": (1,),
        "chart with other bars": (3,),
        "shown turned, a word edited": (1,),
        "another corner": (),
    }
    found = {
        pair.name: align(read(pair.old), read(pair.new)).changed_pages
        for pair in forty
        if pair.name in expected
    }
    assert found == expected


def test_a_paper_replaced_by_itself_leaves_every_mark_where_it_is(forty: list[Pair], read: Reader) -> None:
    luck = random.Random(3)
    seen = 0
    for pair in luck.sample(forty, 12):
        records = read(pair.new)
        mirror = Pair(pair.name, pair.kind, pair.new, pair.new)
        alignment = align(records, records)
        assert [(m.old, m.new, m.verdict, m.is_certain) for m in alignment.matches] == [
            (n, n, Verdict.SAME, True) for n in range(1, len(records) + 1)
        ]
        assert alignment.changed_pages == ()
        replacement = Replacement(records, records, alignment)
        for mark in marks_of(mirror, 5):
            assert replacement.place(mark.page, mark.data) == Placed(mark.page, mark.data)
            seen += 1
    assert seen > 500


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_marks_come_back_to_half_a_point_from_pages_turned_cropped_and_shifted(
    forty: list[Pair], read: Reader, turn: int
) -> None:
    paper = forty[0].old

    def change(page: object) -> None:
        page.Rotate = turn  # type: ignore[attr-defined]
        page.CropBox = [60, 50, 590, 842]  # type: ignore[attr-defined]

    other = reshaped(shifted(paper, 37.3, -12.6), change)
    there = Replacement(read(paper), read(other))
    back = Replacement(read(other), read(paper))
    came = 0
    for mark in marks_of(Pair("", "", paper, paper), 8):
        found = there.place(mark.page, mark.data)
        if not isinstance(found, Placed):
            continue
        again = back.place(found.page, found.data)
        assert isinstance(again, Placed)
        was, now = mark_shapes.bounds(mark.data), mark_shapes.bounds(again.data)
        assert all(abs(a - b) <= 0.5 for a, b in zip(was, now, strict=True))
        moved = mark_shapes.bounds(found.data)
        assert abs(moved[0] - was[0] - 37.3) <= 0.5
        assert abs(moved[1] - was[1] + 12.6) <= 0.5
        came += 1
    assert came > 70


def page(*lines: str, top: float = 700, size: float = 12, dark: int = 255) -> PageRecord:
    """A page of these lines, each letter six points wide."""
    rows = tuple(
        TextRow(
            text,
            72,
            y := top - 20 * n,
            72 + 6 * len(text),
            y + size,
            0,
            tuple(72 + 6 * i for i in range(len(text) + 1)),
        )
        for n, text in enumerate(lines)
    )
    tones = Tones(5, 0, 0, 120, 168, bytes([dark]) + b"\xff" * (120 * 168 - 1))
    return PageRecord((0, 0, 600, 840), 0, rows, 7, tones)


def on(record: PageRecord, row: int, start: int, end: int, kind: str = "highlight") -> dict[str, object]:
    """A mark of text over some signs of a row."""
    x0, y0, x1, y1 = (round(v * 100) for v in record.rows[row].part(start, end))
    return {
        "kind": kind,
        "quads": [[x0, y1, x1, y1, x0, y0, x1, y0]],
        "quote": record.rows[row].text[start:end],
    }


LINES = (
    "Căn cứ Luật Đầu tư công và tờ trình của Sở Tài chính",
    "Ủy ban nhân dân tỉnh xem xét, quyết định các nội dung",
    "Giao vốn cho dự án cấp nước là 500 triệu đồng trong năm",
    "Giao vốn cho dự án đê bao là 730 triệu đồng trong năm",
    "Sở Kế hoạch và Đầu tư chịu trách nhiệm hướng dẫn",
)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("Giao vốn cho dự án cấp nước là 600 triệu đồng trong năm", Reason.TEXT_CHANGED),
        ("Giao vốn cho dự án cấp nước là 5000 triệu đồng trong năm", Reason.TEXT_CHANGED),
        ("Giao vốn cho dự án cấp nước là 500,5 triệu đồng trong năm", Reason.TEXT_CHANGED),
        ("Giao vốn cho dự án cấp nước là 500 tỷ đồng trong năm", Reason.TEXT_CHANGED),
    ],
)
def test_a_figure_that_is_another_is_never_marked_in_silence(line: str, reason: Reason) -> None:
    old, new = page(*LINES), page(*LINES[:2], line, *LINES[3:])
    mark = on(old, 2, 19, 34)
    assert mark["quote"] == "cấp nước là 500"
    assert Replacement([old], [new]).place(1, mark) == Doubtful(reason)


def test_of_two_passages_alike_neither_is_guessed() -> None:
    old = page(*LINES[:3])
    new = page(*LINES[:3], *LINES[:3])
    assert Replacement([old], [new]).place(1, on(old, 1, 4, 30)) == Doubtful(Reason.TEXT_TWICE)


def test_a_quote_that_is_not_under_its_mark_is_not_searched_elsewhere() -> None:
    old = page(*LINES)
    astray = on(old, 2, 0, 20) | {"quote": LINES[4][:20]}
    assert Replacement([old], [page(*LINES[1:])]).place(1, astray) == Doubtful(Reason.TEXT_UNSURE)


def test_the_pages_own_number_is_no_change_and_carries_no_mark() -> None:
    old = page("3", *LINES, top=820)
    new = page("4", *LINES, top=820)
    replacement = Replacement([old], [new])
    assert replacement.alignment.matches[0].verdict is Verdict.SAME
    assert replacement.alignment.changed_pages == ()
    assert isinstance(replacement.place(1, on(old, 2, 0, 10)), Placed)
    assert replacement.place(1, on(old, 0, 0, 1)) == Doubtful(Reason.TEXT_UNSURE)


def test_a_bookmark_follows_its_page_and_waits_where_that_is_gone() -> None:
    first, second = page(*LINES), page(*(line[::-1] for line in LINES))
    replacement = Replacement([first, second], [page("Trang mới"), second])
    mark = {"kind": "bookmark", "page": 2, "label": "Vốn"}
    assert replacement.place(2, mark) == Placed(2, mark)
    assert replacement.place(1, mark | {"page": 1}) == Doubtful(Reason.PAGE_GONE)
    assert replacement.place(9, mark) == Doubtful(Reason.PAGE_GONE)
    assert replacement.place(2, {"kind": "ink"}) == Doubtful(Reason.UNKNOWN_KIND)


_WORDS = st.lists(st.sampled_from(["thu", "chi", "vốn", "đất", "12", "quý"]), max_size=14)
_PAGES = st.lists(
    _WORDS.map(lambda words: page(*(" ".join(words[n : n + 5]) for n in range(0, len(words), 5)))), max_size=7
)


@settings(max_examples=60, deadline=None)
@given(_PAGES, _PAGES)
def test_successors_rise_whatever_the_papers_and_a_paper_is_its_own(
    old: list[PageRecord], new: list[PageRecord]
) -> None:
    found = align(old, new)
    successors = [match.new for match in found.matches if match.new is not None]
    assert successors == sorted(set(successors))
    assert len(found.matches) == len(old)
    same = {match.new for match in found.matches if match.verdict is Verdict.SAME and not match.is_redrawn}
    assert set(found.changed_pages) == set(range(1, len(new) + 1)) - same
    own = align(old, old)
    assert [match.new for match in own.matches] == list(range(1, len(old) + 1))
    assert all(match.verdict is Verdict.SAME and match.is_certain for match in own.matches)
    assert own.changed_pages == ()
