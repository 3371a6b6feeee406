"""Series of their own: bodies under the agency's seal, copies, normative kinds, second registers."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient

from documents.formats.symbols import kind_of, parse
from documents.models.catalogue import DocKind
from documents.models.document import AccessLevel, Document
from documents.models.register import Register, RegisterEntry, RegisterKind, SeriesRule, YearState
from documents.permissions import give_access
from documents.services import (
    asking,
    attaching,
    catalogue,
    copying,
    drafting,
    holding,
    issuing,
    reviewing,
    years,
)
from documents.services.composing import DraftFields
from documents.services.registering import Incoming, register_incoming
from documents.services.verifying import verify_register
from intranet.core import clock, db, jobs
from intranet.core.errors import BadState, Invalid
from intranet.people.models import User
from intranet.records import docx, files
from tests.documents import papers
from tests.factories import Office

ClientOf = Callable[[User], FlaskClient]
BODY = "Hội đồng tuyển sinh xã Hòa Bình"


def draft(desk: Office, kind: str, **changes: Any) -> Document:
    """A draft of the officer of finance."""
    found = catalogue.kind_named(desk.org.id, kind)
    assert found is not None
    values: dict[str, Any] = {"subject": "Kết quả xét tuyển", "signer_id": desk.leader.id} | changes
    prepared = drafting.prepare(desk.officer, DraftFields(kind_id=found.id, **values))
    return db.session().get_one(Document, drafting.create(desk.officer, prepared))


def signed(desk: Office, document: Document) -> Document:
    """The draft, brought to where it waits for its number."""
    reviewing.submit(desk.officer, document.id)
    reviewing.approve_in_unit(desk.head, document.id)
    reviewing.pass_layout(desk.office_head, document.id, reviewing.LAYOUT_TICKS)
    reviewing.sign(desk.leader, document.id, reason="Bản quét bổ sung sau")
    return document


def add(desk: Office, code: str, rule: SeriesRule, **changes: Any) -> int:
    """A register that the administrator adds."""
    given: dict[str, Any] = {"name": f"Sổ {code}", "kind_ids": (), "first_year": clock.today().year}
    return years.add_register(desk.admin, code=code, rule=rule, **(given | changes))


def body_of(desk: Office) -> int:
    """The register of a body that issues under the agency's seal."""
    return add(desk, "hdts", SeriesRule.ADVISORY_BODY, issuer_name=BODY, issuer_letters="HĐTS")


def main_of(desk: Office) -> int:
    """The register of outgoing documents."""
    return catalogue.register_for(desk.org.id, RegisterKind.OUT, None).id


def test_a_body_under_the_agencys_seal_has_numbers_letters_and_a_head_of_its_own(desk: Office) -> None:
    issuing.give_number(desk.clerk, signed(desk, draft(desk, "Thông báo")).id, clock.today())
    own = body_of(desk)
    document = draft(desk, "Thông báo", series_id=own)
    version = drafting.versions_of(document.id)[0]
    file = next(one for one in files.of(document.ref) if one.id == version.file_id)
    words = docx.text_of(files.path(file)).text
    assert BODY.upper() in words
    assert "TM. HỘI ĐỒNG" in words
    assert document.symbol == "TB-HĐTS"
    issuing.give_number(desk.clerk, signed(desk, document).id, clock.today())
    other = draft(desk, "Thông báo")
    issuing.give_number(desk.clerk, signed(desk, other).id, clock.today())
    assert (document.code, other.code) == ("01/TB-HĐTS", "02/TB-UBND")
    entry = db.session().get_one(RegisterEntry, document.register_entry_id)
    assert entry.register_id == own
    assert verify_register(desk.clerk, own) == verify_register(desk.clerk, main_of(desk)) == []
    with pytest.raises(Invalid, match=r"register.not_choosable"):
        draft(desk, "Thông báo", series_id=main_of(desk))


def test_a_number_held_for_a_body_is_filled_and_its_year_closes(desk: Office) -> None:
    own = body_of(desk)
    last = clock.today()
    holding.reserve(desk.clerk, own, count=1, reason="Họp hội đồng ngày mai", expires_on=last)
    held = holding.fitting(db.session().get_one(catalogue.Register, own), last.year)[0].id
    with pytest.raises(Invalid, match=r"register.other_series"):
        issuing.give_held_number(desk.clerk, signed(desk, draft(desk, "Thông báo")).id, held)
    document = signed(desk, draft(desk, "Thông báo", series_id=own))
    assert issuing.give_held_number(desk.clerk, document.id, held) == 1
    clock.freeze(clock.at_office(date(last.year + 1, 1, 4), 8))
    years.begin_closing(desk.clerk, own, last.year)
    asking.decide(desk.leader, asking.ask_close(desk.clerk, own, last.year), agree=True)
    counter = db.session().get_one(catalogue.RegisterYear, (own, last.year))
    assert counter.state is YearState.CLOSED


def test_each_normative_kind_has_its_own_series_with_the_year_in_the_symbol(
    desk: Office, kind: Callable[[str], DocKind]
) -> None:
    clock.freeze(clock.at_office(date(2026, 12, 31), 9))
    late = signed(desk, draft(desk, "Quyết định (quy phạm pháp luật)"))
    assert late.symbol == "2026/QĐ-UBND"
    clock.freeze(clock.at_office(date(2027, 1, 4), 9))
    law = signed(desk, draft(desk, "Nghị quyết (quy phạm pháp luật)"))
    plain = signed(desk, draft(desk, "Quyết định"))
    for document in (late, law, plain):
        issuing.give_number(desk.clerk, document.id, clock.today())
    assert [one.code for one in (late, law, plain)] == [
        "01/2027/QĐ-UBND",
        "01/2027/NQ-HĐND",
        "01/QĐ-UBND",
    ]
    read = parse(late.code)
    assert read is not None
    assert (read.number, read.year, read.symbol, kind_of(read.symbol)) == (
        "01",
        2027,
        late.symbol,
        "Quyết định",
    )
    file = next(one for one in files.of(law.ref) if one.role == "draft_docx")
    words = docx.text_of(files.path(file)).text
    assert "HỘI ĐỒNG NHÂN DÂN TỈNH AN BÌNH" in words
    assert "QUY PHẠM PHÁP LUẬT" not in words
    legal, office = kind("Thông tư").id, kind("Quyết định").id
    with pytest.raises(BadState, match=r"register.series_locked"):
        add(desk, "tt", SeriesRule.LISTED, kind_ids=[legal])
    with pytest.raises(Invalid, match=r"register.mixed_kinds"):
        add(desk, "tt", SeriesRule.LISTED, kind_ids=[legal, office], first_year=2028)
    with pytest.raises(Invalid, match=r"register.mixed_kinds"):
        add(desk, "tt", SeriesRule.LISTED, kind_ids=[kind("Bản sao y").id], first_year=2028)
    own = add(desk, "tt", SeriesRule.LISTED, kind_ids=[legal], first_year=2028)
    assert db.session().get_one(Register, own).symbol_pattern == years.NORMATIVE_PATTERN
    with pytest.raises(Invalid, match=r"register.mixed_kinds"):
        years.decide_series(desk.admin, own, 2028, SeriesRule.LISTED, [office])


def test_the_administrator_names_a_body_with_its_letters_and_drafters_choose_it(
    desk: Office, client_of: ClientOf
) -> None:
    admin, url = client_of(desk.admin), "/documents/registers/settings"
    form = {"name": "Sổ hội đồng", "code": "hd", "rule": "advisory_body", "year": "2026", "once": "a"}
    refused = admin.post(url, data=form | {"issuer_name": BODY})
    assert refused.status_code == 422
    assert "cần cả tên và chữ viết tắt" in refused.text
    assert BODY in refused.text
    blank = admin.post(url, data=form | {"issuer_name": BODY, "issuer_letters": "HĐ TS"})
    assert "không có dấu cách" in blank.text
    officer = client_of(desk.officer)
    assert 'name="series_id"' not in officer.get("/documents/drafts/new").text
    assert admin.post(url, data=form | {"issuer_name": BODY, "issuer_letters": "HĐTS"}).status_code == 302
    assert f">{BODY}</option>" in officer.get("/documents/drafts/new").text
    document = draft(desk, "Thông báo")
    register = catalogue.choosable(desk.org.id)[0]
    fields = {"kind_id": str(document.kind_id), "subject": "Kết quả", "signer_id": str(desk.leader.id)}
    fields |= {"urgency": "0", "series_id": str(register.id), "version": str(document.version), "once": "b"}
    assert officer.post(f"/documents/drafts/{document.id}/fields", data=fields).status_code == 302
    db.read_anew()
    changed = db.session().get_one(Document, document.id)
    assert (changed.symbol, changed.series_id) == ("TB-HĐTS", register.id)
    assert "Dãy số" in officer.get(f"/documents/{document.id}/history").text


def test_a_copy_of_a_document_takes_its_number_in_the_one_series_of_copies(
    desk: Office, received: Callable[..., Document], fields: Callable[..., Incoming], client_of: ClientOf
) -> None:
    source = received()
    with pytest.raises(BadState, match=r"document.not_copied"):
        copying.source_of(desk.clerk, source.id)
    register_incoming(desk.clerk, source.id, fields(number="94", issuer="Bộ Tài chính"))
    with db.unit_of_work() as session:
        give_access(session.get_one(Document, source.id), f"u:{desk.officer.id}", reason="named")
    attaching.add_file(desk.clerk, source.id, papers.stage(desk.clerk, papers.pdf(), "cv.pdf"))
    officer, url = client_of(desk.officer), f"/documents/drafts/new?copy_of={source.id}"
    assert f"copy_of={source.id}" in officer.get(f"/documents/incoming/{source.id}").text
    page = officer.get(url).text
    assert "Công văn số 94/BTC-ĐT" in page
    assert "Kế hoạch</option>" not in page
    codes = []
    for name in ("Bản sao y", "Bản trích sao"):
        kind = catalogue.kind_named(desk.org.id, name)
        assert kind is not None
        data = {"kind_id": str(kind.id), "subject": "Công văn số 94/BTC-ĐT", "urgency": "0", "once": name}
        answer = officer.post(url, data=data | {"signer_id": str(desk.leader.id)})
        made = int(answer.location.rpartition("/")[2])
        document = signed(desk, db.session().get_one(Document, made))
        issuing.give_number(desk.clerk, made, clock.today())
        codes.append(document.code)
    assert codes == ["01/SY-UBND", "02/TrS-UBND"]
    (book,) = catalogue.registers(desk.org.id, RegisterKind.COPY)
    assert verify_register(desk.clerk, book.id) == []
    there = files.of(document.ref)
    assert "annex" in {file.role for file in there}
    words = docx.text_of(files.path(next(file for file in there if file.role == "draft_docx"))).text
    assert "TRÍCH SAO" in words
    assert "CỘNG HÒA" not in words
    jobs.run_due()
    issuing.seal(desk.clerk, made)
    assert issuing.issue(desk.clerk, made, [issuing.Target(organisation_id=desk.other.id)]) == 1
    with db.unit_of_work() as session:
        session.get_one(Document, source.id).access_level = AccessLevel.NAMED
    with pytest.raises(BadState, match=r"document.not_copied"):
        copying.source_of(desk.officer, source.id)


def test_a_refused_day_or_number_comes_with_the_nearest_one_that_would_do(
    desk: Office, client_of: ClientOf
) -> None:
    register = db.session().get_one(Register, main_of(desk))
    with db.unit_of_work() as session:
        session.get_one(Register, register.id).allows_suffix = True
    first, second = (signed(desk, draft(desk, "Thông báo")) for _ in range(2))
    issuing.give_number(desk.clerk, first.id, clock.today())
    clerk, url = client_of(desk.clerk), f"/documents/drafts/{second.id}"

    def offered(day: str) -> str:
        answer = clerk.post(f"{url}/number", data={"doc_date": day, "once": day})
        assert answer.status_code == 422
        assert f'value="{day}"' in answer.text
        return re.findall(r'data-fix="([^"]*)" data-for="doc_date"', answer.text)[0]

    today = f"{clock.today():%d/%m/%Y}"
    assert offered("02/11/2026") == today
    assert offered("30/12/2026") == today
    behind = clerk.post(f"{url}/sub-number", data={"number": "9", "reason": "Bổ sung danh sách", "once": "s"})
    assert 'data-fix="1" data-for="number"' in behind.text
    clock.freeze(clock.at_office(date(2027, 3, 1), 8))
    years.begin_due()
    clock.freeze(clock.at_office(date(2027, 6, 1), 8))
    clerk = client_of(desk.clerk)
    assert offered("31/12/2026") == "01/01/2027"
    assert clerk.post(f"{url}/number", data={"doc_date": "01/01/2027", "once": "y"}).status_code == 302


def test_a_second_incoming_register_takes_its_kinds_by_itself_and_any_other_when_chosen(
    desk: Office, received: Callable[..., Document], fields: Callable[..., Incoming], client_of: ClientOf
) -> None:
    first = catalogue.register_for(desk.org.id, RegisterKind.IN, None)
    invitation = catalogue.kind_named(desk.org.id, "Giấy mời")
    assert invitation is not None
    url, form = "/documents/registers/settings", {"name": "Sổ giấy mời", "code": "gm", "year": "2026"}
    form |= {"direction": "in", "once": "a"}
    admin = client_of(desk.admin)
    refused = admin.post(
        url, data=form | {"rule": "advisory_body", "issuer_name": BODY, "issuer_letters": "HĐ"}
    )
    assert "Chỉ sổ văn bản đi" in refused.text
    assert admin.post(url, data=form | {"rule": "listed", "kind_ids": str(invitation.id)}).status_code == 302
    (_, second) = catalogue.registers(desk.org.id, RegisterKind.IN)
    assert "Sổ giấy mời" in admin.get(url).text

    def put(**changes: Any) -> int:
        document = received()
        register_incoming(desk.clerk, document.id, fields(**changes))
        db.read_anew()
        return db.session().get_one(RegisterEntry, document.register_entry_id).register_id

    assert (
        "Theo loại văn bản" in client_of(desk.clerk).get(f"/documents/incoming/intake/{received().id}").text
    )
    assert [put(), put(kind_id=invitation.id)] == [first.id, second.id]
    assert [put(register_id=second.id), put(kind_id=invitation.id, register_id=first.id)] == [
        second.id,
        first.id,
    ]
    assert verify_register(desk.clerk, second.id) == []


def test_an_internal_register_is_named_by_the_draft_or_takes_its_kinds(desk: Office) -> None:
    inside = add(desk, "nb", SeriesRule.ALL, direction=RegisterKind.INTERNAL)
    leave = catalogue.kind_named(desk.org.id, "Giấy nghỉ phép")
    assert leave is not None
    listed = {"kind_ids": [leave.id], "direction": RegisterKind.INTERNAL}
    papers_of_leave = add(desk, "np", SeriesRule.LISTED, **listed)
    drafts = [
        draft(desk, "Thông báo", series_id=inside),
        draft(desk, "Giấy nghỉ phép"),
        draft(desk, "Thông báo"),
    ]
    for document in drafts:
        issuing.give_number(desk.clerk, signed(desk, document).id, clock.today())
    found = [db.session().get_one(RegisterEntry, one.register_entry_id).register_id for one in drafts]
    assert found == [inside, papers_of_leave, main_of(desk)]
    with pytest.raises(BadState, match=r"register.series_locked"):
        add(desk, "nc", SeriesRule.LISTED, **listed)
    with pytest.raises(Invalid, match=r"register.copies_share_one"):
        add(desk, "sao2", SeriesRule.ALL, direction=RegisterKind.COPY)
    with pytest.raises(Invalid, match=r"register.copies_share_one"):
        draft(desk, "Bản sao y", series_id=inside)
