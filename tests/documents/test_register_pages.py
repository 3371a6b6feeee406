"""The pages of registers: lines and corrections, numbers held and asked for, years closed, series decided."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from documents.models.asking import NumberRequest
from documents.models.document import AccessLevel, Document
from documents.models.register import (
    EntryState,
    Register,
    RegisterEntry,
    RegisterKind,
    RegisterYear,
    YearState,
)
from documents.services import asking, catalogue, holding, lines, registering
from documents.services.verifying import verify_register
from intranet.core import clock, db
from intranet.core.errors import BadState, Invalid
from intranet.people.models import Role, User
from tests.documents.granting import grant
from tests.factories import Office, make_user

ClientOf = Callable[[User], FlaskClient]
Make = Callable[..., Document]
REASON = "Giữ số cho nghị quyết kỳ họp"


def out_register(office: Office) -> Register:
    """The common register of outgoing documents."""
    return catalogue.register_for(office.org.id, RegisterKind.OUT, None)


@pytest.fixture
def registered(desk: Office, received: Make, fields: Callable[..., Any]) -> Make:
    """Makes a registered incoming document."""

    def make(**changes: Any) -> Document:
        document = received()
        registering.register_incoming(desk.clerk, document.id, fields(**changes))
        with db.scope({desk.org.id}):
            return db.session().get_one(Document, document.id)

    return make


def fresh(table: Any, key: Any) -> Any:
    """A row as it was committed last."""
    with db.scope(), db.across_orgs("the test reads what was committed"):
        return db.session().get_one(table, key)


def test_an_officer_asks_for_a_number_on_the_page_and_the_clerk_grants_it(
    desk: Office, client_of: ClientOf
) -> None:
    register = out_register(desk)
    officer, clerk = client_of(desk.officer), client_of(desk.clerk)
    form = {"register_id": register.id, "count": 2, "expires_on": "20/11/2026", "reason": REASON, "once": "a"}
    assert officer.post("/documents/numbers", data=form).status_code == 302
    assert officer.post("/documents/numbers", data=form).status_code == 302
    (request,) = db.session().scalars(select(NumberRequest)).all()
    page = clerk.get("/documents/numbers").text
    assert "Giữ 2 số, Sổ đăng ký văn bản đi" in page
    assert REASON in page
    assert "Chờ bạn quyết định" not in client_of(desk.leader).get("/documents/numbers").text
    answer = clerk.post(f"/documents/numbers/requests/{request.id}", data={"agree": "yes"})
    assert answer.status_code == 302
    assert "20/11" in officer.get("/documents/numbers").text
    assert client_of(desk.head).get("/documents/numbers").text.count(REASON) == 0


def test_a_wrong_hold_comes_back_with_what_was_typed(desk: Office, client_of: ClientOf) -> None:
    form = {
        "register_id": out_register(desk).id,
        "count": 2,
        "expires_on": "30/11/2026",
        "reason": REASON,
        "once": "a",
    }
    answer = client_of(desk.clerk).post("/documents/numbers", data=form)
    assert answer.status_code == 422
    assert "Giữ số nhiều nhất 5 ngày làm việc, đến 20/11/2026." in answer.text
    assert REASON in answer.text
    assert db.session().scalars(select(RegisterEntry)).all() == []


def test_a_register_shows_its_lines_with_corrections_below_and_struck_out_ones(
    desk: Office, registered: Make, client_of: ClientOf
) -> None:
    document = registered(subject="Về chi ngân sách")
    entry = document.register_entry_id
    clerk = client_of(desk.clerk)
    form = {
        "code": "41/BTC-ĐT",
        "issuer": "Bộ Tài chính",
        "doc_date": "11/11/2026",
        "subject": "Về chi ngân sách năm 2026",
        "receiver": "",
        "reason": "Nhận dạng thiếu chữ cuối",
        "once": "b",
    }
    assert clerk.post(f"/documents/registers/lines/{entry}/amend", data=form).status_code == 302
    changed = fresh(Document, document.id)
    assert (changed.subject, changed.code, changed.doc_date) == (
        "Về chi ngân sách năm 2026",
        "41/BTC-ĐT",
        date(2026, 11, 11),
    )
    assert verify_register(desk.clerk, fresh(RegisterEntry, entry).register_id) == []
    page = clerk.get(f"/documents/registers/{fresh(RegisterEntry, entry).register_id}/2026").text
    assert "Trích yếu “Về chi ngân sách” sửa thành “Về chi ngân sách năm 2026”" in page
    assert "Lý do: Nhận dạng thiếu chữ cuối" in page
    line = clerk.get(f"/documents/registers/lines/{entry}").text
    assert [word for word in ("Cấp số", "Đính chính") if word in line] == ["Cấp số", "Đính chính"]


@pytest.mark.parametrize(
    ("columns", "problem"),
    [
        ({"number": "7"}, "register.not_a_column"),
        ({"subject": ""}, "register.column_empty"),
        ({"doc_date": "2026-12-01"}, "document.date_in_future"),
        ({"arrival_date": "2026-12-01"}, "document.arrival_in_future"),
        ({"arrival_date": "giao mùa"}, "register.not_a_column"),
        ({"kind": "Loại không có"}, "document.kind_unknown"),
        ({"subject": "TỐI MẬT"}, "document.secret_mark"),
        ({}, "register.nothing_changed"),
    ],
)
def test_number_date_and_state_are_never_corrected(
    desk: Office, registered: Make, columns: dict[str, str], problem: str
) -> None:
    document = registered()
    with pytest.raises(Invalid, match=problem):
        lines.amend(desk.clerk, document.register_entry_id or 0, columns, "Sửa cho đúng bản giấy")


def test_kind_arrival_and_signer_are_corrected_and_an_agency_known_by_its_name_stays_tied(
    desk: Office, registered: Make, client_of: ClientOf
) -> None:
    document = registered(signer_name="Trần Văn Ky")
    entry, clerk = document.register_entry_id, client_of(desk.clerk)
    page = clerk.get(f"/documents/registers/lines/{entry}").text
    assert 'value="Trần Văn Ky"' in page
    with db.unit_of_work():
        ministry = catalogue.find_or_make_party(desk.org.id, "Bộ Y tế")
    form = {
        "arrival_date": f"{clock.today() - timedelta(days=1):%d/%m/%Y}",
        "kind": "Báo cáo",
        "signer": "Trần Văn Kỷ",
        "issuer": "Bộ Y tế",
        "reason": "Sửa cho đúng bản giấy",
        "once": "d",
    }
    assert clerk.post(f"/documents/registers/lines/{entry}/amend", data=form).status_code == 302
    changed = fresh(Document, document.id)
    assert changed.kind is not None
    assert (changed.kind.name, changed.signer_name) == ("Báo cáo", "Trần Văn Kỷ")
    assert (changed.arrival_date, changed.issuer_id) == (clock.today() - timedelta(days=1), ministry.id)
    line = fresh(RegisterEntry, entry)
    assert (line.snapshot["kind"], line.snapshot["signer"]) == ("Báo cáo", "Trần Văn Kỷ")
    lines.amend(desk.clerk, entry or 0, {"issuer": "Cơ quan chưa gặp"}, "Sửa cho đúng bản giấy")
    assert fresh(Document, document.id).issuer_id is None


def test_kind_and_copies_of_an_outgoing_line_are_corrected_with_what_stood_there_below(
    desk: Office, client_of: ClientOf
) -> None:
    register = out_register(desk)
    grant(desk.clerk, register.id)
    entry = db.session().scalars(select(RegisterEntry)).one()
    with db.unit_of_work() as session:
        before = {"kind": "Báo cáo", "copies": 2, "subject": "Văn bản"}
        session.get_one(RegisterEntry, entry.id).snapshot = before
    clerk, path = client_of(desk.clerk), f"/documents/registers/lines/{entry.id}"
    page = clerk.get(path).text
    assert 'name="copies" type="text" value="2"' in page
    form = {"kind": "Kế hoạch", "copies": "không", "reason": "Ghi nhầm số bản", "once": "k"}
    refused = clerk.post(f"{path}/amend", data=form)
    assert refused.status_code == 422
    assert "Số lượng bản là số từ 1 đến 99.999." in refused.text
    assert 'value="không"' in refused.text
    assert clerk.post(f"{path}/amend", data=form | {"copies": "15"}).status_code == 302
    said = fresh(RegisterEntry, entry.id).snapshot
    assert (said["kind"], said["copies"], said["subject"]) == ("Kế hoạch", 15, "Văn bản")
    assert verify_register(desk.clerk, register.id) == []
    page = clerk.get(f"/documents/registers/{register.id}/2026").text
    assert "Tên loại “Báo cáo” sửa thành “Kế hoạch”" in page
    assert "Số lượng bản “2” sửa thành “15”" in page
    with pytest.raises(Invalid, match=r"register.column_empty"):
        lines.amend(desk.clerk, entry.id, {"copies": ""}, "Sửa cho đúng bản giấy")
    legal = catalogue.kind_named(desk.org.id, "Nghị quyết")
    assert legal is not None
    if catalogue.register_for(desk.org.id, RegisterKind.OUT, legal).id != register.id:
        with pytest.raises(Invalid, match=r"register.kind_elsewhere"):
            lines.amend(desk.clerk, entry.id, {"kind": "Nghị quyết"}, "Sửa cho đúng bản giấy")


def test_a_document_never_arrives_after_the_day_of_its_line(desk: Office, registered: Make) -> None:
    entry = registered().register_entry_id or 0
    with db.unit_of_work() as session:
        session.get_one(RegisterEntry, entry).entry_date -= timedelta(days=2)
    yesterday = (clock.today() - timedelta(days=1)).isoformat()
    with pytest.raises(Invalid, match=r"register.arrival_after_line"):
        lines.amend(desk.clerk, entry, {"arrival_date": yesterday}, "Sửa cho đúng bản giấy")


def test_a_restricted_document_keeps_its_line_and_hides_its_words(
    desk: Office, registered: Make, client_of: ClientOf
) -> None:
    document = registered(subject="Về nhân sự chủ chốt")
    with db.unit_of_work() as session:
        session.get_one(Document, document.id).access_level = AccessLevel.NAMED
    register = fresh(RegisterEntry, document.register_entry_id).register_id
    for person in (desk.clerk, desk.leader, desk.office_head):
        client = client_of(person)
        for path in (
            f"/documents/registers/{register}/2026",
            f"/documents/registers/lines/{document.register_entry_id}",
        ):
            page = client.get(path).text
            assert "Văn bản hạn chế" in page
            assert "nhân sự chủ chốt" not in page
    amend = {"subject": "Khác", "reason": "Sửa cho đúng bản giấy", "once": "c"}
    path = f"/documents/registers/lines/{document.register_entry_id}/amend"
    assert client_of(desk.clerk).post(path, data=amend).status_code == 404


def test_exceptions_of_a_year_are_listed_by_themselves(desk: Office, client_of: ClientOf) -> None:
    register = out_register(desk)
    for _ in range(3):
        grant(desk.clerk, register.id)
    holding.reserve(desk.clerk, register.id, count=1, reason=REASON, expires_on=clock.today())
    client = client_of(desk.leader)
    everything = client.get(f"/documents/registers/{register.id}/2026").text
    exceptions = client.get(f"/documents/registers/{register.id}/2026?tab=exceptions").text
    shown = re.compile(r'href="/documents/registers/lines/\d+">(\d+)<')
    assert shown.findall(everything) == ["4", "3", "2", "1"]
    assert shown.findall(exceptions) == ["4"]


def test_leaves_of_a_register_meet_without_gap_and_without_double(desk: Office) -> None:
    register = out_register(desk)
    for _ in range(lines.PAGE + 7):
        grant(desk.clerk, register.id)
    first = lines.page_of(desk.clerk, register.id, 2026)
    second = lines.page_of(desk.clerk, register.id, 2026, before=first.older)
    found = [line.entry.number for line in (*first.lines, *second.lines)]
    assert found == list(range(lines.PAGE + 7, 0, -1))
    assert second.older is None
    back = lines.page_of(desk.clerk, register.id, 2026, after=second.newer)
    assert [line.entry.number for line in back.lines] == [line.entry.number for line in first.lines]


def test_a_year_is_closed_by_clerk_and_leader_over_the_pages(desk: Office, client_of: ClientOf) -> None:
    register = out_register(desk)
    grant(desk.clerk, register.id)
    path = f"/documents/registers/{register.id}/2026"
    client_of(desk.clerk).post(f"{path}/closing")
    assert fresh(RegisterYear, (register.id, 2026)).state is YearState.OPEN
    clock.freeze(clock.at_office(date(2027, 1, 4), 9))
    clerk, leader = client_of(desk.clerk), client_of(desk.leader)
    assert leader.post(f"{path}/closing").status_code == 403
    clerk.post(f"{path}/closing")
    assert fresh(RegisterYear, (register.id, 2026)).closing_until == date(2027, 2, 3)
    clerk.post(f"{path}/close")
    (request,) = db.session().scalars(select(NumberRequest)).all()
    leader.post(f"/documents/numbers/requests/{request.id}", data={"agree": "yes"})
    assert fresh(RegisterYear, (register.id, 2026)).state is YearState.CLOSED
    assert "Đã khóa" in clerk.get(path).text
    entry = db.session().scalars(select(RegisterEntry.id)).one()
    with pytest.raises(BadState, match=r"register.year_closed"):
        lines.amend(desk.clerk, entry, {"subject": "Khác hẳn"}, "Sửa cho đúng bản giấy")


def test_a_held_number_is_struck_out_over_the_pages(desk: Office, client_of: ClientOf) -> None:
    register = out_register(desk)
    holding.reserve(desk.clerk, register.id, count=1, reason=REASON, expires_on=clock.today())
    entry = db.session().scalars(select(RegisterEntry.id)).one()
    clerk = client_of(desk.clerk)
    path = f"/documents/numbers/lines/{entry}/cancel"
    clerk.post(path, data={"reason": "ngắn", "once": "x"})
    assert db.session().scalars(select(NumberRequest)).all() == []
    clerk.post(path, data={"reason": "Không ban hành văn bản nữa", "once": "y"})
    (request,) = asking.waiting_for(desk.leader)
    client_of(desk.leader).post(f"/documents/numbers/requests/{request.id}", data={"agree": "yes"})
    assert fresh(RegisterEntry, entry).state is EntryState.CANCELLED
    assert "d-struck" in clerk.get(f"/documents/registers/{register.id}/2026").text


def test_the_administrator_decides_series_and_reads_no_register(desk: Office, client_of: ClientOf) -> None:
    register, admin = out_register(desk), client_of(desk.admin)
    kind = catalogue.kind_named(desk.org.id, "Quyết định")
    assert kind is not None
    grant(desk.clerk, register.id)
    form: dict[str, Any] = {
        "name": "Sổ quyết định",
        "code": "qd",
        "rule": "listed",
        "kind_ids": [kind.id],
        "year": 2026,
        "once": "n",
    }
    refused = admin.post("/documents/registers/settings", data=form)
    assert refused.status_code == 422
    assert "Đã cấp số trong năm 2026" in refused.text
    assert (
        admin.post("/documents/registers/settings", data=form | {"year": 2027, "once": "m"}).status_code
        == 302
    )
    assert "Sổ quyết định" in admin.get("/documents/registers/settings").text
    pattern = {"symbol_pattern": "{kind}-{org}", "letter_pattern": "{org}", "allows_suffix": "y", "once": "p"}
    assert admin.post(f"/documents/registers/{register.id}/pattern", data=pattern).status_code == 302
    assert fresh(Register, register.id).allows_suffix is True
    series = {"year": 2027, "rule": "all", "once": "s"}
    assert admin.post(f"/documents/registers/{register.id}/series", data=series).status_code == 302
    for path in ("/documents/registers", f"/documents/registers/{register.id}/2026", "/documents/numbers"):
        assert admin.get(path).status_code == 403
    for person in (desk.clerk, desk.leader, desk.office_head):
        assert client_of(person).get("/documents/registers/settings").status_code == 403


def test_the_archivist_reads_registers_and_not_the_documents(
    desk: Office, registered: Make, client_of: ClientOf
) -> None:
    archivist = make_user("luutru", "Đào Thị Kho", desk.admin_room, "Lưu trữ", Role.ARCHIVIST)
    document = registered()
    client = client_of(archivist)
    register = fresh(RegisterEntry, document.register_entry_id).register_id
    page = client.get(f"/documents/registers/{register}/2026")
    assert page.status_code == 200
    assert f"/documents/incoming/{document.id}" not in page.text
    assert client.get(f"/documents/incoming/{document.id}").status_code == 404


def test_a_signed_document_takes_a_held_number_on_its_page(
    desk: Office, received: Make, client_of: ClientOf
) -> None:
    kind = catalogue.kind_named(desk.org.id, "Quyết định")
    assert kind is not None
    register = out_register(desk)
    holding.reserve(desk.clerk, register.id, count=1, reason=REASON, expires_on=clock.today())
    entry = db.session().scalars(select(RegisterEntry.id)).one()
    clock.advance(timedelta(days=3))
    document = received(direction="out", state="signed", symbol="QĐ-UBND", kind_id=kind.id)
    clerk = client_of(desk.clerk)
    assert "Dùng số đang giữ" in clerk.get(f"/documents/drafts/{document.id}").text
    answer = clerk.post(f"/documents/drafts/{document.id}/held-number", data={"entry_id": entry, "once": "h"})
    assert answer.status_code == 302
    assert fresh(Document, document.id).code == "01/QĐ-UBND"


def test_the_page_of_a_year_leads_to_its_print(desk: Office, registered: Make, client_of: ClientOf) -> None:
    registered()
    register = catalogue.register_for(desk.org.id, RegisterKind.IN, None)
    year = clock.today().year
    page = client_of(desk.clerk).get(f"/documents/registers/{register.id}/{year}").text
    assert f"/documents/registers/{register.id}/print?year={year}" in page
