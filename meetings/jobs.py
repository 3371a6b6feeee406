"""What happens by itself: votes and opinion ballots close at their time, a secret box leaves no trace.

In rehearsals robots act.
"""

from typing import Any

from intranet.core.jobs import every, job
from meetings.services import (
    archiving,
    box,
    minutes_files,
    opinions,
    reanchoring,
    rehearsal_robots,
    rehearsing,
    replacing,
    rereading,
    sealing_marks,
    voting,
)


@every(1.0, "votes.close")
def close_votes() -> int:
    """Close every vote whose time is up; returns how many."""
    return voting.close_due()


@every(5.0, "opinions.close")
def close_opinions() -> int:
    """Close every opinion ballot whose deadline has passed; returns how many."""
    return opinions.close_due()


@every(2.0, "rehearsals.robots")
def let_robots_act() -> int:
    """Let robots come into rehearsals, vote and ask to speak; returns how often one did."""
    return rehearsal_robots.act()


@every(5.0, "rehearsals.wipe")
def wipe_rehearsals() -> int:
    """Wipe rehearsals of meetings that have begun, and those that are a week old; returns how many."""
    return rehearsing.wipe_due()


@job(box.WIPE)
def wipe_boxes(_payload: Any) -> None:
    """Leave nothing in the files of what the boxes held."""
    box.wipe()


@job(replacing.ALIGN)
def align_versions(payload: Any) -> None:
    """Compare the versions of a paper that is being replaced, then put the new one on the table."""
    replacing.conclude(int(payload["replacement"]))


@job(reanchoring.PLACE)
def place_late_marks(payload: Any) -> None:
    """Give places to marks that came for a version which was replaced by then."""
    reanchoring.settle(str(payload["file"]))


@job(minutes_files.MAKE)
def make_minutes_files(payload: Any) -> Any:
    """Write the minutes as a Word file and a PDF."""
    return minutes_files.make(int(payload["meeting"]), int(payload["by"]), str(payload["mark"]))


@job(archiving.MAKE)
def make_archive(payload: Any) -> Any:
    """Write the file of a meeting for the archive."""
    return archiving.make(int(payload["meeting"]), int(payload["by"]))


@every(20.0, "papers.stuck")
def conclude_stuck() -> int:
    """Put new versions on the table that could not be compared; returns how many."""
    return replacing.conclude_stuck()


@every(5.0, "papers.reread")
def read_pictures() -> bool:
    """Give places to marks on pages that are pictures; returns whether any waited."""
    return rereading.read_next()


@every(10.0, "marks.seal")
def seal_open_marks() -> int:
    """Seal private marks written before that was done; returns how many."""
    return sealing_marks.seal_open()
