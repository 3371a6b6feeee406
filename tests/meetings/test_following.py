"""Chair and secretary see how many follow the presenter, and never who does not."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from intranet.core import db
from intranet.people.models import User
from meetings import live, live_following
from meetings.models.meeting import PartRole
from meetings.services import participants
from tests.factories import Office
from tests.meetings.conftest import Sitting
from tests.meetings.test_live import Tablet

Browsers = Callable[[User], FlaskClient]


@pytest.fixture(autouse=True)
def nobody(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that knows of nobody yet."""
    live.rooms.tablets.clear()
    live.rooms.told.clear()
    live_following.told.shares.clear()
    live_following.told.looks = 0
    monkeypatch.setattr(db.database(), "is_web", True)


def shares(tablet: Tablet) -> list[dict[str, Any]]:
    """What a tablet was told of it since it was last asked."""
    return [one["d"] for one in tablet.heard("lv") if one["key"] == "following"]


def says(tablet: Tablet, sitting: Sitting, on: Any) -> Any:
    return tablet.ask("lv", {"k": "lv", "mid": sitting.id, "key": "follow", "d": {"on": on}})


def test_the_share_is_told_to_those_who_run_the_room_alone(
    sitting: Sitting, office: Office, app: Flask, client_of: Browsers
) -> None:
    participants.invite(sitting.chair, sitting.id, [office.other_head.id], PartRole.DELEGATE)
    everybody = (sitting.chair, sitting.delegate, sitting.delegate, sitting.guest, office.other_head)
    chair, own, second, guest, other = tablets = [Tablet(app, client_of(who)) for who in everybody]
    for tablet in tablets:
        tablet.hello(sitting.id)
    live_following.tell_following()
    # Whoever says nothing follows; a person with two tablets is one, and the chair is not counted.
    assert shares(chair) == [{"n": 3, "of": 3}]
    assert says(own, sitting, False)["ok"]
    assert says(guest, sitting, False)["ok"]
    live_following.tell_following()
    live_following.tell_following()
    assert shares(chair) == [{"n": 2, "of": 3}]
    says(second, sitting, False)
    says(other, sitting, None)
    live_following.tell_following()
    # One presents: of two none follows.
    assert shares(chair) == [{"n": 0, "of": 2}]
    assert [shares(one) for one in (own, second, guest, other)] == [[], [], [], []]
    # A tablet that comes back follows until it says otherwise.
    own.hello(sitting.id)
    live_following.tell_following()
    assert shares(chair)[-1] == {"n": 1, "of": 2}


def test_a_share_that_would_say_who_it_is_is_not_told(
    sitting: Sitting, app: Flask, client_of: Browsers
) -> None:
    chair, delegate = Tablet(app, client_of(sitting.chair)), Tablet(app, client_of(sitting.delegate))
    for tablet in (chair, delegate):
        tablet.hello(sitting.id)
    says(delegate, sitting, False)
    for _ in range(12):
        live_following.tell_following()
    assert shares(chair) == []


@pytest.mark.parametrize("on", ["yes", 1, {}])
def test_anything_else_is_refused(sitting: Sitting, app: Flask, client_of: Browsers, on: Any) -> None:
    tablet = Tablet(app, client_of(sitting.delegate))
    tablet.hello(sitting.id)
    assert says(tablet, sitting, on)["code"] == "command.payload"
