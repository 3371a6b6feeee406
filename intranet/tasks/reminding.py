"""Who is reminded of tasks, and when besides: deadlines, results without an answer, dates of one's own."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import aliased

from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.core.errors import Invalid, NotFound
from intranet.notices import quiet, reminder_rules, reminders
from intranet.notices import services as notices
from intranet.notices.models import Reminder
from intranet.notices.reminder_rules import Due, Rule, Topic
from intranet.notices.workdays import Calendar
from intranet.people import directory
from intranet.people.models import Role
from intranet.records import audit
from intranet.tasks import deadlines
from intranet.tasks.models import RUNNING, WORKABLE, PartyRole, Task, TaskParty, TaskState
from intranet.tasks.parties import Party, judges_of, lead_people, people_of
from intranet.tasks.permissions import To, access_task, is_released, may

#: Topics: the deadline, a helper's own, a result that waits for an answer, a date of one's own.
DEADLINE, PART, RESULT, OWN = "task", "task_part", "task_result", "task_own"
#: Dates of one's own that one task may wait for.
MOST_OWN = 20
_MOST_AWAY = 200

#: The usual rules: those who work on it before and on the day; then up the line while nobody finishes.
RULES = (
    Rule(-3, ("lead",)),
    Rule(-1, ("lead", "co")),
    Rule(0, ("lead", "co")),
    Rule(1, ("lead", "unit_head", "assigner")),
    Rule(3, ("office_head",)),
    Rule(5, ("leader",)),
)
AUDIENCES = ("lead", "unit_head", "co", "assigner", "office_head", "leader")
#: A helper who keeps the lead's deadline is reminded by its rules, one with an own term by these.
PART_RULES = (Rule(-3, ("co",)), Rule(-1, ("co",)), Rule(0, ("co",)), Rule(1, ("co", "lead")))
PART_AUDIENCES = ("co", "lead", "assigner")
RESULT_RULES = (Rule(3, ("assigner",)),)
RESULT_AUDIENCES = ("assigner", "office_head", "leader")


def register() -> None:
    """Make the topics of tasks known."""
    reminder_rules.register(
        Topic(
            DEADLINE,
            whom,
            ref_kind="task",
            audiences=AUDIENCES,
            rules=RULES,
            deadlines=_running,
            hours=_hours,
        )
    )
    reminder_rules.register(
        Topic(
            PART,
            whom_to_help,
            words=_of_part,
            ref_kind="task",
            audiences=PART_AUDIENCES,
            rules=PART_RULES,
            deadlines=_parts,
            has_several=True,
        )
    )
    reminder_rules.register(
        Topic(
            RESULT,
            whom_to_answer,
            words=_unanswered,
            ref_kind="task",
            audiences=RESULT_AUDIENCES,
            rules=RESULT_RULES,
            deadlines=_reported,
        )
    )
    reminder_rules.register(Topic(OWN, whom, words=_of_own, ref_kind="task"))


def plan(task: Task, on: Calendar) -> None:
    """Plan the reminders of the deadline and of helpers' own terms, in the open unit of work."""
    reminders.plan(task.ref, task.due_date, on, by=task.due_at)
    reminders.plan_each(task.ref, deadlines.own_terms(task), on, topic=PART)


def whom(wanted: Mapping[int, frozenset[str]]) -> dict[int, list[int]]:
    """People of the audiences that a rule names, for each task on which work still goes on.

    Whoever stands in for one of them today is reminded too, and where nobody does, whoever gave it.  Of a
    restricted task nobody hears who takes no part in it.
    """
    return _told(wanted, RUNNING)


def whom_to_help(wanted: Mapping[int, frozenset[str]]) -> dict[int, list[int]]:
    """The same for helpers who owe their part on the day that the words name."""
    return _told(wanted, WORKABLE)


def whom_to_answer(wanted: Mapping[int, frozenset[str]]) -> dict[int, list[int]]:
    """The same for results that nobody has accepted or returned."""
    return _told(wanted, (TaskState.WAITING_ACCEPT,))


def remind_on(actor: Actor, task_id: int, day: date, at: time, *, is_for_lead: bool = False) -> None:
    """The actor, or whoever does the work, is reminded of the task at an hour of the actor's choice.

    :raises Invalid: ``reminder.ended``, ``reminder.past``, ``reminder.quiet``, ``reminder.too_many``.
    :raises NotFound: ``task.missing``; :raises Forbidden: only its parties and assigner remind others.
    """
    with db.unit_of_work():
        task = access_task(actor, task_id, To.READ, lock=True)
        if is_for_lead and not may(actor, To.WORK, task):
            access_task(actor, task_id, To.JUDGE)
        if task.state not in RUNNING:
            raise Invalid("reminder.ended", field="day")
        moment = clock.at_office(day, at.hour, at.minute)
        if moment <= clock.now():
            raise Invalid("reminder.past", field="day")
        is_flash = bool(quiet.flash_among({task.ref}))
        if not is_flash and (opens := quiet.opens(moment)) != moment:
            raise Invalid("reminder.quiet", field="day", at=f"{clock.local(opens):%H:%M %d/%m/%Y}")
        waiting = [row for row in _own(task) if row.sent_at is None and row.cancelled_at is None]
        if len(waiting) >= MOST_OWN:
            raise Invalid("reminder.too_many", field="day", most=MOST_OWN)
        to, rule = ("lead", "own-lead") if is_for_lead else (f"user:{actor.id}", f"own-{actor.id}")
        reminders.arm(
            task.ref,
            rule,
            moment,
            topic=OWN,
            to=[to],
            user_id=actor.id,
            is_exact=is_flash,
            is_one_of_many=True,
        )
        audit.record(actor, "task.reminder_set", task, at=moment, to=to)


def own_waiting(actor: Actor, task: Task) -> list[Reminder]:
    """Reminders that the actor set for dates still to come, the next one first."""
    waiting = [row for row in _own(task) if row.sent_at is None and row.cancelled_at is None]
    return [row for row in waiting if row.user_id == actor.id]


def may_remind_lead(actor: Actor, task: Task) -> bool:
    """True for its assigner, and for whoever works on it."""
    return may(actor, To.WORK, task) or may(actor, To.JUDGE, task)


def drop(actor: Actor, task_id: int, reminder_id: int) -> None:
    """A reminder that the actor set for a date is not wanted any more.

    :raises NotFound: ``reminder.missing``, none of the actor's, or it was sent.
    """
    with db.unit_of_work():
        task = access_task(actor, task_id, To.READ, lock=True)
        for row in _own(task):
            is_waiting = row.sent_at is None and row.cancelled_at is None
            if row.id == reminder_id and row.user_id == actor.id and is_waiting:
                row.cancelled_at = clock.now()
                audit.record(actor, "task.reminder_dropped", task, at=row.planned_at)
                return
        raise NotFound("reminder.missing")


def warn_of_absence(task: Task) -> None:
    """Tell the assigner at once when nobody who does the work is there on the day it is due; who stands in.

    In the open unit of work, when the deadline or whoever does the work has changed.
    """
    if task.due_date is None or task.state not in WORKABLE:
        return
    ids = lead_people(task)
    away = directory.absences(ids, task.due_date, task.due_date)
    if not ids or any(key not in away for key in ids):
        return
    people = directory.people(ids)
    first = ids[0]
    instead = away[first][0].instead
    notices.notify(
        judges_of(task),
        "task.due_in_absence" if instead else "task.due_in_absence_alone",
        task.ref,
        name=people[first].full_name,
        instead=instead,
        due=f"{task.due_date:%d/%m/%Y}",
    )


def warn_of_absences(user_id: int, first: date, last: date) -> None:
    """Somebody will be away: assigners of what is due then are told, in the open unit of work."""
    mine = select(TaskParty.task_id).where(
        TaskParty.left_at.is_(None),
        TaskParty.role.in_((PartyRole.LEAD, PartyRole.OFFICER)),
        (TaskParty.user_id == user_id) | TaskParty.unit_id.in_(directory.headed_by(user_id)),
    )
    due = select(Task).where(
        Task.id.in_(mine),
        Task.state.in_(WORKABLE),
        Task.undone_at.is_(None),
        Task.due_date.between(first, last),
    )
    for task in db.session().scalars(due.order_by(Task.due_date, Task.id).limit(_MOST_AWAY)):
        warn_of_absence(task)


def _told(wanted: Mapping[int, frozenset[str]], states: Collection[TaskState]) -> dict[int, list[int]]:
    rows = db.session().scalars(select(Task).where(Task.id.in_(wanted), Task.state.in_(states)))
    tasks = [task for task in rows if is_released(task)]
    asked = _Asked()
    found = {task.id: asked.people(task, wanted[task.id]) for task in tasks}
    today = clock.today()
    away = directory.absences({user_id for ids in found.values() for user_id in ids}, today, today)
    by_id = {task.id: task for task in tasks} if away else {}
    return {key: _with_stand_ins(by_id.get(key), ids, away) for key, ids in found.items()}


def _with_stand_ins(
    task: Task | None, ids: list[int], away: Mapping[int, list[directory.Absence]]
) -> list[int]:
    """These people and whoever stands in for one of them; the assigner where nobody of them is heard."""
    absences = [one for user_id in ids for one in away.get(user_id, ())]
    instead = [one.substitute.id for one in absences if one.substitute is not None]
    if task is not None and not instead and ids and all(user_id in away for user_id in ids):
        instead = judges_of(task)
    return list(dict.fromkeys([*ids, *instead]))


class _Asked:
    """The people of parties and roles, each asked of the directory once."""

    def __init__(self) -> None:
        self._parties: dict[str, list[int]] = {}
        self._roles: dict[tuple[int, Role], list[int]] = {}
        self._heads: dict[int, list[int]] = {}

    def people(self, task: Task, to: Collection[str]) -> list[int]:
        """Everybody whom the words name."""
        found: dict[int, None] = {}
        day = reminder_rules.day_in(to) or task.due_date
        for word in to:
            found |= dict.fromkeys(self._named(task, word, day))
        return list(found)

    def _named(self, task: Task, word: str, day: date | None) -> Iterable[int]:
        if word == "co":
            return self._helpers(task, day)
        if word in ("lead", "unit_head", "assigner") and task.state is TaskState.RETURNED:
            # Whoever refused it has done what there was to do: it waits for another lead.
            return judges_of(task)
        if word == "lead":
            officer = task.officer
            return self._of_party(task.lead if officer is None else officer)
        if word == "unit_head":
            return self._heads_of(task.lead)
        if word == "assigner":
            return judges_of(task)
        if word.startswith("user:"):
            return [int(word.removeprefix("user:"))]
        if word not in ("office_head", "leader"):
            return []
        if task.is_restricted:
            return [task.assigner_id]
        return self._with_role(task.org_id, Role.LEADER if word == "leader" else Role.OFFICE_HEAD)

    def _helpers(self, task: Task, day: date | None) -> list[int]:
        """Those who still owe their part on that day; nobody can give it while the task has no lead."""
        if task.state is TaskState.RETURNED:
            return []
        co = (p for p in task.parties if p.role is PartyRole.CO and not (p.left_at or p.finished_at))
        return [user_id for party in co if party.due_date == day for user_id in self._of_party(party)]

    def _of_party(self, party: TaskParty) -> list[int]:
        key = str(Party(unit_id=party.unit_id, user_id=party.user_id))
        if key not in self._parties:
            self._parties[key] = people_of(party)
        return self._parties[key]

    def _heads_of(self, lead: TaskParty) -> list[int]:
        if lead.user_id is None:
            return self._of_party(lead)
        if lead.user_id not in self._heads:
            person = directory.people([lead.user_id]).get(lead.user_id)
            units = [] if person is None else [post.unit_id for post in person.posts]
            heads = directory.heads_of(units) if units else {}
            self._heads[lead.user_id] = [user.id for users in heads.values() for user in users]
        return self._heads[lead.user_id]

    def _with_role(self, org_id: int, role: Role) -> list[int]:
        if (org_id, role) not in self._roles:
            self._roles[org_id, role] = directory.ids_with_role(org_id, role)
        return self._roles[org_id, role]


def _running(first: date, last: date) -> list[tuple[int, date]]:
    query = select(Task.id, Task.due_date).where(
        Task.state.in_(RUNNING), Task.undone_at.is_(None), Task.due_date.between(first, last)
    )
    return [(row.id, row.due_date) for row in db.session().execute(query.order_by(Task.id))]


def _hours(ids: Collection[int]) -> dict[int, datetime]:
    query = select(Task.id, Task.due_at).where(Task.id.in_(ids), Task.due_at.is_not(None))
    return {row.id: row.due_at for row in db.session().execute(query)}


def _reported(first: date, last: date) -> list[tuple[int, date]]:
    query = select(Task.id, Task.finished_at).where(Task.state == TaskState.WAITING_ACCEPT)
    days = [(row.id, clock.local(row.finished_at).date()) for row in db.session().execute(query)]
    return [(key, day) for key, day in days if first <= day <= last]


def _parts(first: date, last: date) -> list[tuple[int, date]]:
    """Every open term of those tasks of which one lies in the span."""
    other = aliased(TaskParty)
    in_span = exists().where(
        other.task_id == Task.id, other.role == PartyRole.CO, other.due_date.between(first, last)
    )
    query = (
        select(Task.id, TaskParty.due_date)
        .join(TaskParty, TaskParty.task_id == Task.id)
        .where(
            Task.state.in_(RUNNING),
            Task.undone_at.is_(None),
            TaskParty.role == PartyRole.CO,
            TaskParty.left_at.is_(None),
            TaskParty.finished_at.is_(None),
            TaskParty.due_date.is_distinct_from(Task.due_date),
            TaskParty.due_date.is_not(None),
            in_span,
        )
        .distinct()
    )
    return [(row.id, row.due_date) for row in db.session().execute(query.order_by(Task.id))]


def _of_part(due: Due) -> tuple[str, dict[str, Any]]:
    return due.worded("task.part_before", "task.part_today", "task.part_late")


def _unanswered(due: Due) -> tuple[str, dict[str, Any]]:
    return "task.still_waiting", {"days": due.days}


def _of_own(due: Due) -> tuple[str, dict[str, Any]]:
    return "task.own_reminder", {}


def _own(task: Task) -> list[Reminder]:
    return [row for row in reminders.planned_for(task.ref) if row.topic == OWN]
