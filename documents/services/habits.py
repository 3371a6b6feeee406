"""What became of similar documents in the last two years: who led, and how long it took."""

import math
import statistics
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import or_, select

from documents.models.document import Document
from documents.models.lifecycle import Direction
from documents.services import parties
from intranet.core import clock, db
from intranet.core.text import fold
from intranet.notices.workdays import Calendar
from intranet.tasks.models import Task, TaskState

#: Fewer cases than this are no habit.
LEAST_CASES = 5
_PERIOD = timedelta(days=730)
#: The newest so many documents of the issuer or kind are compared.
_MOST = 300
#: Share of the words of two subjects that makes them alike.
_ALIKE = 0.3
#: Words of every other subject.
_COMMON = frozenset(
    fold("về việc của và các cho tại trên trong theo đối với năm số ngày tháng báo cáo").split()
)


class _Case(NamedTuple):
    document_id: int
    lead_unit_id: int
    kind_id: int | None
    issuer_id: int | None
    field_id: int | None
    subject_key: str


@dataclass(frozen=True)
class Habit:
    """Similar documents that a unit led; without ``cases`` there were too few."""

    #: How often each unit led them.
    led: Counter[int]
    document_ids: tuple[int, ...] = ()

    @property
    def cases(self) -> int:
        """How many similar documents there were."""
        return len(self.document_ids)


def habit_of(document: Document) -> Habit:
    """The closest documents of which there are enough: by issuer, kind, field and words of the subject."""
    issuers = [] if document.issuer_id is None else parties.family(document.issuer_id)
    found = _candidates(document, issuers)
    words = _words(document.subject_key)
    for alike in _closer_and_wider(document, found, words, issuers):
        if len(alike) >= LEAST_CASES:
            return Habit(Counter(one.lead_unit_id for one in alike), tuple(one.document_id for one in alike))
    return Habit(Counter(one.lead_unit_id for one in found))


def days_taken(habit: Habit, on: Calendar) -> tuple[int, int] | None:
    """The median of the working days that similar documents took, and of how many; ``None`` of too few."""
    if not habit.document_ids:
        return None
    query = select(Task.created_at, Task.finished_at).where(
        Task.origin_kind == "document",
        Task.origin_id.in_(habit.document_ids),
        Task.parent_id.is_(None),
        Task.state == TaskState.DONE,
        Task.finished_at.is_not(None),
    )
    taken = [
        on.working_days_between(clock.local(begun).date(), clock.local(ended).date())
        for begun, ended in db.session().execute(query)
        if ended is not None
    ]
    if len(taken) < LEAST_CASES:
        return None
    return max(1, math.ceil(statistics.median(taken))), len(taken)


def _candidates(document: Document, issuers: Sequence[int]) -> list[_Case]:
    near = [Document.kind_id == document.kind_id] if document.kind_id is not None else []
    near += [Document.issuer_id.in_(issuers)] if issuers else []
    near += [Document.field_id == document.field_id] if document.field_id is not None else []
    query = (
        select(
            Document.id,
            Document.lead_unit_id,
            Document.kind_id,
            Document.issuer_id,
            Document.field_id,
            Document.subject_key,
        )
        .where(
            Document.org_id == document.org_id,
            Document.direction == Direction.IN,
            Document.lead_unit_id.is_not(None),
            Document.register_date >= clock.today() - _PERIOD,
            Document.id != document.id,
            or_(*near) if near else Document.id.is_(None),
        )
        .order_by(Document.register_date.desc(), Document.id.desc())
        .limit(_MOST)
    )
    return [_Case(row[0], row[1] or 0, *row[2:]) for row in db.session().execute(query)]


def _closer_and_wider(
    document: Document, found: Sequence[_Case], words: frozenset[str], issuers: Sequence[int]
) -> Iterator[list[_Case]]:
    same_issuer = [one for one in found if one.issuer_id in issuers]
    same_field = [one for one in found if document.field_id and one.field_id == document.field_id]
    same_kind = [one for one in found if document.kind_id and one.kind_id == document.kind_id]
    yield [one for one in same_issuer if one.kind_id == document.kind_id and _is_alike(one, words)]
    yield [one for one in same_issuer if _is_alike(one, words)]
    yield [one for one in same_field if _is_alike(one, words)]
    yield [one for one in same_kind if _is_alike(one, words)]
    yield [one for one in same_issuer if one.kind_id == document.kind_id]
    yield same_field
    yield same_issuer
    yield same_kind


def _is_alike(one: _Case, words: frozenset[str]) -> bool:
    other = _words(one.subject_key)
    return bool(words and other) and len(words & other) >= _ALIKE * len(words | other)


def _words(subject_key: str) -> frozenset[str]:
    return frozenset(subject_key.split()) - _COMMON
