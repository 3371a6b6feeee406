"""How long a page of the list of incoming documents takes at any depth, and paging by OFFSET beside it.

What is timed is the page as the list gets it, its documents loaded, warm; then the same narrowed and with
words in the box, the numbers on the tabs, and an empty list with what it would have without one of its
conditions.
"""

import time
from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import func, select

from bench.archive import SELDOM, Filled, on_both, share_of
from bench.figures import Figure
from bench.search import BUDGETS, ROUNDS, asked_words
from documents.models.document import Document
from documents.models.lifecycle import Direction
from documents.permissions import visible_to
from documents.services import listing
from documents.services.listing import INCOMING_TABS, Filters
from intranet.core import db
from intranet.people.models import User

#: Milliseconds of a page, p95; how many times the first page the middle one may take.
_PAGE, _TIMES = 25, 3
#: Milliseconds of all numbers beside one page.
_COUNTS = 300
_NARROWED = {
    "urgent": Filters(tab="urgent"),
    "overdue": Filters(tab="overdue"),
    "to answer": Filters(tab="to_reply"),
    "to present": Filters(tab="to_present"),
    "done": Filters(tab="done"),
    "very urgent": Filters(urgency="2"),
    "of who writes seldom": Filters(issuer=SELDOM),
}
#: Nothing is a timed flash; who writes seldom wrote nothing very urgent of late.
_EMPTY = {
    "no such urgency": Filters(urgency="4"),
    "urgency and state": Filters(urgency="4", state="presented"),
    "issuer and state": Filters(issuer=SELDOM, state="presented", urgency="2"),
}


def measure(documents: int = 1_000_000) -> Iterator[Figure]:
    """Milliseconds by engine, person and depth; and the share of the time that OFFSET takes."""
    yield from on_both(_listing, documents)


def _listing(lies: Filled) -> Iterator[Figure]:
    with db.scope({lies.org_id}):
        last = db.session().scalar(select(func.max(Document.register_entry_id))) or 0
    depths = {"first": {}, "middle": {"before": str(last // 2)}, "last": {"after": "1"}}
    persons = {"clerk": lies.clerk, "leader": lies.leader, "1 % of it": lies.officer, "none": lies.nobody}
    for who, key in persons.items():
        taken = {depth: _times(lies, key, [Filters()] * ROUNDS, **way) for depth, way in depths.items()}
        for depth, times in taken.items():
            yield Figure(f"{lies.name}: {depth} page, {who}, p95", share_of(times, 0.95), "ms", _PAGE)
        ratio = share_of(taken["middle"], 0.5) / share_of(taken["first"], 0.5)
        yield Figure(f"{lies.name}: middle page against first, {who}", ratio, "", _TIMES)
    naive = sorted(_offset(lies, last // 2) for _ in range(5))
    yield Figure(f"{lies.name}: OFFSET to the middle, clerk, p50", share_of(naive, 0.5), "ms")
    middle = share_of(_times(lies, lies.clerk, [Filters()] * 5, **depths["middle"]), 0.5)
    yield Figure(f"{lies.name}: key against OFFSET", middle / share_of(naive, 0.5), "", 0.2)
    yield from _narrowed(lies)


def _narrowed(lies: Filled) -> Iterator[Figure]:
    asked = [one for words in asked_words().values() for one in words]
    budgets = BUDGETS[lies.engine]
    for who, key, most in (("clerk", lies.clerk, budgets[0]), ("1 % of it", lies.officer, budgets[1])):
        for what, filters in _NARROWED.items():
            times = _times(lies, key, [filters] * ROUNDS)
            yield Figure(f"{lies.name}: {what}, {who}, p95", share_of(times, 0.95), "ms", _PAGE)
        times = _times(lies, key, [Filters(words=one) for one in asked])
        yield Figure(f"{lies.name}: words in the box, {who}, p50", share_of(times, 0.5), "ms")
        yield Figure(f"{lies.name}: words in the box, {who}, p95", share_of(times, 0.95), "ms", most)
        times = _timed(
            lies, key, [INCOMING_TABS] * 5, lambda actor, tabs: listing.counts(actor, Direction.IN, tabs)
        )
        yield Figure(f"{lies.name}: numbers on the tabs, {who}", times[-1], "ms", _COUNTS)
        for what, filters in _EMPTY.items():
            times = _timed(lies, key, [filters] * 5, _nothing)
            yield Figure(f"{lies.name}: nothing, {what}, {who}", times[-1], "ms", _COUNTS)


def _nothing(actor: User, filters: Filters) -> None:
    """An empty page, and how many there would be without each of the conditions."""
    if listing.incoming(actor, filters).rows:
        raise RuntimeError(f"not empty: {filters}")
    for name in ("urgency", "state", "issuer"):
        if getattr(filters, name):
            listing.count_of(actor, Direction.IN, filters.without(name))


def _times(lies: Filled, user_id: int, asked: list[Filters], **way: str) -> list[float]:
    return _timed(lies, user_id, asked, lambda actor, filters: listing.incoming(actor, filters, **way))


def _timed(lies: Filled, user_id: int, asked: list[Any], do: Callable[[User, Any], Any]) -> list[float]:
    """Milliseconds of each, warm, sorted; each in a scope of its own, as a request is."""
    taken = []
    for one in asked:
        for is_timed in (False, True):
            with db.scope({lies.org_id}):
                actor = db.session().get_one(User, user_id)
                began = time.perf_counter()
                do(actor, one)
                if is_timed:
                    taken.append((time.perf_counter() - began) * 1000)
    return sorted(taken)


def _offset(lies: Filled, depth: int) -> float:
    """Milliseconds of a page reached by counting all rows above it."""
    with db.scope({lies.org_id}):
        actor = db.session().get_one(User, lies.clerk)
        query = select(Document).where(Document.direction == Direction.IN, visible_to(actor))
        query = query.where(Document.register_entry_id.is_not(None))
        query = query.order_by(Document.register_date.desc(), Document.register_entry_id.desc())
        began = time.perf_counter()
        db.session().execute(query.offset(depth).limit(listing.PAGE)).all()
        return (time.perf_counter() - began) * 1000
