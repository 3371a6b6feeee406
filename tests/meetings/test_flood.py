"""A tablet that sends far too much: it is told so, nothing changes, and nobody else notices."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from websockets.exceptions import ConnectionClosed

from intranet.core import db, signals
from intranet.core.live import MAX_FRAME_BYTES, MAX_TOLD_BYTES
from intranet.people.models import User
from meetings.models.journal import MeetingMoved
from meetings.models.meeting import AgendaItem, ItemKind
from meetings.services import journal
from tests import web_processes
from tests.meetings.conftest import Sitting
from tests.tablets import Tablet
from tests.web_processes import WebProcesses

pytestmark = [pytest.mark.slow, pytest.mark.own_db]
FRAMES = 1000


@pytest.fixture
def web(
    sitting: Sitting, database_url: str, client_of: Callable[[User], FlaskClient], tmp_path: Path
) -> Iterator[WebProcesses]:
    """One web process on the test's database."""
    with web_processes.running(1, tmp_path, database_url, client_of) as found:
        yield found


def test_a_thousand_frames_in_a_second_are_refused_and_disconnect_nobody(
    web: WebProcesses, sitting: Sitting
) -> None:
    chair, delegate = web.tablet(sitting.chair, sitting.id), web.tablet(sitting.delegate, sitting.id)
    frame = {
        "k": "cmd",
        "cid": "x" * 26,
        "t": "item.add",
        "d": {"mid": sitting.id, "title": "x", "budget": 1},
    }
    began = time.monotonic()
    keys = [delegate.send("cmd", frame) for _ in range(FRAMES)]
    assert chair.command("item.add", title="Giữa cơn lũ", budget=5)["ok"]
    delegate.wait(lambda: len(delegate.answers) > FRAMES, "not every frame was answered", seconds=60)
    answers = Counter(delegate.answers[key].get("err") for key in keys)
    assert answers.keys() == {"forbidden", "rate"}
    # Forty at once and twenty a second are let through, however long this machine takes.
    assert answers["forbidden"] <= 40 + 20 * (time.monotonic() - began)
    assert answers["rate"] > 0
    refused = next(delegate.answers[key] for key in keys if delegate.answers[key]["err"] == "rate")
    assert refused["msg"]
    # Both are still there, and only what the chair did has happened.
    assert chair.command("item.add", title="Sau cơn lũ", budget=5)["ok"]
    delegate.wait(lambda: len(delegate.events) == 2, "the flood's own tablet hears no more")
    assert (chair.ended, delegate.ended, sitting.meeting.v) == (None, None, 2)


def test_a_frame_over_the_limit_ends_its_own_socket_and_changes_nothing(
    web: WebProcesses, sitting: Sitting, client_of: Callable[[User], FlaskClient]
) -> None:
    chair, delegate = web.tablet(sitting.chair, sitting.id), web.tablet(sitting.delegate, sitting.id)
    just_fits = "x" * (MAX_FRAME_BYTES - 500)
    assert not chair.command("item.add", title=just_fits, budget=5)["ok"]
    with suppress(ConnectionClosed):
        chair.send("cmd", {"title": "x" * MAX_FRAME_BYTES})
    chair.wait(lambda: chair.ended == 1009, "it was not told why")
    assert (delegate.ended, sitting.meeting.v) == (None, 0)
    again = web.tablet(sitting.chair, sitting.id)
    assert again.command("item.add", title="Trở lại", budget=5)["ok"]
    delegate.wait(lambda: delegate.events, "the other tablet hears no more")
    what_is_too_long_to_send_is_asked_for(web, sitting, delegate, client_of(sitting.delegate))


def what_is_too_long_to_send_is_asked_for(
    web: WebProcesses, sitting: Sitting, tablet: Tablet, browser: FlaskClient
) -> None:
    """A line over the limit is told as ``resync``; a state over it is fetched over HTTP."""
    with db.unit_of_work() as opened:
        v = journal.append(sitting.meeting, "meeting.edited", by=sitting.chair, title="ế" * MAX_TOLD_BYTES)
        signals.leave(opened, [MeetingMoved(sitting.id, v)])
    tablet.wait(lambda: tablet.heard("resync"), "it was not told to ask")
    assert tablet.heard("resync") == [{"k": "resync", "why": "size", "mid": sitting.id}]
    assert (v in tablet.versions(), tablet.ended) == (False, None)
    last = {"k": "hello", "mid": sitting.id, "cls": "member", "last": {"cls": tablet.versions()[-1]}}
    answer = tablet.ask("hello", last)
    assert (answer["mode"], answer["v"], answer["state"]["v"]) == ("snapshot", v, v)

    with db.unit_of_work() as opened:
        for place in range(300):
            item = {"title": "ế" * 300, "kind": ItemKind.INFO, "position": 10 + place}
            opened.add(AgendaItem(meeting_id=sitting.id, **item))
        v = journal.append(sitting.meeting, "meeting.edited", by=sitting.chair, title="Phiên họp")
    late = web.tablet(sitting.delegate, sitting.id)
    assert (late.welcome["mode"], "state" in late.welcome) == ("snapshot", False)
    fetched = browser.get(f"/api/v1/meetings/{sitting.id}/snapshot?as=").get_json()
    assert (fetched["v"], fetched["mode"], len(fetched["state"]["items"])) == (v, "snapshot", 303)
