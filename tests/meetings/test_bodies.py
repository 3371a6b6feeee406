"""The bodies of an agency: who keeps their rules, what is refused, and what a meeting makes of them."""

from collections.abc import Callable
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient

from intranet.core import db
from intranet.core.errors import Forbidden, Invalid, NotFound, Stale
from intranet.people.models import User
from intranet.records.audit import history
from meetings.models.floor import Body
from meetings.models.meeting import Meeting, MeetingState
from meetings.services import bodies, life, planning, profiles
from meetings.services.profiles import Rules
from tests.factories import Office
from tests.meetings.conftest import Sitting, journal_of, make_sitting
from tests.meetings.floor_acts import state_of

Browsers = Callable[[User], FlaskClient]
BOARD = Rules("Ban chỉ đạo", 1, 2, "present", "revote", secret_min=5)


def names(office: Office) -> list[str]:
    return [one.name for one in bodies.bodies_of(office.org.id)]


def test_an_agency_begins_with_the_ready_made_bodies_and_adds_its_own(office: Office) -> None:
    added = profiles.add_body(office.admin, BOARD)
    assert names(office) == ["UBND", "Hội đồng", "Ban", "Ban chỉ đạo"]
    made = db.session().get_one(Body, added)
    assert (made.quorum_num, made.quorum_den, made.base, made.tie, made.secret_min) == (
        1,
        2,
        "present",
        "revote",
        5,
    )
    assert [line.act for line in history(profiles.ref_of(made))] == ["body.added"]
    assert bodies.bodies_of(office.other.id) == []


def test_only_an_administrator_of_that_agency_changes_its_bodies(office: Office) -> None:
    own = profiles.kept_bodies(office.org.id)[0].id
    for stranger in (office.officer, office.leader, office.office_head):
        with pytest.raises(Forbidden, match=r"auth\.no_permit"):
            profiles.add_body(stranger, BOARD)
        with pytest.raises(Forbidden, match=r"auth\.no_permit"):
            profiles.edit_body(stranger, own, BOARD)
    foreign = profiles.kept_bodies(office.other.id)[0].id
    with pytest.raises(NotFound, match=r"body\.unknown"):
        profiles.edit_body(office.admin, foreign, BOARD)
    assert "Ban chỉ đạo" not in names(office)


@pytest.mark.parametrize(
    ("wrong", "code", "field"),
    [
        ({"name": "  "}, "body.name", "name"),
        ({"name": "x" * 61}, "body.name", "name"),
        ({"name": "ubnd"}, "body.taken", "name"),
        ({"quorum_num": 4}, "body.quorum", "quorum_num"),
        ({"quorum_num": 0}, "body.quorum", "quorum_num"),
        ({"quorum_num": 60, "quorum_den": 101}, "body.quorum", "quorum_num"),
        ({"secret_min": 2}, "body.secret", "secret_min"),
        ({"proxy_limit": 6}, "body.proxies", "proxy_limit"),
        ({"proxy_limit": -1}, "body.proxies", "proxy_limit"),
        ({"papers_days": 31}, "body.papers", "papers_days"),
        ({"need_three": "most"}, "body.choice", None),
        ({"need_many": "all"}, "body.choice", None),
        ({"base": "everybody"}, "body.choice", None),
        ({"tie": "coin"}, "body.choice", None),
    ],
)
def test_rules_that_cannot_be_are_refused(
    office: Office, wrong: dict[str, Any], code: str, field: str | None
) -> None:
    with pytest.raises(Invalid, match=code) as refused:
        profiles.add_body(office.admin, replace(BOARD, **wrong))
    assert refused.value.data.get("field") == field
    assert bodies.bodies_of(office.org.id) == []


def test_the_second_of_two_tabs_is_told_that_the_rules_changed(office: Office) -> None:
    body = profiles.kept_bodies(office.org.id)[2]
    seen = profiles.edition_of(body)
    profiles.edit_body(office.admin, body.id, BOARD, expect=seen)
    with pytest.raises(Stale, match=r"body\.changed"):
        profiles.edit_body(office.admin, body.id, replace(BOARD, quorum_den=4), expect=seen)
    assert names(office) == ["UBND", "Hội đồng", "Ban chỉ đạo"]
    assert [line.act for line in history(profiles.ref_of(body))] == ["body.edited"]


def test_a_room_hears_of_changed_rules_and_its_quorum_follows(office: Office, guest: User) -> None:
    sitting = make_sitting(office, guest, MeetingState.PUBLISHED)
    body = profiles.kept_bodies(office.org.id)[0]
    assert state_of(sitting, sitting.chair)["att"]["need"] == 2
    rules = Rules("UBND tỉnh", 1, 2, "members", "chair_side", secretary_counts=True)
    profiles.edit_body(office.admin, body.id, rules)
    profiles.edit_body(office.admin, body.id, rules)
    assert journal_of(sitting.id) == ["body.chosen"]
    state = state_of(sitting, sitting.delegate)
    assert (state["body"]["name"], state["att"]["need"], state["att"]["of"]) == ("UBND tỉnh", 2, 3)


def test_a_meeting_that_is_over_keeps_what_its_room_was_told(office: Office, sitting: Sitting) -> None:
    with db.unit_of_work():
        bodies.settle(sitting.meeting)
    life.end_meeting(sitting.chair, sitting.id, confirm=True)
    before = journal_of(sitting.id)
    profiles.edit_body(office.admin, bodies.bodies_of(office.org.id)[0].id, BOARD)
    assert journal_of(sitting.id) == before


# --- Pages ---


def typed(**more: str) -> dict[str, str]:
    return {
        "name": "Hội đồng thẩm định",
        "quorum_num": "3",
        "quorum_den": "4",
        "base": "valid",
        "tie": "revote",
        "secret_min": "7",
        "proxy_limit": "2",
        "need_three": "least_2_3",
        "need_single": "most",
        "need_many": "over_1_2",
        "papers_days": "3",
        "subs_vote": "y",
        "queue_rule": "fair",
        "secretary_counts": "y",
        "once": "body-1",
    } | more


def test_the_page_shows_the_bodies_and_a_double_click_adds_one(office: Office, client_of: Browsers) -> None:
    browser = client_of(office.admin)
    page = unescape(browser.get("/admin/bodies").get_data(as_text=True))
    assert "2/3 thành viên" in page
    assert "Tổng số thành viên" in page
    for _ in range(2):
        answer = browser.post("/admin/bodies/new", data=typed())
        assert (answer.status_code, answer.headers["Location"]) == (302, "/admin/bodies")
    assert names(office)[3:] == ["Hội đồng thẩm định"]
    made = bodies.bodies_of(office.org.id)[3]
    assert (made.secretary_counts, made.remote_allowed, made.secret_min) == (True, False, 7)
    assert made.queue_rule == "fair"
    page = unescape(browser.get("/admin/bodies").get_data(as_text=True))
    assert "Đã lưu quy chế" in page
    assert (made.proxy_limit, "bỏ phiếu thay 2 người" in page) == (2, True)
    assert (made.need_three, made.papers_days, made.subs_vote) == ("least_2_3", 3, True)
    assert all(
        words in page for words in ("Từ 2/3", "trước 3 ngày làm việc", "người dự thay được biểu quyết")
    )


def test_all_that_is_wrong_is_said_at_once_and_what_was_typed_stays(
    office: Office, client_of: Browsers
) -> None:
    wrong = typed(name="", quorum_num="5", quorum_den="x", secret_min="1", papers_days="31")
    answer = client_of(office.admin).post("/admin/bodies/new", data=wrong)
    page = unescape(answer.get_data(as_text=True))
    assert answer.status_code == 422
    for words in ("Hãy nhập “Tên”.", "còn 4 ô cần sửa", "Bỏ phiếu kín cần từ 3"):
        assert words in page
    assert 'value="5"' in page
    assert 'value="1"' in page
    taken = client_of(office.admin).post("/admin/bodies/new", data=typed(name="UBND", once="body-2"))
    assert (taken.status_code, "đã có quy chế “UBND”" in unescape(taken.get_data(as_text=True))) == (
        422,
        True,
    )


def test_an_old_tab_is_refused_with_its_words_kept(office: Office, client_of: Browsers) -> None:
    body = profiles.kept_bodies(office.org.id)[1]
    old = profiles.edition_of(body)
    browser = client_of(office.admin)
    assert browser.post(f"/admin/bodies/{body.id}", data=typed(edition=old)).status_code == 302
    answer = browser.post(f"/admin/bodies/{body.id}", data=typed(name="Tên khác", edition=old))
    page = unescape(answer.get_data(as_text=True))
    assert (answer.status_code, "vừa được người khác sửa" in page, "Tên khác" in page) == (422, True, True)


def test_nobody_else_sees_the_page(office: Office, client_of: Browsers) -> None:
    body = profiles.kept_bodies(office.org.id)[0].id
    foreign = profiles.kept_bodies(office.other.id)[0].id
    for who in (office.officer, office.leader, office.clerk):
        for address in ("/admin/bodies", "/admin/bodies/new", f"/admin/bodies/{body}"):
            assert client_of(who).get(address).status_code == 403
    assert client_of(office.admin).get(f"/admin/bodies/{foreign}").status_code == 404


# --- A meeting's body ---


def test_a_new_meeting_sits_under_the_body_that_was_chosen(office: Office, client_of: Browsers) -> None:
    board = profiles.kept_bodies(office.org.id)[2]
    browser = client_of(office.officer)
    page = unescape(browser.get("/meetings/new").get_data(as_text=True))
    assert "Họp theo quy chế của" in page
    head = {"title": "Họp Ban", "starts_date": "20/11/2026", "starts_time": "8h30", "place": "Phòng 2"}
    sent = head | {"chair_id": str(office.leader.id), "body_id": str(board.id), "once": "new-1"}
    address = browser.post("/meetings/new", data=sent).headers["Location"]
    meeting = db.session().get_one(Meeting, int(address.split("/")[2]))
    assert meeting.body_id == board.id
    assert "Theo quy chế Ban: phải có mặt từ 1/2" in unescape(browser.get(address).get_data(as_text=True))
    foreign = profiles.kept_bodies(office.other.id)[0].id
    refused = browser.post("/meetings/new", data=sent | {"body_id": str(foreign), "once": "new-2"})
    assert refused.status_code == 422


def test_the_body_of_a_draft_changes_with_its_head_and_not_after_publishing(
    office: Office, draft: Sitting, client_of: Browsers
) -> None:
    first, second, _third = profiles.kept_bodies(office.org.id)
    meeting = draft.meeting
    head = {"title": meeting.title, "starts_at": meeting.starts_at, "place": meeting.place}
    planning.edit_meeting(draft.secretary, draft.id, **head, body_id=second.id)
    assert draft.meeting.body_id == second.id
    life.publish_meeting(draft.secretary, draft.id)
    planning.edit_meeting(draft.secretary, draft.id, **head, body_id=first.id)
    assert draft.meeting.body_id == second.id
    page = unescape(client_of(draft.secretary).get(f"/meetings/{draft.id}/head").get_data(as_text=True))
    assert "Sau khi phát hành không đổi" in page
    assert f'value="{first.id}"' not in page.split('id="body_id"')[1].split("</select>")[0]
