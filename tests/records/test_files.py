"""Files of records and the store beneath them: nothing acknowledged is lost, nothing forgotten stays."""

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from intranet.core import clock, db, jobs, refs
from intranet.core.errors import NotFound, Unavailable
from intranet.core.refs import Ref
from intranet.records import audit, files, media, store
from intranet.records.events import BlobDamaged
from intranet.records.jobs import check_shelf, plan_night, read_kept, sweep_orphans
from intranet.records.models import Blob, File, StagedFile
from intranet.records.names import clean_name
from tests.factories import Office
from tests.uploads import docx_with, pdf_with, staged_file

OWNER = Ref("thing", 7)
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _things() -> Iterator[None]:
    """A kind of record that whoever belongs to agency 1 may read."""
    before = dict(refs._kinds)
    refs.register_kind(
        "thing",
        title=lambda key: f"Việc {key}",
        url=lambda key: f"/things/{key}",
        may_read=lambda actor, key: actor.org_id == 1,
    )
    yield
    refs._kinds.clear()
    refs._kinds.update(before)


def age(path: Path, days: float) -> None:
    """Make a file look so many days old."""
    then = time.time() - days * 86400
    os.utime(path, (then, then))


def attached(office: Office, public_id: str, role: str = "scan") -> File:
    with db.unit_of_work():
        key = files.attach(office.clerk, public_id, OWNER, org_id=office.org.id, role=role).id
    return db.session().get_one(File, key)


def kept_file(office: Office, data: bytes = b"bytes", owner: Ref = OWNER) -> File:
    kept = files.keep(data, "ban-in.txt", "text/plain")
    with db.unit_of_work():
        key = files.attach_kept(office.clerk, kept, owner, org_id=office.org.id, role="print").id
    return db.session().get_one(File, key)


def test_an_upload_becomes_a_file_of_its_record_with_all_that_was_read(office: Office) -> None:
    data = pdf_with("Số: 05/QĐ-UBND", "QUYẾT ĐỊNH")
    public_id = staged_file(office.clerk, data, "Quyết định 05.pdf")
    attached(office, public_id)
    (found,) = files.of(OWNER)
    assert (found.name, found.role, found.order, found.pages) == ("Quyết định 05.pdf", "scan", 0, 1)
    assert (found.media_type, found.size, found.problem) == (media.PDF, len(data), None)
    assert found.created_by_id == office.clerk.id
    assert files.read(found) == data
    assert "QUYẾT ĐỊNH" in files.text_of(found)
    assert found.picture_url == f"/files/{found.public_id}/page-1.png"
    (line,) = audit.history(OWNER)
    assert (line.act, line.data) == (
        "file.attached",
        {"file": found.id, "role": "scan", "sha256": found.sha256},
    )


def test_an_upload_is_attached_once_and_by_its_owner_alone(office: Office) -> None:
    public_id = staged_file(office.clerk)
    with pytest.raises(NotFound, match="not_staged"):
        files.attach(office.officer, public_id, OWNER, org_id=office.org.id, role="scan")
    attached(office, public_id)
    with pytest.raises(NotFound, match="not_staged"):
        files.attach(office.clerk, public_id, OWNER, org_id=office.org.id, role="scan")
    assert len(files.of(OWNER)) == 1


def test_the_files_of_a_record_keep_their_order_and_roles(office: Office) -> None:
    for number, role in enumerate(["scan", "annex", "annex"]):
        kept = files.keep(b"%d" % number, f"{number}.txt", "text/plain")
        with db.unit_of_work():
            files.attach_kept(office.clerk, kept, OWNER, org_id=office.org.id, role=role)
    assert [file.name for file in files.of(OWNER)] == ["0.txt", "1.txt", "2.txt"]
    assert [file.order for file in files.of(OWNER, "annex")] == [1, 2]
    assert [len(found) for found in files.of_many("thing", [7, 8]).values()] == [3, 0]


def test_the_same_bytes_lie_there_once_for_two_records(office: Office) -> None:
    first, other = kept_file(office), Ref("thing", 8)
    with db.unit_of_work():
        files.attach_copy(office.clerk, first, other, org_id=office.org.id, role="print")
    assert files.read(files.of(other)[0]) == files.read(first)
    assert len(list(store.stored())) == 1
    with pytest.raises(NotFound):
        files.attach_copy(office.stranger, first, Ref("thing", 9), org_id=office.other.id, role="print")


def test_a_pdf_of_our_own_gets_its_picture_and_text_from_the_worker(office: Office) -> None:
    kept = files.keep(pdf_with("Số: 12/BC-UBND"), "bao-cao.pdf", media.PDF)
    with db.unit_of_work():
        files.attach_kept(office.clerk, kept, OWNER, org_id=office.org.id, role="print")
    read_kept()
    with db.scope():
        (found,) = files.of(OWNER)
        assert found.pages == 1
        assert found.picture_url is not None
        assert "12/BC-UBND" in files.text_of(found)


def test_a_word_file_is_shown_as_a_sheet_of_its_words(office: Office) -> None:
    public_id = staged_file(office.clerk, docx_with("Kính gửi: Sở Tài chính"), "cong-van.docx")
    file = attached(office, public_id, "draft")
    assert file.can_view
    shown = files.shown(file)
    assert shown is not None
    assert store.path_of(shown.sha256).read_bytes().startswith(b"%PDF")
    assert "Kính gửi" in files.text_of(file)


def test_a_removed_file_is_gone_from_its_record_and_the_log_says_so(office: Office) -> None:
    file = kept_file(office)
    files.remove(office.clerk, file, reason="nhầm tệp")
    assert files.of(OWNER) == []
    assert [(line.act, line.reason) for line in audit.history(OWNER)] == [
        ("file.removed", "nhầm tệp"),
        ("file.attached", None),
    ]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Quyết định 05.pdf", "Quyết định 05.pdf"),
        ("C:\\Users\\a\\Công văn.docx", "Công văn.docx"),
        ("../../etc/passwd", "passwd"),
        ("Quye\u0302\u0301t di\u0323nh.pdf", "Quyết dịnh.pdf"),
        ("van\u202efdp.exe.pdf", "vanfdp.exe.pdf"),
        ("a\x00b\r\nc.pdf", "ab c.pdf"),
        ('a<b>:"c"|?*.pdf', "a-b---c----.pdf"),
        ("  ... ", "tệp"),
        ("", "tệp"),
        ("\ud800.pdf", "tệp.pdf"),
        ("../.hồ sơ.pdf", "tệp.hồ sơ.pdf"),
    ],
)
def test_a_given_name_is_kept_in_vietnamese_and_made_harmless(given: str, kept: str) -> None:
    assert clean_name(given) == kept


def test_a_long_name_is_cut_between_letters_and_keeps_its_ending() -> None:
    cut = clean_name("ế" * 200 + ".docx")
    assert len(cut.encode()) <= 150
    assert cut.endswith("ế.docx")


def test_bytes_that_nobody_refers_to_go_to_the_trash_after_a_day_and_for_good_after_a_week(
    office: Office,
) -> None:
    used, orphan = kept_file(office).sha256, store.put_bytes(b"orphan")
    young = store.put_bytes(b"young orphan")
    for sha256 in (used, orphan):
        age(store.path_of(sha256), 2)
    assert sweep_orphans(None) == {"moved": 1, "deleted": 0}
    assert (store.exists(used), store.exists(orphan), store.exists(young)) == (True, False, True)
    trashed = store.folder("trash") / orphan
    assert trashed.read_bytes() == b"orphan"
    age(trashed, 8)
    assert sweep_orphans(None)["deleted"] == 1
    assert not trashed.exists()


def test_bytes_of_a_removed_file_go_the_same_way_with_their_picture(office: Office) -> None:
    public_id = staged_file(office.clerk)
    file = attached(office, public_id)
    assert len(list(store.stored())) == 2
    files.remove(office.clerk, file)
    with db.unit_of_work() as session:
        session.delete(session.scalars(select(StagedFile)).one())
    for _, path in store.stored():
        age(path, 2)
    clock.advance(timedelta(days=2))
    assert sweep_orphans(None)["moved"] == 2
    assert db.session().scalars(select(Blob)).all() == []


def test_bytes_put_again_come_back_from_the_trash(office: Office) -> None:
    sha256 = store.put_bytes(b"once more")
    store.discard(sha256)
    assert store.put_bytes(b"once more") == sha256
    assert store.exists(sha256)
    store.path_of(sha256).unlink()
    assert store.restore(sha256)


def test_damaged_bytes_raise_one_alarm_and_stand_in_the_log(office: Office, published: list[object]) -> None:
    file = kept_file(office)
    path = files.path(file)
    path.chmod(0o600)
    path.write_bytes(b"bytez")
    shelf = {"shelf": file.sha256[:2]}
    assert check_shelf(shelf) == {"checked": 1, "damaged": 1}
    assert check_shelf(shelf) == {"checked": 1, "damaged": 1}
    assert published.count(BlobDamaged(file.sha256)) == 1
    assert [line.act for line in audit.history(file.ref)] == ["file.damaged"]
    path.write_bytes(b"bytes")
    assert check_shelf(shelf)["damaged"] == 0


def test_every_shelf_is_read_within_a_month_and_the_sweep_asked_for_each_night(office: Office) -> None:
    for _ in range(28):
        plan_night()
        plan_night()
        clock.advance(timedelta(days=1))
    asked = db.session().scalars(select(jobs.Job)).all()
    shelves = [job.payload["shelf"] for job in asked if job.kind == "files.check"]
    assert sorted(shelves) == [f"{n:02x}" for n in range(256)]
    assert len([job for job in asked if job.kind == "files.sweep"]) == 28


def test_a_nearly_full_disk_takes_no_more_files(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "RESERVE", 10**18)
    monkeypatch.setattr(
        store.shutil, "disk_usage", lambda _: type("Usage", (), {"free": 10**9, "total": 10**12})
    )
    with pytest.raises(Unavailable, match="disk_full"):
        files.keep(b"x", "a.txt", "text/plain")
    with pytest.raises(Unavailable, match="disk_full"):
        files.stage(office.clerk, io.BytesIO(pdf_with("a")), "a.pdf")
    assert list(store.folder("tmp").iterdir()) == []


PUTTER = """
import io, os, sys
from pathlib import Path
from types import SimpleNamespace
from intranet.core import db
from intranet.records import store

db._database = SimpleNamespace(settings=SimpleNamespace(file_dir=Path(sys.argv[1])))
number = 0
while True:
    data = f"{os.getpid()} {number} ".encode() * 40_000
    print(store.put(io.BytesIO(data))[0], flush=True)
    number += 1
"""


def test_kill_at_any_moment_leaves_orphans_but_loses_nothing_acknowledged(tmp_path: Path) -> None:
    acknowledged: set[str] = set()
    for delay in (0.05, 0.11, 0.17, 0.23):
        child = subprocess.Popen(
            [sys.executable, "-c", PUTTER, str(tmp_path / "files")],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert child.stdout is not None
        with child.stdout:
            acknowledged.add(child.stdout.readline().strip())
            time.sleep(delay)
            child.send_signal(signal.SIGKILL)
            told = child.stdout.read().split("\n")[:-1]
        child.wait()
        acknowledged |= set(told)
    assert len(acknowledged) > 4
    for sha256 in acknowledged:
        assert store.hash_of(tmp_path / "files" / sha256[:2] / sha256) == sha256
    placed = [
        path for shelf in (tmp_path / "files").iterdir() if len(shelf.name) == 2 for path in shelf.iterdir()
    ]
    assert all(store.hash_of(path) == path.name for path in placed)
