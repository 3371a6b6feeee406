"""A paper is replaced at the last minute: it stays the same paper, what people wrote over it stays theirs."""

import io
from typing import Any

import pikepdf
import pytest
from sqlalchemy import select

from intranet.core import db, jobs
from intranet.core.errors import BadState, Forbidden, Invalid, NotFound, Stale
from intranet.notices.models import Notice
from intranet.people.models import User
from intranet.records import files, ocr, page_facts, scans
from intranet.records.models import File
from intranet.records.page_record import PageRecord
from meetings.models.annotation import Annotation
from meetings.models.revision import PaperReplacement
from meetings.rules.shares import Audience
from meetings.services import comparing, papers, presenting, reanchoring, replacing, rereading, room
from meetings.services.annotating import HOUSE, sync
from tests.factories import Office
from tests.meetings.conftest import Sitting, journal_of
from tests.meetings.replacement_pairs import BREAK
from tests.meetings.replacement_papers import (
    Paper,
    Part,
    Place,
    edited,
    part,
    read_by_eye,
    scanned,
    sentences,
    set_paper,
)
from tests.uploads import docx_with, staged_file

TABLET, PHONE = "0" * 25 + "A", "0" * 25 + "B"
ONE, TWO, THREE, EXTRA = (part(name, sentences(n, 6)) for n, name in enumerate("abcx", 10))
CHANGED = edited(THREE, 4, 3, "một con số khác hẳn")


def paper_of(*pages: Part) -> Paper:
    """A paper with a page for each part."""
    parts = [one for page in pages for one in (page, BREAK)]
    return set_paper(parts[:-1])


OLD = paper_of(ONE, TWO, THREE)
#: A page inserted after the first, and words changed on the last.
NEW = paper_of(ONE, EXTRA, TWO, CHANGED)
NEWER = paper_of(TWO, CHANGED)


@pytest.fixture(autouse=True)
def _read_here(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Pages are read in this process, by what the child runs; one test starts the child itself."""
    if "go_along" not in request.node.name:
        monkeypatch.setattr(comparing, "records_of", lambda path: tuple(page_facts.read(path)))


@pytest.fixture
def paper(sitting: Sitting) -> File:
    """The old paper on the first item."""
    staged = staged_file(sitting.secretary, OLD.data, "To trinh 318.pdf")
    made = papers.attach_paper(sitting.secretary, sitting.id, sitting.agenda[0].id, staged)
    return now(made)


def now(public_id: str) -> File:
    return db.session().scalars(select(File).where(File.public_id == public_id)).one()


def under(at: Place, number: int, lam: int, file: File, *, dev: str = TABLET, **more: Any) -> dict[str, Any]:
    """A line drawn under a word."""
    pts = [round(at.x0 * 100), round(at.base * 100) - 150, round((at.x1 - at.x0) * 100), 0]
    stroke = {"kind": "ink", "tool": "pen", "rgb": "c4161c", "w": 150, "pts": pts}
    head = {"op": "add", "id": f"{number:026d}", "lam": lam, "dev": dev, "file": file.public_id}
    return head | {"rev": file.sha256, "page": at.page, "d": stroke} | more


def replace(sitting: Sitting, paper: File, new: Paper, name: str = "To trinh 318 sua.pdf") -> None:
    """Replace it and let the worker do its part."""
    staged = staged_file(sitting.secretary, new.data, name)
    replacing.replace_paper(sitting.secretary, sitting.id, paper.public_id, staged)
    jobs.run_due()


def locked(data: bytes) -> bytes:
    """The same paper behind a password."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as paper:
        paper.save(out, encryption=pikepdf.Encryption(owner="chu", user="doc"))
    return out.getvalue()


def marks(actor: User, sitting: Sitting) -> dict[str, tuple[int, list[int], str]]:
    """Page, points and version of the person's marks, by id, as a new device gets them."""
    found = sync(actor, sitting.id, [], {}).ops
    return {one["id"]: (one["page"], one["d"]["pts"], one["rev"]) for one in found if one["op"] == "add"}


def entry(sitting: Sitting, public_id: str) -> dict[str, Any]:
    """The paper as a delegate's tablet holds it."""
    room.forget_snapshots()
    state = room.snapshot(sitting.meeting, Audience.MEMBER)
    found: dict[str, Any] = next(one for one in state["items"][0]["files"] if one["id"] == public_id)
    return found


def test_marks_go_along_or_wait_for_their_owner_and_the_old_version_stays_readable(
    sitting: Sitting, paper: File
) -> None:
    key, old_rev = paper.public_id, paper.sha256
    first, last = OLD.words["b", 3], OLD.words["c", 5]
    ops = [under(first, 1, 1, paper), under(last, 2, 2, paper)]
    sync(sitting.delegate, sitting.id, ops, {})
    presenting.start_presenting(sitting.secretary, sitting.id, key, 2)
    staged = staged_file(sitting.secretary, NEW.data, "To trinh 318 sua.pdf")
    offer = replacing.offer(sitting.secretary, sitting.id, key, staged)
    assert (offer.name, offer.pages, offer.new_name, offer.new_pages, offer.people) == (
        "To trinh 318.pdf",
        3,
        "To trinh 318 sua.pdf",
        4,
        1,
    )
    replacing.replace_paper(sitting.secretary, sitting.id, key, staged, expect=offer.rev)
    assert entry(sitting, key) | {"map": "pending"} == entry(sitting, key)
    assert now(key).sha256 == old_rev
    jobs.run_due()
    paper = now(key)
    told = entry(sitting, key)
    assert (told["no"], told["map"], told["changed"], told["moves"]) == (2, "ready", [2, 4], [[2, 1]])
    assert (told["n"], told["pages"], told["prev"]["n"]) == ("To trinh 318 sua", 4, "To trinh 318")
    old = db.session().scalars(select(File).where(File.role == replacing.REPLACED)).one()
    assert told["prev"]["url"] == papers.url_of(old)
    assert files.get(sitting.guest, old.public_id).sha256 == old_rev
    assert presenting.shown(sitting.meeting) | {"page": 3, "url": told["url"]} == presenting.shown(
        sitting.meeting
    )
    assert presenting.shown(sitting.meeting)["by"] == sitting.secretary.id
    assert journal_of(sitting.id)[-3:] == ["present.started", "file.replaced", "file.map"]
    mine = marks(sitting.delegate, sitting)
    assert mine[ops[0]["id"]] == (3, ops[0]["d"]["pts"], paper.sha256)
    assert mine[ops[1]["id"]] == (3, ops[1]["d"]["pts"], old_rev)
    told_of = [(one.user_id, one.kind, one.data) for one in db.session().scalars(select(Notice))]
    assert told_of == [(sitting.delegate.id, "meeting.paper_changed", {"pages": "2, 4"})]
    (waiting,) = reanchoring.tray(sitting.delegate, sitting.id)
    assert (waiting["id"], waiting["page"], waiting["url"]) == (ops[1]["id"], 3, papers.url_of(old))


def test_a_device_that_holds_the_marks_is_told_of_their_new_places_once(
    sitting: Sitting, paper: File
) -> None:
    op = under(OLD.words["b", 3], 1, 7, paper)
    sync(sitting.delegate, sitting.id, [op], {})
    replace(sitting, paper, NEW)
    told = sync(sitting.delegate, sitting.id, [], {TABLET: 7})
    assert [(one["id"], one["page"], one["dev"]) for one in told.ops] == [(op["id"], 3, HOUSE)]
    assert (told.waiting, told.tray) == (0, 0)
    assert sync(sitting.delegate, sitting.id, [], {TABLET: 7, HOUSE: told.ops[0]["lam"]}).ops == []
    step = db.session().scalars(select(PaperReplacement)).one()
    replacing.conclude(step.id)
    reanchoring.settle(paper.public_id)
    assert sync(sitting.delegate, sitting.id, [], {TABLET: 7, HOUSE: told.ops[0]["lam"]}).ops == []
    assert journal_of(sitting.id).count("file.map") == 1


def test_a_mark_made_offline_over_the_old_version_is_brought_along_through_two_replacements(
    sitting: Sitting, paper: File
) -> None:
    before = now(paper.public_id)
    on_time = under(OLD.words["b", 3], 1, 1, before)
    sync(sitting.delegate, sitting.id, [on_time], {})
    late = [
        under(OLD.words["b", 6], 2, 1, before, dev=PHONE),
        under(OLD.words["a", 6], 3, 2, before, dev=PHONE),
    ]
    nameless = under(OLD.words["b", 8], 4, 3, before, dev=PHONE)
    del nameless["rev"]
    replace(sitting, paper, NEW)
    replace(sitting, paper, NEWER, "To trinh 318 lan 3.pdf")
    paper = now(paper.public_id)
    told = sync(sitting.delegate, sitting.id, [*late, nameless], {})
    assert (len(told.accepted), told.waiting) == (3, 3)
    jobs.run_due()
    mine = marks(sitting.delegate, sitting)
    for op, n in ((on_time, 3), (late[0], 6), (nameless, 8)):
        there = under(NEWER.words["b", n], 0, 0, paper)["d"]["pts"]
        page, pts, rev = mine[op["id"]]
        assert (page, rev) == (1, paper.sha256)
        assert all(abs(a - b) <= 50 for a, b in zip(pts, there, strict=True))
    assert [one["id"] for one in reanchoring.tray(sitting.delegate, sitting.id)] == [late[1]["id"]]
    assert sync(sitting.delegate, sitting.id, [], {}).waiting == 0
    assert entry(sitting, paper.public_id)["no"] == 3


def test_back_to_the_former_version_every_mark_is_where_it_was(sitting: Sitting, paper: File) -> None:
    ops = [under(OLD.words[key], n, n, paper) for n, key in enumerate((("a", 2), ("b", 3), ("c", 5)), 1)]
    sync(sitting.delegate, sitting.id, ops, {})
    replace(sitting, paper, NEW)
    assert len(reanchoring.tray(sitting.delegate, sitting.id)) == 1
    replace(sitting, paper, OLD, "To trinh 318.pdf")
    rev = now(paper.public_id).sha256
    assert marks(sitting.delegate, sitting) == {one["id"]: (one["page"], one["d"]["pts"], rev) for one in ops}
    assert reanchoring.tray(sitting.delegate, sitting.id) == []


def test_only_the_owner_sees_places_and_dismisses_what_waits(sitting: Sitting, paper: File) -> None:
    ops = [under(OLD.words["c", n], n, n, paper) for n in (4, 5)]
    for person in (sitting.delegate, sitting.guest):
        sync(person, sitting.id, ops, {})
    replace(sitting, paper, NEW)
    for person in (sitting.chair, sitting.secretary):
        assert reanchoring.tray(person, sitting.id) == []
        with pytest.raises(NotFound, match=r"annotation.not_waiting"):
            reanchoring.place(person, sitting.id, ops[0]["id"], 4)
    with pytest.raises(Invalid, match=r"meeting.no_such_page"):
        reanchoring.place(sitting.delegate, sitting.id, ops[0]["id"], 5)
    reanchoring.place(sitting.delegate, sitting.id, ops[0]["id"], 4)
    reanchoring.dismiss(sitting.delegate, sitting.id, ops[1]["id"])
    with pytest.raises(NotFound, match=r"annotation.not_waiting"):
        reanchoring.dismiss(sitting.delegate, sitting.id, ops[1]["id"])
    rev = now(paper.public_id).sha256
    told = sync(sitting.delegate, sitting.id, [], {TABLET: 5})
    assert [(one["id"], one["page"], one["rev"]) for one in told.ops] == [(ops[0]["id"], 4, rev)]
    assert told.tray == 0
    assert len(reanchoring.tray(sitting.guest, sitting.id)) == 2
    assert len(db.session().scalars(select(Annotation)).all()) == 4


def test_a_mark_taken_away_meanwhile_stays_away(sitting: Sitting, paper: File) -> None:
    ops = [under(OLD.words["b", 3], 1, 1, paper), under(OLD.words["c", 5], 2, 2, paper)]
    sync(sitting.delegate, sitting.id, ops, {})
    replace(sitting, paper, NEW)
    gone = [{"op": "del", "id": one["id"], "lam": 3 + n, "dev": PHONE} for n, one in enumerate(ops)]
    sync(sitting.delegate, sitting.id, gone, {})
    assert marks(sitting.delegate, sitting) == {}
    assert reanchoring.tray(sitting.delegate, sitting.id) == []


def test_versions_that_cannot_be_compared_leave_every_mark_to_its_owner(
    sitting: Sitting, paper: File, monkeypatch: pytest.MonkeyPatch
) -> None:
    op = under(OLD.words["b", 3], 1, 1, paper)
    sync(sitting.delegate, sitting.id, [op], {})
    monkeypatch.setattr(comparing, "compare", lambda _old, _new: None)
    replace(sitting, paper, NEW)
    assert entry(sitting, paper.public_id)["map"] == "failed"
    assert [one["why"] for one in reanchoring.tray(sitting.delegate, sitting.id)] == ["not_compared"]
    assert now(paper.public_id).pages == 4


def test_a_wrong_file_is_refused_and_the_old_version_stays(sitting: Sitting, paper: File) -> None:
    secretary, key = sitting.secretary, paper.public_id
    wrong = {
        "paper.same_file": (OLD.data, "ban-moi.pdf"),
        "paper.not_pdf": (docx_with("Tờ trình"), "ban-moi.docx"),
        "paper.encrypted": (locked(NEW.data), "ban-moi.pdf"),
        "paper.damaged": (NEW.data[: len(NEW.data) // 2], "ban-moi.pdf"),
    }
    for code, (data, name) in wrong.items():
        staged = staged_file(secretary, data, name)
        for act in (replacing.offer, replacing.replace_paper):
            with pytest.raises(Invalid, match=code):
                act(secretary, sitting.id, key, staged)
    assert now(key).sha256 == paper.sha256
    assert journal_of(sitting.id) == ["file.added"]


def test_who_may_add_papers_may_replace_it_and_nobody_else(
    sitting: Sitting, paper: File, office: Office
) -> None:
    key, mid = paper.public_id, sitting.id
    for person, problem in ((sitting.guest, Forbidden), (office.stranger, NotFound)):
        with pytest.raises(problem):
            replacing.replace_paper(person, mid, key, "0" * 32)
    with pytest.raises(Stale, match=r"paper.replaced_meanwhile"):
        replacing.replace_paper(sitting.secretary, mid, key, "0" * 32, expect="0" * 64)
    first, second = (
        staged_file(one, data.data) for one, data in ((sitting.delegate, NEW), (sitting.secretary, NEWER))
    )
    replacing.replace_paper(sitting.delegate, mid, key, first)
    with pytest.raises(BadState, match=r"paper.being_compared"):
        replacing.replace_paper(sitting.secretary, mid, key, second)


def test_a_paper_withdrawn_while_it_is_compared_stays_withdrawn(sitting: Sitting, paper: File) -> None:
    staged = staged_file(sitting.secretary, NEW.data)
    replacing.replace_paper(sitting.secretary, sitting.id, paper.public_id, staged)
    papers.withdraw_paper(sitting.secretary, sitting.id, paper.public_id)
    jobs.run_due()
    assert now(paper.public_id).sha256 == paper.sha256
    assert "file.map" not in journal_of(sitting.id)


def test_what_took_the_worker_along_lies_on_the_table_uncompared(sitting: Sitting, paper: File) -> None:
    staged = staged_file(sitting.secretary, NEW.data)
    replacing.replace_paper(sitting.secretary, sitting.id, paper.public_id, staged)
    assert replacing.conclude_stuck() == 0
    with db.unit_of_work() as session:
        row = session.scalars(select(jobs.Job).where(jobs.Job.kind == replacing.ALIGN)).one()
        row.state = jobs.JobState.FAILED
    assert replacing.conclude_stuck() == 1
    assert entry(sitting, paper.public_id)["map"] == "failed"


def test_half_a_document_is_never_read_from_another_version(
    sitting: Sitting, paper: File, client_of: Any
) -> None:
    url = papers.url_of(paper)
    reader = client_of(sitting.delegate)
    assert reader.get(url).data == OLD.data
    replace(sitting, paper, NEW)
    assert reader.get(url).status_code == 404
    told = entry(sitting, paper.public_id)
    assert reader.get(told["url"]).data == NEW.data
    assert reader.get(told["prev"]["url"]).data == OLD.data
    assert client_of(sitting.guest).get(told["prev"]["url"]).status_code == 200


def test_a_device_names_no_version_that_never_was(sitting: Sitting, paper: File) -> None:
    op = under(OLD.words["b", 3], 1, 1, paper) | {"rev": "f" * 64}
    assert sync(sitting.delegate, sitting.id, [op], {}).rejected[0]["code"] == "annotation.malformed"


def test_on_a_scan_marks_wait_until_its_words_were_read_and_then_go_along(
    sitting: Sitting, paper: File, monkeypatch: pytest.MonkeyPatch
) -> None:
    scan = scanned(paper_of(ONE, EXTRA, TWO, CHANGED))
    seen = {now(paper.public_id).sha256: read_by_eye(OLD, 1, misread=0, dropped=0)}
    monkeypatch.setattr(
        ocr,
        "read_pages",
        lambda path, first, count: [seen[path.name][n] for n in range(first, first + count)],
    )
    monkeypatch.setattr(ocr, "is_installed", lambda: True)
    ops = [under(OLD.words["b", 3], 1, 1, paper), under(OLD.words["c", 5], 2, 2, paper)]
    sync(sitting.delegate, sitting.id, ops, {})
    replace(sitting, paper, scan, "Ban da ky.pdf")
    rev = now(paper.public_id).sha256
    seen[rev] = read_by_eye(scan, 2, misread=0, dropped=0)
    assert len(reanchoring.tray(sitting.delegate, sitting.id)) == 2
    assert rereading.read_next() is False  # the words of the scan are read for the search at this time
    assert scans.read_next() is True
    assert rereading.read_next() is True
    there = scan.words["b", 3]
    page, pts, on = marks(sitting.delegate, sitting)[ops[0]["id"]]
    assert (page, on) == (3, rev)
    assert pts[:2] == pytest.approx([there.x0 * 100, there.base * 100 - 150], abs=100)
    (left,) = reanchoring.tray(sitting.delegate, sitting.id)
    assert left["id"] == ops[1]["id"]
    assert rereading.read_next() is False


def test_pages_kept_for_those_who_come_late_are_what_was_read(sitting: Sitting, paper: File) -> None:
    replace(sitting, paper, NEW)
    found = comparing.known(now(paper.public_id).sha256)
    assert found is not None
    assert all(isinstance(one, PageRecord) for one in found)
    assert len(found) == 4
