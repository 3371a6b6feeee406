"""What an assigner knows beforehand: open and late tasks of each candidate, and who is away when due."""

from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient

from intranet.core import db
from intranet.core.errors import Invalid
from intranet.people.models import Delegation, User
from intranet.tasks import lists, load, services
from intranet.tasks.lists import Tab
from intranet.tasks.services import Party
from tests.counting import count_queries
from tests.factories import Office, make_user
from tests.tasks.making import give

Clients = Callable[[User], FlaskClient]
JSON = {"Accept": "application/json"}


def absent(office: Office, who: User, instead: User, first: date, last: date) -> None:
    """Somebody is away and has a substitute."""
    with db.unit_of_work() as session:
        session.add(
            Delegation(
                principal_id=who.id,
                substitute_id=instead.id,
                first_date=first,
                last_date=last,
                reason="Nghỉ phép",
                created_by_id=office.admin.id,
            )
        )


def test_the_load_of_units_is_that_of_their_lists_and_of_people_what_they_do(office: Office) -> None:
    late = date(2026, 11, 10)
    give(office)
    give(office, due=late, is_past_confirmed=True)
    services.hand_over(office.head, give(office), office.officer.id)
    give(office, lead=Party(user_id=office.officer.id), due=late, is_past_confirmed=True)
    give(office, co=[Party(user_id=office.officer.id)], lead=Party(unit_id=office.sxd.id))
    done = give(office, lead=Party(user_id=office.officer.id))
    services.cancel(office.leader, done, "Thôi")
    units = load.of_units(office.leader, [office.stc, office.sxd, office.vp])
    assert [(one.open, one.late) for one in units.values()] == [(4, 2), (1, 0), (0, 0)]
    page = lists.page(office.leader, Tab.UNIT, unit_id=office.stc.id)
    assert (page.open_count, page.late_count) == (4, 2)
    people = load.of_people(office.leader, [office.officer, office.head])
    assert [(one.open, one.late) for one in people.values()] == [(2, 1), (0, 0)]


def test_load_counts_nothing_that_the_asker_may_not_see(office: Office) -> None:
    give(office, lead=Party(user_id=office.officer.id), is_restricted=True)
    assert load.of_people(office.office_head, [office.officer])[office.officer.id].open == 0
    assert load.of_people(office.leader, [office.officer])[office.officer.id].open == 1


def test_an_absence_is_told_with_its_days_and_who_stands_in(office: Office) -> None:
    absent(office, office.head, office.officer, date(2026, 11, 16), date(2026, 11, 18))
    away = load.of_units(office.leader, [office.stc])[office.stc.id].away
    assert away is not None
    assert away.brief == "TP vắng 16–18/11"
    assert away.words == "Đỗ Thị Thanh Hà vắng 16–18/11, Phan Thu Trang xử lý thay."
    assert not away.covers(date(2026, 11, 20))
    absent(office, office.other_head, office.head, date(2026, 12, 28), date(2027, 1, 4))
    assert load.of_units(office.leader, [office.sxd])[office.sxd.id].away is None
    seen = load.of_units(office.leader, [office.sxd], date(2026, 12, 30))[office.sxd.id].away
    assert seen is not None
    assert seen.days == "28/12–04/01"


def test_a_unit_with_another_head_at_work_is_not_away(office: Office) -> None:
    absent(office, office.head, office.officer, date(2026, 11, 16), date(2026, 11, 30))
    assert load.away_on(Party(unit_id=office.stc.id), date(2026, 11, 20))
    with db.unit_of_work():
        grant = next(iter(office.head.grants))
        deputy = make_user("pho", "Lê Văn Phó", office.stc, "Phó Trưởng phòng", grant.role)
    assert deputy.id
    assert load.away_on(Party(unit_id=office.stc.id), date(2026, 11, 20)) == []
    assert load.of_units(office.leader, [office.stc])[office.stc.id].away is None


def test_many_candidates_cost_no_more_queries_than_few(office: Office, client_of: Clients) -> None:
    client = client_of(office.leader)
    client.get("/tasks/parties", headers=JSON)
    with count_queries() as few:
        client.get("/tasks/parties?q=phan", headers=JSON)
    for n in range(12):
        worker = make_user(f"phan{n}", f"Phan Văn {n}", office.stc, "Chuyên viên")
        give(office, lead=Party(user_id=worker.id))
        absent(office, worker, office.head, date(2026, 11, 16), date(2026, 11, 18))
    with count_queries() as many:
        offered = client.get("/tasks/parties?q=phan", headers=JSON).get_json()
    assert len(offered) == 13
    assert "1 việc mở, CV vắng 16–18/11" in offered[-1]["note"]
    # The substitutes with their posts and roles are read once for all of them.
    assert len(many) <= len(few) + 3


def test_an_absent_lead_is_warned_of_before_sending_and_the_substitute_offered(
    office: Office, client_of: Clients
) -> None:
    absent(office, office.head, office.officer, date(2026, 11, 16), date(2026, 11, 20))
    client = client_of(office.leader)
    fields = {"title": "Rà soát dự án", "lead": f"user:{office.head.id}", "days": "5", "text": "Đã gõ"}
    warned = client.post("/tasks/new", data=fields)
    assert warned.status_code == 422
    assert "Đỗ Thị Thanh Hà vắng 16–20/11, gồm cả ngày đến hạn 20/11" in warned.text
    assert "Giao cho Phan Thu Trang" in warned.text
    assert "Đã gõ" in warned.text
    assert lists.page(office.leader, Tab.GIVEN).open_count == 0
    assert client.post("/tasks/new", data=fields | {"is_absence_confirmed": "y"}).status_code == 302
    answer = client.post("/tasks/new", data=fields | {"instead": f"user:{office.officer.id}"})
    assert answer.status_code == 302
    leads = {row.lead for group in lists.page(office.leader, Tab.GIVEN).groups for row in group.rows}
    assert leads == {"Đỗ Thị Thanh Hà", "Phan Thu Trang"}
    with pytest.raises(Invalid, match=r"task\.lead_away"):
        load.check_there(Party(user_id=office.head.id), date(2026, 11, 18))
