"""What is reported on a document's tasks is found with it, by whoever may read all of these reports alone."""

from collections.abc import Callable

import pytest
from sqlalchemy import update

from documents.models.document import AccessLevel, Document
from documents.models.lifecycle import DocState
from documents.services import indexing, restricting, searching
from documents.services.restricting import Wish
from documents.services.searching import FITTING, Search
from intranet.core import db
from intranet.core.refs import Ref
from intranet.people.models import User
from intranet.records import files
from intranet.records.models import Blob, Reading
from intranet.tasks import services as tasks
from intranet.tasks.services import Party
from tests.factories import Office
from tests.tasks.making import give

Make = Callable[..., Document]
SUBJECT = "Kế hoạch trồng rừng"


@pytest.fixture
def document(desk: Office, received: Make) -> Document:
    """A document in the register that concerns the unit with the task."""
    return received(state=DocState.REGISTERED, subject=SUBJECT)


def given(desk: Office, document: Document, **values: bool) -> int:
    """A task of the document for an official."""
    officer = Party(user_id=desk.officer.id)
    return give(desk, by=desk.leader, lead=officer, origin=document.ref, **values)


def found(actor: User, typed: str) -> list[str]:
    """Subjects that a search finds, with everything that it counts and shows as well."""
    search = Search(actor, typed)
    hits = search.page().hits
    assert search.counted().total == len(hits) == len(Search(actor, typed, {}, FITTING).page().hits)
    return [hit.document.subject for hit in hits]


def test_a_word_of_a_report_finds_the_document_for_who_reads_every_task_and_for_nobody_else(
    desk: Office, document: Document
) -> None:
    task = given(desk, document)
    tasks.report_progress(desk.officer, task, 40, "Đã giao cây giống, còn thiếu phân bón")
    assert found(desk.leader, "cây giống") == []
    indexing.index_changed()
    indexing.refresh()
    for typed in ("cây giống", '"con thieu"', "phan bon rung", "gion*"):
        assert found(desk.leader, typed) == found(desk.office_head, typed) == [SUBJECT], typed
        assert found(desk.clerk, typed) == found(desk.other_leader, typed) == [], typed
    (hit,) = Search(desk.leader, "phân bón").page().hits
    assert [piece.text for piece in hit.snippet if piece.is_found] == ["phân", "bón"]
    assert hit.file == "Báo cáo thực hiện"
    assert found(desk.leader, "rừng -giong") == []
    # The clerk reads the document and not the report: nothing typed tells what stands there.
    assert found(desk.clerk, "rừng -giong") == [SUBJECT]
    for typed in ("0rgiong", "0rgio*", '"0rcay 0rgiong"', "0r*"):
        assert found(desk.clerk, typed) == [], typed
    assert Search(desk.leader, "giống*").suggested(5) == []


def test_a_restricted_task_s_report_is_found_by_nobody_and_one_that_becomes_so_is_gone_at_once(
    desk: Office, document: Document
) -> None:
    secret = given(desk, document, is_restricted=True)
    tasks.report_progress(desk.officer, secret, 10, "Ranh giới bị tranh chấp")
    open_ = given(desk, document)
    tasks.report_progress(desk.officer, open_, 10, "Giống đã về kho")
    indexing.index_changed()
    people = (desk.leader, desk.office_head, desk.clerk, desk.officer, desk.head)
    assert [found(one, "tranh chấp") for one in people] == [[]] * len(people)
    assert found(desk.leader, "giống") == [SUBJECT]
    wish = Wish(level=AccessLevel.NAMED, add=frozenset({desk.leader.id}))
    restricting.change(desk.clerk, document.id, wish, "Có nội dung nhạy cảm cần hạn chế")
    assert found(desk.leader, "rừng") == [SUBJECT]
    assert found(desk.leader, "giống") == []
    indexing.index_changed()
    assert found(desk.leader, "giống") == []
    restricting.change(desk.clerk, document.id, Wish(level=AccessLevel.NORMAL), "Không còn phải hạn chế")
    indexing.index_changed()
    assert found(desk.leader, "giống") == [SUBJECT]
    assert found(desk.leader, "tranh chấp") == []


def test_a_result_that_is_taken_back_is_gone_and_files_of_reports_are_found_once_they_are_read(
    desk: Office, document: Document
) -> None:
    task = given(desk, document)
    report = tasks.report_finished(desk.officer, task, "Hoàn thành ba mươi hecta")
    kept = files.keep(b"Bien ban nghiem thu", "bien-ban.txt", "text/plain")
    with db.unit_of_work() as session:
        files.attach_kept(desk.officer, kept, Ref("task_report", report), org_id=desk.org.id, role="report")
        session.add(Reading(sha256=kept.sha256, text="Biên bản nghiệm thu", blocks=[], active=[]))
        session.get_one(Blob, kept.sha256).is_unread = not session.get_one(Blob, kept.sha256).is_unread
    indexing.index_changed()
    assert found(desk.leader, "hecta") == found(desk.leader, '"nghiệm thu"') == [SUBJECT]
    tasks.take_back(desk.officer, task)
    indexing.index_changed()
    assert found(desk.leader, "hecta") == found(desk.leader, "nghiem thu") == []
    assert found(desk.leader, "rừng") == [SUBJECT]


def test_a_rebuilt_index_has_the_reports_of_old(desk: Office, document: Document) -> None:
    task = given(desk, document)
    tasks.report_progress(desk.officer, task, 40, "Đã giao cây giống")
    with db.unit_of_work() as session:
        session.execute(update(indexing.DocumentText).values(changes=0))
    indexing.index_changed()
    assert found(desk.leader, "giống") == []
    assert list(indexing.rebuild())[-1] == 1
    assert found(desk.leader, "giống") == [SUBJECT]


def test_a_party_of_the_task_finds_the_document_by_what_was_reported_as_long_as_no_other_report_is_hidden(
    desk: Office, document: Document
) -> None:
    task = given(desk, document)
    tasks.report_progress(desk.officer, task, 40, "Đã giao cây giống, còn thiếu phân bón")
    indexing.index_changed()
    indexing.refresh()
    for typed in ("cây giống", '"con thieu"', "phan bon rung", "gion*", "rừng"):
        assert found(desk.officer, typed) == [SUBJECT], typed
        assert Search(desk.officer, typed).count(10) == 1, typed
    assert found(desk.officer, "giống -rừng") == []
    (hit,) = Search(desk.officer, "phân bón").page().hits
    assert [piece.text for piece in hit.snippet if piece.is_found] == ["phân", "bón"]
    assert (hit.file, Search(desk.officer, "rừng").page().hits[0].snippet) == ("Báo cáo thực hiện", [])
    # Another unit reports on its own part, which the official does not read.
    other = give(desk, by=desk.leader, lead=Party(user_id=desk.other_head.id), origin=document.ref)
    assert found(desk.officer, "giống") == [SUBJECT]
    tasks.report_progress(desk.other_head, other, 10, "Chờ cấp kinh phí")
    indexing.index_changed()
    for one in (desk.officer, desk.other_head):
        assert found(one, "giống") == found(one, "kinh phí") == []
    assert found(desk.leader, "giống kinh phí") == [SUBJECT]
    assert found(desk.clerk, "giống") == found(desk.other_leader, "giống") == []


def test_found_by_reports_alone_a_document_stands_in_its_place_on_its_page(
    desk: Office, received: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "PAGE", 2)
    keys = []
    for n in range(5):
        keys.append(received(state=DocState.REGISTERED, subject="Giống cây" if n % 2 else SUBJECT).id)
        with db.reading(), db.agencies({desk.org.id}):
            one = db.session().get_one(Document, keys[-1])
            tasks.report_progress(desk.officer, given(desk, one), 40, "Đã nhận giống")
    indexing.index_changed()
    shown, way = [], ""
    while way is not None:
        ids, way = Search(desk.officer, "giong").keys(way)
        shown.append(ids)
    assert shown == [keys[:2:-1], keys[2:0:-1], keys[:1]]
    assert sorted(Search(desk.officer, "giong", {}, FITTING).ids(9)) == keys
