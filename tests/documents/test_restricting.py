"""Restricted documents: set with names and a reason, flagged until others confirm, unseen by all others."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from documents.models.access import AccessChange
from documents.models.document import AccessLevel, Document
from documents.models.lifecycle import Direction
from documents.services import desk as desks
from documents.services import directing, drafting, listing, registering, restricting
from documents.services.composing import DraftFields
from documents.services.listing import Filters
from documents.services.restricting import Wish
from intranet.core import clock, db
from intranet.core.errors import Forbidden, Invalid, NotFound, Stale
from intranet.notices import services as notices
from intranet.people.models import User
from intranet.records.models import AuditLine
from intranet.tasks import services as tasks
from intranet.tasks.models import Task
from intranet.tasks.permissions import visible_to as visible_tasks
from tests.documents import papers
from tests.factories import Office

Make = Callable[..., Document]
Fields = Callable[..., Any]
ClientOf = Callable[[User], FlaskClient]
REASON = "Nội dung về nhân sự, chưa công bố"
SUBJECT = "Quy hoạch nhân sự chủ chốt khoá tới"
CLOSED = Wish(AccessLevel.NAMED)


@pytest.fixture
def given(desk: Office, fields: Fields) -> Document:
    """A registered document with a file, before the leader and given to a unit."""
    (document,) = papers.drop(desk.clerk, (papers.pdf(), "mot.pdf"))
    registering.register_incoming(desk.clerk, document.id, fields(subject=SUBJECT))
    directing.present(desk.clerk, document.id, desk.leader.id)
    wish = directing.Direction(lead_unit_id=desk.stc.id, due_date=date(2026, 11, 26))
    directing.direct(desk.leader, document.id, wish)
    clock.advance(timedelta(seconds=11))
    return document


def titles(actor: User) -> list[str]:
    """Words of the actor's notices."""
    with db.scope(actor.org_ids):
        lines, _ = notices.page(actor)
    return [line.words for line in lines]


def listed(actor: User) -> list[int]:
    """Ids of incoming documents that the actor's list shows."""
    with db.scope(actor.org_ids):
        return [row.id for row in listing.incoming(actor, Filters()).rows]


def test_a_restricted_document_is_nowhere_for_whoever_is_not_named(
    desk: Office, given: Document, client_of: ClientOf
) -> None:
    file = papers.files.of(given.ref)[0].url
    restricting.change(desk.clerk, given.id, CLOSED, REASON)
    stranger = client_of(desk.office_head)
    for path in (f"/documents/incoming/{given.id}", f"/documents/{given.id}/history", file):
        assert stranger.get(path).status_code == 404, path
    for path in (
        "/documents/incoming",
        "/",
        "/tasks",
        "/notices",
        "/search?q=quy+hoach+nhan+su",
        "/documents/access",
    ):
        answer = stranger.get(path)
        assert answer.status_code == 200, path
        assert "Quy hoạch nhân sự" not in answer.text, path
    with db.scope(desk.office_head.org_ids):
        assert listing.counts(desk.office_head, Direction.IN, ["all"]) == {"all": 0}
        found = desks.found_for(desk.office_head, "quy hoạch nhân sự")
        assert found is not None
        assert found["rows"] == []
        assert db.session().scalars(select(Task.id).where(visible_tasks(desk.office_head))).all() == []
    # Those with a part in it go on: the clerk who took it in, the leader, the head of the unit.
    for person in (desk.clerk, desk.leader, desk.head):
        assert client_of(person).get(f"/documents/incoming/{given.id}").status_code == 200, person.name
    assert listed(desk.clerk) == [given.id]


def test_to_work_in_the_unit_is_not_to_be_named(desk: Office, given: Document) -> None:
    worker = desk.officer
    assert listed(worker) == [given.id]
    restricting.change(desk.leader, given.id, CLOSED, REASON)
    assert listed(worker) == []
    restricting.change(desk.leader, given.id, Wish(add=frozenset({worker.id})), REASON)
    assert listed(worker) == [given.id]
    restricting.change(desk.leader, given.id, Wish(remove=frozenset({worker.id})), REASON)
    assert listed(worker) == []
    restricting.change(desk.leader, given.id, Wish(AccessLevel.NORMAL), REASON)
    assert listed(worker) == [given.id]
    with db.scope({desk.org.id}):
        (task,) = tasks.for_origin(given.ref)
        assert task.is_restricted is False


def test_a_change_stays_flagged_until_its_owner_and_the_office_head_confirm(
    desk: Office, given: Document, client_of: ClientOf
) -> None:
    row = restricting.change(desk.leader, given.id, CLOSED, REASON)
    assert row is not None
    page = f"/documents/incoming/{given.id}"
    assert "phạm vi xem chờ xác nhận" in client_of(desk.leader).get(page).text
    told = f"{desk.leader.full_name} đổi phạm vi xem, chờ bạn xác nhận: văn bản đến số 1"
    assert told in titles(desk.clerk)
    assert told in titles(desk.office_head)
    for person in (desk.leader, desk.officer, desk.other_leader):
        with db.scope(person.org_ids), pytest.raises(NotFound, match=r"access.no_change"):
            restricting.confirm(person, row.id)
    head = client_of(desk.office_head)
    waiting = head.get("/documents/access").text
    assert "văn bản đến số 1" in waiting
    assert REASON in waiting
    assert head.post(f"/documents/access/{row.id}/confirm").status_code == 302
    assert "phạm vi xem chờ xác nhận" in client_of(desk.leader).get(page).text
    assert client_of(desk.clerk).post(f"/documents/access/{row.id}/confirm").status_code == 302
    assert "phạm vi xem chờ xác nhận" not in client_of(desk.leader).get(page).text
    assert "Đã xác nhận thay đổi phạm vi xem: văn bản đến số 1" in titles(desk.leader)
    assert head.post(f"/documents/access/{row.id}/confirm").status_code == 404


def test_the_screen_names_people_and_the_history_says_what_changed(
    desk: Office, given: Document, client_of: ClientOf
) -> None:
    clerk, path = client_of(desk.clerk), f"/documents/{given.id}/access"
    sent = {"level": "named", "names": [desk.other_head.id], "reason": "ngắn", "once": "k"}
    refused = clerk.post(path, data=sent)
    assert refused.status_code == 422
    assert "Mọi nội dung đã nhập được giữ nguyên" in refused.text
    assert f'selected value="{desk.other_head.id}"' in refused.text
    assert clerk.post(path, data=sent | {"reason": REASON}).status_code == 302
    assert client_of(desk.other_head).get(f"/documents/incoming/{given.id}").status_code == 200
    text = client_of(desk.other_head).get(f"/documents/{given.id}/history").text
    assert "Phạm vi xem: Thường → Hạn chế" in text
    assert f"Thêm người xem: {desk.other_head.full_name}" in text
    assert "Đã vào sổ → Chờ chỉ đạo" in text
    assert f"Chủ trì: {desk.stc.name}" in text
    assert "Xem văn bản hạn chế" in client_of(desk.other_head).get(f"/documents/{given.id}/history").text
    assert client_of(desk.office_head).get(path).status_code == 404


def test_what_was_edited_of_a_draft_stands_in_its_history(
    desk: Office, kind: Callable[[str], Any], client_of: ClientOf
) -> None:
    first = DraftFields(kind_id=kind("Báo cáo").id, subject="Tình hình thu ngân sách")
    key = drafting.create(desk.officer, drafting.prepare(desk.officer, first))
    second = DraftFields(kind_id=first.kind_id, subject="Tình hình chi", due_date=date(2026, 12, 1))
    drafting.edit(desk.officer, key, second)
    text = client_of(desk.officer).get(f"/documents/{key}/history").text
    assert "Trích yếu: “Tình hình thu ngân sách” → “Tình hình chi”" in text
    assert "Hạn: “(trống)” → “01/12/2026”" in text


def test_only_what_is_named_changes_and_many_are_changed_together_or_not_at_all(
    desk: Office, received: Make, given: Document
) -> None:
    other = received()
    restricting.change(desk.leader, given.id, CLOSED, REASON)
    done = dict(
        restricting.change_many(
            desk.leader, [given.id, other.id], Wish(add=frozenset({desk.officer.id})), REASON
        )
    )
    with db.scope({desk.org.id}):
        levels = {one.id: one.access_level for one in db.session().scalars(select(Document))}
    assert levels == {given.id: AccessLevel.NAMED, other.id: AccessLevel.NORMAL}
    counts = [(row.readers_before, row.readers_after) for row in done.values() if row is not None]
    assert all(after == before + 1 for before, after in counts)
    assert len(counts) == 2
    assert restricting.change(desk.leader, other.id, Wish(add=frozenset({desk.officer.id})), REASON) is None
    with pytest.raises(NotFound):
        restricting.change_many(desk.office_head, [given.id, other.id], CLOSED, REASON)
    with db.scope({desk.org.id}):
        assert db.session().get_one(Document, other.id).access_level is AccessLevel.NORMAL
        assert len(db.session().scalars(select(AccessChange.id)).all()) == 3
        acts = db.session().scalars(select(AuditLine.act).where(AuditLine.act == "document.access_changed"))
        assert len(acts.all()) == 3


def test_who_may_set_it_is_refused_or_let_in_by_role(desk: Office, given: Document, received: Make) -> None:
    with pytest.raises(Forbidden):
        restricting.change(desk.head, given.id, CLOSED, REASON)
    with pytest.raises(NotFound):
        restricting.change(desk.officer, received().id, CLOSED, REASON)
    with pytest.raises(Invalid, match=r"access.not_a_reader"):
        restricting.change(desk.clerk, given.id, Wish(add=frozenset({desk.other_clerk.id})), REASON)
    with pytest.raises(Invalid, match=r"access.not_a_reader"):
        restricting.change(desk.clerk, given.id, Wish(add=frozenset({desk.admin.id})), REASON)
    with pytest.raises(Stale, match=r"document.changed"):
        restricting.change(desk.clerk, given.id, CLOSED, REASON, version=1)
    with pytest.raises(Invalid, match=r"document.secret_mark"):
        restricting.change(desk.clerk, given.id, CLOSED, "TỐI MẬT: phương án nhân sự")


def test_a_restricted_document_goes_on_to_whoever_it_is_given_by_name(
    desk: Office, received: Make, fields: Fields, client_of: ClientOf
) -> None:
    document = received()
    registering.register_incoming(desk.clerk, document.id, fields(subject=SUBJECT))
    restricting.change(desk.clerk, document.id, CLOSED, REASON)
    assert listed(desk.leader) == []
    directing.present(desk.clerk, document.id, desk.leader.id)
    assert listed(desk.leader) == [document.id]
    wish = directing.Direction(lead_unit_id=desk.stc.id, due_date=date(2026, 11, 26))
    directing.direct(desk.leader, document.id, wish)
    clock.advance(timedelta(seconds=11))
    assert listed(desk.head) == [document.id]
    assert listed(desk.officer) == []
