"""What each audience is told of presenting: everybody what is shown, all but the screen who may show."""

from typing import Any

from meetings.rules.shares import OFFICERS, Audience, Data, Project, Share, tell_all

_GRANT = ("p", "until")
_SHOWN = ("file", "name", "url", "page", "n", "at", "by", "wall", "few")
#: What is shown to few, or on the screen alone: the others are told that something is, and by whom.
_HIDDEN = ("n", "by", "wall", "few")


def _grant(data: Data, audience: Audience) -> Share | None:
    """The screen shows what it is given; whose turn it is to give is none of its business."""
    if audience is Audience.PROJ:
        return None
    return {key: data[key] for key in _GRANT if key in data}


def shown_share(shown: Data, audience: Audience) -> Share:
    """What an audience is told of what is shown.

    ``wall``: its paper is for few and seen on the screen; ``few``: it is seen by those few, each told apart.
    """
    keys = _HIDDEN if is_hidden(shown, audience) else _SHOWN
    return {key: shown[key] for key in keys if key in shown}


def is_hidden(shown: Data, audience: Audience) -> bool:
    """Whether what is shown is for the screen or for few, and for those who run the room, alone."""
    if audience in OFFICERS:
        return False
    return "few" in shown or ("wall" in shown and audience is not Audience.PROJ)


def _page(data: Data, audience: Audience) -> Share | None:
    return None if is_hidden(data, audience) else {key: data[key] for key in ("file", "page", "at")}


#: Kind of line -> each audience's share.
PRESENT: dict[str, Project] = {
    "present.started": shown_share,
    "present.page": _page,
    "present.stopped": tell_all(),
    "present.granted": _grant,
    "present.revoked": _grant,
    "screen.blanked": tell_all("on"),
}


def present_share(state: Data, audience: Audience) -> Share:
    """An audience's share of what is presented."""
    share: dict[str, Any] = {"present": shown_share(state["present"], audience), "blank": state["blank"]}
    if audience is not Audience.PROJ:
        share["grants"] = dict(state["grants"])
    return share
