"""Papers entered without a file, and files that come to a document later."""

from collections.abc import Callable
from typing import Any

import pytest

from documents.models.catalogue import Channel
from documents.models.document import Document
from documents.models.lifecycle import DocState
from documents.services import attaching, catalogue, drafting, registering
from documents.services.drafting import DraftFields
from documents.services.registering import Incoming
from intranet.core import db
from intranet.core.errors import BadState, Forbidden, Invalid
from intranet.records import files
from tests.documents import papers
from tests.factories import Office

Fields = Callable[..., Incoming]


@pytest.fixture
def paper(desk: Office) -> Document:
    """A paper that the clerk enters by hand."""
    return db.session().get_one(Document, attaching.enter_paper(desk.clerk))


def roles_of(document: Document) -> list[tuple[str, str]]:
    """Role and name of each file."""
    return [(file.role, file.name) for file in files.of(document.ref)]


def test_a_paper_without_a_file_is_registered_and_its_scan_comes_later(
    desk: Office, paper: Document, fields: Fields
) -> None:
    assert attaching.enter_paper(desk.clerk) == paper.id
    number = registering.register_incoming(desk.clerk, paper.id, fields())
    assert (number, paper.state, paper.arrival_channel) == (1, DocState.REGISTERED, Channel.POST)
    assert attaching.enter_paper(desk.clerk) != paper.id
    scan, annex = papers.pdf(), papers.pdf(place="Hải Phòng")
    attaching.add_file(desk.clerk, paper.id, papers.stage(desk.clerk, scan, "quet.pdf"))
    attaching.add_file(desk.clerk, paper.id, papers.stage(desk.clerk, annex, "phu-luc.pdf"))
    assert roles_of(paper) == [("main_pdf", "quet.pdf"), ("annex", "phu-luc.pdf")]
    assert paper.main_sha256 == files.of(paper.ref)[0].sha256
    assert paper.page_count == 1


def test_a_file_that_is_there_already_or_none_at_all_is_refused(desk: Office, paper: Document) -> None:
    attaching.add_file(desk.clerk, paper.id, papers.stage(desk.clerk, papers.pdf(), "mot.pdf"))
    again = papers.stage(desk.clerk, papers.pdf(), "hai.pdf")
    with pytest.raises(Invalid, match=r"document.file_known"):
        attaching.add_file(desk.clerk, paper.id, again)
    with pytest.raises(Invalid, match=r"file.none_given"):
        attaching.add_file(desk.clerk, paper.id, "")
    assert roles_of(paper) == [("main_pdf", "mot.pdf")]


def test_only_the_clerk_enters_papers_and_adds_to_what_came_in(desk: Office, paper: Document) -> None:
    with pytest.raises(Forbidden):
        attaching.enter_paper(desk.officer)
    staged = papers.stage(desk.office_head, papers.pdf(), "a.pdf")
    with pytest.raises(Forbidden):
        attaching.add_file(desk.office_head, paper.id, staged)
    registering.return_document(desk.clerk, paper.id, "Không thuộc cơ quan này")
    with pytest.raises(BadState, match=r"document.wrong_state"):
        attaching.add_file(desk.clerk, paper.id, papers.stage(desk.clerk, papers.pdf(), "b.pdf"))


def test_the_form_keeps_how_it_came_and_says_when_the_paper_is_there(
    desk: Office, paper: Document, client_of: Any
) -> None:
    page = client_of(desk.clerk).get(f"/documents/incoming/intake/{paper.id}").text
    assert '<option selected value="post">Bưu điện' in page
    assert "Văn bản giấy, chưa có tệp" in page


def test_what_came_over_the_network_stays_so_when_it_is_registered(
    desk: Office, paper: Document, fields: Fields
) -> None:
    with db.unit_of_work() as session:
        session.get_one(Document, paper.id).arrival_channel = Channel.INTERNAL
    registering.register_incoming(desk.clerk, paper.id, fields())
    assert paper.arrival_channel is Channel.INTERNAL


def test_an_annex_is_added_to_a_draft_on_a_page(desk: Office, client_of: Any) -> None:
    kind = catalogue.kind_named(desk.org.id, "Công văn")
    assert kind is not None
    written = DraftFields(kind_id=kind.id, subject="Báo cáo", body=("Nội dung.",), signer_id=desk.leader.id)
    key = drafting.create(desk.officer, drafting.prepare(desk.officer, written))
    client, place = client_of(desk.officer), f"/documents/{key}/files/new"
    assert client.get(place).status_code == 200
    assert client.post(place, data={}).status_code == 422
    sent = client.post(place, data={"file_id": papers.stage(desk.officer, papers.pdf(), "phu-luc.pdf")})
    assert sent.status_code == 302
    assert ("annex", "phu-luc.pdf") in roles_of(db.session().get_one(Document, key))
    assert "phu-luc.pdf" in client.get(f"/documents/drafts/{key}").text
