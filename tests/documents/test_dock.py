"""The dock reads what a leader types: chips to confirm, questions in doubt, officials as leads."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from documents.models.document import Directive, Document
from documents.models.lifecycle import DocState
from documents.services import directing, habits, phrases, reading, registering, suggesting
from documents.services.directing import Direction
from documents.services.registering import Incoming
from intranet.core import clock, db
from intranet.core.errors import Forbidden, Invalid, NotFound
from intranet.notices.workdays import calendar
from intranet.people.models import User
from intranet.people.services.standing_in import name_substitute
from intranet.tasks import services as tasks
from intranet.tasks.models import Task, TaskState
from tests.factories import Office

Make = Callable[..., Document]
Fields = Callable[..., Incoming]
Presented = Callable[..., Document]
ClientOf = Callable[[User], FlaskClient]
DUE = date(2026, 11, 26)


@pytest.fixture
def presented(desk: Office, received: Make, fields: Fields) -> Presented:
    """Makes documents that wait for the leader."""

    def make(**changes: Any) -> Document:
        document = received()
        registering.register_incoming(desk.clerk, document.id, fields(**changes))
        directing.present(desk.clerk, document.id, desk.leader.id)
        return document

    return make


def chips(desk: Office, document: Document, text: str) -> list[tuple[str, str | None, int | None]]:
    """Role, key and number of choices of each chip."""
    found = reading.read_sentence(desk.leader, document.id, text)["chips"]
    return [(one["role"], one.get("key"), len(one["choices"]) if "ask" in one else None) for one in found]


def test_a_typed_sentence_becomes_chips_and_its_words_stay(desk: Office, presented: Presented) -> None:
    document = presented()
    text = "Giao khẩn Sở Tài chính chủ trì, phối hợp sở xd, trả lời trước 15/12"
    assert chips(desk, document, text) == [
        ("lead", f"unit:{desk.stc.id}", None),
        ("co", f"unit:{desk.sxd.id}", None),
        ("due", "15/12/2026", None),
        ("urgent", "1", None),
        ("reply", "1", None),
    ]
    parts = reading.read_sentence(desk.leader, document.id, text)["parts"]
    assert "".join(part["text"] for part in parts) == text
    assert [part["role"] for part in parts if "role" in part] == ["lead", "co", "due"]


def test_what_is_in_doubt_is_asked_with_choices(desk: Office, presented: Presented) -> None:
    document = presented()
    asked = "Giao Sở Tài chính và Sở Xây dựng rà soát, phối hợp Sở Du lịch, xong trước 01/11/2026"
    assert chips(desk, document, asked) == [("lead", None, 2), ("co", None, 0), ("due", None, 0)]
    assert chips(desk, document, "Tham mưu giúp tôi") == [("lead", None, 0)]
    assert chips(desk, document, "") == []
    with pytest.raises(Forbidden):
        reading.read_sentence(desk.clerk, document.id, "Giao Sở Tài chính")
    with pytest.raises(Invalid, match=r"field.too_long"):
        reading.read_sentence(desk.leader, document.id, "a" * 1001)


def test_an_official_named_in_the_sentence_leads_and_reads(
    desk: Office, presented: Presented, client_of: ClientOf
) -> None:
    document = presented()
    client = client_of(desk.leader)
    text = f"Giao đồng chí {desk.officer.full_name} tham mưu trước 26/11"
    said = client.post(f"/documents/inbox/{document.id}/read", json={"text": text}).get_json()
    assert (said["chips"][0]["role"], said["chips"][0]["key"]) == ("lead", f"user:{desk.officer.id}")
    data = {"lead_user": str(desk.officer.id), "due_date": "26/11/2026", "text": text, "urgent": "y"}
    assert client.post(f"/documents/inbox/{document.id}/direct", data=data).status_code == 302
    task = tasks.for_origin(document.ref)[0]
    assert (task.lead.user_id, task.is_urgent, task.directive) == (desk.officer.id, True, text)
    assert document.lead_unit_id == desk.officer.posts[0].unit_id
    assert db.session().scalars(select(Directive.text)).one() == text
    clock.advance(timedelta(seconds=11))
    assert client_of(desk.officer).get(f"/documents/incoming/{document.id}").status_code == 200


def test_an_official_of_another_agency_or_two_leads_are_refused(desk: Office, presented: Presented) -> None:
    document = presented()
    for nobody in (desk.stranger.id, 10**20):
        foreign = Direction(None, due_date=DUE, text="x", lead_user_id=nobody)
        with pytest.raises(Invalid, match=r"directive.unknown_person"):
            directing.direct(desk.leader, document.id, foreign)
    two = Direction(desk.stc.id, due_date=DUE, text="x", lead_user_id=desk.officer.id)
    with pytest.raises(Invalid, match=r"directive.no_lead"):
        directing.direct(desk.leader, document.id, two)


def test_a_term_is_offered_as_long_as_similar_documents_took(desk: Office, presented: Presented) -> None:
    for days in (2, 4, 4, 6, 20):
        done = presented(issuer="Bộ Xây dựng")
        given = Direction(desk.stc.id, due_date=clock.today() + timedelta(days=30))
        directing.direct(desk.leader, done.id, given)
        with db.unit_of_work() as session:
            task = session.scalars(select(Task).where(Task.origin_id == done.id)).one()
            task.state = TaskState.DONE
            task.finished_at = task.created_at + timedelta(days=days)
    document = presented(issuer="Bộ Xây dựng")
    found = habits.habit_of(document)
    taken = habits.days_taken(found, calendar())
    assert (found.cases, found.led[desk.stc.id]) == (5, 5)
    assert taken is not None
    assert taken[1] == 5
    first = suggesting.due(document)[0]
    assert (first.working_days, first.cases) == (taken[0], 5)
    stated = presented(issuer="Bộ Xây dựng", due_date=clock.today())
    assert max(one.day for one in suggesting.due(stated)) == clock.today()
    clock.freeze(clock.at_office(clock.today(), 17))
    assert min(one.day for one in suggesting.due(stated)) > clock.today()


@pytest.mark.parametrize(("stands_in", "words"), [(True, "là người xử lý thay"), (False, "chưa cử ai xử lý")])
def test_a_lead_away_on_the_day_is_given_work_only_by_who_was_told_so(
    desk: Office, presented: Presented, client_of: ClientOf, stands_in: bool, words: str
) -> None:
    document = presented()
    name_substitute(
        desk.admin, desk.head.id, desk.officer.id if stands_in else None, first_date=DUE - timedelta(days=2),
        last_date=DUE, reason="Đi công tác",
    )  # fmt: skip
    client = client_of(desk.leader)
    given = {"lead": desk.stc.id, "due_date": f"{DUE:%d/%m/%Y}", "text": "Giao Sở Tài chính chủ trì."}
    address = f"/documents/inbox/{document.id}/direct"
    refused = client.post(address, data=given)
    assert refused.status_code == 422
    assert words in refused.text
    assert "Vẫn giao dù chủ trì vắng" in refused.text
    assert tasks.for_origin(document.ref) == []
    assert client.post(address, data={**given, "is_absence_confirmed": "y"}).status_code == 302
    assert len(tasks.for_origin(document.ref)) == 1


def test_a_leader_keeps_sentences_of_ones_own_and_those_used_most_come_first(
    desk: Office, presented: Presented, client_of: ClientOf
) -> None:
    document, leader = presented(), client_of(desk.leader)
    kept = [
        leader.post("/documents/phrases", json={"text": text}).get_json()
        for text in ("Báo cáo Chủ tịch tỉnh.", "rà soát, báo cáo tôi")
    ]
    assert [one["text"] for one in kept] == ["báo cáo Chủ tịch tỉnh", "rà soát, báo cáo tôi"]
    said = "Giao Sở Tài chính chủ trì rà soát, báo cáo tôi trước 26/11."
    directing.direct(desk.leader, document.id, Direction(desk.stc.id, due_date=DUE, text=said))
    own, shared = phrases.own_and_shared(desk.leader, document.org_id)
    assert [(one.text, one.use_count) for one in own] == [(kept[1]["text"], 1), (kept[0]["text"], 0)]
    assert {one.use_count for one in shared} == {0}
    presented()
    page = leader.get("/documents/inbox").text
    assert '<span data-w="phrase">rà soát, báo cáo tôi</span>' in page
    for wrong, words in (
        ("Rà soát, báo cáo tôi", "đã có"),
        (" . ", "Hãy nhập"),
        ("x" * 201, "Nhiều nhất 200"),
    ):
        refused = leader.post(
            "/documents/phrases", json={"text": wrong}, headers={"Accept": "application/json"}
        )
        assert refused.status_code == 422
        assert words in refused.get_json()["msg"]
    assert client_of(desk.clerk).post("/documents/phrases", json={"text": "x"}).status_code == 403
    with pytest.raises(NotFound, match=r"phrase.missing"):
        phrases.forget(desk.leader, shared[0].id)
    assert leader.post(kept[1]["forget"]).status_code == 200
    assert [one.text for one in phrases.own_and_shared(desk.leader, document.org_id)[0]] == [kept[0]["text"]]


def test_what_was_only_noted_opens_in_the_dock_and_is_given_from_there(
    desk: Office, presented: Presented, client_of: ClientOf
) -> None:
    document, leader = presented(), client_of(desk.leader)
    directing.let_know(desk.leader, document.id)
    assert "data-dock" not in leader.get("/documents/inbox").text
    page = leader.get(f"/documents/inbox?doc={document.id}").text
    assert (page.count('class="o-lcard"'), f"/documents/inbox/{document.id}/know" in page) == (1, False)
    data = {"lead": str(desk.stc.id), "due_date": f"{DUE:%d/%m/%Y}"}
    assert leader.post(f"/documents/inbox/{document.id}/direct", data=data).status_code == 302
    assert document.state is DocState.ASSIGNED
