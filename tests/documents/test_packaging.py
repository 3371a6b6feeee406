"""Everything of an agency in one ZIP: readable and checkable without the system, for whom it is to read."""

import json
import zipfile
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from documents.models.catalogue import Phrase
from documents.models.document import AccessLevel, Document
from documents.services import directing, packaging, registering
from documents.services.chaining import chain_hash
from documents.services.directing import Direction
from documents.services.registering import Incoming
from intranet.cli import main
from intranet.core import clock, db, jobs
from intranet.core.errors import Forbidden
from intranet.exports import packing
from intranet.exports import services as exports
from intranet.people.models import User
from intranet.records import audit, files, package
from intranet.records.bundle import Difference
from intranet.records.models import AuditLine
from tests.factories import Office
from tests.uploads import staged_file

Make = Callable[..., Document]
Fields = Callable[..., Incoming]


@pytest.fixture
def two(desk: Office, received: Make, fields: Fields) -> list[Document]:
    """Two registered documents, one with a file, the other restricted."""
    found = [received(), received()]
    for one in found:
        registering.register_incoming(desk.clerk, one.id, fields(subject=f"Về việc {one.id}"))
    staged = staged_file(desk.clerk)
    with db.unit_of_work() as session:
        files.attach(desk.clerk, staged, found[0].ref, org_id=desk.org.id, role="main_pdf")
        session.get_one(Document, found[1].id).access_level = AccessLevel.NAMED
    return found


def packed(actor: User) -> Path:
    """The package as the worker makes it for this person."""
    with db.scope(actor.org_ids):
        packaging.ask(actor)
        jobs.run_due()
        row = exports.mine(actor)[0]
        assert row.file is not None, row.row.problem
        return files.path(row.file)


def told(path: Path, name: str) -> list[dict[str, Any]]:
    """The lines of one entry."""
    with zipfile.ZipFile(path) as archive:
        return [json.loads(line) for line in archive.read(name).splitlines()]


def test_a_package_holds_registers_documents_and_files_with_their_sums(
    desk: Office, two: list[Document]
) -> None:
    path = packed(desk.clerk)
    assert package.verify(path) == ([], True)
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        sums = archive.read("SHA256SUMS").decode()
        assert "sha256sum -c SHA256SUMS" in archive.read("DOC-TRUOC.txt").decode()
    assert {"so/den-2026.csv", "so/den-2026.xlsx", "so/den-2026.json", "manifest.json"} <= set(names)
    (pdf,) = [name for name in names if name.endswith(".pdf")]
    assert f"  {pdf}\n" in sums
    acts = set(db.session().scalars(select(AuditLine.act)))
    assert {"agency.exported", "export.made"} <= acts


def test_a_restricted_document_keeps_its_number_and_its_link_in_the_chain_alone(
    desk: Office, two: list[Document]
) -> None:
    path = packed(desk.clerk)
    with zipfile.ZipFile(path) as archive:
        whole = b"".join(archive.read(name) for name in archive.namelist() if not name.endswith("xlsx"))
        book = json.loads(archive.read("so/den-2026.json"))
    assert f"Về việc {two[0].id}".encode() in whole
    assert f"Về việc {two[1].id}".encode() not in whole
    assert [line["number"] for line in book["lines"]] == [1, 2]
    chain = told(path, "so/den-2026-nhat-ky.jsonl")
    assert chain[1] == {
        "prev_hash": chain[0]["hash"],
        "hash": book["head_hash"],
        "event": {"withheld": True},
    }
    event = chain[0]["event"]
    assert isinstance(event, dict)
    assert chain_hash(str(chain[0]["prev_hash"]), event) == chain[0]["hash"]


def test_what_was_done_with_documents_is_in_the_package_by_name_and_its_log_can_be_proved(
    desk: Office, two: list[Document], tmp_path: Path
) -> None:
    for one in two:
        with db.unit_of_work() as session:
            session.get_one(Document, one.id).access_level = AccessLevel.NORMAL
        directing.present(desk.clerk, one.id, desk.leader.id)
        due = clock.today() + timedelta(days=14)
        given = Direction(desk.stc.id, due_date=due, text=f"Giao tham mưu {one.id}")
        directing.direct(desk.leader, one.id, given)
    clock.advance(timedelta(seconds=11))
    with db.unit_of_work() as session:
        session.get_one(Document, two[1].id).access_level = AccessLevel.NAMED
        session.add(Phrase(org_id=desk.org.id, owner_id=desk.leader.id, text="câu riêng của lãnh đạo"))
    path = packed(desk.clerk)
    (said,) = told(path, "van-ban/y-kien-chi-dao.jsonl")
    assert (said["author"], said["text"]) == (desk.leader.full_name, f"Giao tham mưu {two[0].id}")
    (task,) = told(path, "nhiem-vu/nhiem-vu.jsonl")
    assert {one["task"] for one in told(path, "nhiem-vu/don-vi.jsonl")} == {task["code"]}
    assert (task["origin_id"], task["assigner"]) == (two[0].id, desk.leader.full_name)
    assert "câu riêng" not in str(told(path, "danh-muc/cau-chi-dao.jsonl"))
    with zipfile.ZipFile(path) as archive:
        words = archive.read("nhat-ky/nhat-ky.csv").decode()
        people = archive.read("nhiem-vu/don-vi.csv").decode()
    (kept,) = told(path, "van-ban/van-ban.jsonl")
    code = f"{kept['number']}/{kept['symbol']} (#{two[0].id})"
    assert (kept["kind"], task["document"]) == ("Công văn", code)
    assert f"{desk.leader.full_name},,Giao xử lý,{code}" in words
    assert f"Chủ trì,{desk.stc.name}" in people
    log = told(path, package.LOG)
    assert log[-1]["mac"] != log[-2]["mac"]
    assert {"withheld"} & set(log[-1]) == {"withheld"}
    assert [line for line in log if line.get("ref_id") == two[1].id and line["ref_kind"] == "document"] == []
    assert audit.prove_rows(log) is None
    whole = tmp_path / "all.zip"
    with db.scope(), db.across_orgs("the test takes everything of one agency along"):
        packing.write_all(whole, desk.org.id)
    assert package.prove_log(whole) is None
    lines = told(whole, package.LOG)
    assert [line for line in lines if "withheld" in line] == []
    forged = [line | {"act": "thing.forged"} if line["seq"] == 3 else line for line in lines]
    for bad, problem in ((forged, "changed"), (lines[:2] + lines[3:], "missing")):
        fault = audit.prove_rows(bad)
        assert fault is not None
        assert (fault.seq, fault.problem) == (3, problem)


def test_however_many_lines_a_list_has_one_part_of_it_is_in_memory(tmp_path: Path, app: Flask) -> None:
    path = tmp_path / "long.zip"
    largest = 0
    with path.open("xb") as into:
        written = package.Package(into)
        packed_parts = written.add_parts

        def watch(name: str, parts: Iterable[bytes]) -> None:
            nonlocal largest
            kept = list(parts)
            largest = max(largest, *map(len, kept))
            packed_parts(name, kept)

        written.add_parts = watch  # type: ignore[method-assign]  # what is packed at once is measured
        assert written.add_lines("dai.jsonl", ({"n": n, "chu": "đ" * 1000} for n in range(4000))) == 4000
        written.close({})
    assert largest < 3 << 20
    assert package.verify(path) == ([], True)
    assert told(path, "dai.jsonl")[-1] == {"n": 3999, "chu": "đ" * 1000}


def test_only_those_who_see_the_registers_take_everything_along(desk: Office, two: list[Document]) -> None:
    for person in (desk.officer, desk.admin, desk.head):
        with pytest.raises(Forbidden):
            packaging.ask(person)
    path = packed(desk.other_clerk)
    with zipfile.ZipFile(path) as archive:
        assert "Về việc" not in b"".join(map(archive.read, archive.namelist())).decode(errors="replace")


def test_the_operator_takes_all_of_one_agency_and_nothing_that_opens_doors(
    desk: Office, two: list[Document], tmp_path: Path
) -> None:
    path = tmp_path / "all.zip"
    with db.scope(), db.across_orgs("the test takes everything of one agency along"):
        facts = packing.write_all(path, desk.org.id)
    assert facts["documents"] == 2
    assert package.verify(path) == ([], True)
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        people = archive.read("bang/user.jsonl").decode()
    assert {"bang/audit.jsonl", "bang/document.jsonl", "bang/ledger_event.jsonl"} <= names
    assert "bang/session.jsonl" not in names
    assert "Lê Thị Hồng Nhung" in people
    assert "Bùi Thị Mai" not in people
    assert "password" not in people


def test_a_changed_a_lost_and_an_added_file_are_named_also_when_unpacked(
    desk: Office, two: list[Document], tmp_path: Path, session_app: Flask
) -> None:
    folder = tmp_path / "unpacked"
    with zipfile.ZipFile(packed(desk.clerk)) as archive:
        archive.extractall(folder)
    assert package.verify(folder) == ([], True)
    (folder / "so" / "den-2026.csv").write_text("1", encoding="utf-8")
    (folder / "so" / "den-2026.xlsx").unlink()
    (folder / "them.txt").write_text("x", encoding="utf-8")
    found, _ = package.verify(folder)
    assert set(found) == {
        Difference("changed", "so/den-2026.csv"),
        Difference("missing", "so/den-2026.xlsx"),
        Difference("added", "them.txt"),
    }
    assert package.verify(folder / "them.txt") == ([Difference("unreadable")], False)


def test_the_button_on_the_registers_page_makes_the_package(
    desk: Office, two: list[Document], client_of: Callable[[User], FlaskClient]
) -> None:
    clerk = client_of(desk.clerk)
    assert "/documents/registers/package" in clerk.get("/documents/registers").text
    assert clerk.post("/documents/registers/package").location.endswith("/exports/")
    jobs.run_due()
    assert "Toàn bộ văn bản" in clerk.get("/exports/").text
    assert client_of(desk.officer).post("/documents/registers/package").status_code == 403


def test_the_command_line_declares_export_and_its_check() -> None:
    assert {"export", "registers", "audit"} <= set(main.commands)
    assert "verify" in main.commands["export"].commands  # type: ignore[attr-defined]
