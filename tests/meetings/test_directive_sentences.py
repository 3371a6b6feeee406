"""Leads and deadlines read from what a chair says: right, or asked, and never a silent guess."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intranet.people.sample import PEOPLE, UNITS
from meetings.rules.directive_sentence import Directive, Named, read_directive
from meetings.rules.due_phrases import Days, read_due
from meetings.rules.party_names import person_names, unit_names

#: The day on which the sentences are said, a Friday.
SAID_ON = date(2026, 11, 13)
TABLE = Path(__file__).with_name("directive_sentences.txt")


def sentences() -> list[tuple[str, str | None, date | None]]:
    """Each sentence with its lead and its deadline, ``None`` where whoever reads it must be asked."""
    rows = [line.split(" | ", 2) for line in TABLE.read_text(encoding="utf-8").splitlines()[1:]]
    return [
        (
            sentence,
            None if lead == "?" else lead,
            None if due == "?" else datetime.strptime(due, "%d/%m/%Y").replace(tzinfo=UTC).date(),
        )
        for lead, due, sentence in rows
    ]


def add_working(day: date, n: int) -> date:
    """The n-th weekday after a day."""
    for _ in range(n):
        day += timedelta(days=1)
        while day.weekday() > 4:
            day += timedelta(days=1)
    return day


def days(today: date = SAID_ON) -> Days:
    """A calendar without holidays."""
    return Days(today, lambda day: day.weekday() < 5, add_working)


def directory() -> list[Named]:
    """Units and people of the sample office, their names for keys."""
    found = []
    for name, (short, letters, _) in UNITS.items():
        others, capitals = unit_names(name, short, letters)
        found.append(Named(name, name, others, capitals))
    for one in PEOPLE:
        found.append(Named(one.full_name, one.full_name, person_names(one.full_name), is_person=True))
    return found


NAMES = directory()


def read(sentence: str) -> Directive:
    """What the sentence orders, on the day it is said."""
    return read_directive(sentence, NAMES, days())


def sure_lead(found: Directive) -> str | None:
    """The lead that nobody is asked about."""
    return found.leads[0] if found.is_lead_sure else None


def sure_due(found: Directive) -> date | None:
    """The deadline that nobody is asked about."""
    return found.due.choices[0] if found.due.is_sure else None


def test_leads_and_deadlines_of_fifty_sentences_are_right_or_asked() -> None:
    table = sentences()
    read_all = [(sentence, read(sentence), lead, due) for sentence, lead, due in table]
    leads = [(s, found.leads) for s, found, lead, _ in read_all if lead and sure_lead(found) != lead]
    dues = [(s, found.due) for s, found, _, due in read_all if due and sure_due(found) != due]
    silent = [
        s
        for s, found, lead, due in read_all
        if sure_lead(found) not in {None, lead} or sure_due(found) not in {None, due}
    ]
    told = sum(lead is not None for _, lead, _ in table), sum(due is not None for _, _, due in table)
    assert len(table) == 50
    assert silent == []
    assert len(leads) <= told[0] * 0.1, leads
    assert len(dues) <= told[1] * 0.05, dues


@pytest.mark.parametrize(
    ("sentence", "choices"),
    [
        ("Giao Sở Tài chính và Sở Xây dựng rà soát danh mục.", ("Sở Tài chính", "Sở Xây dựng")),
        ("Yêu cầu ngay Sở Tài chính và Sở Xây dựng lập phương án.", ("Sở Tài chính", "Sở Xây dựng")),
        ("Giao Sở Tài chính chủ trì; giao Sở Nội vụ lập hồ sơ.", ("Sở Tài chính", "Sở Nội vụ")),
        ("Giao đồng chí Bình theo dõi.", ("Nguyễn Văn Bình", "Lê Hòa Bình")),
    ],
)
def test_a_lead_in_doubt_comes_with_its_choices(sentence: str, choices: tuple[str, ...]) -> None:
    beside = Named("Lê Hòa Bình", "Lê Hòa Bình", person_names("Lê Hòa Bình"), is_person=True)
    found = read_directive(sentence, [*NAMES, beside], days())
    assert found.leads == choices
    assert not found.is_lead_sure


@pytest.mark.parametrize(
    ("phrase", "choices"),
    [
        ("xong trước thứ Sáu", (date(2026, 11, 13), date(2026, 11, 20))),
        ("xong trước thứ Hai tuần này", (date(2026, 11, 9), date(2026, 11, 16))),
        ("hoàn thành trước ngày 30/10", (date(2026, 10, 30), date(2027, 10, 30))),
        ("hoàn thành trong tháng 9", (date(2026, 9, 30), date(2027, 9, 30))),
        ("báo cáo trước ngày 20/11, xong trước ngày 30/11", (date(2026, 11, 20), date(2026, 11, 30))),
        ("xong đầu tháng 12", (date(2026, 12, 5), date(2026, 12, 10))),
    ],
)
def test_a_deadline_in_doubt_comes_with_two_days(phrase: str, choices: tuple[date, ...]) -> None:
    found = read_due(phrase, days())
    assert found.choices == choices
    assert not found.is_sure


@pytest.mark.parametrize(
    ("sentence", "co"),
    [
        (
            "Giao Sở Tài chính chủ trì, phối hợp với Sở Xây dựng, Sở Nội vụ lập đề án.",
            ("Sở Xây dựng", "Sở Nội vụ"),
        ),
        ("Sở Nội vụ chủ trì, Sở Tư pháp phối hợp.", ("Sở Tư pháp",)),
        ("Giao Sở Y tế báo cáo Sở Tài chính.", ()),
    ],
)  # fmt: skip
def test_whoever_works_along_is_named(sentence: str, co: tuple[str, ...]) -> None:
    assert read(sentence).co == co


def test_haste_between_the_order_and_the_name_hides_neither() -> None:
    found = read("Giao khẩn Sở Xây dựng khắc phục sạt lở.")
    assert (found.leads, found.is_lead_sure, found.is_urgent) == (("Sở Xây dựng",), True, True)


def test_numbers_that_are_no_days_are_left_alone() -> None:
    for text in (
        "theo Nghị định 30/2020/NĐ-CP",
        "tờ trình 318/TTr-STC ngày 10/11/2026",
        "11 dự án giải ngân dưới 30%",
        "ngày 31/02/2027",
        "số liệu tính đến ngày 10/11/2026",
        "kế hoạch vốn năm 2027",
    ):
        assert not read_due(text, days()).is_sure, text


@given(st.dates(date(2026, 1, 1), date(2030, 12, 31)), st.integers(0, 364))
def test_a_written_day_is_read_as_it_stands(today: date, ahead: int) -> None:
    due = today + timedelta(days=ahead)
    for text in (f"{due:%d/%m/%Y}", f"ngày {due.day} tháng {due.month} năm {due.year}"):
        found = read_due(f"Sở Y tế báo cáo trước {text}.", days(today))
        assert (found.choices, found.is_sure) == ((due,), True)


PHRASES = (
    "trong tuần này",
    "trong tuần tới",
    "trong tháng 11",
    "cuối tháng",
    "cuối quý IV",
    "trong quý",
    "hết năm",
    "trước thứ Sáu",
    "trước thứ Hai tuần sau",
    "trong 15 ngày làm việc",
    "sau 10 ngày",
    "đầu tháng 3",
    "ngày mai",
)


@given(st.dates(date(2026, 1, 1), date(2030, 12, 31)), st.sampled_from(PHRASES))
def test_a_deadline_taken_for_sure_never_lies_behind(today: date, phrase: str) -> None:
    found = read_due(f"Hoàn thành {phrase}.", days(today))
    assert found.choices
    if found.is_sure:
        assert len(found.choices) == 1
        assert found.choices[0] >= today


@given(st.text(max_size=200))
def test_any_text_is_read_without_complaint(text: str) -> None:
    found = read(text)
    assert not found.is_lead_sure or len(found.leads) == 1
