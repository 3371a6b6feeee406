"""Whatever is done and whatever the lines do, every tablet ends with what its person may see, and no more."""

import os
import random
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from intranet.people.models import User
from meetings import live
from meetings.rules.audiences import audience_of
from meetings.rules.shares import OFFICERS, Audience
from tests.factories import Office
from tests.meetings.conftest import add_paper, make_sitting
from tests.meetings.floor_acts import Act
from tests.meetings.room_acts import Cast, random_act
from tests.meetings.room_shares import snapshots
from tests.meetings.room_wires import House, Wire, make_wires

_FULL = os.environ.get("OFFICE_PROOFS") == "full"


def _over_http(wire: Wire, luck: random.Random) -> list[Act]:
    """What somebody without a socket does, allowed or not."""
    items = [item.id for item in wire.house.cast.sitting.agenda]
    return [
        lambda: wire.ask("queue.ask", note="Ý kiến"),
        lambda: wire.ask("att.set", st=luck.choice(["in", "out", "remote"])),
        lambda: wire.ask("item.start", item=luck.choice(items), expect=None),
        lambda: wire.ask("service.call", kind="message", t="Cần giúp"),
    ]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(60 if _FULL else 4))
def test_tablets_agree_with_the_server_whatever_the_line_does(
    office: Office,
    guest: User,
    client_of: Callable[[User], FlaskClient],
    monkeypatch: pytest.MonkeyPatch,
    seed: int,
) -> None:
    luck = random.Random(seed)
    sitting = make_sitting(office, guest)
    shown = [add_paper(sitting.secretary, sitting, one) for one in (sitting.agenda[0], None)]
    cast = Cast(sitting, [*sitting.everybody, office.other_head], shown)
    house = House(cast, monkeypatch)
    make_wires(house, luck, client_of)
    for wire in house.wires:
        wire.step()
    for _ in range(160 if _FULL else 50):
        random_act(cast, luck, _over_http(luck.choice(house.wires), luck))
        house.settle()
        for wire in house.wires:
            wire.step()
    for wire in house.wires:
        wire.settle()
    live.tell_heads()
    for wire in house.wires:
        wire.settle()
    assert house.leaks == []
    final, roles = snapshots(sitting.id), cast.roles()
    for wire in house.wires:
        role = roles.get(wire.actor.id)
        audience = None if role is None else audience_of(role.value)
        if wire.on_wall:
            audience = Audience.PROJ if audience in OFFICERS else None
        assert wire.tablet.state == (None if audience is None else final[audience]), (seed, wire.sid)
        assert not wire.tablet.early
