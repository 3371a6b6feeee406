"""What the search finds of documents, in which order, and that it tells nothing of what is hidden."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient

from documents.models.document import Directive, DirectiveKind, Document
from documents.models.lifecycle import DocState
from documents.services import indexing, registering, searching
from documents.services.registering import Incoming
from documents.services.searching import FITTING, Search
from intranet.core import db
from intranet.people.models import User
from tests.counting import count_queries
from tests.factories import Office

ClientOf = Callable[[User], FlaskClient]
Make = Callable[..., Document]
Fields = Callable[..., Incoming]


@pytest.fixture
def put(received: Make) -> Make:
    """Makes a document as it stands in the register, with a subject of its own."""

    def make(subject: str, **values: Any) -> Document:
        given = {"state": DocState.REGISTERED, "subject": subject, "doc_date": date(2026, 11, 2)}
        return received(**given | values)

    return make


def found(actor: User, typed: str, order: str = "new", **facets: str) -> list[str]:
    """Subjects of the first page, in order."""
    return [hit.document.subject for hit in Search(actor, typed, facets, order).page().hits]


def test_search_shows_the_very_number_first_then_the_words_side_by_side_then_the_newest(
    desk: Office, client_of: ClientOf, received: Make, fields: Fields
) -> None:
    subjects = {
        "12": "Tổ chức lễ hội hoa xuân",
        "900": "Xuân này hoa nở sớm, lễ đón khách, hội chợ mở cửa",
        "901": "Triển khai 12 nhiệm vụ của lễ hội hoa xuân",
        "902": "Hoa cho ngày lễ, hội nghị đầu xuân, mục 12",
    }
    for number, subject in subjects.items():
        document = received(subject=subject)
        registering.register_incoming(desk.clerk, document.id, fields(number=number, subject=subject))
    client = client_of(desk.clerk)

    def listed(words: str) -> list[str]:
        with count_queries() as sent:
            page = client.get("/search", query_string={"q": words}).text
        assert [one for one in sent if "subject_key" in one and "LIKE" in one.upper()] == []
        rows = re.findall(r'<a href="/documents/incoming/\d+">([^<]*)</a>', page)
        return [re.search(r"(\d+)/BTC", row)[1] for row in rows]  # type: ignore[index]  # each has its code

    assert listed("12/BTC-ĐT") == ["12"]
    assert listed("12") == ["12", "902", "901"]
    assert listed("lễ hội hoa xuân") == ["901", "12", "902", "900"]
    assert listed("BTC-ĐT") == ["902", "901", "900", "12"]
    stranger = client_of(desk.stranger).get("/search?q=12").text
    assert "lễ hội" not in stranger


@pytest.mark.parametrize(
    "typed", ["5 qd ubnd", "05/QĐ-UBND", "5/qđ ubnd", "kh:05/qd-ubnd", "qd-ubnd", "số 05 QĐ"]
)
def test_a_number_is_found_however_it_is_spelt(desk: Office, put: Make, typed: str) -> None:
    put("số một", number="05", symbol="QĐ-UBND")
    put("số hai", number="15", symbol="CT-UBND")
    assert found(desk.clerk, typed) == ["số một"]


def test_digits_are_a_number_or_a_line_of_the_register_and_the_whole_number_comes_first(
    desk: Office, put: Make, received: Make, fields: Fields
) -> None:
    document = received(subject="a")
    registering.register_incoming(desk.clerk, document.id, fields(number="77", subject="dòng một"))
    put("một số 1", number="1", symbol="QĐ-UBND")
    put("nhắc đến 1 lần", number="9", symbol="QĐ-UBND")
    assert found(desk.clerk, "1") == ["một số 1", "dòng một", "nhắc đến 1 lần"]
    assert found(desk.clerk, "01/QĐ-UBND") == ["một số 1"]
    put("một số 1 dài hơn", number="1", symbol="QĐ-UBND-VX")
    assert found(desk.clerk, "1/QĐ-UBND") == ["một số 1", "một số 1 dài hơn"]


def test_marks_are_left_aside_but_what_has_them_as_typed_comes_first(desk: Office, put: Make) -> None:
    for subject in ("Phân bổ dự toán", "Phan bo du toan", "Phần bộ dự toán", "Hoà giải", "Hòa giải"):
        put(subject)
    assert found(desk.clerk, "phan bo") == ["Phần bộ dự toán", "Phan bo du toan", "Phân bổ dự toán"]
    assert found(desk.clerk, "phân bổ")[0] == "Phân bổ dự toán"
    assert set(found(desk.clerk, "phân bổ")) == set(found(desk.clerk, "phan bo"))
    assert found(desk.clerk, "hòa giải") == found(desk.clerk, "hoà giải") == ["Hòa giải", "Hoà giải"]
    assert found(desk.clerk, "phân bổ", FITTING)[0] == "Phân bổ dự toán"


def test_words_phrases_and_what_is_not_wanted(desk: Office, put: Make) -> None:
    put("Kế hoạch phòng chống bão")
    put("Phòng họp, kế hoạch chống dột")
    assert len(found(desk.clerk, "ke hoach phong chong")) == 2
    assert found(desk.clerk, 'kế hoạch "phòng chống"') == ["Kế hoạch phòng chống bão"]
    assert found(desk.clerk, "ke hoach -bao") == ["Phòng họp, kế hoạch chống dột"]
    assert found(desk.clerk, 'ke hoach -"phong chong"') == ["Phòng họp, kế hoạch chống dột"]
    assert found(desk.clerk, "hoac") == []
    assert len(found(desk.clerk, "hoac*")) == 2


def test_a_barred_word_typed_with_marks_bars_that_very_word_and_no_other(desk: Office, put: Make) -> None:
    put("Kế hoạch phối hợp")
    put("Kế hoạch họp giao ban")
    assert found(desk.clerk, "kế hoạch -họp") == ["Kế hoạch phối hợp"]
    assert found(desk.clerk, 'kế hoạch -"phối họp"') == ["Kế hoạch họp giao ban", "Kế hoạch phối hợp"]
    assert found(desk.clerk, 'kế hoạch -"phối hợp"') == ["Kế hoạch họp giao ban"]
    assert found(desk.clerk, "kế hoạch -hop") == []


def test_a_state_is_asked_for_by_the_name_of_its_tab_too(desk: Office, put: Make) -> None:
    put("chờ trình", state=DocState.REGISTERED)
    put("đã trình", state=DocState.PRESENTED)
    put("xong", state=DocState.DONE)
    put("để biết", state=DocState.NOTED)
    put("hủy", state=DocState.CANCELLED)
    put("thu hồi", state=DocState.RECALLED)
    assert found(desk.clerk, 'trangthai:"Chờ trình"') == ["chờ trình"]
    assert set(found(desk.clerk, 'trangthai:"đã xong"')) == {"xong", "để biết"}
    assert found(desk.clerk, "trangthai:hủy") == ["hủy"]


def test_fields_and_dates_narrow_and_what_names_nothing_is_told(
    desk: Office, put: Make, kind: Callable[[str], Any]
) -> None:
    put("một", issuer_text="Bộ Tài chính", signer_name="Lê Văn Sỹ", kind_id=kind("Quyết định").id)
    put("hai", issuer_text="Sở Y tế", doc_date=date(2025, 3, 9), lead_unit_id=desk.stc.id)
    put("ba", issuer_text="Sở Tài chính", doc_date=date(2026, 3, 9), due_date=date(2026, 11, 10))
    for typed, wanted in {
        'cq:"bộ tài chính"': ["một"],
        "cq:chinh": ["ba", "một"],
        "ky:sy": ["một"],
        "loai:qd": ["một"],
        "loai:QĐ -cq:bo": [],
        "phong:stc": ["hai"],
        "trangthai:da-vao-so": ["ba", "hai", "một"],
        "han:qua": ["ba"],
        "2025": ["hai"],
        "03/2026": ["ba"],
        "01/03..15/03": ["ba"],
        "01/03/2025..15/03/2026": ["ba", "hai"],
        "-2025": [],
        "2026 -03/2026": ["một"],
        "-cq:so 2026": ["một"],
    }.items():
        assert found(desk.clerk, typed) == wanted, typed
    for typed, code, wanted in (
        ("loai:xyz mot", "loai", ["một"]),
        ("31/02 mot", "day", ["một"]),
        ('"mot', "quote", ["một"]),
        ("mau:đỏ", "prefix", []),
        ("hs:12 ba", "hs", ["ba"]),
        ("cq: ", "empty", []),
        ("***", "nothing", []),
        ("-mot", "only_not", []),
        ("x" * 5000, "long", []),
        ("'; DROP TABLE document; --\" OR 1=1 NEAR(a b) {x}:*", "quote", []),
    ):
        search = Search(desk.clerk, typed)
        assert code in {one.code for one in search.query.remarks}, typed
        assert [hit.document.subject for hit in search.page().hits] == wanted, typed


def test_pages_go_on_where_the_last_ended_though_new_documents_came(desk: Office, put: Make) -> None:
    for number in range(70):
        put(f"giấy {'mời' if number % 10 else 'mới'} {number}")
    for order in ("new", FITTING):
        search = Search(desk.clerk, "giấy mới", {}, order)
        first = search.page()
        put("giấy mới vừa đến")
        second = search.page(first.older or "")
        shown = [hit.document.subject for hit in (*first.hits, *second.hits)]
        assert len(first.hits) == 50
        assert len(set(shown)) == len(shown) == 70 + (order == FITTING)
        assert all("mới" in subject for subject in shown[:7])
        assert second.older is None


@pytest.mark.parametrize("looked_through", [1, 5, 200])
def test_page_by_page_each_is_shown_once_exact_marks_in_texts_before_the_others(
    desk: Office, put: Make, monkeypatch: pytest.MonkeyPatch, looked_through: int
) -> None:
    monkeypatch.setattr(searching, "PAGE", 3)
    monkeypatch.setattr(searching, "MOST_LOOKED_THROUGH", looked_through)
    groups: list[list[str]] = [[], [], []]
    for number in range(13):
        document = put(f"{'Giấy mới' if number % 4 == 0 else 'Giấy mời'} {number}")
        body = "Nội dung giấy mới." if number % 3 == 0 else "Nội dung."
        with db.unit_of_work() as session:
            indexing._exchange(session.connection(), document.id, body=body, parts=[])
        groups[0 if number % 4 == 0 else 1 if number % 3 == 0 else 2].insert(0, document.subject)
    others = sorted(groups[1] + groups[2], key=lambda one: -int(one.split()[-1]))
    exact = [one for one in others[:looked_through] if one in groups[1]]
    shown: list[str] = []
    search, after = Search(desk.clerk, "giấy mới"), ""
    while True:
        page = search.page(after)
        shown += [hit.document.subject for hit in page.hits]
        if page.older is None:
            break
        after = page.older
    assert shown == groups[0] + exact + [one for one in others if one not in exact]


def test_the_text_of_files_is_found_with_its_place_shown(desk: Office, put: Make) -> None:
    document = put("Công văn")
    with db.unit_of_work() as session:
        text = session.get_one(indexing.DocumentText, document.id)
        assert text.norm_version == indexing.NORM_VERSION
    with db.unit_of_work() as session:
        body = "Mở đầu. " * 40 + "Đường giao thông nông thôn, đoạn qua xã Bình Minh."
        parts = [{"at": 0, "name": "quet.pdf", "seen": True}]
        indexing._exchange(session.connection(), document.id, body=body, parts=parts)
    (hit,) = Search(desk.clerk, "giao thong nong thon").page().hits
    assert [piece.text for piece in hit.snippet if piece.is_found] == ["giao", "thông", "nông", "thôn"]
    assert (hit.file, hit.is_seen) == ("quet.pdf", True)
    assert found(desk.clerk, '"duong giao thong"') == ["Công văn"]
    with db.unit_of_work() as session:
        session.get_one(Document, document.id).subject = "Thư mời"
    assert found(desk.clerk, "công văn") == []
    assert found(desk.clerk, "thu moi giao thong") == ["Thư mời"]


def test_what_one_act_changed_more_than_once_is_indexed_once_as_it_stands_at_the_end(
    desk: Office, put: Make
) -> None:
    document = put("Công văn cũ")
    writing = "INSERT INTO document_(search|fts|text) |UPDATE document_text SET sym"
    with count_queries(writing) as sent, db.unit_of_work() as session:
        changed = session.get_one(Document, document.id)
        changed.subject = "Công văn giữa chừng"
        session.flush()
        changed.subject = "Kế hoạch sau cùng"
        new = Document(
            **{name: getattr(changed, name) for name in ("org_id", "direction", "state", "created_by_id")},
            created_at=changed.created_at,
            subject="Tờ trình",
        )
        session.add(new)
        session.flush()
        act = Directive(document_id=new.id, text="Giao phòng Kế toán")
        act.author_id, act.kind = desk.leader.id, DirectiveKind.KNOW
        act.org_id, act.created_at, act.release_at = new.org_id, new.created_at, new.created_at
        session.add(act)
        new.subject, new.number = "Báo cáo vừa lập", "77"
    assert found(desk.clerk, "giua chung") == found(desk.clerk, "to trinh") == []
    assert found(desk.clerk, "ke hoach sau cung") == ["Kế hoạch sau cùng"]
    assert found(desk.clerk, "77") == ["Báo cáo vừa lập"]
    assert len(sent) <= 5
    indexing.index_changed()
    assert found(desk.clerk, "phong ke toan") == ["Báo cáo vừa lập"]


def test_a_rebuilt_index_finds_what_the_kept_one_found(desk: Office, put: Make) -> None:
    put("Kế hoạch năm", number="3", symbol="KH-UBND", issuer_text="Sở Y tế")
    before = [found(desk.clerk, typed) for typed in ("3/kh", "ke hoach", "cq:yte cq:y", "cq:so")]
    assert list(indexing.rebuild())[-1] >= 1
    assert [found(desk.clerk, typed) for typed in ("3/kh", "ke hoach", "cq:yte cq:y", "cq:so")] == before
    assert before[0] == ["Kế hoạch năm"]
