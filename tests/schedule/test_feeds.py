"""The personal feed, read back by a library that is not the one that wrote it."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import vobject
from flask.testing import FlaskClient

from intranet.core import clock, db
from intranet.people.models import User
from intranet.schedule import feeds, planning, weeks
from meetings.services import life
from meetings.services import planning as meetings
from tests.factories import Office
from tests.schedule.making import MONDAY, at, make_room, wish
from tests.tasks.making import give

pytestmark = pytest.mark.pages

Clients = Callable[[User], FlaskClient]


def read(client: FlaskClient, token: str) -> dict[str, Any]:
    """The events of a feed by their titles."""
    answer = client.get(f"/calendar/{token}.ics")
    assert answer.status_code == 200
    assert answer.mimetype == "text/calendar"
    calendar = vobject.readOne(answer.text)
    return {one.summary.value: one for one in getattr(calendar, "vevent_list", [])}


@pytest.fixture
def reader(client_of: Clients, office: Office) -> FlaskClient:
    """A calendar program: nobody is signed in."""
    client = client_of(office.officer)
    client.delete_cookie("sid")
    return client


def test_deadlines_are_whole_days_and_entries_and_meetings_have_their_hours(
    office: Office, reader: FlaskClient
) -> None:
    task = give(office)
    people = {"leader_ids": (office.leader.id,), "other_ids": (office.head.id,)}
    entry = wish("08:00", "09:30", title="Giao ban", **people)
    planning.propose(office.officer, entry)
    weeks.approve(office.office_head, MONDAY)
    room = make_room(office)
    meeting = meetings.create_meeting(
        office.officer,
        title="Họp; bàn, ngân sách",
        starts_at=at("14:00"),
        place="phòng họp số 1",
        chair_id=office.leader.id,
        delegate_ids=[office.head.id],
    )
    meetings.add_item(office.officer, meeting, title="Mục một", budget_min=90, owner_id=office.head.id)
    life.publish_meeting(office.officer, meeting)
    found = read(reader, feeds.make(office.head))
    (due,) = (title for title in found if title.startswith("Đến hạn: "))
    assert type(found[due].dtstart.value) is date
    assert found[due].uid.value == f"task-{task}@localhost"
    assert (found["Giao ban"].dtstart.value, found["Giao ban"].dtend.value) == (at("08:00"), at("09:30"))
    sitting = found["Họp; bàn, ngân sách"]
    assert sitting.dtend.value - sitting.dtstart.value == timedelta(minutes=90)
    assert sitting.location.value == "phòng họp số 1"
    assert room


def test_titles_of_what_is_restricted_do_not_leave_the_office(office: Office, reader: FlaskClient) -> None:
    give(office, title="Chuyện riêng về cán bộ", is_restricted=True)
    people = {"leader_ids": (office.leader.id,), "other_ids": (office.head.id,)}
    planning.propose(office.leader, wish("08:00", "09:00", title="Kín đáo", is_restricted=True, **people))
    token = feeds.make(office.head)
    text = reader.get(f"/calendar/{token}.ics").text
    assert "Kín đáo" not in text
    assert "Chuyện riêng" not in text
    assert {"Đã có lịch"} <= set(read(reader, token))
    assert any(title.startswith("Đến hạn: Nhiệm vụ NV-2026-") for title in read(reader, token))


def test_what_is_postponed_says_so_at_once_and_the_same_is_not_sent_twice(
    office: Office, reader: FlaskClient
) -> None:
    key = planning.propose(office.officer, wish("08:00", "09:00", leader_ids=(office.leader.id,)))
    weeks.approve(office.office_head, MONDAY)
    token = feeds.make(office.leader)
    first = reader.get(f"/calendar/{token}.ics")
    assert first.headers["Cache-Control"] == "private, no-cache"
    clock.advance(timedelta(hours=3))
    same = reader.get(f"/calendar/{token}.ics", headers={"If-None-Match": first.headers["ETag"]})
    assert (same.status_code, same.data) == (304, b"")
    planning.call_off(office.office_head, key, "Chờ")
    changed = reader.get(f"/calendar/{token}.ics", headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200
    assert read(reader, token)["Hoãn: Họp bàn"].status.value == "CANCELLED"


def test_a_wrong_a_revoked_an_older_token_and_a_leavers_are_all_alike(
    office: Office, reader: FlaskClient
) -> None:
    older, revoked = feeds.make(office.head), feeds.make(office.head)
    leavers = feeds.make(office.officer)
    assert reader.get(f"/calendar/{revoked}.ics").status_code == 200
    feeds.revoke(office.head)
    with db.unit_of_work() as session:
        session.get_one(User, office.officer.id).is_active = False
    answers = [
        reader.get(f"/calendar/{token}.ics", headers={"Accept": "text/calendar"})
        for token in (older, revoked, leavers, "khong-co-token-nay")
    ]
    assert {one.status_code for one in answers} == {404}
    # The token of forms carries the second in which it was made.
    changing = r"""nonce-[^']+'|[0-9a-f]{16}|(?<=csrf-token" content=")[^"]+|(?<="X-CSRFToken": ")[^"]+"""
    texts = {re.sub(changing, "", one.text) for one in answers}
    assert len(texts) == 1
    assert all(one.headers["Cache-Control"] == "no-store" for one in answers)


def test_the_address_is_shown_once_and_closed_by_its_owner(office: Office, client_of: Clients) -> None:
    client = client_of(office.head)
    shown = client.post("/me/calendar").text
    token = shown.split("/calendar/")[1].split(".ics")[0]
    assert token not in client.get("/me/calendar").text
    assert client.get(f"/calendar/{token}.ics").status_code == 200
    assert client.post("/me/calendar/revoke").status_code == 302
    assert client.get(f"/calendar/{token}.ics").status_code == 404
    assert client.post("/me/calendar/revoke").status_code == 404
