"""Another device takes a person's place in a room: by a code, once, for this meeting alone."""

import logging
import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.routing import AnyConverter, BaseConverter, IntegerConverter

from intranet.core import clock, db
from intranet.core.errors import BadState, DomainError, Forbidden, TooMany
from intranet.core.live import DESK, MEETINGS, sockets
from intranet.core.web import access_of
from intranet.notices.models import Notice
from intranet.people.models import User
from intranet.people.sessions import SessionRow
from meetings.models.device import DeviceCode
from meetings.models.meeting import MeetingState, PartRole
from meetings.services import ballots, devices, life, participants, polls, readiness, speaking
from meetings.services.devices import Comer
from tests.clients import OfficeClient
from tests.factories import Office
from tests.meetings.conftest import Sitting, add_paper, make_sitting
from tests.meetings.test_concurrency import at_once
from tests.meetings.test_live import Tablet, Tablets, cmd, tablet
from tests.meetings.voting import make_chamber
from tests.people.browsing import send, stranger

__all__ = ["tablet"]

Browsers = Callable[[User], FlaskClient]


def code_of(actor: User, sitting: Sitting, person: User | None = None) -> str:
    """A code that somebody issues."""
    return devices.issue_code(actor, sitting.id, person=person.id if person else None).code


def show(browser: Any, sitting: Sitting, code: str, agreed: str = "") -> Any:
    """Type a code; agree to whose it is."""
    return send(browser, f"/tablet/{sitting.id}", code=code, agreed=agreed)


def taken(app: Flask, sitting: Sitting, code: str) -> OfficeClient:
    """A fresh device that has taken the place of the code's person."""
    browser = stranger(app)
    answer = show(browser, sitting, code, "1")
    assert answer.headers["Location"] == f"/meetings/{sitting.id}/room", unescape(answer.text)
    token = re.search(r'name="csrf-token" content="([^"]+)"', browser.get(answer.location).text)
    assert token is not None
    browser.csrf = token[1]
    return browser


def refusal(answer: Any, typed: str) -> str:
    """The sentence beside the field; what was typed is still in it."""
    assert answer.status_code == 422
    assert f'value="{typed}"' in answer.text
    (said,) = re.findall(r'<p class="o-err"[^>]*>(?:<svg.*?</svg>)?([^<]+)</p>', answer.text)
    return unescape(said)


def _value(kind: BaseConverter, number: int) -> Any:
    """Something that an address takes."""
    if isinstance(kind, AnyConverter):
        return min(kind.items)
    length = re.search(r"\{(\d+)", kind.regex)
    return number if isinstance(kind, IntegerConverter) else "1" * int(length[1] if length else 8)


def test_a_dead_tablet_costs_neither_ballot_nor_request_and_the_old_one_locks(
    app: Flask, office: Office, guest: User, client_of: Browsers, tablet: Tablets
) -> None:
    chamber = make_chamber(office, guest, 6)
    sitting, delegate = chamber.sitting, chamber.sitting.delegate
    old_browser = client_of(delegate)
    old, desk = Tablet(app, old_browser), tablet(sitting.secretary)
    for one in (old, desk):
        assert one.hello(sitting.id)["ok"]
    poll = chamber.open()
    ballots.cast_ballot(delegate, sitting.id, poll, ["yes"])
    speaking.ask(delegate, sitting.id)

    answer = desk.ask("cmd", cmd("a", "device.code", mid=sitting.id, p=delegate.id))
    assert re.fullmatch(r"\d{6}", answer["code"])
    assert answer["at"] == f"localhost/tablet/{sitting.id}"
    assert answer["qr"].startswith("data:image/svg+xml")
    offered = show(stranger(app), sitting, f" {answer['code'][:3]} {answer['code'][3:]}")
    assert "Đỗ Thị Thanh Hà" in unescape(offered.text)
    new = taken(app, sitting, answer["code"])

    assert [(one["code"], one["mid"]) for one in old.heard("bye")] == [("device.moved", sitting.id)]
    assert [one["d"] for one in desk.heard("lv") if one["key"] == "device"] == [{"p": delegate.id}]
    came = Tablet(app, new)
    welcome = came.hello(sitting.id)
    assert (welcome["me"]["p"], welcome["cls"]) == (delegate.id, "member")
    assert welcome["me"]["votes"][str(poll)]["cast"] is True
    assert [one["p"] for one in welcome["state"]["queue"]["wait"]] == [delegate.id]
    again = came.ask("cmd", cmd("c", "vote.cast", mid=sitting.id, id=poll, choice=["no"]))
    assert again["already"] is True
    assert polls.overlay(delegate, sitting.meeting)[str(poll)]["choice"] == ["yes"]

    assert old.hello(sitting.id)["code"] == "device.moved"
    withdraw = cmd("b", "queue.withdraw", mid=sitting.id, id=1)
    assert old.ask("cmd", withdraw)["code"] == "device.moved"
    assert old_browser.post(f"/api/v1/meetings/{sitting.id}/commands", json=withdraw).status_code == 403
    assert old_browser.get(f"/meetings/{sitting.id}/room").location == f"/tablet/{sitting.id}"
    assert "Máy này đã khóa" in unescape(old_browser.get(f"/tablet/{sitting.id}").text)
    assert old_browser.get("/me").status_code == 200
    assert 'name="password"' in old_browser.get("/sign-in?again=1").text
    clock.freeze(clock.now() + timedelta(seconds=5))
    assert client_of(delegate).get(f"/meetings/{sitting.id}/room").status_code == 200
    (notice,) = db.session().scalars(select(Notice).where(Notice.kind == "meeting.device_moved"))
    assert (notice.user_id, notice.by_id) == (delegate.id, sitting.secretary.id)


def test_a_lent_device_that_was_wiped_stays_on_the_secretarys_board_and_no_other_may_say_so(
    app: Flask, sitting: Sitting, client_of: Browsers
) -> None:
    browser, own = taken(app, sitting, code_of(sitting.secretary, sitting, sitting.delegate)), "a" * 32
    where = f"/api/v1/meetings/{sitting.id}/pack"
    said = {"device": own, "rev": "0" * 16, "verified": 0, "total": 0, "app": "0123abcd", "need": 0}
    for _ in range(2):
        assert browser.post(f"{where}/report", json=said).status_code == 200
        assert browser.post(f"{where}/wiped", json={}).status_code == 200
    assert browser.post("/sign-out").status_code == 302
    bare = taken(app, sitting, code_of(sitting.secretary, sitting, sitting.guest))
    assert bare.post(f"{where}/wiped", json={}).status_code == 200
    page = client_of(sitting.secretary).get(f"/meetings/{sitting.id}/devices").text
    assert page.count("máy báo đã xóa hết lúc") == 2
    lines = {line.user.id: line for line in readiness.board(sitting.secretary, sitting.id).lines}
    assert (lines[sitting.delegate.id].devices, lines[sitting.chair.id].wiped) == ([], [])
    assert client_of(sitting.chair).post(f"{where}/wiped", json={}).status_code == 409


def test_a_code_of_the_old_device_replaces_that_device_and_no_other(
    app: Flask, sitting: Sitting, client_of: Browsers, tablet: Tablets
) -> None:
    old_browser = client_of(sitting.delegate)
    old, phone = Tablet(app, old_browser), tablet(sitting.delegate)
    for one in (old, phone):
        one.hello(sitting.id)
    answer = old.ask("cmd", cmd("a", "device.code", mid=sitting.id))
    taken(app, sitting, answer["code"])
    assert [one["args"][0]["code"] for one in old.socket.queue if one["name"] == "bye"] == ["device.moved"]
    assert not old.socket.is_connected(MEETINGS)
    assert phone.heard("bye") == []
    assert phone.hello(sitting.id)["ok"]
    assert old_browser.get("/me").location == "/sign-in?next=/me"
    assert "Máy này đã khóa" in unescape(old_browser.get("/sign-in").text)
    assert not Tablet(app, old_browser).socket.is_connected(MEETINGS)


def test_the_new_device_reaches_the_one_meeting_and_nothing_else(
    app: Flask, office: Office, guest: User, sitting: Sitting
) -> None:
    """Even of somebody who administers the office and chairs other meetings."""
    other = make_sitting(office, guest)
    for one in (sitting, other):
        with db.unit_of_work():
            participants.add_person(one.chair, one.meeting, office.admin, PartRole.DELEGATE)
    mine, theirs = add_paper(sitting.secretary, sitting, None), add_paper(other.secretary, other, None)
    browser = taken(app, sitting, code_of(sitting.secretary, sitting, office.admin))
    assert browser.get(f"/files/{mine.public_id}/a.pdf").status_code == 200
    assert browser.get(f"/files/{theirs.public_id}/a.pdf").status_code == 404
    assert browser.get(f"/api/v1/meetings/{sitting.id}/snapshot").status_code == 200
    assert browser.get("/sign-in").status_code == 200
    tried = 0
    for rule in app.url_map.iter_rules():
        access = access_of(app.view_functions[rule.endpoint])
        if access is None or access.rule == "public" or access.within == "*":
            continue
        for mid in {sitting.id, other.id} - ({sitting.id} if access.within else set()):
            names = rule._converters
            given = {name: _value(names[name], mid if name == "mid" else 1) for name in names}
            address = app.url_map.bind("localhost").build(rule.endpoint, given)
            for method in (rule.methods or set()) & {"GET", "POST", "DELETE"}:
                answer = browser.open(address, method=method, json={})
                is_sent_back = (answer.status_code, answer.location) == (302, f"/tablet/{sitting.id}")
                assert answer.status_code == 403 or (method == "GET" and is_sent_back), (method, address)
                tried += 1
    assert tried > 150
    socket = Tablet(app, browser)
    assert socket.hello(sitting.id)["ok"]
    assert socket.hello(other.id)["err"] == "not_found"
    assert socket.ask("cmd", cmd("a", "queue.ask", mid=other.id))["err"] == "not_found"
    assert sockets.io is not None
    desk = sockets.io.test_client(
        app, namespace=DESK, flask_test_client=browser, headers={"Origin": "http://localhost"}
    )
    assert not desk.is_connected(DESK)


def test_what_is_wrong_with_a_code_is_said_beside_the_field(
    app: Flask, office: Office, sitting: Sitting, client_of: Browsers
) -> None:
    secretary, delegate, guest = sitting.secretary, sitting.delegate, sitting.guest
    tablet = stranger(app)
    assert "gồm 6 chữ số" in refusal(show(tablet, sitting, "12a456"), "12a456")
    void, good = code_of(secretary, sitting, delegate), code_of(secretary, sitting, delegate)
    bad = next(code for code in ("000001", "000002", "000003") if code not in {void, good})
    assert "chưa đúng" in refusal(show(tablet, sitting, bad), bad)
    assert "mã mới hơn" in refusal(show(tablet, sitting, void), void)
    assert "đúng người được cấp mã" in refusal(show(client_of(delegate), sitting, good), good)
    taken(app, sitting, good)
    assert "máy khác dùng" in refusal(show(stranger(app), sitting, good, "1"), good)

    gone = code_of(secretary, sitting, guest)
    participants.remove_participant(secretary, sitting.id, guest.id)
    assert "không còn trong thành phần" in refusal(show(stranger(app), sitting, gone, "1"), gone)
    late = code_of(secretary, sitting, delegate)
    clock.freeze(clock.now() + timedelta(minutes=5, seconds=1))
    assert "quá 5 phút" in refusal(show(stranger(app), sitting, late), late)
    over = code_of(secretary, sitting, delegate)
    life.move_meeting(sitting.chair, sitting.id, MeetingState.ENDED, confirm=True)
    assert "đã kết thúc" in refusal(show(stranger(app), sitting, over, "1"), over)


def test_an_unknown_meeting_asks_for_a_code_like_any_other(app: Flask, sitting: Sitting) -> None:
    def page(mid: int) -> str:
        shown = stranger(app).get(f"/tablet/{mid}").text.replace(f"/tablet/{mid}", "/tablet/")
        shown = shown.replace(f"meetings/{mid}/room", "")
        tokens = r'((?:csrf_token|once)"[^>]*value=|csrf-token" content=|X-CSRFToken": )"[^"]*"'
        return re.sub(tokens, r"\1", shown)

    unknown = sitting.id + 4711
    assert page(sitting.id) == page(unknown)
    assert "chưa đúng" in refusal(send(stranger(app), f"/tablet/{unknown}", code="123456"), "123456")


@pytest.mark.own_db
def test_of_two_devices_with_one_code_exactly_one_comes_in(app: Flask, sitting: Sitting) -> None:
    code, mid = code_of(sitting.secretary, sitting, sitting.delegate), sitting.id

    def take(_: User) -> Any:
        with app.test_request_context():
            return devices.take_place(mid, code, Comer("10.0.0.1"))

    answers = at_once([(sitting.secretary.id, take)] * 4)
    assert sorted(answers, key=str) == [None, *["device.used"] * 3]
    with db.scope():
        bound = select(SessionRow.user_id).where(SessionRow.only == f"meeting:{mid}")
        assert db.session().scalars(bound).all() == [sitting.delegate.id]


def test_guessing_wears_codes_off_and_slows_down_and_nothing_tells_a_code(
    app: Flask, sitting: Sitting, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    good = code_of(sitting.secretary, sitting, sitting.delegate)
    wrong = [f"{n:06d}" for n in range(100, 125) if f"{n:06d}" != good]

    def guess(code: str, address: str) -> str:
        with app.test_request_context(), pytest.raises(DomainError) as refused:
            devices.look_at_code(sitting.id, code, Comer(address))
        return refused.value.code

    one_place = [guess(code, "10.0.0.9") for code in wrong[:6]]
    assert one_place == ["device.wrong"] * 5 + ["auth.wait"]
    assert [guess(code, f"10.0.1.{n}") for n, code in enumerate(wrong[6:21])] == ["device.wrong"] * 15
    clock.freeze(clock.now() + timedelta(seconds=10))
    assert guess(good, "10.0.2.1") == "device.wrong_often"
    fresh = code_of(sitting.secretary, sitting, sitting.delegate)
    taken(app, sitting, fresh)
    row = db.session().scalars(select(DeviceCode).order_by(DeviceCode.id.desc()).limit(1)).one()
    said = caplog.text + " ".join(str(record.__dict__) for record in caplog.records)
    for code in (good, fresh, wrong[0]):
        assert code not in said
        assert code not in str(vars(row))


def test_only_a_secretary_issues_for_others_and_only_while_the_room_is_open(
    sitting: Sitting, draft: Sitting
) -> None:
    for actor in (sitting.chair, sitting.delegate):
        with pytest.raises(Forbidden, match="not_yours"):
            code_of(actor, sitting, sitting.guest)
        assert len(code_of(actor, sitting)) == 6
    with pytest.raises(BadState, match="room_closed"):
        code_of(draft.secretary, draft, draft.delegate)
    for _ in range(devices.MOST_CODES):
        code_of(sitting.secretary, sitting, sitting.guest)
    with pytest.raises(TooMany, match="many_codes"):
        code_of(sitting.secretary, sitting, sitting.guest)


def test_a_bound_device_stays_through_a_long_sitting_and_goes_half_an_hour_after_it(
    app: Flask, sitting: Sitting
) -> None:
    browser = taken(app, sitting, code_of(sitting.secretary, sitting, sitting.delegate))
    snapshot = f"/api/v1/meetings/{sitting.id}/snapshot"
    clock.freeze(clock.now() + timedelta(hours=3))
    assert browser.get(snapshot).status_code == 200
    life.move_meeting(sitting.chair, sitting.id, MeetingState.ENDED, confirm=True)
    clock.freeze(clock.now() + devices.LINGERS - timedelta(seconds=1))
    assert browser.get(snapshot).status_code == 200
    assert "Office-Session" not in browser.get(snapshot).headers
    clock.freeze(clock.now() + timedelta(seconds=2))
    over = browser.get(snapshot)
    # What it kept of the meeting goes now, also where nobody gave it back.
    assert (over.status_code, over.headers.get("Office-Session")) == (401, "ended")
