"""The only clock of the house. Instants are aware UTC; tests and rehearsals may move it."""

import os
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

OFFICE_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")

_shift = timedelta(0)
_frozen: datetime | None = None
#: A file with a number of seconds moves the clock of several processes together (loopback only).
_shift_file = os.environ.get("OFFICE_CLOCK_FILE")
_last_shift = timedelta(0)


def now() -> datetime:
    """The present instant, aware, in UTC."""
    if _frozen is not None:
        return _frozen
    return datetime.now(UTC) + _shift + _shift_of_file()


def steady() -> float:
    """Seconds that only ever pass, also while the machine sleeps, whatever the clock is set to."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


def today() -> date:
    """The office's calendar day (Asia/Ho_Chi_Minh)."""
    return local(now()).date()


def local(instant: datetime) -> datetime:
    """The same instant on the office's wall clock."""
    return instant.astimezone(OFFICE_ZONE)


def at_office(day: date, hour: int, minute: int = 0) -> datetime:
    """The instant (UTC) at which the office's wall clock shows ``hour:minute`` on ``day``."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=OFFICE_ZONE).astimezone(UTC)


def is_moved() -> bool:
    """True while the clock does not show the machine's time."""
    return _frozen is not None or bool(_shift) or _shift_file is not None


def freeze(instant: datetime) -> None:
    """Stop the clock at an aware instant."""
    global _frozen
    if instant.tzinfo is None:
        raise ValueError("the clock takes aware instants only")
    _frozen = instant.astimezone(UTC)


def advance(by: timedelta) -> None:
    """Move the clock forward or, with a negative span, back."""
    global _frozen, _shift
    if _frozen is not None:
        _frozen += by
    else:
        _shift += by


def reset() -> None:
    """Show the machine's time again."""
    global _frozen, _shift
    _frozen, _shift = None, timedelta(0)


def _shift_of_file() -> timedelta:
    """What the file says; while it is being written, what it said last."""
    global _last_shift
    if _shift_file is None:
        return timedelta(0)
    try:
        _last_shift = timedelta(seconds=float(Path(_shift_file).read_text(encoding="ascii")))
    except FileNotFoundError:
        _last_shift = timedelta(0)
    except ValueError:
        return _last_shift
    return _last_shift
