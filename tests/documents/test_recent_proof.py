"""What takes much out of the house at once wants the password again, once in five minutes."""

from collections.abc import Callable
from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from documents.models.document import AccessLevel, Document
from documents.permissions import give_access
from documents.services import registering
from intranet.core import clock, db
from intranet.exports.models import Export
from intranet.people.models import User
from intranet.records import audit
from tests.factories import Office
from tests.people.browsing import PASSWORD, give_password

ClientOf = Callable[[User], FlaskClient]
PACKAGE = "/documents/registers/package"
FROM = {"Referer": "http://localhost/documents/registers?a=1"}


def asked() -> int:
    """How many files were asked for."""
    return db.session().scalar(select(func.count(Export.id))) or 0


def test_the_whole_agency_is_packed_only_after_a_recent_proof(
    app: Flask, desk: Office, client_of: ClientOf
) -> None:
    give_password(app, desk.clerk)
    clerk, other = client_of(desk.clerk), client_of(desk.clerk)
    clock.advance(timedelta(minutes=6))
    answer = clerk.post(PACKAGE, headers=FROM)
    assert answer.location == "/me/prove?next=/documents/registers?a%3D1"
    assert asked() == 0
    wrong = clerk.post("/me/prove", data={"present": "không phải mật khẩu", "next": "//evil.example/"})
    assert wrong.status_code == 422
    assert "Mật khẩu đang dùng chưa đúng" in wrong.text
    assert clerk.post(PACKAGE).location == "/me/prove?next=/"
    right = clerk.post("/me/prove", data={"present": PASSWORD, "next": "/documents/registers?a=1"})
    assert right.location == "/documents/registers?a=1"
    assert audit.history(desk.clerk.ref)[0].act == "session.proved"
    assert "/exports" in clerk.post(PACKAGE).location
    assert asked() == 1
    assert "/me/prove" in other.post(PACKAGE).location
    clock.advance(timedelta(minutes=6))
    assert "/me/prove" in clerk.post(PACKAGE).location


def test_a_list_wants_it_of_whoever_could_take_restricted_documents_along(
    desk: Office,
    received: Callable[..., Document],
    fields: Callable[..., registering.Incoming],
    client_of: ClientOf,
) -> None:
    document = received()
    registering.register_incoming(desk.clerk, document.id, fields())
    clerk, leader = client_of(desk.clerk), client_of(desk.leader)
    clock.advance(timedelta(minutes=6))
    data = {"column": ["subject"], "format": "xlsx"}
    assert "/exports" in clerk.post("/documents/incoming/export?tab=all", data=data).location
    with db.unit_of_work() as session:
        session.get_one(Document, document.id).access_level = AccessLevel.NAMED
        give_access(document, f"u:{desk.clerk.id}", reason="named")
    assert "/me/prove" in clerk.post("/documents/incoming/export?tab=all", data=data).location
    assert "/exports" in leader.post("/documents/incoming/export?tab=all", data=data).location
    assert asked() == 2
