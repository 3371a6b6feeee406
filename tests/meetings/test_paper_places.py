"""To which item a dropped file goes by its name; what is doubtful goes nowhere by itself."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetings.rules.paper_places import place_of

AGENDA = (
    "Báo cáo tình hình kinh tế - xã hội tháng 11",
    "Điều chỉnh kế hoạch vốn đầu tư công năm 2026",
    "Phân cấp quản lý tài sản công",
    "Phương án phòng chống thiên tai mùa mưa lũ",
    "Chính sách hỗ trợ nhà ở cho hộ nghèo",
)


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("Mục 3.pdf", 3),
        ("muc03_to trinh.docx", 3),
        ("Mục số 4 - Báo cáo.pdf", 4),
        ("03_Tờ trình.pdf", 3),
        ("3.2 - Phụ lục biểu.xlsx", 3),
        ("[5] Dự thảo.pdf", 5),
        ("2) Tờ trình.pdf", 2),
        ("ND 1 báo cáo.pdf", 1),
        ("Nội dung 2.pdf", 2),
        ("To trinh ke hoach von dau tu cong.pdf", 2),
        ("BC-thien-tai-mua-lu-2026.pdf", 4),
        ("318-TTr-STC phân cấp quản lý tài sản công.pdf", 3),
        ("03-11-2026 Báo cáo kinh tế xã hội.pdf", 1),
        ("20261103_ho tro nha o ho ngheo.pdf", 5),
        ("05-QĐ-UBND phương án phòng chống thiên tai.pdf", 4),
        # Doubtful: the secretary says.
        ("Mục 9.pdf", None),
        ("05-QĐ-UBND.pdf", None),
        ("3/TTr", None),
        ("scan0012.pdf", None),
        ("Giấy mời.pdf", None),
        ("Tờ trình và báo cáo.pdf", None),
        ("Quản lý đầu tư công.pdf", None),
        ("02_Chính sách hỗ trợ nhà ở cho hộ nghèo.pdf", None),
        ("", None),
    ],
)
def test_a_name_says_where_its_paper_belongs(name: str, number: int | None) -> None:
    assert place_of(name, AGENDA).item == (None if number is None else number - 1)
    assert place_of(unicodedata.normalize("NFD", name), AGENDA) == place_of(name, AGENDA)


def test_without_items_no_place_is_found() -> None:
    assert place_of("Mục 1.pdf", ()).item is None


@given(st.text(max_size=60), st.lists(st.text(max_size=40), max_size=8))
def test_whatever_the_names_a_place_is_one_of_the_agenda(name: str, titles: list[str]) -> None:
    found = place_of(name, titles)
    assert found.item is None or 0 <= found.item < len(titles)
    assert found.item in {None, found.likely}


@given(
    st.integers(1, 5), st.sampled_from(["Mục {}.pdf", "{:02}_tờ trình.pdf", "{}. Văn bản.docx", "nd{}.pdf"])
)
def test_a_number_of_the_agenda_is_always_heard(number: int, form: str) -> None:
    assert place_of(form.format(number), AGENDA).item == number - 1


@given(st.sampled_from(AGENDA), st.sampled_from(["{}", "BC {} (bản cuối)", "dự thảo_{}_v2"]))
def test_an_items_own_title_finds_it(title: str, form: str) -> None:
    assert place_of(form.format(title) + ".pdf", AGENDA).item == AGENDA.index(title)
