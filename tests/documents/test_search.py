"""What the search box finds of documents, and in which order."""

import re
from collections.abc import Callable

from flask.testing import FlaskClient

from documents.models.document import Document
from documents.services import registering
from documents.services.registering import Incoming
from intranet.people.models import User
from tests.counting import count_queries
from tests.factories import Office

ClientOf = Callable[[User], FlaskClient]
Make = Callable[..., Document]
Fields = Callable[..., Incoming]


def test_search_shows_the_very_number_first_then_the_words_side_by_side_then_the_newest(
    desk: Office, client_of: ClientOf, received: Make, fields: Fields
) -> None:
    subjects = {
        "12": "Tổ chức lễ hội hoa xuân",
        "900": "Xuân này hoa nở sớm, lễ đón khách, hội chợ mở cửa",
        "901": "Triển khai 12 nhiệm vụ của lễ hội hoa xuân",
        "902": "Hoa cho ngày lễ, hội nghị đầu xuân, mục 12",
    }
    for number, subject in subjects.items():
        document = received(subject=subject)
        registering.register_incoming(desk.clerk, document.id, fields(number=number, subject=subject))
    client = client_of(desk.clerk)

    def found(words: str) -> list[str]:
        with count_queries() as sent:
            page = client.get("/search", query_string={"q": words}).text
        assert len([one for one in sent if "subject_key" in one and "LIKE" in one.upper()]) == 1
        rows = re.findall(r'<a href="/documents/incoming/\d+">([^<]*)</a>', page)
        return [re.search(r"(\d+)/BTC", row)[1] for row in rows]  # type: ignore[index]  # each has its code

    assert found("12/BTC-ĐT") == ["12"]
    assert found("12") == ["12", "902", "901"]
    assert found("lễ hội hoa xuân") == ["901", "12", "902", "900"]
    assert found("BTC-ĐT") == ["902", "901", "900", "12"]
    stranger = client_of(desk.stranger).get("/search?q=12").text
    assert "lễ hội" not in stranger
