"""What a typed sentence would become: chips to confirm, questions with their choices, words to underline."""

from datetime import date
from typing import Any

from intranet.core import clock
from intranet.core.errors import Invalid
from intranet.core.labels import label
from intranet.directives.directory import names_in, today
from intranet.directives.names import Names
from intranet.directives.sentence import LEAD, Directive, Mark, read_directive
from intranet.notices.workdays import calendar

#: Characters of a sentence that is read.
MOST = 1000


def chips_of(org_id: int, text: str, *, asks_lead: bool = True, joins: bool = False) -> dict[str, Any]:
    """Chips for the parties, the deadline and the haste of a sentence; what is in doubt with its choices.

    :param asks_lead: whoever names nobody as lead is asked for one; not where a field asks for it.
    :param joins: the work has its lead: those who are given it help.
    :raises Invalid: ``field.too_long``.
    """
    if len(text) > MOST:
        raise Invalid("field.too_long", field="text", most=MOST, length=len(text))
    names = names_in(org_id, text)
    found = read_directive(text, names, today(), joins=joins)
    chips = [*_parties(found, names, asks_lead=asks_lead), *_due(found), *_kinds(found)]
    return {"parts": _parts(found), "chips": chips}


def _parts(found: Directive) -> list[dict[str, Any]]:
    """The sentence in pieces, those with a role to be underlined."""
    pieces: list[dict[str, Any]] = []
    at = 0
    for mark in found.marks:
        pieces.append({"text": found.text[at : mark.start]})
        words = found.text[mark.start : mark.end]
        pieces.append({"text": words, "role": mark.role, "asked": mark.is_asked})
        at = mark.end
    return [*pieces, {"text": found.text[at:]}]


def _parties(found: Directive, names: Names, *, asks_lead: bool) -> list[dict[str, Any]]:
    chips: list[dict[str, Any]] = []
    leads = [mark for mark in found.marks if mark.role == LEAD]
    if found.lead is not None:
        chips.append({"role": LEAD, **_choice(found.lead, names)})
    elif len(leads) > 1:
        choices = [_choice(key, names) for key in found.leads]
        chips.append({"role": LEAD, "ask": label("directive.ask.leads"), "choices": choices})
    elif leads:
        chips.append(_asked(leads[0], found, names))
    elif LEAD in found.asks and asks_lead:
        chips.append({"role": LEAD, "ask": label("directive.ask.no_lead"), "choices": []})
    chips += [{"role": "co", **_choice(key, names)} for key in found.co]
    chips += [{"role": "info", **_choice(key, names)} for key in found.info]
    doubtful = [mark for mark in found.marks if mark.is_asked and mark.role in {"co", "info"}]
    chips += [_asked(mark, found, names) for mark in doubtful]
    return chips


def _asked(mark: Mark, found: Directive, names: Names) -> dict[str, Any]:
    words = found.text[mark.start : mark.end]
    code = "directive.ask.who" if mark.keys else "directive.ask.unknown"
    choices = [_choice(key, names) for key in mark.keys]
    return {"role": mark.role, "ask": label(code, words=words), "choices": choices}


def _choice(key: str, names: Names) -> dict[str, str]:
    one = names.by_key[key]
    return {"key": key, "name": one.short or one.name, "note": one.titles[0] if one.titles else ""}


def _due(found: Directive) -> list[dict[str, Any]]:
    due = found.due
    if due.is_sure:
        return [{"role": "due", **_day(due.choices[0])}]
    if due.why is None:
        return []
    choices = [_day(day) for day in due.choices if day >= clock.today()]
    return [{"role": "due", "ask": label(f"directive.due_why.{due.why.value}"), "choices": choices}]


def _day(day: date) -> dict[str, str]:
    """A day as the dock keeps and shows it: the working day on which it falls due."""
    kept = calendar().next_working_day(day)
    left = calendar().working_days_between(clock.today(), kept)
    short = f"{kept:%d/%m}" if kept.year == clock.today().year else f"{kept:%d/%m/%Y}"
    weekday = label(f"weekday.{kept.weekday()}")
    return {
        "key": f"{kept:%d/%m/%Y}",
        "name": short,
        "note": label("directive.ask.left", weekday=weekday, days=left),
        "left": label("directive.due_left", n=left),
    }


def _kinds(found: Directive) -> list[dict[str, Any]]:
    chips = []
    if found.is_urgent:
        chips.append({"role": "urgent", "key": "1", "name": label("directive.ask.urgent"), "note": ""})
    if found.needs_reply:
        chips.append({"role": "reply", "key": "1", "name": label("directive.ask.reply"), "note": ""})
    return chips
