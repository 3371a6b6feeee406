"""Who has seen what, and when: first and last time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Response, after_this_request, has_request_context, request
from sqlalchemy import select

from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.core.dialect import insert
from intranet.core.refs import Ref
from intranet.records import counting
from intranet.records.counting import Use
from intranet.records.models import ReadingMark

#: A mark younger than this is not written again.
_FRESH = timedelta(minutes=1)


@dataclass(frozen=True)
class Seen:
    """That a person saw a record first at ``at`` and last at ``last_at``."""

    user_id: int
    at: datetime
    last_at: datetime


def mark_seen(actor: Actor, ref: Ref, *, counted_for: int | None = None) -> None:
    """Note that the actor has the record before their eyes.

    In a page that only reads, the mark is written after the answer, in a unit of work of its own.

    :param counted_for: the agency for which the look is counted; not again within a minute.
    """
    now = clock.now()
    before = db.session().get(ReadingMark, (ref.kind, ref.id, actor.id))
    if before is not None and now - before.last_at < _FRESH:
        return
    user_id = actor.id
    if not has_request_context() or request.method != "GET":
        _write(user_id, ref, now, counted_for)
        return

    @after_this_request
    def later(response: Response) -> Response:
        if response.status_code < 400:
            response.call_on_close(lambda: _write(user_id, ref, now, counted_for))
        return response


def seen_by(ref: Ref) -> list[Seen]:
    """Who has seen the record, first reader first."""
    found = select(ReadingMark).where(ReadingMark.ref_kind == ref.kind, ReadingMark.ref_id == ref.id)
    marks = db.session().scalars(found.order_by(ReadingMark.first_at, ReadingMark.user_id))
    return [Seen(mark.user_id, mark.first_at, mark.last_at) for mark in marks]


def seen_among(user_id: int, kind: str, ids: Iterable[int]) -> set[int]:
    """Which of these records of a kind the person has seen: one question for a whole list."""
    found = select(ReadingMark.ref_id).where(
        ReadingMark.user_id == user_id, ReadingMark.ref_kind == kind, ReadingMark.ref_id.in_(list(ids))
    )
    return set(db.session().scalars(found))


def first_seen(ref: Ref, user_id: int) -> datetime | None:
    """When the person first saw the record, ``None`` if never."""
    mark = db.session().get(ReadingMark, (ref.kind, ref.id, user_id))
    return None if mark is None else mark.first_at


def _write(user_id: int, ref: Ref, at: datetime, counted_for: int | None) -> None:
    with db.unit_of_work() as opened:
        if counted_for is not None:
            counting.count(counted_for, Use.VIEWED, [ref])
        row = insert(opened, ReadingMark).values(
            ref_kind=ref.kind, ref_id=ref.id, user_id=user_id, first_at=at, last_at=at
        )
        opened.connection().execute(
            row.on_conflict_do_update(
                index_elements=["ref_kind", "ref_id", "user_id"], set_={"last_at": row.excluded.last_at}
            )
        )
