"""Two hundred sentences written apart from the rules that read them: nearly all right, no day a guess."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

from intranet.directives.days import Days
from intranet.directives.names import Named, Names
from intranet.directives.sentence import read_directive
from intranet.notices.workdays import Calendar

CORPUS = Path(__file__).parents[1] / "tasks" / "directive_sentences.toml"
#: Of 200 sentences so many must be read right in every field.
LEAST_RIGHT = 190


def corpus() -> tuple[Names, list[dict[str, Any]]]:
    """The directory of the corpus and its sentences."""
    read = tomllib.loads(CORPUS.read_text(encoding="utf-8"))
    units = [Named(one["name"], one["name"], one["short_name"], one["letters"]) for one in read["unit"]]
    people = [
        Named(one["key"], one["full_name"], titles=(one["title"],), units=(one["unit"],), is_person=True)
        for one in read["person"]
    ]
    return Names([*units, *people], "An Bình"), read["sentence"]


def expected(one: dict[str, Any]) -> dict[str, Any]:
    """What must be read from a sentence."""
    return {
        "lead": one["lead"],
        "co": set(one["co"]),
        "info": set(one["info"]),
        "due": one.get("due"),
        "urgent": one.get("urgent", False),
        "ask": set(one["ask"]),
        "needs_reply": one["needs_reply"],
    }


def read(text: str, names: Names, today: date) -> dict[str, Any]:
    """What is read from it."""
    found = read_directive(text, names, Days(today, Calendar({}).add_working_days))
    return {
        "lead": [found.lead] if found.lead else [],
        "co": set(found.co),
        "info": set(found.info),
        "due": found.due.choices[0] if found.due.is_sure else None,
        "urgent": found.is_urgent,
        "ask": set(found.asks),
        "needs_reply": found.needs_reply,
    }


def test_sentences_that_the_rules_never_saw_are_right_and_no_day_is_a_silent_guess() -> None:
    names, sentences = corpus()
    wrong, silent = {}, {}
    for one in sentences:
        want, got = expected(one), read(one["text"], names, one["today"])
        if got != want:
            wrong[one["text"]] = {key: (want[key], got[key]) for key in want if want[key] != got[key]}
        if got["due"] is not None and got["due"] != want["due"] and "due" not in got["ask"]:
            silent[one["text"]] = (want["due"], got["due"])
    assert len(sentences) == 200
    assert silent == {}
    assert len(sentences) - len(wrong) >= LEAST_RIGHT, wrong
