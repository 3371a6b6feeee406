"""``kill -9`` at any moment: what was acknowledged is there, and nothing is there twice."""

import os
import re
import secrets
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy
from flask import Flask
from sqlalchemy import select

from documents.models.document import Document
from documents.models.intake import IntakeFile, IntakeState
from documents.models.lifecycle import DocState
from documents.models.register import RegisterEntry, RegisterYear
from documents.services.verifying import prove
from intranet.core import clock, db
from intranet.records import store
from intranet.records.models import AuditLine, File
from tests import databases, postgres
from tests.documents import papers
from tests.sample.crashing import Clerk, Desk, all_at_once, later, make_desk, opened, wait_until, worker_of
from tests.serving import Server

pytestmark = [pytest.mark.slow, pytest.mark.own_db]

DOCUMENTS, UPLOADS = 200, 18


def _machine(url: str | None) -> Iterator[Server]:
    """A machine with an empty folder; the clock is the real one, which its processes have too."""
    clock.reset()
    for folder in databases.test_folder():
        machine = Server(folder / "data", sample=False, database_url=url)
        try:
            yield machine
        finally:
            machine.stop()


@pytest.fixture
def server(session_app: Flask) -> Iterator[Server]:
    """A machine with the embedded database."""
    yield from _machine(None)


@pytest.fixture
def any_server(session_app: Flask, maker: databases.Maker) -> Iterator[Server]:
    """A machine with a database of the engine of this run."""
    if isinstance(maker, databases.SqliteMaker):
        yield from _machine(None)
        return
    name = f"crash_{secrets.token_hex(6)}"
    yield from _machine(postgres.running().create(name))
    postgres.running().drop(name)


def test_registering_200_documents_survives_the_servers_death_three_times(any_server: Server) -> None:
    server = any_server
    desk = make_desk(server, clerks=3, documents=DOCUMENTS)
    acknowledged: list[int] = []
    server.start()

    def work(n: int) -> Callable[[], None]:
        def register() -> None:
            for document_id in desk.waiting[n::3]:
                _register(desk, desk.clerks[n], document_id)
                acknowledged.append(document_id)

        return register

    def kill(is_done: Callable[[], bool]) -> None:
        for most in (30, 85, 150):
            wait_until(lambda most=most: len(acknowledged) >= most or is_done())  # type: ignore[misc]
            assert not is_done(), "too late to kill it in the middle"
            server.kill()
            server.start()

    all_at_once([work(n) for n in range(3)], kill)
    assert sorted(acknowledged) == sorted(desk.waiting)
    assert sum(clerk.asked_again for clerk in desk.clerks) >= 3

    # A lost answer can be asked for again: the same number, no second line.
    with opened(server):
        numbers = dict(_pairs(select(RegisterEntry.document_id, RegisterEntry.number)))
    for document_id in desk.waiting[:5]:
        clerk = desk.clerks[desk.waiting.index(document_id) % 3]
        _register(desk, clerk, document_id)
        said = re.findall(r"số đến (\d+)|số (\d+)", clerk.get("/documents/incoming/intake?drop=1"))
        assert str(numbers[document_id]) in {word for pair in said for word in pair if word}
    server.stop()

    with opened(server):
        entries = db.session().scalars(select(RegisterEntry).order_by(RegisterEntry.number)).all()
        assert [entry.number for entry in entries] == list(range(1, DOCUMENTS + 1))
        assert sorted(entry.document_id or 0 for entry in entries) == sorted(desk.waiting)
        documents = db.session().scalars(select(Document)).all()
        assert {document.state for document in documents} == {DocState.REGISTERED}
        assert len({document.uid for document in documents}) == DOCUMENTS
        years = db.session().execute(select(RegisterYear.register_id, RegisterYear.year)).all()
        assert [fault for register, year in years for fault in prove(register, year)] == []
        told = select(AuditLine.ref_id).where(
            AuditLine.ref_kind == "document", AuditLine.act == "document.register"
        )
        assert Counter(db.session().scalars(told)) == dict.fromkeys(desk.waiting, 1)
    assert "Every chain is whole." in server.command("audit", "verify")


def _register(desk: Desk, clerk: Clerk, document_id: int) -> None:
    today = clock.today()
    form = {
        "once": f"vao-so-{document_id}",
        "code": f"{document_id}/BTC-ĐT",
        "doc_date": f"{today:%d/%m/%Y}",
        "subject": f"Báo cáo số {document_id}",
        "issuer": "Bộ Tài chính",
        "kind_id": str(desk.kind_id),
        "register_id": str(desk.register_id),
        "arrival_date": f"{today:%d/%m/%Y}",
        "urgency": "0",
        "presented_to_id": "",
    }
    answer, text = clerk.post(f"/documents/incoming/intake/{document_id}", form)
    assert answer.status == 302, (answer.status, text[:200])


def test_uploads_survive_the_death_of_the_server_and_of_the_reading_worker(server: Server) -> None:
    desk = make_desk(server, clerks=3, documents=0)
    letters = [papers.pdf(number=str(1000 + n), doc_date=clock.today()) for n in range(UPLOADS)]
    acknowledged: dict[str, int] = {}
    adding = threading.Lock()
    server.start()

    def work(n: int) -> Callable[[], None]:
        def upload() -> None:
            for k in range(n, UPLOADS, 3):
                (answer,) = desk.clerks[n].drop(f"cong-van-{k}.pdf", letters[k])
                assert answer["state"] != "refused", answer
                with adding:
                    acknowledged[answer["id"]] = k

        return upload

    def kill(is_done: Callable[[], bool]) -> None:
        for most, kill_one in ((3, _kill_the_server), (8, _kill_the_server), (13, _kill_the_worker)):
            wait_until(lambda most=most: len(acknowledged) >= most or is_done())  # type: ignore[misc]
            assert not is_done() or kill_one is _kill_the_worker, "too late to kill it in the middle"
            assert _left(server) > 0, "nothing is being read"
            kill_one(server)

    all_at_once([work(n) for n in range(3)], kill)
    assert sorted(acknowledged.values()) == list(range(UPLOADS))
    if _left(server):
        _kill_the_worker(server)
    wait_until(lambda: _left(server) == 0)
    server.stop()

    with opened(server):
        rows = db.session().scalars(select(IntakeFile)).all()
        assert {row.state for row in rows} == {IntakeState.CAPTURED}
        documents = {one.id: one for one in db.session().scalars(select(Document))}
        captured = {row.staged_id: row.document_id for row in rows}
        # One document for each upload, no upload without one, none from anywhere else.
        assert acknowledged.keys() <= captured.keys()
        assert Counter(captured.values()) == dict.fromkeys(documents, 1)
        for staged_id, k in acknowledged.items():
            document = documents[captured[staged_id] or 0]
            assert (document.state, document.number) == (DocState.RECEIVED, str(1000 + k))
            assert store.hash_of(store.path_of(document.main_sha256 or "")) == document.main_sha256
        files = Counter(db.session().scalars(select(File.ref_id).where(File.ref_kind == "document")))
        assert files == dict.fromkeys(documents, 1)
        told = select(AuditLine.ref_id).where(AuditLine.act == "document.received")
        assert Counter(db.session().scalars(told)) == dict.fromkeys(documents, 1)
    assert "Every chain is whole." in server.command("audit", "verify")


def _kill_the_server(server: Server) -> None:
    """End it by force and start it again."""
    server.kill()
    later(server)
    server.start()


def _kill_the_worker(server: Server) -> None:
    """End the worker alone by force; the server starts another one."""
    wait_until(lambda: worker_of(server) is not None)
    dead = worker_of(server)
    assert dead is not None
    os.kill(dead, signal.SIGKILL)
    later(server)
    wait_until(lambda: worker_of(server) not in (None, dead))


def _left(server: Server) -> int:
    """Uploads that are still to be read or to become documents."""
    engine = sqlalchemy.create_engine(server.database_url, poolclass=sqlalchemy.NullPool)
    with engine.connect() as line:
        counts = [
            line.execute(
                sqlalchemy.text(f"select count(*) from {table} where state = 'checking'")
            ).scalar_one()
            for table in ("staged_file", "intake_file")
        ]
    return int(max(counts))


def _pairs(query: object) -> list[tuple[int, int]]:
    return [(row[0], row[1]) for row in db.session().execute(query)]  # type: ignore[call-overload]
