"""The access of several documents at once: counted beforehand, only what is named changes, all or none."""

import re
from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient

from documents.models.document import AccessLevel, Document
from documents.services import directing, registering, restricting, restricting_many
from documents.services.restricting import Wish
from intranet.core.errors import Forbidden, Invalid
from intranet.people.models import User
from tests.counting import count_queries
from tests.factories import Office

Make = Callable[..., Document]
Fields = Callable[..., registering.Incoming]
ClientOf = Callable[[User], FlaskClient]
REASON = "Nội dung về nhân sự, chưa công bố"


@pytest.fixture
def three(desk: Office, received: Make, fields: Fields) -> list[Document]:
    """A document that nobody has, one before the leader, and one that is restricted to an officer."""
    found = [received() for _ in range(3)]
    for one in found:
        registering.register_incoming(desk.clerk, one.id, fields())
    directing.present(desk.clerk, found[1].id, desk.leader.id)
    wish = Wish(AccessLevel.NAMED, add=frozenset({desk.officer.id}))
    restricting.change(desk.clerk, found[2].id, wish, REASON)
    return found


def ids(documents: list[Document]) -> list[int]:
    """Their ids."""
    return [one.id for one in documents]


def test_what_was_foreseen_is_what_becomes(desk: Office, three: list[Document]) -> None:
    wish = Wish(AccessLevel.NAMED, add=frozenset({desk.other_head.id}), remove=frozenset({desk.officer.id}))
    foreseen = restricting_many.foresee(desk.clerk, three, wish)
    assert restricting_many.change(desk.clerk, ids(three), wish, REASON) == (3, 0)
    for one in foreseen:
        row = restricting.changes_of(one.document)[0]
        assert (one.readers_before, one.readers_after) == (row.readers_before, row.readers_after)
        assert one.readers_after == len(restricting.readers_of(one.document))
        assert restricting.is_flagged(one.document)
    assert restricting_many.change(desk.clerk, ids(three), Wish(AccessLevel.NAMED), REASON) == (0, 3)


def test_what_the_wish_does_not_name_stays_at_each(desk: Office, three: list[Document]) -> None:
    wish = Wish(add=frozenset({desk.other_head.id}))
    restricting_many.change(desk.clerk, ids(three), wish, REASON)
    assert [one.access_level for one in three] == [AccessLevel.NORMAL, AccessLevel.NORMAL, AccessLevel.NAMED]
    assert desk.officer.id in restricting.readers_of(three[2])
    with pytest.raises(Invalid, match=r"access.nothing_wished"):
        restricting_many.change(desk.clerk, ids(three), Wish(), REASON)
    both = frozenset({desk.officer.id})
    with pytest.raises(Invalid, match=r"access.both_ways"):
        restricting_many.change(desk.clerk, ids(three), Wish(add=both, remove=both), REASON)


def test_one_that_may_not_be_changed_holds_up_all_and_is_not_offered(
    desk: Office, three: list[Document]
) -> None:
    wish = Wish(AccessLevel.NAMED)
    with pytest.raises(Forbidden):
        restricting_many.change(desk.officer, [three[2].id], wish, REASON)
    chosen = restricting_many.chosen(desk.officer, ids(three))
    assert (chosen.documents, ids(chosen.others), chosen.unseen) == ([], [three[2].id], 2)


def test_the_page_counts_first_and_changes_only_what_it_counted(
    desk: Office, three: list[Document], client_of: ClientOf
) -> None:
    clerk = client_of(desk.clerk)
    path = f"/documents/access/many?{urlencode({'id': ids(three[:2])}, doseq=True)}"
    data = {"level": "named", "add": [desk.other_head.id], "reason": "ngắn"}
    refused = clerk.post(path, data=data)
    assert refused.status_code == 422
    assert "ngắn</textarea>" in refused.text
    assert re.search(rf'<option selected value="{desk.other_head.id}"', refused.text)
    counted = clerk.post(path, data=data | {"reason": REASON})
    assert "2 văn bản sẽ đổi" in counted.text
    assert {one.access_level for one in three[:2]} == {AccessLevel.NORMAL}
    found = re.search(r'name="seen"[^>]*value="([^"]*)"', counted.text)
    assert found is not None
    seen = found[1].replace("&#39;", "'").replace("&lt;", "<").replace("&gt;", ">")
    other = clerk.post(path, data=data | {"reason": REASON, "add": [], "seen": seen})
    assert "2 văn bản sẽ đổi" in other.text
    assert {one.access_level for one in three[:2]} == {AccessLevel.NORMAL}
    done = clerk.post(path, data=data | {"reason": REASON, "seen": seen})
    assert done.status_code == 302
    assert {one.access_level for one in three[:2]} == {AccessLevel.NAMED}
    assert "Đã đổi phạm vi xem 2 văn bản" in clerk.get(done.location).text


def test_more_documents_cost_the_preview_no_more_questions(desk: Office, three: list[Document]) -> None:
    wish = Wish(AccessLevel.NAMED, add=frozenset({desk.other_head.id}))
    with count_queries() as few:
        restricting_many.foresee(desk.clerk, three[:1], wish)
    with count_queries() as many:
        restricting_many.foresee(desk.clerk, three, wish)
    assert len(many) <= len(few)
