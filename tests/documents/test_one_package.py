"""One document taken along whole, and those reminded who have not opened it."""

import json
import zipfile
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from documents.models.document import AccessLevel, Document, Relation
from documents.services import directing, one_package, registering, tying, unseen
from documents.services.chaining import chain_hash
from documents.services.registering import Incoming
from intranet.core import db, jobs
from intranet.core.errors import BadState, Forbidden, NotFound
from intranet.exports import services as exports
from intranet.exports.models import Export
from intranet.notices.models import Notice
from intranet.people.models import User
from intranet.records import files, package
from tests.documents import papers
from tests.factories import Office

Make = Callable[..., Document]
Fields = Callable[..., Incoming]
ClientOf = Callable[[User], FlaskClient]


@pytest.fixture
def arrived(desk: Office, fields: Fields) -> Document:
    """A registered document with its PDF, put before the leader."""
    (document,) = papers.drop(desk.clerk, (papers.pdf(), "cv.pdf"))
    registering.register_incoming(desk.clerk, document.id, fields(not_duplicate_reason="bản thử nghiệm"))
    directing.present(desk.clerk, document.id, desk.leader.id)
    return db.session().get_one(Document, document.id)


def test_one_document_is_taken_along_with_its_history_files_and_sums(
    desk: Office, arrived: Document, received: Make, fields: Fields, client_of: ClientOf
) -> None:
    hidden = received(subject="Nhân sự chủ chốt")
    registering.register_incoming(desk.clerk, hidden.id, fields(subject="Nhân sự chủ chốt"))
    tying.tie(desk.clerk, arrived.id, hidden.id, Relation.RELATED)
    with db.unit_of_work() as session:
        session.get_one(Document, hidden.id).access_level = AccessLevel.NAMED
    client_of(desk.clerk).post(f"/documents/{arrived.id}/package")
    jobs.run_due()
    with db.scope({desk.org.id}):
        (row,) = db.session().scalars(select(Export)).all()
        (file,) = files.of(row.ref)
        path = files.path(file)
        assert path.exists()
    assert exports.KEPT
    assert package.verify(path) == ([], True)
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        history = archive.read("van-ban/lich-su.csv").decode("utf-8-sig")
        ledger = [json.loads(one) for one in archive.read("so/nhat-ky-dong-so.jsonl").splitlines()]
        ties = archive.read("van-ban/lien-quan.jsonl")
        whole = b"".join(archive.read(name) for name in names)
    assert "van-ban/tep/01-cv.pdf" in names
    assert "Vào sổ" in history
    assert desk.clerk.full_name in history
    assert chain_hash(ledger[0]["prev_hash"], ledger[0]["event"]) == ledger[0]["hash"]
    assert (ties, "Nhân sự chủ chốt".encode() in whole) == (b"", False)


def test_of_what_one_may_not_read_nothing_is_packed(desk: Office, arrived: Document) -> None:
    for person in (desk.stranger, desk.officer, desk.admin):
        with db.scope(person.org_ids), pytest.raises(NotFound):
            one_package.ask(person, arrived.id)


def test_those_who_have_not_opened_it_are_reminded_once_a_day(
    desk: Office, arrived: Document, client_of: ClientOf
) -> None:
    path, head = f"/documents/incoming/{arrived.id}", client_of(desk.office_head)
    assert "Nhắc 1 người" in head.get(path).text
    assert "Nhắc 1 người" not in client_of(desk.clerk).get(path).text
    with pytest.raises(Forbidden):
        unseen.remind(desk.clerk, arrived.id)
    assert unseen.remind(desk.office_head, arrived.id) == 1
    with pytest.raises(BadState, match=r"document.urged_today"):
        unseen.remind(desk.office_head, arrived.id)
    with db.scope({desk.org.id}):
        kind = Notice.kind == "document.unseen"
        assert db.session().scalars(select(Notice.user_id).where(kind)).all() == [desk.leader.id]
    page = client_of(desk.leader).get(path).text
    assert "<span>chưa xem</span>" not in page
    assert "Nhắc 1 người" not in page
    with pytest.raises(BadState, match=r"document.all_seen"):
        unseen.remind(desk.office_head, arrived.id)
    assert "Nhắc 1 người" not in head.get(path).text
