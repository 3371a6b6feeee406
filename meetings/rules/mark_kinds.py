"""The kinds of marks over a page and the form in which each is stored; whatever is not known here is refused.

Coordinates are PDF user space as it stands in the page, before its rotation, in whole hundredths of a point.
``quads`` are eight numbers a line of text: upper left, upper right, lower left, lower right as one reads.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from intranet.core.errors import Invalid

MOST_POINTS = 5000
#: Lines of text under one mark of text.
MOST_QUADS = 400
#: Letters of a note or of a text box; of a marked quotation and of what stands before and after it.
MOST_TEXT, MOST_QUOTE, MOST_AROUND = 4000, 8000, 32
MOST_LABEL = 120
TEXT_MARKS = ("highlight", "underline", "strike")
#: Hundredths of a point: about seven metres, more than any page.
_FARTHEST = 2_000_000
_RGB = re.compile(r"[0-9a-f]{6}")
#: Signs that no text may hold: neither can be stored everywhere, nor is seen.
_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")


def check(data: Any) -> None:
    """Refuse a mark that is not of a known kind in its own form.

    :raises Invalid: ``annotation.malformed``; ``annotation.too_long``, more points or letters than there may
        be.
    """
    form = _FORMS.get(str(data.get("kind"))) if isinstance(data, Mapping) else None
    if form is None or set(data) - {"kind", *form}:
        raise Invalid("annotation.malformed")
    for name, test in form.items():
        if not test(data.get(name)):
            raise Invalid("annotation.malformed")
    if data["kind"] == "ink" and data.get("pr") and len(data["pr"]) != len(data["pts"]) // 2:
        raise Invalid("annotation.malformed")


def is_count(given: Any, least: int, most: int) -> bool:
    """True for a whole number between the two."""
    return isinstance(given, int) and not isinstance(given, bool) and least <= given <= most


def _numbers(count: int | None = None) -> Callable[[Any], bool]:
    def test(given: Any) -> bool:
        return (
            isinstance(given, list)
            and bool(given)
            and (count is None or len(given) == count)
            and all(is_count(one, -_FARTHEST, _FARTHEST) for one in given)
        )

    return test


def _are_points(given: Any) -> bool:
    if isinstance(given, list) and len(given) > MOST_POINTS * 2:
        raise Invalid("annotation.too_long")
    return _numbers()(given) and len(given) % 2 == 0


def _are_quads(given: Any) -> bool:
    if isinstance(given, list) and len(given) > MOST_QUADS * 8:
        raise Invalid("annotation.too_long")
    return _numbers()(given) and len(given) % 8 == 0


def _are_pressures(given: Any) -> bool:
    return given is None or (isinstance(given, list) and all(is_count(one, 0, 100) for one in given))


def _text(most: int, *, may_lack: bool = False) -> Callable[[Any], bool]:
    def test(given: Any) -> bool:
        if given is None:
            return may_lack
        if isinstance(given, str) and len(given) > most:
            raise Invalid("annotation.too_long")
        return isinstance(given, str) and _UNSEEN.search(given) is None

    return test


def _is_rect(given: Any) -> bool:
    return _numbers(4)(given) and given[0] < given[2] and given[1] < given[3]


def _is_colour(given: Any) -> bool:
    return isinstance(given, str) and _RGB.fullmatch(given) is not None


def _whole(least: int, most: int) -> Callable[[Any], bool]:
    return lambda given: is_count(given, least, most)


def _one_of(*known: Any) -> Callable[[Any], bool]:
    return lambda given: not isinstance(given, bool | list | dict) and given in known


_Form = dict[str, Callable[[Any], bool]]
_OF_TEXT: _Form = {
    "rgb": _is_colour,
    "quads": _are_quads,
    "quote": _text(MOST_QUOTE),
    "pre": _text(MOST_AROUND, may_lack=True),
    "post": _text(MOST_AROUND, may_lack=True),
}
_FORMS: dict[str, _Form] = {
    "ink": {
        "tool": _one_of("pen", "marker"),
        "rgb": _is_colour,
        "w": _whole(10, 10_000),
        "pts": _are_points,
        "pr": _are_pressures,
    },
    **dict.fromkeys(TEXT_MARKS, _OF_TEXT),
    "note": {"rgb": _is_colour, "at": _numbers(2), "text": _text(MOST_TEXT)},
    # Which way up its words stand: the rotation of the page when they were written.
    "text": {
        "rgb": _is_colour,
        "rect": _is_rect,
        "text": _text(MOST_TEXT),
        "size": _whole(400, 7200),
        "turn": _one_of(0, 90, 180, 270),
    },
    "arrow": {"rgb": _is_colour, "w": _whole(10, 10_000), "ends": _numbers(4)},
    "box": {"rgb": _is_colour, "w": _whole(10, 10_000), "rect": _is_rect},
    "bookmark": {"label": _text(MOST_LABEL)},
}
