"""Conclusions: written down by whoever runs the meeting, the chair's by confirming, and then a task."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select

from intranet.core import clock, typed
from intranet.core.db import publish, session, unit_of_work
from intranet.core.errors import BadState, Forbidden, Invalid, NotFound, Stale
from intranet.core.text import nfc, one_line
from intranet.people.models import User
from intranet.records import audit
from intranet.tasks import services as tasks
from intranet.tasks.models import Task
from intranet.tasks.parties import Party, check_real
from meetings.models.conclusion import Conclusion, ConclusionKind, ConclusionState
from meetings.models.meeting import IN_SESSION, Meeting, MeetingState
from meetings.models.minutes import MinutesMoved
from meetings.permissions import To, access_meeting, may
from meetings.services import filed, journal, rehearsals

#: More would be no sentence.
MOST_TEXT = 2000
MOST_CO = 20
MOST_CONCLUSIONS = 200
_MOST_TITLE = 500
#: While it sits, and until its minutes are filed.
CONCLUDES_IN = IN_SESSION | {MeetingState.ENDED, MeetingState.MINUTES}


@dataclass(frozen=True)
class Words:
    """What a conclusion says, as somebody wrote it down.

    :param lead: ``unit:4`` or ``user:12``.
    :param source: where the words stand in the minutes.
    """

    text: str
    kind: ConclusionKind
    item_id: int | None = None
    lead: str | None = None
    co: tuple[str, ...] = ()
    due_date: date | None = None
    is_urgent: bool = False
    source: Any = None


def record_conclusion(actor: User, meeting_id: int, words: Words) -> int:
    """Write a conclusion down; it counts once the chair has confirmed it.

    :returns: its id.
    :raises NotFound: no such meeting or item, or none the actor may attend.
    :raises Forbidden: ``meeting.not_yours_to_run``.
    :raises BadState: ``conclusion.too_early``; ``conclusion.filed``, the minutes are approved.
    :raises Invalid: ``conclusion.no_text``, ``field.too_long``, ``conclusion.lead_twice``,
        ``task.party_unknown``, ``conclusion.too_many``.
    """
    with unit_of_work() as opened:
        meeting = _concluding(actor, meeting_id)
        found = select(func.count()).where(Conclusion.meeting_id == meeting.id)
        place = opened.scalar(found.select_from(Conclusion)) or 0
        if place >= MOST_CONCLUSIONS:
            raise Invalid("conclusion.too_many", most=MOST_CONCLUSIONS)
        made = Conclusion(
            meeting_id=meeting.id,
            position=place,
            state=ConclusionState.DRAFT,
            source={"v": meeting.v},
            created_by_id=actor.id,
            created_at=clock.now(),
        )
        _write(meeting, made, words)
        opened.add(made)
        opened.flush()
        audit.record(actor, "conclusion.recorded", meeting, conclusion=made.id, item=made.item_id)
        _tell(actor, meeting, made, "recorded")
        publish(MinutesMoved(meeting.id, "conclusions", made.version, actor.id))
        return made.id


def edit_conclusion(
    actor: User, meeting_id: int, conclusion_id: int, words: Words, *, expect: int | None = None
) -> None:
    """Word a conclusion anew; one that was confirmed waits for the chair again.

    :param expect: the version that the actor saw.
    :raises NotFound: no such meeting or conclusion.
    :raises BadState: ``conclusion.issued``, its task exists; ``conclusion.cancelled``.
    :raises Stale: ``conclusion.changed``.
    """
    with unit_of_work():
        meeting = _concluding(actor, meeting_id)
        found = conclusion_of(meeting, conclusion_id)
        _expect(found, expect)
        if found.state in {ConclusionState.ISSUED, ConclusionState.CANCELLED}:
            raise BadState(f"conclusion.{found.state.value}")
        _write(meeting, found, words)
        found.state, found.confirmed_by_id, found.confirmed_at = ConclusionState.DRAFT, None, None
        _changed(actor, meeting, found, "edited")


def confirm_conclusion(
    actor: User, meeting_id: int, conclusion_id: int, *, expect: int | None = None
) -> int | None:
    """The chair stands by it; one that gives work becomes a task in the same transaction.

    Confirming twice changes nothing: one conclusion gives one task.

    :returns: the task's id, ``None`` for a conclusion that gives no work.
    :raises Forbidden: ``meeting.not_yours_to_run``, the actor does not chair it.
    :raises BadState: ``conclusion.cancelled``; ``rehearsal.no_task``.
    :raises Stale: ``conclusion.changed``.
    :raises Invalid: ``conclusion.no_lead``; what :func:`intranet.tasks.services.assign_task` says.
    """
    with unit_of_work():
        meeting = _concluding(actor, meeting_id, To.CHAIR)
        found = conclusion_of(meeting, conclusion_id)
        if found.state is ConclusionState.ISSUED:
            return found.task_id
        _expect(found, expect)
        if found.state is ConclusionState.CANCELLED:
            raise BadState("conclusion.cancelled")
        found.confirmed_by_id, found.confirmed_at = actor.id, clock.now()
        found.state = ConclusionState.CONFIRMED
        if found.kind is ConclusionKind.TASK:
            found.task_id = _give(actor, meeting, found)
            found.state = ConclusionState.ISSUED
        _changed(actor, meeting, found, "issued" if found.task_id else "confirmed", task=found.task_id)
        return found.task_id


def give(actor: User, meeting_id: int, words: Words) -> tuple[int, int | None]:
    """Write a conclusion down; whoever chairs the meeting confirms it with the same tap.

    :returns: its id and the task's, ``None`` while the chair has not confirmed it.
    :raises Invalid: as :func:`record_conclusion` and :func:`confirm_conclusion`; then nothing is kept.
    """
    with unit_of_work():
        made = record_conclusion(actor, meeting_id, words)
        meeting = access_meeting(actor, meeting_id, To.RUN)
        if not may(actor, To.CHAIR, meeting):
            return made, None
        return made, confirm_conclusion(actor, meeting_id, made)


def cancel_conclusion(
    actor: User, meeting_id: int, conclusion_id: int, *, reason: str, expect: int | None = None
) -> None:
    """It counts no more, and its task is not to be done any more; what the chair confirmed the chair cancels.

    :raises Forbidden: ``conclusion.chair_cancels``.
    :raises BadState: ``conclusion.cancelled``; ``task.not_now``, its task was done.
    :raises Stale: ``conclusion.changed``.
    :raises Invalid: ``conclusion.why``.
    """
    if not one_line(reason):
        raise Invalid("conclusion.why", field="reason")
    with unit_of_work():
        meeting = _concluding(actor, meeting_id)
        found = conclusion_of(meeting, conclusion_id)
        _expect(found, expect)
        if found.state is ConclusionState.CANCELLED:
            raise BadState("conclusion.cancelled")
        if found.state is not ConclusionState.DRAFT and not may(actor, To.CHAIR, meeting):
            raise Forbidden("conclusion.chair_cancels")
        if found.task_id is not None:
            tasks.cancel(actor, found.task_id, one_line(reason)[:500])
        found.state, found.reason = ConclusionState.CANCELLED, one_line(reason)[:500]
        _changed(actor, meeting, found, "cancelled", reason=found.reason)


def conclusion_of(meeting: Meeting, conclusion_id: int) -> Conclusion:
    """A conclusion of the meeting.

    :raises NotFound: ``conclusion.unknown``.
    """
    found = session().get(Conclusion, conclusion_id, populate_existing=True)
    if found is None or found.meeting_id != meeting.id:
        raise NotFound("conclusion.unknown")
    return found


def _concluding(actor: User, meeting_id: int, to: To = To.RUN) -> Meeting:
    meeting = access_meeting(actor, meeting_id, to, lock=True)
    if meeting.state not in CONCLUDES_IN:
        raise BadState("conclusion.filed" if meeting.ended_at else "conclusion.too_early")
    if filed.is_filed(meeting):
        raise BadState("conclusion.filed")
    return meeting


def _expect(found: Conclusion, version: int | None) -> None:
    if version is not None and found.version != version:
        raise Stale("conclusion.changed", cur=found.version)


def _write(meeting: Meeting, into: Conclusion, words: Words) -> None:
    text = nfc(words.text).strip()
    if not text:
        raise Invalid("conclusion.no_text", field="text")
    typed.refuse(None, text=text)
    if len(text) > MOST_TEXT:
        raise Invalid("field.too_long", field="text", most=MOST_TEXT, length=len(text))
    if words.item_id is not None:
        meeting.item(words.item_id)
    co = tuple(dict.fromkeys(words.co))[:MOST_CO]
    if words.lead is not None and words.lead in co:
        raise Invalid("conclusion.lead_twice", field="co")
    lead = None if words.lead is None else Party.parse(words.lead)
    given = [("lead", lead)] if lead else []
    check_real([*given, *(("co", Party.parse(one)) for one in co)])
    into.text, into.kind, into.item_id = text, words.kind, words.item_id
    into.lead_unit_id = lead.unit_id if lead else None
    into.lead_user_id = lead.user_id if lead else None
    into.co, into.due_date, into.is_urgent = list(co), words.due_date, words.is_urgent
    if words.source:
        into.source = {"v": meeting.v, **words.source}


def _changed(actor: User, meeting: Meeting, found: Conclusion, what: str, **data: Any) -> None:
    found.version += 1
    said = {key: value for key, value in data.items() if value is not None}
    reason = said.pop("reason", None)
    audit.record(actor, f"conclusion.{what}", meeting, reason=reason, conclusion=found.id, **said)
    _tell(actor, meeting, found, what, **said)
    publish(MinutesMoved(meeting.id, "conclusions", found.version, actor.id))


def _tell(actor: User, meeting: Meeting, found: Conclusion, what: str, **said: Any) -> None:
    """A line of the journal, with how many conclusions there are now."""
    said |= {"id": found.id, "item": found.item_id, "n": count_in(meeting)}
    journal.append(meeting, f"conclusion.{what}", by=actor, **said)


def _give(actor: User, meeting: Meeting, found: Conclusion) -> int:
    rehearsals.require_real(meeting, "no_task")
    if found.lead is None:
        raise Invalid("conclusion.no_lead", field="lead")
    known = tasks.for_origin(found.ref)
    if known:
        return known[0].id
    return tasks.assign_task(
        actor,
        title=one_line(found.text)[:_MOST_TITLE],
        origin=found.ref,
        text=found.text,
        lead=Party.parse(found.lead),
        co=[Party.parse(one) for one in found.co],
        due_date=found.due_date,
        org_id=meeting.org_id,
        is_urgent=found.is_urgent,
    )


def count_in(meeting: Meeting) -> int:
    """How many conclusions of a meeting there are; cancelled ones are none."""
    query = select(func.count()).select_from(Conclusion).where(Conclusion.meeting_id == meeting.id)
    return session().scalar(query.where(Conclusion.state != ConclusionState.CANCELLED)) or 0


def tasks_of(found: Collection[Conclusion]) -> dict[int, Task]:
    """The tasks that conclusions became, by the task's id."""
    ids = [one.task_id for one in found if one.task_id is not None]
    rows = session().scalars(select(Task).where(Task.id.in_(ids))) if ids else ()
    return {one.id: one for one in rows}
