"""Every code shown to people has its Vietnamese word, and words lie in one file."""

import re
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

from flask import Flask

from intranet.core import labels, menu, permits
from intranet.people.models import Role

ROOT = Path(__file__).resolve().parents[2]
_RAISED = re.compile(
    r"(?:Invalid|Forbidden|NotFound|Stale|BadState|TooMany|Unavailable|Unauthenticated)\(\s*\"([a-z_.]+)\""
)
_LABELLED = re.compile(r"label\(\s*\"([a-z0-9_.]+)\"\s*[,)]")
_RECORDED = re.compile(r"audit\.record\(\s*[\w.()]+,\s*\"([a-z_.]+)\"")


def sources(*suffixes: str) -> Iterator[tuple[Path, str]]:
    """Every file of the product with one of the endings."""
    for folder in ("intranet", "documents", "meetings", "mail", "templates"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in suffixes and "static" not in path.parts:
                yield path, path.read_text(encoding="utf-8")


def test_every_refusal_has_a_sentence() -> None:
    codes = {code for _, text in sources(".py") for code in _RAISED.findall(text)}
    assert {code for code in codes if not labels.has_label(f"error.{code}")} == set()


def test_every_label_asked_for_by_name_is_written() -> None:
    codes = {code for _, text in sources(".py", ".html") for code in _LABELLED.findall(text)}
    assert {code for code in codes if not labels.has_label(code)} == set()


def test_every_recorded_act_has_its_word() -> None:
    codes = {code for _, text in sources(".py") for code in _RECORDED.findall(text)}
    assert {code for code in codes if not labels.has_label(f"act.{code}")} == set()


def test_every_role_and_menu_entry_has_its_word(session_app: Flask) -> None:
    assert [role for role in Role if not labels.has_label(f"role.{role}")] == []
    missing = [c for c in menu._entries if not labels.has_label(f"menu.{c}")]
    assert missing == []
    assert permits.declared()


def test_every_state_shown_has_its_word(session_app: Flask) -> None:
    def below(kind: type) -> Iterator[type]:
        for child in kind.__subclasses__():
            yield child
            yield from below(child)

    missing = []
    for kind in below(StrEnum):
        package = kind.__module__.split(".")[0]
        prefix = getattr(kind, "LABELS", None)
        if package in {"intranet", "documents", "meetings", "mail"} and prefix:
            missing += [f"{prefix}.{m.value}" for m in kind if not labels.has_label(f"{prefix}.{m.value}")]  # type: ignore[attr-defined]
    assert missing == []


def test_words_of_the_second_language_name_codes_of_the_first() -> None:
    assert set(labels.all_labels("en")) <= set(labels.all_labels("vi"))
