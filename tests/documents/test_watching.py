"""Whoever looks at a restricted document stands in a log, and each role sees its part of it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from documents.models.document import AccessLevel, Document
from documents.models.lifecycle import Direction
from documents.services import list_export, registering, restricting, watching
from documents.services.listing import Filters
from documents.services.restricting import Wish
from documents.services.watching import Wanted
from intranet.core import clock, db
from intranet.core.jobs import run_due
from intranet.people.models import Role, User
from intranet.records import counting, leaves
from intranet.records.counting import Uses
from intranet.records.tables import Format
from tests.counting import count_queries
from tests.documents import papers
from tests.factories import Office, make_user

ClientOf = Callable[[User], FlaskClient]
REASON = "Nội dung về nhân sự, chưa công bố"
SUBJECT = "Quy hoạch nhân sự chủ chốt khoá tới"


@pytest.fixture
def secret(desk: Office, fields: Callable[..., registering.Incoming]) -> Document:
    """A registered document with a file, restricted to the clerk and an officer."""
    (document,) = papers.drop(desk.clerk, (papers.pdf(), "mot.pdf"))
    registering.register_incoming(desk.clerk, document.id, fields(subject=SUBJECT))
    named = Wish(AccessLevel.NAMED, add=frozenset({desk.officer.id}))
    restricting.change(desk.clerk, document.id, named, REASON)
    return document


def acts(reader: User, **narrowed: object) -> list[tuple[int | None, str]]:
    """Who did what, newest first, as the reader sees it."""
    with db.scope(reader.org_ids):
        page = watching.page_of(reader, Wanted(**narrowed))  # type: ignore[arg-type]  # a test's shorthand
        return [(line.actor_id, line.act) for line in page.lines]


def test_opening_printing_searching_and_taking_along_are_noted(
    desk: Office, secret: Document, client_of: ClientOf
) -> None:
    officer, clerk = client_of(desk.officer), client_of(desk.clerk)
    officer.get(f"/documents/incoming/{secret.id}")
    officer.get(papers.files.of(secret.ref)[0].view_url)
    officer.get("/documents/search?q=quy+hoach")
    clerk.get(f"/documents/incoming/{secret.id}/slip.docx")
    clerk.get("/documents/incoming?tab=all&q=quy")
    clerk.get("/documents/incoming?tab=all")
    list_export.ask_list(desk.clerk, Direction.IN, Filters(tab="all"), ("subject",), Format.XLSX)
    run_due()
    told = acts(desk.leader)
    assert told[:3] == [
        (desk.clerk.id, "document.exported"),
        (desk.clerk.id, "document.found"),
        (desk.clerk.id, "document.printed"),
    ]
    mine = [act for person, act in told if person == desk.officer.id]
    assert mine == ["document.found", "file.opened", "document.opened"]


def test_who_may_not_see_the_document_reads_its_number_alone(
    desk: Office, secret: Document, client_of: ClientOf
) -> None:
    client_of(desk.officer).get(f"/documents/incoming/{secret.id}")
    for person in (desk.leader, desk.admin):
        page = client_of(person).get("/documents/access/log").text
        assert "văn bản đến số 1" in page
        assert desk.officer.full_name in page
        assert SUBJECT not in page
    assert SUBJECT in client_of(desk.officer).get("/documents/access/log").text


def test_each_sees_the_own_lines_and_a_head_those_of_the_unit(
    desk: Office, secret: Document, client_of: ClientOf
) -> None:
    client_of(desk.officer).get(f"/documents/incoming/{secret.id}")
    client_of(desk.clerk).get(f"/documents/incoming/{secret.id}")
    auditor = make_user("thanhtra", "Phạm Văn Soát", desk.vp, "Thanh tra", Role.AUDITOR)
    both = [(desk.clerk.id, "document.opened"), (desk.officer.id, "document.opened")]
    assert acts(auditor) == both
    assert acts(desk.officer) == both[1:]
    assert acts(desk.head) == both[1:]
    assert acts(desk.clerk) == both[:1]
    assert acts(desk.other_head) == acts(desk.other_leader) == []
    assert acts(auditor, act="file.opened") == []
    assert acts(auditor, first=clock.today() + timedelta(days=1)) == []


def test_the_log_is_leafed_through_both_ways_in_a_fixed_number_of_questions(
    desk: Office, secret: Document, client_of: ClientOf
) -> None:
    officer, leader = client_of(desk.officer), client_of(desk.leader)
    path = f"/documents/incoming/{secret.id}"
    officer.get(path)
    with count_queries() as few:
        leader.get("/documents/access/log")
    for _ in range(leaves.SIZE + 2):
        watching.note_taken(desk.officer, watching.PRINTED, {secret.id}, "book")
    with count_queries() as many:
        leader.get("/documents/access/log")
    assert len(many) <= len(few)
    with db.scope(desk.leader.org_ids):
        first = watching.page_of(desk.leader, Wanted())
        assert (len(first.lines), first.newer) == (leaves.SIZE, None)
        second = watching.page_of(desk.leader, Wanted(), before=first.older)
        assert (len(second.lines), second.older) == (3, None)
        back = watching.page_of(desk.leader, Wanted(), after=second.newer)
        assert [line.id for line in back.lines] == [line.id for line in first.lines]


def test_looks_fetches_and_prints_are_counted_without_names(
    desk: Office, fields: Callable[..., registering.Incoming], client_of: ClientOf
) -> None:
    (document,) = papers.drop(desk.clerk, (papers.pdf(), "mot.pdf"))
    registering.register_incoming(desk.clerk, document.id, fields(subject="Kế hoạch trồng rừng"))
    (file,) = papers.files.of(document.ref)
    clerk, leader = client_of(desk.clerk), client_of(desk.leader)
    page = f"/documents/incoming/{document.id}"
    for _ in range(3):
        # A page that stays open, or is opened again within a minute, is one look.
        clerk.get(page)
        clerk.get(page, headers={"HX-Request": "true"})
    leader.get(page)
    clerk.get(file.view_url).close()
    for _ in range(2):
        clerk.get(file.url).close()
    clerk.get(f"{page}/slip.pdf")
    leader.get(f"/documents/incoming/slips.pdf?id={document.id}")
    with db.scope({desk.org.id}):
        assert counting.of(document.ref, [file.id]) == (Uses(2, 2, 2), {file.id: Uses(1, 2, 0)})
        assert counting.total_of(desk.org.id) == (Uses(2, 2, 2), Uses(2, 2, 2))
        assert counting.total_of(desk.other.id) == (Uses(), Uses())
    history = clerk.get(f"/documents/{document.id}/history").text
    assert "Đã xem 2 lượt, tải 2 lượt, in 2 lượt" in history
    assert "Đã xem 1 lượt, tải 2 lượt" in history
    for person in (desk.leader, desk.admin):
        assert "Hôm nay: xem 2 lượt, tải 2 lượt, in 2 lượt." in client_of(person).get("/log").text
    assert "Hôm nay: xem" not in client_of(desk.officer).get("/log").text
    with db.scope({desk.org.id}):
        gone = file.id
        papers.files.remove(desk.clerk, file)
        # Another file may get its id.
        assert counting.of(document.ref, [gone])[1] == {}
