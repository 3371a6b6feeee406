"""What boards, map and reports say of a small office where every number is known."""

import io
import zipfile
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from documents.models.catalogue import WorkField
from documents.models.document import Document
from documents.models.lifecycle import DocState
from documents.models.stay import DocumentStay
from documents.services import catalogue, directing, old_stays, registering, steps
from documents.services.registering import Incoming
from intranet.boards import figures, flow, reports
from intranet.boards.figures import Board
from intranet.boards.flow import Band, Step
from intranet.core import clock, db
from intranet.core.errors import BadState
from intranet.notices.models import Notice
from intranet.people.models import User
from intranet.records import table_docx, table_pdf, table_xlsx
from intranet.records.tables import Format
from intranet.tasks import deciding
from intranet.tasks import services as tasks
from intranet.tasks.models import Source
from intranet.tasks.services import Party
from tests.counting import count_queries
from tests.factories import Office
from tests.tasks.making import give


def numbers(actor: User, board: Board) -> dict[str, int]:
    """Each figure of a board."""
    return {one.code: one.n for one in figures.of_board(actor, board).figures}


def bars(actor: User, board: Board, chart: str) -> dict[str, tuple[int, ...]]:
    """The rows of a chart with their numbers."""
    found = next(one for one in figures.of_board(actor, board).charts if one.code == chart)
    return {bar.name: tuple(one.n for one in bar.figures) for bar in found.bars}


def inside(package: bytes, name: str) -> str:
    """One part of a file of Word or Excel."""
    with zipfile.ZipFile(io.BytesIO(package)) as opened:
        return opened.read(name).decode()


@pytest.fixture
def busy(office: Office) -> Office:
    """Tasks that are late, due this week, blocked, restricted, extended, done in time and done late."""
    give(office, title="Trễ")
    give(office, title="Trong tuần", lead=Party(unit_id=office.sxd.id), due=date(2026, 11, 27))
    give(office, title="Hạn chế", due=date(2026, 11, 18), is_restricted=True, by=office.office_head)
    stuck = give(office, title="Vướng", lead=Party(user_id=office.officer.id), due=date(2026, 12, 10))
    done = give(office, title="Xong đúng hạn")
    slow = give(office, title="Xong trễ", due=date(2026, 11, 16))
    tasks.ask_extension(office.officer, stuck, date(2026, 12, 20), "Cần thêm số liệu của đơn vị")
    tasks.report_progress(office.officer, stuck, 10, "Đang chờ", obstacle="Sở Xây dựng")
    tasks.report_finished(office.head, done, "Đã xong")
    tasks.accept_result(office.leader, done)
    clock.advance(timedelta(days=10))
    tasks.report_finished(office.head, slow, "Đã xong")
    tasks.accept_result(office.leader, slow)
    db.read_anew()
    return office


def test_the_board_of_a_leader_counts_what_there_is(
    busy: Office, client_of: Callable[[User], FlaskClient]
) -> None:
    assert numbers(busy.leader, Board.LEADER) == {
        "doc_direct": 0,
        "doc_sign": 0,
        "doc_urgent": 0,
        "task_accept": 1,
        "task_late": 1,
        "task_due_week": 1,
        "task_urgent": 0,
        "task_on_time": 2,
    }
    # Whoever gave the restricted one sees that it is late; the leader does not even count it.
    assert numbers(busy.office_head, Board.LEADER)["task_late"] == 2
    assert bars(busy.leader, Board.LEADER, "late_by_unit") == {"Sở Tài chính": (1,)}
    assert bars(busy.leader, Board.LEADER, "on_time")["11/2026"] == (1, 1)
    shares = next(c for c in figures.of_board(busy.leader, Board.LEADER).charts if c.code == "share_by_unit")
    (bar,) = shares.bars
    (share,) = bar.figures
    assert (bar.name, share.n, share.text, share.is_bad) == ("Sở Tài chính", 2, "50%", True)
    opened = client_of(busy.leader).get(f"/boards/lists/{share.code}", query_string=dict(share.args)).text
    assert 'data-total="2"' in opened
    assert "Sở Tài chính, 3 tháng gần nhất" in opened
    assert "<h1>Nhiệm vụ có hạn đã xong</h1>" in opened
    asked = client_of(busy.leader).get("/boards/lists/task_accept").text
    assert "Xin gia hạn đến 21/12/2026" in asked
    inside_term = client_of(busy.head).get("/boards/lists/task_open?kind=in_time").text
    assert ", Trong hạn: <b" in inside_term
    assert numbers(busy.other_leader, Board.LEADER)["task_on_time"] == 0


def test_the_board_of_a_unit_tells_who_has_how_much_and_what_holds_it_up(busy: Office, app: Flask) -> None:
    assert numbers(busy.head, Board.UNIT) == {
        "task_open": 3,
        "task_late": 2,
        "task_accept": 0,
        "task_blocked": 1,
        "task_extended": 1,
    }
    assert bars(busy.head, Board.UNIT, "load") == {"Phan Thu Trang": (1, 0), "Chưa phân công": (0, 2)}
    assert bars(busy.head, Board.UNIT, "blocked") == {"Sở Xây dựng": (1,)}
    assert bars(busy.head, Board.UNIT, "new_and_finished")["11/2026"] == (5, 2)
    shown = figures.of_board(busy.head, Board.UNIT)
    for one in [*shown.figures, *(f for chart in shown.charts for bar in chart.bars for f in bar.figures)]:
        with app.test_request_context():
            opened = figures.listing(busy.head, one.code, one.args)
        assert opened is not None
        assert opened.total == one.n, (one.code, one.args)
    assert numbers(busy.other_head, Board.UNIT)["task_open"] == 1


@pytest.mark.parametrize(("who", "board"), [("leader", "leader"), ("head", "unit"), ("clerk", "clerk")])
def test_a_board_asks_the_same_number_of_questions_of_few_tasks_and_of_many(
    busy: Office, client_of: Callable[[User], FlaskClient], who: str, board: str
) -> None:
    client = client_of(getattr(busy, who))

    def asked() -> int:
        client.get(f"/boards/{board}")
        with count_queries() as sent:
            assert client.get(f"/boards/{board}").status_code == 200
        return len(sent)

    few = asked()
    for n in range(5):
        give(busy, title=f"Thêm {n}", lead=Party(unit_id=busy.sxd.id), due=date(2026, 12, 1))
    assert asked() == few <= 26


def test_a_list_of_a_figure_asks_the_same_for_one_row_and_for_many(
    busy: Office, client_of: Callable[[User], FlaskClient]
) -> None:
    client = client_of(busy.leader)

    def asked() -> int:
        client.get("/boards/lists/task_due_week")
        with count_queries() as sent:
            assert client.get("/boards/lists/task_due_week").status_code == 200
        return len(sent)

    few = asked()
    for n in range(6):
        give(busy, title=f"Thêm {n}", lead=Party(unit_id=busy.sxd.id), due=date(2026, 11, 27))
    assert asked() == few


def test_a_report_adds_up_in_every_row_and_every_span(busy: Office) -> None:
    found = reports.wish(busy.leader, "tasks", "2026-m11", "unit")
    rows = {row.name: row.shown for row in found.report.rows(busy.leader, found.period, "unit")}
    assert rows["Sở Tài chính"] == ("4", "2", "1", "1", "2", "1", "1", "33,3%", "0", "0")
    assert rows["Tổng số"] == ("5", "2", "1", "1", "3", "2", "1", "33,3%", "0", "0")
    for code, by in (("2026-q4", "leader"), ("2026", "source")):
        wish = reports.wish(busy.leader, "tasks", code, by)
        assert wish.report.rows(busy.leader, wish.period, by)[-1].shown == rows["Tổng số"]
    before = reports.wish(busy.leader, "tasks", "2026-m10", "unit")
    assert before.report.rows(busy.leader, before.period, "unit")[-1].counts[0] == 0


def test_sources_are_told_apart_and_more_time_has_its_column(busy: Office, app: Flask) -> None:
    for source in (Source.PLAN, Source.OWN):
        who, lead = (busy.leader, busy.stc) if source is Source.PLAN else (busy.officer, None)
        given = Party(unit_id=lead.id) if lead else Party(user_id=who.id)
        tasks.assign_task(
            who, title="Việc", origin=None, text="", lead=given, due_date=date(2026, 12, 8), source=source
        )
    late = give(busy, title="Xin muộn", due=date(2026, 11, 20), is_past_confirmed=True)
    tasks.ask_extension(busy.head, late, date(2026, 12, 15), "Đã quá hạn")
    waiting = deciding.waiting_for_me(busy.leader, 5)
    assert len(waiting) == 2
    for task in waiting:
        tasks.decide_extension(busy.leader, task.id, is_granted=True)
    db.read_anew()
    wish = reports.wish(busy.leader, "tasks", "2026-m11", "source")
    rows = {row.name: row.counts for row in wish.report.rows(busy.leader, wish.period, "source")}
    totals = {name: counts[0] for name, counts in rows.items()}
    assert totals == {"Giao trực tiếp": 6, "Chương trình, kế hoạch": 1, "Tự đăng ký": 1, "Tổng số": 8}
    # Granted of what was asked for in time alone: who asked too late stays late.
    assert (rows["Tổng số"][-1], rows["Giao trực tiếp"][-1], rows["Tự đăng ký"][-1]) == (1, 1, 0)
    for key, n in (("plan", 1), ("own", 1), ("direct", 6), ("document", 0), ("none", 0)):
        with app.test_request_context():
            found = wish.report.listing(busy.leader, wish.period, "source", key, "total", None)
        assert found.total == n, key
    with app.test_request_context():
        extended = wish.report.listing(busy.leader, wish.period, "source", "direct", "extended", None)
    assert [row.title for row in extended.rows] == ["Vướng"]


def test_a_report_becomes_a_file_of_each_kind(busy: Office) -> None:
    wish = reports.wish(busy.leader, "tasks", "2026", "unit")
    for format_ in (Format.DOCX, Format.XLSX, Format.PDF):
        assert reports.ask_file(busy.leader, wish, format_)
    asked = {"report": "tasks", "period": "2026", "by": "unit"}
    table = reports.table_of(busy.leader, asked, lambda _share: None)
    assert table.lines[-1].cells[1:4] == ("Tổng số", "5", "2")
    assert "Nguyễn Văn Bình" in table.foot[1]
    # A paper of the agency, which a sheet goes on reckoning with.
    sheet = inside(table_xlsx.write(table, lambda _share: None), "xl/worksheets/sheet1.xml")
    paper = inside(table_docx.write(table, lambda _share: None), "word/document.xml")
    assert "<v>5</v>" in sheet
    assert "<v>0.333</v>" in sheet
    for words in ("Độc lập - Tự do - Hạnh phúc", "ỦY BAN NHÂN DÂN TỈNH AN BÌNH", "THỦ TRƯỞNG CƠ QUAN"):
        assert words in sheet
        assert words in paper
    assert table_pdf.write(table, lambda _share: None).startswith(b"%PDF")
    with pytest.raises(reports.NotFound):
        reports.table_of(busy.clerk, asked, lambda _share: None)


@pytest.fixture
def moved(office: Office) -> tuple[Office, int]:
    """An incoming document: registered on Friday morning, presented after three working hours."""
    catalogue.seed(office.org.id)
    kind = catalogue.kind_named(office.org.id, "Công văn")
    assert kind is not None
    with db.unit_of_work() as session:
        document = Document(
            org_id=office.org.id,
            direction="in",
            state=DocState.RECEIVED,
            subject="Giải ngân",
            created_by_id=office.clerk.id,
            created_at=clock.now(),
            arrival_date=clock.today(),
        )
        session.add(document)
        session.flush()
        key = document.id
    given = Incoming(
        kind_id=kind.id,
        number="9412",
        symbol="BTC-ĐT",
        doc_date=clock.today(),
        issuer="Bộ Tài chính",
        subject="Giải ngân",
        arrival_date=clock.today(),
        due_date=date(2026, 11, 20),
    )
    registering.register_incoming(office.clerk, key, given)
    clock.advance(timedelta(hours=3))
    directing.present(office.clerk, key)
    db.read_anew()
    return office, key


def test_a_document_leaves_a_note_of_each_stay(moved: tuple[Office, int]) -> None:
    _, key = moved
    rows = db.session().scalars(
        select(DocumentStay).where(DocumentStay.document_id == key).order_by(DocumentStay.id)
    )
    # From 08:30 to 11:30, all within the morning.
    assert [(row.state, row.minutes) for row in rows] == [
        (DocState.REGISTERED, 180),
        (DocState.PRESENTED, None),
    ]


def test_stays_from_before_they_were_noted_are_read_out_of_the_log(moved: tuple[Office, int]) -> None:
    office, key = moved
    of = select(DocumentStay).where(DocumentStay.document_id == key).order_by(DocumentStay.id)

    def noted() -> list[tuple[DocState, int | None, int | None]]:
        db.read_anew()
        return [(row.state, row.minutes, row.by_id) for row in db.session().scalars(of)]

    before = noted()
    # As an office is brought up from before: only what waits is known, and only since it came.
    with db.unit_of_work() as session:
        first, second = session.scalars(of)
        second.entered_at = first.entered_at
        session.delete(first)
    assert old_stays.fill() == {"seen": 1, "written": 1}
    assert noted()[1:] == [(before[0][0], 180, office.clerk.id), before[1]]
    assert noted()[0][:2] == (DocState.RECEIVED, 0)
    assert old_stays.fill() == {"seen": 1, "written": 0}
    column = next(one for one in flow.draw(office.leader).columns if one.step is Step.PRESENTED)
    assert (column.median, column.ninetieth) == (180, 180)


def test_a_direction_taken_back_leaves_no_trace_in_the_waiting(moved: tuple[Office, int]) -> None:
    office, key = moved
    clock.advance(timedelta(days=3))
    given = directing.direct(
        office.leader, key, directing.Direction(office.stc.id, due_date=date(2026, 11, 30))
    )
    directing.undo_direction(office.leader, given)
    db.read_anew()
    last = db.session().scalars(select(DocumentStay).order_by(DocumentStay.id.desc()).limit(1)).one()
    assert (last.state, last.left_at) == (DocState.PRESENTED, None)
    assert clock.now() - last.entered_at == timedelta(days=3)


def test_the_map_shows_what_is_stuck_and_who_has_it(moved: tuple[Office, int]) -> None:
    office, key = moved
    clock.advance(timedelta(days=12))
    drawn = flow.draw(office.leader)
    (item,) = drawn.items
    assert (item.waiting.step, item.band, item.waiting.person) == (Step.ASSIGNED, Band.LATE, "Lãnh đạo")
    assert item.late_days == 2
    column = next(one for one in drawn.columns if one.step is Step.PRESENTED)
    assert (column.n, column.median, column.ninetieth) == (0, 180, 180)
    assert flow.draw(office.other_leader).items == []
    assert [one.ref.id for one in steps.waiting(office.clerk, "")] == [key]


def test_the_map_is_narrowed_to_a_field_of_work(
    moved: tuple[Office, int], client_of: Callable[[User], FlaskClient]
) -> None:
    office, key = moved
    with db.unit_of_work() as session:
        field = WorkField(org_id=office.leader.org_id, name="Đầu tư công")
        session.add(field)
        session.flush()
        session.get_one(Document, key).field_id = field.id
    code = next(code for code, name in flow.kinds(office.leader) if name == "Đầu tư công")
    assert [item.waiting.ref.id for item in flow.draw(office.leader, code).items] == [key]
    assert flow.draw(office.leader, f"{code}9").items == []
    assert "Đầu tư công" in client_of(office.leader).get(f"/boards/flow/list?kind={code}").text


def test_whoever_has_a_document_is_reminded_once_a_day(moved: tuple[Office, int]) -> None:
    office, key = moved
    steps.urge(office.office_head, key)
    with pytest.raises(BadState, match=r"document\.urged_today"):
        steps.urge(office.office_head, key)
    db.read_anew()
    told = select(Notice.user_id).where(Notice.kind == "document.urged")
    assert db.session().scalars(told).all() == [office.leader.id]
    (item,) = flow.draw(office.office_head).items
    assert flow.acts_of(office.office_head, [item])[item.waiting.ref].urge == ""
