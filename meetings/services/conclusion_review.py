"""What earlier sittings of the same body concluded, and how far it is (rà soát kết luận kỳ trước).

Meetings of one body form the series. The last sitting that concluded anything is shown whole, older ones with
what is not done yet. A reader finds what was concluded where he or she took part.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_, select

from intranet.core.db import session, unit_of_work
from intranet.core.errors import BadState
from intranet.core.labels import label
from intranet.core.text import fold
from intranet.notices import workdays
from intranet.people.models import User
from intranet.tasks.lists import due_words
from intranet.tasks.models import OPEN, Outcome, Task
from meetings.models.conclusion import Conclusion
from meetings.models.meeting import ItemKind, ItemState, Meeting, MeetingState, Participant, PartRole
from meetings.permissions import access_changeable
from meetings.services import bodies, planning
from meetings.services.conclusion_lists import STANDS, entries

_HELD = (MeetingState.ENDED, MeetingState.MINUTES, MeetingState.CLOSED)
_MOST = 200
#: Minutes that the item gets, until somebody says otherwise.
_MINUTES = 10


@dataclass(frozen=True)
class Line:
    """One conclusion of an earlier sitting.

    :param entry: as :func:`meetings.services.conclusion_lists.entries` has it.
    :param how: how its task stands in words, empty where it gave no work.
    :param tone: ``bad``, ``warn``, ``ok`` or none.
    """

    entry: dict[str, Any]
    how: str
    tone: str
    is_open: bool


@dataclass(frozen=True)
class Past:
    """An earlier sitting with what is to be gone through of it."""

    id: int
    title: str
    starts_at: datetime
    lines: Sequence[Line]


@dataclass(frozen=True)
class Review:
    """What a sitting goes through of its body's earlier ones, newest first."""

    sittings: Sequence[Past]
    #: It is on the agenda already.
    is_item: bool

    @property
    def lines(self) -> list[Line]:
        """All conclusions in it."""
        return [line for past in self.sittings for line in past.lines]

    @property
    def late(self) -> int:
        """How many are late."""
        return sum(line.is_open and line.tone == "bad" for line in self.lines)

    @property
    def open(self) -> int:
        """How many are not done yet."""
        return sum(line.is_open for line in self.lines)


def review_of(actor: User, meeting: Meeting) -> Review | None:
    """What earlier sittings concluded, as far as the actor took part; ``None`` where there is nothing."""
    if actor.only is not None:
        # A tablet that is bound to one meeting reads of no other.
        return None
    earlier = _earlier(actor, meeting)
    query = (
        select(Conclusion.meeting_id)
        .join(Meeting, Meeting.id == Conclusion.meeting_id)
        .where(earlier, Conclusion.state.in_(STANDS))
        .order_by(Meeting.starts_at.desc(), Meeting.id.desc())
        .limit(1)
    )
    last = session().scalar(query)
    if last is None:
        return None
    rows = session().execute(
        select(Conclusion, Meeting)
        .join(Meeting, Meeting.id == Conclusion.meeting_id)
        .outerjoin(Task, Task.id == Conclusion.task_id)
        .where(earlier, Conclusion.state.in_(STANDS), or_(Meeting.id == last, Task.state.in_(OPEN)))
        .order_by(Meeting.starts_at.desc(), Meeting.id.desc(), Conclusion.position, Conclusion.id)
        .limit(_MOST)
    )
    return Review(_grouped([(found, of) for found, of in rows]), is_on_agenda(meeting))


def is_on_agenda(meeting: Meeting) -> bool:
    """True where going through earlier conclusions is an item; asks for nothing beside the agenda."""
    return _item_of(meeting) is not None


def put_on_agenda(actor: User, meeting_id: int) -> int:
    """Make going through earlier conclusions an item: the first of an agenda that has not begun.

    :returns: the item's id; the one that is there already.
    :raises NotFound: no such meeting, or none the actor may attend.
    :raises Forbidden: the actor does not prepare it.
    :raises BadState: ``meeting.not_plannable``; ``conclusion.nothing_before``, no earlier sitting concluded
        anything.
    """
    with unit_of_work():
        meeting = access_changeable(actor, meeting_id)
        there = _item_of(meeting)
        if there is not None:
            return there
        if review_of(actor, meeting) is None:
            raise BadState("conclusion.nothing_before")
        made = planning.add_item(
            actor,
            meeting_id,
            title=label("conclusion.review"),
            kind=ItemKind.INFO,
            budget_min=_MINUTES,
            owner_id=actor.id,
            after=meeting.current_item_id,
        )
        if meeting.started_at is None:
            planned = [one.id for one in meeting.agenda if one.state is ItemState.PLANNED]
            planning.reorder_items(actor, meeting_id, sorted(planned, key=lambda key: key != made))
        return made


def _earlier(actor: User, meeting: Meeting) -> ColumnElement[bool]:
    """SQL: earlier sittings of the same body in which the actor took part as more than a guest."""
    first = next(iter(bodies.bodies_of(meeting.org_id)), None)
    first_id = None if first is None else first.id
    sits: ColumnElement[bool] = Meeting.body_id == (meeting.body_id or first_id)
    if meeting.body_id in {None, first_id}:
        sits = or_(sits, Meeting.body_id.is_(None))
    took_part = exists().where(
        Participant.meeting_id == Meeting.id,
        Participant.user_id == actor.id,
        Participant.role != PartRole.GUEST,
    )
    return and_(
        Meeting.org_id == meeting.org_id,
        sits,
        Meeting.state.in_(_HELD),
        Meeting.starts_at < meeting.starts_at,
        Meeting.id != meeting.id,
        Meeting.rehearses_id.is_(None),
        took_part,
    )


def _grouped(rows: Sequence[tuple[Conclusion, Meeting]]) -> list[Past]:
    on, late_from = workdays.calendar(), workdays.late_from()
    found: dict[int, tuple[Meeting, list[Line]]] = {}
    for entry, (_, meeting) in zip(entries([one for one, _ in rows]), rows, strict=True):
        task: Task | None = entry["task"]
        how, tone = ("", "") if task is None else _how(task, due_words(task, on, late_from))
        line = Line(entry, how, tone, task is not None and task.is_open)
        found.setdefault(meeting.id, (meeting, []))[1].append(line)
    return [Past(one.id, one.title, one.starts_at, lines) for one, lines in found.values()]


def _how(task: Task, due: tuple[str, str]) -> tuple[str, str]:
    """The state of a task, and how it stands to its deadline: how many days late it is, or was done."""
    state = label(f"task.state.{task.state.value}")
    words, tone = due
    if task.outcome is Outcome.LATE and task.late_days:
        words = label("conclusion.done_late", days=task.late_days)
    if task.is_open and task.due_date is not None and tone != "bad":
        words = label("conclusion.still_due", day=f"{words[0].lower()}{words[1:]}")
    is_told = task.is_open or task.outcome is not None
    return (f"{state}, {words[0].lower()}{words[1:]}" if is_told else state), tone


def _item_of(meeting: Meeting) -> int | None:
    wanted = fold(label("conclusion.review"))
    return next((one.id for one in meeting.agenda if fold(one.title) == wanted), None)
