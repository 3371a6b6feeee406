"""The one door that serves files: who may read the owner may read the file, and nothing in it runs."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from intranet.core import db, refs
from intranet.core.refs import Ref
from intranet.records import audit, files, media, store
from intranet.records.models import AuditLine, File
from tests.factories import Office
from tests.uploads import docx_with, pdf_with, staged_file

ClientOf = Callable[[Any], Any]
OWNER = Ref("thing", 7)


@pytest.fixture(autouse=True)
def _things() -> Iterator[None]:
    """A kind of record that people of the first agency may read."""
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


@pytest.fixture
def pdf(office: Office) -> File:
    """A PDF of a record, uploaded under a Vietnamese name."""
    return attach(office, pdf_with("Số: 05/QĐ-UBND"), "Quyết định 05.pdf")


def attach(office: Office, data: bytes, name: str) -> File:
    public_id = staged_file(office.clerk, data, name)
    with db.unit_of_work():
        key = files.attach(office.clerk, public_id, OWNER, org_id=office.org.id, role="scan").id
    return db.session().get_one(File, key)


def accesses() -> list[tuple[str, int | None]]:
    found = select(AuditLine).where(AuditLine.act.in_(["file.opened", "file.downloaded"]))
    return [(line.act, line.actor_id) for line in db.session().scalars(found.order_by(AuditLine.id))]


def test_a_download_carries_its_name_and_can_run_nothing(
    office: Office, client_of: ClientOf, pdf: File
) -> None:
    answer = client_of(office.officer).get(pdf.url)
    assert (answer.status_code, answer.data) == (200, files.read(pdf))
    headers = answer.headers
    assert headers["Content-Type"] == media.PDF
    assert headers["Content-Disposition"].startswith("attachment; filename=")
    assert "filename*=UTF-8''Quy%E1%BA%BFt%20%C4%91%E1%BB%8Bnh%2005.pdf" in headers["Content-Disposition"]
    assert headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert headers["ETag"] == f'"{pdf.sha256}"'


def test_a_file_of_a_record_one_may_not_read_is_not_there(
    app: Flask, office: Office, client_of: ClientOf, pdf: File
) -> None:
    stranger = client_of(office.stranger)
    for address in (pdf.url, pdf.view_url, pdf.picture_url):
        assert stranger.get(address).status_code == 404
    missing = stranger.get(f"/files/{'0' * 32}/a.pdf", headers={"Accept": "application/json"}).get_json()
    hidden = stranger.get(pdf.url, headers={"Accept": "application/json"}).get_json()
    assert missing | {"request": ""} == hidden | {"request": ""}
    assert app.test_client().get(pdf.url, headers={"Accept": "application/json"}).status_code == 401
    assert accesses() == []


def test_ranges_are_served_and_only_the_first_answer_is_logged(
    office: Office, client_of: ClientOf, pdf: File
) -> None:
    reader, data = client_of(office.officer), files.read(pdf)
    whole = reader.get(pdf.view_url)
    assert (whole.status_code, whole.headers["Accept-Ranges"]) == (200, "bytes")
    for start in (100, 200, 300):
        part = reader.get(pdf.view_url, headers={"Range": f"bytes={start}-{start + 99}"})
        assert (part.status_code, part.data) == (206, data[start : start + 100])
        assert part.headers["Content-Range"] == f"bytes {start}-{start + 99}/{len(data)}"
    assert accesses() == [("file.opened", office.officer.id)]
    assert reader.get(pdf.url, headers={"Range": "bytes=0-9"}).data == data[:10]
    assert accesses()[1:] == [("file.downloaded", office.officer.id)]


def test_a_known_version_is_not_sent_nor_logged_again(office: Office, client_of: ClientOf, pdf: File) -> None:
    reader = client_of(office.officer)
    again = reader.get(pdf.url, headers={"If-None-Match": f'"{pdf.sha256}"'})
    assert (again.status_code, again.data) == (304, b"")
    assert reader.head(pdf.url).status_code == 200
    assert accesses() == []


def test_an_access_stands_in_the_history_of_the_record_with_its_request(
    office: Office, client_of: ClientOf, pdf: File
) -> None:
    answer = client_of(office.officer).get(pdf.url)
    line = audit.history(OWNER)[0]
    assert (line.act, line.data) == ("file.downloaded", {"file": pdf.id, "sha256": pdf.sha256})
    assert line.request_id == answer.headers["X-Request-Id"]
    assert audit.verify().is_whole


def test_only_what_we_can_show_is_shown_inline(office: Office, client_of: ClientOf, pdf: File) -> None:
    reader = client_of(office.officer)
    assert reader.get(pdf.view_url).headers["Content-Disposition"].startswith("inline")
    sheet = reader.get(attach(office, docx_with("Kính gửi"), "cong-van.docx").view_url)
    assert (sheet.headers["Content-Type"], sheet.data[:5]) == (media.PDF, b"%PDF-")
    assert sheet.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    kept = files.keep(b"a;b", "so-lieu.csv", "text/csv")
    with db.unit_of_work():
        address = files.attach_kept(office.clerk, kept, OWNER, org_id=office.org.id, role="print").view_url
    assert reader.get(address).headers["Content-Disposition"].startswith("attachment")


def test_the_picture_of_the_first_page_is_served(office: Office, client_of: ClientOf, pdf: File) -> None:
    answer = client_of(office.officer).get(pdf.picture_url)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/webp")
    assert answer.data[8:12] == b"WEBP"
    assert accesses() == []


def test_a_file_that_is_called_like_the_picture_is_still_served(office: Office, client_of: ClientOf) -> None:
    kept = files.keep(b"\x89PNG own bytes", "page-1.png", media.PNG)
    with db.unit_of_work():
        address = files.attach_kept(office.clerk, kept, OWNER, org_id=office.org.id, role="annex").url
    answer = client_of(office.officer).get(address)
    assert answer.data == b"\x89PNG own bytes"
    assert "filename=page-1.png" in answer.headers["Content-Disposition"]


def test_bytes_that_are_missing_come_back_from_the_trash_or_are_said_to_be_lost(
    office: Office, client_of: ClientOf, pdf: File
) -> None:
    reader = client_of(office.officer)
    store.discard(pdf.sha256)
    assert reader.get(pdf.url).status_code == 200
    files.path(pdf).unlink()
    answer = reader.get(pdf.url)
    assert answer.status_code == 503
    assert "không còn nguyên vẹn" in answer.text
