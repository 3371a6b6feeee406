"""Every address of one agency, opened by people of another who take part in nothing there, is not there."""

import hashlib
import io
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from documents.models.catalogue import WorkField
from documents.models.document import Directive, Document
from documents.models.lifecycle import Direction, DocState
from documents.models.register import RegisterKind
from documents.services import (
    asking,
    catalogue,
    lending,
    list_export,
    registering,
    restricting,
    saved_searches,
)
from documents.services.listing import Filters
from intranet.core import clock, db
from intranet.core.db import Base
from intranet.core.web import access_of
from intranet.people.models import Organisation, Role, Unit, User
from intranet.people.services import standing_in
from intranet.records import files
from intranet.records.models import File
from intranet.records.tables import Format
from intranet.schedule.models import Entry
from intranet.tasks.models import Task
from meetings.models.conclusion import ConclusionKind
from meetings.models.meeting import AgendaItem, Meeting, MeetingState
from meetings.models.opinion import OpinionBallot
from meetings.services import conclusions, minutes, minutes_review
from tests.factories import make_org, make_unit, make_user
from tests.sample import lacking
from tests.sample.addresses import Records, address, crawl, documents_of, records_of, rules_with, told
from tests.sample.addresses import may_be_open as codes_of
from tests.sample.conftest import SampleOffice
from tests.uploads import pdf_with

pytestmark = [pytest.mark.slow, pytest.mark.own_db, pytest.mark.pages]

CRAWLED = ("vanthu", "chutich", "chanhvanphong", "truongphong", "chuyenvien", "thuky", "daibieu01", "quantri")
#: An officer of finance without any part in it, and somebody with every role (but that of the administrator,
#: who keeps all agencies' people) in an agency that has nothing to do with either.
STRANGERS = ("chuyenvien.stc", "nguoila")
#: A body that passes every form, so that what refuses is the right to the record and not a field.
BODY = {
    "reason": "Một lý do đủ dài để được nhận",
    "text": "Một câu đủ dài để được nhận",
    "note": "Ghi chú",
    "title": "Một tên khác",
    "version": "1",
    "progress": "50",
    "doc_date": "13/11/2026",
    "due_date": "20/11/2026",
    "agree": "yes",
    "role": "guest",
    "to": "live",
    "budget_min": "10",
    "kind": "info",
    "active": "0",
    "once": "khoa-cua-nguoi-la",
}


#: Pages that look for words.
SEARCHED = frozenset(
    [
        "home.search",
        "tasks.mine",
        "documents.incoming",
        "documents.outgoing",
        "documents.search",
        "documents.suggest",
        "tasks.offer_parties",
        "people.find",
    ]
)


@dataclass(frozen=True)
class Apart:
    """What the tests of this module look at."""

    sample: SampleOffice
    province: Records
    #: One record of each kind and state, for requests that would change something.
    few: Records
    finance: Records
    #: Titles of the province's records.
    titles: tuple[str, ...]


@pytest.fixture(scope="module")
def apart(sample_office: SampleOffice) -> Apart:
    """The sample office with strangers in it, and with one record of each kind that the sample has none of."""
    sample_office.client("vanthu")
    with db.scope(), db.across_orgs("the test looks at all agencies"):
        finance, province = _agency("Sở Tài chính"), _agency("UBND tỉnh An Bình")
        _strangers(finance)
        _one_of_each_missing(sample_office, province)
        lacking.imports(province.id)
        lacking.imports(finance.id)
        _register_one(sample_office, finance)
        known, few, theirs = records_of(sample_office.app, province.id), Records(), Records()
        few.found = {key: rows[:3] for key, rows in known.found.items()}
        few.add("/documents", [{"document_id": key} for key in _one_per_state(Document, province.id)[::3]])
        few.add("/tasks", [{"task_id": key} for key in _one_per_state(Task, province.id)])
        few.add("/tasks", known.found["/tasks", frozenset({"task_id", "code"})][-20:])
        with db.unit_of_work() as session:
            session.add(WorkField(org_id=finance.id, name="Kho bạc"))
        documents_of(finance.id, theirs)
        kept = saved_searches.save(sample_office.person("vanthu.stc"), "Giải ngân", "giải ngân", {}, "", None)
        theirs.add("/documents", [{"search_id": kept}])
        return Apart(sample_office, known, few, theirs, _titles(province.id))


def _agency(short_name: str) -> Organisation:
    return db.session().scalars(select(Organisation).where(Organisation.short_name == short_name)).one()


def _strangers(finance: Organisation) -> None:
    room = db.session().scalars(select(Unit).where(Unit.name == "Phòng Quản lý ngân sách")).one()
    make_user("chuyenvien.stc", "Trần Văn Lạ", room, "Chuyên viên", Role.OFFICER)
    elsewhere = make_org("Ủy ban nhân dân tỉnh Bình Hải", "UBND tỉnh Bình Hải", "UBND", "H98")
    hall = make_unit(elsewhere, "Văn phòng UBND tỉnh", "Văn phòng", "VP")
    make_user("nguoila", "Lý Thị Người", hall, "Chánh Văn phòng", *(r for r in Role if r is not Role.ADMIN))


def _one_of_each_missing(sample: SampleOffice, province: Organisation) -> None:
    """An upload on its way, a refused file, an act on many, a number and a list asked for, minutes, a stand-in."""
    clerk, leader = sample.person("vanthu"), sample.person("chutich")
    files.stage(sample.person("chuyenvien"), io.BytesIO(pdf_with("Bản nháp")), "ban-nhap.pdf")
    lacking.documents(clerk, leader.id)
    _keep_minutes(sample.person("thuky"))
    today = clock.today()
    register = catalogue.registers(province.id, RegisterKind.OUT)[0]
    officer, soon = sample.person("chuyenvien"), today + timedelta(days=3)
    asking.ask_hold(officer, register.id, count=1, reason="Thông báo phát hành ngay", expires_on=soon)
    shown = restricting.Wish(add=frozenset({officer.id}))
    taken = select(Document.id).where(Document.org_id == province.id, Document.direction == Direction.IN)
    document_id = db.session().scalars(taken.order_by(Document.id)).first() or 0
    restricting.change(clerk, document_id, shown, "Chuyên viên cần theo dõi văn bản này")
    issued = select(Document.id).where(Document.org_id == province.id, Document.state == DocState.ISSUED)
    wanted = lending.Asking("Đối chiếu với hồ sơ lưu", soon)
    lending.ask(clerk, db.session().scalars(issued.order_by(Document.id)).first() or 0, wanted)
    list_export.ask_list(clerk, Direction.IN, Filters(), ("subject",), Format.XLSX)
    saved_searches.save(clerk, "Giải ngân", "giải ngân", {}, "", None)
    standing_in.name_substitute(
        leader,
        leader.id,
        sample.person("daibieu16").id,
        first_date=today,
        last_date=today + timedelta(days=3),
        reason="Đi công tác",
    )


def _keep_minutes(secretary: User) -> None:
    """Words of the minutes, a comment on them and a conclusion, of the sitting that is under way."""
    sitting = select(Meeting.id).where(Meeting.state == MeetingState.LIVE)
    mid = db.session().scalars(sitting).one()
    minutes.save_block(secretary, mid, "opening", "Chủ tọa nêu lý do cuộc họp", rev=0)
    minutes_review.comment(secretary, mid, "opening", "Bổ sung thành phần dự")
    words = conclusions.Words("Thống nhất phương án do Sở Tài chính trình", ConclusionKind.CONCLUSION)
    conclusions.record_conclusion(secretary, mid, words)


def _register_one(sample: SampleOffice, finance: Organisation) -> None:
    """The clerk of finance registers one of the documents that came from the province."""
    query = select(Document).where(Document.org_id == finance.id, Document.state == DocState.RECEIVED)
    document = db.session().scalars(query.order_by(Document.id)).first()
    assert document is not None
    assert document.kind_id is not None
    assert document.doc_date is not None
    given = registering.Incoming(
        kind_id=document.kind_id,
        number=document.number,
        symbol=document.symbol,
        doc_date=document.doc_date,
        issuer=document.issuer_text,
        subject=document.subject,
        arrival_date=clock.today(),
    )
    assert registering.register_incoming(sample.person("vanthu.stc"), document.id, given) == 1


def _one_per_state(model: Any, org_id: int) -> list[int]:
    rows = db.session().execute(select(model.state, model.id).where(model.org_id == org_id))
    return sorted(dict(tuple(row) for row in rows).values())


def _titles(org_id: int) -> tuple[str, ...]:
    own = (
        select(Document.subject).where(Document.org_id == org_id),
        select(Task.title).where(Task.org_id == org_id),
        select(File.name).where(File.org_id == org_id),
        select(Meeting.title),
        select(OpinionBallot.question),
        select(AgendaItem.title),
        select(Entry.title).where(Entry.org_id == org_id),
    )
    found = {title for query in own for title in db.session().scalars(query)}
    return tuple(sorted(title for title in found if len(title) > 12))


def _names_shown(apart: Apart, answer: TestResponse) -> list[str]:
    """Titles of the province that an answer tells; JSON and HTML write some letters their own way."""
    text = told(answer)
    return [title for title in apart.titles if title in text]


class _Asking:
    """A stranger's browser; of each rule the first refusal is read as a page, the others as data: the page is dear."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self._met: set[str] = set()

    def open(self, rule: Rule, path: str, **sent: Any) -> TestResponse:
        wanted = "application/json" if rule.rule in self._met else "text/html"
        self._met.add(rule.rule)
        return self.client.open(path, headers={"Accept": wanted}, **sent)


def _state_of_everything() -> dict[str, str]:
    """A fingerprint of each table."""
    found = {}
    with db.scope(), db.across_orgs("the test compares whole tables"):
        for table in Base.metadata.sorted_tables:
            if table.name == "session":  # changes by being used
                continue
            rows = db.session().execute(select(table)).all()
            found[table.name] = hashlib.sha256(repr(sorted(map(repr, rows))).encode()).hexdigest()
    return found


def _expected(client: FlaskClient, rule: Rule, permits: frozenset[str]) -> int:
    """404; but 403 where the person may not use that page at all, whatever record is named."""
    access = access_of(client.application.view_functions[rule.endpoint])
    assert access is not None
    return 403 if access.permit is not None and access.permit not in permits else 404


def _is_closed(apart: Apart, rule: Rule) -> bool:
    """True for a page that asks who is there."""
    access = access_of(apart.sample.app.view_functions[rule.endpoint])
    return access is not None and access.rule != "public"


def _permits(apart: Apart, name: str) -> frozenset[str]:
    asked = {
        access.permit
        for view in apart.sample.app.view_functions.values()
        if (access := access_of(view)) is not None and access.permit is not None
    }
    with db.scope():
        person = apart.sample.person(name)
        return frozenset(permit for permit in asked if person.holds(permit))


@pytest.mark.parametrize("name", STRANGERS)
def test_no_record_of_the_province_is_there_for_a_stranger(apart: Apart, name: str) -> None:
    asking, permits, wrong, tried = _Asking(apart.sample.client(name)), _permits(apart, name), [], 0
    for rule in rules_with(apart.sample.app, "GET"):
        # The many notices and files are alike: some of them stand for all.
        for values in apart.province.of(rule)[:: 6 if rule.arguments & {"notice_id", "public_id"} else 1]:
            answer = asking.open(rule, address(rule, values))
            tried += 1
            if answer.status_code != _expected(asking.client, rule, permits) or _names_shown(apart, answer):
                wrong.append((rule.rule, values, answer.status_code))
    assert not wrong, wrong[:20]
    assert tried > 800


def test_addresses_that_pages_lead_to_are_closed_to_strangers_and_to_nobody(apart: Apart) -> None:
    met = crawl(apart.sample.app, apart.sample.client, CRAWLED)
    adapter = apart.sample.app.url_map.bind("localhost")
    rules = {path: adapter.match(urlsplit(path).path, return_rule=True)[0] for path in met}
    assert len({rule.rule for rule in rules.values() if rule.arguments}) > 15
    nobody = apart.sample.nobody()
    wrong: list[tuple[Any, ...]] = []
    for path in sorted(met):
        answer = nobody.get(path)
        sent_away = answer.status_code == 302 and answer.location.startswith("/sign-in")
        if not sent_away and answer.status_code != 401:
            wrong.append((path, "nobody", answer.status_code))
    for name in STRANGERS:
        asking, permits = _Asking(apart.sample.client(name)), _permits(apart, name)
        # Every record was tried by its number above: of plain addresses and of boards some stand for all.
        plain = {path for path, rule in rules.items() if rule.arguments and "?" not in path}
        plain |= {path for path in rules if path.startswith("/boards/")}
        for path in sorted(rules.keys() - plain) + sorted(plain)[::4]:
            rule = rules[path]
            answer = asking.open(rule, path)
            shown = _names_shown(apart, answer)
            may_open = answer.status_code in codes_of(rule)
            if shown or not (may_open or answer.status_code == _expected(asking.client, rule, permits)):
                wrong.append((path, name, answer.status_code, shown[:2]))
    assert not wrong, wrong[:20]


def test_nothing_is_changed_by_a_stranger_or_by_nobody(apart: Apart) -> None:
    before, wrong = _state_of_everything(), []
    for name in (*STRANGERS, None):
        asking = _Asking(apart.sample.nobody() if name is None else apart.sample.client(name))
        permits = frozenset() if name is None else _permits(apart, name)
        for rule in rules_with(apart.sample.app, "POST", "DELETE"):
            method = "DELETE" if "DELETE" in (rule.methods or set()) else "POST"
            allowed = {400, 401} if name is None else {_expected(asking.client, rule, permits)}
            for values in apart.few.of(rule):
                for body in ({}, BODY) if name else ({},):
                    answer = _sent(asking, rule, method, address(rule, values), body)
                    if answer not in allowed:
                        wrong.append((rule.rule, values, name, answer, bool(body)))
    assert not wrong, wrong[:20]
    after = _state_of_everything()
    assert [table for table in before if before[table] != after[table]] == []


def _sent(asking: _Asking, rule: Rule, method: str, path: str, body: dict[str, str]) -> int:
    """The status of the answer; of a command of the room, of the refusal that the answer carries."""
    if not path.startswith("/api/"):
        return asking.open(rule, path, method=method, data=body).status_code
    mid = int(path.split("/")[4])
    told = {"cid": "c" * 26, "t": "meeting.pause", "d": {"mid": mid}, "ops": [], "have": {}} if body else {}
    answer = asking.client.open(path, method=method, json=told)
    if answer.status_code == 200 and rule.endpoint.endswith("cmd_over_http"):
        refused = answer.get_json()
        return 404 if refused["ok"] is False and refused["err"] in {"not_found", "invalid"} else 200
    return answer.status_code


def test_lists_search_and_finders_show_strangers_nothing_of_the_province(apart: Apart) -> None:
    with db.scope(), db.across_orgs("the test names records of the province"):
        document = db.session().scalars(select(Document.id).order_by(Document.id)).first()
        task = db.session().scalars(select(Task.id).order_by(Task.id)).first()
        directive = db.session().scalars(select(Directive.id).order_by(Directive.id)).first()
    ids = f"doc={document}&undo={directive}&reply_to={document}&parent={task}"
    queries = ["", f"?{ids}&tab=unit&show=all&unit=5&after=1&before=99999&all=1&q=a", "?tab=past"]
    words = [f"?q={quote(title[:30])}" for title in apart.titles[::30]]
    plain = [
        r
        for r in apart.sample.app.url_map.iter_rules()
        if not r.arguments and "GET" in (r.methods or ()) and _is_closed(apart, r)
    ]
    wrong = []
    for name in STRANGERS:
        client = apart.sample.client(name)
        for rule in plain:
            for query in queries + words if rule.endpoint in SEARCHED else queries:
                answer = client.get(f"{rule.rule}{query}")
                shown = _names_shown(apart, answer)
                # What one has searched for stands in the search box, and nowhere else.
                shown = [title for title in shown if title[:30] not in answer.request.args.get("q", "")]
                if shown or answer.status_code >= 500:
                    wrong.append((rule.rule, query, name, answer.status_code, shown[:2]))
    assert not wrong, wrong[:20]


def test_records_named_in_a_body_are_not_taken_from_another_agency(apart: Apart) -> None:
    before = _state_of_everything()
    documents = [row["document_id"] for row in apart.few.found["/documents", frozenset({"document_id"})]]
    tasks = [row["task_id"] for row in apart.few.found["/tasks", frozenset({"task_id"})]]
    upload = apart.few.found["/files/staged", frozenset({"public_id"})][0]["public_id"]
    client = apart.sample.client("nguoila")
    for document in documents:
        client.post("/documents/incoming/present", data={"id": document, "once": f"p{document}"})
        client.post(
            f"/documents/drafts/new?reply_to={document}", data=BODY | {"kind_id": "1", "subject": "x"}
        )
    for task in tasks:
        client.post(f"/tasks/new?parent={task}", data=BODY | {"lead": "u1", "parent_id": str(task)})
    answer = client.post("/documents/incoming/intake/files", data={"staged": upload, "file_id": upload})
    assert answer.status_code < 500
    after = _state_of_everything()
    assert [table for table in before if before[table] != after[table]] == []


@pytest.mark.parametrize("name", ["chuyenvien", "chutich", "vanthu"])
def test_what_finance_received_is_not_there_for_people_of_the_province(apart: Apart, name: str) -> None:
    client, permits, wrong, tried = apart.sample.client(name), _permits(apart, name), [], 0
    for rule in rules_with(apart.sample.app, "GET"):
        if not rule.rule.startswith(("/documents", "/files")) or rule.endpoint.startswith("records.staged"):
            continue
        if rule.arguments & {"directive_id", "intake_id"} or rule.rule.startswith("/files/staged"):
            continue
        for values in apart.finance.of(rule):
            answer = client.get(address(rule, values))
            tried += 1
            if answer.status_code != _expected(client, rule, permits):
                wrong.append((rule.rule, values, answer.status_code))
    assert not wrong, wrong[:20]
    assert tried > 30
