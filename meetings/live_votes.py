"""How many have voted, told while a vote is open: once a second at most."""

import time
from dataclasses import dataclass, field
from typing import Any

from intranet.core.live import sockets
from meetings.live import room_name, rooms
from meetings.models.vote import Poll
from meetings.rules.shares import AUDIENCES, OFFICERS, Audience
from meetings.rules.vote_shares import hears_count
from meetings.services import ballots, vote_watch

_COUNT_SECONDS = 1.0
#: Said again this often though nothing changed, for whoever came meanwhile.
_AGAIN_SECONDS = 5.0


@dataclass
class _Told:
    """What was last told of each open vote, and when."""

    counts: dict[int, tuple[int, int, float]] = field(default_factory=dict)


_told = _Told()


@sockets.background(_COUNT_SECONDS)
def tell_progress() -> None:
    """Tell chair and secretary how many ballots are in; members and the screen where that was asked for."""
    meetings = {tablet.meeting_id for tablet in rooms.tablets.values()}
    found = ballots.progress(meetings)
    before, _told.counts = _told.counts, {}
    for poll, cast, eligible, missing in found:
        now = time.monotonic()
        known = before.get(poll.id)
        if known is not None and known[:2] == (cast, eligible) and now - known[2] < _AGAIN_SECONDS:
            _told.counts[poll.id] = known
            continue
        _told.counts[poll.id] = (cast, eligible, now)
        for audience in AUDIENCES:
            if hears_count(audience, is_shown=poll.show_count):
                frame = progress_frame(poll, cast, eligible, missing, audience)
                sockets.emit("lv", frame, to=room_name(poll.meeting_id, audience))


@sockets.background(vote_watch.WATCH_SECONDS)
def watch_votes() -> None:
    """Say that people can vote here; what a standstill took from an open vote is given back."""
    vote_watch.watch()


def progress_frame(
    poll: Poll, cast: int, eligible: int, missing: list[int], audience: Audience
) -> dict[str, Any]:
    """The running count as an audience is told it; ``seq`` rises with each ballot, in all processes alike."""
    d = _entry(poll, cast, eligible, missing, audience)
    return {"k": "lv", "key": "vote", "mid": poll.meeting_id, "seq": cast + eligible, "d": d}


def counts_for(meeting_id: int, audience: Audience) -> list[dict[str, Any]]:
    """The running count of each open vote of a meeting, as far as an audience is told it."""
    return [
        _entry(poll, cast, eligible, missing, audience)
        for poll, cast, eligible, missing in ballots.progress({meeting_id})
        if hears_count(audience, is_shown=poll.show_count)
    ]


def _entry(poll: Poll, cast: int, eligible: int, missing: list[int], audience: Audience) -> dict[str, Any]:
    d: dict[str, Any] = {"id": poll.id, "cast": cast, "elig": eligible}
    if audience in OFFICERS and poll.mode.value == "roll":
        d["missing"] = missing
    return d


def forget_told() -> None:
    """Forget what was told; for tests, whose votes have the same ids."""
    _told.counts.clear()
