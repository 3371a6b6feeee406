"""Lists and the numbers on their tabs say the same, whichever way they look for what the reader may read."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from documents.models.document import AccessLevel, Document, Urgency
from documents.models.lifecycle import Direction, DocState
from documents.permissions import give_access
from documents.services import list_reach, listing, registering
from documents.services.listing import INCOMING_TABS, Filters
from documents.services.registering import Incoming
from intranet.core import clock, db
from intranet.people.models import User
from tests.counting import count_queries
from tests.factories import Office

Make = Callable[..., Document]
Fields = Callable[..., Incoming]


@pytest.fixture
def listed(desk: Office, received: Make, fields: Fields) -> list[int]:
    """Seven, two of them urgent, one dealt with; the officer is concerned by four, one restricted."""
    keys = []
    for n in range(7):
        urgency = Urgency.URGENT if n in (1, 2) else Urgency.NORMAL
        key = received().id
        registering.register_incoming(desk.clerk, key, fields(urgency=urgency, due_date=None))
        keys.append(key)
    with db.unit_of_work() as session:
        for n in (0, 1, 2, 3):
            one = session.get_one(Document, keys[n])
            one.access_level = AccessLevel.NAMED if n == 0 else AccessLevel.NORMAL
            one.due_date = clock.today() - timedelta(days=9)
            one.state = DocState.DONE if n == 2 else DocState.PRESENTED
            # By name and by unit: the row is found twice.
            give_access(one, f"u:{desk.officer.id}", f"d:{desk.stc.id}", reason="named")
    return keys


def _told(actor: User) -> tuple[dict[str, list[int]], dict[str, int]]:
    pages = {tab: [row.id for row in listing.incoming(actor, Filters(tab=tab)).rows] for tab in INCOMING_TABS}
    return pages, listing.counts(actor, Direction.IN, INCOMING_TABS)


@pytest.mark.parametrize("few", [3_000, 0])
def test_each_tab_counts_what_its_page_shows_and_nothing_hidden(
    desk: Office, listed: list[int], few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_reach, "FEW", few)
    monkeypatch.setattr(list_reach, "FEW_OF_ALL", few)
    of_officer = {
        "all": [3, 2, 1, 0],
        "presented": [3, 1, 0],
        "urgent": [1],
        "overdue": [3, 1, 0],
        "done": [2],
    }
    of_clerk = {"all": [6, 5, 4, 3, 2, 1], "to_present": [6, 5, 4], "presented": [3, 1], "urgent": [1]}
    of_clerk |= {"overdue": [3, 1], "done": [2]}
    for actor, seen in ((desk.officer, of_officer), (desk.clerk, of_clerk), (desk.other_head, {})):
        pages, counts = _told(actor)
        assert pages == {tab: [listed[n] for n in seen.get(tab, [])] for tab in INCOMING_TABS}
        assert counts == {tab: len(rows) for tab, rows in pages.items()}
    urgent = listing.incoming(desk.officer, Filters(urgency="1")).rows
    assert [row.id for row in urgent] == [listed[2], listed[1]]
    assert listing.count_of(desk.officer, Direction.IN, Filters(urgency="4")) == 0


@pytest.mark.parametrize("few", [3_000, 0])
def test_no_tab_counts_beyond_its_cap(
    desk: Office, listed: list[int], few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_reach, "FEW", few)
    monkeypatch.setattr(listing, "MOST_COUNTED", 2)
    for actor in (desk.clerk, desk.officer):
        counts = listing.counts(actor, Direction.IN, INCOMING_TABS)
        assert (counts["all"], counts["urgent"]) == (3, 1)


def test_who_is_concerned_by_few_documents_has_all_tabs_counted_at_once(
    desk: Office, listed: list[int]
) -> None:
    listing.counts(desk.officer, Direction.IN, INCOMING_TABS)
    with count_queries() as sent:
        listing.counts(desk.officer, Direction.IN, INCOMING_TABS)
    assert len(sent) <= 2


@pytest.mark.parametrize("few", [3_000, 0])
def test_leafing_down_and_up_again_shows_each_document_once_in_its_place(
    desk: Office, listed: list[int], few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_reach, "FEW_OF_ALL", few)
    monkeypatch.setattr(listing, "PAGE", 3)
    first = listing.incoming(desk.officer, Filters())
    assert [row.id for row in first.rows] == [listed[n] for n in (3, 2, 1)]
    second = listing.incoming(desk.officer, Filters(), before=first.older or "")
    assert ([row.id for row in second.rows], second.older) == ([listed[0]], None)
    again = listing.incoming(desk.officer, Filters(), after=second.newer or "")
    assert ([row.id for row in again.rows], again.newer) == ([row.id for row in first.rows], None)
