"""A task that runs already: others join it, its people are told more; both can be taken back."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.core.errors import Invalid
from intranet.notices import services as notices
from intranet.notices import workdays
from intranet.records import audit
from intranet.tasks import deadlines
from intranet.tasks.events import TaskMoved
from intranet.tasks.models import PartyRole, Task, TaskParty
from intranet.tasks.parties import Party, check_reach, check_real, due_words, everybody, people_of
from intranet.tasks.permissions import To, access_task
from intranet.tasks.reminding import plan
from intranet.tasks.states import check, move

#: What people hear of it; withdrawn when it is taken back.
_KINDS = ("task.joined_co", "task.joined_info", "task.joined", "task.directed")


@dataclass(frozen=True)
class Joined:
    """What :func:`let_go` needs to take it back: rows of those who came, and of those whose role it ended."""

    task_id: int
    came: list[int]
    left: list[int]

    def as_data(self) -> dict[str, Any]:
        """It as plain values, to be kept by whoever may take it back."""
        return asdict(self)


def join(
    actor: Actor,
    task_id: int,
    *,
    co: Sequence[Party] = (),
    info: Sequence[Party] = (),
    text: str = "",
    told_at: datetime | None = None,
    expect: int | None = None,
) -> Joined:
    """Helpers and those who are to know take part from now on; or the people of the task are told more.

    Who only was to know may become a helper. The lead hears who joined; what is said goes to everybody.

    :param co: each with its own deadline, that of the lead unless given.
    :param told_at: when people are told, now unless it can still be taken back.
    :raises Invalid: ``task.nobody_joins``, ``task.party_unknown``, ``task.party_gone``, ``task.party_twice``,
        ``task.co_due_after``, ``task.due_past``.
    :raises Forbidden: ``task.out_of_reach``, ``task.not_yours``.
    :raises BadState: ``task.not_now``.
    """
    named = [*(("co", one) for one in co), *(("info", one) for one in info)]
    if not named and not text:
        raise Invalid("task.nobody_joins", field="co")
    with db.unit_of_work() as session:
        task = access_task(actor, task_id, To.JUDGE, lock=True)
        check(task, "joined", expect)
        check_real(named)
        check_reach(actor, named)
        left = _make_way(task, named)
        before = everybody(task)
        rows = [_helper(task, one) for one in co]
        rows += [TaskParty(unit_id=one.unit_id, user_id=one.user_id, role=PartyRole.INFO) for one in info]
        task.parties.extend(rows)
        plan(task, workdays.calendar())
        move(task, "joined")
        session.flush()
        audit.record(
            actor,
            "task.joined" if named else "task.directed",
            task,
            reason=text[:500] or None,
            co=[str(one) for one in co],
            info=[str(one) for one in info],
        )
        _tell(actor, task, rows, before, text, told_at)
        db.publish(TaskMoved(task.id))
        return Joined(task.id, [row.id for row in rows], left)


def let_go(actor: Actor, joined: Joined) -> None:
    """Nobody joined after all, in the open unit of work; the owner of the origin has judged the right."""
    with db.unit_of_work() as session:
        task = session.get_one(Task, joined.task_id, with_for_update=True, populate_existing=True)
        for party in task.parties:
            if party.id in joined.came:
                # Whoever left goes on reading: these were never there.
                session.delete(party)
            elif party.id in joined.left:
                party.left_at = None
        session.flush()
        session.expire(task, ["parties"])
        for kind in _KINDS:
            notices.withdraw(task.ref, kind)
        plan(task, workdays.calendar())
        task.version += 1
        audit.record(actor, "task.let_go", task)
        db.publish(TaskMoved(task.id))


def _make_way(task: Task, named: Sequence[tuple[str, Party]]) -> list[int]:
    """Each has one role: who was only to know and becomes a helper leaves the first; returns those rows."""
    once: set[str] = set()
    present = [party for party in task.parties if party.left_at is None]
    left = []
    for field, party in named:
        if str(party) in once:
            raise Invalid("task.party_twice", field=field)
        once.add(str(party))
        for row in present:
            if (row.unit_id, row.user_id) != (party.unit_id, party.user_id):
                continue
            if field == "info" or row.role is not PartyRole.INFO:
                raise Invalid("task.party_twice", field=field)
            row.left_at = clock.now()
            left.append(row.id)
    return left


def _helper(task: Task, party: Party) -> TaskParty:
    due = task.due_date
    if party.due_date is not None:
        deadlines.check_wanted(party.due_date, is_past_confirmed=False)
        due = deadlines.settle(party.due_date, workdays.calendar()).day
        if task.due_date is not None and due > task.due_date:
            raise Invalid("task.co_due_after", field="due_date", due=f"{task.due_date:%d/%m/%Y}")
    return TaskParty(unit_id=party.unit_id, user_id=party.user_id, role=PartyRole.CO, due_date=due)


def _tell(
    actor: Actor,
    task: Task,
    rows: Sequence[TaskParty],
    before: set[int],
    text: str,
    told_at: datetime | None,
) -> None:
    """Those who join hear what is asked of them; the others who joins, or what was said."""
    told: set[int] = set()
    for row in rows:
        people = set(people_of(row)) - told
        told |= people
        kind = f"task.joined_{row.role.value}"
        notices.notify(people, kind, task.ref, by=actor, at=told_at, due=due_words(task))
    kind = "task.directed" if text else "task.joined"
    said = f": “{text}”" if text else ""
    notices.notify(before - told - {task.assigner_id}, kind, task.ref, by=actor, at=told_at, text=said)
