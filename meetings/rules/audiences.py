"""Who is told what. A broadcast is a read: each audience gets its share of a line, an unknown line nobody.

The same shares are taken of the whole state: a snapshot of an audience is the state of the chair with the
same keys left out, so that an old snapshot and the lines since make the new one.
"""

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
_OFFICERS = frozenset({Audience.CHAIR, Audience.SEC})
_OF_ROLE = {
    "chair": Audience.CHAIR,
    "secretary": Audience.SEC,
    "delegate": Audience.MEMBER,
    "guest": Audience.GUEST,
}
_PERSON_FOR_ALL = ("p", "n", "role")
_PERSON_FOR_OFFICERS = (*_PERSON_FOR_ALL, "title", "org")
_STATE_KEYS = ("mid", "v", "state", "title", "place", "starts", "started", "ended", "cur")


def audience_of(role: str) -> Audience:
    """The audience to which a participant's role belongs."""
    return _OF_ROLE[role]


def project(kind: str, data: Data, audience: Audience) -> Share | None:
    """What an audience is told of a line; ``None``: nothing."""
    projector = _PROJECTORS.get(kind)
    return None if projector is None else projector(data, audience)


def project_state(state: Data, audience: Audience) -> Share:
    """An audience's share of the whole state."""
    share = {key: state[key] for key in _STATE_KEYS}
    share["items"] = [_item(item, audience) for item in state["items"]]
    share["papers"] = [] if audience is Audience.PROJ else list(state["papers"])
    share["present"] = dict(state["present"])
    share["people"] = [person for one in state["people"] if (person := _person(one, audience)) is not None]
    return share


def _all(*keys: str) -> Project:
    """Everybody is told these keys and no other."""

    def share(data: Data, _audience: Audience) -> Share:
        return {key: data[key] for key in keys if key in data}

    return share


def _item(item: Data, audience: Audience) -> Share:
    share = dict(item)
    if audience not in _OFFICERS:
        share.pop("reason", None)
    if audience is Audience.PROJ:
        share["files"] = []
    return share


def _person(person: Data, audience: Audience) -> Share | None:
    if audience is Audience.PROJ:
        return None
    keys = _PERSON_FOR_OFFICERS if audience in _OFFICERS else _PERSON_FOR_ALL
    return {key: person[key] for key in keys if key in person}


def _added(data: Data, audience: Audience) -> Share:
    return {"item": _item(data["item"], audience), "after": data["after"]}


def _dropped(data: Data, audience: Audience) -> Share:
    share = {"item": data["item"], "st": data["st"]}
    return share | {"reason": data["reason"]} if audience in _OFFICERS else share


def _file(data: Data, audience: Audience) -> Share | None:
    """The screen shows what is presented; which papers there are is none of its business."""
    return None if audience is Audience.PROJ else {"file": data["file"], "item": data["item"]}


def _joined(data: Data, audience: Audience) -> Share | None:
    person = _person(data["person"], audience)
    return None if person is None else {"person": person}


def _left(data: Data, audience: Audience) -> Share | None:
    return None if audience is Audience.PROJ else {"p": data["p"]}


_PROJECTORS: dict[str, Project] = {
    "meeting.state": _all("from", "to", "at", "item", "spent_s", "since", "reason"),
    "meeting.edited": _all("title", "place", "starts"),
    "item.started": _all("item", "since", "prev", "prev_st", "prev_spent_s"),
    "item.finished": _all("item", "outcome", "spent_s"),
    "item.added": _added,
    "item.edited": _all("item", "t", "kind", "budget_s", "owner"),
    "item.removed": _all("item"),
    "item.dropped": _dropped,
    "item.reordered": _all("order"),
    "file.added": _file,
    "file.withdrawn": _file,
    "present.started": _all("file", "name", "url", "page"),
    "present.page": _all("file", "page"),
    "present.stopped": _all(),
    "people.joined": _joined,
    "people.left": _left,
}

#: Every kind of line that anybody is told of.
KINDS = tuple(_PROJECTORS)
