"""Giving work away: a new task or a part of one, taking it back in time, another lead, another place."""

from collections.abc import Sequence
from datetime import date, datetime

from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.core.dialect import next_number
from intranet.core.errors import BadState, Forbidden, Invalid, NotFound
from intranet.core.refs import Ref
from intranet.notices import reminders
from intranet.notices import services as notices
from intranet.notices.workdays import Calendar, calendar
from intranet.people import directory
from intranet.people.models import Role, User
from intranet.records import audit
from intranet.tasks import deadlines, load
from intranet.tasks.events import TaskAssigned, TaskMoved, TaskUndone
from intranet.tasks.models import PartyRole, Priority, Source, Task, TaskParty, TaskState, TaskYear
from intranet.tasks.parties import Party, check_reach, check_real, due_words, lead_people, people_of
from intranet.tasks.permissions import ASSIGN, To, access_task, is_released, person_of
from intranet.tasks.reminding import plan, warn_of_absence
from intranet.tasks.states import check, move
from intranet.tasks.tree import roll_up

MOST_TITLE = 500


def assign_task(
    actor: Actor,
    *,
    title: str,
    origin: Ref | None,
    text: str,
    lead: Party,
    co: Sequence[Party] = (),
    info: Sequence[Party] = (),
    due_date: date | None,
    due_at: datetime | None = None,
    parent_id: int | None = None,
    release_at: datetime | None = None,
    org_id: int | None = None,
    weight: int = 1,
    is_past_confirmed: bool = False,
    is_restricted: bool = False,
    is_urgent: bool = False,
    is_absence_confirmed: bool = True,
    priority: Priority = Priority.NORMAL,
    source: Source | None = None,
    source_text: str = "",
    start_date: date | None = None,
    recurrence: tuple[int, date] | None = None,
    assigner_id: int | None = None,
) -> int:
    """A new task with one lead; the parties are told when it is released, and reminders are planned.

    With an ``origin`` the package that owns the record has judged the right to direct; a task by itself
    asks the permit ``task.assign`` and the reach of the actor's post, a part asks the lead of the whole; an
    own task asks nothing, is led by whoever enters it, and its result is accepted by somebody above.

    :param due_date: a day off gives the next working day; ``None`` is listed as "chưa có hạn".
    :param due_at: the hour at which it is due, where it is due on that day.
    :param release_at: others see it from then on, and the actor may take it back until then.
    :param org_id: in whose name, the actor's agency unless given.
    :param is_absence_confirmed: false warns of a lead who is away on the day it is due.
    :param source: told by the origin unless given: ``plan`` and ``own`` have none.
    :param start_date: the work begins then, not after the deadline.
    :param assigner_id: who gives it and accepts its result, where the owner of the origin says that the
        actor only passes it on.
    :param recurrence: the recurring task that it is made by, and for which day.
    :returns: its id.
    :raises Invalid: ``task.title_needed``, ``task.start_after_due``, ``task.party_unknown``,
        ``task.party_gone``, ``task.party_twice``, ``task.self_assigned``, ``task.own_lead``,
        ``task.due_past``, ``task.due_after_parent``, ``task.co_due_after``, ``task.lead_away``.
    :raises Forbidden: ``task.may_not_assign``, ``task.out_of_reach``.
    :raises BadState: ``task.not_now``, the whole cannot be split any more.
    """
    now = clock.now()
    with db.unit_of_work() as session:
        parent = None if parent_id is None else access_task(actor, parent_id, To.WORK, lock=True)
        assigner_id = assigner_id or person_of(actor).standing.id
        named = [("lead", lead), *(("co", one) for one in co), *(("info", one) for one in info)]
        _check_words(title)
        is_own = source is Source.OWN
        _check_parties(assigner_id, named, is_own=is_own)
        if parent is not None:
            check(parent, "split")
            origin, is_restricted = parent.origin, parent.is_restricted
        elif origin is None and not is_own and not actor.holds(ASSIGN):
            raise Forbidden("task.may_not_assign")
        if is_own:
            _check_own(actor, assigner_id, lead, [*co, *info])
        elif parent is not None or origin is None:
            check_reach(actor, named)
        on = calendar()
        moved_from = None
        if due_date is not None:
            deadlines.check_wanted(due_date, is_past_confirmed=is_past_confirmed)
            kept = deadlines.settle(due_date, on)
            due_date, moved_from = kept.day, kept.moved_from
        due_date = _within_parent(parent, due_date)
        if start_date is not None and due_date is not None and start_date > due_date:
            raise Invalid("task.start_after_due", field="start_date", due=f"{due_date:%d/%m/%Y}")
        if not is_absence_confirmed:
            load.check_there(lead, due_date)

        org_id = org_id or person_of(actor).standing.org_id
        year = clock.local(now).year
        task = Task(
            org_id=org_id,
            code=f"NV-{year}-{next_number(session, TaskYear, 'last', org_id=org_id, year=year):06d}",
            title=title,
            origin_kind=None if origin is None else origin.kind,
            origin_id=None if origin is None else origin.id,
            directive=text,
            assigner_id=assigner_id,
            parent_id=parent_id,
            weight=weight,
            created_at=now,
            release_at=max(now, release_at or now),
            is_restricted=is_restricted and not is_own,
            priority=Priority.URGENT if is_urgent else priority,
            source=source or source_of(origin),
            source_text=source_text,
            start_date=start_date,
            recurrence_id=None if recurrence is None else recurrence[0],
            recurrence_date=None if recurrence is None else recurrence[1],
        )
        deadlines.set_due(task, due_date, on, due_at or (parent.due_at if parent else None))
        task.parties = _party_rows(lead, co, info, due_date, on)
        session.add(task)
        session.flush()
        audit.record(
            actor,
            "task.assigned",
            task,
            lead=str(lead),
            due=due_date,
            moved_from=moved_from,
            parent=parent_id,
            recurrence=None if recurrence is None else recurrence[0],
        )
        _tell_parties(actor, task)
        plan(task, on)
        if parent is not None:
            roll_up(parent)
        db.publish(TaskAssigned(task.id, str(origin or "")))
        db.publish(TaskMoved(task.id))
        return task.id


def check_given(actor: Actor, title: str, lead: Party, co: Sequence[Party], info: Sequence[Party]) -> None:
    """Refuse, before it is kept for later, what could not be given now.

    :raises Invalid: of the title and the parties, as :func:`assign_task`.
    :raises Forbidden: ``task.out_of_reach``.
    """
    named = [("lead", lead), *(("co", one) for one in co), *(("info", one) for one in info)]
    _check_words(title)
    _check_parties(person_of(actor).standing.id, named)
    check_reach(actor, named)


def undo_assignment(actor: Actor, task_id: int, *, for_id: int | None = None) -> None:
    """The task was never given; only its assigner, and only before it is released.

    :param for_id: its assigner, where the owner of the origin has judged that the actor may take it back.
    :raises NotFound: ``task.missing``.
    :raises BadState: ``task.too_late_to_undo``.
    """
    with db.unit_of_work() as session:
        if for_id is None:
            task = access_task(actor, task_id, To.READ, lock=True)
        else:
            task = session.get_one(Task, task_id, with_for_update=True, populate_existing=True)
        if task.assigner_id != (for_id or person_of(actor).standing.id):
            raise NotFound("task.missing")
        if is_released(task) or task.undone_at is not None:
            raise BadState("task.too_late_to_undo")
        task.undone_at = clock.now()
        task.state = TaskState.CANCELLED
        task.version += 1
        notices.withdraw(task.ref)
        reminders.cancel(task.ref)
        audit.record(actor, "task.undone", task)
        if task.parent_id is not None:
            roll_up(db.session().get_one(Task, task.parent_id))
        db.publish(TaskUndone(task.id, str(task.origin or "")))


def hand_over(actor: Actor, task_id: int, user_id: int, *, note: str = "", expect: int | None = None) -> None:
    """An official of the lead unit does the work from now on; the unit goes on answering for it.

    Where a person leads, the head of that person's unit gives the lead to another official, with a reason.

    :raises Invalid: ``task.not_in_unit``, ``task.already_theirs``, ``task.reason_needed``.
    :raises BadState: ``task.not_now``.
    """
    with db.unit_of_work() as session:
        task = access_task(actor, task_id, To.HAND_OVER, lock=True)
        check(task, "handed_over", expect)
        members = officials_of(task)
        if user_id not in members:
            raise Invalid("task.not_in_unit", field="user_id")
        is_person = task.lead.unit_id is None
        before = task.lead if is_person else task.officer
        if before is not None:
            if before.user_id == user_id:
                raise Invalid("task.already_theirs", field="user_id")
            if is_person and not note:
                raise Invalid("task.reason_needed", field="note")
            before.left_at = clock.now()
        if is_person:
            _check_parties(task.assigner_id, [("lead", Party(user_id=user_id))])
            _leave(task, user_id)
        role = PartyRole.LEAD if is_person else PartyRole.OFFICER
        due = task.due_date if is_person else None
        task.parties.append(TaskParty(user_id=user_id, role=role, due_date=due))
        move(task, "handed_over")
        session.flush()
        audit.record(
            actor,
            "task.handed_over",
            task,
            reason=note[:500] or None,
            to=user_id,
            before=None if before is None else before.user_id,
        )
        notices.notify([user_id], "task.handed_over", task.ref, by=actor)
        if is_person and before is not None and before.user_id is not None:
            notices.notify([before.user_id], "task.taken_away", task.ref, by=actor)
        warn_of_absence(task)
        db.publish(TaskMoved(task.id))


def _leave(task: Task, user_id: int) -> None:
    """Whoever becomes the lead leaves the other roles."""
    for party in task.parties:
        if party.left_at is None and party.user_id == user_id:
            party.left_at = clock.now()


def reassign(actor: Actor, task_id: int, lead: Party, *, reason: str, expect: int | None = None) -> None:
    """Another lead from now on; the old one keeps what was done in the history.

    Whoever takes part already may be given the lead; anybody else only by who may give them work.

    :raises Invalid: ``task.reason_needed``, ``task.already_theirs``, and those of a party.
    :raises Forbidden: ``task.out_of_reach``.
    """
    if not reason:
        raise Invalid("task.reason_needed", field="reason")
    with db.unit_of_work() as session:
        task = access_task(actor, task_id, To.JUDGE, lock=True)
        check(task, "reassigned", expect)
        _check_parties(task.assigner_id, [("lead", lead)])
        old = task.lead
        if (old.unit_id, old.user_id) == (lead.unit_id, lead.user_id):
            raise Invalid("task.already_theirs", field="lead")
        if not _takes_part(task, lead):
            check_reach(actor, [("lead", lead)])
        told = set(lead_people(task))
        now = clock.now()
        for party in task.parties:
            is_same = (party.unit_id, party.user_id) == (lead.unit_id, lead.user_id)
            if party.left_at is None and (party.role in (PartyRole.LEAD, PartyRole.OFFICER) or is_same):
                party.left_at = now
        task.parties.append(
            TaskParty(unit_id=lead.unit_id, user_id=lead.user_id, role=PartyRole.LEAD, due_date=task.due_date)
        )
        move(task, "reassigned")
        task.waiting_for = ""
        session.flush()
        audit.record(
            actor,
            "task.reassigned",
            task,
            reason=reason[:500],
            to=str(lead),
            before=f"{old.unit_id}/{old.user_id}",
        )
        notices.notify(told, "task.taken_away", task.ref, by=actor)
        notices.notify(lead_people(task), "task.assigned", task.ref, by=actor, due=due_words(task))
        warn_of_absence(task)
        db.publish(TaskMoved(task.id))


def _takes_part(task: Task, one: Party) -> bool:
    present = (party for party in task.parties if party.left_at is None)
    return any((party.unit_id, party.user_id) == (one.unit_id, one.user_id) for party in present)


def officials_of(task: Task) -> dict[int, User]:
    """Officials to whom the lead unit's head may hand the work: those of the unit and of its parts, or of
    the agency for which the unit stands.
    """
    unit = None if task.lead.unit_id is None else directory.unit(task.lead.unit_id)
    if unit is None:
        return _colleagues(task.lead.user_id or 0, task.assigner_id)
    if unit.represents_id is not None:
        return {user.id: user for user in directory.with_role(unit.represents_id, *Role)}
    return {user.id: user for key in directory.units_below(unit.id) for user in directory.members_of(key)}


def _colleagues(user_id: int, assigner_id: int) -> dict[int, User]:
    """Other officials of the units in which somebody works, but for the one who accepts."""
    person = directory.people([user_id]).get(user_id)
    posts = [] if person is None else person.posts
    found = {user.id: user for post in posts for user in directory.members_of(post.unit_id)}
    return {key: user for key, user in found.items() if key not in (user_id, assigner_id)}


def _check_words(title: str) -> None:
    if not title:
        raise Invalid("task.title_needed", field="title")
    if len(title) > MOST_TITLE:
        raise Invalid("field.too_long", field="title", most=MOST_TITLE, length=len(title))


def source_of(origin: Ref | None) -> Source:
    """Where a task of that origin comes from."""
    if origin is None:
        return Source.DIRECT
    if origin.kind == "document":
        return Source.DOCUMENT
    return Source.MAIL if origin.kind.startswith("mail") else Source.MEETING


def _check_own(actor: Actor, assigner_id: int, lead: Party, others: Sequence[Party]) -> None:
    """An own task is led by oneself; naming others is giving them work."""
    if lead.user_id != assigner_id:
        raise Invalid("task.own_lead", field="lead")
    if others and not actor.holds(ASSIGN):
        raise Forbidden("task.may_not_assign")
    check_reach(actor, [("co", one) for one in others])


def _check_parties(assigner_id: int, named: list[tuple[str, Party]], *, is_own: bool = False) -> None:
    """Real parties, each named once, and the lead somebody else than the one who will accept."""
    check_real(named)
    once: set[str] = set()
    for field, party in named:
        if str(party) in once:
            raise Invalid("task.party_twice", field=field)
        once.add(str(party))
        if field == "lead" and party.user_id == assigner_id and not is_own:
            raise Invalid("task.self_assigned", field="lead")


def _within_parent(parent: Task | None, due_date: date | None) -> date | None:
    """A part is due with the whole or before it."""
    deadlines.check_within(parent, due_date, "due_date")
    return due_date if parent is None else due_date or parent.due_date


def _party_rows(
    lead: Party, co: Sequence[Party], info: Sequence[Party], due_date: date | None, on: Calendar
) -> list[TaskParty]:
    rows = [TaskParty(unit_id=lead.unit_id, user_id=lead.user_id, role=PartyRole.LEAD, due_date=due_date)]
    for party in co:
        own = due_date if party.due_date is None else deadlines.settle(party.due_date, on).day
        if own is not None and due_date is not None and own > due_date:
            raise Invalid("task.co_due_after", field="co", due=f"{due_date:%d/%m/%Y}")
        rows.append(TaskParty(unit_id=party.unit_id, user_id=party.user_id, role=PartyRole.CO, due_date=own))
    rows += [TaskParty(unit_id=p.unit_id, user_id=p.user_id, role=PartyRole.INFO) for p in info]
    return rows


def _tell_parties(actor: Actor, task: Task) -> None:
    """Tell the people of every party once, in their weightiest role, when the task is released."""
    told: set[int] = set()
    for party in task.parties:
        people = set(people_of(party)) - told
        told |= people
        kind = "task.assigned" if party.role is PartyRole.LEAD else f"task.assigned_{party.role.value}"
        notices.notify(people, kind, task.ref, by=actor, at=task.release_at, due=due_words(task))
