"""The sample office is what it says: a year of a province's work that a register's proof finds whole."""

import sqlite3
from collections import Counter
from contextlib import closing
from datetime import timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from documents.models.document import Document
from documents.models.register import RegisterEntry, RegisterYear
from documents.services.verifying import prove
from intranet.core import clock, db
from intranet.notices.models import Notice
from intranet.people.models import Organisation, Role, Unit, User
from intranet.people.passwords import is_right
from intranet.records import audit, store
from intranet.records.models import File
from intranet.tasks.models import Task, TaskState
from meetings.models.meeting import ItemState, Meeting, MeetingState
from meetings.models.vote import Poll, PollState, VoteMode
from meetings.services import attending, room, speeches
from tests.conftest import MORNING
from tests.sample.conftest import SampleOffice
from tests.serving import Server

pytestmark = [pytest.mark.slow, pytest.mark.own_db]

PROVINCE_ACCOUNTS = {
    "quantri": Role.ADMIN,
    "vanthu": Role.CLERK,
    "chutich": Role.LEADER,
    "chanhvanphong": Role.OFFICE_HEAD,
    "truongphong": Role.UNIT_HEAD,
    "chuyenvien": Role.OFFICER,
    "thuky": Role.OFFICER,
}
UNITS = {
    "Văn phòng UBND tỉnh",
    "Phòng Tổng hợp",
    "Phòng Hành chính - Quản trị",
    "Phòng Khoa giáo - Văn xã",
    "Sở Nội vụ",
    "Sở Tài chính",
    "Sở Xây dựng",
    "Sở Nông nghiệp và Môi trường",
    "Sở Y tế",
    "Sở Giáo dục và Đào tạo",
    "Sở Công Thương",
    "Sở Khoa học và Công nghệ",
    "Sở Tư pháp",
    "Sở Văn hóa, Thể thao và Du lịch",
    "Thanh tra tỉnh",
    "Công an tỉnh",
    "UBND phường Bình Minh",
    "UBND xã Phú Thuận",
    "UBND xã Tân Hòa",
}


def rows(query: Any) -> list[Any]:
    """What a query finds in all agencies."""
    with db.scope(), db.across_orgs("the test looks at the whole sample office"):
        return [row if len(row) > 1 else row[0] for row in db.session().execute(query)]


def test_everybody_who_is_promised_has_an_account_with_the_sample_password(
    sample_office: SampleOffice,
) -> None:
    found = {user.name: user for user in rows(select(User))}
    delegates = {f"daibieu{n:02}" for n in range(1, 21)}
    assert set(found) == {*PROVINCE_ACCOUNTS, *delegates, "vanthu.stc", "giamdoc.stc"}
    assert all(role in found[name].roles for name, role in PROVINCE_ACCOUNTS.items())
    password = sample_office.settings.sample_password
    assert len({user.password_hash for user in found.values()}) == 1
    with sample_office.app.app_context():
        assert is_right(found["vanthu"].password_hash, password)
    assert not any(user.must_change_password for user in found.values())
    assert {found["vanthu.stc"].org_id, found["giamdoc.stc"].org_id} != {found["vanthu"].org_id}


def test_the_province_has_its_units_and_finance_is_an_agency_of_its_own(sample_office: SampleOffice) -> None:
    province, finance = rows(select(Organisation).order_by(Organisation.id))
    assert finance.parent_id == province.id
    units = {unit.name: unit for unit in rows(select(Unit).where(Unit.org_id == province.id))}
    assert set(units) == UNITS
    assert units["Sở Tài chính"].represents_id == finance.id
    assert units["Phòng Tổng hợp"].parent_id == units["Văn phòng UBND tỉnh"].id


def test_a_hundred_and_twenty_documents_lie_over_a_year_each_with_a_file_that_is_there(
    sample_office: SampleOffice,
) -> None:
    (province,) = rows(select(Organisation.id).where(Organisation.parent_id.is_(None)))
    documents = rows(select(Document).where(Document.org_id == province))
    assert len(documents) == 120
    assert min(Counter(one.direction for one in documents).values()) >= 25
    oldest, newest = (f(one.created_at for one in documents) for f in (min, max))
    assert newest - oldest > timedelta(days=300)
    assert MORNING - newest < timedelta(days=4)
    assert max(Counter(one.subject for one in documents).values()) <= 2
    states = {one.state.value for one in documents}
    assert states > {"received", "registered", "presented", "assigned", "processing", "done", "noted"}
    assert states > {"draft", "unit_review", "layout_review", "to_sign", "signed", "numbered", "issued"}
    filed = Counter(rows(select(File.ref_id).where(File.ref_kind == "document")))
    assert all(filed[one.id] >= 1 for one in documents)
    assert all(store.exists(sha256) for sha256 in rows(select(File.sha256)))
    kinds = {name.rsplit(".", 1)[-1] for name in rows(select(File.name))}
    assert kinds == {"pdf", "docx"}


def test_about_sixty_tasks_stand_in_every_state_some_late_and_some_near(sample_office: SampleOffice) -> None:
    tasks = rows(select(Task))
    assert 60 <= len(tasks) <= 75
    assert {task.state for task in tasks} == set(TaskState)
    running = [task for task in tasks if task.state in (TaskState.DOING, TaskState.BLOCKED)]
    today = clock.today()
    assert any(task.due_date and task.due_date < today for task in running)
    assert any(task.due_date and task.due_date >= today for task in running)


def test_six_meetings_are_past_live_and_to_come(sample_office: SampleOffice) -> None:
    meetings = rows(select(Meeting).order_by(Meeting.starts_at))
    states = Counter(meeting.state for meeting in meetings)
    assert sum(states.values()) == 6
    assert states[MeetingState.LIVE] == 1
    assert states[MeetingState.ENDED] == 2
    (live,) = [meeting for meeting in meetings if meeting.state is MeetingState.LIVE]
    with db.scope():
        agenda = db.session().get_one(Meeting, live.id).agenda
        on_the_floor = [item for item in agenda if item.id == live.current_item_id]
        assert [item.state for item in on_the_floor] == [ItemState.LIVE]
        assert len(agenda) > 3
    assert live.starts_at < MORNING
    assert meetings[-1].starts_at > MORNING


def test_in_the_live_meeting_one_speaks_and_two_wait_before_a_quorum(sample_office: SampleOffice) -> None:
    (live,) = rows(select(Meeting).where(Meeting.state == MeetingState.LIVE))
    with db.scope():
        meeting = db.session().get_one(Meeting, live.id)
        assert attending.counts(meeting) == {"need": 15, "in": 18, "of": 22, "ok": True}
        running = speeches.running_in(meeting)
        assert running is not None
        assert (running.paused_at, len(speeches.waiting_in(meeting))) == (None, 2)


def test_minutes_of_past_meetings_have_votes_and_speeches_and_the_live_one_a_vote_at_hand(
    sample_office: SampleOffice,
) -> None:
    polls = select(Meeting.state, Poll.state, Poll.mode).join(Poll, Poll.meeting_id == Meeting.id)
    assert sorted(rows(polls.order_by(Poll.id))) == [
        (MeetingState.ENDED, PollState.PUBLISHED, VoteMode.HAND),
        (MeetingState.ENDED, PollState.PUBLISHED, VoteMode.ROLL),
        (MeetingState.LIVE, PollState.PREPARED, VoteMode.ROLL),
    ]
    past = rows(select(Meeting.id).where(Meeting.state == MeetingState.ENDED))
    room.forget_snapshots()
    with sample_office.app.app_context(), db.scope():
        for mid in past:
            said = room.welcome(sample_office.person("thuky"), mid, None).answer["state"]
            assert all(one["started"] < one["ended"] for one in said["items"])
            assert said["speeches"]
            assert {one["st"] for one in said["people"] if one["role"] == "delegate"} >= {"in", "absent"}
            assert [(one["result"]["adopted"], one["cast"]) for one in said["votes"]] == [(True, 18)]


def test_numbers_run_from_one_without_gap_and_every_proof_is_clean(sample_office: SampleOffice) -> None:
    entries = rows(
        select(RegisterEntry.register_id, RegisterEntry.year, RegisterEntry.number).order_by(
            RegisterEntry.register_id, RegisterEntry.year, RegisterEntry.number
        )
    )
    series = {
        key: [n for *_, n in lines] for key, lines in groupby(entries, key=lambda line: tuple(line[:2]))
    }
    assert len(series) >= 2
    assert sum(map(len, series.values())) > 90
    for key, numbers in series.items():
        assert numbers == list(range(1, len(numbers) + 1)), key
    with db.scope(), db.across_orgs("the test proves every register"):
        years = db.session().execute(select(RegisterYear.register_id, RegisterYear.year)).all()
        assert [fault for register, year in years for fault in prove(register, year)] == []
    with db.scope():
        report = audit.verify()
    assert report.is_whole
    assert report.entries > 1000


def test_nothing_of_the_sample_lies_in_the_future_and_old_notices_are_read(
    sample_office: SampleOffice,
) -> None:
    for told in (select(Document.created_at), select(Task.created_at), select(RegisterEntry.created_at)):
        assert max(rows(told)) <= MORNING
    assert max(rows(select(audit.AuditLine.at))) <= MORNING
    late = select(func.count()).where(Notice.released_at.is_(None), Notice.due_at <= MORNING)
    old = select(func.count()).where(Notice.due_at < MORNING - timedelta(days=3), Notice.read_at.is_(None))
    assert rows(late) == [0]
    assert rows(old) == [0]


def test_every_person_of_the_sample_comes_to_a_desk(sample_office: SampleOffice) -> None:
    names = (*PROVINCE_ACCOUNTS, "daibieu01", "daibieu20", "vanthu.stc", "giamdoc.stc")
    assert {name: sample_office.client(name).get("/").status_code for name in names} == dict.fromkeys(
        names, 200
    )


def test_the_folder_of_a_real_office_is_left_as_it_is(tmp_path: Path) -> None:
    machine = Server(tmp_path / "data", sample=False)
    machine.command("init")
    with closing(sqlite3.connect(tmp_path / "data" / "office.sqlite3")) as opened, opened:
        opened.execute(
            "insert into organisation (id, name, short_name, letters, place, address, is_active, version) "
            "values (1, 'UBND xã Tân Hòa', 'Tân Hòa', 'UBND', 'Tân Hòa', '', 1, 1)"
        )
        opened.execute(
            "insert into unit (id, org_id, name, short_name, letters, position, is_active, version) "
            "values (1, 1, 'Văn phòng', 'VP', 'VP', 0, 1, 1)"
        )
    machine.command("user", "add", "thuy.htl", "--full-name", "Hà Thị Lệ Thủy", "--unit", "Văn phòng")
    with pytest.raises(RuntimeError, match="holds a real office"):
        machine.command("sample")
    assert not (tmp_path / "data" / "sample").exists()


def test_a_sample_folder_is_not_made_into_a_real_office(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir(mode=0o700)
    (tmp_path / "data" / "sample").write_text("ready", encoding="ascii")
    machine = Server(tmp_path / "data", sample=False)
    with pytest.raises(RuntimeError, match="holds the sample office"):
        machine.command("init")
    with pytest.raises(RuntimeError, match="has the sample office already"):
        machine.command("sample")
