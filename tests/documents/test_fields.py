"""Fields of work: kept by the administrator, chosen for documents, found, counted in reports."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from documents.models.catalogue import WorkField
from documents.models.document import Document, DueSource
from documents.models.lifecycle import Direction, DocState
from documents.services import bulk, directing, fields, list_export, suggesting
from documents.services.listing import Filters, incoming
from documents.services.registering import Incoming, register_incoming
from documents.services.searching import Search
from intranet.boards import reports
from intranet.core import clock, db
from intranet.core.errors import BadState, Forbidden, Invalid, NotFound, Stale
from intranet.people.models import User
from tests.counting import count_queries
from tests.factories import Office
from tests.tasks.making import give

Make = Callable[..., Document]
Given = Callable[..., Incoming]
ClientOf = Callable[[User], FlaskClient]


@pytest.fixture
def fill(request: pytest.FixtureRequest) -> Given:
    """The fields of an official letter."""
    made: Given = request.getfixturevalue("fields")
    return made


@pytest.fixture
def land(desk: Office) -> int:
    """Land, usually led by construction, ten working days."""
    return fields.add(desk.admin, "Đất đai", desk.sxd.id, 10)


@pytest.fixture
def money(desk: Office) -> int:
    """Money; nothing is usual."""
    return fields.add(desk.admin, "Tài chính, ngân sách")


def test_the_administrator_keeps_the_list_and_names_are_told_apart_without_marks(
    desk: Office, land: int
) -> None:
    with pytest.raises(Invalid, match=r"field_of_work.name_taken"):
        fields.add(desk.admin, " ĐẤT   ĐAI ")
    with pytest.raises(Invalid, match=r"field_of_work.days"):
        fields.add(desk.admin, "Y tế", days=0)
    with pytest.raises(Forbidden):
        fields.add(desk.office_head, "Y tế")
    with pytest.raises(NotFound):
        fields.edit(desk.admin, 987654, name="Y tế", lead_unit_id=None, days=None, is_active=True)
    given = {"lead_unit_id": None, "days": None, "is_active": False}
    fields.edit(desk.admin, land, name="Đất đai, môi trường", expect=1, **given)
    with pytest.raises(Stale):
        fields.edit(desk.admin, land, name="Đất", expect=1, **given)
    assert fields.fields(desk.org.id) == []
    assert [one.name for one in fields.fields(desk.org.id, all_=True)] == ["Đất đai, môi trường"]


def test_a_field_chosen_at_registration_gives_the_term_where_the_paper_names_none(
    desk: Office, land: int, received: Make, fill: Given
) -> None:
    named, plain, stated = received(), received(), received()
    register_incoming(desk.clerk, named.id, fill(field_id=land, due_date=None))
    register_incoming(desk.clerk, plain.id, fill(due_date=None))
    register_incoming(desk.clerk, stated.id, fill(field_id=land, due_date=date(2026, 12, 1)))
    assert [one.due_source for one in (named, plain, stated)] == [
        DueSource.FIELD, DueSource.KIND, DueSource.STATED,
    ]  # fmt: skip
    assert suggesting.units(desk.leader, named)[0].unit.id == desk.sxd.id
    with db.unit_of_work() as session:
        session.get_one(WorkField, land).is_active = False
    for wrong in (land, 987654):
        with pytest.raises(Invalid, match=r"field_of_work.unknown"):
            register_incoming(desk.clerk, received().id, fill(field_id=wrong))


def test_a_document_is_moved_to_another_field_and_its_history_says_so(
    desk: Office, land: int, money: int, received: Make, fill: Given, client_of: ClientOf
) -> None:
    document = received()
    with pytest.raises(BadState, match=r"document.wrong_state"):
        fields.set_field(desk.clerk, document.id, money)
    register_incoming(desk.clerk, document.id, fill(field_id=land))
    due, seen = document.due_date, document.version
    client = client_of(desk.clerk)
    address = f"/documents/{document.id}/field"
    assert f'value="{land}"' in client.get(address).text
    sent = client.post(address, data={"field_id": money, "version": seen})
    assert sent.status_code == 302
    assert client.post(address, data={"field_id": "", "version": seen}).status_code == 422
    assert client.post(address, data={"field_id": "abc"}).status_code == 422
    db.read_anew()
    assert (document.field_id, document.due_date) == (money, due)
    with pytest.raises(BadState, match=r"document.field_same"):
        fields.set_field(desk.office_head, document.id, money)
    with pytest.raises(NotFound):
        fields.set_field(desk.other_clerk, document.id, None)
    assert "Tài chính, ngân sách" in client.get(f"/documents/incoming/{document.id}").text
    assert "Đất đai" in client.get(f"/documents/{document.id}/history").text


def test_the_field_of_several_is_set_at_once_and_taken_back(
    desk: Office, land: int, money: int, received: Make, fill: Given, client_of: ClientOf
) -> None:
    documents = [received() for _ in range(3)]
    for document, field_id in zip(documents, (None, land, money), strict=True):
        register_incoming(desk.clerk, document.id, fill(field_id=field_id))
    ids = [one.id for one in documents]
    act_id = bulk.set_field(desk.clerk, ids, land)
    found = bulk.outcome(desk.clerk, act_id)
    assert found is not None
    assert [(one.document.id, one.code) for one in found.refused] == [(ids[1], "document.field_same")]
    assert [one.field_id for one in documents] == [land] * 3
    bulk.undo(desk.clerk, act_id)
    assert [one.field_id for one in documents] == [None, land, money]
    with pytest.raises(Invalid, match=r"field_of_work.unknown"):
        bulk.set_field(desk.clerk, ids, 987654)
    client = client_of(desk.clerk)
    sent = client.post("/documents/incoming/field?tab=all", data={"id": ids[:1], "field_id": money})
    assert "Đã xếp lĩnh vực 1 văn bản" in client.get(sent.location).text
    for typed in ("abc", ""):
        wrong = client.post("/documents/incoming/field", data={"id": ids[:1], "field_id": typed})
        assert wrong.status_code == 422
        assert " data-open>" in wrong.text.split('id="bulk-field"')[1][:80]
    client.post("/documents/incoming/field", data={"id": ids[:1], "field_id": 0})
    db.session().expire_all()
    assert documents[0].field_id is None


def test_lists_files_and_searches_are_narrowed_to_a_field(
    desk: Office, land: int, money: int, received: Make, fill: Given, client_of: ClientOf
) -> None:
    about = {}
    for field_id in (land, money, None):
        document = received()
        register_incoming(desk.clerk, document.id, fill(field_id=field_id))
        about[field_id] = document.id
    rows = incoming(desk.clerk, Filters(field=str(land))).rows
    assert [row.id for row in rows] == [about[land]]
    counted = Search(desk.clerk, "giai ngan").counted()
    assert sorted(counted.facets["field"]) == [(land, 1), (money, 1)]
    for typed, chosen in (("lv:dat", {}), ("giai ngan", {"field": str(land)})):
        found = Search(desk.clerk, typed, chosen)
        assert [hit.document.id for hit in found.page("").hits] == [about[land]]
    asked = {
        "direction": "in",
        "columns": ["number_in", "field"],
        "filters": {"tab": "all", "field": str(land)},
    }
    asked["filters"] |= dict.fromkeys(("state", "urgency", "issuer", "words"), "")
    table = list_export.table_of(desk.clerk, asked, lambda _share: None)
    assert [line.cells[1] for line in table.lines] == ["Đất đai"]
    assert "Đất đai" in table.period
    client = client_of(desk.clerk)
    for strange in ("99999999999999999999", "²", "-1", "x"):
        assert client.get(f"/documents/incoming?field={strange}").status_code == 200
    client.post("/documents/incoming/columns", data={"column": ["field"]})
    assert "<td>Đất đai</td>" in client.get(f"/documents/incoming?field={land}").text


def test_reports_have_rows_by_field_that_add_up_and_open_as_many(
    desk: Office, land: int, money: int, received: Make, fill: Given, app: Flask
) -> None:
    for field_id in (land, land, None):
        document = received()
        register_incoming(desk.clerk, document.id, fill(field_id=field_id))
        directing.present(desk.clerk, document.id, desk.leader.id)
        directing.direct(
            desk.leader, document.id, directing.Direction(desk.stc.id, due_date=date(2026, 12, 1))
        )
    give(desk, title="Không từ văn bản")
    received(direction=Direction.OUT, state=DocState.ISSUED, field_id=money, register_date=date(2026, 11, 13))
    clock.advance(timedelta(minutes=1))
    db.read_anew()
    expected = {
        "incoming": {"Đất đai": 2, "Chưa xếp lĩnh vực": 1, "Tổng số": 3},
        "tasks": {"Đất đai": 2, "Chưa xếp lĩnh vực": 2, "Tổng số": 4},
        "outgoing": {"Tài chính, ngân sách": 1, "Tổng số": 1},
    }
    for code, totals in expected.items():
        wish = reports.wish(desk.leader, code, "2026-m11", "field")
        rows = wish.report.rows(desk.leader, wish.period, "field")
        assert {row.name: row.counts[0] for row in rows} == totals, code
        for row in rows:
            column = wish.report.columns[0]
            with app.test_request_context():
                opened = wish.report.listing(desk.leader, wish.period, "field", row.key, column, None)
            assert opened.total == row.counts[0], (code, row.name)


def test_a_draft_has_a_field_which_a_reply_takes_from_what_it_answers(
    desk: Office, land: int, received: Make, fill: Given, client_of: ClientOf
) -> None:
    document = received()
    register_incoming(desk.clerk, document.id, fill(field_id=land))
    client = client_of(desk.clerk)
    page = client.get(f"/documents/drafts/new?reply_to={document.id}").text
    assert f'<option selected value="{land}">Đất đai</option>' in page


def test_the_list_of_fields_asks_the_same_for_one_and_for_many(
    desk: Office, land: int, client_of: ClientOf
) -> None:
    client = client_of(desk.admin)
    client.get("/documents/catalogue/fields")
    with count_queries() as few:
        assert "Đất đai" in client.get("/documents/catalogue/fields").text
    for n in range(4):
        fields.add(desk.admin, f"Lĩnh vực {n}", desk.stc.id)
    with count_queries() as many:
        client.get("/documents/catalogue/fields")
    assert len(many) == len(few)
    sent = client.post(
        "/documents/catalogue/fields/new", data={"name": "Y tế", "default_deadline_days": "abc"}
    )
    assert sent.status_code == 422
    assert 'value="Y tế"' in sent.text
