"""Sentences of leaders read as they mean them: right, or asked, and never a silent guess."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intranet.directives.days import Days, Why
from intranet.directives.due import read_due
from intranet.directives.names import Named, Names
from intranet.directives.sentence import Directive, read_directive
from intranet.directives.words import Sentence
from intranet.people.sample import PEOPLE, UNITS

#: The day on which the sentences are said, a Friday.
SAID_ON = date(2026, 11, 13)
TABLE = Path(__file__).with_name("sentences.txt")
VP, STC, SXD, SNV, SYT, STP = (
    "Văn phòng UBND tỉnh",
    "Sở Tài chính",
    "Sở Xây dựng",
    "Sở Nội vụ",
    "Sở Y tế",
    "Sở Tư pháp",
)
BINH_MINH, PHU_THUAN, TAN_HOA = "UBND phường Bình Minh", "UBND xã Phú Thuận", "UBND xã Tân Hòa"


def add_working(day: date, n: int) -> date:
    """The n-th weekday after a day."""
    for _ in range(n):
        day += timedelta(days=1)
        while day.weekday() > 4:
            day += timedelta(days=1)
    return day


def days(today: date = SAID_ON) -> Days:
    """A calendar without holidays."""
    return Days(today, add_working)


def directory(*more: Named) -> Names:
    """Units and people of the sample office, their names for keys."""
    units = [Named(name, name, short, letters) for name, (short, letters, _) in UNITS.items()]
    people = [
        Named(one.full_name, one.full_name, titles=(one.title,), units=(one.unit,), is_person=True)
        for one in PEOPLE
    ]
    return Names([*units, *people, *more], "An Bình")


NAMES = directory()


def read(sentence: str, today: date = SAID_ON, names: Names = NAMES) -> Directive:
    """What the sentence orders, on the day it is said."""
    return read_directive(sentence, names, days(today))


def due_of(phrase: str, today: date = SAID_ON) -> date | Why | None:
    """The deadline beyond doubt, why it is asked, or nothing."""
    due = read_due(Sentence(phrase), days(today))
    return due.why if due.why is not None else due.choices[0] if due.choices else None


def table() -> list[tuple[str | None, date | None, str]]:
    """Each sentence with its lead and its deadline, ``None`` where whoever reads it must be asked."""
    rows = [line.split(" | ", 2) for line in TABLE.read_text(encoding="utf-8").splitlines()[1:]]
    return [
        (
            None if lead == "?" else lead,
            None if due == "?" else datetime.strptime(due, "%d/%m/%Y").replace(tzinfo=UTC).date(),
            sentence,
        )
        for lead, due, sentence in rows
    ]


def test_leads_and_deadlines_of_fifty_sentences_of_chairs_are_right() -> None:
    rows = table()
    wrong = {}
    for lead, due, sentence in rows:
        found = read(sentence)
        got = (found.lead, found.due.choices[0] if found.due.is_sure else None)
        if got != (lead, due):
            wrong[sentence] = got
    assert len(rows) == 50
    assert wrong == {}


@pytest.mark.parametrize(
    ("sentence", "lead", "co", "info"),
    [
        ("Giao Sở TC chủ trì, p/h Sở XD, báo cáo trước 15/12.", STC, (SXD,), ()),
        ("giao so tai chinh chu tri, phoi hop so xay dung", STC, (SXD,), ()),
        ("SXD chủ trì, STC p/h, b/c 20/11", SXD, (STC,), ()),
        ("Chuyển Sở Y tế để biết.", None, (), (SYT,)),
        ("Chuyển Sở Tài chính nghiên cứu; Sở Nội vụ, Sở Tư pháp biết.", STC, (), (SNV, STP)),
        ("Giao Sở Y tế xử lý; thông báo cho Thanh tra tỉnh, Sở Nội vụ.", SYT, (), ("Thanh tra tỉnh", SNV)),
        ("Giao Sở Y tế phối hợp với các cơ quan liên quan và Sở Nội vụ.", SYT, (SNV,), ()),
        ("Giao Sở Nội vụ chủ trì, phối hợp các Sở: Tài chính, Tư pháp.", SNV, (STC, STP), ()),
        ("Giao VP phối hợp UBND các xã Phú Thuận, Tân Hòa rà soát.", VP, (PHU_THUAN, TAN_HOA), ()),
        ("Giao X. Tân Hòa và P. Bình Minh làm, trong đó X. Tân Hòa chủ trì.", TAN_HOA, (BINH_MINH,), ()),
        ("Chủ trì: Sở Y tế; phối hợp: Sở Tài chính, Công an tỉnh.", SYT, (STC, "Công an tỉnh"), ()),
        ("Giao Sở Nông nghiệp tham mưu.", "Sở Nông nghiệp và Môi trường", (), ()),
        ("Sở GD-ĐT phối hợp Sở Nội vụ rà soát.", "Sở Giáo dục và Đào tạo", (SNV,), ()),
        ("Công an tỉnh phối hợp, Sở Tư pháp chủ trì.", STP, ("Công an tỉnh",), ()),
        ("Giao nhiệm vụ này cho Sở Y tế.", SYT, (), ()),
        ("Theo đề nghị của Sở Y tế, Sở Nội vụ rà soát.", SNV, (), ()),
        ("Sở Tài chính có Tờ trình số 45/TTr-STC ngày 10/11; giao Sở Nội vụ thẩm định.", SNV, (), ()),
        ("Giao Sở Y tế báo cáo Sở Tài chính, gửi về Sở Nội vụ.", SYT, (), ()),
        ("Đ/c Trang theo dõi, báo cáo tôi.", "Phan Thu Trang", (), ()),
        ("PCT Kiên chỉ đạo Sở Công Thương kiểm tra.", "Đoàn Trung Kiên", (), ()),
        ("Trưởng phòng Tổng hợp tham mưu.", "Đỗ Thị Thanh Hà", (), ()),
        ("Phó chánh VP Thảo theo dõi.", "Nguyễn Thị Phương Thảo", (), ()),
        ("giao dong chi tung giam doc so xay dung kiem tra", "Ngô Thanh Tùng", (), ()),
        ("Giao lãnh đạo Sở Tư pháp làm rõ.", STP, (), ()),
    ],
)  # fmt: skip
def test_parties_are_read_with_what_they_do(
    sentence: str, lead: str | None, co: tuple[str, ...], info: tuple[str, ...]
) -> None:
    found = read(sentence)
    assert (found.lead, found.co, found.info) == (lead, co, info)
    assert found.asks & {"lead", "co", "info"} == set()


@pytest.mark.parametrize(
    ("sentence", "co", "info"),
    [
        ("Phối hợp thêm Sở Xây dựng, Sở Nội vụ.", (SXD, SNV), ()),
        ("Giao thêm Sở Y tế rà soát, báo cáo Sở Tài chính.", (SYT,), ()),
        ("giao them cho so y te va so noi vu", (SYT, SNV), ()),
        ("Thêm Sở Tư pháp và đồng chí Trang.", (STP, "Phan Thu Trang"), ()),
        ("Sở Xây dựng cử người tham gia; thông báo cho Sở Nội vụ.", (SXD,), (SNV,)),
    ],
)  # fmt: skip
def test_where_the_work_has_its_lead_whoever_is_told_helps(
    sentence: str, co: tuple[str, ...], info: tuple[str, ...]
) -> None:
    found = read_directive(sentence, NAMES, days(), joins=True)
    assert (found.leads, found.co, found.info, found.asks) == ((), co, info, frozenset())


def test_a_new_lead_is_no_helper_and_who_is_told_besides_the_first_is_asked_about() -> None:
    joined = read_directive("Sở Y tế chủ trì, Sở Nội vụ phối hợp thêm.", NAMES, days(), joins=True)
    assert (joined.lead, joined.co) == (SYT, (SNV,))
    assert read("Giao Sở Y tế chủ trì; giao thêm Sở Nội vụ lập hồ sơ.").asks == {"lead"}


@pytest.mark.parametrize(
    ("sentence", "leads", "asks"),
    [
        ("Giao Sở Tài chính và Sở Xây dựng rà soát danh mục.", (STC, SXD), {"lead"}),
        ("Giao Sở Tài chính, Sở Xây dựng chủ trì.", (STC, SXD), {"lead"}),
        ("Yêu cầu ngay Sở Tài chính và Sở Xây dựng lập phương án.", (STC, SXD), {"lead"}),
        ("Giao Sở Tài chính chủ trì; giao Sở Nội vụ lập hồ sơ.", (STC, SNV), {"lead"}),
        ("Giao đồng chí Bình theo dõi.", ("Nguyễn Văn Bình", "Lê Hòa Bình"), {"lead"}),
        ("Giao Sở Ngoại vụ chủ trì, phối hợp Sở Y tế.", (), {"lead"}),
        ("Giao Văn phòng Chính phủ theo dõi.", (), {"lead"}),
        ("Giao Sở Y tế, phối hợp Sở Du lịch.", (SYT,), {"co"}),
        ("Giao Sở Y tế; Công an xã Phú Thuận phối hợp.", (SYT,), {"co"}),
        ("Giao Sở Y tế; thông báo cho đ/c Bình.", (SYT,), {"info"}),
        ("Tham mưu trả lời.", (), {"lead"}),
        ("Giao các sở, ngành góp ý.", (), {"lead"}),
        ("Đã xem, lưu hồ sơ.", (), set()),
        ("Đồng ý với đề xuất của Sở Tài chính.", (), set()),
    ],
)
def test_who_is_in_doubt_is_asked_with_what_it_may_mean(
    sentence: str, leads: tuple[str, ...], asks: set[str]
) -> None:
    beside = Named("Lê Hòa Bình", "Lê Hòa Bình", titles=("Chuyên viên",), units=(SYT,), is_person=True)
    found = read(sentence, names=directory(beside))
    assert (found.leads, set(found.asks)) == (leads, asks)
    assert found.is_lead_sure == ("lead" not in asks and bool(leads))


def test_a_title_or_a_unit_tells_namesakes_apart() -> None:
    beside = Named("Lê Hòa Bình", "Lê Hòa Bình", titles=("Chuyên viên",), units=(SYT,), is_person=True)
    names = directory(beside)
    for sentence, lead in (
        ("Giao Chủ tịch Bình chỉ đạo.", "Nguyễn Văn Bình"),
        ("Giao đ/c Bình, Sở Y tế, theo dõi.", "Lê Hòa Bình"),
        ("Giao đ/c Bình (Sở Y tế) theo dõi.", "Lê Hòa Bình"),
    ):
        found = read(sentence, names=names)
        assert (found.lead, found.co, set(found.asks)) == (lead, (), set()), sentence


@pytest.mark.parametrize(
    ("phrase", "due"),
    [
        ("xong trước ngày 20/11", date(2026, 11, 20)),
        ("chậm nhất là 17 giờ ngày 05.12.2026", date(2026, 12, 5)),
        ("hạn: 05/01", date(2027, 1, 5)),
        ("20/11 phải xong", date(2026, 11, 20)),
        ("trước ngày 5 tháng 12 năm 2026", date(2026, 12, 5)),
        ("trước ngày 10", date(2026, 12, 10)),
        ("trong vòng 05 ngày", date(2026, 11, 18)),
        ("trong 5 (năm) ngày làm việc", date(2026, 11, 20)),
        ("trong 2 tuần", date(2026, 11, 27)),
        ("trong hôm nay", SAID_ON),
        ("báo cáo sáng mai", date(2026, 11, 14)),
        ("hoàn thành trong tuần", SAID_ON),
        ("hoàn thành trong tuần sau", date(2026, 11, 20)),
        ("trước thứ Sáu", date(2026, 11, 20)),
        ("chậm nhất thứ 4 tuần sau", date(2026, 11, 18)),
        ("báo cáo cuối tháng", date(2026, 11, 30)),
        ("báo cáo trước cuối tháng 12", date(2026, 12, 31)),
        ("hoàn thành trong quý I", date(2027, 3, 31)),
        ("báo cáo cuối quý", date(2026, 12, 31)),
        ("bao cao truoc ngay 20/11", date(2026, 11, 20)),
        ("xong trong thang nay", date(2026, 11, 30)),
        ("trước 01/11/2026", Why.PAST),
        ("trước ngày 31/02", Why.NEVER),
        ("báo cáo trước 20/11, xong trước 30/11", Why.TWO),
        ("xong thứ Sáu, ngày 21/11", Why.UNSURE),
        ("trong 10 ngày kể từ ngày ký", Why.UNSURE),
        ("hoàn thành đầu tháng sau", Why.VAGUE),
        ("hoàn thành trước Tết", Why.VAGUE),
        ("báo cáo trước ngày 25 hằng tháng", Why.OFTEN),
        ("theo Công văn số 12/UBND-TH ngày 03/11/2026", None),
        ("chuẩn bị họp lúc 8h ngày 20/11", None),
        ("số liệu tính đến ngày 15/12", None),
        ("báo cáo 9 tháng đầu năm, kế hoạch năm 2027", None),
        ("hoàn thành 2/3 khối lượng", None),
        ("nội dung thứ hai của Nghị định 30/2020/NĐ-CP", None),
        ("báo cáo sớm, đúng quy định", None),
    ],
)
def test_deadlines_are_read_or_asked(phrase: str, due: date | Why | None) -> None:
    assert due_of(phrase) == due


def test_within_the_week_is_asked_at_the_weekend() -> None:
    assert due_of("xong trong tuần này", date(2026, 11, 14)) is Why.PAST


@pytest.mark.parametrize(
    ("sentence", "is_urgent", "needs_reply"),
    [
        ("Giao khẩn Sở Xây dựng khắc phục sạt lở.", True, False),
        ("Hỏa tốc: Công an tỉnh trả lời ngay.", True, True),
        ("giao so y te xu ly ngay", True, False),
        ("giao so y te bao cao truoc ngay 20/11", False, False),
        ("Sở Y tế kiểm tra tình huống khẩn cấp ngay từ đầu.", False, False),
        ("Sở Y tế đã trả lời tại Công văn 45.", False, False),
    ],
)
def test_haste_and_replies_are_heard(sentence: str, is_urgent: bool, needs_reply: bool) -> None:
    found = read(sentence)
    assert (found.is_urgent, found.needs_reply) == (is_urgent, needs_reply)


def test_what_was_understood_is_marked_where_it_stands() -> None:
    text = "Giao Sở Tài chính chủ trì, phối hợp Sở Du lịch, xong trước 15/12."
    found = read(text)
    assert found.text == text
    assert [(text[one.start : one.end], one.role, one.is_asked) for one in found.marks] == [
        (STC, "lead", False),
        ("Sở Du lịch", "co", True),
        ("15/12", "due", False),
    ]


@given(st.dates(date(2026, 1, 1), date(2030, 12, 31)), st.integers(0, 364))
def test_a_written_day_is_read_as_it_stands(today: date, ahead: int) -> None:
    due = today + timedelta(days=ahead)
    for text in (f"{due:%d/%m/%Y}", f"ngày {due.day} tháng {due.month} năm {due.year}"):
        assert due_of(f"Sở Y tế báo cáo trước {text}.", today) == due


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
    found = read_due(Sentence(f"Hoàn thành {phrase}."), days(today))
    assert found.choices
    assert not found.is_sure or found.choices[0] >= today


@given(st.text(max_size=200))
def test_any_text_is_read_without_complaint(text: str) -> None:
    found = read(text)
    assert not found.is_lead_sure or len(found.leads) == 1
