"""Who is told what. A broadcast is a read: each audience gets its share of a line, an unknown line nobody.

The same shares are taken of the whole state: a snapshot of an audience is the state of the chair with the
same keys left out, so that an old snapshot and the lines since make the new one.
"""

from collections.abc import Iterable

from meetings.rules.floor_shares import FLOOR, floor_share, person_share
from meetings.rules.member_shares import MEMBERS, members_share
from meetings.rules.present_shares import PRESENT, is_hidden, present_share
from meetings.rules.shares import OFFICERS, Audience, Data, Project, Share, tell_all
from meetings.rules.vote_shares import VOTES, votes_share

_OF_ROLE = {
    "chair": Audience.CHAIR,
    "secretary": Audience.SEC,
    "delegate": Audience.MEMBER,
    "substitute": Audience.MEMBER,
    "guest": Audience.GUEST,
}
_STATE_KEYS = (
    *("mid", "v", "state", "title", "place", "cur"),
    *("starts", "started", "ended", "resumes", "plan_end"),
)


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
    share["papers"] = [] if audience is Audience.PROJ else _papers(state["papers"], audience)
    people = (person_share(one, audience) for one in state["people"])
    share["people"] = [person for person in people if person is not None]
    for cut in (present_share, floor_share, votes_share, members_share):
        share |= cut(state, audience)
    return share


def _item(item: Data, audience: Audience) -> Share:
    share = dict(item)
    if audience not in OFFICERS:
        share.pop("reason", None)
    share["files"] = [] if audience is Audience.PROJ else _papers(item.get("files", ()), audience)
    return share


def _papers(found: Iterable[Data], audience: Audience) -> list[Data]:
    """Papers for few are told to nobody but chair and secretary; whoever else may read one asks for it."""
    return [one for one in found if audience in OFFICERS or "only" not in one]


def _is_for(data: Data, audience: Audience) -> bool:
    """Whether a line about a paper is for an audience: ``only`` and ``to`` keep it from some."""
    if audience in OFFICERS:
        return data.get("to") != "members"
    return audience is not Audience.PROJ and "only" not in data and data.get("to") != "officers"


def _added(data: Data, audience: Audience) -> Share:
    return {"item": _item(data["item"], audience), "after": data["after"]}


def _dropped(data: Data, audience: Audience) -> Share:
    share = {"item": data["item"], "st": data["st"]}
    return share | {"reason": data["reason"]} if audience in OFFICERS else share


def _file(data: Data, audience: Audience) -> Share | None:
    """The screen shows what is presented; which papers there are is none of its business."""
    return {"file": data["file"], "item": data["item"]} if _is_for(data, audience) else None


def _replaced(data: Data, audience: Audience) -> Share | None:
    keys = ("file", "item", "map")
    return {key: data[key] for key in keys} if _is_for(data, audience) else None


def _mapped(data: Data, audience: Audience) -> Share | None:
    """A new version lies on the table; the screen is told only where it shows that paper."""
    is_told = "present" in data and not is_hidden(data["present"], audience)
    shown = {"present": data["present"]} if is_told else {}
    if audience is Audience.PROJ:
        return shown or None
    if not _is_for(data, audience):
        return None
    return {"file": data["file"], "item": data["item"]} | shown


_PROJECTORS: dict[str, Project] = {
    "meeting.state": tell_all(
        "from", "to", "at", "item", "spent_s", "since", "reason", "plan_end", "resumes"
    ),
    "meeting.resumes": tell_all("resumes"),
    "meeting.edited": tell_all("title", "place", "starts"),
    "item.started": tell_all("item", "since", "prev", "prev_st", "prev_spent_s"),
    "item.finished": tell_all("item", "outcome", "spent_s", "ended"),
    "item.undone": tell_all("items", "cur"),
    "item.added": _added,
    "item.edited": tell_all("item", "t", "kind", "budget_s", "owner", "late", "until"),
    "item.removed": tell_all("item"),
    "item.dropped": _dropped,
    "item.reordered": tell_all("order"),
    "file.added": _file,
    "file.replaced": _replaced,
    "file.map": _mapped,
    "file.withdrawn": _file,
    **PRESENT,
    **FLOOR,
    **VOTES,
    **MEMBERS,
}

#: Every kind of line that anybody is told of.
KINDS = tuple(_PROJECTORS)
