"""Every word shown for a code, a state, an error or a menu entry, from ``labels/<language>.toml``."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).resolve().parents[1] / "labels"
DEFAULT_LANGUAGE = "vi"


class MissingLabel(KeyError):
    """No word is written for this code."""


@cache
def all_labels(language: str = DEFAULT_LANGUAGE) -> dict[str, str]:
    """Every label of a language by its dotted code; empty where the language has no file."""
    path = _FOLDER / f"{language}.toml"
    if not path.exists():
        return {}
    return dict(_flatten("", tomllib.loads(path.read_text(encoding="utf-8"))))


def label(code: object, language: str = DEFAULT_LANGUAGE, **data: Any) -> str:
    """The word for a code such as ``task.state.done``; ``{name}`` in it is filled from ``data``.

    A language without the word answers in Vietnamese.

    :raises MissingLabel: no language has a word for it.
    """
    key = str(code)
    words = all_labels(language).get(key) or all_labels(DEFAULT_LANGUAGE).get(key)
    if words is None:
        raise MissingLabel(key)
    return words.format_map(_Lenient(data)) if "{" in words else words


def has_label(code: str) -> bool:
    """True when a word is written for the code."""
    return code in all_labels(DEFAULT_LANGUAGE)


class _Lenient(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "…"


def _flatten(prefix: str, table: dict[str, Any]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for key, value in table.items():
        if isinstance(value, dict):
            found += _flatten(f"{prefix}{key}.", value)
        else:
            found.append((prefix + key, str(value)))
    return found
