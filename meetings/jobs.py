"""What happens by itself: votes and opinion ballots close at their time, a secret box leaves no trace."""

from typing import Any

from intranet.core.jobs import every, job
from meetings.services import box, opinions, voting


@every(1.0, "votes.close")
def close_votes() -> int:
    """Close every vote whose time is up; returns how many."""
    return voting.close_due()


@every(5.0, "opinions.close")
def close_opinions() -> int:
    """Close every opinion ballot whose deadline has passed; returns how many."""
    return opinions.close_due()


@job(box.WIPE)
def wipe_boxes(_payload: Any) -> None:
    """Leave nothing in the files of what the boxes held."""
    box.wipe()
