"""Writes marks into a copy of a PDF: as standard annotations that other readers change, or into the pages.

Foreign bytes: :func:`write` runs in a child with the limits of every other parse; :func:`marked_copy` is what
a service calls. The original is never touched. ISO 32000-1, 12.5.6.
"""

import io
import json
import math
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, OutlineItem, String

from intranet.records import typeset
from intranet.records.child import answer
from intranet.records.pagetext import Unreadable
from intranet.records.parsing import Limits, ask_child
from intranet.records.typeset import Face, Run, Sheet

LIMITS = Limits(cpu_seconds=60, wall_seconds=80.0, output=512 * 1024**2)
#: Distance of a text box's words from its edge; its lines as multiples of its size; half the side of a note.
PAD, LEADING, ICON = 3.0, 1.25, 9.0
_PRINTED = 4
_SUBTYPES = {
    "ink": "/Ink",
    "highlight": "/Highlight",
    "underline": "/Underline",
    "strike": "/StrikeOut",
    "note": "/Text",
    "text": "/FreeText",
    "arrow": "/Line",
    "box": "/Square",
}
Box = tuple[float, float, float, float]


@dataclass
class _Drawn:
    """How a mark looks: its content in page coordinates, and what else an annotation of its kind says."""

    box: Box
    content: str
    more: dict[str, Any] = field(default_factory=dict)
    opacity: float = 1.0
    is_mixed: bool = False
    #: Words to be set: lines, width, height, size; and the matrix that lays them on the page.
    words: tuple[list[str], float, float, float] | None = None
    matrix: tuple[float, ...] = ()


def marked_copy(
    path: Path, marks: Sequence[Mapping[str, Any]], *, flat: bool, words: Mapping[str, str]
) -> bytes:
    """A copy of a PDF with marks, made in a child process with limits.

    :param marks: ``{"id", "page", "d", "author", "at"}``; ``d`` in hundredths of a point, as it is stored,
        ``at`` as a PDF date.
    :param flat: drawn into the pages, the words of notes on pages of their own at the end.
    :param words: ``outline``, the heading of bookmarks; ``notes``, of the notes' pages; ``page``.
    :raises Unreadable: ``file.encrypted``, ``file.damaged``, ``file.form``, ``file.too_hard``.
    """
    with tempfile.TemporaryDirectory(prefix="marks-") as folder:
        asked, made = Path(folder) / "marks.json", Path(folder) / "copy.pdf"
        asked.write_text(json.dumps({"marks": list(marks), "words": dict(words)}), encoding="utf-8")
        how = "flat" if flat else "annotations"
        said = ask_child(
            "intranet.records.pdf_marks", LIMITS, str(path.resolve()), str(asked), str(made), how
        )
        if "code" in said:
            raise Unreadable(str(said["code"]), **dict(said.get("data") or {}))
        return made.read_bytes()


def write(path: Path, asked: Path, made: Path, *, flat: bool) -> int:
    """Write the copy in this very process: for the child, and for files of our own making.

    :returns: how many marks are in it.
    :raises Unreadable: as :func:`marked_copy`.
    """
    said = json.loads(asked.read_text(encoding="utf-8"))
    try:
        with pikepdf.open(path, suppress_warnings=True, attempt_recovery=False) as document:
            if document.is_encrypted:
                raise Unreadable("file.encrypted")
            if "/XFA" in document.Root.get("/AcroForm", Dictionary()):
                raise Unreadable("file.form")
            count = _mark(document, said["marks"], said["words"], flat=flat)
            document.save(made)
            return count
    except pikepdf.PasswordError as wrong:
        raise Unreadable("file.encrypted") from wrong
    except pikepdf.PdfError as wrong:
        raise Unreadable("file.damaged") from wrong


def _mark(document: pikepdf.Pdf, marks: list[Any], words: Mapping[str, str], *, flat: bool) -> int:
    pages = list(document.pages)
    by_page: dict[int, list[tuple[Any, _Drawn]]] = defaultdict(list)
    notes = [one for one in marks if one["d"]["kind"] == "note"]
    for mark in marks:
        if mark["d"]["kind"] in _MAKERS and mark["page"] <= len(pages):
            number = notes.index(mark) + 1 if flat and mark in notes else 0
            by_page[mark["page"]].append((mark, _MAKERS[mark["d"]["kind"]](mark["d"], number)))
    blocks = _set(document, [drawn for page in by_page.values() for _, drawn in page])
    for number, found in by_page.items():
        page = pages[number - 1]
        forms = [(mark, drawn, _form(document, drawn, blocks)) for mark, drawn in found]
        if flat:
            _draw_into(document, page, [form for _, _, form in forms])
        else:
            _annotate(document, page, forms)
    marked = [one for one in marks if one["d"]["kind"] == "bookmark" and one["page"] <= len(pages)]
    if marked:
        with document.open_outline() as outline:
            top = OutlineItem(words["outline"])
            top.children.extend(OutlineItem(one["d"]["label"], one["page"] - 1) for one in marked)
            outline.root.append(top)
    if flat and notes:
        with pikepdf.open(io.BytesIO(_notes_pages(notes, words))) as listed:
            document.pages.extend(listed.pages)
    return sum(map(len, by_page.values())) + len(marked)


# --- As annotations, or drawn into the page ---


def _annotate(document: pikepdf.Pdf, page: pikepdf.Page, forms: Iterable[tuple[Any, _Drawn, Any]]) -> None:
    made = []
    for mark, drawn, form in forms:
        data = mark["d"]
        one = Dictionary(
            Type=Name.Annot,
            Subtype=Name(_SUBTYPES[data["kind"]]),
            Rect=Array(list(drawn.box)),
            C=Array(_rgb(data)),
            CA=drawn.opacity,
            F=_PRINTED,
            NM=String(mark["id"]),
            T=_text(mark["author"]),
            M=String(mark["at"]),
            CreationDate=String(mark["at"]),
            Contents=_text(str(data.get("text") or data.get("quote") or "")),
            P=page.obj,
            AP=Dictionary(N=form),
        )
        for name, value in drawn.more.items():
            one[f"/{name}"] = value
        made.append(document.make_indirect(one))
    page.obj.Annots = Array([*page.obj.get("/Annots", Array()), *made])


def _draw_into(document: pikepdf.Pdf, page: pikepdf.Page, forms: Sequence[Any]) -> None:
    """Draw forms over a page whose own content, and resources it shares with others, stay what they are."""
    resources = Dictionary(dict(page.resources.items()))
    objects = Dictionary(dict(resources.get("/XObject", Dictionary()).items()))
    lines = []
    for number, form in enumerate(forms):
        name = f"/OfficeMark{number}"
        objects[name] = form
        lines.append(f"q {name} Do Q")
    resources["/XObject"] = objects
    page.obj.Resources = resources
    page.contents_add(document.make_stream(b"q\n"), prepend=True)
    page.contents_add(document.make_stream(("\nQ\n" + "\n".join(lines) + "\n").encode()))


def _form(document: pikepdf.Pdf, drawn: _Drawn, blocks: Mapping[int, Any]) -> Any:
    mode = Name.Multiply if drawn.is_mixed else Name.Normal
    resources = Dictionary(ExtGState=Dictionary(G0=Dictionary(CA=drawn.opacity, ca=drawn.opacity, BM=mode)))
    content = f"/G0 gs 1 J 1 j\n{drawn.content}"
    if id(drawn) in blocks:
        resources["/XObject"] = Dictionary(T=blocks[id(drawn)])
        content += f"\nq {_nums(*drawn.matrix)} cm /T Do Q"
    form = document.make_stream(content.encode())
    form.Type, form.Subtype, form.BBox = Name.XObject, Name.Form, Array(list(drawn.box))
    form.Resources = resources
    form.Group = Dictionary(S=Name.Transparency)
    return form


def _set(document: pikepdf.Pdf, drawn: Iterable[_Drawn]) -> dict[int, Any]:
    """The words of text boxes and numbers of notes, set in the house's face, each as a form of its own."""
    wanted = [one for one in drawn if one.words is not None]
    if not wanted:
        return {}
    colours = [one.more.get("DA", "") for one in wanted]
    blocks = [(*one.words, _colour(said)) for one, said in zip(wanted, colours, strict=True) if one.words]
    with pikepdf.open(io.BytesIO(typeset.blocks(blocks))) as made:
        forms = [document.copy_foreign(page.as_form_xobject()) for page in made.pages]
    return {id(one): form for one, form in zip(wanted, forms, strict=True)}


def _notes_pages(notes: Sequence[Mapping[str, Any]], words: Mapping[str, str]) -> bytes:
    sheet = Sheet(title=words["notes"], page_numbers=False)
    sheet.paragraph([Run(words["notes"], Face.BOLD)], 14, after=10, align="center")
    for number, note in enumerate(notes, 1):
        head = f"{number}. {words['page']} {note['page']}, {note['author']}: "
        for place, part in enumerate(str(note["d"]["text"]).split("\n")):
            sheet.paragraph([Run(head, Face.BOLD), Run(part)] if place == 0 else [Run(part)], 12, after=3)
    return sheet.finish()


# --- How each kind looks ---


def _ink(data: Mapping[str, Any], _number: int) -> _Drawn:
    points = _walk(data["pts"])
    width = data["w"] / 100
    pressures = data.get("pr") or []
    is_marker = data["tool"] == "marker"
    if is_marker or not pressures or len(points) == 1:
        lines = [f"{_nums(width)} w {_nums(*points[0])} m"]
        lines += [f"{_nums(*point)} l" for point in (points[1:] or points)] + ["S"]
    else:
        lines = [
            f"{_nums(width * (0.45 + 0.55 * (p + q) / 100))} w {_nums(*a)} m {_nums(*b)} l S"
            for (a, p), (b, q) in pairwise(zip(points, pressures, strict=True))
        ]
    more = {
        "InkList": Array([Array([value for point in points for value in point])]),
        "BS": Dictionary(W=width, S=Name.S),
    }
    box = _around(points, width * 0.8 + 1)
    return _Drawn(box, "\n".join([_pen(data), *lines]), more, 0.5 if is_marker else 1.0, is_marker)


def _highlight(data: Mapping[str, Any], _number: int) -> _Drawn:
    quads = _quads(data)
    content = [f"{_nums(*_rgb(data))} rg"]
    for ul, ur, ll, lr in quads:
        content.append(f"{_nums(*ul)} m {_nums(*ur)} l {_nums(*lr)} l {_nums(*ll)} l f")
    return _Drawn(_around([p for q in quads for p in q], 0.5), "\n".join(content), _corners(data), 0.55, True)


def _ruled(share: float) -> Callable[[Mapping[str, Any], int], _Drawn]:
    def make(data: Mapping[str, Any], _number: int) -> _Drawn:
        quads = _quads(data)
        content = [_pen(data)]
        for ul, ur, ll, lr in quads:
            start, end = (_between(low, high, share) for low, high in ((ll, ul), (lr, ur)))
            width = max(0.8, math.dist(ul, ll) * 0.07)
            content.append(f"{_nums(width)} w {_nums(*start)} m {_nums(*end)} l S")
        return _Drawn(_around([p for q in quads for p in q], 1.5), "\n".join(content), _corners(data))

    return make


def _note(data: Mapping[str, Any], number: int) -> _Drawn:
    x, y = (value / 100 for value in data["at"])
    box = (x - ICON, y - ICON, x + ICON, y + ICON)
    content = f"{_nums(*_rgb(data))} rg {_nums(*box[:2], 2 * ICON, 2 * ICON)} re f"
    if number:
        words = ([str(number)], 2 * ICON, 2 * ICON, 10.0)
        return _Drawn(box, content, {"DA": "0 0 0 rg"}, words=words, matrix=(1, 0, 0, 1, *box[:2]))
    for up in (4, 0, -4):
        content += f"\n0.1 0.14 0.19 RG 1 w {_nums(x - 5, y + up)} m {_nums(x + 5, y + up)} l S"
    return _Drawn(box, content, {"Name": Name.Note, "Open": False})


def _text_box(data: Mapping[str, Any], _number: int) -> _Drawn:
    x0, y0, x1, y1 = (value / 100 for value in data["rect"])
    size, turn = data["size"] / 100, data["turn"]
    wide, high = (x1 - x0, y1 - y0) if turn % 180 == 0 else (y1 - y0, x1 - x0)
    lines = typeset.wrap(data["text"], Face.REGULAR, size, max(wide - 2 * PAD, size))
    more_height = max(0.0, 2 * PAD + len(lines) * size * LEADING - high)
    high += more_height
    # What does not fit makes the box longer, downwards as one reads.
    y0, x1, y1, x0 = {
        0: (y0 - more_height, x1, y1, x0),
        90: (y0, x1 + more_height, y1, x0),
        180: (y0, x1, y1 + more_height, x0),
        270: (y0, x1, y1, x0 - more_height),
    }[turn]
    matrix = {
        0: (1, 0, 0, 1, x0, y0),
        90: (0, 1, -1, 0, x1, y0),
        180: (-1, 0, 0, -1, x1, y1),
        270: (0, -1, 1, 0, x0, y1),
    }[turn]
    colour = f"{_nums(*_rgb(data))} rg"
    more = {"DA": String(f"/Helv {_nums(size)} Tf {colour}"), "Q": 0, "BS": Dictionary(W=0, S=Name.S)}
    return _Drawn((x0, y0, x1, y1), "", more, words=(lines, wide, high, size), matrix=matrix)


def _arrow(data: Mapping[str, Any], _number: int) -> _Drawn:
    x0, y0, x1, y1 = (value / 100 for value in data["ends"])
    width = data["w"] / 100
    angle, long = math.atan2(y1 - y0, x1 - x0), max(7.0, width * 4)
    wings = [(x1 - long * math.cos(angle + by), y1 - long * math.sin(angle + by)) for by in (0.45, -0.45)]
    content = [
        f"{_pen(data)} {_nums(width)} w {_nums(x0, y0)} m {_nums(x1, y1)} l S",
        f"{_nums(*wings[0])} m {_nums(x1, y1)} l {_nums(*wings[1])} l S",
    ]
    more = {
        "L": Array([x0, y0, x1, y1]),
        "LE": Array([Name("/None"), Name.OpenArrow]),
        "BS": Dictionary(W=width, S=Name.S),
    }
    return _Drawn(_around([(x0, y0), (x1, y1), *wings], width + 1), "\n".join(content), more)


def _box(data: Mapping[str, Any], _number: int) -> _Drawn:
    x0, y0, x1, y1 = (value / 100 for value in data["rect"])
    width = data["w"] / 100
    content = f"{_pen(data)} {_nums(width)} w {_nums(x0, y0, x1 - x0, y1 - y0)} re S"
    more = {"BS": Dictionary(W=width, S=Name.S), "RD": Array([width / 2] * 4)}
    return _Drawn(_around([(x0, y0), (x1, y1)], width / 2), content, more)


_MAKERS: dict[str, Callable[[Mapping[str, Any], int], _Drawn]] = {
    "ink": _ink,
    "highlight": _highlight,
    "underline": _ruled(0.06),
    "strike": _ruled(0.45),
    "note": _note,
    "text": _text_box,
    "arrow": _arrow,
    "box": _box,
}


def _corners(data: Mapping[str, Any]) -> dict[str, Any]:
    return {"QuadPoints": Array([value / 100 for value in data["quads"]])}


def _quads(data: Mapping[str, Any]) -> list[list[tuple[float, float]]]:
    values = [value / 100 for value in data["quads"]]
    points = list(zip(values[::2], values[1::2], strict=True))
    return [points[n : n + 4] for n in range(0, len(points), 4)]


def _walk(steps: Sequence[int]) -> list[tuple[float, float]]:
    x = y = 0
    found = []
    for dx, dy in zip(steps[::2], steps[1::2], strict=True):
        x, y = x + dx, y + dy
        found.append((x / 100, y / 100))
    return found


def _around(points: Sequence[tuple[float, float]], by: float) -> Box:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return (min(xs) - by, min(ys) - by, max(xs) + by, max(ys) + by)


def _between(a: tuple[float, float], b: tuple[float, float], share: float) -> tuple[float, float]:
    return (a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share)


def _rgb(data: Mapping[str, Any]) -> list[float]:
    return [round(int(data["rgb"][n : n + 2], 16) / 255, 4) for n in (0, 2, 4)]


def _pen(data: Mapping[str, Any]) -> str:
    return f"{_nums(*_rgb(data))} RG"


def _colour(said: Any) -> tuple[float, float, float]:
    """The colour at the end of a default appearance."""
    red, green, blue = (float(part) for part in str(said).split()[-4:-1])
    return (red, green, blue)


def _nums(*values: float) -> str:
    return " ".join(f"{value:.3f}".rstrip("0").rstrip(".") for value in values)


def _text(words: str) -> String:
    """Text in the one form that every reader takes: UTF-16, big end first."""
    return String(b"\xfe\xff" + words.encode("utf-16-be"))


def main(arguments: list[str]) -> int:
    """``pdf_marks MEMORY SECONDS OUTPUT PDF MARKS COPY annotations|flat``; prints JSON, returns 0."""

    def look(path: str, asked: str, made: str, how: str) -> dict[str, Any]:
        return {"marks": write(Path(path), Path(asked), Path(made), flat=how == "flat")}

    return answer(arguments, look)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
