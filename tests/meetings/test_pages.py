"""Pages of meetings: forms keep what was typed, strangers see nothing, lists ask few questions."""

import io
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, func, select

from intranet.core import clock, db, jobs, refs
from intranet.core.web import access_of
from intranet.people.models import User
from meetings.models.floor import Attendance
from meetings.models.meeting import Meeting, MeetingState, PendingPaper
from meetings.services import life, listing, papers
from tests.factories import Office
from tests.meetings.conftest import Sitting, add_paper, make_sitting, pdf

Browsers = Callable[[User], FlaskClient]


@contextmanager
def counted() -> Iterator[list[str]]:
    """The questions asked of the database in the block."""
    asked: list[str] = []

    def note(_c: object, _k: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(db.database().reader, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(db.database().reader, "before_cursor_execute", note)


def new_meeting(office: Office, **more: str) -> dict[str, object]:
    values: dict[str, object] = {
        "title": "Họp giao ban",
        "starts_date": "20/11/2026",
        "starts_time": "8h30",
        "place": "Phòng họp số 2",
        "chair_id": office.leader.id,
        "delegate_ids": [office.head.id],
        "once": "key-1",
    }
    return values | more


def test_a_meeting_is_called_and_a_double_click_makes_one(office: Office, client_of: Browsers) -> None:
    browser = client_of(office.officer)
    for _ in range(2):
        answer = browser.post("/meetings/new", data=new_meeting(office))
        assert answer.status_code == 302
    meeting = db.session().scalars(select(Meeting)).one()
    assert answer.headers["Location"] == f"/meetings/{meeting.id}"
    assert f"{clock.local(meeting.starts_at):%d/%m %H:%M}" == "20/11 08:30"


def test_all_errors_come_at_once_and_what_was_typed_stays(office: Office, client_of: Browsers) -> None:
    wrong = new_meeting(office, title="", starts_date="31/02/2026", starts_time="25:99", place="x" * 121)
    answer = client_of(office.officer).post("/meetings/new", data=wrong)
    page = unescape(answer.get_data(as_text=True))
    assert answer.status_code == 422
    for words in ("Hãy nhập “Tên cuộc họp”.", "Không có ngày 31/02/2026.", "Nhiều nhất 120 ký tự"):
        assert words in page
    assert 'value="31/02/2026"' in page
    assert office.head.full_name in page
    past = new_meeting(office, starts_date="01/11/2026")
    answer = client_of(office.officer).post("/meetings/new", data=past)
    assert (answer.status_code, "Giờ họp đã qua" in unescape(answer.get_data(as_text=True))) == (422, True)


def test_people_are_found_without_marks_across_agencies(office: Office, client_of: Browsers) -> None:
    found = client_of(office.officer).get("/meetings/people?q=hoang duc").get_json()
    assert [(one["text"], "Sở Y tế" in one["note"]) for one in found] == [("Hoàng Đức Minh", True)]


def test_a_meeting_is_prepared_by_plain_forms(draft: Sitting, client_of: Browsers) -> None:
    browser, base = client_of(draft.secretary), f"/meetings/{draft.id}"
    added = browser.post(
        f"{base}/items", data={"title": "Việc khác", "kind": "info", "budget_min": "15", "once": "k"}
    )
    item = draft.agenda[-1]
    assert added.headers["Location"].endswith(f"#item-{item.id}")
    assert browser.post(f"{base}/items/order", data={"up": item.id}).status_code == 302
    assert draft.agenda[1].id == item.id
    assert browser.post(f"{base}/items/{item.id}/budget", data={"budget_min": "abc"}).status_code == 422
    assert browser.post(f"{base}/items/{item.id}/budget", data={"budget_min": "25"}).status_code == 302
    assert draft.agenda[1].budget_min == 25
    assert browser.post(f"{base}/items", data={"title": "", "kind": "info"}).status_code == 422
    refused = browser.post(f"{base}/move", data={"to": "published"})
    assert refused.status_code == 422
    assert "còn 1 việc" in unescape(refused.get_data(as_text=True))
    edited = {"title": "Việc khác", "kind": "info", "budget_min": "25", "owner_id": draft.delegate.id}
    assert browser.post(f"{base}/items/{item.id}", data=edited).status_code == 302
    assert browser.post(f"{base}/move", data={"to": "published"}).status_code == 302
    assert draft.meeting.state is MeetingState.PUBLISHED


def test_starting_without_a_quorum_is_asked_back_on_the_page_and_confirmed_there(
    draft: Sitting, client_of: Browsers
) -> None:
    life.publish_meeting(draft.secretary, draft.id)
    browser, address = client_of(draft.secretary), f"/meetings/{draft.id}/move"
    refused = browser.post(address, data={"to": "live"})
    page = unescape(refused.get_data(as_text=True))
    assert (refused.status_code, page.count("Chủ tọa chưa điểm danh")) == (422, 1)
    form = next(one for one in re.findall(r"<form.*?</form>", page, re.S) if "Vẫn bắt đầu họp" in one)
    again = dict(re.findall(r'name="(to|confirm)" value="(\w+)"', form))
    assert browser.post(address, data=again).status_code == 302
    assert draft.meeting.state is MeetingState.LIVE


def test_files_of_one_drop_are_judged_each_for_itself(
    draft: Sitting, client_of: Browsers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(papers, "_WAIT_SECONDS", 0.0)
    browser, item = client_of(draft.secretary), draft.agenda[0]
    answer = browser.post(
        f"/meetings/{draft.id}/files",
        data={
            "item": str(item.id),
            "file": [(io.BytesIO(pdf(2)), "Tờ trình.pdf"), (io.BytesIO(b""), "rỗng.pdf")],
        },
    )
    assert answer.status_code == 422
    assert db.session().scalar(select(func.count()).select_from(PendingPaper)) == 1
    assert "đang kiểm tra" in unescape(browser.get(f"/meetings/{draft.id}").get_data(as_text=True))
    jobs.run_due()
    assert browser.post(f"/meetings/{draft.id}/files/settle").status_code == 302
    (paper,) = papers.of_meeting(draft.meeting)[item.ref]
    assert (paper["n"], paper["pages"]) == ("Tờ trình", 2)
    assert db.session().scalar(select(func.count()).select_from(PendingPaper)) == 0


def test_papers_are_read_by_those_who_take_part_and_by_nobody_else(
    sitting: Sitting, office: Office, client_of: Browsers
) -> None:
    paper = add_paper(sitting.secretary, sitting, sitting.agenda[0])
    common = add_paper(sitting.secretary, sitting, None)
    for person, status in (
        (sitting.guest, 200),
        (sitting.delegate, 200),
        (office.stranger, 404),
        (office.clerk, 404),
    ):
        for one in (paper, common):
            assert client_of(person).get(one.view_url).status_code == status
    assert not refs.may_read(office.stranger, sitting.agenda[0].ref)


def test_papers_of_a_draft_are_hidden_from_delegates(draft: Sitting, client_of: Browsers) -> None:
    paper = add_paper(draft.secretary, draft, draft.agenda[0])
    assert client_of(draft.delegate).get(paper.view_url).status_code == 404
    life.publish_meeting(draft.secretary, draft.id)
    assert client_of(draft.delegate).get(paper.view_url).status_code == 200


def test_whoever_reports_on_an_item_adds_its_papers_and_no_others(
    sitting: Sitting, client_of: Browsers
) -> None:
    browser, (first, second) = client_of(sitting.delegate), sitting.agenda
    with db.unit_of_work():
        db.session().get_one(type(second), second.id).owner_id = sitting.guest.id
    for item, status in ((first, 422), (second, 403)):
        answer = browser.post(f"/meetings/{sitting.id}/files", data={"item": str(item.id)})
        assert answer.status_code == 422, status
    sent = {"item": str(second.id), "file": (io.BytesIO(pdf(1)), "x.pdf")}
    assert browser.post(f"/meetings/{sitting.id}/files", data=sent).status_code == 403


def test_the_room_is_read_once_published_and_kept_for_whoever_ran_it(
    draft: Sitting, client_of: Browsers
) -> None:
    paper = add_paper(draft.secretary, draft, draft.agenda[0])
    life.publish_meeting(draft.secretary, draft.id)
    address = f"/meetings/{draft.id}/room"
    early = client_of(draft.delegate).get(address)
    assert early.status_code == 200
    assert "Chưa bắt đầu, giờ họp: " in unescape(early.get_data(as_text=True))
    assert db.session().scalar(select(func.count()).select_from(Attendance)) == 0
    assert not listing.is_open_to(draft.delegate, draft.id)
    detail = unescape(client_of(draft.delegate).get(f"/meetings/{draft.id}").get_data(as_text=True))
    assert f'<a class="fc" href="{address}#{paper.public_id}">' in detail
    assert client_of(draft.secretary).get(address).status_code == 200
    clock.advance(timedelta(minutes=31))
    page = client_of(draft.delegate).get(address)
    assert page.status_code == 200
    assert 'data-do="next"' not in page.get_data(as_text=True)
    life.start_meeting(draft.chair, draft.id, confirm=True)
    life.end_meeting(draft.chair, draft.id, confirm=True)
    for person, status, link in (
        (draft.delegate, 302, ""),
        (draft.chair, 200, "Xem lại"),
        (draft.secretary, 200, "Biên bản"),
    ):
        browser = client_of(person)
        assert browser.get(address).status_code == status
        detail = unescape(browser.get(f"/meetings/{draft.id}").get_data(as_text=True))
        assert (address in detail, link in detail) == (status == 200, True)


def test_every_address_of_a_meeting_is_unknown_to_strangers(
    app: Flask, sitting: Sitting, draft: Sitting, office: Office, client_of: Browsers
) -> None:
    values = {"item_id": 1, "user_id": sitting.guest.id, "public_id": "0" * 32}
    tried = 0
    for rule in app.url_map.iter_rules():
        if not rule.endpoint.startswith("meetings") or "<int:mid>" not in rule.rule:
            continue
        assert access_of(app.view_functions[rule.endpoint]) is not None
        method = "POST" if "POST" in (rule.methods or set()) else "GET"
        for person, mid in (
            (office.stranger, sitting.id),
            (office.clerk, sitting.id),
            (draft.delegate, draft.id),
        ):
            address = rule.rule.replace("<int:mid>", str(mid))
            for name, value in values.items():
                address = address.replace(f"<int:{name}>", str(value)).replace(f"<{name}>", str(value))
            body = {"d": {"mid": mid}, "cid": "c" * 26, "t": "meeting.pause"}
            browser = client_of(person)
            is_api = address.startswith("/api/")
            sent = {"json": body} if is_api else {"data": {"role": "guest", "to": "live"}}
            answer = browser.open(address + "?since=0", method=method, **sent)
            status = answer.get_json().get("err") if "commands" in address else answer.status_code
            assert status in (404, "not_found"), (rule.rule, person.name)
            tried += 1
    assert tried > 50


def test_lists_ask_no_more_for_more_meetings(
    sitting: Sitting, office: Office, guest: User, client_of: Browsers
) -> None:
    browser = client_of(sitting.chair)

    def questions(address: str) -> int:
        with counted() as asked:
            assert browser.get(address).status_code == 200
        return len(asked)

    before = [questions(address) for address in ("/meetings", "/", f"/meetings/{sitting.id}/room")]
    for _ in range(4):
        more = make_sitting(office, guest)
        add_paper(more.secretary, more, more.agenda[0])
    add_paper(sitting.secretary, sitting, sitting.agenda[1])
    after = [questions(address) for address in ("/meetings", "/", f"/meetings/{sitting.id}/room")]
    assert [now - then for now, then in zip(after, before, strict=True)] == [0, 0, 0]
    # The desk is filled by every package; the two others are ours. A room's state is built once a version.
    assert after[0] <= 22
    assert after[2] <= 27


def test_the_desk_shows_todays_meetings(sitting: Sitting, client_of: Browsers) -> None:
    page = unescape(client_of(sitting.delegate).get("/").get_data(as_text=True))
    assert "Phiên họp thường kỳ tháng 11" in page
    assert f"/meetings/{sitting.id}/room" in page


def test_past_meetings_are_paged_by_key(
    sitting: Sitting, office: Office, guest: User, client_of: Browsers
) -> None:
    made = [make_sitting(office, guest, MeetingState.ENDED) for _ in range(31)]
    browser = client_of(sitting.delegate)
    first = unescape(browser.get("/meetings?tab=past").get_data(as_text=True))
    link = first.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0]
    second = unescape(browser.get(link).get_data(as_text=True))
    shown = [first.count(f'/meetings/{one.id}"') for one in made] + [second.count('class="ty"')]
    assert shown[-1] == 1
    assert browser.get("/meetings?tab=past&before=nonsense").status_code == 200
