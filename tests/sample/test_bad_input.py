"""Forms over HTTP: every error at once beside its field, what was typed kept, two clicks one record, two tabs
no overwriting. What a package's own tests of pages show already is not repeated here.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from documents.models.document import Directive, Document
from documents.models.draft import DraftOpinion
from documents.models.lifecycle import Direction, DocState
from documents.services import catalogue
from intranet.core import clock, db
from intranet.notices.models import CalendarDay
from intranet.people.models import Delegation, Unit, User
from intranet.records import files
from intranet.tasks.models import TaskReport
from meetings.models.meeting import AgendaItem, Meeting
from tests.factories import Office, make_user
from tests.sample.filling import form_on, row_counts
from tests.tasks.making import give
from tests.uploads import staged_file

Browsers = Callable[[User], FlaskClient]
LONG = "dài " * 300
pytestmark = pytest.mark.pages


@dataclass
class Place:
    """The test office with one record for each form, and a browser for each person."""

    office: Office
    browsers: dict[str, FlaskClient]
    ids: dict[str, Any] = field(default_factory=dict)

    def post(self, who: str, path: str, **values: Any) -> Any:
        """Send a form as that person."""
        return self.browsers[who].post(path.format(**self.ids), data=values)


@pytest.fixture
def place(office: Office, client_of: Browsers) -> Place:
    """Everything that the forms below are about, made through the pages themselves where that is short."""
    catalogue.seed(office.org.id)
    make_user("quantri2", "Trần Thị Hai", office.vp, "Quản trị viên")
    names = ("admin", "clerk", "leader", "office_head", "head", "officer", "other_head")
    made = Place(office, {name: client_of(getattr(office, name)) for name in names})
    kind = catalogue.kind_named(office.org.id, "Công văn")
    register = catalogue.register_for(office.org.id, catalogue.RegisterKind.IN, None)
    assert kind is not None
    made.ids = {
        "org": office.org.id,
        "vp": office.vp.id,
        "stc": office.stc.id,
        "sxd": office.sxd.id,
        "kind": kind.id,
        "register": register.id,
        "officer": office.officer.id,
        "leader": office.leader.id,
        "received": _received(office, DocState.RECEIVED),
        "presented": _received(office, DocState.PRESENTED),
        "task": give(office),
    }
    answer = made.post("officer", "/documents/drafts/new", **_draft(made))
    made.ids["draft"] = int(answer.location.rsplit("/", 1)[1])
    answer = made.post("head", "/meetings/new", **_meeting(made))
    made.ids["meeting"] = int(answer.location.rsplit("/", 1)[1])
    made.post("head", "/meetings/{meeting}/items", title="Mở đầu", kind="info", budget_min="5")
    made.ids["item"] = db.session().scalars(select(AgendaItem.id)).one()
    return made


def _received(office: Office, state: DocState) -> int:
    with db.unit_of_work() as session:
        document = Document(
            org_id=office.org.id,
            direction=Direction.IN,
            state=state,
            subject="Đẩy nhanh tiến độ giải ngân",
            created_by_id=office.clerk.id,
            created_at=clock.now(),
            arrival_date=clock.today(),
        )
        if state is DocState.PRESENTED:
            document.presented_to_id, document.presented_at = office.leader.id, clock.now()
        session.add(document)
        session.flush()
        return document.id


def _draft(place: Place, **changes: str) -> dict[str, str]:
    values = {"kind_id": str(place.ids["kind"]), "subject": "Báo cáo giải ngân", "urgency": "0"}
    return values | {"signer_id": str(place.ids["leader"]), "body": "Kính gửi"} | changes


def _meeting(place: Place, **changes: str) -> dict[str, str]:
    values = {"title": "Họp giao ban", "starts_date": "16/11/2026", "starts_time": "08:00"}
    return values | {"place": "Phòng họp số 1", "chair_id": str(place.ids["leader"])} | changes


@dataclass(frozen=True)
class Wrong:
    """A form sent with mistakes: who sends it where, which fields are wrong, and what must still be there."""

    who: str
    path: str
    body: dict[str, str]
    fields: tuple[str, ...]
    kept: tuple[str, ...] = ()


WRONG = {
    "draft": Wrong(
        "officer",
        "/documents/drafts/new",
        {
            "subject": "x" * 501,
            "due_date": "31/02/2026",
            "kept_by": LONG,
            "body": "Đoạn đã viết",
            "urgency": "0",
        },
        ("kind_id", "subject", "due_date", "kept_by"),
        ("Đoạn đã viết", "31/02/2026"),
    ),
    "fields of a draft": Wrong(
        "officer",
        "/documents/drafts/{draft}/fields",
        {"subject": "x" * 501, "due_date": "hôm nào", "addressees": "Bộ Tài chính", "urgency": "0"},
        ("kind_id", "subject", "due_date"),
        ("hôm nào", "Bộ Tài chính"),
    ),
    "opinion": Wrong("officer", "/documents/drafts/{draft}/opinion", {"text": ""}, ("text",)),
    "meeting": Wrong(
        "head",
        "/meetings/{meeting}/head",
        {"title": "", "starts_date": "32/13", "starts_time": "25 giờ", "place": "Phòng " * 40},
        ("title", "starts_date", "starts_time", "place"),
        ("32/13", "25 giờ"),
    ),
    "new agenda item": Wrong(
        "head",
        "/meetings/{meeting}/items",
        {"title": "", "kind": "discussion", "budget_min": "6000"},
        ("title", "budget_min"),
        ("6000",),
    ),
    "agenda item": Wrong(
        "head",
        "/meetings/{meeting}/items/{item}",
        {"title": LONG, "kind": "discussion", "budget_min": "mười"},
        ("title", "budget_min"),
        ("mười",),
    ),
    "unit": Wrong(
        "admin",
        "/admin/agencies/{org}/units/new",
        {"name": "", "short_name": "y" * 61, "letters": "z" * 31, "position": "đầu"},
        ("name", "short_name", "letters", "position"),
        ("đầu",),
    ),
    "person": Wrong(
        "admin",
        "/admin/people/new",
        {"full_name": "", "name": "Tên Có Dấu", "email": "khong-phai-thu", "title": "", "unit": ""},
        ("full_name", "name", "email", "title", "unit"),
        ("Tên Có Dấu", "khong-phai-thu"),
    ),
    "edited person": Wrong(
        "admin",
        "/admin/people/{officer}/edit",
        {"full_name": "", "email": "khong-phai-thu", "version": "1"},
        ("full_name", "email"),
        ("khong-phai-thu",),
    ),
    "place": Wrong(
        "admin", "/admin/people/{officer}/places/new", {"unit": "", "title": "x" * 101}, ("unit", "title")
    ),
    "stand-in by an administrator": Wrong(
        "admin",
        "/admin/stand-ins",
        {"principal": "", "substitute": "", "first_date": "xx", "last_date": "", "reason": ""},
        ("principal", "first_date", "last_date", "reason"),
        ('value="xx"',),
    ),
    "password": Wrong(
        "officer",
        "/me/password",
        {"present": "", "password": "", "again": ""},
        ("present", "password", "again"),
    ),
    "calendar": Wrong(
        "admin",
        "/admin/calendar",
        {"day": "", "kind": "off", "note": "x" * 201},
        ("day", "note"),
    ),
    "obstacle": Wrong(
        "head", "/tasks/{task}/block", {"obstacle": "", "text": "Đã làm A"}, ("obstacle",), ("Đã làm A",)
    ),
    "result": Wrong("head", "/tasks/{task}/finish", {"text": ""}, ("text",)),
    "refusal of a task": Wrong("head", "/tasks/{task}/refuse", {"reason": ""}, ("reason",)),
    "handing over": Wrong(
        "head", "/tasks/{task}/hand-over", {"user_id": "", "note": "Làm gấp"}, ("user_id",), ("Làm gấp",)
    ),
    "another lead": Wrong("leader", "/tasks/{task}/reassign", {"lead": "", "reason": ""}, ("lead", "reason")),
}


@pytest.mark.parametrize("name", WRONG)
def test_every_wrong_field_is_marked_at_once_and_what_was_typed_stays(place: Place, name: str) -> None:
    case, before = WRONG[name], row_counts()
    answer = place.post(case.who, case.path, **case.body)
    assert answer.status_code == 422
    said = {
        one: re.search(rf'id="{one}-e"[^>]*>(?:<svg.*?</svg>)?([^<]+)', answer.text, re.DOTALL)
        for one in case.fields
    }
    assert [one for one, found in said.items() if found is None] == []
    # In Vietnamese: words with marks, and none of the library's own.
    for found in said.values():
        assert found is not None
        assert re.search(r"[à-ỹđ]", found.group(1)), found.group(1)
    assert [
        words for words in case.kept if words not in answer.text and escape(words) not in answer.text
    ] == []
    assert row_counts() == before


def test_a_refused_direction_keeps_the_units_the_day_and_the_words(place: Place) -> None:
    units = {"lead": str(place.ids["stc"]), "co": str(place.ids["sxd"])}
    answer = place.post(
        "leader",
        "/documents/inbox/{presented}/direct",
        due_date="01/11/2026",
        text="Làm rõ nguyên nhân chậm.",
        **units,
    )
    assert answer.status_code == 422
    assert "Hạn xử lý không được trước hôm nay." in answer.text
    assert f'data-lead="{units["lead"]}" data-co="{units["co"]}"' in answer.text
    assert ">Làm rõ nguyên nhân chậm.</textarea>" in answer.text
    assert 'value="01/11/2026"' in answer.text


def test_words_typed_when_nothing_is_given_are_kept_too(place: Place) -> None:
    place.post("leader", "/documents/inbox/{presented}/know", lead="", text="Lưu để theo dõi.")
    assert [row.text for row in db.session().scalars(select(Directive))] == ["Lưu để theo dõi."]


def test_a_refused_form_keeps_the_files_that_came_with_it(place: Place) -> None:
    upload = staged_file(place.office.head, name="so-lieu-quy-iii.pdf")
    page = place.browsers["head"].get(f"/tasks/{place.ids['task']}/report").text
    (name,) = re.findall(r'data-upload="/files/staged" data-name="([^"]+)"', page)
    answer = place.post("head", "/tasks/{task}/report", progress="101", **{name: upload})
    assert answer.status_code == 422
    assert f'<input type="hidden" name="{name}" value="{upload}">' in answer.text
    assert "so-lieu-quy-iii.pdf" in answer.text
    # Sent again, the file is there; somebody else's is not shown on a form of mine.
    assert place.post("head", "/tasks/{task}/report", progress="50", **{name: upload}).status_code == 302
    (report,) = db.session().scalars(select(TaskReport)).all()
    assert [file.name for file in files.of(report.ref)] == ["so-lieu-quy-iii.pdf"]
    theirs = staged_file(place.office.leader, name="cua-nguoi-khac.pdf")
    answer = place.post("head", "/tasks/{task}/report", progress="101", **{name: theirs})
    assert "cua-nguoi-khac.pdf" not in answer.text


@dataclass(frozen=True)
class Twice:
    """A form that makes something, pressed twice with one key."""

    who: str
    path: str
    body: Callable[[Place], dict[str, str]]
    table: Any


TWICE = {
    "draft": Twice("officer", "/documents/drafts/new", _draft, Document),
    "opinion": Twice(
        "officer", "/documents/drafts/{draft}/opinion", lambda _: {"text": "Thêm số liệu"}, DraftOpinion
    ),
    "direction": Twice(
        "leader",
        "/documents/inbox/{presented}/direct",
        lambda place: {"lead": str(place.ids["stc"]), "due_date": "20/11/2026", "text": "Giao Sở Tài chính."},
        Directive,
    ),
    "agenda item": Twice(
        "head",
        "/meetings/{meeting}/items",
        lambda _: {"title": "Báo cáo", "kind": "discussion", "budget_min": "10"},
        AgendaItem,
    ),
    "unit": Twice(
        "admin",
        "/admin/agencies/{org}/units/new",
        lambda _: {"name": "Sở Nội vụ", "short_name": "SNV", "letters": "SNV", "position": "3"},
        Unit,
    ),
    "person": Twice(
        "admin",
        "/admin/people/new",
        lambda place: {
            "full_name": "Lý Thị Mới",
            "name": "moi.lt",
            "unit": str(place.ids["vp"]),
            "title": "Chuyên viên",
            "roles": "officer",
        },
        User,
    ),
    "stand-in": Twice(
        "admin",
        "/admin/stand-ins",
        lambda place: {
            "principal": str(place.ids["leader"]),
            "substitute": str(place.ids["officer"]),
            "first_date": "13/11/2026",
            "last_date": "20/11/2026",
            "reason": "Đi công tác",
        },
        Delegation,
    ),
    "report": Twice(
        "head", "/tasks/{task}/report", lambda _: {"progress": "50", "text": "Đã tổng hợp"}, TaskReport
    ),
    "day": Twice(
        "admin", "/admin/calendar", lambda _: {"day": "20/11/2026", "kind": "off", "note": ""}, CalendarDay
    ),
}


@pytest.mark.parametrize("name", TWICE)
def test_a_double_click_makes_one_record_and_both_answers_lead_on(place: Place, name: str) -> None:
    case, before = TWICE[name], row_counts()
    body = case.body(place) | {"once": "mot-khoa-rieng"}
    answers = [place.post(case.who, case.path, **body) for _ in range(2)]
    assert [answer.status_code for answer in answers] in (
        [302, 302],
        [200, 302],  # the password of a new account is shown once
    )
    after = row_counts()
    assert after[case.table.__tablename__] == before[case.table.__tablename__] + 1
    doubled = {"document", "directive", "task", "agenda_item", "unit", "user", "delegation", "task_report"}
    assert {name: after[name] - before[name] for name in doubled if after[name] - before[name] > 1} == {}


def test_one_key_used_for_something_else_is_refused_and_makes_nothing(place: Place) -> None:
    first = _draft(place, once="mot-khoa-rieng")
    assert place.post("officer", "/documents/drafts/new", **first).status_code == 302
    before = row_counts()
    answer = place.post("officer", "/documents/drafts/new", **(first | {"subject": "Văn bản khác"}))
    assert answer.status_code == 422
    assert "Văn bản khác" in answer.text
    assert row_counts() == before


#: Who edits what: the page with the form, a change of the first tab, another of the second, and what is read back.
TABS = {
    "draft": (
        "officer",
        "/documents/drafts/{draft}",
        "/documents/drafts/{draft}/fields",
        "subject",
        lambda place: db.session().get_one(Document, place.ids["draft"]).subject,
    ),
    "unit": (
        "admin",
        "/admin/agencies/{org}/units/{sxd}",
        "/admin/agencies/{org}/units/{sxd}",
        "name",
        lambda place: db.session().get_one(Unit, place.ids["sxd"]).name,
    ),
    "person": (
        "admin",
        "/admin/people/{officer}/edit",
        "/admin/people/{officer}/edit",
        "full_name",
        lambda place: db.session().get_one(User, place.ids["officer"]).full_name,
    ),
    "meeting": (
        "head",
        "/meetings/{meeting}/head",
        "/meetings/{meeting}/head",
        "title",
        lambda place: db.session().get_one(Meeting, place.ids["meeting"]).title,
    ),
    "agenda item": (
        "head",
        "/meetings/{meeting}/items/{item}",
        "/meetings/{meeting}/items/{item}",
        "title",
        lambda place: db.session().get_one(AgendaItem, place.ids["item"]).title,
    ),
}


@pytest.mark.parametrize("name", TABS)
def test_the_second_of_two_tabs_overwrites_nothing_and_keeps_its_words(place: Place, name: str) -> None:
    who, page, path, changed, read = TABS[name]
    first, second = (
        (form_on(place.browsers[who].get(page.format(**place.ids)).text, path.format(**place.ids))),
        (form_on(place.browsers[who].get(page.format(**place.ids)).text, path.format(**place.ids))),
    )
    assert place.post(who, path, **(first | {changed: "Lời của thẻ thứ nhất"})).status_code == 302
    answer = place.post(who, path, **(second | {changed: "Lời của thẻ thứ hai"}))
    assert answer.status_code == 422
    assert "Lời của thẻ thứ hai" in answer.text
    assert re.search(r"vừa được người khác|Người khác vừa", answer.text)
    db.session().expire_all()
    assert read(place) == "Lời của thẻ thứ nhất"
