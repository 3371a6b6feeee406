"""Papers made by code, with the place of every word known from how they were set."""

import io
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pikepdf
import pypdfium2
from PIL import Image, ImageFilter

from intranet.records.page_record import TextRow
from intranet.records.typeset import Face, Run, Sheet, width_of

#: A word's name: the part it belongs to and its number there; it keeps it wherever the word goes.
Key = tuple[str, int]
Move = Callable[[float, float], tuple[float, float]]

_UNITS = ("Sở Tài chính", "Sở Xây dựng", "Sở Y tế", "Sở Nội vụ", "Sở Công Thương", "Ban Quản lý dự án")
_PLACES = ("huyện Mỹ Đức", "xã Tân Lập", "phường Hòa Bình", "thị xã Sơn Tây", "huyện Ba Vì", "xã Phú Cường")
_WORKS = (
    "nâng cấp đường liên xã",
    "xây dựng trường mầm non",
    "cải tạo trạm bơm tưới",
    "bồi thường giải phóng mặt bằng",
    "mở rộng hệ thống cấp nước",
    "sửa chữa đê bao chống lũ",
)
_SENTENCES = (
    "{u} đã phối hợp với Ủy ban nhân dân {p} thẩm định dự án {w} với tổng mức đầu tư {n} triệu đồng.",
    "Tiến độ giải ngân đến hết tháng {m} đạt {n} triệu đồng, bằng {k} % kế hoạch được giao.",
    "Đề nghị {u} rà soát, bổ sung hồ sơ trước ngày {d}/{m}/2026 để trình cấp có thẩm quyền.",
    "Việc {w} tại {p} còn vướng mắc về nguồn gốc đất của {k} hộ dân.",
    "Nguồn vốn được bố trí từ ngân sách tỉnh là {n} triệu đồng và ngân sách huyện là {o} triệu đồng.",
    "Giao {u} chủ trì theo dõi, đôn đốc và báo cáo kết quả trong quý {q}.",
    "Hội đồng thẩm định thống nhất phương án {w} với {k} phiếu tán thành trên tổng số {o} phiếu.",
    "Trong {k} ngày làm việc kể từ khi nhận đủ hồ sơ, {u} có trách nhiệm trả lời bằng văn bản.",
    "Qua kiểm tra thực tế tại {p}, đoàn công tác ghi nhận {k} hạng mục chưa bảo đảm chất lượng.",
    "Các hộ dân tại {p} đồng thuận với mức hỗ trợ {n} nghìn đồng một mét vuông.",
)


@dataclass(frozen=True)
class Part:
    """A paragraph, a row of a table, a chart, a stamp, an empty stretch or the end of a page."""

    name: str
    kind: str = "para"
    words: tuple[tuple[str, Key], ...] = ()
    values: tuple[float, ...] = ()


@dataclass(frozen=True)
class Place:
    """Where a word stands: page from 1, ends and baseline in points of user space, size of its letters."""

    page: int
    x0: float
    x1: float
    base: float
    size: float


@dataclass(frozen=True)
class Layout:
    """How a paper is set."""

    size: float = 13
    margins: tuple[float, float, float, float] = (20, 20, 20, 30)
    spacing: float = 1.2
    numbers: bool = True
    columns: tuple[float, ...] = (0, 40, 300)


@dataclass
class Paper:
    """The bytes of a paper and where its words and charts are."""

    data: bytes
    words: dict[Key, Place] = field(default_factory=dict)
    text: dict[Key, str] = field(default_factory=dict)
    charts: dict[tuple[str, tuple[float, ...]], tuple[int, float, float, float, float]] = field(
        default_factory=dict
    )
    pages: int = 0
    #: Words of each line as it was set, in order.
    lines: list[list[Key]] = field(default_factory=list)


class _Recorder(Sheet):
    """A sheet that notes where each word comes to stand."""

    waiting: list[tuple[str, Key]]
    paper: Paper

    def _set_line(self, line: list[Run], x: float, room: float, size: float, align: str) -> None:
        super()._set_line(line, x, room, size, align)
        text = "".join(run.text for run in line)
        face = line[0].face if line else Face.REGULAR
        gaps = text.count(" ")
        spread = (room - width_of(text, face, size)) / gaps if align == "justify" and gaps else 0.0
        at = 0
        self.paper.lines.append([])
        for word in text.split(" "):
            expected, key = self.waiting.pop(0)
            assert word == expected, (word, expected)
            x0 = x + width_of(text[:at], face, size) + spread * text[:at].count(" ")
            self.note(key, word, x0, self.y, size, face)
            at += len(word) + 1

    def note(self, key: Key, word: str, x0: float, base: float, size: float, face: Face) -> None:
        self.paper.words[key] = Place(self.page, x0, x0 + width_of(word, face, size), base, size)
        self.paper.text[key] = word
        self.paper.lines[-1].append(key)


def part(name: str, text: str, kind: str = "para") -> Part:
    """A part of these words, each with a name of its own."""
    return Part(name, kind, tuple((word, (name, n)) for n, word in enumerate(text.split())))


def edited(given: Part, at: int, out: int, text: str = "") -> Part:
    """The part with ``out`` words from ``at`` taken away and others put there."""
    new = tuple((word, (f"{given.name}+{at}{text[:12]}", n)) for n, word in enumerate(text.split()))
    return replace(given, words=(*given.words[:at], *new, *given.words[at + out :]))


def sentences(seed: int, count: int) -> str:
    """So many sentences of an office's reports."""
    luck = random.Random(seed)
    return " ".join(
        luck.choice(_SENTENCES).format(
            u=luck.choice(_UNITS),
            p=luck.choice(_PLACES),
            w=luck.choice(_WORKS),
            n=luck.randint(101, 998) * 10,
            o=luck.randint(11, 99) * 10,
            k=luck.randint(3, 97),
            m=luck.randint(1, 12),
            d=luck.randint(1, 28),
            q=luck.choice(("I", "II", "III", "IV")),
        )
        for _ in range(count)
    )


def set_paper(parts: Sequence[Part], layout: Layout = Layout()) -> Paper:
    """Set the parts, and note where every word stands."""
    sheet = _Recorder(title="Báo cáo", margins=layout.margins, page_numbers=layout.numbers)
    sheet.paper = Paper(b"")
    for one in parts:
        if one.kind == "break":
            sheet.new_page()
        elif one.kind == "row":
            _set_row(sheet, one, layout)
        elif one.kind == "chart":
            _set_chart(sheet, one)
        elif one.kind == "stamp":
            _set_stamp(sheet, one)
        elif one.kind == "gap":
            sheet.y -= one.values[0]
        else:
            sheet.waiting = list(one.words)
            runs = [Run(" ".join(word for word, _ in one.words))]
            sheet.paragraph(runs, layout.size, first_indent=28, spacing=layout.spacing)
    sheet.paper.pages = sheet.page
    sheet.paper.data = sheet.finish()
    return sheet.paper


def _set_row(sheet: _Recorder, row: Part, layout: Layout) -> None:
    """The words of a row stand in columns, ``|`` between them."""
    sheet.need(layout.size * 1.6)
    column, x = 0, sheet.left
    sheet.paper.lines.append([])
    for word, key in row.words:
        if word == "|":
            column += 1
            x = sheet.left + layout.columns[column]
            continue
        sheet.text(word, x, sheet.y, layout.size)
        sheet.note(key, word, x, sheet.y, layout.size, Face.REGULAR)
        x += width_of(word + " ", Face.REGULAR, layout.size)
    sheet.y -= layout.size * 1.6


def _set_chart(sheet: _Recorder, chart: Part) -> None:
    """Bars without a word."""
    sheet.need(120)
    low, left = sheet.y - 110, sheet.left + 60
    for n, value in enumerate(chart.values):
        for step in range(0, 24, 2):
            sheet.box(left + 50 * n + step, low, left + 50 * n + step + 1, low + value, (0.2, 0.2, 0.5))
    right = left + 50 * len(chart.values)
    sheet.paper.charts[chart.name, chart.values] = (sheet.page, left, low, right, low + 100)
    sheet.y -= 130


def _set_stamp(sheet: _Recorder, stamp: Part) -> None:
    """A frame with words at a fixed place of the page, over whatever is there."""
    x, y = stamp.values
    sheet.box(x, y, x + 120, y + 50, (0.85, 0, 0))
    sheet.box(x + 3, y + 3, x + 117, y + 47, (0.85, 0, 0))
    if stamp.words:
        sheet.text(" ".join(word for word, _ in stamp.words), x + 10, y + 20, 12, Face.BOLD)


def moved(paper: Paper, data: bytes, move: Move, *, keep: set[int] | None = None) -> Paper:
    """The paper with other bytes in which every place has moved."""
    words = {}
    for key, at in paper.words.items():
        x0, base = move(at.x0, at.base)
        words[key] = replace(at, x0=x0, x1=x0 + at.x1 - at.x0, base=base)
    charts = {}
    for name, (page, x0, y0, x1, y1) in paper.charts.items():
        charts[name] = (page, *move(x0, y0), *move(x1, y1))
    return replace(paper, data=data, words=words, charts=charts)


def reshaped(paper: Paper, change: Callable[[Any], None]) -> Paper:
    """The paper after a change to the boxes and turns of its pages that moves nothing."""
    with pikepdf.open(io.BytesIO(paper.data)) as document:
        for page in document.pages:
            change(page)
        out = io.BytesIO()
        document.save(out)
    return replace(paper, data=out.getvalue())


def shifted(paper: Paper, dx: float, dy: float) -> Paper:
    """The paper on pages whose lower left corner is at ``(dx, dy)``: it looks the same."""

    def change(page: Any) -> None:
        page.MediaBox = [dx, dy, dx + float(page.MediaBox[2]), dy + float(page.MediaBox[3])]
        page.contents_add(f"1 0 0 1 {dx} {dy} cm\n".encode(), prepend=True)

    return moved(reshaped(paper, change), reshaped(paper, change).data, lambda x, y: (x + dx, y + dy))


def read_by_eye(
    paper: Paper, seed: int, *, misread: float = 0.004, dropped: float = 0.002, slip: float = 0.25
) -> dict[int, tuple[TextRow, ...]]:
    """The lines of each page, from 1, as a reader of pictures gives them: here and there a word is wrong.

    :param misread: share of words of which a letter is another; ``dropped`` of those that were not seen.
    :param slip: points by which the edges of a word may be off.
    """
    luck = random.Random(seed)
    found: dict[int, list[TextRow]] = {number: [] for number in range(1, paper.pages + 1)}
    for line in paper.lines:
        words = []
        for key in line:
            text, at = paper.text[key], paper.words[key]
            if luck.random() < misread:
                place = luck.randrange(len(text))
                text = text[:place] + luck.choice("aceglno1") + text[place + 1 :]
            if luck.random() >= dropped:
                words.append((text, at))
        if words:
            found[words[0][1].page].append(_seen(words, lambda: luck.uniform(-slip, slip)))
    return {number: tuple(rows) for number, rows in found.items()}


def _seen(words: Sequence[tuple[str, Place]], off: Callable[[], float]) -> TextRow:
    way = 1 if words[0][1].x1 >= words[0][1].x0 else -1
    text, stops, end = "", [], 0.0
    for word, at in words:
        start, stop = at.x0 + way * 0.5 + off(), at.x1 - way * 0.5 + off()
        if text:
            text += " "
            stops.append(end)
        stops += [start + (stop - start) * n / len(word) for n in range(len(word))]
        text, end = text + word, stop
    at = words[0][1]
    low, high = sorted((at.base - way * 0.2 * at.size + off(), at.base + way * 0.7 * at.size + off()))
    left, right = sorted((stops[0], end))
    return TextRow(text, left, low, right, high, 0 if way > 0 else 180, (*stops, end))


def scanned(
    paper: Paper, *, dpi: int = 110, slip: tuple[float, float] = (0, 0), blur: float = 0, turn: int = 0
) -> Paper:
    """Pictures of the pages and nothing else.

    :param slip: points by which the paper lay askew on the glass, right and up.
    :param turn: 0, or 180 for sheets that lay upside down and are shown turned back.
    """
    pictures = []
    document = pypdfium2.PdfDocument(paper.data)
    for page in document:
        picture = page.render(scale=dpi / 72, grayscale=True).to_pil().convert("L")
        if blur:
            picture = picture.filter(ImageFilter.GaussianBlur(blur))
        if any(slip):
            sheet = Image.new("L", picture.size, 255)
            sheet.paste(picture, (round(slip[0] * dpi / 72), round(-slip[1] * dpi / 72)))
            picture = sheet
        pictures.append(picture.rotate(turn))
        page.close()
    document.close()
    out = io.BytesIO()
    pictures[0].save(out, "PDF", save_all=True, append_images=pictures[1:], resolution=dpi, quality=80)
    width, height = (72 * side / dpi for side in pictures[0].size)
    across, up = width / 595.276, height / 841.89

    def place(x: float, y: float) -> tuple[float, float]:
        x, y = x * across + slip[0], y * up + slip[1]
        return (width - x, height - y) if turn else (x, y)

    after = moved(paper, out.getvalue(), place)
    if turn:
        after.words = {key: replace(at, x1=at.x0 - (at.x1 - at.x0)) for key, at in after.words.items()}

        def back(page: Any) -> None:
            page.Rotate = 180

        after = reshaped(after, back)
    return after
