"""Stand-ins: who may name whom, for how long, and whose acts they are."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest

from intranet.core import clock, db
from intranet.core.errors import BadState, Forbidden, Invalid, NotFound
from intranet.people.models import Delegation, User
from intranet.people.services import standing_in
from intranet.people.sessions import SessionRow
from intranet.records.models import AuditLine
from tests.clients import OfficeClient
from tests.factories import Office
from tests.people.browsing import cookie

Browser = Callable[[User], OfficeClient]
FRIDAY = date(2026, 11, 13)


def name(
    office: Office, actor: User, principal: User, substitute: User, first: int = 0, last: int = 3
) -> int:
    """Name a substitute for some days from today."""
    return standing_in.name_substitute(
        actor,
        principal.id,
        substitute.id,
        first_date=FRIDAY + timedelta(days=first),
        last_date=FRIDAY + timedelta(days=last),
        reason="Đi công tác",
    )


def act_for(browser: OfficeClient, delegation_id: int | str) -> int:
    """Switch in the personal menu; returns the status of the answer."""
    answer = browser.post("/me/stand-in", data={"delegation_id": str(delegation_id)})
    browser.csrf = browser.get("/me").text.split('name="csrf-token" content="')[1].split('"')[0]
    return answer.status_code


def test_the_substitute_acts_with_the_principals_roles_and_every_act_says_so(
    office: Office, client_of: Browser
) -> None:
    delegation_id = name(office, office.head, office.head, office.officer)
    browser = client_of(office.officer)
    assert browser.get("/me/stand-ins").status_code == 403
    assert act_for(browser, delegation_id) == 302
    page = browser.get("/me")
    assert "Bạn đang xử lý thay Đỗ Thị Thanh Hà" in page.text
    taken = db.session().query(AuditLine).filter_by(act="stand_in.taken").one()
    assert (taken.actor_id, taken.data["principal"]) == (office.officer.id, office.head.id)


def test_the_rights_of_a_stand_in_do_not_reach_its_own_naming(office: Office, client_of: Browser) -> None:
    browser = client_of(office.officer)
    act_for(browser, name(office, office.head, office.head, office.officer))
    answer = browser.post(
        "/me/stand-ins",
        data={
            "substitute": office.clerk.id,
            "first_date": "20/11/2026",
            "last_date": "21/11/2026",
            "reason": "x",
        },
    )
    assert answer.status_code == 403
    assert db.session().query(Delegation).count() == 1


def test_a_switch_makes_a_new_session_and_the_old_one_dies(office: Office, client_of: Browser) -> None:
    browser = client_of(office.officer)
    before = cookie(browser)
    began = db.session().query(SessionRow).one().created_at
    clock.advance(timedelta(minutes=5))
    act_for(browser, name(office, office.head, office.head, office.officer))
    assert cookie(browser) != before
    old, new = db.session().query(SessionRow).order_by(SessionRow.id).all()
    assert old.ended_at is not None
    assert new.created_at == began


def test_the_stand_in_ends_with_its_last_day(office: Office, client_of: Browser) -> None:
    browser = client_of(office.officer)
    act_for(browser, name(office, office.head, office.head, office.officer, last=0))
    clock.advance(timedelta(minutes=20))
    assert "Bạn đang xử lý thay" in browser.get("/me").text
    clock.freeze(clock.at_office(FRIDAY + timedelta(days=1), 0, 5))
    with db.unit_of_work() as session:
        session.query(SessionRow).update({"seen_at": clock.now(), "created_at": clock.now()})
    assert "Bạn đang xử lý thay" not in browser.get("/me").text


def test_nobody_acts_before_the_first_day_nor_under_somebody_elses_stand_in(
    office: Office, client_of: Browser
) -> None:
    coming = name(office, office.head, office.head, office.officer, first=1)
    assert act_for(client_of(office.officer), coming) == 404
    own = name(office, office.leader, office.leader, office.office_head)
    assert act_for(client_of(office.officer), own) == 404
    assert act_for(client_of(office.officer), "99999") == 404
    assert act_for(client_of(office.officer), "x") == 404


def test_ending_a_stand_in_gives_the_own_name_back_at_the_next_request(
    office: Office, client_of: Browser
) -> None:
    delegation_id = name(office, office.head, office.head, office.officer)
    browser = client_of(office.officer)
    act_for(browser, delegation_id)
    standing_in.end_stand_in(office.head, delegation_id)
    assert "Bạn đang xử lý thay" not in browser.get("/me").text
    with pytest.raises(BadState, match=r"stand_in.ended"):
        standing_in.end_stand_in(office.head, delegation_id)


def test_only_the_principal_or_an_administrator_may_name_or_end(office: Office) -> None:
    with pytest.raises(Forbidden, match=r"stand_in.not_yours"):
        name(office, office.head, office.leader, office.officer)
    with pytest.raises(Forbidden):
        name(office, office.officer, office.officer, office.clerk)
    made = name(office, office.admin, office.officer, office.clerk)
    with pytest.raises(NotFound, match=r"stand_in.gone"):
        standing_in.end_stand_in(office.head, made)
    standing_in.end_stand_in(office.admin, made)


@pytest.mark.parametrize(
    ("substitute", "first", "last", "code", "field"),
    [
        ("head", 0, 3, "stand_in.self", "substitute"),
        ("other_leader", 0, 3, "stand_in.other_agency", "substitute"),
        ("officer", 3, 2, "stand_in.dates", "last_date"),
        ("officer", -5, 3, "stand_in.past", "first_date"),
        ("officer", 0, 400, "stand_in.too_long", "last_date"),
        ("officer", 12, 15, "stand_in.overlap", "first_date"),
        ("officer", 8, 40, "stand_in.overlap", "first_date"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(
    office: Office, substitute: str, first: int, last: int, code: str, field: str
) -> None:
    name(office, office.head, office.head, office.clerk, first=10, last=12)
    with pytest.raises(Invalid, match=re.escape(code)) as refused:
        name(office, office.head, office.head, getattr(office, substitute), first=first, last=last)
    assert refused.value.field == field


def test_all_errors_of_the_form_come_at_once_and_what_was_typed_stays(
    office: Office, client_of: Browser
) -> None:
    browser = client_of(office.head)
    answer = browser.post("/me/stand-ins", data={"first_date": "31/02/2026", "reason": "Nghỉ phép năm"})
    assert answer.status_code == 422
    assert answer.text.count('class="o-err"') == 2
    assert 'value="Nghỉ phép năm"' in answer.text
    assert 'value="31/02/2026"' in answer.text


def test_a_double_click_names_one_substitute(office: Office, client_of: Browser) -> None:
    browser = client_of(office.head)
    fields = {
        "once": "same-key-1234",
        "substitute": office.officer.id,
        "first_date": "13/11",
        "last_date": "1611",
        "reason": "Đi họp",
    }
    assert [browser.post("/me/stand-ins", data=fields).status_code for _ in range(2)] == [302, 302]
    assert db.session().query(Delegation).count() == 1
    assert "Phan Thu Trang" in browser.get("/me/stand-ins").text


def test_somebody_is_away_with_nobody_to_stand_in(office: Office, client_of: Browser) -> None:
    browser = client_of(office.head)
    days = {"first_date": "16/11/2026", "last_date": "17/11/2026", "reason": "Nghỉ phép"}
    assert browser.post("/me/stand-ins", data={**days, "substitute": ""}).status_code == 302
    (row,) = db.session().query(Delegation).all()
    assert "Không cử ai" in browser.get("/me/stand-ins").text
    assert "Không cử ai" in client_of(office.admin).get("/admin/stand-ins").text
    browser.post(f"/me/stand-ins/{row.id}/end", data={})
    db.read_anew()
    assert db.session().get_one(Delegation, row.id).ended_at is not None
