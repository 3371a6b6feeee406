"""What each audience is told of positions, of the consent block, of who has the chair and of conclusions."""

from meetings.rules.shares import OFFICERS, Audience, Data, Project, Share, tell_all, tell_officers


def _transferred(data: Data, audience: Audience) -> Share | None:
    return None if audience is Audience.PROJ else {key: data[key] for key in ("role", "from", "to")}


#: Kind of line -> each audience's share.
MEMBERS: dict[str, Project] = {
    "position.set": tell_officers("position"),
    "consent.adopted": tell_all("items", "basis", "at"),
    "role.asked": tell_officers("wish"),
    "role.transferred": _transferred,
    "conclusion.recorded": tell_officers("n"),
    "conclusion.cancelled": tell_officers("n"),
}


def members_share(state: Data, audience: Audience) -> Share:
    """An audience's share of positions, of the wish that waits, and how many conclusions there are."""
    if audience not in OFFICERS:
        return {}
    return {"positions": list(state["positions"]), "wish": state["wish"], "concl": state["concl"]}
