"""The minutes as a Word file: "Biên bản" in the layout of Decree 30/2020/NĐ-CP, appendix III, form 1.10."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from intranet.core import clock
from intranet.core.labels import label
from intranet.records.docx_writing import Form, Paper
from meetings.services import rehearsals
from meetings.services.minutes_facts import Fact
from meetings.services.minutes_sheet import ItemSheet, Person, Sheet

_NATION = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
_MOTTO = "Độc lập - Tự do - Hạnh phúc"
#: Widths of the columns of head and foot, millimetres; together the 160 between the margins.
_HEAD = (62.0, 98.0)
_FOOT = (80.0, 80.0)
_FACTS = (20.0, 118.0, 22.0)
_CONCLUSIONS = (13.0, 74.0, 47.0, 26.0)
_PLAIN = Form(size=14, align="justify", before=3, after=3, first_indent=12.7, spacing=1.05)
_ITALIC = Form(size=13, italic=True, align="justify", before=2, after=2, first_indent=12.7)
_CENTRE = Form(size=14, bold=True, align="center")


def build_docx(sheet: Sheet) -> bytes:
    """Write the minutes; every fact stands in it once, with the number of its line in the journal.

    :raises BadState: ``rehearsal.no_minutes``.
    """
    rehearsals.require_real(sheet.meeting, "no_minutes")
    title = sheet.meeting.title
    paper = Paper(title=label("minutes.docx.title", title=title), author=sheet.org.name)
    _head(paper, sheet)
    paper.write(label("minutes.docx.kind"), Form(size=14, bold=True, align="center", before=18))
    paper.write(title, Form(size=14, bold=True, align="center", after=4))
    paper.line(50, 0, 160)
    _opening(paper, sheet)
    _course(paper, sheet)
    _concluded(paper, sheet)
    _closing(paper, sheet)
    _foot(paper, sheet)
    return paper.to_bytes()


def file_name(sheet: Sheet) -> str:
    """What the file is called."""
    day = clock.local(sheet.began or sheet.meeting.starts_at)
    return label("minutes.docx.file", day=f"{day:%Y-%m-%d}", title=sheet.meeting.title[:80]) + ".docx"


def _head(paper: Paper, sheet: Sheet) -> None:
    # 12, 13 and 13 points, the smaller set that the decree leaves open: the nation stays on one line.
    small = Form(size=12, bold=True, align="center")
    with paper.columns(*_HEAD, rows=2) as ((left, right), (below_left, below_right)):
        with paper.inside(left):
            if sheet.org.parent is not None:
                paper.write(sheet.org.parent.name.upper(), Form(size=12, align="center"))
            paper.write(sheet.org.name.upper(), small)
            paper.line(24, 0, _HEAD[0] - 4)
        with paper.inside(below_left):
            # The number is the clerk's to give.
            number = label("minutes.docx.number", letters=sheet.org.letters)
            paper.write(number, Form(size=13, align="center", before=8))
        with paper.inside(right):
            # No content controls around them: LibreOffice, which makes the PDF, loses the form inside.
            paper.write(_NATION, small)
            paper.write(_MOTTO, Form(size=13, bold=True, align="center"))
            paper.line(56, 0, _HEAD[1] - 4)
        with paper.inside(below_right):
            day = clock.local(sheet.ended or sheet.began or sheet.meeting.starts_at).date()
            words = f"{sheet.org.place}, {day_words(day)}" if sheet.org.place else day_words(day)
            form = Form(size=13, italic=True, align="center", before=8)
            paper.write(words, form)


def _opening(paper: Paper, sheet: Sheet) -> None:
    paper.write("", Form(size=6))
    for name, text in (
        ("begins", _moment(sheet.began)),
        ("place", sheet.meeting.place),
        ("chairs", _with_title(sheet.chair, sheet.chair_title)),
        ("writes", ", ".join(sheet.secretaries)),
    ):
        if text:
            paper.write(label(f"minutes.docx.{name}", text=text), _PLAIN)
    paper.heading(label("minutes.docx.people"), 1)
    _people(paper, "present", sheet.present)
    _people(paper, "guests", sheet.guests)
    _people(paper, "absent", sheet.absent)
    _typed(paper, sheet, "opening")


def _people(paper: Paper, name: str, people: Sequence[Person]) -> None:
    if not people:
        return
    paper.write(label(f"minutes.docx.{name}", n=len(people)), _PLAIN)
    for one in people:
        said = [_with_title(one.name, one.title), *([one.note] if one.note else [])]
        paper.write(f"- {'; '.join(said)}.", Form(size=14, align="justify", after=2, first_indent=12.7))


def _course(paper: Paper, sheet: Sheet) -> None:
    paper.heading(label("minutes.docx.course"), 1)
    for one in sheet.items:
        _item(paper, sheet, one)
    if sheet.course:
        paper.heading(label("minutes.docx.sitting"), 2)
        _facts(paper, sheet, sheet.course)


def _item(paper: Paper, sheet: Sheet, one: ItemSheet) -> None:
    paper.heading(f"{one.no}. {one.item.title}", 2)
    if one.owner:
        paper.write(label("minutes.docx.reports", name=one.owner), _PLAIN)
    if one.papers:
        paper.write(label("minutes.docx.papers", names="; ".join(one.papers)), _PLAIN)
    if one.times:
        paper.write(label("minutes.docx.times", times=one.times), _PLAIN)
    if one.facts:
        _facts(paper, sheet, one.facts)
    else:
        paper.write(label("minutes.docx.not_taken_up"), _ITALIC)
    for kind in ("summary", "opinions"):
        _typed(paper, sheet, f"{kind}:{one.item.id}", label(f"minutes.docx.{kind}"))
    standing = [found for found in one.conclusions if found["stands"]]
    for found in standing:
        paper.write(found["text"], _PLAIN, bold_lead=label("minutes.docx.concluded"))


def _facts(paper: Paper, sheet: Sheet, rows: Iterable[Fact]) -> None:
    cells = []
    for one in rows:
        text = f"{one.text} ({one.note})" if one.note else one.text
        for said in sheet.corrections.get(one.key, []):
            by = sheet.people[said.by_id].full_name if said.by_id in sheet.people else ""
            text += "\n" + label("minutes.docx.corrected", text=said.text, name=by, reason=said.reason)
        cells.append((f"{clock.local(one.at):%H:%M}", text, str(one.v)))
    heads = tuple(label(f"minutes.docx.col_{name}") for name in ("at", "what", "line"))
    paper.table(heads, cells, _FACTS)


def _concluded(paper: Paper, sheet: Sheet) -> None:
    found = [one for item in sheet.items for one in item.conclusions] + list(sheet.conclusions)
    held = [one for one in found if one["stands"] and (one["lead_name"] or one["due"])]
    for one in sheet.conclusions:
        if one["stands"]:
            paper.write(one["text"], _PLAIN, bold_lead=label("minutes.docx.concluded"))
    if not held:
        return
    paper.heading(label("minutes.docx.work"), 1)
    rows = []
    for no, one in enumerate(held, 1):
        who = one["lead_name"] or ""
        if one["co_names"]:
            who += "\n" + label("minutes.docx.beside", names=", ".join(one["co_names"]))
        work = one["text"] if one["task"] is None else f"{one['text']}\n{one['task'].code}"
        due = f"{one['due']:%d/%m/%Y}" if one["due"] else ""
        urgent = label("minutes.docx.urgent") if one["urgent"] else ""
        rows.append((str(no), work, who, "\n".join(filter(None, (due, urgent)))))
    heads = tuple(label(f"minutes.docx.col_{name}") for name in ("no", "work", "lead", "due"))
    paper.table(heads, rows, _CONCLUSIONS)


def _closing(paper: Paper, sheet: Sheet) -> None:
    _typed(paper, sheet, "closing")
    ended = _moment(sheet.ended)
    if ended:
        paper.write(label("minutes.docx.ends", text=ended), _PLAIN)


def _foot(paper: Paper, sheet: Sheet) -> None:
    paper.write("", Form(size=6))
    with paper.columns(*_FOOT) as ((left, right),):
        names = (sheet.secretaries[0] if sheet.secretaries else "", sheet.chair)
        for cell, word, name in zip((left, right), ("secretary", "chair"), names, strict=True):
            with paper.inside(cell):
                paper.write(label(f"meeting.role.{word}").upper(), _CENTRE)
                for _ in range(4):
                    paper.write("", Form(size=14))
                paper.write(name, _CENTRE)
    paper.write(label("minutes.docx.to"), Form(size=12, bold=True, italic=True, before=12))
    for line in ("to_members", "to_file"):
        paper.write(label(f"minutes.docx.{line}"), Form(size=11))


def _typed(paper: Paper, sheet: Sheet, key: str, lead: str = "") -> None:
    """A block as typed, a paragraph for each line."""
    lines = [line.strip() for line in sheet.texts.get(key, "").splitlines() if line.strip()]
    for at, line in enumerate(lines):
        paper.write(line, _PLAIN, bold_lead=lead if at == 0 else "")


def _with_title(name: str, title: str) -> str:
    return f"{name}, {title}" if title and name else name


def _moment(instant: datetime | None) -> str:
    if instant is None:
        return ""
    local = clock.local(instant)
    return f"{local.hour:02d} giờ {local.minute:02d} phút, {day_words(local.date())}"


def day_words(day: date) -> str:
    """A date in words of the decree: zero before a day under 10 and before January and February only."""
    month = f"{day.month:02d}" if day.month < 3 else str(day.month)
    return f"ngày {day.day:02d} tháng {month} năm {day.year}"
