"""Number and symbol: taken apart, put together, compared."""

import json
from datetime import date
from pathlib import Path

import pytest

from documents.formats.symbols import (
    KIND_ABBREVIATIONS,
    compose,
    date_words,
    kind_of,
    parse,
    symbol_for,
    symbol_key,
)

LAWS = Path(__file__).resolve().parents[3] / "shared" / "data" / "legal_documents.jsonl"


@pytest.mark.parametrize(
    ("printed", "number", "symbol", "agency"),
    [
        ("05/QĐ-UBND", "05", "QĐ-UBND", "UBND"),
        ("11299/VPCP-KGVX", "11299", "VPCP-KGVX", "VPCP"),
        ("30/2020/NĐ-CP", "30", "2020/NĐ-CP", "CP"),
        ("3257/TNI-QLDN1", "3257", "TNI-QLDN1", "TNI"),
        ("07/TTr-SNV", "07", "TTr-SNV", "SNV"),
        (" 12 / UBND - VX ", "12", "UBND-VX", "UBND"),
        ("15/BC–STC.", "15", "BC-STC", "STC"),
    ],
)
def test_a_printed_code_is_taken_apart(printed: str, number: str, symbol: str, agency: str) -> None:
    found = parse(printed)
    assert found is not None
    assert (found.number, found.symbol, found.agency) == (number, symbol, agency)
    assert found.code == f"{number}/{symbol}"


@pytest.mark.parametrize(
    "printed", ["", "abc", "73-CP", "/QĐ-UBND", "12", "12/", "1234567/QĐ-UBND", "12/9999/NQ-CP"]
)
def test_what_has_not_the_shape_of_a_code_is_none(printed: str) -> None:
    assert parse(printed) is None


def test_a_letter_behind_the_number_is_kept_apart() -> None:
    found = parse("12a/KH-UBND")
    assert found is not None
    assert (found.number, found.suffix, found.code) == ("12", "a", "12a/KH-UBND")


def test_numbers_below_ten_get_one_zero_and_no_more() -> None:
    assert compose(5, "QĐ-UBND") == "05/QĐ-UBND"
    assert compose(10, "QĐ-UBND") == "10/QĐ-UBND"
    assert compose("005", "QĐ-UBND") == "005/QĐ-UBND"
    assert compose(123, "STC-NS", suffix="b") == "123b/STC-NS"


def test_a_letter_has_agency_and_unit_in_its_symbol_and_other_kinds_their_abbreviation() -> None:
    assert symbol_for("Quyết định", "UBND") == "QĐ-UBND"
    assert symbol_for("Công văn", "UBND", "VX") == "UBND-VX"
    assert symbol_for(None, "STC") == "STC"
    assert symbol_for("Tờ trình", "SNV") == "TTr-SNV"


def test_the_kind_is_known_by_its_abbreviation_and_a_letter_by_having_none() -> None:
    assert kind_of("QĐ-UBND") == "Quyết định"
    assert kind_of("2025/NQ-HĐND") == "Nghị quyết"
    assert kind_of("VPCP-KGVX") is None
    assert kind_of("QĐ") is None
    assert sum(1 for abbreviation in KIND_ABBREVIATIONS.values() if not abbreviation) == 2


def test_spellings_of_one_code_have_one_key_and_other_codes_another() -> None:
    assert symbol_key("05/QĐ-UBND") == symbol_key(" 5 / qd - ubnd") == symbol_key("005/QD–UBND")
    assert symbol_key("1/1-QĐ") != symbol_key("11/QĐ")
    assert symbol_key("50/QĐ-UBND") != symbol_key("5/QĐ-UBND")


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2020, 1, 5), "ngày 05 tháng 01 năm 2020"),
        (date(2020, 2, 29), "ngày 29 tháng 02 năm 2020"),
        (date(2019, 6, 29), "ngày 29 tháng 6 năm 2019"),
        (date(2019, 9, 9), "ngày 09 tháng 9 năm 2019"),
        (date(2019, 12, 31), "ngày 31 tháng 12 năm 2019"),
    ],
)
def test_days_below_ten_and_the_first_two_months_get_a_zero_and_march_does_not(day: date, words: str) -> None:
    assert date_words(day) == words


@pytest.mark.skipif(
    not LAWS.is_file(), reason="no real documents: legal_documents.jsonl is not beside the project"
)
def test_nearly_all_codes_of_real_laws_are_understood() -> None:
    codes = [str(json.loads(line)["code"]) for line in LAWS.read_text(encoding="utf-8").splitlines()]
    understood = [
        code for code in codes if (found := parse(code)) and symbol_key(found.code) == symbol_key(code)
    ]
    assert len(understood) / len(codes) > 0.98
