"""Names of agencies as papers print them: what clerks put for one is remembered, doubted and forgotten."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from documents.formats.layout_pdf import build_pdf
from documents.formats.reading import read_first_page
from documents.formats.reading_learned import Spelling, corrected, recall
from documents.formats.reading_names import is_near
from documents.formats.reading_values import FILLED, SURE, Found
from documents.models.catalogue import IssuerSpelling
from documents.models.document import Document
from documents.services import catalogue, registering, spelling
from documents.services.registering import Incoming
from intranet.core import clock, db
from intranet.core.errors import Forbidden, NotFound
from intranet.people.models import User
from intranet.records import pdf
from tests.counting import count_queries
from tests.documents import papers
from tests.factories import Office

Make = Callable[..., Document]
Fields = Callable[..., Incoming]
Read = Callable[..., Found]
ClientOf = Callable[[User], FlaskClient]

#: As the district's papers print it, and what the clerk calls it.
PRINTED, ABOVE, NAME = "PHÒNG TC-KH", "UBND X. BÌNH MINH", "Phòng Tài chính - Kế hoạch xã Bình Minh"


@pytest.fixture
def read(desk: Office, tmp_path: Path) -> Read:
    """Reads the issuer of a paper as the office would now."""

    def issuer(agency: str = PRINTED, parent: str = ABOVE, source: str = "pdf_text") -> Found:
        path = tmp_path / "paper.pdf"
        path.write_bytes(build_pdf(papers.letter(agency=agency, parent_agency=parent)))
        found = read_first_page(
            pdf.page_text(path, 1),
            known_issuers=catalogue.known_issuers(desk.org.id),
            spellings=spelling.spellings(desk.org.id),
            source=source,
        ).issuer
        assert found is not None
        return found

    return issuer


@pytest.fixture
def put(desk: Office, received: Make, fields: Fields) -> Callable[..., Document]:
    """Registers a paper that prints one name under another the clerk gives."""

    def register(name: str, printed: str = PRINTED, above: str = ABOVE) -> Document:
        read = {"issuer": {"value": printed, "printed": printed, "confidence": 0.9}}
        if above:
            read["parent_issuer"] = {"value": above, "printed": above, "confidence": 0.9}
        document = received(prefill=read)
        registering.register_incoming(desk.clerk, document.id, fields(issuer=name))
        return document

    return register


def test_what_a_clerk_put_for_a_name_is_read_off_the_next_paper_of_that_agency(
    desk: Office, fields: Fields
) -> None:
    paper: dict[str, Any] = {"agency": PRINTED, "parent_agency": ABOVE}
    (first,) = papers.drop(desk.clerk, (papers.pdf(**paper, number="1"), "mot.pdf"))
    assert first.prefill["issuer"]["printed"] == PRINTED
    registering.register_incoming(desk.clerk, first.id, fields(issuer=NAME))
    (second,) = papers.drop(desk.clerk, (papers.pdf(**paper, number="2"), "hai.pdf"))
    assert (second.issuer_text, second.issuer_id) == (NAME, first.issuer_id)
    assert second.prefill["issuer"]["learned"] == 1
    assert FILLED <= second.prefill["issuer"]["confidence"] < SURE
    (row,), at_odds = spelling.page_of(desk.office_head)
    assert (row.printed, row.above, row.party.name, row.times) == (PRINTED, ABOVE, NAME, 1)
    assert (row.first_by_id, row.last_by_id, at_odds) == (desk.clerk.id, desk.clerk.id, frozenset())
    assert row.first_at <= row.last_at <= clock.now()


def test_a_spelling_grows_sure_as_clerks_leave_it(put: Callable[..., Document], read: Read) -> None:
    assert read().value != NAME
    sure = []
    for _ in range(3):
        put(NAME)
        assert read().value == NAME
        sure.append(read().confidence)
    assert sure == sorted(set(sure))
    assert sure[0] < SURE <= sure[-1]


def test_a_spelling_put_right_in_two_ways_is_no_longer_filled_in_until_one_is_forgotten(
    desk: Office, put: Callable[..., Document], read: Read
) -> None:
    for name in (NAME, NAME, "Phòng Tài chính xã Bình Minh"):
        put(name)
    assert (read().value, read().confidence < FILLED) == (NAME, True)
    rows, at_odds = spelling.page_of(desk.admin)
    assert ({row.key for row in rows}, len(rows)) == (at_odds, 2)
    (wrong,) = [row.id for row in rows if row.party.name != NAME]
    spelling.forget(desk.admin, wrong)
    assert (read().value, read().confidence >= FILLED) == (NAME, True)
    with pytest.raises(NotFound, match=r"issuer_spelling.missing"):
        spelling.forget(desk.admin, wrong)


def test_the_same_words_under_another_agency_are_another_agency(
    put: Callable[..., Document], read: Read
) -> None:
    put(NAME)
    assert read(parent="UBND X. AN PHÚ").value != NAME
    assert read(parent="UBND X. AN PHÚ", source="ocr").value != NAME


def test_one_slip_does_not_rename_an_agency_printed_under_its_own_name(
    put: Callable[..., Document], read: Read
) -> None:
    put("Sở Y tế tỉnh An Bình", printed="SỞ Y TẾ TỈNH AN BÌNH", above="")
    assert spelling.spellings(1) == []
    put("Sở Xây dựng", printed="SỞ Y TẾ TỈNH AN BÌNH", above="")
    found = read("Sở Y tế tỉnh An Bình", "")
    assert (found.value, found.confidence < SURE) == ("Sở Y tế tỉnh An Bình", True)


def test_a_spelling_is_met_again_with_letters_misread_by_the_recogniser(
    put: Callable[..., Document], read: Read
) -> None:
    put("Chi cục Thủy lợi tỉnh An Bình", printed="CHI CỤC TL TỈNH AN BÌNH", above="")
    misread = read("CHI CUC TL TINH AN BINN", "", source="ocr")
    assert misread.value == "Chi cục Thủy lợi tỉnh An Bình"
    assert FILLED <= misread.confidence < SURE
    assert read("CHI CUC TL TINH AN BINN", "").value != misread.value


def test_what_is_typed_for_a_paper_that_nobody_read_may_be_a_spelling(
    desk: Office, put: Callable[..., Document], received: Make, fields: Fields
) -> None:
    known = put(NAME, above="")
    typed = received()
    registering.register_incoming(desk.clerk, typed.id, fields(issuer="phòng TC-KH"))
    assert typed.issuer_id == known.issuer_id


def test_agencies_whose_names_differ_by_a_mark_are_told_apart(desk: Office) -> None:
    def named(text: str) -> int | None:
        found = catalogue.party_named(desk.org.id, text)
        return None if found is None else found.id

    with db.unit_of_work():
        one = catalogue.find_or_make_party(desk.org.id, "UBND xã Tân Hòa").id
        assert named("ubnd xa tan hoà") == one
        other = catalogue.find_or_make_party(desk.org.id, "UBND xã Tân Hóa").id
    assert one != other
    assert named("UBND xa Tan Hoa") is None
    assert named("ubnd xa tân hóa") == other


def test_spellings_belong_to_the_agency_and_to_those_who_keep_its_catalogue(
    desk: Office, put: Callable[..., Document], client_of: ClientOf
) -> None:
    put(NAME)
    assert spelling.spellings(desk.other.id) == []
    for actor in (desk.clerk, desk.leader, desk.officer, desk.other_clerk):
        with pytest.raises(Forbidden):
            spelling.page_of(actor)
    (row,), _ = spelling.page_of(desk.admin)
    page = client_of(desk.office_head).get("/documents/issuers/spellings").get_data(as_text=True)
    assert PRINTED in page
    assert NAME in page
    assert client_of(desk.clerk).get("/documents/issuers/spellings").status_code == 403
    address = f"/documents/issuers/spellings/{row.id}/forget"
    assert client_of(desk.clerk).post(address).status_code == 403
    assert client_of(desk.office_head).post(address).status_code == 302
    assert spelling.spellings(desk.org.id) == []


def test_a_long_list_of_spellings_asks_no_more_than_a_short_one(desk: Office, client_of: ClientOf) -> None:
    def add(count: int) -> None:
        with db.unit_of_work() as session:
            party, now = catalogue.find_or_make_party(desk.org.id, NAME), clock.now()
            before = len(spelling.spellings(desk.org.id))
            for n in range(before, before + count):
                who = {"first_by_id": desk.clerk.id, "last_by_id": desk.clerk.id}
                when = {"first_at": now, "last_at": now}
                row = IssuerSpelling(
                    key=f"|{n}", printed=f"P. {n}", party_id=party.id, times=1, **who, **when
                )
                row.org_id = desk.org.id
                session.add(row)

    client = client_of(desk.admin)

    def asked() -> int:
        with count_queries() as sent:
            assert client.get("/documents/issuers/spellings").status_code == 200
        return len(sent)

    add(3)
    asked()
    few = asked()
    add(spelling.PAGE)
    assert asked() == few
    rows, _ = spelling.page_of(desk.admin)
    older, _ = spelling.page_of(desk.admin, rows[spelling.PAGE - 1].id)
    assert [row.printed for row in older] == ["P. 2", "P. 1", "P. 0"]


WORDS = ("chi", "cuc", "thuy", "loi", "tinh", "phong", "nong", "nghiep", "truong", "xay", "dung", "binh")
NAMES = st.lists(st.sampled_from(WORDS), min_size=3, max_size=8).map(" ".join)


@given(NAMES, st.data())
def test_a_name_is_near_itself_misread_by_a_letter_and_far_from_one_with_a_word_more(
    name: str, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(name) - 1).filter(lambda n: name[n] != " "))
    misread = name[:at] + "z" + name[at + 1 :]
    assert is_near(name, misread, 2)
    assert is_near(misread, name, 2)
    assert not is_near(name, f"{name} 2", 2)
    assert not is_near(f"{name} 1", f"{name} 2", 2)


@given(st.integers(1, 200), st.integers(0, 200), st.sampled_from([0.3, 0.7, 0.97]), st.booleans())
def test_a_disputed_spelling_is_never_sure_and_filled_in_only_when_nearly_all_agreed(
    times: int, others: int, sure: float, is_name: bool
) -> None:
    learned = Spelling("PHONG", "", "Phòng A", times, others)
    read = Found("Phòng B", confidence=sure)
    found = corrected(read, "PHONG", "", is_name, learned)
    if others:
        assert found.confidence < SURE
        assert found.value == read.value or found.confidence < FILLED or times >= 9 * others
    assert recall("phong", "", [learned], slack=0) == learned
    assert corrected(read, "PHONG", "", is_name, None) == read
    agreed = corrected(replace(read, value="Phòng A"), "PHONG", "", is_name, learned)
    assert agreed.value == "Phòng A"
