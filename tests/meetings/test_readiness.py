"""The board of devices: who has the papers, who has old ones, whose tablet failed, who never opened it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from intranet.core import clock, db
from intranet.core.errors import BadState, Forbidden, Invalid, NotFound
from intranet.core.live import sockets
from intranet.notices import reminding
from intranet.notices.models import Notice
from intranet.people import sessions
from intranet.people.models import Post, User
from meetings.models.meeting import Participant, PartRole
from meetings.models.paper import PaperRule
from meetings.models.readiness import DeviceReadiness, Standing
from meetings.services import life, packs, readiness
from tests.clients import client_for
from tests.counting import count_queries
from tests.factories import Office
from tests.meetings.conftest import Sitting, add_paper

Says = Callable[..., None]


@pytest.fixture
def says(app: Flask, sitting: Sitting) -> Says:
    """A person's device says how it stands; without more that it has everything as it is now."""

    def say(user: User, device: str = "a" * 32, **other: Any) -> None:
        pack = packs.pack_of(user, sitting.id)
        n = len(pack.files)
        whole = {"device": device, "rev": pack.rev, "verified": n, "total": n, "problem": None}
        said = {**whole, "app": "0123abcd", "free": 5 * 2**30, "need": 0, **other}
        answer = client_for(app, user).post(f"/api/v1/meetings/{sitting.id}/pack/report", json=said)
        assert answer.status_code == 200, answer.json

    return say


def standings(actor: User, sitting: Sitting) -> dict[int, Standing]:
    """Where everybody stands whom the actor sees, by person."""
    return {line.user.id: line.standing for line in readiness.board(actor, sitting.id).lines}


def test_each_person_stands_where_their_readiest_device_does(sitting: Sitting, says: Says) -> None:
    paper = add_paper(sitting.secretary, sitting, None)
    says(sitting.delegate)
    says(sitting.guest, "b" * 32, verified=0, problem="full", need=2**22)
    says(sitting.chair, "c" * 32)
    assert standings(sitting.secretary, sitting) == {
        sitting.delegate.id: Standing.READY,
        sitting.guest.id: Standing.FAILED,
        sitting.chair.id: Standing.READY,
        sitting.secretary.id: Standing.NEVER,
    }
    add_paper(sitting.secretary, sitting, sitting.agenda[0])
    says(sitting.chair, "d" * 32)
    found = readiness.board(sitting.secretary, sitting.id)
    assert {line.user.id: line.standing for line in found.lines}[sitting.delegate.id] is Standing.OLD
    [chair] = [line for line in found.lines if line.user.id == sitting.chair.id]
    assert {one.standing for one in chair.devices} == {Standing.READY, Standing.OLD}
    assert chair.standing is Standing.READY
    assert found.counts == {Standing.READY: 1, Standing.OLD: 1, Standing.FAILED: 1, Standing.NEVER: 1}
    assert paper.pages == 3


def test_a_paper_for_few_makes_nobody_elses_device_an_old_one(sitting: Sitting, says: Says) -> None:
    says(sitting.delegate)
    says(sitting.guest, "b" * 32)
    few = add_paper(sitting.secretary, sitting, None)
    with db.unit_of_work() as session:
        rule = {"meeting_id": sitting.id, "by_id": sitting.secretary.id, "at": clock.now()}
        guests = [{"who": "role:guest", "can": []}]
        session.add(PaperRule(file_id=few.id, is_restricted=True, grants=guests, **rule))
    # Whoever reports on an item reads its papers: here nobody does.
    with db.unit_of_work():
        for item in sitting.agenda:
            item.owner_id = None
    found = standings(sitting.secretary, sitting)
    assert (found[sitting.delegate.id], found[sitting.guest.id]) == (Standing.READY, Standing.OLD)


def test_a_device_says_it_again_and_has_one_line(sitting: Sitting, says: Says) -> None:
    add_paper(sitting.secretary, sitting, None)
    says(sitting.delegate, verified=0, problem="network", need=9000)
    says(sitting.delegate)
    [row] = db.session().scalars(select(DeviceReadiness)).all()
    assert (row.verified, row.problem, row.need) == (1, None, 0)


def test_people_see_their_own_devices_alone(app: Flask, office: Office, sitting: Sitting, says: Says) -> None:
    alone = client_for(app, sitting.guest).get(f"/meetings/{sitting.id}/devices").text
    assert "Máy của bạn chưa có tài liệu cuộc họp này" in alone
    says(sitting.delegate)
    says(sitting.guest, "b" * 32)
    assert list(standings(sitting.guest, sitting)) == [sitting.guest.id]
    page = client_for(app, sitting.guest).get(f"/meetings/{sitting.id}/devices").text
    assert sitting.guest.full_name in page
    assert sitting.delegate.full_name not in page
    assert "chưa có tài liệu cuộc họp này" not in page
    assert "devices/remind" not in page
    assert "devices/remind" in client_for(app, sitting.chair).get(f"/meetings/{sitting.id}/devices").text
    with pytest.raises(NotFound, match=r"meeting\.unknown"):
        readiness.board(office.clerk, sitting.id)


def test_a_device_signed_out_or_at_rest_for_a_day_has_nothing_any_more(sitting: Sitting, says: Says) -> None:
    for user, device in ((sitting.delegate, "a"), (sitting.guest, "b"), (sitting.chair, "c")):
        says(user, device * 32)
    rows = {row.user_id: row for row in db.session().scalars(select(DeviceReadiness))}
    with db.unit_of_work() as session:
        sessions.end(rows[sitting.delegate.id].session_id)
        for key, hours in ((sitting.guest.id, 25), (sitting.chair.id, 23)):
            rested = clock.now() - timedelta(hours=hours)
            session.get_one(DeviceReadiness, rows[key].id).at = rested
            session.get_one(sessions.SessionRow, rows[key].session_id).seen_at = rested
    found = standings(sitting.secretary, sitting)
    assert found[sitting.delegate.id] is found[sitting.guest.id] is Standing.NEVER
    assert found[sitting.chair.id] is Standing.READY


def test_whoever_is_not_ready_is_reminded_and_nobody_else(sitting: Sitting, says: Says) -> None:
    says(sitting.delegate)
    says(sitting.chair, "b" * 32)
    assert readiness.remind(sitting.secretary, sitting.id) == 1
    told = db.session().scalars(select(Notice.user_id).where(Notice.kind == "meeting.pack")).all()
    assert told == [sitting.guest.id]
    says(sitting.guest, "c" * 32)
    with pytest.raises(BadState, match=r"pack\.all_ready"):
        readiness.remind(sitting.secretary, sitting.id)
    with pytest.raises(Forbidden, match=r"meeting\.not_yours_to_run"):
        readiness.remind(sitting.delegate, sitting.id)


def test_two_hours_before_whoever_has_papers_and_no_ready_device_is_told(draft: Sitting, app: Flask) -> None:
    with db.unit_of_work():
        draft.meeting.starts_at = clock.now() + timedelta(hours=5)
    add_paper(draft.secretary, draft, None)
    life.publish_meeting(draft.secretary, draft.id)
    whole = packs.pack_of(draft.delegate, draft.id)
    said = {"rev": whole.rev, "verified": 1, "total": 1, "app": "0123abcd", "need": 0, "device": "a" * 32}
    client_for(app, draft.delegate).post(f"/api/v1/meetings/{draft.id}/pack/report", json=said)
    told = select(Notice.user_id).where(Notice.kind == "meeting.pack_due")
    clock.advance(timedelta(hours=3, minutes=-1))
    reminding.send_due()
    assert db.session().scalars(told).all() == []
    clock.advance(timedelta(minutes=2))
    reminding.send_due()
    late = {one.id for one in draft.everybody} - {draft.delegate.id}
    assert sorted(db.session().scalars(told)) == sorted(late)


@pytest.mark.parametrize(
    "wrong",
    [
        {"device": "A" * 32},
        {"rev": "x"},
        {"app": None},
        {"verified": 2, "total": 1},
        {"verified": True},
        {"problem": "<b>"},
        {"free": -1},
        {"need": 2**60},
        {"total": 20_000},
    ],
)
def test_what_no_device_says_is_refused(sitting: Sitting, wrong: dict[str, Any]) -> None:
    right = {"device": "a" * 32, "rev": "b" * 16, "app": "c" * 8, "verified": 0, "total": 0}
    rest = {"problem": None, "free": None, "need": 0}
    with pytest.raises(Invalid, match=r"pack\.report"):
        readiness.report(sitting.delegate, sitting.id, right | rest | wrong)
    assert db.session().scalars(select(DeviceReadiness)).all() == []


def test_nobody_writes_on_the_line_of_anothers_device(app: Flask, sitting: Sitting, says: Says) -> None:
    says(sitting.delegate)
    said = {"device": "a" * 32, "rev": "b" * 16, "app": "c" * 8, "verified": 0, "total": 0, "need": 0}
    answer = client_for(app, sitting.guest).post(f"/api/v1/meetings/{sitting.id}/pack/report", json=said)
    assert answer.status_code == 422
    assert standings(sitting.secretary, sitting)[sitting.delegate.id] is Standing.READY


def test_the_board_is_read_anew_when_a_device_has_spoken(
    sitting: Sitting, says: Says, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[str, Any, str]] = []
    monkeypatch.setattr(sockets, "emit", lambda name, data, *, to, **_: told.append((name, data, to)))
    says(sitting.guest)
    heard = {to for name, data, to in told if (name, data) == ("changed", {"what": ["packs"]})}
    assert len(heard) == 3


@pytest.mark.parametrize("is_for_few", [False, True])
def test_two_hundred_devices_are_counted_right_and_by_as_many_questions_as_twenty(
    office: Office, sitting: Sitting, is_for_few: bool
) -> None:
    paper = add_paper(sitting.secretary, sitting, None)
    if is_for_few:
        rule = {"meeting_id": sitting.id, "by_id": sitting.secretary.id, "at": clock.now()}
        with db.unit_of_work() as session:
            guests = [{"who": "role:guest", "can": []}]
            session.add(PaperRule(file_id=paper.id, is_restricted=True, grants=guests, **rule))
    rev = packs.pack_of(sitting.guest, sitting.id).rev
    seat(sitting, office, range(20), rev)
    with count_queries() as few:
        readiness.board(sitting.secretary, sitting.id)
    seat(sitting, office, range(20, 200), rev)
    with count_queries() as many:
        found = readiness.board(sitting.secretary, sitting.id)
    assert len(many) == len(few)
    # Of five each: all of it, an earlier pack, a full disk, nothing said, signed out since.
    assert found.counts == {
        Standing.READY: 40,
        Standing.OLD: 40,
        Standing.FAILED: 40,
        Standing.NEVER: 80 + len(sitting.everybody),
    }


def seat(sitting: Sitting, office: Office, numbers: range, rev: str) -> None:
    """Guests, and what the device of each said; every fifth of them alike."""
    unit, now = office.other_leader.posts[0].unit, clock.now()
    said = {"rev": rev, "verified": 1, "total": 1, "problem": None, "app": "0123abcd", "need": 0}
    ways = ({}, {"rev": "0" * 16}, {"verified": 0, "problem": "full", "need": 2**20}, None, {})
    with db.unit_of_work() as session:
        for n in numbers:
            user = User(name=f"khach{n}", full_name=f"Khách Số {n}", org_id=unit.org_id)
            opened = {"public_id": f"{n:032x}", "token_hash": f"{n:064x}", "created_at": now, "seen_at": now}
            session.add(user)
            session.flush()
            session.add(Post(user_id=user.id, unit_id=unit.id, title="Khách"))
            part = {"meeting_id": sitting.id, "user_id": user.id, "position": 10 + n}
            session.add(Participant(role=PartRole.GUEST, **part))
            ended = now if n % 5 == 4 else None
            begun = sessions.SessionRow(user_id=user.id, data={}, ended_at=ended, **opened)
            session.add(begun)
            session.flush()
            row = {"device": f"{n:032x}", "at": now, "session_id": begun.id, "free": None}
            way = ways[n % 5]
            if way is not None:
                row |= {"meeting_id": sitting.id, "user_id": user.id}
                session.add(DeviceReadiness(**(row | said | way)))
