"""What the tests of documents share: an agency that can register, files, and documents at each step."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from documents.models.catalogue import DocKind
from documents.models.document import Document
from documents.models.lifecycle import Direction, DocState
from documents.services import catalogue
from documents.services.registering import Incoming
from intranet.core import clock, db
from tests.factories import Office


@pytest.fixture
def desk(office: Office) -> Office:
    """The test office with kinds, registers and sentences in both agencies, as ``desk_url`` has it."""
    return office


@pytest.fixture
def kind(desk: Office) -> Callable[[str], DocKind]:
    """Finds a kind of the office by name."""

    def named(name: str) -> DocKind:
        found = catalogue.kind_named(desk.org.id, name)
        assert found is not None
        return found

    return named


@pytest.fixture
def received(desk: Office) -> Callable[..., Document]:
    """Makes a received document that has no file."""

    def make(**values: Any) -> Document:
        given = {
            "org_id": desk.org.id,
            "direction": Direction.IN,
            "state": DocState.RECEIVED,
            "subject": "Đẩy nhanh tiến độ giải ngân vốn đầu tư công năm 2026",
            "created_by_id": desk.clerk.id,
            "created_at": clock.now(),
            "arrival_date": clock.today(),
        } | values
        with db.unit_of_work() as session:
            document = Document(**given)
            session.add(document)
            session.flush()
            key = document.id
        with db.agencies({given["org_id"]}):
            return db.session().get_one(Document, key)

    return make


@pytest.fixture
def fields(kind: Callable[[str], DocKind]) -> Callable[..., Incoming]:
    """Makes the fields of an official letter; each call has a number of its own."""
    counter = iter(range(9000, 10000))

    def make(**changes: Any) -> Incoming:
        values: dict[str, Any] = {
            "kind_id": kind("Công văn").id,
            "number": str(next(counter)),
            "symbol": "BTC-ĐT",
            "doc_date": clock.today() - timedelta(days=1),
            "issuer": "Bộ Tài chính",
            "subject": "Đẩy nhanh tiến độ giải ngân vốn đầu tư công năm 2026",
            "arrival_date": clock.today(),
            "due_date": date(2026, 11, 30),
        }
        return Incoming(**(values | changes))

    return make
