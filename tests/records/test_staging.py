"""Uploads: refused by name with a reason while the others go on; what carries a secret mark is not kept."""

import io
import struct
import threading
import time
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from flask import Flask
from sqlalchemy import select

from intranet.core import clock, db, jobs
from intranet.core.errors import BadState, Invalid, NotFound, TooMany
from intranet.core.live import DESK, sockets
from intranet.core.refs import Ref
from intranet.records import audit, files, parsing, staging, store
from intranet.records.events import FileRead
from intranet.records.jobs import sweep_staged
from intranet.records.models import AuditLine, SecretClearance, StagedFile
from intranet.records.parsing import Limits
from tests.factories import Office
from tests.uploads import docx_with, drop, pdf_with, staged_file

ClientOf = Callable[[Any], Any]
SOUND = pdf_with("Số: 05/QĐ-UBND", "QUYẾT ĐỊNH")
SECRET = pdf_with("TỐI MẬT", "Số: 01/KH-CAT", "KẾ HOẠCH")


def encrypted() -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(SOUND)) as sheet:
        sheet.save(out, encryption=pikepdf.Encryption(owner="a", user="b"))
    return out.getvalue()


def docx_bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", b"\0" * 30_000_000)
    return out.getvalue()


def huge_png() -> bytes:
    head = b"IHDR" + struct.pack(">IIBBBBB", 20_000, 20_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + head + struct.pack(">I", zlib.crc32(head)) + b"\0" * 40
    )


def bytes_on_disk() -> list[Path]:
    """Every file under the data folder's store, ``tmp`` and trash included."""
    return [path for path in store.folder().rglob("*") if path.is_file()]


@pytest.fixture
def small(app: Flask, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """An office that takes 200 kB a file."""
    settings = replace(app.config["SETTINGS"], max_file_bytes=200_000)
    monkeypatch.setitem(app.config, "SETTINGS", settings)
    db.database().settings = settings


def test_a_sound_file_is_checked_read_and_told_to_its_owner(office: Office, published: list[object]) -> None:
    upload = files.stage(office.clerk, io.BytesIO(SOUND), "Quyết định 05.pdf")
    assert (upload.state, upload.name, upload.size) == ("checking", "Quyết định 05.pdf", len(SOUND))
    jobs.run_due()
    found = files.wait_for(office.clerk, upload.public_id, seconds=0)
    assert (found.state, found.problem, found.pages, found.has_picture) == ("ready", None, 1, True)
    assert found.first_page is not None
    assert found.first_page.lines[0].text == "Số: 05/QĐ-UBND"
    assert "QUYẾT ĐỊNH" in found.text
    assert FileRead(upload.public_id, office.clerk.id, "ready") in published
    assert list(store.folder("tmp").iterdir()) == []
    assert store.exists(found.sha256)


def test_an_upload_is_nobody_elses(office: Office, client_of: ClientOf) -> None:
    public_id = staged_file(office.clerk)
    with pytest.raises(NotFound):
        files.staged(office.officer, public_id)
    stranger = client_of(office.officer)
    for path in ("", "/page-1.png"):
        assert stranger.get(f"/files/staged/{public_id}{path}").status_code == 404
    assert stranger.delete(f"/files/staged/{public_id}").status_code == 404
    assert client_of(office.clerk).get(f"/files/staged/{public_id}").get_json()["state"] == "ready"


HOSTILE = {
    "rỗng.pdf": (b"", "file.empty", "Tệp rỗng"),
    "đổi tên.pdf": (b"MZ" + b"\0" * 300, "file.renamed", "không đúng với đuôi"),
    "chạy.exe": (b"MZ" + b"\0" * 300, "file.wrong_type", "Không nhận loại tệp này"),
    "trang.html": (b"<script>alert(1)</script>", "file.wrong_type", "Không nhận loại tệp này"),
    "bom nén.docx": (docx_bomb(), "file.zip_bomb", "bung ra quá lớn"),
    "quá lớn.pdf": (SOUND + b"\0" * 400_000, "file.too_large", "MB nên không nhận"),
    "ảnh khổng lồ.png": (huge_png(), "file.image_too_large", "20000 × 20000"),
}


@pytest.mark.usefixtures("small")
def test_what_is_wrong_is_refused_by_name_and_the_others_of_the_drop_go_on(
    office: Office, client_of: ClientOf
) -> None:
    given = [
        ("đầu.pdf", SOUND),
        *((name, data) for name, (data, _, _) in HOSTILE.items()),
        ("cuối.pdf", SOUND),
    ]
    answers = drop(client_of(office.clerk), *given)
    assert [answer["name"] for answer in answers] == [name for name, _ in given]
    for answer, (_, code, words) in zip(answers[1:-1], HOSTILE.values(), strict=True):
        assert (answer["state"], answer["problem"], answer["id"]) == ("refused", code, None)
        assert words in answer["msg"]
    assert [answers[0]["state"], answers[-1]["state"]] == ["checking", "checking"]
    jobs.run_due()
    assert files.staged(office.clerk, answers[-1]["id"]).state == "ready"
    sound = {path for path in bytes_on_disk() if path.read_bytes() == SOUND}
    pictures = {path for path in bytes_on_disk() if path.read_bytes()[8:12] == b"WEBP"}
    assert set(bytes_on_disk()) == sound | pictures


UNREAD = {
    "có mật khẩu.pdf": (encrypted(), "file.encrypted", "có mật khẩu"),
    "cụt.pdf": (SOUND[: len(SOUND) // 2], "file.truncated", "thiếu phần cuối"),
    "cụt.docx": (docx_with("Kính gửi")[:-400], "file.truncated", "thiếu phần cuối"),
}


def test_what_cannot_be_read_is_kept_and_may_be_registered_by_hand(
    office: Office, client_of: ClientOf
) -> None:
    clerk = client_of(office.clerk)
    answers = drop(clerk, *((name, data) for name, (data, _, _) in UNREAD.items()))
    jobs.run_due()
    for answer, (data, code, words) in zip(answers, UNREAD.values(), strict=True):
        found = clerk.get(f"/files/staged/{answer['id']}").get_json()
        assert (found["state"], found["problem"], found["picture"]) == ("unreadable", code, None)
        assert words in found["msg"]
        assert "vẫn được giữ" in found["msg"]
        with db.unit_of_work():
            file = files.attach(office.clerk, found["id"], Ref("thing", 1), org_id=1, role="scan")
            assert (file.problem, file.can_view, files.read(file)) == (code, False, data)


def test_a_marked_secret_is_refused_and_its_bytes_are_gone(office: Office, client_of: ClientOf) -> None:
    clerk = client_of(office.clerk)
    secret, sound = drop(clerk, ("kế hoạch.pdf", SECRET), ("thường.pdf", SOUND))
    jobs.run_due()
    found = clerk.get(f"/files/staged/{secret['id']}").get_json()
    assert (found["state"], found["problem"]) == ("refused", "file.secret_mark")
    assert "sổ giấy" in found["msg"]
    assert clerk.get(f"/files/staged/{sound['id']}").get_json()["state"] == "ready"
    assert not any(path.read_bytes() == SECRET for path in bytes_on_disk())
    assert store.folder("tmp").exists()
    assert list(store.folder("tmp").iterdir()) == []
    row = db.session().scalars(select(StagedFile).where(StagedFile.public_id == secret["id"])).one()
    assert row.name == ""
    (line,) = db.session().scalars(select(AuditLine)).all()
    assert (line.act, line.actor_id, line.data) == (
        "file.refused",
        office.clerk.id,
        {"problem": "file.secret_mark"},
    )
    with pytest.raises(BadState, match="secret_mark"):
        files.attach(office.clerk, secret["id"], Ref("thing", 1), org_id=1, role="scan")


def test_a_name_that_carries_a_secret_mark_is_refused_before_anything_is_read(office: Office) -> None:
    upload = files.stage(office.clerk, io.BytesIO(SOUND), "(MẬT) Kế hoạch.pdf")
    assert (upload.state, upload.problem) == ("refused", "file.secret_mark")
    assert bytes_on_disk() == []


def test_only_an_office_head_may_say_that_it_is_no_secret_and_send_it_again(
    office: Office, client_of: ClientOf
) -> None:
    head, clerk = client_of(office.office_head), client_of(office.clerk)
    (mine,) = drop(clerk, ("a.pdf", SECRET))
    (first,) = drop(head, ("a.pdf", SECRET))
    jobs.run_due()
    assert clerk.post(f"/files/staged/{mine['id']}/not-secret", data={"reason": "mẫu"}).status_code == 403
    address = head.get(f"/files/staged/{first['id']}").get_json()["clear"]
    assert address == f"/files/staged/{first['id']}/not-secret"
    assert clerk.get(f"/files/staged/{mine['id']}").get_json()["clear"] is None
    assert "Không phải dấu mật" in head.get(address).text
    assert head.post(address, data={"reason": " "}).status_code == 422
    reason = "Mẫu biểu hướng dẫn, không phải tài liệu mật"
    assert head.post(address, data={"reason": reason}).get_json() == {"ok": True}
    (again,) = drop(head, ("a.pdf", SECRET))
    (other,) = drop(clerk, ("a.pdf", SECRET))
    jobs.run_due()
    assert files.staged(office.office_head, again["id"]).state == "ready"
    assert files.staged(office.clerk, other["id"]).state == "refused"
    cleared = db.session().scalars(select(SecretClearance)).one()
    assert (cleared.by_id, cleared.reason) == (office.office_head.id, reason)
    acts = db.session().scalars(select(AuditLine).where(AuditLine.act == "file.mark_cleared")).all()
    assert [act.reason for act in acts] == [reason]


def test_a_drop_without_a_file_and_without_a_sign_in_is_refused(
    app: Flask, office: Office, client_of: ClientOf
) -> None:
    answer = client_of(office.clerk).post("/files/staged", data={}, headers={"Accept": "application/json"})
    assert (answer.status_code, answer.get_json()["code"]) == (422, "file.none_given")
    headers = {"Origin": "http://localhost", "Accept": "application/json"}
    nobody = app.test_client().post(
        "/files/staged", data={"file": (io.BytesIO(SOUND), "a.pdf")}, headers=headers
    )
    assert nobody.status_code == 401
    assert bytes_on_disk() == []


def test_the_owners_devices_are_told_of_the_verdict_and_nobody_elses(
    app: Flask, office: Office, client_of: ClientOf
) -> None:
    def device(user: Any) -> Any:
        return sockets.io.test_client(  # type: ignore[union-attr]  # attached by the application
            app, namespace=DESK, flask_test_client=client_of(user), headers={"Origin": "http://localhost"}
        )

    mine, other = device(office.clerk), device(office.officer)
    public_id = staged_file(office.clerk, SOUND)
    told = [packet for packet in mine.get_received(DESK) if packet["name"] == "staged"]
    assert [packet["args"] for packet in told] == [[{"id": public_id, "state": "ready"}]]
    assert other.get_received(DESK) == []
    mine.disconnect(DESK)
    other.disconnect(DESK)


def test_a_form_that_waits_gets_the_verdict_that_comes_meanwhile(office: Office) -> None:
    upload = files.stage(office.clerk, io.BytesIO(SOUND), "a.pdf")
    worker = threading.Thread(target=jobs.run_due)
    worker.start()
    found = files.wait_for(office.clerk, upload.public_id, seconds=30)
    worker.join()
    assert found.state == "ready"


def test_a_form_that_waited_in_vain_goes_on(office: Office) -> None:
    upload = files.stage(office.clerk, io.BytesIO(SOUND), "a.pdf")
    started = time.monotonic()
    assert files.wait_for(office.clerk, upload.public_id, seconds=0.3).state == "checking"
    assert 0.3 <= time.monotonic() - started < 5
    with pytest.raises(BadState, match="still_checking"):
        files.attach(office.clerk, upload.public_id, Ref("thing", 1), org_id=1, role="scan")


def test_a_file_that_ends_its_reader_is_kept_as_unreadable(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = parsing.ask_child
    monkeypatch.setattr(
        parsing, "ask_child", lambda module, _, *words: real(module, Limits(memory=16 * 1024**2), *words)
    )
    public_id = staged_file(office.clerk, SOUND)
    found = files.staged(office.clerk, public_id)
    assert (found.state, found.problem) == ("unreadable", "file.too_hard")
    assert store.exists(found.sha256)


def test_a_reading_that_fails_time_and_again_ends_as_unreadable(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise OSError("no more processes")

    monkeypatch.setattr(parsing, "parse", broken)
    public_id = staged_file(office.clerk, SOUND)
    for _ in range(jobs.MAX_TRIES):
        clock.advance(timedelta(minutes=5))
        jobs.run_due()
    assert files.staged(office.clerk, public_id).state == "unreadable"
    assert len(bytes_on_disk()) == 1


def test_a_reader_that_died_half_way_is_followed_by_another(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = files.stage(office.clerk, io.BytesIO(SOUND), "a.pdf")
    store.adopt(staging.waiting_path(upload.public_id), upload.sha256)
    jobs.run_due()
    assert files.staged(office.clerk, upload.public_id).state == "ready"


def test_an_upload_whose_bytes_were_lost_with_the_power_is_refused(office: Office) -> None:
    upload = files.stage(office.clerk, io.BytesIO(SOUND), "a.pdf")
    staging.waiting_path(upload.public_id).unlink()
    jobs.run_due()
    found = files.staged(office.clerk, upload.public_id)
    assert (found.state, found.problem) == ("refused", "file.lost")


def test_uploads_nobody_attached_are_gone_after_two_days(office: Office) -> None:
    waiting = files.stage(office.clerk, io.BytesIO(SOUND), "a.pdf")
    assert staging.waiting_path(waiting.public_id).exists()
    clock.advance(timedelta(hours=47))
    sweep_staged()
    assert files.staged(office.clerk, waiting.public_id).state == "checking"
    clock.advance(timedelta(hours=2))
    sweep_staged()
    with pytest.raises(NotFound):
        files.staged(office.clerk, waiting.public_id)
    assert bytes_on_disk() == []


def test_an_upload_thrown_away_leaves_nothing(office: Office, client_of: ClientOf) -> None:
    clerk = client_of(office.clerk)
    (answer,) = drop(clerk, ("a.pdf", SOUND))
    assert clerk.delete(f"/files/staged/{answer['id']}").status_code == 204
    assert clerk.get(f"/files/staged/{answer['id']}").status_code == 404
    jobs.run_due()
    assert bytes_on_disk() == []


def test_nobody_fills_the_worker_with_uploads(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging, "MAX_WAITING", 2)
    for _ in range(2):
        files.stage(office.clerk, io.BytesIO(SOUND), "a.pdf")
    with pytest.raises(TooMany, match="queue_full"):
        files.stage(office.clerk, io.BytesIO(SOUND), "a.pdf")
    assert files.stage(office.officer, io.BytesIO(SOUND), "a.pdf").state == "checking"


def test_a_refused_stream_leaves_nothing_behind(office: Office) -> None:
    for name, (data, code, _) in HOSTILE.items():
        if code != "file.too_large":
            with pytest.raises(Invalid, match=code):
                files.stage(office.clerk, io.BytesIO(data), name)
    assert bytes_on_disk() == []
    assert audit.verify().entries == 0
