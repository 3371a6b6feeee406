"""How many follow the presenter, told to chair and secretary as a share: who does not is nobody's business.

Whoever is in the room follows until their tablet says otherwise, so that a presentation that begins brings no
burst of messages; a tablet that presents itself counts as neither.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from intranet.core import clock
from intranet.core.actor import Actor
from intranet.core.errors import Invalid
from intranet.core.live import Answer, socket_id, sockets
from meetings.live import require_place, room_name, rooms
from meetings.rules.shares import OFFICERS, Audience
from meetings.services.journal import ms

#: Of fewer people a share would say who it is.
LEAST = 2
_LOOK_SECONDS = 1.0
#: Looks after which a share that stands still is told again, to whoever came in between.
_AGAIN = 5
#: Under this name the web processes tell each other.
_FOLLOWING = "meetings.following"
_LISTENING = frozenset({Audience.MEMBER, Audience.GUEST})


@dataclass
class _Told:
    """What was told last, by meeting, and how many looks ago."""

    shares: dict[int, tuple[int, int]] = field(default_factory=dict)
    looks: int = 0


told = _Told()


def take(actor: Actor, frame: Mapping[str, Any]) -> Answer:
    """Note what a tablet says of itself, ``{mid, key: "follow", d: {on}}``; ``None``: it presents.

    :raises Invalid: ``command.payload``.
    """
    mid, d = frame.get("mid"), frame.get("d")
    if not isinstance(mid, int):
        raise Invalid("command.payload", name="mid")
    on = d.get("on", 0) if isinstance(d, Mapping) else 0
    if on is not None and not isinstance(on, bool):
        raise Invalid("command.payload", name="on")
    require_place(actor, mid)
    tablet = rooms.tablets.get(socket_id())
    if tablet is not None and tablet.meeting_id == mid:
        tablet.follows = on
    return {"ok": True}


@sockets.background(_LOOK_SECONDS)
def tell_following() -> None:
    """Tell chair and secretary of each room the share where it changed, and now and then where it did not."""
    mine = shares_here()
    sockets.say(_FOLLOWING, {str(mid): list(share) for mid, share in mine.items()})
    heard = sockets.heard(_FOLLOWING)
    told.looks += 1
    before, told.shares = told.shares, {}
    for mid, (n, of) in mine.items():
        for said in heard:
            more = said.get(str(mid), (0, 0))
            n, of = n + more[0], of + more[1]
        share = told.shares[mid] = (n, of) if of >= LEAST else (0, 0)
        if share == before.get(mid, (0, 0)) and (share == (0, 0) or told.looks % _AGAIN):
            continue
        frame = {"k": "lv", "key": "following", "mid": mid, "seq": ms(clock.now()), "d": _entry(share)}
        for audience in OFFICERS:
            sockets.emit("lv", frame, to=room_name(mid, audience))


def share_of(mid: int) -> dict[str, int]:
    """What chair and secretary of a room were told last."""
    return _entry(told.shares.get(mid, (0, 0)))


def _entry(share: tuple[int, int]) -> dict[str, int]:
    return {"n": share[0], "of": share[1]}


def shares_here() -> dict[int, tuple[int, int]]:
    """By meeting: how many follow, of how many, on tablets connected to this process."""
    people: dict[int, dict[int, bool]] = {}
    for tablet in list(rooms.tablets.values()):
        here = people.setdefault(tablet.meeting_id, {})
        if tablet.audience in _LISTENING and tablet.follows is not None:
            here[tablet.user_id] = here.get(tablet.user_id, False) or tablet.follows
    return {mid: (sum(here.values()), len(here)) for mid, here in people.items()}
