"""What devices keep of a meeting: each person's own list, by hash, under a key that nobody else is given."""

import base64
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from flask import Flask

from intranet.core import clock, db
from intranet.core.errors import Forbidden, Invalid, NotFound
from intranet.core.live import person_room, sockets
from intranet.people.sessions import SessionRow, end
from intranet.records import files, store
from intranet.records.models import Scan, ScanState
from meetings.models.meeting import MeetingState
from meetings.models.minutes import Minutes, MinutesState
from meetings.models.paper import PacksChanged, PaperRule
from meetings.services import distributing, life, packs, papers, participants
from tests.clients import client_for
from tests.factories import Office
from tests.meetings.conftest import Sitting, add_paper
from tests.meetings.test_devices import code_of, show
from tests.people.browsing import stranger


def told(answer: Any) -> Any:
    """The JSON of an answer."""
    return answer.json


def test_a_pack_names_what_is_shown_by_the_hash_of_its_bytes(sitting: Sitting) -> None:
    paper = add_paper(sitting.secretary, sitting, sitting.agenda[0])
    kept = files.keep(b"PK ledger", "bang tinh.xlsx", "application/zip", pages=None)
    papers.add_made_paper(sitting.secretary, sitting.id, None, kept)
    pack = packs.pack_of(sitting.delegate, sitting.id)
    [only] = pack.files
    assert (only.file, only.rev, only.pages) == (paper.public_id, paper.sha256, 3)
    data = store.path_of(only.sha256).read_bytes()
    assert (only.sha256, only.bytes) == (sha256(data).hexdigest(), len(data))
    assert pack.bytes == only.bytes
    assert only.url == papers.url_of(paper)


def test_the_name_of_a_pack_changes_with_its_files_and_with_nothing_else(sitting: Sitting) -> None:
    empty = packs.pack_of(sitting.delegate, sitting.id).rev
    paper = add_paper(sitting.secretary, sitting, None)
    full = packs.pack_of(sitting.delegate, sitting.id)
    assert full.rev != empty
    with db.unit_of_work():
        sitting.meeting.v += 5
    assert packs.pack_of(sitting.guest, sitting.id).rev == full.rev
    papers.withdraw_paper(sitting.secretary, sitting.id, paper.public_id)
    assert packs.pack_of(sitting.delegate, sitting.id).rev == empty


def test_a_pack_says_which_words_of_scans_are_kept_and_changes_once_they_were_read(sitting: Sitting) -> None:
    paper = add_paper(sitting.secretary, sitting, None)
    with db.unit_of_work() as session:
        scan = Scan(
            sha256=paper.sha256, pages=3, done=0, tries=0, asked_at=clock.now(), state=ScanState.READING
        )
        session.add(scan)
    before = packs.pack_of(sitting.delegate, sitting.id)
    with db.unit_of_work() as session:
        session.get_one(Scan, paper.sha256).state = ScanState.DONE
    after = packs.pack_of(sitting.delegate, sitting.id)
    assert [before.files[0].words, after.files[0].words] == [False, True]
    assert before.rev != after.rev
    assert after.told()["files"][0]["words"] is True


@pytest.mark.parametrize("state", [MeetingState.CANCELLED, MeetingState.CLOSED])
def test_of_a_meeting_that_was_called_off_or_filed_devices_keep_nothing(
    sitting: Sitting, published: list[Any], state: MeetingState
) -> None:
    add_paper(sitting.secretary, sitting, None)
    before = packs.pack_of(sitting.guest, sitting.id)
    with db.unit_of_work() as session:
        is_over = state is MeetingState.CLOSED
        sitting.meeting.state = MeetingState.MINUTES if is_over else MeetingState.PUBLISHED
        if is_over:
            session.add(Minutes(meeting_id=sitting.id, state=MinutesState.APPROVED, reason="", notice_ref=""))
    life.move_meeting(sitting.chair, sitting.id, state, reason="Bão")
    assert PacksChanged(sitting.id) in published
    after = packs.pack_of(sitting.guest, sitting.id)
    assert (len(before.files), after.files, after.before) == (1, [], [])
    assert before.rev != after.rev


def test_a_paper_for_few_is_in_the_packs_of_few_and_one_for_online_reading_in_none(sitting: Sitting) -> None:
    few = add_paper(sitting.secretary, sitting, None)
    online = add_paper(sitting.secretary, sitting, sitting.agenda[0])
    made = {"meeting_id": sitting.id, "by_id": sitting.secretary.id, "at": clock.now()}
    to_guests = [{"who": "role:guest", "can": []}]
    with db.unit_of_work() as session:
        session.add(PaperRule(file_id=few.id, is_restricted=True, grants=to_guests, **made))
        session.add(PaperRule(file_id=online.id, online_only=True, grants=[], **made))
    assert packs.pack_of(sitting.chair, sitting.id).files[0].file == few.public_id
    assert [one.file for one in packs.pack_of(sitting.guest, sitting.id).files] == [few.public_id]
    with db.unit_of_work() as session:
        session.get_one(PaperRule, few.id).grants = []
    assert packs.pack_of(sitting.guest, sitting.id).files == []


def test_whoever_takes_no_part_and_a_device_that_was_replaced_get_no_pack(
    app: Flask, office: Office, sitting: Sitting
) -> None:
    with pytest.raises(NotFound, match=r"meeting\.unknown"):
        packs.pack_of(office.clerk, sitting.id)
    old = client_for(app, sitting.delegate)
    assert told(old.get(f"/meetings/{sitting.id}/pack.json"))["p"] == sitting.delegate.id
    show(stranger(app), sitting, code_of(sitting.secretary, sitting, sitting.delegate), "1")
    moved = old.get(f"/meetings/{sitting.id}/pack.json", headers={"Accept": "application/json"})
    assert (moved.status_code, told(moved)["code"]) == (403, "device.moved")


def test_packs_of_the_week_are_those_of_published_meetings_of_ones_own(
    office: Office, sitting: Sitting, draft: Sitting
) -> None:
    assert [one.meeting.id for one in packs.coming(sitting.delegate)] == [sitting.id]
    assert packs.coming(office.clerk) == []
    with db.unit_of_work():
        draft.meeting.published_at = clock.now()
        draft.meeting.state = draft.meeting.state.PUBLISHED
        draft.meeting.starts_at = clock.now() + packs.AHEAD + timedelta(hours=1)
    assert draft.id not in [one.meeting.id for one in packs.coming(sitting.delegate)]


def test_a_person_gets_a_key_again_and_nobody_else_gets_the_same(sitting: Sitting) -> None:
    kid, key = packs.device_key(sitting.delegate)
    assert len(key) == 32
    assert packs.device_key(sitting.delegate, kid) == (kid, key)
    assert packs.device_key(sitting.guest, kid)[1] != key
    assert packs.device_key(sitting.delegate)[0] != kid
    for wrong in ("", "A" * 32, kid[:-1], f"{kid[:-1]}:"):
        with pytest.raises(Invalid, match=r"device\.key_name"):
            packs.device_key(sitting.delegate, wrong)


def test_a_device_in_another_ones_place_keeps_its_one_meeting(app: Flask, sitting: Sitting) -> None:
    add_paper(sitting.secretary, sitting, None)
    fresh = stranger(app)
    code = code_of(sitting.secretary, sitting, sitting.delegate)
    assert show(fresh, sitting, code, "1").status_code == 302
    pack = told(fresh.get(f"/meetings/{sitting.id}/pack.json"))
    assert len(pack["files"]) == 1
    assert any(address.endswith(".worker.min.mjs") for address in pack["shell"])
    page = fresh.get(f"/meetings/{sitting.id}/pack/room").text
    assert 'data-welcome="' in page
    fresh.csrf = page.split('name="csrf-token" content="')[1].split('"')[0]
    given = told(fresh.post("/api/v1/device-key", json={}))
    _, same = packs.device_key(sitting.delegate, given["kid"])
    assert base64.b64decode(given["key"]) == same
    assert fresh.get("/api/v1/packs", headers={"Accept": "application/json"}).status_code == 403


def test_a_browser_hears_that_its_session_was_ended_but_not_that_it_rested(
    app: Flask, sitting: Sitting
) -> None:
    browser = client_for(app, sitting.delegate)
    assert "Office-Session" not in browser.get("/meetings").headers
    with db.unit_of_work() as session:
        row = session.query(SessionRow).filter_by(user_id=sitting.delegate.id).one()
        row.seen_at = clock.now() - timedelta(hours=3)
        row_id = row.id
    assert "Office-Session" not in browser.get("/sign-in").headers
    with db.unit_of_work():
        end(row_id)
    asked = browser.get("/api/v1/packs", headers={"Accept": "application/json"})
    assert (asked.status_code, asked.headers["Office-Session"]) == (401, "ended")
    assert browser.get("/sign-in").headers["Office-Session"] == "ended"
    assert browser.get(f"/tablet/{sitting.id}").headers["Office-Session"] == "ended"


def test_signing_out_leaves_what_others_wrote_where_the_page_asks_for_it(
    app: Flask, sitting: Sitting
) -> None:
    kept = client_for(app, sitting.delegate).post("/sign-out", data={"sure": "1", "keep": "1"})
    assert kept.headers["Clear-Site-Data"] == '"cache"'
    gone = client_for(app, sitting.delegate).post("/sign-out", data={"sure": "1"})
    assert gone.headers["Clear-Site-Data"] == '"cache", "storage"'


def test_the_service_worker_lies_at_the_root_and_the_kept_page_names_nobody(app: Flask) -> None:
    browser = stranger(app)
    worker = browser.get("/sw.js")
    assert worker.headers["Cache-Control"] == "no-cache"
    assert worker.headers["Content-Security-Policy"] == "default-src 'none'; connect-src 'self'"
    assert worker.mimetype == "text/javascript"
    assert 'data-user=""' in browser.get("/kept").text


def test_a_code_for_a_device_does_not_open_the_pack_of_another_meeting(
    sitting: Sitting, draft: Sitting
) -> None:
    bound = sitting.delegate
    bound.come_by(0, clock.now(), f"meeting:{sitting.id}")
    with pytest.raises((NotFound, Forbidden)):
        packs.pack_of(bound, draft.id)


def test_open_pages_hear_at_once_that_a_pack_is_another_and_whose_it_no_longer_is(
    sitting: Sitting, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    paper = add_paper(sitting.secretary, sitting, None)
    monkeypatch.setattr(sockets, "present", set)
    monkeypatch.setattr(
        sockets,
        "emit",
        lambda name, data, *, to, **_: told.append(to) if data == {"what": ["kept"]} else None,
    )
    everybody = sorted(person_room(one.id) for one in sitting.everybody)
    acts = (
        lambda: distributing.set_rights(
            sitting.secretary, sitting.id, paper.public_id, grants=None, online_only=True
        ),
        lambda: papers.withdraw_paper(sitting.secretary, sitting.id, paper.public_id),
    )
    for act in acts:
        told.clear()
        act()
        assert sorted(told) == everybody
    told.clear()
    participants.remove_participant(sitting.secretary, sitting.id, sitting.guest.id)
    assert told == [person_room(sitting.guest.id)]
