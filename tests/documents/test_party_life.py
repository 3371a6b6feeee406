"""Agencies that began or ended: offered only for documents of their time, understood for ever."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from documents.models.catalogue import Party
from documents.models.document import Document
from documents.services import catalogue, parties
from documents.services.parties import PartyFields
from intranet.core import clock, db
from intranet.core.errors import Invalid
from intranet.people.models import User
from tests.factories import Office

ClientOf = Callable[[User], FlaskClient]
ENDED = "Sở Giao thông vận tải tỉnh An Bình"


def test_an_agency_that_ended_is_offered_for_documents_of_its_time_alone(
    desk: Office, received: Callable[..., Document], client_of: ClientOf
) -> None:
    last = clock.today() - timedelta(days=30)
    admin = client_of(desk.admin)
    typed = {"name": ENDED, "short_name": "Sở GTVT", "channel": "post", "once": "k"}
    wrong = typed | {"active_from": f"{clock.today():%d/%m/%Y}", "active_to": f"{last:%d/%m/%Y}"}
    refused = admin.post("/documents/catalogue/parties/new", data=wrong)
    assert refused.status_code == 422
    assert "Ngày thôi hoạt động phải sau ngày bắt đầu." in refused.text
    given = typed | {"active_to": f"{last:%d/%m/%Y}"}
    assert admin.post("/documents/catalogue/parties/new", data=given).status_code == 302
    with db.scope({desk.org.id}):
        key = db.session().scalars(select(Party.id).where(Party.name == ENDED)).one()
    assert f'value="{last:%d/%m/%Y}"' in admin.get(f"/documents/catalogue/parties/{key}").text
    clerk = client_of(desk.clerk)
    offered = [
        f'<option value="{ENDED}">'
        in clerk.get(f"/documents/incoming/intake/{received(doc_date=day).id}").text
        for day in (last, last + timedelta(days=1), None)
    ]
    assert offered == [True, False, False]
    with db.scope({desk.org.id}):
        # What is written under its name is still understood.
        known = catalogue.party_named(desk.org.id, "Sở GTVT")
        assert known is not None
        assert [one.id for one in catalogue.parties(desk.org.id, last)] == [key]
        assert catalogue.parties(desk.org.id, clock.today()) == []


def test_an_agency_is_not_offered_before_it_began(desk: Office) -> None:
    begun = date(2026, 7, 1)
    parties.add(desk.admin, PartyFields("Sở Xây dựng mới", active_from=begun))
    with db.scope({desk.org.id}):
        for day, there in ((begun - timedelta(days=1), False), (begun, True)):
            assert ("Sở Xây dựng mới" in catalogue.known_issuers(desk.org.id, day)) is there
            assert bool(catalogue.parties(desk.org.id, day)) is there
    with pytest.raises(Invalid, match=r"party.ended_before"):
        parties.add(desk.admin, PartyFields("Sở khác nữa", active_from=begun, active_to=date(2026, 6, 30)))
