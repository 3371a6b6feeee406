"""Who is told, and what a telling is made of: the words the rules of every part of the room share."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

Data = Mapping[str, Any]
Share = dict[str, Any]
Project = Callable[[Data, "Audience"], Share | None]


class Audience(StrEnum):
    """People, or screens, who are told the same."""

    CHAIR = "chair"
    SEC = "sec"
    MEMBER = "member"
    GUEST = "guest"
    #: The screen on the wall: a device, no person.
    PROJ = "proj"


AUDIENCES = tuple(Audience)
#: Chair and secretary: whoever runs the room.
OFFICERS = frozenset({Audience.CHAIR, Audience.SEC})


def tell_all(*keys: str) -> Project:
    """Everybody is told these keys and no other."""

    def share(data: Data, _audience: Audience) -> Share:
        return {key: data[key] for key in keys if key in data}

    return share


def tell_officers(*keys: str) -> Project:
    """Chair and secretary alone are told, and these keys alone."""

    def share(data: Data, audience: Audience) -> Share | None:
        return {key: data[key] for key in keys if key in data} if audience in OFFICERS else None

    return share
