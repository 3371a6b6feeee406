"""Who may read which task: the rule for one task and the rule for lists are the same rule."""

import random
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from intranet.core import clock, db, refs
from intranet.core.errors import NotFound
from intranet.core.refs import Ref
from intranet.people.models import Role, Unit, User
from intranet.tasks import lists, services
from intranet.tasks.models import PartyRole, Task
from intranet.tasks.permissions import To, is_party_to, joined_by, may, standing_of, visible_to, worked_by
from intranet.tasks.services import Party
from tests.factories import Office, make_unit, make_user
from tests.tasks.making import give, look

Clients = Callable[[User], FlaskClient]


def everybody(office: Office) -> list[User]:
    """All people of the test office."""
    return [one for one in vars(office).values() if isinstance(one, User)]


def make_many(office: Office, seed: int) -> list[User]:
    """Tasks of every shape between many people; returns the people."""
    chance = random.Random(seed)
    below = make_unit(office.org, "Phòng Ngân sách", "P. NS", "NS", office.stc)
    headless = make_unit(office.org, "Tổ giúp việc", "Tổ GV", "TGV")
    people = [
        *everybody(office),
        make_user("cv.ns", "Lý Văn Tám", below, "Chuyên viên", Role.OFFICER),
        make_user("to.gv", "Hà Thị Chín", headless, "Thành viên"),
        make_user("thanhtra", "Đặng Văn Mười", office.vp, "Thanh tra", Role.AUDITOR),
    ]
    with db.unit_of_work() as session:
        stands = Unit(org_id=office.org.id, name="Sở Y tế", short_name="SYT", represents_id=office.other.id)
        session.add(stands)
        session.flush()
        units = [office.vp.id, office.admin_room.id, office.stc.id, office.sxd.id, below.id, headless.id]
        units.append(stands.id)
    for n in range(40):
        parties = [Party(unit_id=key) for key in units] + [Party(user_id=u.id) for u in people]
        assigner = chance.choice([office.leader, office.office_head, office.head, office.other_leader])
        chosen = chance.sample([p for p in parties if p.user_id != assigner.id], 4)
        task_id = give(
            office,
            by=assigner,
            lead=chosen[0],
            co=chosen[1 : 1 + chance.randint(0, 2)],
            info=chosen[3 : 3 + chance.randint(0, 1)],
            release_after=chance.choice([0, 0, 0, 10]),
            is_restricted=chance.random() < 0.3,
            origin=Ref("document", 1 + n % 4),
        )
        task = db.session().get_one(Task, task_id)
        officials = sorted(services.officials_of(task))
        if officials and chance.random() < 0.4:
            clock.advance(timedelta(seconds=10))
            for person in people:
                if may(person, To.HAND_OVER, task):
                    services.hand_over(person, task_id, chance.choice(officials), note="Đổi người")
                    break
    return people


@pytest.mark.parametrize("seed", range(3))
def test_the_list_shows_exactly_what_may_be_read_one_by_one(office: Office, seed: int) -> None:
    people = make_many(office, seed)
    clock.advance(timedelta(seconds=5))
    with db.across_orgs("the whole of both agencies is compared"):
        tasks = list(db.session().scalars(select(Task)))
        seen = 0
        for person in people:
            at = standing_of(person)
            one_by_one = {task.id for task in tasks if may(person, To.READ, task, at)}
            listed = set(db.session().scalars(select(Task.id).where(visible_to(person, at))))
            assert listed == one_by_one, person.name
            mine = worked_by(at) | joined_by(at, *PartyRole)
            assert set(db.session().scalars(select(Task.id).where(mine))) <= listed
            seen += len(listed)
        assert seen > len(tasks)


@pytest.mark.parametrize("seed", [7])
def test_a_party_may_read_the_origin_and_nobody_reads_it_through_a_task_they_may_not_see(
    office: Office, seed: int
) -> None:
    people = make_many(office, seed)
    for person in people:
        at = standing_of(person)
        for key in range(1, 5):
            tasks = services.for_origin(Ref("document", key))
            readable = [task for task in tasks if may(person, To.READ, task, at)]
            takes_part = is_party_to(person, Ref("document", key))
            assert not takes_part or readable
            named = [
                task
                for task in readable
                if task.release_at <= clock.now() and any(p.user_id == at.user_id for p in task.parties)
            ]
            assert takes_part or not named


def test_a_restricted_task_is_for_its_parties_alone(office: Office) -> None:
    task_id = give(office, is_restricted=True)
    for user in (office.leader, office.head):
        assert look(user, task_id).id == task_id
    for user in (office.office_head, office.officer, office.clerk):
        with pytest.raises(NotFound):
            look(user, task_id)


def test_officials_of_a_unit_read_its_tasks_and_those_of_others_do_not(office: Office) -> None:
    task_id = give(office)
    assert look(office.officer, task_id).id == task_id
    for user in (office.other_head, office.clerk, office.admin, office.stranger, office.other_leader):
        with pytest.raises(NotFound):
            look(user, task_id)


def test_who_oversees_a_unit_reads_what_its_people_do(office: Office) -> None:
    task_id = give(office, lead=Party(user_id=office.officer.id))
    assert look(office.head, task_id).id == task_id


def test_another_agency_meets_none_of_our_addresses(office: Office, client_of: Clients) -> None:
    task_id = give(office)
    part = give(office, by=office.head, lead=Party(user_id=office.officer.id), parent_id=task_id, due=None)
    for user in (office.stranger, office.other_leader, office.other_clerk):
        client = client_of(user)
        for key in (task_id, part):
            assert client.get(f"/tasks/{key}").status_code == 404
            for act in ("report", "accept", "cancel", "hand-over", "extend"):
                assert client.get(f"/tasks/{key}/{act}").status_code == 404
                assert client.post(f"/tasks/{key}/{act}", data={"reason": "x"}).status_code == 404
            assert client.post(f"/tasks/{key}/undo").status_code == 404
        assert client.get(f"/tasks/new?parent={task_id}").status_code == 404
        assert "NV-2026" not in client.get("/tasks?tab=unit").text
    assert lists.find(office.other_leader, "Rà soát") == []


def test_the_names_that_others_use_follow_the_same_rule(office: Office) -> None:
    ref = Ref("task", give(office))
    assert refs.may_read(office.officer, ref)
    assert not refs.may_read(office.stranger, ref)
    assert refs.title(ref) == "Rà soát vốn đầu tư công"
    assert refs.url(ref) == f"/tasks/{ref.id}"
    report = Ref("task_report", services.report_progress(office.head, ref.id, 10))
    assert refs.may_read(office.officer, report)
    assert not refs.may_read(office.stranger, report)
    assert refs.url(report) == refs.url(ref)
    assert not refs.may_read(office.leader, Ref("task_report", 999))
