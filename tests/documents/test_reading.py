"""Pre-fill: 50 real heads typeset and read back, and pages that must stay empty."""

import json
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from documents.formats.layout import OfficialText, Style
from documents.formats.layout_docx import build_docx
from documents.formats.layout_pdf import build_pdf
from documents.formats.reading import Reading, read_first_page
from documents.formats.reading_names import best_match
from intranet.core.text import fold, one_line
from intranet.records import pdf
from intranet.records.docx import text_of
from intranet.records.docx_preview import preview_pdf
from intranet.records.pagetext import PageText, TextLine
from intranet.records.parsing import parse, parse_own

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
HEADS = DATA / "administrative_documents.jsonl"
real_data = pytest.mark.skipif(
    not HEADS.is_file(), reason=f"no real documents: {HEADS.name} is not beside the project"
)

TODAY = date(2026, 1, 1)
FIVE = ("number", "doc_date", "kind", "issuer", "subject")
#: Agencies that the data run together with the one below them.
PARENTS = ("BỘ TÀI CHÍNH ", "CỤC THUẾ ", "UBND THÀNH PHỐ HÀ NỘI ")
BODY = (
    "Thực hiện Quyết định số 123/QĐ-TTg ngày 02 tháng 01 năm 2020 của Thủ tướng Chính phủ và Công văn "
    "số 456/BTC-NSNN ngày 15/3/2021 của Bộ Tài chính, các đơn vị tổ chức triển khai các nội dung sau đây.",
    "Điều 1. Giao các sở, ban, ngành rà soát, tổng hợp số liệu, gửi báo cáo về cơ quan thường trực.",
    "Điều 2. Thủ trưởng các đơn vị chịu trách nhiệm thi hành.",
)
#: Sentences that a head's place in the row puts into its text: which letter it answers, by when to answer it.
ASKED = {
    2: ("Trả lời Công văn số 1874/UBND-KT ngày 03/02/2019 của quý cơ quan về nội dung nêu trên.", "reply_to"),
    4: ("Đề nghị gửi báo cáo trước ngày {term:%d/%m/%Y} để tổng hợp.", "due_date"),
    7: ("Thời gian thực hiện trong thời hạn 07 ngày làm việc kể từ ngày nhận được văn bản.", "due_days"),
}
#: Who signs, in turn: lines of the authority, with the name.
SIGNERS = (
    (("KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"), "Nguyễn Thị Minh Khai"),
    (("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"), "Trần Quốc Hưng"),
    (("TUQ. BỘ TRƯỞNG", "CỤC TRƯỞNG"), "Lê Đình Lượng"),
    (("TL. GIÁM ĐỐC", "CHÁNH VĂN PHÒNG"), "Hoàng Thị Ngọc Ánh"),
    (("GIÁM ĐỐC",), "Phạm Văn Đồng"),
)


@dataclass(frozen=True)
class Sample:
    """A typeset document and what a reader must find on it."""

    text: OfficialText
    style: Style
    want: dict[str, str]


def samples() -> list[Sample]:
    """Every fifth head of the file, 50 in all, each in a style that its place in the row decides."""
    rows = [json.loads(line) for line in HEADS.read_text(encoding="utf-8").splitlines()]
    return [make_sample(row, i) for i, row in enumerate(rows[::5])]


def make_sample(row: dict[str, Any], i: int) -> Sample:
    """A document with this head; its place in the row decides style, urgency and trimmings."""
    block, kind = one_line(str(row["agency_block"])), str(row["doc_type"])
    subject = one_line(str(row["subject"]))
    parent = next((p for p in PARENTS if block.startswith(p)), "")
    agency = block.removeprefix(parent)
    is_letter = kind == "Công văn"
    if i % 4 == 3 and subject.isupper():
        subject = subject.capitalize()
    decides = kind in {"Quyết định", "Nghị quyết", "Thông tư", "Nghị định"}
    enactor = f"CHỦ TỊCH {agency}" if agency.startswith("ỦY BAN") and i % 2 else agency
    day = date.fromisoformat(str(row["issued_date"]))
    term = day + timedelta(days=20)
    asked, asks = ASKED.get(i % 10, ("", ""))
    authority, signer = SIGNERS[i % len(SIGNERS)]
    urgency = (0, 0, 0, 0, 0, 0, 1, 2, 0, 3)[i % 10]
    text = OfficialText(
        agency=agency,
        parent_agency=parent.strip(),
        number=str(row["code_number"]),
        symbol=str(row["code_notation"]),
        place=one_line(str(row["place"])),
        doc_date=day,
        kind=None if is_letter else kind,
        subject=subject,
        addressees=(str(row["addressee"] or "Các đơn vị trực thuộc"),) if is_letter else (),
        grounds=("Căn cứ Luật Tổ chức chính quyền địa phương ngày 16 tháng 6 năm 2025",) if decides else (),
        enactor=enactor if decides else "",
        resolve_word=f"{kind}:" if decides else "",
        body=(*BODY, asked.format(term=term)) if asked else BODY,
        authority=authority,
        signer_name=signer,
        recipients=tuple(str(r) for r in (row["recipients"] or [])[:8]),
        urgency=urgency,
        circulation_mark="LƯU HÀNH NỘI BỘ" if i % 11 == 5 else "",
    )
    style = Style(
        small=(13, 12, 13)[i % 3],
        body=(14, 13)[i % 2],
        left_share=(0.40, 0.37, 0.43)[i % 3],
        number_word=("Số: ", "Số:", "Số ", "Số : ")[i % 4],
        about=("V/v ", "V/v: ", "Về việc ")[i % 3],
        subject_capitals=i % 7 == 2,
    )
    want = {
        "number": text.number or "",
        "symbol": text.symbol,
        "doc_date": day.isoformat(),
        "kind": kind,
        "issuer": agency,
        "subject": subject,
        "signer_name": signer,
        "signer_title": authority[-1],
        "signer_authority": authority[0] if len(authority) > 1 else "",
        "urgency": str(urgency or ""),
        "due_date": term.isoformat() if asks == "due_date" else "",
        "due_days": "7 working" if asks == "due_days" else "",
        "reply_to": "1874/UBND-KT" if asks == "reply_to" else "",
    }
    return Sample(text, style, want)


def read_pdf(data: bytes, folder: Path) -> Reading:
    path = folder / "typeset.pdf"
    path.write_bytes(data)
    parsed = parse(path, path.name)
    assert parsed.first_page is not None
    return read_first_page(parsed.first_page, signed_page=parsed.signed_page, today=TODAY)


def read_pdfs(papers: list[bytes], folder: Path) -> list[Reading]:
    """The same for many, ten in a child: starting it takes longer than reading them."""
    paths = [folder / f"typeset-{number}.pdf" for number in range(len(papers))]
    for path, data in zip(paths, papers, strict=True):
        path.write_bytes(data)
    files = [(path, "application/pdf") for path in paths]
    found: list[Reading] = []
    for start in range(0, len(files), 10):
        for parsed in parse_own(files[start : start + 10]):
            assert parsed.first_page is not None
            found.append(read_first_page(parsed.first_page, signed_page=parsed.signed_page, today=TODAY))
    return found


def faults(reading: Reading, want: dict[str, str]) -> tuple[set[str], set[str]]:
    """Names of the fields left empty, and of those filled with something else, or that are not there."""
    got = {name: reading.value(name) for name in want}
    empty = {name for name in want if want[name] and not got[name]}
    return empty, {name for name in want if got[name] and fold(got[name]) != fold(want[name])}


@real_data
def test_of_50_real_heads_all_five_fields_are_right_in_at_least_40_and_the_others_are_empty(
    tmp_path: Path,
) -> None:
    all_five, wrong = 0, []
    heads = samples()
    read = read_pdfs([build_pdf(one.text, one.style) for one in heads], tmp_path)
    for number, (sample, reading) in enumerate(zip(heads, read, strict=True)):
        empty, other = faults(reading, sample.want)
        wrong += [(number, sample.want, sorted(other))] if other else []
        all_five += not (empty | other) & set(FIVE)
    assert all_five >= 40, f"only {all_five} of 50"
    assert wrong == []


@real_data
def test_the_same_heads_in_word_files_are_read_from_their_preview(tmp_path: Path) -> None:
    right, wrong, previews, heads = 0, [], [], samples()[::5]
    for sample in heads:
        path = tmp_path / "typeset.docx"
        path.write_bytes(build_docx(sample.text, sample.style))
        previews.append(preview_pdf(text_of(path)))
    for number, (sample, reading) in enumerate(zip(heads, read_pdfs(previews, tmp_path), strict=True)):
        empty, other = faults(reading, sample.want)
        wrong += [(number, sample.want, sorted(other))] if other else []
        right += not (empty | other) & set(FIVE)
    assert right >= 8, f"only {right} of 10"
    assert wrong == []


@real_data
@pytest.mark.parametrize("name", ["appendix-1-layout.docx", "appendix-3-kinds-and-samples.docx"])
def test_the_forms_of_the_decree_are_read_without_a_number_or_a_date_being_made_up(name: str) -> None:
    path = DATA / "decree-30" / name
    parsed = parse(path, name)
    assert parsed.verdict is None
    assert parsed.first_page is not None
    reading = read_first_page(parsed.first_page, signed_page=parsed.signed_page, source="docx_text")
    assert reading.value("number") == ""
    assert reading.value("doc_date") == ""


@pytest.fixture
def letter() -> OfficialText:
    return OfficialText(
        agency="Sở Tài chính",
        parent_agency="Ủy ban nhân dân tỉnh An Bình",
        number="05",
        symbol="STC-NS",
        place="An Bình",
        doc_date=date(2025, 2, 3),
        subject="báo cáo tình hình thực hiện dự toán quý I năm 2025",
        addressees=("Ủy ban nhân dân các xã, phường",),
        body=(
            "Trả lời Công văn số 12/UBND-KT ngày 20/01/2025 của Ủy ban nhân dân phường Bình Minh về dự toán.",
            "Đề nghị các đơn vị gửi báo cáo trước ngày 15/3/2025 để tổng hợp.",
        ),
        authority=("KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC"),
        signer_name="Trần Quốc Việt",
        recipients=("Như trên",),
        urgency=2,
    )


def test_a_tone_that_recognition_took_for_another_is_set_right_in_words_of_offices_alone(
    letter: OfficialText, tmp_path: Path
) -> None:
    subject = "sữa đổi, bồ sung việc thuộc THẤM QUYỀN của ông Lý Bố, văn bản hành chính, tham quyền"
    path = tmp_path / "typeset.pdf"
    path.write_bytes(build_pdf(replace(letter, subject=subject, authority=("CHỦ TÍCH",))))
    page = parse(path, path.name).first_page
    assert page is not None
    assert read_first_page(page).value("subject") == subject
    seen = read_first_page(page, source="ocr")
    assert seen.value("subject") == (
        "sửa đổi, bổ sung việc thuộc THẨM QUYỀN của ông Lý Bố, văn bản hành chính, tham quyền"
    )
    assert seen.value("signer_title") == "CHỦ TỊCH"


def test_a_letter_gives_parent_signer_urgency_deadline_and_the_letter_it_answers(
    letter: OfficialText, tmp_path: Path
) -> None:
    reading = read_pdf(build_pdf(letter), tmp_path)
    assert reading.value("kind") == "Công văn"
    assert reading.value("issuer") == "Sở Tài chính"
    assert reading.value("parent_issuer") == "Ủy ban nhân dân tỉnh An Bình"
    assert reading.value("place") == "An Bình"
    assert reading.value("signer_name") == "Trần Quốc Việt"
    assert reading.value("signer_title") == "PHÓ GIÁM ĐỐC"
    assert reading.value("signer_authority") == "KT. GIÁM ĐỐC"
    assert reading.value("urgency") == "2"
    assert reading.value("due_date") == "2025-03-15"
    assert reading.due_date is not None
    assert "gửi báo cáo trước ngày 15/3/2025" in reading.due_date.note
    assert reading.value("reply_to") == "12/UBND-KT"
    assert reading.number is not None
    assert reading.number.box is not None
    assert reading.number.confidence >= 0.9


def test_a_number_of_working_days_is_told_apart_from_calendar_days(
    letter: OfficialText, tmp_path: Path
) -> None:
    body = ("Đề nghị trả lời trong thời hạn 07 ngày làm việc kể từ ngày nhận được văn bản này.",)
    assert read_pdf(build_pdf(replace(letter, body=body)), tmp_path).value("due_days") == "7 working"
    body = ("Đề nghị trả lời trong vòng 10 ngày kể từ ngày nhận được văn bản này.",)
    assert read_pdf(build_pdf(replace(letter, body=body)), tmp_path).value("due_days") == "10 calendar"


def test_a_known_agency_is_named_as_the_office_writes_it_even_with_a_letter_misread(
    letter: OfficialText, tmp_path: Path
) -> None:
    path = tmp_path / "typeset.pdf"
    path.write_bytes(build_pdf(replace(letter, agency="Sở Nông nghiệp và Môi trưòng")))
    known = ("Sở Nông nghiệp và Môi trường", "Sở Tài chính")
    found = read_first_page(pdf.page_text(path, 1), known_issuers={name: name for name in known}).issuer
    assert found is not None
    assert found.value == "Sở Nông nghiệp và Môi trường"
    assert 0.6 <= found.confidence < 0.9


def test_neighbouring_names_are_never_taken_for_each_other(letter: OfficialText, tmp_path: Path) -> None:
    names = ("Ủy ban nhân dân phường 2", "Ủy ban nhân dân tỉnh Hà Nội", "UBND xã Tân Hóa", "UBND xã Tân Hoa")
    known = {name: name for name in names}
    for name in ("Ủy ban nhân dân phường 1", "Ủy ban nhân dân tỉnh Hà Nam", "UBND xã Tân Hòa"):
        path = tmp_path / "typeset.pdf"
        path.write_bytes(build_pdf(replace(letter, parent_agency="", agency=name)))
        page = pdf.page_text(path, 1)
        assert read_first_page(page, known_issuers=known).value("issuer") not in known
    assert best_match("UBND xã Tân Hóa", known, slack=2) == "UBND xã Tân Hóa"
    assert best_match("Ủy ban nhân dân phường 1", known, slack=2) is None
    assert best_match("Ủy ban nhân dan phuờng 2", known, slack=2) == "Ủy ban nhân dân phường 2"


def test_a_date_still_to_come_and_one_that_no_calendar_has_stay_empty(
    letter: OfficialText, tmp_path: Path
) -> None:
    path = tmp_path / "typeset.pdf"
    path.write_bytes(build_pdf(letter))
    page = pdf.page_text(path, 1)
    assert read_first_page(page, today=date(2025, 2, 2)).value("doc_date") == ""
    assert read_first_page(page, today=date(2025, 2, 3)).value("doc_date") == "2025-02-03"
    lines = tuple(
        replace(line, text=line.text.replace("ngày 03 tháng 02", "ngày 31 tháng 02")) for line in page.lines
    )
    assert read_first_page(replace(page, lines=lines)).value("doc_date") == ""


def test_a_draft_without_number_and_date_leaves_both_empty(letter: OfficialText, tmp_path: Path) -> None:
    reading = read_pdf(build_pdf(replace(letter, number=None, doc_date=None)), tmp_path)
    assert reading.value("number") == ""
    assert reading.value("doc_date") == ""
    assert reading.value("symbol") == "STC-NS"
    assert reading.value("kind") == "Công văn"


def test_a_letter_o_read_for_a_nought_is_put_right_but_not_sure(letter: OfficialText, tmp_path: Path) -> None:
    path = tmp_path / "typeset.pdf"
    path.write_bytes(build_pdf(replace(letter, number="1O5")))
    found = read_first_page(pdf.page_text(path, 1)).number
    assert found is not None
    assert found.value == "105"
    assert 0.6 <= found.confidence < 0.9


@pytest.mark.parametrize(
    "lines",
    [
        (),
        ("Biên lai thu tiền", "Số: 12345", "Ngày 3 tháng 4 năm 2025"),
        ("Kính gửi anh Nam,", "Gửi anh bản thảo số 12/QĐ-UBND ngày 01/02/2025 để xem trước."),
        ("HÓA ĐƠN GIÁ TRỊ GIA TĂNG", "Ngày 05 tháng 06 năm 2025", "Ký hiệu: 1C25TAA", "Số: 00000123"),
    ],
)
def test_a_page_that_is_no_official_document_fills_in_no_number_issuer_or_kind(
    lines: tuple[str, ...],
) -> None:
    height = 842.0
    page = PageText(
        595,
        height,
        tuple(
            TextLine(text, 90, height - 80 - 20 * i, 90 + 6 * len(text), height - 68 - 20 * i, 13)
            for i, text in enumerate(lines)
        ),
    )
    reading = read_first_page(page)
    assert [reading.value(name) for name in ("number", "symbol", "issuer", "subject")] == ["", "", "", ""]


def test_what_was_read_travels_as_plain_values(letter: OfficialText, tmp_path: Path) -> None:
    told = read_pdf(build_pdf(letter), tmp_path).to_json()
    assert json.loads(json.dumps(told)) == told
    assert told["number"]["value"] == "05"
    assert told["number"]["source"] == "pdf_text"
    assert len(told["number"]["box"]) == 4
    assert "circulation_mark" not in told
