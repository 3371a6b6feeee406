"""What happens by itself: votes close at their time, and a secret box leaves no trace in the files."""

from typing import Any

from intranet.core.jobs import every, job
from meetings.services import box, voting


@every(1.0, "votes.close")
def close_votes() -> int:
    """Close every vote whose time is up; returns how many."""
    return voting.close_due()


@job(box.WIPE)
def wipe_boxes(_payload: Any) -> None:
    """Leave nothing in the files of what the boxes held."""
    box.wipe()
