"""What waits for the decision of one person: results to accept, and requests for more time."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, union_all
from sqlalchemy.orm import aliased

from intranet.core import db
from intranet.core.actor import Actor
from intranet.people.models import Post, Role, RoleGrant, User
from intranet.tasks.models import OPEN, ExtensionState, Source, Task, TaskExtension, TaskState
from intranet.tasks.permissions import Standing, released, standing_of


def waits_for(at: Standing) -> ColumnElement[bool]:
    """Tasks on whose result, or on more time for which, this very person has to decide.

    The same people whom :func:`intranet.tasks.parties.judges_of` tells, without whoever reported or asked.
    """
    result = or_(Task.finished_by_id.is_(None), Task.finished_by_id != at.user_id)
    results = select(Task.id).where(_judged_by(at), Task.state == TaskState.WAITING_ACCEPT, result)
    more_time = (
        select(Task.id)
        .join(TaskExtension, and_(TaskExtension.task_id == Task.id, _is_asked()))
        .where(_judged_by(at), Task.state.in_(OPEN), TaskExtension.asked_by_id != at.user_id)
    )
    # The few are found first, by their indexes, then read by their keys.
    return Task.id.in_(union_all(results, more_time))


def is_asked_for_more_time(at: Standing) -> ColumnElement[bool]:
    """SQL: somebody else asked for more time, and nobody decided yet."""
    return Task.id.in_(
        select(TaskExtension.task_id).where(_is_asked(), TaskExtension.asked_by_id != at.user_id)
    )


def requests_of(task_ids: Sequence[int]) -> dict[int, TaskExtension]:
    """Requests for more time that nobody decided yet, by task."""
    query = select(TaskExtension).where(TaskExtension.task_id.in_(task_ids), _is_asked())
    return {row.task_id: row for row in db.session().scalars(query)}


def asked_until(task_ids: Sequence[int], at: Standing, *, with_own: bool = False) -> dict[int, date]:
    """Until when more time is asked for, of the tasks with an undecided request.

    :param with_own: of the one who looks too; for a decision only somebody else's count.
    """
    found = requests_of(task_ids)
    return {key: one.new_due_date for key, one in found.items() if with_own or one.asked_by_id != at.user_id}


def waiting_for_me(actor: Actor, limit: int) -> list[Task]:
    """What waits for the actor's decision, the longest waiting first."""
    asked_at = select(func.min(TaskExtension.asked_at)).where(TaskExtension.task_id == Task.id, _is_asked())
    since = func.coalesce(Task.finished_at, asked_at.correlate(Task).scalar_subquery())
    query = select(Task).where(waits_for(standing_of(actor)))
    return list(db.session().scalars(query.order_by(since, Task.id).limit(limit)))


def count_for(actor: Actor) -> int:
    """How many tasks wait for the actor's decision."""
    query = select(func.count()).select_from(Task).where(waits_for(standing_of(actor)))
    return db.session().scalar(query) or 0


def _is_asked() -> ColumnElement[bool]:
    return TaskExtension.state == ExtensionState.ASKED


def _judged_by(at: Standing) -> ColumnElement[bool]:
    """Tasks whose results are put before the person: given by them, or an own one of somebody below."""
    given = and_(Task.source != Source.OWN, Task.assigner_id == at.user_id)
    below: list[ColumnElement[bool]] = []
    if at.line_people:
        below.append(Task.assigner_id.in_(at.line_people))
    if at.judged_org is not None:
        below.append(and_(Task.org_id == at.judged_org, ~_has_head()))
    if not below:
        return given
    own = and_(
        Task.source == Source.OWN,
        Task.assigner_id != at.user_id,
        Task.is_restricted.is_(False),
        released(),
        or_(*below),
    )
    return or_(given, own)


def _has_head() -> ColumnElement[bool]:
    """Somebody else heads a unit in which the owner of an own task works."""
    post, grant, head = aliased(Post), aliased(RoleGrant), aliased(User)
    return exists().where(
        post.user_id == Task.assigner_id,
        grant.unit_id == post.unit_id,
        grant.role == Role.UNIT_HEAD,
        grant.user_id != Task.assigner_id,
        head.id == grant.user_id,
        head.is_active,
    )
