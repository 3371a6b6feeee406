"""Codes of tasks as people type them."""

from intranet.core import clock

#: Digits of a number within a year, and years back in which a bare number is looked for.
_MOST_DIGITS, _YEARS = 10, 20


def codes_meant(wanted: str) -> list[str]:
    """Codes of the tasks of a number in every year: ``312``, ``000312``; in one: ``2026-312``."""
    year, dash, number = wanted.partition("-")
    if dash and year.isdecimal() and number.isdecimal() and len(number) <= _MOST_DIGITS:
        return [f"NV-{year}-{int(number):06d}"]
    if not wanted.isdecimal() or len(wanted) > _MOST_DIGITS:
        return []
    now = clock.today().year
    return [f"NV-{one}-{int(wanted):06d}" for one in range(now - _YEARS, now + 1)]
