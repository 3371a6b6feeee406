"""Two web processes, one Redis: a room is one room, whichever of them a tablet is connected to."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from intranet.people.models import User
from meetings.services import distributing
from tests import redis_server, web_processes
from tests.meetings.conftest import Sitting, add_paper
from tests.tablets import Tablet
from tests.web_processes import WebProcesses

pytestmark = [pytest.mark.slow, pytest.mark.own_db]
ADDED = 12


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[redis_server.Redis]:
    """A Redis of this test's own."""
    with redis_server.running(tmp_path) as server:
        yield server


@pytest.fixture
def two(
    sitting: Sitting,
    database_url: str,
    client_of: Callable[[User], FlaskClient],
    redis: redis_server.Redis,
    tmp_path: Path,
) -> Iterator[WebProcesses]:
    """Two processes on the test's database, which know each other through its Redis."""
    with web_processes.running(2, tmp_path, database_url, client_of, OFFICE_REDIS=redis.url) as found:
        yield found


def test_what_is_done_at_two_processes_reaches_every_tablet_in_order_and_once(
    two: WebProcesses, sitting: Sitting
) -> None:
    chair, delegate = two.tablet(sitting.chair, sitting.id, 0), two.tablet(sitting.delegate, sitting.id, 0)
    secretary, guest = two.tablet(sitting.secretary, sitting.id, 1), two.tablet(sitting.guest, sitting.id, 1)
    everybody = [chair, delegate, secretary, guest]
    answers: list[dict[str, object]] = []

    def add(tablet: Tablet, name: str) -> None:
        for number in range(ADDED):
            answers.append(tablet.command("item.add", title=f"{name} {number}", budget=5))

    writers = [
        threading.Thread(target=add, args=args) for args in ((chair, "Chủ tọa"), (secretary, "Thư ký"))
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [answer for answer in answers if not answer["ok"]] == []
    last = sitting.meeting.v
    for tablet in everybody:
        tablet.wait(lambda tablet=tablet: last in tablet.versions(), f"version {last} never came")
    # A second copy or a late one would still be on its way.
    time.sleep(0.3)
    for tablet in everybody:
        assert tablet.versions() == list(range(last - 2 * ADDED + 1, last + 1))
        assert [frame["pv"] for frame in tablet.events[1:]] == tablet.versions()[:-1]

    # Who is in the room is counted over both processes, and over two tablets of one person once.
    two.tablet(sitting.delegate, sitting.id, 1)
    for tablet in everybody:
        tablet.wait(
            lambda tablet=tablet: any({"n": 4}.items() <= one.items() for one in tablet.live("online")[-1:]),
            "not all four",
        )
    assert chair.online()["people"] == sorted(user.id for user in sitting.everybody)
    guest.close()
    chair.wait(lambda: chair.online()["n"] == 3, "who has left is still counted")
    file = add_paper(sitting.secretary, sitting, None).public_id
    who_follows_at_the_other_process_sees_what_is_presented(secretary, delegate, file)
    few = add_paper(sitting.secretary, sitting, None).public_id
    only = [{"who": f"user:{sitting.delegate.id}", "can": []}]
    distributing.set_rights(sitting.secretary, sitting.id, few, grants=only)
    outsider = two.tablet(sitting.guest, sitting.id, 0)
    what_is_shown_to_few_reaches_them_at_the_other_process_too(secretary, delegate, outsider, few)


def who_follows_at_the_other_process_sees_what_is_presented(
    presenter: Tablet, follower: Tablet, file: str
) -> None:
    """File, page, rectangle and pointer of a presenter who is connected elsewhere."""
    assert presenter.command("present.start", file=file, page=1)["ok"]
    assert presenter.command("present.page", file=file, page=2)["ok"]
    view, point = {"page": 2, "x": 0.1, "y": 0.2, "w": 0.5}, {"page": 2, "x": 0.4, "y": 0.6}
    assert presenter.ask("lv", {"mid": presenter.mid, "key": "view", "d": view})["ok"]
    presenter.send("eph", {"mid": presenter.mid, "t": "pointer", "d": point})
    follower.wait(lambda: follower.live("view"), "no rectangle came")
    follower.wait(lambda: [name for name, _ in follower.told if name == "eph"], "no pointer came")
    shown = [(one["t"], one["d"]["page"]) for one in follower.events[-2:]]
    assert shown == [("present.started", 1), ("present.page", 2)]
    told = follower.live("view")[-1]
    assert (told["page"], told["view"]) == (2, {"x": 0.1, "y": 0.2, "w": 0.5})
    assert [one["d"] for name, one in follower.told if name == "eph"] == [point]


def what_is_shown_to_few_reaches_them_at_the_other_process_too(
    presenter: Tablet, reader: Tablet, outsider: Tablet, file: str
) -> None:
    """Rectangles, of which the last of a burst waits for its turn, pointer and ink; nobody else is told."""
    assert presenter.command("present.start", file=file, page=2, few=True)["ok"]
    reader.wait(lambda: reader.live("shown"), "which page is shown was not told")
    for name in (reader, outsider):
        name.told.clear()
    for width in (0.9, 0.6, 0.3):
        view = {"page": 2, "x": 0.1, "y": 0.2, "w": width}
        assert presenter.ask("lv", {"mid": presenter.mid, "key": "view", "d": view})["ok"]
    point = {"page": 2, "x": 0.4, "y": 0.6}
    stroke = {"page": 2, "id": 1, "from": 0, "tool": "pen", "rgb": "c62828", "w": 200, "pts": [1, 2, 3, 4]}
    for what, d in (("pointer", point), ("ink", stroke)):
        assert presenter.ask("eph", {"mid": presenter.mid, "t": what, "d": d})["ok"]
    reader.wait(lambda: [one["view"]["w"] for one in reader.live("view")][-1:] == [0.3], "no last rectangle")
    reader.wait(lambda: len([1 for name, _ in reader.told if name == "eph"]) == 2, "no pointer, or no ink")
    assert [one["d"] for name, one in reader.told if name == "eph"] == [point, stroke]
    told = [one for name, one in outsider.told if name == "eph" or one["key"] in {"view", "shown"}]
    assert told == []
    assert [set(one["d"]) for one in outsider.events if one["t"] == "present.started"] == [{"n", "few"}]


def test_a_room_goes_on_without_redis_and_is_one_again_when_it_is_back(
    two: WebProcesses, redis: redis_server.Redis, sitting: Sitting
) -> None:
    chair, guest = two.tablet(sitting.chair, sitting.id, 0), two.tablet(sitting.guest, sitting.id, 1)
    redis.stop()
    began = time.monotonic()
    assert chair.command("item.add", title="Không có Redis", budget=5)["ok"]
    chair.wait(lambda: chair.events, "its own process did not tell")
    assert time.monotonic() - began < 5
    assert guest.events == []
    redis.start()
    until = time.monotonic() + 10
    while not guest.events and time.monotonic() < until:
        time.sleep(0.5)
        assert chair.command("item.add", title="Có lại Redis", budget=5)["ok"]
    guest.wait(lambda: guest.versions()[-1:] == chair.versions()[-1:], "the room is still in two")
    # What was missed comes first.
    assert guest.versions() == chair.versions()
