"""Invitations are read: hour, day, place, who; what is not said stays empty, what is no meeting is none."""

import re
from collections.abc import Callable
from datetime import date
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient

from documents.formats.invitation import Invitation, read_invitation
from documents.models.catalogue import DocKind
from documents.services import registering
from documents.services.registering import Incoming
from intranet.people.models import User
from tests.documents import papers
from tests.factories import Office

Fields = Callable[..., Incoming]
ClientOf = Callable[[User], FlaskClient]
TODAY = date(2026, 11, 13)
#: Text, day, hour, place, who.
READ = [
    (
        "Trân trọng kính mời đồng chí dự họp.\n1. Thời gian: 08 giờ 00, thứ 6, ngày 20 tháng 11 năm 2026.\n"
        "2. Địa điểm: Phòng họp số 1, trụ sở UBND tỉnh.\n3. Thành phần: Lãnh đạo Sở Tài chính.",
        ("2026-11-20", "08:00", "Phòng họp số 1, trụ sở UBND tỉnh", "Lãnh đạo Sở Tài chính"),
    ),
    (
        "- Thời gian: 14h30 ngày 25/11/2026 (thứ Tư);\n- Địa điểm: Hội trường tầng 2;",
        ("2026-11-25", "14:30", "Hội trường tầng 2", ""),
    ),
    ("Cuộc họp bắt đầu vào hồi 7 giờ 30 phút, ngày 02/12/2026 tại Sở.", ("2026-12-02", "07:30", "", "")),
    (
        "Thời gian: Ngày 05 tháng 01, lúc 9 giờ.\nĐịa điểm họp: Trung tâm Hội nghị tỉnh,\nsố 2 đường Lê Lợi.",
        ("2027-01-05", "09:00", "Trung tâm Hội nghị tỉnh, số 2 đường Lê Lợi", ""),
    ),
    # The line that names the time goes before an hour in the sentence above it.
    (
        "Tiếp theo cuộc họp lúc 8h00 ngày 01/11/2026, mời dự:\nThời gian: 15g00 ngày 27/11/2026",
        ("2026-11-27", "15:00", "", ""),
    ),
]


@pytest.mark.parametrize(("text", "told"), READ)
def test_an_invitation_says_when_and_where(text: str, told: tuple[str, str, str, str]) -> None:
    day, *rest = told
    assert read_invitation(text, TODAY) == Invitation(date.fromisoformat(day), *rest)


@pytest.mark.parametrize(
    "text",
    [
        "Báo cáo trước ngày 30/11/2026.",
        "Mở cửa từ 8 giờ. Văn bản ban hành ngày 12/11/2026",
        "Thời gian: 25h00 ngày 20/11/2026",
        "Thời gian: 8h00 ngày 31/02/2026",
        "",
    ],
)
def test_where_no_hour_stands_with_a_day_there_is_no_meeting(text: str) -> None:
    assert read_invitation(text, TODAY) is None


@pytest.mark.pages
def test_from_an_invitation_the_schedule_is_asked_with_what_was_read(
    desk: Office, fields: Fields, kind: Callable[[str], DocKind], client_of: ClientOf
) -> None:
    body = ("Thời gian: 08 giờ 00, ngày 20 tháng 11 năm 2026.", "Địa điểm: Phòng họp số 1.")
    (document,) = papers.drop(desk.clerk, (papers.pdf(body=body), "gm.pdf"))
    given = fields(kind_id=kind("Giấy mời").id, subject="Họp giao ban", not_duplicate_reason="bản thử")
    registering.register_incoming(desk.clerk, document.id, given)
    clerk, leader = client_of(desk.clerk), client_of(desk.leader)
    page = clerk.get(f"/documents/incoming/{document.id}").text
    assert "08:00, 20/11/2026" in page
    assert "Phòng họp số 1" in page
    link = unescape(re.search(r'href="(/schedule/new\?[^"]+)"', page)[1])  # type: ignore[index]  # or it fails
    asked = parse_qs(urlsplit(link).query)
    assert {name: value for name, (value,) in asked.items()} == {
        "title": "Họp giao ban",
        "day": "2026-11-20",
        "starts": "08:00",
        "place": "Phòng họp số 1",
    }
    form = clerk.get(link).text
    assert all(f'value="{one}"' in form for one in ("Họp giao ban", "20/11/2026", "08:00", "Phòng họp số 1"))
    assert "08:00, 20/11/2026" in leader.get(f"/documents/incoming/{document.id}").text
