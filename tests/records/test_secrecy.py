"""Marks of state secrets: found where they stand alone, never inside a sentence."""

import pytest

from intranet.records.pagetext import PageText, TextLine
from intranet.records.secrecy import mark_in_title, mark_of, marks_in_lines, marks_on


def page(*lines: tuple[str, float, float]) -> PageText:
    return PageText(595, 842, tuple(TextLine(t, x, y, x + 8 * len(t), y + 13, 13, True) for t, x, y in lines))


@pytest.mark.parametrize(
    ("line", "mark"),
    [
        ("MẬT", "MẬT"),
        ("  TỐI MẬT ", "TỐI MẬT"),
        ("TUYỆT MẬT", "TUYỆT MẬT"),
        ("T U Y Ệ T  M Ậ T", "TUYỆT MẬT"),
        ("[ MẬT ]", "MẬT"),
        ("Tối mật", "TỐI MẬT"),
        ("Độ mật: Mật", "MẬT"),
        ("TO\u0302\u0301I MA\u0302\u0323T", "TỐI MẬT"),
    ],
)
def test_a_mark_alone_on_its_line_is_found_in_every_spelling(line: str, mark: str) -> None:
    assert mark_of(line) == mark


@pytest.mark.parametrize(
    "line",
    [
        "bảo mật",
        "BẢO MẬT",
        "Mật khẩu",
        "MẬT KHẨU",
        "mật độ dân số",
        "MẬT ĐỘ",
        "bí mật kinh doanh",
        "BÍ MẬT NHÀ NƯỚC",
        "Danh mục bí mật nhà nước độ tối mật",
        "mật ong",
        "mật",
        "ban cơ yếu, tuyệt mật",
        "",
        "MẶT",
        "MAT",
    ],
)
def test_other_words_with_these_letters_are_no_mark(line: str) -> None:
    assert mark_of(line) is None


def test_a_mark_counts_in_the_head_of_a_page_and_not_in_a_table_further_down() -> None:
    found = marks_on(page(("MẬT", 100, 700), ("Số: 05/BC-UBND", 100, 720)), 2)
    assert [(mark.word, mark.page) for mark in found] == [("MẬT", 2)]
    assert found[0].box == (100, 700, 124, 713)
    assert marks_on(page(("MẬT", 100, 200))) == ()


def test_the_last_word_of_a_broken_heading_is_no_mark_but_a_mark_in_two_lines_is() -> None:
    assert marks_on(page(("VỀ CÔNG TÁC BẢO", 100, 700), ("MẬT", 130, 684))) == ()
    assert len(marks_on(page(("TUYỆT", 100, 700), ("MẬT", 105, 684)))) == 1


def test_among_lines_without_places_each_mark_is_told() -> None:
    assert [m.word for m in marks_in_lines(["Kính gửi: Sở", "TỐI MẬT", "bảo mật"])] == ["TỐI MẬT"]


@pytest.mark.parametrize(
    ("title", "mark"),
    [
        ("MẬT", "MẬT"),
        ("(TỐI MẬT) Báo cáo tình hình", "TỐI MẬT"),
        ("Báo cáo tình hình [MẬT]", "MẬT"),
        ("TUYỆT MẬT - Phương án", "TUYỆT MẬT"),
        ("Quy định bảo vệ bí mật nhà nước", None),
        ("VỀ VIỆC BẢO VỆ BÍ MẬT NHÀ NƯỚC", None),
        ("Danh mục tài liệu độ Mật - quý I", None),
        ("Tăng cường bảo mật thông tin", None),
        ("Mật độ xây dựng khu dân cư", None),
    ],
)
def test_a_title_is_stopped_only_when_it_carries_the_mark_itself(title: str, mark: str | None) -> None:
    assert mark_in_title(title) == mark
