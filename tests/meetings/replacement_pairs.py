"""Forty papers replaced late, each with marks whose new place is known from how both were set."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from tests.meetings.replacement_papers import (
    Key,
    Layout,
    Paper,
    Part,
    Place,
    edited,
    part,
    reshaped,
    scanned,
    sentences,
    set_paper,
    shifted,
)

BREAK = Part("break", "break")


@dataclass(frozen=True)
class Pair:
    """One replacement: what it is called, what kind it is, before and after."""

    name: str
    kind: str
    old: Paper
    new: Paper


@dataclass(frozen=True)
class Mark:
    """A mark over the old paper and the words, or the chart, it is about."""

    page: int
    data: dict[str, Any]
    keys: tuple[Key, ...] = ()
    chart: tuple[str, tuple[float, ...]] | None = None


def _table(name: str, rows: Sequence[str]) -> list[Part]:
    return [part(f"{name}{n}", row, "row") for n, row in enumerate(rows, 1)]


ROWS = (
    "1 | Trạm y tế xã Tân Lập | 500",
    "2 | Đường vào trường mầm non | 1.250",
    "3 | Kênh tưới huyện Ba Vì | 500",
    "4 | Nhà văn hóa xã Phú Cường | 730",
)


@cache
def _parts(seed: int, paged: bool) -> tuple[Part, ...]:
    """Three pages: paragraphs, a table in the second, a chart in the third."""
    body = [part(f"p{n}", sentences(seed * 100 + n, 4)) for n in range(1, 14)]
    cut = [BREAK] if paged else []
    chart = Part("chart", "chart", values=(40, 75, 20, 90))
    head = part("head", f"BÁO CÁO Tình hình thực hiện kế hoạch đầu tư công năm 2026, lần {seed}")
    return (
        head,
        *body[:5],
        *cut,
        *body[5:8],
        *_table("row", ROWS),
        *body[8:9],
        *cut,
        *body[9:11],
        chart,
        *body[11:],
    )


@cache
def _base(seed: int, paged: bool) -> Paper:
    return set_paper(_parts(seed, paged))


def _with(parts: Sequence[Part], name: str, *new: Part) -> list[Part]:
    """The parts with the named one exchanged for others."""
    at = next(n for n, one in enumerate(parts) if one.name == name)
    return [*parts[:at], *new, *parts[at + 1 :]]


def _named(parts: Sequence[Part], name: str) -> Part:
    return next(one for one in parts if one.name == name)


def _sheets(parts: Sequence[Part]) -> list[list[Part]]:
    """The parts of each page that ends with a break."""
    pages: list[list[Part]] = [[]]
    for one in parts:
        if one.kind == "break":
            pages.append([])
        else:
            pages[-1].append(one)
    return pages


def _bound(pages: Sequence[Sequence[Part]]) -> list[Part]:
    return [one for n, page in enumerate(pages) for one in ([BREAK] if n else []) + list(page)]


def _fresh(seed: int) -> list[Part]:
    return [part(f"new{seed}-{n}", sentences(seed * 1000 + n, 5)) for n in range(4)]


def pairs() -> Iterator[Pair]:
    """All forty, in order."""
    yield from _pages_come_and_go()
    yield from _words_change()
    yield from _set_anew()
    yield from _pictures()
    yield from _shapes()


def _pages_come_and_go() -> Iterator[Pair]:
    old, sheets = _base(1, True), _sheets(_parts(1, True))
    a, b, c = sheets
    form = [part("form-a", sentences(7, 6)), part("form-b", sentences(8, 6))]
    twin = [[replace(one, words=tuple((w, (f"t-{k[0]}", k[1])) for w, k in one.words)) for one in form]]
    for name, pages in {
        "in front": [_fresh(1), a, b, c],
        "in the middle": [a, _fresh(2), b, c],
        "two of them": [a, _fresh(3), b, _fresh(4), c],
        "an empty one": [a, [], b, c],
    }.items():
        yield Pair(f"inserted page, {name}", "inserted page", old, set_paper(_bound(pages)))
    for name, pages in {"the first": [b, c], "the middle one": [a, c]}.items():
        yield Pair(f"deleted page, {name}", "deleted page", old, set_paper(_bound(pages)))
    alike = set_paper(_bound([a, form, *twin, b]))
    yield Pair("deleted page, one of two alike", "deleted page", alike, set_paper(_bound([a, *twin, b])))
    yield Pair("pages exchanged", "deleted page", old, set_paper(_bound([b, a, c])))


def _words_change() -> Iterator[Pair]:
    for seed, paged in ((1, True), (2, False)):
        old, parts = _base(seed, paged), _parts(seed, paged)
        p3, p7, p11 = (_named(parts, name) for name in ("p3", "p7", "p11"))
        more = part("more", sentences(seed * 77, 3))
        where = "pages apart" if paged else "flowing"
        for name, kind, new in (
            (
                "words exchanged",
                "edited paragraph",
                _with(parts, "p3", edited(p3, 12, 3, "theo quy định mới")),
            ),
            ("sentence added", "edited paragraph", _with(parts, "p7", p7, more)),
            ("half of it gone", "edited paragraph", _with(parts, "p11", edited(p11, 20, 25))),
            ("refused", "edited paragraph", _with(parts, "p3", edited(p3, 6, 0, "không"))),
            ("figures", "changed figure", _figures(parts, ("p2", "p6", "p9"))),
            (
                "moved within",
                "moved paragraph",
                _with(_with(parts, "p2"), "p4", _named(parts, "p4"), _named(parts, "p2")),
            ),
            (
                "moved away",
                "moved paragraph",
                _with(_with(parts, "p2"), "p12", _named(parts, "p2"), _named(parts, "p12")),
            ),
        ):
            yield Pair(f"{name}, {where}", kind, old, set_paper(new))
    old, parts = _base(1, True), _parts(1, True)
    rows = [_named(parts, f"row{n}") for n in (1, 2, 3, 4)]
    swapped = _with(_with(parts, "row1", rows[2]), "row3")
    at = next(n for n, one in enumerate(swapped) if one.name == "row2")
    swapped.insert(at + 1, rows[0])
    longer = edited(rows[0], len(rows[0].words) - 1, 1, "5.000")
    yield Pair("rows exchanged", "changed figure", old, set_paper(swapped))
    yield Pair("a figure has grown", "changed figure", old, set_paper(_with(parts, "row1", longer)))


def _figures(parts: Sequence[Part], names: Sequence[str]) -> list[Part]:
    """The first figure of each named paragraph is another, of the same width."""
    new = list(parts)
    for name in names:
        one = _named(parts, name)
        at = next(n for n, (word, _) in enumerate(one.words) if word.isdigit())
        digits = "".join(str((int(sign) + 3) % 10) for sign in one.words[at][0])
        new = _with(new, name, edited(one, at, 1, digits))
    return new


def _set_anew() -> Iterator[Pair]:
    for seed, layout in (
        (1, Layout(size=14)),
        (1, Layout(spacing=1.5)),
        (2, Layout(margins=(15, 15, 15, 20))),
        (2, Layout(size=12, margins=(25, 25, 25, 35), spacing=1.0, numbers=False)),
    ):
        old = _base(seed, seed == 1)
        name = f"re-typeset, {layout.size} pt at {layout.spacing}, {layout.margins[3]} mm"
        yield Pair(name, "re-typeset", old, set_paper(_parts(seed, seed == 1), layout))


def _pictures() -> Iterator[Pair]:
    old, parts = _base(1, True), _parts(1, True)
    scan = scanned(old)
    wrong = set_paper(_figures(parts, ("p2", "p6")))
    yield Pair("the signed copy is a scan", "scanned", old, scan)
    yield Pair("a scan with figures changed", "scanned", scan, scanned(wrong))
    yield Pair("text, then a scan with figures changed", "scanned", old, scanned(wrong))
    yield Pair("scanned again, askew", "scanned", scan, scanned(old, slip=(6, -9), blur=0.6))
    yield Pair("scan with a page more", "scanned", scan, scanned(set_paper(_inserted(parts))))


def _inserted(parts: Sequence[Part]) -> list[Part]:
    a, b, c = _sheets(parts)
    return _bound([a, _fresh(9), b, c])


def _shapes() -> Iterator[Pair]:
    old, parts = _base(1, True), _parts(1, True)
    arrived = Part("stamp", "stamp", (("ĐẾN", ("stamp", 0)), ("318", ("stamp", 1))), (420, 60))
    seal = Part("stamp", "stamp", (), (300, 690))
    yield Pair("stamp with words below", "stamp", old, set_paper([arrived, *parts]))
    yield Pair("seal over the text", "stamp", old, set_paper([seal, *parts]))
    other = replace(_named(parts, "chart"), values=(80, 15, 60, 30))
    yield Pair("chart with other bars", "chart", old, set_paper(_with(parts, "chart", other)))

    def turn(page: Any) -> None:
        page.Rotate = 90

    def crop(page: Any) -> None:
        page.CropBox = [40, 40, 560, 812]

    yield Pair("shown turned, a word edited", "rotated", old, _turned_edit(parts, turn))
    yield Pair("sheets upside down", "rotated", scanned(old), scanned(old, turn=180))
    yield Pair("cropped", "cropped", old, reshaped(old, crop))
    yield Pair("another corner", "cropped", old, shifted(old, 30, -20))


def _turned_edit(parts: Sequence[Part], turn: Any) -> Paper:
    p3 = _named(parts, "p3")
    return reshaped(set_paper(_with(parts, "p3", edited(p3, 8, 2, "đã xong"))), turn)


def marks_of(pair: Pair, seed: int) -> list[Mark]:
    """Marks of every kind, spread over the whole old paper."""
    luck = random.Random(seed)
    found = []
    by_part: dict[str, list[list[Key]]] = {}
    for line in pair.old.lines:
        if line:
            by_part.setdefault(line[0][0].split("+")[0], []).append(line)
    for number, lines in enumerate(by_part.values()):
        flow = [key for line in lines for key in line]
        start = luck.randrange(max(len(flow) - 9, 1))
        found.append(_text_mark(pair.old, flow[start : start + luck.randint(3, 9)], "highlight"))
        short = luck.randrange(len(flow))
        found.append(_text_mark(pair.old, flow[short : short + luck.randint(1, 2)], "underline"))
        line = luck.choice(lines)
        at = luck.randrange(max(len(line) - 4, 1))
        found.append(_pen(pair.old, line[at : at + 4], around=bool(number % 2)))
        found.append(_note(pair.old, luck.choice(lines)))
        if len(lines) > 2:
            first = luck.randrange(len(lines) - 1)
            found.append(_frame(pair.old, lines[first] + lines[first + 1]))
    found += _on_changes(pair)
    for chart, (page, x0, y0, x1, y1) in pair.old.charts.items():
        stroke = _ink([(x0 + 10, y0 + 15), (x0 + 60, y0 + 40), (x1 - 60, y0 + 30)])
        found.append(Mark(page, stroke, chart=chart))
        found.append(Mark(page, _rect("box", x0, y0, x1, y1), chart=chart))
    return [one for one in found if one is not None]


def _on_changes(pair: Pair) -> list[Mark | None]:
    """Marks on the very words that changed, round them, and up to them."""
    found: list[Mark | None] = []
    hit = [
        (line, n)
        for line in pair.old.lines
        for n, key in enumerate(line)
        if key not in pair.new.words and any(other in pair.new.words for other in line)
    ]
    for line, n in hit[:: max(len(hit) // 8, 1)]:
        old = pair.old
        found += [
            _text_mark(old, line[n : n + 1], "strike"),
            _text_mark(old, line[max(n - 3, 0) : n + 3], "highlight"),
        ]
        found += [_pen(old, line[max(n - 1, 0) : n + 2], around=False), _note(old, line), _frame(old, line)]
        found.append(_text_mark(old, line[max(n - 4, 0) : n], "highlight") if n else None)
    return found


def _whole(value: float) -> int:
    return round(value * 100)


def _rect(kind: str, x0: float, y0: float, x1: float, y1: float) -> dict[str, Any]:
    return {"kind": kind, "rect": [_whole(v) for v in (x0, y0, x1, y1)]}


def _ink(points: Sequence[tuple[float, float]]) -> dict[str, Any]:
    flat: list[int] = []
    px = py = 0
    for x, y in points:
        flat += [_whole(x) - px, _whole(y) - py]
        px, py = _whole(x), _whole(y)
    return {"kind": "ink", "tool": "pen", "rgb": "c4161c", "w": 150, "pts": flat}


def _places(paper: Paper, keys: Sequence[Key]) -> list[list[Place]]:
    """The words' places, those of one line together."""
    lines: list[list[Place]] = []
    for key in keys:
        at = paper.words[key]
        if lines and (lines[-1][0].page, lines[-1][0].base) == (at.page, at.base):
            lines[-1].append(at)
        else:
            lines.append([at])
    return lines


def _text_mark(old: Paper, keys: Sequence[Key], kind: str) -> Mark | None:
    lines = _places(old, keys)
    if len({line[0].page for line in lines}) > 1:
        return None
    quads = []
    for line in lines:
        x0, x1 = sorted((line[0].x0, line[-1].x1))
        low, high = sorted(
            (line[0].base - 0.2 * line[0].size * _way(line), line[0].base + 0.75 * line[0].size * _way(line))
        )
        quads.append([_whole(v) for v in (x0, high, x1, high, x0, low, x1, low)])
    order = list(old.text)
    at, end = order.index(keys[0]), order.index(keys[-1]) + 1
    data = {
        "kind": kind,
        "rgb": "ffe14d",
        "quads": quads,
        "quote": " ".join(old.text[key] for key in keys),
        "pre": " ".join(old.text[key] for key in order[max(at - 12, 0) : at])[-32:],
        "post": " ".join(old.text[key] for key in order[end : end + 12])[:32],
    }
    return Mark(lines[0][0].page, data, tuple(keys))


def _way(line: Sequence[Place]) -> int:
    """1 for words that stand upright in user space, -1 for those upside down."""
    return 1 if line[0].x1 >= line[0].x0 else -1


def _pen(old: Paper, keys: Sequence[Key], *, around: bool) -> Mark:
    line = _places(old, keys)[0]
    size, base, way = line[0].size, line[0].base, _way(line)
    x0, x1 = line[0].x0, line[-1].x1
    if around:
        low, high = base - 0.25 * size * way, base + 0.8 * size * way
        points = [(x0, low), (x1, low), (x1, high), (x0, high), (x0, low)]
    else:
        points = [(x0, base - 1.5 * way), ((x0 + x1) / 2, base - 2 * way), (x1, base - 1.5 * way)]
    return Mark(line[0].page, _ink(points), tuple(keys))


def _note(old: Paper, keys: Sequence[Key]) -> Mark:
    line = _places(old, keys)[0]
    at = [_whole(line[0].x0 - 30 * _way(line)), _whole(line[0].base + 4 * _way(line))]
    return Mark(line[0].page, {"kind": "note", "at": at, "text": "Hỏi lại"}, tuple(keys))


def _frame(old: Paper, keys: Sequence[Key]) -> Mark | None:
    lines = _places(old, keys)
    if len({line[0].page for line in lines}) > 1:
        return None
    xs = [x for line in lines for place in line for x in (place.x0, place.x1)]
    ys = [line[0].base + up * line[0].size * _way(line) for line in lines for up in (-0.2, 0.75)]
    return Mark(lines[0][0].page, _rect("box", min(xs) - 2, min(ys), max(xs) + 2, max(ys)), tuple(keys))
