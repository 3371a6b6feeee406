"""Documents for the units that they concern: open to these and to who reads all, closed to everybody else."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from documents.models.document import AccessLevel, Document
from documents.models.lifecycle import Direction
from documents.permissions import To, give_access, may
from documents.services import (
    directing,
    drafting,
    issuing,
    listing,
    registering,
    restricting,
    restricting_many,
    reviewing,
)
from documents.services.composing import DraftFields
from documents.services.listing import Filters
from documents.services.restricting import Wish
from intranet.core import clock, db
from intranet.core.errors import NotFound
from intranet.people.models import Role, User
from tests.documents import papers
from tests.factories import Office, make_user

Fields = Callable[..., Any]
ClientOf = Callable[[User], FlaskClient]
REASON = "Việc nội bộ của đơn vị chủ trì"
SUBJECT = "Sắp xếp lại chỗ làm việc của phòng"
FOR_UNITS = Wish(AccessLevel.UNIT)


@pytest.fixture
def colleague(desk: Office) -> User:
    """A second clerk of the agency, who has no part in what the first takes in."""
    return make_user("vanthu2", "Lý Thị Sổ", desk.vp, "Văn thư", Role.CLERK)


@pytest.fixture
def given(desk: Office, fields: Fields, colleague: User) -> Document:
    """A registered document with a file, given to a unit and then closed to all but the units concerned."""
    (document,) = papers.drop(desk.clerk, (papers.pdf(), "mot.pdf"))
    registering.register_incoming(desk.clerk, document.id, fields(subject=SUBJECT))
    directing.present(desk.clerk, document.id, desk.leader.id)
    wish = directing.Direction(lead_unit_id=desk.stc.id, due_date=date(2026, 11, 26))
    directing.direct(desk.leader, document.id, wish)
    clock.advance(timedelta(seconds=11))
    return document


def listed(actor: User) -> list[int]:
    """Ids of incoming documents that the actor's list shows, which its count does not betray."""
    with db.scope(actor.org_ids):
        rows = [row.id for row in listing.incoming(actor, Filters()).rows]
        assert listing.counts(actor, Direction.IN, ["all"]) == {"all": len(rows)}
        return rows


def test_lists_and_counts_show_it_to_its_units_and_to_who_reads_all(
    desk: Office, given: Document, colleague: User
) -> None:
    everyone = (
        desk.clerk,
        colleague,
        desk.leader,
        desk.office_head,
        desk.head,
        desk.officer,
        desk.other_head,
    )
    assert [one.name for one in everyone if listed(one)] == [one.name for one in everyone[:-1]]
    (foreseen,) = restricting_many.foresee(desk.leader, [given], FOR_UNITS)
    row = restricting.change(desk.leader, given.id, FOR_UNITS, REASON)
    assert row is not None
    assert row.readers_after == row.readers_before - 1
    assert (foreseen.readers_before, foreseen.readers_after) == (row.readers_before, row.readers_after)
    # The clerk who took it in has a part in it; the other one read it by office alone.
    assert [one.name for one in everyone if not listed(one)] == [colleague.name, desk.other_head.name]
    restricting.change(desk.leader, given.id, Wish(AccessLevel.NORMAL), REASON)
    assert listed(colleague) == [given.id]


def test_nothing_of_it_is_served_to_others(
    desk: Office, given: Document, colleague: User, client_of: ClientOf
) -> None:
    file = papers.files.of(given.ref)[0].url
    clerk = client_of(desk.clerk)
    sent = {"level": "unit", "reason": REASON, "once": "k"}
    assert clerk.post(f"/documents/{given.id}/access", data=sent).status_code == 302
    page = clerk.get(f"/documents/incoming/{given.id}").text
    assert "Trong đơn vị" in page
    assert "phạm vi xem chờ xác nhận" in page
    assert f"Mọi người trong {desk.stc.name}" in clerk.get(f"/documents/{given.id}/access").text
    own = (f"/documents/incoming/{given.id}", f"/documents/{given.id}/history", file)
    year = f"/documents/registers/{given.entry.register_id}/{given.entry.year}" if given.entry else ""
    around = (
        "/documents/incoming",
        "/search?q=sap+xep+lai+cho+lam",
        "/documents/search/suggest?q=sap+xep",
        year,
    )
    shown = {}
    for person in (colleague, desk.other_head, desk.officer, desk.office_head):
        client = client_of(person)
        shown[person.name] = [client.get(path).status_code for path in own]
        texts = [client.get(path).text for path in around if path != year or person.has_role(Role.CLERK)]
        assert all(SUBJECT not in one for one in texts) == (404 in shown[person.name]), person.name
    assert shown[colleague.name] == shown[desk.other_head.name] == [404, 404, 404]
    assert shown[desk.officer.name] == shown[desk.office_head.name] == [200, 200, 200]
    assert "Phạm vi xem: Thường → Trong đơn vị" in client_of(desk.officer).get(own[1]).text


def test_a_draft_for_its_unit_is_the_clerks_from_when_it_leaves_the_unit(
    desk: Office, kind: Callable[[str], Any], colleague: User
) -> None:
    worker = make_user("chuyenvien2", "Lê Văn Cạnh", desk.stc, "Chuyên viên", Role.OFFICER)
    fields = DraftFields(kind_id=kind("Báo cáo").id, subject=SUBJECT, signer_id=desk.leader.id)
    key = drafting.create(desk.officer, drafting.prepare(desk.officer, fields))
    document = db.session().get_one(Document, key)
    seen = lambda: [may(one, To.READ, document) for one in (worker, colleague)]  # noqa: E731
    assert seen() == [False, True]
    restricting.change(desk.officer, key, FOR_UNITS, REASON)
    assert seen() == [True, False]
    reviewing.submit(desk.officer, key)
    with pytest.raises(NotFound):
        reviewing.pass_layout(colleague, key, reviewing.LAYOUT_TICKS)
    reviewing.approve_in_unit(desk.head, key)
    reviewing.pass_layout(colleague, key, reviewing.LAYOUT_TICKS)
    reviewing.sign(desk.leader, key, reason="Bản quét bổ sung sau")
    issuing.give_number(colleague, key, clock.today())
    restricting.change(desk.officer, key, Wish(AccessLevel.NORMAL), REASON)
    assert seen() == [False, True]
    restricting.change(desk.officer, key, FOR_UNITS, REASON)
    with db.unit_of_work() as session:
        give_access(session.get_one(Document, key), f"d:{desk.stc.id}", reason="recipient")
    restricting.change(desk.officer, key, Wish(AccessLevel.NORMAL), REASON)
    assert seen() == [True, True]
