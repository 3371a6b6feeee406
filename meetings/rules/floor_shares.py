"""What each audience is told of the floor: who is there, who speaks, and what is announced."""

from meetings.rules.shares import Audience, Data, Project, Share

#: Kind of line -> each audience's share.
FLOOR: dict[str, Project] = {}


def floor_share(state: Data, audience: Audience) -> Share:
    """An audience's share of the floor's part of the state."""
    return {}
