"""Several rows at once: each goes the way of a single one, and ten seconds take it all back."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from documents.models.document import AccessLevel, Directive, Document
from documents.models.lifecycle import DocState
from documents.models.listing import BulkAct, BulkLine
from documents.permissions import To, give_access, may
from documents.services import bulk, directing, registering
from documents.services.directing import Direction
from documents.services.registering import Incoming
from intranet.core import clock, db
from intranet.core.errors import BadState, Invalid, NotFound
from intranet.notices import services as notices
from intranet.notices.models import Notice
from intranet.people.models import User
from intranet.records import audit
from intranet.tasks import services as tasks
from intranet.tasks.models import PartyRole
from tests.factories import Office

Make = Callable[..., Document]
Fields = Callable[..., Incoming]
ClientOf = Callable[[User], FlaskClient]
DUE = date(2026, 11, 26)


@pytest.fixture
def three(desk: Office, received: Make, fields: Fields) -> list[Document]:
    """Three registered documents."""
    found = [received() for _ in range(3)]
    for one in found:
        registering.register_incoming(desk.clerk, one.id, fields())
    return found


def ids(documents: list[Document]) -> list[int]:
    """Their ids."""
    return [one.id for one in documents]


def told(person: User) -> list[str]:
    """Kinds of what a person was told and could read by now."""
    notices.release_due()
    mine = select(Notice.kind).where(Notice.user_id == person.id, Notice.released_at.is_not(None))
    return list(db.session().scalars(mine))


def outcome(actor: User, act_id: int) -> bulk.Outcome:
    """How it went."""
    found = bulk.outcome(actor, act_id)
    assert found is not None
    return found


def test_one_refused_row_holds_up_none_of_the_others_and_says_why(
    desk: Office, three: list[Document]
) -> None:
    directing.present(desk.clerk, three[1].id, desk.leader.id)
    found = outcome(desk.clerk, bulk.present(desk.clerk, ids(three), desk.leader.id))
    assert {one.state for one in three} == {DocState.PRESENTED}
    assert found.done == 2
    assert [(one.document.id, one.code) for one in found.refused] == [(three[1].id, "document.wrong_state")]


def test_a_row_that_may_not_be_seen_is_counted_and_nothing_of_it_is_kept(
    desk: Office, three: list[Document]
) -> None:
    with db.unit_of_work() as session:
        session.get_one(Document, three[0].id).access_level = AccessLevel.NAMED
    found = outcome(desk.office_head, bulk.present(desk.office_head, ids(three), desk.leader.id))
    assert (found.done, found.refused, found.act.unseen) == (2, [], 1)
    assert three[0].state is DocState.REGISTERED
    assert set(db.session().scalars(select(BulkLine.document_id))) == {three[1].id, three[2].id}
    with pytest.raises(NotFound):
        bulk.present(desk.other_clerk, ids(three), desk.leader.id)
    with pytest.raises(Invalid, match=r"bulk.nothing_chosen"):
        bulk.present(desk.clerk, [], desk.leader.id)


def test_the_leader_is_told_when_it_can_no_longer_be_taken_back(desk: Office, three: list[Document]) -> None:
    act_id = bulk.present(desk.clerk, ids(three), desk.leader.id)
    assert told(desk.leader) == []
    clock.advance(timedelta(seconds=11))
    assert told(desk.leader) == ["document.presented"] * 3
    with pytest.raises(BadState, match=r"bulk.too_late"):
        bulk.undo(desk.clerk, act_id)


def test_taking_back_leaves_every_row_as_it_was_and_in_the_log(desk: Office, three: list[Document]) -> None:
    act_id = bulk.present(desk.clerk, ids(three), desk.leader.id)
    with pytest.raises(NotFound):
        bulk.undo(desk.office_head, act_id)
    bulk.undo(desk.clerk, act_id)
    clock.advance(timedelta(seconds=11))
    assert told(desk.leader) == []
    for one in three:
        assert one.state is DocState.REGISTERED
        assert (one.presented_to_id, one.presented_at, one.forwarded_at) == (None, None, None)
        assert [line.act for line in audit.history(one.ref)][:2] == ["document.take_back", "document.present"]
    found = outcome(desk.clerk, act_id)
    assert (found.undone, found.kept, found.seconds) == (3, [], 0)


def test_a_restricted_document_taken_back_is_no_longer_the_leaders(
    desk: Office, three: list[Document]
) -> None:
    with db.unit_of_work() as session:
        session.get_one(Document, three[0].id).access_level = AccessLevel.NAMED
        give_access(three[0], f"u:{desk.clerk.id}", reason="named")
    act_id = bulk.present(desk.clerk, ids(three[:1]), desk.leader.id)
    assert may(desk.leader, To.READ, three[0])
    bulk.undo(desk.clerk, act_id)
    assert outcome(desk.clerk, act_id).undone == 1
    assert not may(desk.leader, To.READ, three[0])
    assert may(desk.clerk, To.READ, three[0])


def test_what_the_leader_went_on_with_stays_and_is_named(desk: Office, three: list[Document]) -> None:
    act_id = bulk.present(desk.clerk, ids(three), desk.leader.id)
    directing.let_know(desk.leader, three[0].id)
    bulk.undo(desk.clerk, act_id)
    found = outcome(desk.clerk, act_id)
    assert [(one.document.id, one.code) for one in found.kept] == [(three[0].id, "bulk.went_on")]
    assert [one.state for one in three] == [DocState.NOTED, DocState.REGISTERED, DocState.REGISTERED]
    # Asked again, as after a lost answer: nothing more happens.
    bulk.undo(desk.clerk, act_id)
    assert outcome(desk.clerk, act_id).undone == 2


def test_a_leader_gives_several_to_one_unit_and_takes_them_back(desk: Office, three: list[Document]) -> None:
    bulk.present(desk.clerk, ids(three[:2]), desk.leader.id)
    given = Direction(desk.stc.id, due_date=DUE)
    with pytest.raises(Invalid, match=r"directive.no_due"):
        bulk.direct(desk.leader, ids(three), Direction(desk.stc.id))
    found = outcome(desk.leader, bulk.direct(desk.leader, ids(three), given))
    assert (found.done, [one.document.id for one in found.refused]) == (2, [three[2].id])
    assert [len(tasks.for_origin(one.ref)) for one in three] == [1, 1, 0]
    bulk.undo(desk.leader, found.act.id)
    assert [one.state for one in three] == [DocState.PRESENTED, DocState.PRESENTED, DocState.REGISTERED]
    assert {row.undone_at is None for row in db.session().scalars(select(Directive))} == {False}


def test_the_same_request_again_does_nothing_twice(desk: Office, three: list[Document]) -> None:
    first = bulk.present(desk.clerk, ids(three), desk.leader.id, once="k1")
    assert bulk.present(desk.clerk, ids(three), desk.leader.id, once="k1") == first
    assert len(db.session().scalars(select(BulkAct)).all()) == 1
    assert outcome(desk.clerk, first).done == 3


def test_the_list_tells_how_it_went_and_offers_to_take_it_back(
    desk: Office, three: list[Document], client_of: ClientOf
) -> None:
    directing.present(desk.clerk, three[1].id, desk.leader.id)
    clerk = client_of(desk.clerk)
    data = {"id": ids(three), "leader": desk.leader.id}
    answer = clerk.post("/documents/incoming/present?tab=all&q=giai", data=data)
    assert "q=giai" in answer.location
    page = clerk.get(answer.location).text
    assert "Đã trình 2 văn bản" in page
    assert "1 văn bản không làm được" in page
    assert 'Số đến <span class="num">2</span>: đang ở bước “Chờ chỉ đạo”' in page
    action = page.split('data-undo="')[1].split('action="')[1].split('"')[0].replace("&amp;", "&")
    after = clerk.get(clerk.post(action).location).text
    assert "Đã hoàn tác 2 văn bản" in after
    assert "data-undo=" not in after
    assert "Đã trình" not in client_of(desk.office_head).get(answer.location).text


def test_a_wrong_field_keeps_the_rows_chosen_and_what_was_typed(
    desk: Office, three: list[Document], client_of: ClientOf
) -> None:
    bulk.present(desk.clerk, ids(three), desk.leader.id)
    leader = client_of(desk.leader)
    data = {"id": ids(three[:2]), "lead": desk.stc.id, "due_date": "31/02/2026", "text": "Báo cáo tôi"}
    answer = leader.post("/documents/incoming/direct", data=data)
    assert answer.status_code == 422
    dialog = answer.text.split('id="bulk-direct"')[1].split("</dialog>")[0]
    assert " data-open>" in answer.text.split('id="bulk-direct"')[1][:80]
    assert "31/02/2026" in dialog
    assert "Báo cáo tôi" in dialog
    assert 'class="o-err"' in dialog
    assert re.findall(r'<input checked[^>]*value="(\d+)"', dialog) == [str(desk.stc.id)]
    assert [f'value="{one.id}"' in _ticked(answer.text) for one in three] == [True, True, False]
    assert {one.state for one in three} == {DocState.PRESENTED}


def test_whom_the_sentence_names_besides_goes_along_with_several(
    desk: Office, three: list[Document], client_of: ClientOf
) -> None:
    bulk.present(desk.clerk, ids(three), desk.leader.id)
    leader = client_of(desk.leader)
    text = f"Giao đồng chí {desk.officer.full_name} tham mưu, phối hợp Sở Xây dựng"
    said = leader.post("/tasks/read", json={"text": text}).get_json()["chips"]
    assert [one["key"] for one in said] == [f"user:{desk.officer.id}", f"unit:{desk.sxd.id}"]
    assert leader.post("/tasks/read", json={"text": "Tham mưu giúp tôi"}).get_json()["chips"] == []
    data = {"id": ids(three[:1]), "due_date": "26/11/2026", "text": text, "co": desk.sxd.id}
    assert leader.post("/documents/incoming/direct", data=data).status_code == 422
    data["lead_user"] = desk.officer.id
    assert leader.post("/documents/incoming/direct", data=data).status_code == 302
    (task,) = tasks.for_origin(three[0].ref)
    assert [(p.role, p.unit_id, p.user_id) for p in task.parties] == [
        (PartyRole.LEAD, None, desk.officer.id),
        (PartyRole.CO, desk.sxd.id, None),
    ]


def _ticked(page: str) -> str:
    return " ".join(part for part in page.split("<input ") if " checked data-check>" in part)
