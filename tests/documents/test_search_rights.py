"""Search tells nobody of what may not be read: not in a row, a total, a facet, a badge or a suggestion."""

import re
from collections.abc import Callable
from dataclasses import fields as fields_of
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select

from documents.models.document import AccessLevel, Document
from documents.models.lifecycle import DocState
from documents.permissions import give_access, may_read
from documents.services import saved_searches
from documents.services.listing import Filters, incoming
from documents.services.registering import Incoming, register_incoming
from documents.services.searching import FITTING, Search
from intranet.core import db
from intranet.core.text import fold
from intranet.people.models import Role, User
from tests.factories import Office, make_user
from tests.tasks.making import give, look

ClientOf = Callable[[User], FlaskClient]
Make = Callable[..., Document]

#: A word that stands in every document of these tests, and the words that divide them.
SHARED = "khoán"


def _fill(desk: Office, received: Make) -> None:
    """A document for each way of coming near one, restricted and not, in both agencies."""
    near = {
        "nobody": (),
        "officer": (f"u:{desk.officer.id}",),
        "finance": (f"d:{desk.stc.id}",),
        "heads": (f"h:{desk.stc.id}",),
        "leader": (f"u:{desk.leader.id}",),
        "building": (f"d:{desk.sxd.id}",),
    }
    for level in AccessLevel:
        for name, principals in near.items():
            document = received(
                subject=f"Phương án {SHARED} {name} {level.value}",
                issuer_text=f"Sở {name} {level.value}",
                state=DocState.REGISTERED,
                access_level=level,
                number="41",
                symbol="PA-STC",
            )
            if principals:
                with db.unit_of_work() as session:
                    give_access(session.get_one(Document, document.id), *principals, reason="named")
    for level in AccessLevel:
        received(
            org_id=desk.other.id,
            created_by_id=desk.other_clerk.id,
            subject=f"Phương án {SHARED} ngành y {level.value}",
            issuer_text=f"Sở khác {level.value}",
            access_level=level,
        )


def test_search_finds_exactly_what_each_person_may_read(desk: Office, received: Make) -> None:
    _fill(desk, received)
    archivist = make_user("luutru", "Hà Thị Kho", desk.vp, "Lưu trữ viên", Role.ARCHIVIST)
    auditor = make_user("thanhtra", "Hà Văn Soi", desk.vp, "Thanh tra viên", Role.AUDITOR)
    people = [getattr(desk, one.name) for one in fields_of(Office)]
    seen: dict[str, int] = {}
    for person in [*(one for one in people if isinstance(one, User)), archivist, auditor]:
        with db.scope(person.org_ids):
            actor = db.session().get_one(User, person.id)
            with db.across_orgs("the test compares with the rule for one document"):
                every = db.session().execute(select(Document.id, Document.issuer_text)).all()
            readable = {key: issuer for key, issuer in every if may_read(actor, key)}
            own_orgs = select(Document.id).where(Document.org_id.in_(actor.org_ids))
            readable = {key: readable[key] for key in db.session().scalars(own_orgs) if key in readable}
            for typed in ("khoan", SHARED, '"phương án"', "phuong an -khonghe", "khoa*"):
                for order in ("new", FITTING):
                    search = Search(actor, typed, {}, order)
                    assert {hit.document.id for hit in search.page().hits} == set(readable), person.name
                    assert set(search.ids(99)) == set(readable)
                counted = search.counted()
                assert counted.total == search.count(99) == len(readable)
                issuers = dict(counted.facets.get("issuer", ()))
                assert issuers == dict.fromkeys(readable.values(), 1), person.name
                assert all(sum(n for _, n in pairs) <= len(readable) for pairs in counted.facets.values())
            assert {row.id for row in Search(actor, "phuong an khoan").suggested(99)} == set(readable)
            seen[person.name] = len(readable)
    assert seen["quantri"] == 0
    assert len(set(seen.values())) >= 5, seen


def test_a_hidden_document_changes_no_page_that_a_stranger_to_it_sees(
    desk: Office, received: Make, client_of: ClientOf
) -> None:
    received(subject="Báo cáo tháng", state=DocState.REGISTERED)
    saved_searches.save(desk.clerk, "Báo cáo", "báo cáo", {}, "", None)
    clients = {person.name: client_of(person) for person in (desk.clerk, desk.head, desk.stranger)}
    paths = ("/documents/search?q=bao+cao", "/documents/search", "/search?q=bao+cao")

    def pages() -> dict[tuple[str, str], Any]:
        found: dict[tuple[str, str], Any] = {}
        for name, client in clients.items():
            found[name, "suggest"] = client.get("/documents/search/suggest?q=bao+ca").json
            for path in paths:
                text = client.get(path).text
                main = text[text.index("<main") : text.index("</main>")]
                found[name, path] = re.sub(r'(name="(?:once|csrf_token)".*?value=)"[^"]*"', r"\1", main)
        return found

    before = pages()
    hidden = received(
        subject="Báo cáo nhân sự chưa công bố",
        issuer_text="Ban Tổ chức",
        state=DocState.REGISTERED,
        access_level=AccessLevel.NAMED,
        number="7",
        symbol="BC-BTC",
    )
    assert pages() == before
    with db.unit_of_work() as session:
        give_access(session.get_one(Document, hidden.id), f"u:{desk.clerk.id}", reason="named")
    after = pages()
    assert all("nhan su" in fold(str(after["vanthu", path])) for path in ("suggest", paths[0], paths[2]))
    assert {name for name, _ in (key for key in after if after[key] != before[key])} == {"vanthu"}


def test_a_shared_search_counts_for_each_person_what_that_person_may_read(
    desk: Office, received: Make, client_of: ClientOf
) -> None:
    for number in range(3):
        received(subject=f"Công văn mật độ xây dựng {number}", state=DocState.REGISTERED)
    with db.unit_of_work() as session:
        one = session.scalars(select(Document).order_by(Document.id)).first()
        assert one is not None
        give_access(one, f"d:{desk.stc.id}", reason="named")
    key = saved_searches.save(desk.head, "Mật độ", "mật độ", {"direction": "in"}, "", desk.stc.id)
    assert [row.id for row in saved_searches.seen_by(desk.officer)] == [key]
    assert saved_searches.counts(desk.officer, saved_searches.seen_by(desk.officer)) == {key: 1}
    assert saved_searches.seen_by(desk.other_head) == saved_searches.seen_by(desk.clerk) == []
    officer = client_of(desk.officer)
    assert "Mật độ" in officer.get("/documents/search").text
    body = {"name": "Của tôi", "unit_id": "", "once": "khoa-cua-toi-1"}
    for path in (f"/documents/search/saved/{key}", f"/documents/search/saved/{key}/delete"):
        assert officer.post(path, data=body).status_code == 404
    assert officer.get(f"/documents/search?edit={key}").status_code == 404


def test_the_code_of_a_task_finds_its_documents_where_both_may_be_seen(
    desk: Office, received: Make, fields: Callable[..., Incoming]
) -> None:
    for subject in ("Gốc", "Khác"):
        register_incoming(desk.clerk, received().id, fields(subject=subject))
    with db.unit_of_work() as session:
        origin = session.scalars(select(Document).where(Document.subject == "Gốc")).one().ref
    task_id = give(desk, origin=origin, is_restricted=True)
    code = look(desk.leader, task_id).code

    def subjects(actor: User, typed: str) -> list[str]:
        box = Filters(words=typed)
        listed = [one.subject for one in incoming(actor, box).rows]
        assert listed == [hit.document.subject for hit in Search(actor, typed).page().hits]
        assert listed == [one.subject for one in Search(actor, f"{typed}*").suggested(8)]
        return listed

    for typed in (code, code.lower(), f"NV-{int(code[-6:])}"):
        assert subjects(desk.leader, typed) == ["Gốc"], typed
        assert subjects(desk.clerk, typed) == [], "of the task the clerk knows nothing"
    assert subjects(desk.clerk, "goc") == ["Gốc"]
    assert subjects(desk.leader, "NV-999999") == []
