"""The table of rights asked over HTTP: each role, each act on incoming documents, numbers and registers."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from documents.models.asking import AskedState, NumberRequest
from documents.models.copies import CopyUse, UseState
from documents.models.document import AccessLevel, Document
from documents.models.lifecycle import Direction, DocState
from documents.models.printing import RegisterPrint
from documents.models.register import EntryState, RegisterEntry, RegisterKind
from documents.permissions import give_access
from documents.services import asking, catalogue, directing, holding, lending, recalling, registering
from documents.services.verifying import verify_register
from intranet.core import clock, db
from intranet.core.errors import BadState, Forbidden, Invalid, NotFound
from intranet.core.refs import Ref
from intranet.people.models import Role, User
from intranet.people.services.standing_in import end_stand_in, name_substitute
from intranet.records import audit
from tests.factories import Office, make_user
from tests.people.test_standing_in import Browser, act_for

Make = Callable[..., Document]
ClientOf = Callable[[User], FlaskClient]
REASON = "Một lý do đủ dài để ghi"
ROLES = ("clerk", "leader", "office_head", "unit_head", "officer", "archivist", "auditor", "admin")
#: Who may, of those who can read the document (incoming and outgoing) or of everybody (registers).
ALLOWED: dict[str, set[str]] = {
    "/documents/incoming/intake": {"clerk"},
    "POST /documents/incoming/intake/paper": {"clerk"},
    "/documents/incoming/unread": {"clerk"},
    "POST /documents/incoming/unread": {"clerk"},
    "POST /documents/{presented}/unseen": {"leader", "office_head", "unit_head"},
    "POST /documents/{registered}/package": {
        "clerk", "leader", "office_head", "unit_head", "officer", "archivist", "auditor",
    },
    "/documents/incoming/slips.pdf?id={registered}": {
        "clerk", "leader", "office_head", "unit_head", "officer", "archivist", "auditor",
    },
    "/documents/{received}/files/new": {"clerk"},
    "/documents/{registered}/files/new": {"clerk"},
    "POST /documents/incoming/intake/{received}/return": {"clerk"},
    "POST /documents/incoming/intake/{received}/merge": {"clerk"},
    "POST /documents/incoming/{registered}/present": {"clerk", "office_head"},
    "POST /documents/incoming/{registered}/transfer": {"clerk"},
    "/documents/incoming/{presented}/receipt": {"clerk"},
    "POST /documents/incoming/{presented}/receipt": {"clerk"},
    "POST /documents/incoming/transfer?id={registered}": {"clerk"},
    "POST /documents/incoming/urgency?id={registered}": {"clerk", "office_head"},
    "/documents/transfers": {"office_head", "admin"},
    "/documents/{registered}/field": {"clerk", "office_head"},
    "POST /documents/incoming/field?id={registered}": {"clerk", "office_head"},
    "/documents/catalogue/fields": {"office_head", "admin", "auditor"},
    "/documents/catalogue/fields/new": {"admin"},
    "/documents/catalogue/parties": {"office_head", "admin", "auditor"},
    "/documents/catalogue/parties/new": {"admin"},
    "/documents/catalogue/kinds": {"office_head", "admin", "auditor"},
    "/documents/catalogue/kinds/new": {"office_head", "admin"},
    "/documents/catalogue/phrases": {"office_head", "admin", "auditor"},
    "/documents/catalogue/phrases/new": {"office_head", "admin"},
    "/documents/inbox": {"leader"},
    "POST /documents/inbox/{presented}/direct": {"leader"},
    "POST /documents/inbox/{presented}/know": {"leader"},
    "POST /documents/incoming/{processing}/finish": {"leader", "office_head"},
    "POST /documents/incoming/{done}/reopen": {"leader", "office_head"},
    "POST /documents/incoming/{registered}/recalled": {"clerk"},
    "/documents/incoming/{registered}": {
        "clerk", "leader", "office_head", "unit_head", "officer", "archivist", "auditor",
    },
    "/documents/{registered}/access": {"clerk", "leader", "office_head"},
    "POST /documents/{registered}/access": {"clerk", "leader", "office_head"},
    "/documents/access/log": set(ROLES),
    "/documents/access/many?id={registered}": {"clerk", "leader", "office_head", "unit_head", "officer"},
    "/documents/{registered}/history": {
        "clerk", "leader", "office_head", "unit_head", "officer", "archivist", "auditor",
    },
    "POST /documents/drafts/{draft}/submit": {"clerk", "office_head", "unit_head", "officer"},
    "POST /documents/drafts/{draft}/fields": {"clerk", "office_head", "unit_head", "officer"},
    "POST /documents/drafts/{unit_review}/unit-approve": {"unit_head"},
    "POST /documents/drafts/{unit_review}/unit-return": {"unit_head"},
    "POST /documents/drafts/{layout_review}/layout-pass": {"clerk", "leader", "office_head"},
    "POST /documents/drafts/{layout_review}/layout-return": {"clerk", "leader", "office_head"},
    "POST /documents/drafts/{to_sign}/sign": {"leader"},
    "POST /documents/drafts/{to_sign}/sign-return": {"leader"},
    "/documents/signing": {"leader"},
    "/documents/{registered}/ties/new": {"clerk", "office_head"},
    "/documents/{draft}/ties/new": {"clerk", "office_head", "unit_head", "officer"},
    "POST /documents/{registered}/ties/remove": {"clerk", "office_head"},
    "POST /documents/drafts/{signed}/number": {"clerk"},
    "POST /documents/drafts/{signed}/held-number": {"clerk"},
    "POST /documents/drafts/{signed}/sub-number": {"clerk"},
    "POST /documents/drafts/{numbered}/seal": {"clerk"},
    "POST /documents/drafts/{sealed}/issue": {"clerk"},
    "POST /documents/drafts/{issued}/envelopes": {"clerk"},
    "POST /documents/drafts/{numbered}/cancel": {"clerk"},
    "POST /documents/drafts/{numbered}/cancel/consent": {"leader"},
    "POST /documents/drafts/{issued}/recall/order": {"leader"},
    "POST /documents/drafts/{issued}/recall": {"clerk"},
    "/documents/drafts/new": {"clerk", "office_head", "unit_head", "officer"},
    "/documents/{issued}/copy": {"clerk", "leader", "office_head", "unit_head", "officer", "archivist"},
    "POST /documents/{issued}/copy": {"clerk", "leader", "office_head", "unit_head", "officer", "archivist"},
    "/documents/copies": {"clerk", "leader", "office_head", "unit_head", "officer", "archivist", "auditor"},
    "POST /documents/copies/{use}/decide": {"leader", "office_head"},
    "POST /documents/copies/{use}/give": {"clerk", "archivist"},
    "POST /documents/copies/{use}/return": {"clerk", "archivist"},
    "/documents/numbers": {"clerk", "leader", "office_head", "unit_head", "officer", "auditor"},
    "POST /documents/numbers": {"clerk", "office_head", "unit_head", "officer"},
    "POST /documents/numbers/requests/{request}": {"clerk"},
    "POST /documents/numbers/lines/{line}/cancel": {"clerk"},
    "/documents/registers": {"clerk", "leader", "office_head", "unit_head", "archivist", "auditor"},
    "/documents/registers/{register}/2026": {
        "clerk", "leader", "office_head", "unit_head", "archivist", "auditor",
    },
    "/documents/registers/lines/{line}": {"clerk", "leader", "office_head", "archivist", "auditor"},
    "POST /documents/registers/lines/{line}/amend": {"clerk"},
    "POST /documents/registers/lines/{line}/strike": {"clerk"},
    "POST /documents/registers/{register}/verify": {"clerk", "leader", "office_head", "archivist", "auditor"},
    "POST /documents/registers/{register}/2026/closing": {"clerk"},
    "POST /documents/registers/{register}/2026/close": {"clerk"},
    "/documents/registers/{register}/print": {"clerk", "leader", "office_head", "auditor"},
    "POST /documents/registers/{register}/print": {"clerk", "leader", "office_head", "auditor"},
    "POST /documents/registers/{register}/2026/kept": {"clerk", "leader", "office_head", "auditor"},
    "POST /documents/registers/prints/{print}/seal": {"clerk"},
    "/documents/registers/secret": {"clerk", "leader", "office_head", "archivist", "auditor"},
    "POST /documents/registers/secret": {"clerk"},
    "/documents/registers/settings": {"admin"},
    "POST /documents/registers/{register}/series": {"admin"},
    "POST /documents/registers/{register}/pattern": {"admin"},
}  # fmt: skip


@pytest.fixture
def people(desk: Office) -> dict[str, User]:
    """One person of each role, of the same agency."""
    return {
        "clerk": desk.clerk,
        "leader": desk.leader,
        "office_head": desk.office_head,
        "unit_head": desk.head,
        "officer": desk.officer,
        "archivist": make_user("luutru", "Đào Thị Kho", desk.admin_room, "Lưu trữ", Role.ARCHIVIST),
        "auditor": make_user("thanhtra", "Phạm Văn Soát", desk.vp, "Thanh tra", Role.AUDITOR),
        "admin": desk.admin,
    }


@pytest.fixture
def things(desk: Office, received: Make, people: dict[str, User]) -> dict[str, int]:
    """A document in each state that everybody but the administrator may read, a register and a held line."""
    kind = catalogue.kind_named(desk.org.id, "Quyết định")
    assert kind is not None
    made = {}
    for state in ("received", "registered", "presented", "processing", "done"):
        made[state] = received(state=DocState(state)).id
    for state in ("signed", "numbered", "sealed", "issued"):
        document = received(state=DocState(state), direction=Direction.OUT, kind_id=kind.id, symbol="QĐ-UBND")
        made[state] = document.id
    for state in ("draft", "unit_review", "layout_review", "to_sign"):
        document = received(
            state=DocState(state),
            direction=Direction.OUT,
            kind_id=kind.id,
            unit_id=desk.stc.id,
            drafter_id=desk.officer.id,
            signer_id=desk.leader.id,
        )
        made[state] = document.id
    for key in made.values():
        with db.unit_of_work():
            document = db.session().get_one(Document, key)
            names = (person for role, person in people.items() if role != "admin")
            give_access(document, *(f"u:{person.id}" for person in names), reason="named")
    register = catalogue.register_for(desk.org.id, RegisterKind.OUT, None)
    holding.reserve(desk.clerk, register.id, count=1, reason=REASON, expires_on=clock.today())
    line = db.session().scalars(select(RegisterEntry.id)).one()
    asked = asking.ask_hold(desk.officer, register.id, count=1, reason=REASON, expires_on=clock.today())
    wanted = lending.Asking("Đối chiếu hồ sơ", clock.today())
    use = lending.ask(desk.clerk, made["issued"], wanted)
    with db.unit_of_work() as session:
        kept = RegisterPrint(org_id=desk.org.id, register_id=register.id, year=2026, head_hash="0" * 64)
        kept.export_id, kept.asked_by_id, kept.asked_at = 0, desk.clerk.id, clock.now()
        session.add(kept)
        session.flush()
        printed = kept.id
    return made | {"register": register.id, "line": line, "use": use, "print": printed, "request": asked}


def sent(things: dict[str, int]) -> dict[str, object]:
    """What every form of the table is sent: what one does not know it leaves alone."""
    hold = {"register_id": things["register"], "count": 1, "expires_on": f"{clock.today():%d/%m/%Y}"}
    return {"reason": REASON, "agree": "yes", "first": things["registered"]} | hold


def renew(things: dict[str, int], ask: str) -> None:
    """What an earlier person of the table has done to the record is not done yet."""
    with db.unit_of_work() as session:
        for name in re.findall(r"{(\w+)}", ask):
            if name in set(DocState):
                session.get_one(Document, things[name]).state = DocState(name)
            elif name == "use":
                session.get_one(CopyUse, things[name]).state = UseState.ASKED
            elif name == "request":
                session.get_one(NumberRequest, things[name]).state = AskedState.ASKED


@pytest.mark.pages
@pytest.mark.parametrize("role", ROLES)
def test_every_cell_of_the_table_answers_over_http(
    people: dict[str, User], things: dict[str, int], client_of: ClientOf, role: str
) -> None:
    client, wrong = client_of(people[role]), []
    for ask, allowed in ALLOWED.items():
        if role in allowed and ask.startswith("POST"):
            continue  # what is allowed is done in tests of its own; here it would change what comes next
        method, path = ("POST", ask[5:]) if ask.startswith("POST") else ("GET", ask)
        answer = client.open(path.format(**things), method=method, data=sent(things))
        refused = answer.status_code in (403, 404)
        if refused is (role in allowed):
            wrong.append((ask, answer.status_code))
    assert wrong == []


@pytest.mark.pages
@pytest.mark.parametrize("ask", [ask for ask in ALLOWED if ask.startswith("POST")])
def test_whoever_the_table_allows_is_let_in(
    people: dict[str, User], things: dict[str, int], client_of: ClientOf, ask: str
) -> None:
    wrong = []
    for role in sorted(ALLOWED[ask]):
        renew(things, ask)
        answer = client_of(people[role]).post(ask[5:].format(**things), data=sent(things))
        if answer.status_code in (401, 403, 404, 500):
            wrong.append((role, answer.status_code))
    assert wrong == []


def test_who_stands_in_for_the_leader_directs_as_long_as_the_delegation_holds(
    desk: Office, things: dict[str, int], client_of: Browser
) -> None:
    head, path = client_of(desk.office_head), f"/documents/inbox/{things['presented']}/know"
    assert head.post(path).status_code == 403
    day = clock.today()
    delegation = name_substitute(
        desk.admin, desk.leader.id, desk.office_head.id, first_date=day, last_date=day, reason="Đi công tác"
    )
    assert act_for(head, delegation) == 302
    assert head.post(path).status_code == 302
    renew(things, "{presented}")
    with db.scope({desk.org.id}):
        line = audit.history(Ref("document", things["presented"]))[0]
    assert (line.act, line.actor_id, line.acting_for_id) == (
        "document.know",
        desk.office_head.id,
        desk.leader.id,
    )
    end_stand_in(desk.admin, delegation)
    head.get("/me")
    assert head.post(path).status_code == 403


def test_each_reads_and_changes_what_the_own_unit_and_person_have_and_nothing_beside_it(
    desk: Office, received: Make, client_of: ClientOf, people: dict[str, User]
) -> None:
    made, theirs = [], (f"d:{desk.stc.id}", f"d:{desk.sxd.id}", f"u:{desk.officer.id}")
    for one in theirs:
        document = received(state=DocState.REGISTERED)
        with db.unit_of_work():
            give_access(document, one, reason="directive")
        made.append(document.id)
    drafts = [
        received(
            state=DocState.UNIT_REVIEW, direction=Direction.OUT, unit_id=unit.id, drafter_id=person.id
        ).id
        for unit, person in ((desk.stc, desk.officer), (desk.sxd, desk.other_head))
    ]
    for key, unit in zip(drafts, (desk.stc, desk.sxd), strict=True):
        with db.unit_of_work() as session:
            give_access(session.get_one(Document, key), f"d:{unit.id}", reason="unit")

    def found(person: User) -> str:
        client = client_of(person)
        return "".join(
            "R" if client.get(f"/documents/incoming/{key}").status_code == 200 else "-" for key in made
        )

    seen = {role: found(people[role]) for role in ROLES} | {"other_head": found(desk.other_head)}
    assert seen == {
        "clerk": "RRR",
        "leader": "RRR",
        "office_head": "RRR",
        "unit_head": "R--",
        "other_head": "-R-",
        "officer": "R-R",
        "archivist": "---",
        "auditor": "RRR",
        "admin": "---",
    }
    head = client_of(desk.head)
    paths = [f"/documents/drafts/{key}/unit-approve" for key in reversed(drafts)]
    assert [head.post(path).status_code for path in paths] == [404, 302]


def test_a_unit_head_looks_into_registers_for_what_the_unit_may_read(
    desk: Office, received: Make, fields: Callable[..., Any], client_of: ClientOf
) -> None:
    lines = []
    for subject, unit in (("Dự toán của Sở Tài chính", desk.stc), ("Quy hoạch của Sở Xây dựng", desk.sxd)):
        document = received()
        registering.register_incoming(desk.clerk, document.id, fields(subject=subject))
        with db.unit_of_work() as session:
            give_access(session.get_one(Document, document.id), f"d:{unit.id}", reason="directive")
            lines.append(session.scalars(select(RegisterEntry).order_by(RegisterEntry.id.desc())).first())
    head, (mine, other) = client_of(desk.head), lines
    assert mine is not None
    assert other is not None
    page = head.get(f"/documents/registers/{mine.register_id}/{mine.year}").text
    assert ("Dự toán của Sở Tài chính" in page, "Quy hoạch của Sở Xây dựng" in page) == (True, False)
    assert head.get(f"/documents/registers/lines/{mine.id}").status_code == 200
    assert head.get(f"/documents/registers/lines/{other.id}").status_code == 404
    assert head.post(f"/documents/registers/{mine.register_id}/verify").status_code == 403
    whole = client_of(desk.clerk).get(f"/documents/registers/{mine.register_id}/{mine.year}").text
    assert "Quy hoạch của Sở Xây dựng" in whole


def test_held_numbers_are_asked_for_and_granted_by_those_of_the_table(
    people: dict[str, User], things: dict[str, int]
) -> None:
    given: dict[str, Any] = {"count": 1, "reason": REASON, "expires_on": clock.today()}
    holds, asks = set(), set()
    for role, person in people.items():
        try:
            holding.reserve(person, things["register"], **given)
            holds.add(role)
        except Forbidden:
            pass
        try:
            asking.ask_hold(person, things["register"], **given)
            asks.add(role)
        except Forbidden:
            pass
    # The office head of this office heads a unit too.
    assert (holds, asks - holds) == ({"clerk", "office_head"}, {"unit_head", "officer"})


def test_a_document_recalled_by_its_issuer_is_locked_and_tied_to_the_recall(
    desk: Office, received: Make, fields: Callable[..., Any]
) -> None:
    document, order = received(), received()
    for one, number in ((document, "41"), (order, "57")):
        registering.register_incoming(desk.clerk, one.id, fields(number=number))
    with pytest.raises(Invalid, match=r"document.no_such_code"):
        recalling.note_recall(desk.clerk, document.id, "Theo công văn thu hồi của Bộ", "99/BTC-ĐT")
    with pytest.raises(Forbidden):
        recalling.note_recall(desk.leader, document.id, "Theo công văn thu hồi của Bộ")
    recalling.note_recall(desk.clerk, document.id, "Theo công văn thu hồi của Bộ", "57/BTC-ĐT")
    with db.scope({desk.org.id}):
        after = db.session().get_one(Document, document.id)
        assert after.state is DocState.RECALLED
        assert after.entry is not None
        assert after.entry.state is EntryState.RECALLED
        register = after.entry.register_id
    assert verify_register(desk.clerk, register) == []
    for act in (
        lambda: directing.present(desk.clerk, document.id),
        lambda: recalling.note_recall(desk.clerk, document.id, "Thu hồi thêm một lần nữa"),
        lambda: registering.register_incoming(desk.clerk, document.id, fields()),
    ):
        with pytest.raises(BadState, match=r"document.wrong_state"):
            act()


@pytest.mark.parametrize("state", [DocState.MERGED, DocState.RECALLED])
def test_what_was_merged_or_recalled_is_not_recalled(desk: Office, received: Make, state: DocState) -> None:
    with pytest.raises(BadState, match=r"document.wrong_state"):
        recalling.note_recall(desk.clerk, received(state=state).id, "Theo công văn thu hồi của Bộ")


def test_the_page_of_a_document_offers_the_recall_to_the_clerk_alone(
    desk: Office, received: Make, fields: Callable[..., Any], client_of: ClientOf
) -> None:
    document = received()
    registering.register_incoming(desk.clerk, document.id, fields())
    path = f"/documents/incoming/{document.id}"
    assert "Ghi nhận bị thu hồi" in client_of(desk.clerk).get(path).text
    assert "Ghi nhận bị thu hồi" not in client_of(desk.leader).get(path).text
    answer = client_of(desk.clerk).post(f"{path}/recalled", data={"reason": "Theo công văn thu hồi của Bộ"})
    assert answer.status_code == 302
    assert "Bị thu hồi" in client_of(desk.leader).get(path).text


def test_a_restricted_document_is_found_by_nobody_but_those_named(
    desk: Office, received: Make, client_of: ClientOf
) -> None:
    document = received(state=DocState.REGISTERED, access_level=AccessLevel.NAMED, subject="Nhân sự chủ chốt")
    with db.unit_of_work():
        give_access(document, f"u:{desk.leader.id}", reason="named")
    assert client_of(desk.leader).get(f"/documents/incoming/{document.id}").status_code == 200
    client = client_of(desk.clerk)
    assert client.get(f"/documents/incoming/{document.id}").status_code == 404
    assert "Nhân sự chủ chốt" not in client.get("/documents/incoming").text
    with pytest.raises(NotFound):
        directing.present(desk.clerk, document.id)
