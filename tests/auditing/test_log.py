"""Everybody reads the log as far as their role goes; each night it is proved, and a change is found."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from intranet.auditing import jobs, proving, reading
from intranet.auditing.models import AuditProof
from intranet.auditing.reading import Wanted
from intranet.core import clock, db
from intranet.core.errors import Forbidden
from intranet.core.jobs import run_due
from intranet.notices.models import Notice
from intranet.people.models import Role, User
from intranet.records import audit, leaves
from intranet.tasks import services as tasks
from intranet.tasks.services import Party
from tests.counting import count_queries
from tests.factories import Office, make_user
from tests.records.test_audit import unlocked

ClientOf = Callable[[User], FlaskClient]


def give(office: Office, count: int = 1) -> None:
    """The leader gives a unit so many tasks."""
    for number in range(count):
        tasks.assign_task(
            office.leader,
            title=f"Việc thử {number}",
            origin=None,
            text="",
            lead=Party(unit_id=office.stc.id),
            due_date=clock.today() + timedelta(days=30),
        )


@pytest.fixture
def auditor(office: Office) -> User:
    """Somebody of the inspection."""
    return make_user("thanhtra", "Trịnh Văn Soát", office.vp, "Thanh tra viên", Role.AUDITOR)


def actors(person: User, **wanted: str) -> set[int | None]:
    """Whose acts somebody sees."""
    with db.scope({person.org_id}):
        return {line.actor_id for line in reading.page_of(person, Wanted(**wanted)).lines}


def test_who_oversees_reads_everybodys_acts_others_those_of_their_people_or_their_own(
    office: Office, auditor: User
) -> None:
    give(office)
    with db.unit_of_work():
        for person in (office.officer, office.clerk, office.other_clerk):
            audit.record(person, "task.read", office.org)
    everybody = {office.leader.id, office.officer.id, office.clerk.id}
    for person in (office.leader, office.office_head, auditor, office.admin):
        assert actors(person) == everybody
    assert actors(office.clerk) == {office.clerk.id}
    assert actors(office.officer) == {office.officer.id}
    assert office.officer.id in actors(office.head) <= {office.officer.id, office.head.id}
    assert actors(office.other_clerk) == {office.other_clerk.id}
    assert actors(office.leader, who=office.clerk.full_name) == {office.clerk.id}
    assert actors(office.officer, who=office.clerk.full_name) == set()


def test_the_page_names_what_one_may_read_and_administrators_see_no_content(
    office: Office, client_of: ClientOf
) -> None:
    give(office)
    page = client_of(office.leader).get("/log").text
    assert re.search(r'<a href="/tasks/\d+">Việc thử 0</a>', page)
    page = client_of(office.admin).get("/log").text
    assert office.leader.full_name in page
    assert "Việc thử 0" not in page
    page = client_of(office.officer).get("/log").text
    assert "Việc thử 0" not in page
    assert "Kiểm tra chuỗi" not in page
    assert client_of(office.officer).post("/log/prove").status_code == 403


def test_from_where_somebody_acted_is_told_to_inspection_and_administrators_alone(
    office: Office, auditor: User, client_of: ClientOf
) -> None:
    client_of(office.leader).post("/log/prove")
    for person, is_told in ((auditor, True), (office.admin, True), (office.leader, False)):
        page = client_of(person).get("/log").text
        assert ("127.0.0.1" in page) is is_told


def test_leaves_go_on_without_a_gap_and_ask_as_much_for_fifty_lines_as_for_five(
    office: Office, client_of: ClientOf
) -> None:
    client = client_of(office.leader)
    give(office, 5)
    client.get("/log")
    with count_queries() as few:
        client.get("/log")
    give(office, 50)
    with count_queries() as many:
        page = client.get("/log").text
    assert len(many) <= len(few)
    seen: list[int] = []
    with db.scope({office.org.id}):
        leaf = reading.page_of(office.leader, Wanted())
        while True:
            seen += [line.seq for line in leaf.lines]
            if leaf.older is None:
                break
            leaf = reading.page_of(office.leader, Wanted(), before=leaf.older)
        back = reading.page_of(office.leader, Wanted(), after=seen[leaves.SIZE])
    assert seen == list(range(seen[0], 0, -1))
    assert [line.seq for line in back.lines] == seen[: leaves.SIZE]
    assert "Cũ hơn" in page


def test_a_changed_line_is_found_by_the_proof_that_somebody_asked_for(
    office: Office, auditor: User, client_of: ClientOf
) -> None:
    give(office, 3)
    client = client_of(auditor)
    assert client.post("/log/prove").status_code == 302
    client.post("/log/prove")
    assert "Đang kiểm tra" in client.get("/log").text
    assert run_due() >= 1
    assert "dòng nguyên vẹn" in client.get("/log").text
    unlocked("UPDATE audit SET act = 'task.forged' WHERE seq = 2")
    clock.advance(timedelta(minutes=1))
    client.post("/log/prove")
    run_due()
    assert "Nhật ký không còn nguyên vẹn từ dòng 2: nội dung dòng bị sửa" in client.get("/log").text
    told = db.session().scalars(select(Notice.user_id).where(Notice.kind == "audit.broken")).all()
    assert set(told) == {office.leader.id, auditor.id, office.admin.id}


def test_each_night_the_proof_goes_on_where_the_last_one_ended_and_once(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    give(office)
    clock.freeze(clock.at_office(clock.today() + timedelta(days=1), 3))
    jobs.prove_night()
    proved = db.session().get_one(AuditProof, office.org.id)
    first = proved.seq
    assert first > 0
    assert proved.problem is None
    walked: list[int] = []
    whole = audit.walk

    def walk(org_id: int, seq: int = 0, mac: str = audit.START) -> audit.Walk:
        walked.append(seq if org_id == office.org.id else 0)
        return whole(org_id, seq, mac)

    monkeypatch.setattr(audit, "walk", walk)
    jobs.prove_night()
    assert walked == []
    give(office)
    clock.freeze(clock.at_office(clock.today() + timedelta(days=1), 3))
    jobs.prove_night()
    assert first in walked
    with db.scope({office.org.id}):
        again = db.session().get_one(AuditProof, office.org.id)
        assert again.seq > first
        assert again.problem is None


def test_who_may_not_have_it_proved_asks_in_vain(office: Office) -> None:
    with pytest.raises(Forbidden):
        proving.ask(office.officer)
