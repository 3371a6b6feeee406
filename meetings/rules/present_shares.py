"""What each audience is told of presenting: everybody what is shown, all but the screen who may show."""

from typing import Any

from meetings.rules.shares import Audience, Data, Project, Share, tell_all

_GRANT = ("p", "until")


def _grant(data: Data, audience: Audience) -> Share | None:
    """The screen shows what it is given; whose turn it is to give is none of its business."""
    if audience is Audience.PROJ:
        return None
    return {key: data[key] for key in _GRANT if key in data}


#: Kind of line -> each audience's share.
PRESENT: dict[str, Project] = {
    "present.started": tell_all("file", "name", "url", "page", "n", "at"),
    "present.page": tell_all("file", "page", "at"),
    "present.stopped": tell_all(),
    "present.granted": _grant,
    "present.revoked": _grant,
    "screen.blanked": tell_all("on"),
}


def present_share(state: Data, audience: Audience) -> Share:
    """An audience's share of what is presented."""
    share: dict[str, Any] = {"present": dict(state["present"]), "blank": state["blank"]}
    if audience is not Audience.PROJ:
        share["grants"] = dict(state["grants"])
    return share
