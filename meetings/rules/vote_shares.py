"""What each audience is told of votes: never a choice before the result is published, never a secret one."""

from meetings.rules.shares import OFFICERS, Audience, Data, Project, Share

#: States of a vote that only chair and secretary know of; guests hear of one when it is over.
_HIDDEN = frozenset({"prepared"})
_HIDDEN_FROM_GUESTS = _HIDDEN | {"open"}
#: What anybody may know of a vote once it was opened; ``result`` once it is published.
_FOR_ALL = (
    "id",
    "item",
    "q",
    "mode",
    "method",
    "opts",
    "max",
    "st",
    "rule",
    "secs",
    "show_count",
    "may_change",
    "opened",
    "closes",
    "elig",
    "cast",
    "reason",
)


def votes_share(state: Data, audience: Audience) -> Share:
    """An audience's share of the votes' part of the state."""
    shares = (_entry(one, audience) for one in state["votes"])
    return {"votes": [share for share in shares if share is not None]}


def _entry(entry: Data, audience: Audience) -> Share | None:
    if audience in OFFICERS:
        return dict(entry)
    if entry["st"] in (_HIDDEN_FROM_GUESTS if audience is Audience.GUEST else _HIDDEN):
        return None
    share = {key: entry[key] for key in _FOR_ALL}
    if audience is Audience.MEMBER:
        share["voters"] = list(entry["voters"])
    share["result"] = _result(entry["result"], audience) if entry["st"] == "published" else None
    return share


def _result(result: Data, audience: Audience) -> Share:
    share = dict(result)
    if audience is Audience.PROJ:
        # A screen on the wall knows no people.
        share.pop("names", None)
    return share


def _whole(data: Data, audience: Audience) -> Share | None:
    share = _entry(data["vote"], audience)
    return None if share is None else {"vote": share}


def _dropped(data: Data, audience: Audience) -> Share | None:
    return {"id": data["id"]} if audience in OFFICERS else None


def _counted(data: Data, audience: Audience) -> Share | None:
    return {"id": data["id"], "set": dict(data["set"])} if audience in OFFICERS else None


def _changed(data: Data, audience: Audience) -> Share | None:
    """What changed of a vote that everybody knows."""
    changed = data["set"]
    if audience in OFFICERS:
        share = dict(changed)
    else:
        share = {key: changed[key] for key in _FOR_ALL if key in changed}
        if audience is Audience.MEMBER and "voters" in changed:
            share["voters"] = list(changed["voters"])
        if changed.get("st") == "published":
            share["result"] = _result(changed["result"], audience)
        elif changed.get("st") == "void":
            share["result"] = None
    told: Share = {"id": data["id"], "set": share}
    return told | {"how": data["how"]} if "how" in data else told


def _while_open(data: Data, audience: Audience) -> Share | None:
    """What changed of a vote of which guests know nothing yet."""
    return None if audience is Audience.GUEST else _changed(data, audience)


def _over(data: Data, audience: Audience) -> Share | None:
    """It is over: guests, who were not told that it began, get all that they may know of it."""
    if audience is not Audience.GUEST or "vote" not in data:
        return _changed(data, audience)
    told: Share = {"id": data["id"], "vote": _entry(data["vote"], audience)}
    return told | {"how": data["how"]} if "how" in data else told


def hears_count(audience: Audience, *, is_shown: bool) -> bool:
    """Whether an audience is told how many have voted while a vote is open; ``is_shown``: members are too.

    Guests never are: they hear what came of it.
    """
    return audience in OFFICERS or (is_shown and audience is not Audience.GUEST)


#: Kind of line -> each audience's share.
VOTES: dict[str, Project] = {
    "vote.prepared": _whole,
    "vote.edited": _whole,
    "vote.dropped": _dropped,
    "vote.opened": _whole,
    "vote.admitted": _while_open,
    "vote.extended": _while_open,
    "vote.counted": _counted,
    "vote.closed": _over,
    "vote.published": _changed,
    "vote.voided": _over,
}
