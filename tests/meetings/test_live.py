"""The room over sockets and over plain HTTP: the same answers, the same frames."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_socketio import SocketIOTestClient

from intranet.core import db, rates
from intranet.core.live import MEETINGS, sockets
from intranet.people.models import User
from meetings import live, live_http
from meetings.models.meeting import Meeting, PartRole
from meetings.services import bodies, chairing, participants
from tests.counting import count_queries, tables
from tests.factories import Office
from tests.meetings.conftest import Sitting, add_paper

Tablets = Callable[[User], "Tablet"]


class Tablet:
    """A socket of a signed-in person."""

    def __init__(self, app: Flask, browser: FlaskClient) -> None:
        assert sockets.io is not None
        self.socket: SocketIOTestClient = sockets.io.test_client(
            app, namespace=MEETINGS, headers={"Origin": "http://localhost"}, flask_test_client=browser
        )

    def ask(self, name: str, frame: Any) -> dict[str, Any]:
        """Send an event and wait for its acknowledgement."""
        answer = self.socket.emit(name, frame, namespace=MEETINGS, callback=True)
        assert isinstance(answer, dict)
        return answer

    def hello(self, mid: int, last: int | None = None, cls: str | None = None) -> dict[str, Any]:
        """Come, or come back."""
        return self.ask("hello", {"k": "hello", "proto": 1, "mid": mid, "last": {"cls": last}, "cls": cls})

    def heard(self, name: str) -> list[Any]:
        """What was told since the last look, of one kind of event."""
        found = [one for one in self.socket.get_received(MEETINGS) if one["name"] == name]
        return [one["args"][0] for one in found]


@pytest.fixture
def tablet(app: Flask, client_of: Callable[[User], FlaskClient], monkeypatch: pytest.MonkeyPatch) -> Tablets:
    """Makes tablets; live subscribers run as in the web process."""
    live.rooms.tablets.clear()
    live.rooms.told.clear()
    monkeypatch.setattr(db.database(), "is_web", True)
    return lambda user: Tablet(app, client_of(user))


def cmd(cid: str, t: str, **d: Any) -> dict[str, Any]:
    return {"k": "cmd", "cid": cid.ljust(26, "0"), "t": t, "d": d}


def test_the_room_sees_what_the_chair_does(sitting: Sitting, tablet: Tablets) -> None:
    chair, delegate = tablet(sitting.chair), tablet(sitting.delegate)
    first = sitting.agenda[0].id
    assert chair.hello(sitting.id)["mode"] == "snapshot"
    welcome = delegate.hello(sitting.id)
    assert (welcome["cls"], welcome["me"]["can"], welcome["state"]["cur"]) == (
        "member",
        ["ask", "vote"],
        None,
    )
    answer = chair.ask("cmd", cmd("a", "item.start", mid=sitting.id, item=first, expect=None))
    assert (answer["ok"], answer["v"]) == (True, 1)
    (frames,) = delegate.heard("evt")
    assert [(one["t"], one["v"], one["pv"], one["d"]["item"]) for one in frames] == [
        ("item.started", 1, 0, first)
    ]
    assert delegate.hello(sitting.id, 0, "member")["mode"] == "delta"
    assert delegate.hello(sitting.id, 1, "member")["mode"] == "same"
    assert delegate.hello(sitting.id, 1, "chair")["mode"] == "snapshot"


def test_coming_in_asks_three_questions(
    app: Flask, client_of: Callable[[User], FlaskClient], sitting: Sitting, tablet: Tablets
) -> None:
    with db.unit_of_work() as opened:
        bodies.keep(opened.get_one(Meeting, sitting.id))  # as a sitting that opened has
    tablet(sitting.chair).hello(sitting.id)
    tablet(sitting.delegate).hello(sitting.id)
    browser = client_of(sitting.delegate)
    sockets.forget_seats()  # of earlier tests: the oldest would be shown out meanwhile
    with count_queries("") as sent:
        assert Tablet(app, browser).hello(sitting.id)["mode"] == "snapshot"
    # Who connects; who says hello, with their roles; the meeting with their part in it.
    assert tables(sent) == ["SELECT session", "SELECT session", "SELECT meeting"]


def test_a_command_asks_no_more_than_it_must(sitting: Sitting, tablet: Tablets) -> None:
    chair, delegate = tablet(sitting.chair), tablet(sitting.delegate)
    chair.hello(sitting.id)
    delegate.hello(sitting.id)
    first, second = (item.id for item in sitting.agenda)
    there, back = [second, first], [first, second]
    # The first line of an agency's audit log makes its head.
    assert chair.ask("cmd", cmd("there", "item.reorder", mid=sitting.id, order=there, expect=back))["ok"]
    with count_queries("") as sent:
        assert chair.ask("cmd", cmd("back", "item.reorder", mid=sitting.id, order=back, expect=there))["ok"]
    assert tables(sent) == [
        "SELECT session",
        "INSERT once",
        "SELECT meeting",
        "SELECT agenda_item",
        "SELECT participant",
        "UPDATE agenda_item",
        "INSERT journal_line",
        "UPDATE meeting",
        "UPDATE once",
        "SELECT audit_head",
        "INSERT audit",
        "UPDATE audit_head",
    ]
    # What was written is told without being read again.
    assert [one["d"]["order"] for told in delegate.heard("evt") for one in told] == [there, back]


def test_what_is_told_while_somebody_comes_in_is_in_the_answer(
    sitting: Sitting, tablet: Tablets, monkeypatch: pytest.MonkeyPatch
) -> None:
    tablet(sitting.chair).hello(sitting.id)
    first, enter = sitting.agenda[0].id, live._enter

    def late(sid: str, present: live.Present) -> None:
        monkeypatch.setattr(live, "_enter", enter)
        with db.scope(sitting.chair.org_ids):
            chairing.start_item(sitting.chair, sitting.id, first, expect=None)
        enter(sid, present)

    delegate = tablet(sitting.delegate)
    monkeypatch.setattr(live, "_enter", late)
    answer = delegate.hello(sitting.id)
    assert (answer["v"], answer["state"]["cur"]["item"]) == (1, first)
    assert delegate.heard("evt") == []


def test_whoever_is_removed_while_coming_in_stays_outside(
    sitting: Sitting, tablet: Tablets, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter = live._enter

    def late(sid: str, present: live.Present) -> None:
        monkeypatch.setattr(live, "_enter", enter)
        with db.scope(sitting.secretary.org_ids):
            participants.remove_participant(sitting.secretary, sitting.id, sitting.delegate.id)
        enter(sid, present)

    delegate = tablet(sitting.delegate)
    monkeypatch.setattr(live, "_enter", late)
    assert delegate.hello(sitting.id)["err"] == "not_found"
    assert live.online(sitting.id) == set()


def test_a_repeated_cid_gets_the_first_answer_and_happens_once(sitting: Sitting, tablet: Tablets) -> None:
    chair = tablet(sitting.chair)
    frame = cmd("same", "item.add", mid=sitting.id, title="Việc khác", budget=5)
    answers = [chair.ask("cmd", frame) for _ in range(3)]
    assert answers[0]["ok"] is True
    assert answers[0] == answers[1] == answers[2]
    assert len(sitting.agenda) == 3


def test_a_refusal_is_an_answer_with_its_sentence(sitting: Sitting, tablet: Tablets) -> None:
    delegate = tablet(sitting.delegate)
    first, second = (item.id for item in sitting.agenda)
    answer = delegate.ask("cmd", cmd("b", "item.start", mid=sitting.id, item=first, expect=None))
    assert (answer["ok"], answer["err"]) == (False, "forbidden")
    chairing.start_item(sitting.chair, sitting.id, first, expect=None)
    chair = tablet(sitting.chair)
    answer = chair.ask("cmd", cmd("c", "item.start", mid=sitting.id, item=second, expect=None))
    assert (answer["err"], answer["data"]["cur"]) == ("stale", first)
    assert "mục khác" in answer["msg"]
    answer = chair.ask("cmd", cmd("d", "item.start", mid=sitting.id, item="x", expect=None))
    assert answer["err"] == "invalid"


def test_a_stranger_enters_no_room(sitting: Sitting, tablet: Tablets, office: Office) -> None:
    stranger = tablet(office.stranger)
    assert stranger.hello(sitting.id)["err"] == "not_found"
    chairing.start_item(sitting.chair, sitting.id, sitting.agenda[0].id, expect=None)
    assert stranger.heard("evt") == []
    assert live.online(sitting.id) == set()


def test_whoever_is_removed_leaves_the_room_at_once(sitting: Sitting, tablet: Tablets) -> None:
    delegate, guest = tablet(sitting.delegate), tablet(sitting.guest)
    delegate.hello(sitting.id)
    guest.hello(sitting.id)
    participants.remove_participant(sitting.secretary, sitting.id, sitting.delegate.id)
    assert [one["code"] for one in delegate.heard("bye")] == ["removed"]
    chairing.start_item(sitting.chair, sitting.id, sitting.agenda[0].id, expect=None)
    assert delegate.heard("evt") == []
    assert len(guest.heard("evt")) == 2
    assert delegate.hello(sitting.id)["err"] == "not_found"


def test_another_role_is_another_room(sitting: Sitting, tablet: Tablets) -> None:
    guest = tablet(sitting.guest)
    assert guest.hello(sitting.id)["cls"] == "guest"
    participants.invite(sitting.secretary, sitting.id, [sitting.guest.id], PartRole.SECRETARY)
    assert [one["why"] for one in guest.heard("resync")] == ["class"]
    welcome = guest.hello(sitting.id, 1, "guest")
    assert (welcome["cls"], welcome["mode"], welcome["me"]["can"]) == (
        "sec",
        "snapshot",
        ["run", "present"],
    )


def test_frames_leave_in_the_order_of_their_versions(sitting: Sitting, tablet: Tablets) -> None:
    delegate = tablet(sitting.delegate)
    delegate.hello(sitting.id)
    with db.unit_of_work():
        add_paper(sitting.secretary, sitting, None)
        add_paper(sitting.secretary, sitting, None)
    live.tell_room(live.MeetingMoved(sitting.id, 1))
    frames = [one for told in delegate.heard("evt") for one in told]
    assert [one["v"] for one in frames] == [1, 2]


def test_what_is_too_long_to_send_is_asked_for(
    sitting: Sitting, tablet: Tablets, monkeypatch: pytest.MonkeyPatch
) -> None:
    delegate = tablet(sitting.delegate)
    delegate.hello(sitting.id)
    monkeypatch.setattr(live, "MAX_TOLD_BYTES", 1000)
    add_paper(sitting.secretary, sitting, None)
    assert [[frame["v"] for frame in told] for told in delegate.heard("evt")] == [[1]]
    with db.unit_of_work():
        for _ in range(3):
            add_paper(sitting.secretary, sitting, None)
    told = delegate.socket.get_received(MEETINGS)
    resync = {"k": "resync", "why": "size", "mid": sitting.id}
    assert [(one["name"], one["args"][0]) for one in told] == [("resync", resync)]
    assert [one["v"] for one in delegate.hello(sitting.id, 1, "member")["events"]] == [2, 3, 4]
    whole = delegate.hello(sitting.id)
    assert (whole["mode"], whole["v"], "state" in whole) == ("snapshot", 4, False)


def test_the_number_of_people_is_told_and_names_only_to_officers(sitting: Sitting, tablet: Tablets) -> None:
    chair, delegate = tablet(sitting.chair), tablet(sitting.delegate)
    chair.hello(sitting.id)
    delegate.hello(sitting.id)
    live.tell_presence()
    assert chair.heard("lv")[-1]["d"] == {"n": 2, "people": sorted([sitting.chair.id, sitting.delegate.id])}
    assert delegate.heard("lv")[-1]["d"] == {"n": 2}
    delegate.socket.disconnect(MEETINGS)
    live.tell_presence()
    assert chair.heard("lv")[-1]["d"]["n"] == 1


def test_heads_tell_where_the_chain_ends(sitting: Sitting, tablet: Tablets) -> None:
    chair, delegate = tablet(sitting.chair), tablet(sitting.delegate)
    # How many would come back after an end without a word.
    assert [one.hello(sitting.id)["clients"] for one in (chair, delegate)] == [1, 2]
    add_paper(sitting.secretary, sitting, None)
    live.tell_heads()
    (heads,) = delegate.heard("heads")
    assert (heads["mid"], heads["cls"], heads["clients"]) == (sitting.id, 1, 2)


def test_http_gives_the_same_when_the_socket_is_down(
    sitting: Sitting, client_of: Callable[[User], FlaskClient], office: Office
) -> None:
    chair, delegate = client_of(sitting.chair), client_of(sitting.delegate)
    base = f"/api/v1/meetings/{sitting.id}"
    first = sitting.agenda[0].id
    asked = cmd("h", "item.start", mid=sitting.id, item=first, expect=None)
    for _ in range(2):
        assert chair.post(f"{base}/commands", json=asked).json["v"] == 1  # type: ignore[index]
    events = delegate.get(f"{base}/events?since=0").get_json()
    assert [one["t"] for one in events["events"]] == ["item.started"]
    assert delegate.get(f"{base}/snapshot").get_json()["state"]["cur"]["item"] == first
    assert delegate.get(f"{base}/snapshot?since=1&cls=member").get_json()["mode"] == "same"
    assert delegate.get(f"{base}/events?since=77").get_json()["mode"] == "snapshot"
    assert delegate.get(f"{base}/events").status_code == 422
    other = cmd("i", "item.finish", mid=sitting.id + 1, expect=None)
    assert chair.post(f"{base}/commands", json=other).status_code == 422
    long = chair.post(f"{base}/commands", json=cmd("j", "item.finish", mid=sitting.id, why="dài" * 30_000))
    assert (long.status_code, long.json and long.json["code"]) == (422, "command.too_big")
    stranger = client_of(office.stranger)
    for path in ("snapshot", "events?since=0"):
        assert stranger.get(f"{base}/{path}").status_code == 404
    assert stranger.post(f"{base}/annotations/sync", json={"ops": [], "have": {}}).status_code == 404


def test_notes_are_synced_over_http(sitting: Sitting, client_of: Callable[[User], FlaskClient]) -> None:
    delegate = client_of(sitting.delegate)
    address = f"/api/v1/meetings/{sitting.id}/annotations/sync"
    assert delegate.post(address, json={"ops": [], "have": {}}).get_json() == {
        "ok": True, "accepted": [], "rejected": [], "ops": [], "more": False, "waiting": 0, "tray": 0,
        "shared": {},
    }  # fmt: skip
    for wrong in ([], {"ops": {}}, {"ops": [], "have": []}, {"ops": [], "have": {"x": "y"}}):
        assert delegate.post(address, json=wrong).status_code == 422


def test_whoever_asks_too_often_is_told_so_over_either_way_and_still_points(
    sitting: Sitting,
    tablet: Tablets,
    client_of: Callable[[User], FlaskClient],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rates, "monotonic", lambda: 0.0)
    live_http.over_http.clear()
    chair, browser = tablet(sitting.chair), client_of(sitting.chair)
    chair.hello(sitting.id)
    asked, where = cmd("flood", "nothing.known", mid=sitting.id), f"/api/v1/meetings/{sitting.id}/commands"
    # One hello was asked already.
    over_socket = [chair.ask("cmd", asked)["err"] for _ in range(41)]
    assert (over_socket[38], over_socket[39:]) == ("not_found", ["rate", "rate"])
    over_http = [browser.post(where, json=asked).json["err"] for _ in range(41)]
    assert (over_http[39], over_http[40]) == ("not_found", "rate")
    follow = {"k": "lv", "mid": sitting.id, "key": "follow", "d": {"on": None}}
    assert chair.ask("lv", follow)["ok"]
    live_http.over_http.clear()


def test_what_a_device_draws_is_limited_apart_from_what_it_asks_and_from_other_devices(
    sitting: Sitting, client_of: Callable[[User], FlaskClient]
) -> None:
    live_http.drawn.clear()
    tablet, phone = client_of(sitting.delegate), client_of(sitting.delegate)
    base = f"/api/v1/meetings/{sitting.id}"
    answers = []
    while len(answers) < 1_000 and (not answers or answers[-1].status_code == 200):
        answers.append(tablet.post(f"{base}/annotations/sync", json={"ops": [], "have": {}}))
    refused = answers.pop()
    assert (len(answers) >= 60, refused.status_code, refused.get_json()["err"]) == (True, 429, "rate")
    assert phone.post(f"{base}/annotations/sync", json={"ops": [], "have": {}}).status_code == 200
    assert tablet.post(f"{base}/commands", json=cmd("d", "queue.ask", mid=sitting.id)).get_json()["ok"]
