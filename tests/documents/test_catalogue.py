"""The lists that documents are chosen from: kinds, agencies, sentences; who keeps them and what follows."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from documents.models.catalogue import Channel, DocKind, Party, Phrase
from documents.models.document import Document
from documents.services import (
    capturing,
    catalogue,
    doubles,
    issuing,
    kinds,
    office_phrases,
    parties,
    suggesting,
)
from documents.services.kinds import KindFields
from documents.services.listing import Filters, incoming
from documents.services.parties import PartyFields
from documents.services.registering import Incoming, register_incoming
from documents.services.searching import Search
from intranet.boards import reports
from intranet.core import db
from intranet.core.errors import BadState, Forbidden, Invalid, NotFound, Stale
from intranet.people.models import User
from intranet.records import audit
from tests.counting import count_queries
from tests.factories import Office

Make = Callable[..., Document]
Given = Callable[..., Incoming]
Kind = Callable[[str], DocKind]
ClientOf = Callable[[User], FlaskClient]
LISTS = "/documents/catalogue"


def party(name: str) -> Party:
    """The agency kept under exactly that name, merged or not."""
    return db.session().scalars(select(Party).where(Party.name == name)).one()


def changed(one: DocKind, **values: Any) -> KindFields:
    """A kind as it stands, but for these."""
    plain = {"days": one.default_deadline_days, "needs_reply": one.needs_reply, "code": one.code}
    return KindFields(**(plain | values))


def test_a_kind_that_is_not_used_is_offered_no_more_and_documents_of_it_stay(
    desk: Office, kind: Kind, received: Make, fields: Given, client_of: ClientOf
) -> None:
    note, document = kind("Bản ghi nhớ"), received()
    register_incoming(desk.clerk, document.id, fields(kind_id=note.id))
    keeper = client_of(desk.office_head)
    assert keeper.post(f"{LISTS}/kinds/{note.id}", data={"after_id": ""}).status_code == 302
    db.read_anew()
    assert catalogue.kind_named(desk.org.id, "Bản ghi nhớ") is None
    assert "Bản ghi nhớ" in client_of(desk.clerk).get(f"/documents/incoming/{document.id}").text
    last = kinds.in_order(desk.org.id)[-1]
    for one in kinds.in_order(desk.org.id)[:-1]:
        kinds.edit(desk.admin, one.id, changed(one, is_active=False))
    with pytest.raises(Invalid, match=r"kind.last_one"):
        kinds.edit(desk.admin, last.id, changed(last, is_active=False))


def test_abbreviations_of_the_law_stay_and_the_agency_orders_its_kinds(
    desk: Office, kind: Kind, client_of: ClientOf
) -> None:
    report, letter = kind("Báo cáo"), kind("Công văn")
    kinds.edit(desk.office_head, report.id, changed(report, days=4, after_id=letter.id, code="XX"))
    names = [one.name for one in catalogue.kinds(desk.org.id)]
    assert names.index("Báo cáo") == names.index("Công văn") + 1
    assert (report.code, report.default_deadline_days) == ("BC", 4)
    made = kinds.add(desk.admin, "Nghị quyết liên tịch", KindFields(None, needs_reply=False, code="NQLT"))
    assert catalogue.kinds(desk.org.id)[0].id == made
    for name, code, why in (("nghi quyet LIEN tich", "A", "name_taken"), ("Sắc lệnh", "N Q", "code")):
        with pytest.raises(Invalid, match=rf"kind.{why}"):
            kinds.add(desk.admin, name, KindFields(None, needs_reply=False, code=code))
    answer = client_of(desk.admin).post(
        f"{LISTS}/kinds/new", data={"name": "Sắc lệnh", "code": "1", "default_deadline_days": "0"}
    )
    assert answer.status_code == 422
    assert 'value="Sắc lệnh"' in answer.text
    with pytest.raises(Forbidden):
        kinds.edit(desk.clerk, report.id, changed(report))
    with pytest.raises(NotFound):
        kinds.edit(desk.admin, 987654, changed(report))


def test_an_agency_with_another_name_is_still_found_under_the_old_one(
    desk: Office, received: Make, fields: Given
) -> None:
    document = received()
    register_incoming(desk.clerk, document.id, fields(issuer="Sở Tài nguyên và Môi trường"))
    key = party("Sở Tài nguyên và Môi trường").id
    given = PartyFields("Sở Nông nghiệp và Môi trường", short_name="SNNMT", aliases=("Sở NN&MT",))
    parties.edit(desk.admin, key, given, expect=1)
    with pytest.raises(Stale):
        parties.edit(desk.admin, key, given, expect=1)
    for said in ("Sở Tài nguyên và Môi trường", "sở nn&mt", "so nong nghiep va moi truong"):
        found = catalogue.party_named(desk.org.id, said)
        assert found is not None
        assert found.id == key
    later = received()
    register_incoming(desk.clerk, later.id, fields(issuer="Sở Tài nguyên và Môi trường"))
    assert (document.issuer_text, later.issuer_text) == ("Sở Tài nguyên và Môi trường", given.name)
    assert len(incoming(desk.clerk, Filters(issuer=given.name)).rows) == 2
    with pytest.raises(Invalid, match=r"party.name_taken"):
        parties.add(desk.admin, PartyFields("Sở Tài nguyên và Môi trường"))
    with pytest.raises(Invalid, match=r"party.alias_taken"):
        parties.add(desk.admin, PartyFields("Sở Khác", aliases=("SNNMT",)))
    # The old name may be taken back.
    parties.edit(desk.admin, key, PartyFields("Sở Tài nguyên và Môi trường"))
    assert [one.name for one in parties.earlier_names(party("Sở Tài nguyên và Môi trường"))] == [given.name]


def test_two_names_of_one_agency_are_merged_and_taken_apart_again(
    desk: Office, received: Make, fields: Given, app: Flask
) -> None:
    names = ("UBND TP Hà Nội", "Ủy ban nhân dân thành phố Hà Nội")
    documents = [received() for _ in range(3)]
    for document, name in zip(documents, (*names, names[1]), strict=True):
        given = fields(issuer=name, arrival_channel=Channel.EMAIL)
        register_incoming(desk.clerk, document.id, given)
    source, target = (party(name).id for name in names)
    shown = parties.merger(desk.admin, source, target)
    assert (shown.came, shown.sent, shown.names) == (1, 0, (names[0],))
    for pair, why in (((source, source), Invalid), ((source, 987654), NotFound)):
        with pytest.raises(why):
            parties.merge(desk.admin, *pair)
    parties.merge(desk.admin, source, target)
    assert [line.act for line in audit.history(party(names[1]).ref)] == ["party.merged"]
    assert [one.name for one in catalogue.parties(desk.org.id)] == [names[1]]
    assert catalogue.known_issuers(desk.org.id)[names[0]] == names[1]
    assert len(suggesting.similar(documents[0])) == 2
    assert (
        issuing.suggested_targets(Document(org_id=desk.org.id, addressees=[names[0]], recipients=[]))[
            0
        ].party_id
        == target
    )

    def counted() -> tuple[int, Any, dict[str, int | None], dict[str, int | None]]:
        told = []
        for code, by in (("incoming", "issuer"), ("exchange", "from")):
            wish = reports.wish(desk.leader, code, "2026-m11", by)
            rows = wish.report.rows(desk.leader, wish.period, by)[:-1]
            with app.test_request_context():
                for row in rows:
                    opened = wish.report.listing(desk.leader, wish.period, by, row.key, "total", None)
                    assert opened.total == row.counts[0]
            told.append({row.name: row.counts[0] for row in rows})
        listed = len(incoming(desk.clerk, Filters(issuer=names[1])).rows)
        facets = Search(desk.clerk, "giai ngan").counted().facets["issuer"]
        return listed, sorted(facets), told[0], told[1]

    assert counted() == (3, [(names[1], 3)], {names[1]: 3}, {names[1]: 3})
    assert [one.document.issuer_text for one in Search(desk.clerk, f'cq:"{names[1]}"').page("").hits].count(
        names[0]
    ) == 1
    # What the register says is not touched.
    assert documents[0].issuer_text == names[0]
    parties.split(desk.admin, source)
    apart = {names[0]: 1, names[1]: 2}
    assert counted() == (2, sorted(apart.items()), apart, apart)
    with pytest.raises(BadState, match=r"party.not_merged"):
        parties.split(desk.admin, source)


def test_a_document_sent_twice_is_found_though_its_sender_has_two_names(
    desk: Office, received: Make, fields: Given
) -> None:
    first, again = received(), received()
    given: dict[str, Any] = {"number": "77", "symbol": "UBND-VP", "doc_date": date(2026, 11, 2)}
    register_incoming(desk.clerk, first.id, fields(issuer="UBND TP Hà Nội", **given))
    other = parties.add(desk.admin, PartyFields("Ủy ban nhân dân thành phố Hà Nội"))
    parties.merge(desk.admin, party("UBND TP Hà Nội").id, other)
    with db.unit_of_work() as session:
        row = session.get_one(Document, again.id)
        capturing.set_code(row, "77", "UBND-VP")
        row.doc_date, row.issuer_id = given["doc_date"], other
        row.issuer_text = "Ủy ban nhân dân thành phố Hà Nội"
    assert [one.document.id for one in doubles.duplicates_of(desk.clerk, again).seen] == [first.id]


def test_the_pages_of_agencies_keep_what_was_typed_and_ask_before_they_merge(
    desk: Office, client_of: ClientOf
) -> None:
    admin = client_of(desk.admin)
    typed = {"name": "Sở A", "channel": "post", "organ_id": "H-99", "emails": "khong phai thu"}
    answer = admin.post(f"{LISTS}/parties/new", data=typed)
    assert answer.status_code == 422
    assert 'value="H-99"' in answer.text
    for wrong in (typed | {"organ_id": "H57.12"}, typed | {"channel": "bo cau", "emails": ""}):
        assert admin.post(f"{LISTS}/parties/new", data=wrong).status_code == 422
    for name in ("Sở A", "Sở B"):
        good = {"name": name, "channel": "post", "organ_id": "", "emails": "vt@so.gov.vn"}
        assert admin.post(f"{LISTS}/parties/new", data=good).status_code == 302
    one, other = party("Sở A"), party("Sở B")
    address = f"{LISTS}/parties/{one.id}/merge"
    assert "Sau khi gộp" in admin.get(f"{address}?into={other.id}").text
    assert party("Sở A").merged_into_id is None
    assert admin.get(f"{address}?into={one.id}").status_code == 422
    assert admin.post(address, data={"into": ""}).status_code == 422
    page = admin.get(admin.post(address, data={"into": other.id}).location).text
    assert f'action="{LISTS}/parties/{one.id}/split"' in page
    assert client_of(desk.office_head).post(f"{LISTS}/parties/{one.id}/split").status_code == 403
    assert admin.get(f"{LISTS}/parties?q=so+a").text.count("<td><b>Sở B</b>") == 1


def test_agencies_are_listed_page_by_page_in_a_fixed_number_of_questions(
    desk: Office, client_of: ClientOf
) -> None:
    admin = client_of(desk.admin)
    with db.unit_of_work() as session:
        session.add_all(Party(org_id=desk.org.id, name=f"Cơ quan {n:03}") for n in range(3))
    admin.get(f"{LISTS}/parties")
    with count_queries() as few:
        admin.get(f"{LISTS}/parties")
    with db.unit_of_work() as session:
        session.add_all(Party(org_id=desk.org.id, name=f"Cơ quan {n:03}") for n in range(3, 60))
    with count_queries() as many:
        first = admin.get(f"{LISTS}/parties").text
    assert len(many) == len(few)
    rows, after = parties.listed(desk.admin)
    rest, end = parties.listed(desk.admin, after=after)
    assert ([row.party.name for row in (*rows, *rest)], end) == ([f"Cơ quan {n:03}" for n in range(60)], None)
    assert "Cơ quan 049" in first
    assert "Cơ quan 050" not in first
    for strange in ("x", "99999999999.a", "3.", "²3.a"):
        assert admin.get(f"{LISTS}/parties?after={strange}").status_code == 200


def test_sentences_for_all_leaders_are_kept_by_the_office_and_own_ones_are_not_touched(
    desk: Office, client_of: ClientOf
) -> None:
    keeper = client_of(desk.office_head)
    known = office_phrases.office_phrases(desk.org.id)
    sent = keeper.post(f"{LISTS}/phrases/new", data={"text": "báo cáo tại giao ban", "after_id": known[0].id})
    assert sent.status_code == 302
    assert [one.text for one in office_phrases.office_phrases(desk.org.id)][1] == "báo cáo tại giao ban"
    assert keeper.post(f"{LISTS}/phrases/new", data={"text": "Báo cáo tại giao ban"}).status_code == 422
    with pytest.raises(Invalid, match=r"document.secret_mark"):
        office_phrases.add(desk.admin, "TUYỆT MẬT")
    with db.unit_of_work() as session:
        own = Phrase(org_id=desk.org.id, text="xin ý kiến tôi", owner_id=desk.leader.id)
        session.add(own)
        session.flush()
    with pytest.raises(NotFound):
        office_phrases.delete(desk.admin, own.id)
    gone = known[0].text
    office_phrases.delete(desk.admin, known[0].id)
    texts = [one.text for one in catalogue.phrases(desk.org.id, desk.leader.id)]
    assert gone not in texts
    assert "xin ý kiến tôi" in texts
