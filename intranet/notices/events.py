"""Facts about notices, told after commit."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class NoticeCreated:
    """A notice may be seen from now on by these people (each has a row of their own)."""

    notice_id: int
    user_ids: Sequence[int]


@dataclass(frozen=True)
class NoticesRead:
    """A person has read notices, perhaps on another device."""

    user_id: int


@dataclass(frozen=True)
class CalendarChanged:
    """Working days from one day to another became days off, or the other way round."""

    first: str
    last: str
