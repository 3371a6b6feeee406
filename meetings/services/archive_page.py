"""First page of the file of a meeting: read and printed from the ZIP itself, without this office."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from html import escape
from typing import Any

from intranet.core import clock
from intranet.core.labels import label
from meetings.services.minutes_sheet import Sheet

STYLE = """body{font:11pt/1.45 "Times New Roman",Tinos,serif;margin:2cm auto;max-width:18cm;color:#000}
h1{font-size:15pt;text-align:center}h2{font-size:12pt;margin:1.2em 0 .3em}
table{border-collapse:collapse;width:100%}
td,th{border:1px solid #000;padding:.2em .4em;text-align:left;vertical-align:top}
code{font:8pt monospace;overflow-wrap:anywhere}@media print{body{margin:0}a{color:inherit}}
"""


def build_page(
    sheet: Sheet,
    *,
    papers: Sequence[tuple[str, str]],
    conclusions: Sequence[dict[str, Any]],
    listed: Sequence[dict[str, Any]],
    head: str,
    lines: int,
) -> str:
    """The page as HTML.

    :param papers: name of each and its place in the file.
    :param listed: name, size and hash of what is in the file.
    :param head: end of the journal's chain.
    """
    meeting = sheet.meeting
    title = _word("title", title=meeting.title)
    facts = _word(
        "facts",
        begins=_when(sheet.began),
        ends=_when(sheet.ended),
        place=meeting.place,
        chair=sheet.chair,
        secretaries=", ".join(sheet.secretaries),
    )
    people = _word("people", n=len(sheet.present), g=len(sheet.guests), a=len(sheet.absent))
    items = [f"{one.item.title} ({_state(one.item.state.value)})" for one in sheet.items]
    found = [
        (one["text"], one["lead_name"] or "", _day(one["due"]), label(f"conclusion.state.{one['state']}"))
        for one in conclusions
    ]
    parts = [
        f"<h1>{escape(sheet.org.name)}<br>{escape(_word('kind'))}<br>{escape(meeting.title)}</h1>",
        f"<p>{escape(facts)}</p>",
        _part(
            "attendance", f"<p>{escape(people)}</p>{_table(('name', 'title', 'org', 'was'), _present(sheet))}"
        ),
        _part("agenda", _list("ol", map(escape, items))),
        _part("votes", _table(("at", "result"), votes) if (votes := _votes(sheet)) else _none()),
        _part("conclusions", _table(("text", "lead", "due", "state"), found) if found else _none()),
        _part("papers", _list("ul", (_link(place, name) for name, place in papers)) if papers else _none()),
        _part("files", _files(listed)),
        f"<p>{escape(_word('journal', n=lines))} <code>{head}</code>. {escape(_made())}</p>",
    ]
    return (
        f'<!doctype html>\n<html lang="vi"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<link rel="stylesheet" href="style.css"></head>\n<body>{"".join(parts)}</body></html>\n'
    )


def _present(sheet: Sheet) -> list[tuple[str, str, str, str]]:
    """Everybody who was asked, whether they were there and what there is to be said of it."""
    groups = (("was_present", sheet.present), ("was_guest", sheet.guests), ("was_absent", sheet.absent))
    return [
        (one.name, one.title, one.org, ", ".join(filter(None, (_word(was), one.note))))
        for was, people in groups
        for one in people
    ]


def _votes(sheet: Sheet) -> list[tuple[str, str]]:
    """When each vote was taken, what came of it and why, and of a roll-call who chose what."""
    facts = (one for facts in (sheet.beside, *(item.facts for item in sheet.items)) for one in facts)
    votes = sorted((one for one in facts if one.kind == "vote"), key=lambda one: (one.at, one.v))
    return [(_when(one.at), f"{one.text} {one.note}".strip()) for one in votes]


def _state(value: str) -> str:
    return label(f"agenda.state.{value}").lower()


def _word(name: str, **data: Any) -> str:
    return label(f"meeting.archive_page.{name}", **data)


def _part(name: str, body: str) -> str:
    return f"<h2>{escape(_word(name))}</h2>{body}\n"


def _none() -> str:
    return f"<p>{escape(_word('none'))}</p>"


def _list(tag: str, rows: Iterable[str]) -> str:
    return f"<{tag}>{''.join(f'<li>{one}</li>' for one in rows)}</{tag}>"


def _link(place: str, name: str) -> str:
    return f'<a href="{escape(place)}">{escape(name)}</a>'


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f"<th>{escape(_word(f'col_{one}'))}</th>" for one in heads)
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><tr>{head}</tr>{body}</table>"


def _files(listed: Iterable[dict[str, Any]]) -> str:
    head = "".join(f"<th>{escape(_word(f'col_{one}'))}</th>" for one in ("file", "size", "hash"))
    body = "".join(
        f"<tr><td>{_link(one['name'], one['name'])}</td><td>{one['size']}</td>"
        f"<td><code>{one['sha256']}</code></td></tr>"
        for one in listed
    )
    return f"<table><tr>{head}</tr>{body}</table>"


def _when(instant: datetime | None) -> str:
    return "…" if instant is None else f"{clock.local(instant):%H:%M %d/%m/%Y}"


def _day(day: Any) -> str:
    return f"{day:%d/%m/%Y}" if day else ""


def _made() -> str:
    return _word("made", at=_when(clock.now()))
