"""A kept search keeps its columns, and tells its owner once of each document that it finds anew."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from documents.models.document import AccessLevel, Document
from documents.models.lifecycle import DocState
from documents.services import saved_searches, search_reminding
from intranet.core import clock, db
from intranet.core.errors import Invalid
from intranet.notices import services as notices
from intranet.people.models import User
from tests.factories import Office

Make = Callable[..., Document]
ClientOf = Callable[[User], FlaskClient]


@pytest.fixture
def put(received: Make) -> Make:
    """Makes registered documents."""
    return lambda subject, **values: received(**{"state": DocState.REGISTERED, "subject": subject} | values)


def words(person: User) -> list[str]:
    """What a person was told, newest first."""
    notices.release_due()
    with db.scope(person.org_ids):
        lines, _ = notices.page(person)
    return [line.words for line in lines]


def look() -> int:
    """A quarter of an hour later."""
    clock.advance(timedelta(minutes=16))
    return search_reminding.look_due()


def test_what_is_found_anew_is_told_once_and_what_was_there_never(desk: Office, put: Make) -> None:
    put("Giải ngân quý I")
    wish = {"reminds": True}
    saved_searches.save(desk.leader, "Giải ngân", "giải ngân", {}, "", None, **wish)
    assert search_reminding.look_due() == 0
    assert look() == 1
    assert words(desk.leader) == []
    put("Giải ngân quý II")
    put("Giải ngân quý III", access_level=AccessLevel.NAMED)
    put("Họp giao ban")
    look()
    assert words(desk.leader) == ["1 văn bản mới khớp bộ lọc “Giải ngân”"]
    look()
    assert len(words(desk.leader)) == 1
    (row,) = saved_searches.seen_by(desk.leader)
    saved_searches.change(desk.leader, row.id, "Giải ngân", None)
    put("Giải ngân quý IV")
    assert look() == 0
    assert len(words(desk.leader)) <= 1


def test_a_search_that_finds_too_much_reminds_of_nothing(
    desk: Office, put: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_reminding, "MOST", 1)
    put("Giải ngân một")
    put("Giải ngân hai")
    with pytest.raises(Invalid, match=r"search.too_wide"):
        saved_searches.save(desk.leader, "Rộng", "giải ngân", {}, "", None, reminds=True)
    assert saved_searches.seen_by(desk.leader) == []


def test_its_columns_are_ticked_where_it_is_taken_along_and_a_link_leads_to_it(
    desk: Office, put: Make, client_of: ClientOf
) -> None:
    put("Giải ngân quý I")
    leader = client_of(desk.leader)
    body = {"name": "Giải ngân", "unit_id": "", "columns": ["note", "signer"], "reminds": "y"}
    assert leader.post("/documents/search/saved?q=giải ngân", data=body).status_code == 302
    (row,) = saved_searches.seen_by(desk.leader)
    assert (row.columns, row.reminds) == (["note", "signer"], True)
    where = leader.get(f"/documents/search/saved/{row.id}").location
    assert f"saved={row.id}" in where
    export = leader.get(where).text.split('id="export"')[1].split("</dialog>")[0]
    ticked = [
        part.split('value="')[1].split('"')[0] for part in export.split("<label")[1:] if " checked" in part
    ]
    assert ticked == ["note", "signer", "xlsx"]
    assert client_of(desk.officer).get(f"/documents/search/saved/{row.id}").status_code == 404
    assert "Báo khi có văn bản mới" in leader.get("/documents/search").text
