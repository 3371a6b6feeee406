"""Who may see which document: one document and a list say the same, and a stranger finds nothing."""

import random
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from documents.models.document import AccessLevel, Document
from documents.models.lifecycle import Direction, DocState
from documents.permissions import To, access_document, give_access, may, may_read, readable, visible_to
from documents.services import directing, registering
from documents.services.registering import Incoming
from intranet.core import clock, db, refs
from intranet.core.errors import Forbidden, NotFound
from intranet.people.models import Role, User
from intranet.tasks import services as tasks
from tests.documents import papers
from tests.factories import Office, make_unit, make_user

Make = Callable[..., Document]
Fields = Callable[..., Incoming]
ClientOf = Callable[[User], FlaskClient]


def people(desk: Office) -> list[User]:
    """One of each role, of both agencies."""
    auditor = make_user("thanhtra", "Phạm Văn Soát", desk.vp, "Thanh tra", Role.AUDITOR)
    archivist = make_user("luutru", "Đào Thị Kho", desk.admin_room, "Lưu trữ", Role.ARCHIVIST)
    return [
        desk.admin,
        desk.clerk,
        desk.leader,
        desk.office_head,
        desk.head,
        desk.officer,
        desk.other_head,
        desk.other_clerk,
        desk.other_leader,
        desk.stranger,
        auditor,
        archivist,
    ]


def test_one_document_and_the_list_agree_for_everybody(desk: Office, received: Make, fields: Fields) -> None:
    chance = random.Random(7)
    everyone = people(desk)
    made: list[Document] = []
    for n in range(24):
        org = desk.org if chance.random() < 0.7 else desk.other
        level = chance.choice(list(AccessLevel))
        document = received(
            org_id=org.id,
            access_level=level,
            direction=chance.choice(list(Direction)),
            state=DocState.DRAFT if n % 2 else DocState.REGISTERED,
        )
        unit = chance.choice([desk.stc, desk.sxd, desk.vp, desk.admin_room])
        person = chance.choice(everyone)
        principals = [f"u:{person.id}", f"d:{unit.id}", f"h:{unit.id}"]
        since = clock.now() + timedelta(seconds=chance.choice([-5, 5]))
        with db.unit_of_work(), db.across_orgs("the test gives rights in both agencies"):
            row = db.session().get_one(Document, document.id)
            give_access(row, *chance.sample(principals, chance.randint(0, 2)), reason="test", since=since)
        if org is desk.org and chance.random() < 0.4:
            tasks.assign_task(
                desk.leader,
                title="Việc",
                origin=document.ref,
                text="Giao việc",
                lead=tasks.Party(unit_id=unit.id),
                due_date=date(2026, 11, 30),
                release_at=since,
            )
        made.append(document)
    seen_by_somebody = 0
    for actor in everyone:
        with db.scope(actor.org_ids), db.across_orgs("comparing both ways of asking"):
            listed = set(db.session().scalars(select(Document.id).where(visible_to(actor))))
            single = {one.id for one in made if may(actor, To.READ, db.session().get_one(Document, one.id))}
            asked = {one.id for one in made if may_read(actor, one.id)}
            many = {one.id for one in readable(actor, [one.id for one in made])}
        assert listed == single == asked == many, actor.name
        seen_by_somebody += len(listed)
    assert 20 < seen_by_somebody < 200


def test_the_administrator_reads_no_document(desk: Office, received: Make) -> None:
    with pytest.raises(NotFound):
        access_document(desk.admin, received().id, To.READ)


def test_a_restricted_document_is_for_the_people_named_alone(desk: Office, received: Make) -> None:
    document = received(access_level=AccessLevel.NAMED)
    for person in (desk.clerk, desk.leader, desk.office_head):
        with pytest.raises(NotFound):
            access_document(person, document.id, To.READ)
    with db.unit_of_work():
        give_access(document, f"u:{desk.leader.id}", reason="named")
    assert access_document(desk.leader, document.id, To.READ).id == document.id
    with pytest.raises(NotFound):
        access_document(desk.clerk, document.id, To.READ)


def test_the_head_of_a_unit_sees_what_concerns_the_units_below(desk: Office, received: Make) -> None:
    below = make_unit(desk.org, "Phòng Ngân sách", "P. NS", "NS", desk.stc)
    worker = make_user("chuyenvien2", "Lê Văn Dưới", below, "Chuyên viên", Role.OFFICER)
    document = received()
    with db.unit_of_work():
        give_access(document, f"d:{below.id}", reason="test")
    assert may(desk.head, To.READ, document)
    assert may(worker, To.READ, document)
    assert not may(desk.officer, To.READ, document)
    assert not may(desk.other_head, To.READ, document)


@pytest.mark.parametrize(
    ("to", "allowed"),
    [
        (To.REGISTER, {"clerk"}),
        (To.PRESENT, {"clerk", "office_head"}),
        (To.DIRECT, {"leader"}),
        (To.FINISH, {"leader", "office_head"}),
        (To.REVIEW_LAYOUT, {"clerk", "leader", "office_head"}),
        (To.SIGN, {"leader"}),
        (To.NUMBER, {"clerk"}),
        (To.SEAL, {"clerk"}),
        (To.ISSUE, {"clerk"}),
        (To.CANCEL, {"clerk"}),
        (To.CONSENT, {"leader"}),
        (To.RECALL, {"clerk"}),
        (To.DECIDE_RECALL, {"leader"}),
    ],
)
def test_each_act_belongs_to_its_roles(desk: Office, received: Make, to: To, allowed: set[str]) -> None:
    document = received()
    with db.unit_of_work():
        for person in (desk.head, desk.officer):
            give_access(document, f"u:{person.id}", reason="test")
    for name in ("clerk", "leader", "office_head", "head", "officer"):
        person: User = getattr(desk, name)
        if name in allowed:
            assert access_document(person, document.id, to).id == document.id
        else:
            with pytest.raises(Forbidden, match=r"document.not_allowed"):
                access_document(person, document.id, to)


def test_a_party_of_another_agency_reads_the_one_document_behind_its_task(
    desk: Office, received: Make, fields: Fields, client_of: ClientOf
) -> None:
    with db.unit_of_work() as session:
        unit = session.merge(desk.sxd)
        unit.represents_id = desk.other.id
    (document, other) = papers.drop(
        desk.clerk, (papers.pdf(), "mot.pdf"), (papers.pdf(number="7"), "hai.pdf")
    )
    for one in (document, other):
        registering.register_incoming(desk.clerk, one.id, fields())
    directing.present(desk.clerk, document.id)
    directing.direct(
        desk.leader, document.id, directing.Direction(lead_unit_id=desk.sxd.id, due_date=date(2026, 11, 26))
    )
    client = client_of(desk.other_leader)
    assert client.get(f"/documents/incoming/{document.id}").status_code == 404
    clock.advance(timedelta(seconds=11))
    assert client.get(f"/documents/incoming/{document.id}").status_code == 200
    assert client.get(f"/documents/incoming/{other.id}").status_code == 404
    assert client.post(f"/documents/incoming/{document.id}/finish").status_code in (403, 404)
    stranger = client_of(desk.stranger)
    assert stranger.get(f"/documents/incoming/{document.id}").status_code == 404


def test_every_address_of_a_document_is_unknown_to_a_stranger(
    desk: Office, received: Make, client_of: ClientOf, app: object
) -> None:
    (document,) = papers.drop(desk.clerk, (papers.pdf(), "mot.pdf"))
    (file,) = refs_files(document)
    with db.unit_of_work() as session:
        session.get_one(Document, document.id).state = DocState.REGISTERED
    for person in (desk.other_clerk, desk.other_leader, desk.stranger, desk.officer):
        client = client_of(person)
        for rule in client.application.url_map.iter_rules():
            if "document_id" not in rule.arguments:
                continue
            path = rule.rule.replace("<int:document_id>", str(document.id))
            method = "GET" if "GET" in (rule.methods or ()) else "POST"
            answer = client.open(path, method=method, data={"reason": "một lý do đủ dài", "once": "k"})
            assert answer.status_code in (403, 404), (person.name, path)
            assert document.subject not in answer.text
        assert client.get(file).status_code == 404
    assert document.state is DocState.REGISTERED


def refs_files(document: Document) -> list[str]:
    """Addresses of the document's files."""
    from_here = refs.url(document.ref)
    assert from_here == f"/documents/incoming/{document.id}"
    return [file.url for file in papers.files.of(document.ref)]
