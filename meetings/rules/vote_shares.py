"""What each audience is told of votes: never a choice before the result is published, never a secret one."""

from meetings.rules.shares import Audience, Data, Project, Share

#: Kind of line -> each audience's share.
VOTES: dict[str, Project] = {}


def votes_share(state: Data, audience: Audience) -> Share:
    """An audience's share of the votes' part of the state."""
    return {}
