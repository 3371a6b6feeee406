"""Conclusions as others read them: lists, titles, and what a sentence would become."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from intranet.core import clock
from intranet.core.actor import Actor
from intranet.core.db import session
from intranet.core.errors import Invalid, NotFound
from intranet.core.labels import label
from intranet.core.text import one_line
from intranet.directives.directory import named_people, named_units, today
from intranet.directives.names import Named, Names
from intranet.directives.sentence import Directive, read_directive
from intranet.people import directory
from intranet.people.models import User
from intranet.tasks.permissions import is_party_to
from meetings.models.conclusion import Conclusion, ConclusionKind, ConclusionState
from meetings.models.meeting import Meeting, PartRole
from meetings.permissions import RUNNING, To, access_meeting, may_read_meeting
from meetings.services.conclusions import MOST_TEXT, tasks_of

_MOST_TITLE = 120
#: States in which the chair stands by a conclusion.
STANDS = frozenset({ConclusionState.CONFIRMED, ConclusionState.ISSUED})


def read_sentence(actor: User, meeting_id: int, text: str, item_id: int | None) -> dict[str, Any]:
    """What a sentence would become: lead, those beside it and deadline, and what must be asked.

    :raises NotFound: no such meeting or item, or none the actor may attend.
    :raises Forbidden: ``meeting.not_yours_to_run``.
    :raises Invalid: ``field.too_long``.
    """
    meeting = access_meeting(actor, meeting_id, To.RUN)
    if len(text) > MOST_TEXT:
        raise Invalid("field.too_long", field="text", most=MOST_TEXT, length=len(text))
    named = parties(meeting)
    names = {one.key: one.name for one in named}
    org = directory.org(meeting.org_id)
    found = read_directive(text, Names(named, org.place if org is not None else ""), today())
    owner = meeting.item(item_id).owner_id if item_id is not None else None
    return {
        "leads": [{"key": key, "name": names[key]} for key in found.leads],
        "lead_sure": found.is_lead_sure,
        "co": [{"key": key, "name": names[key]} for key in found.co],
        "dues": [day.isoformat() for day in found.due.choices if day >= clock.today()],
        "due_sure": found.due.is_sure,
        "due_why": None if found.due.why is None else label(f"directive.due_why.{found.due.why.value}"),
        "asks": sorted(found.asks),
        "urgent": found.is_urgent,
        "owner": None if owner is None else f"user:{owner}",
        "kind": kind_of(found).value,
    }


def kind_of(found: Directive) -> ConclusionKind:
    """A sentence that names a lead gives work, one with a deadline alone directs."""
    if found.leads:
        return ConclusionKind.TASK
    return ConclusionKind.DIRECTION if found.due.choices or found.due.why else ConclusionKind.CONCLUSION


def parties(meeting: Meeting) -> list[Named]:
    """Whoever a conclusion of the meeting may give work to: units of its agency, and those who take part."""
    ids = {part.user_id for part in meeting.participants} | {one.owner_id or 0 for one in meeting.agenda}
    people = sorted(directory.people(ids).values(), key=lambda one: (one.full_name.split()[-1], one.id))
    units = directory.units_of(meeting.org_id)
    return [*named_units(units), *named_people(one for one in people if one.is_active)]


def conclusions_in(meeting: Meeting) -> list[Conclusion]:
    """The conclusions of a meeting in their order, cancelled ones too."""
    query = select(Conclusion).where(Conclusion.meeting_id == meeting.id)
    return list(session().scalars(query.order_by(Conclusion.position, Conclusion.id)))


def standing_of(meeting: Meeting) -> list[Conclusion]:
    """Those that the chair stands by."""
    return [one for one in conclusions_in(meeting) if one.state in STANDS]


def entries(found: Sequence[Conclusion]) -> list[dict[str, Any]]:
    """Conclusions as a page shows them: names of the parties, and how far the tasks are."""
    keys = {key for one in found for key in (one.lead, *one.co) if key}
    names = names_of(keys)
    held = tasks_of(found)
    return [
        {
            "id": one.id,
            "item": one.item_id,
            "kind": one.kind.value,
            "state": one.state.value,
            "stands": one.state in STANDS,
            "text": one.text,
            "lead": one.lead,
            "lead_name": names.get(one.lead or ""),
            "co": list(one.co),
            "co_names": [names[key] for key in one.co if key in names],
            "due": one.due_date,
            "urgent": one.is_urgent,
            "version": one.version,
            "reason": one.reason,
            "task": held.get(one.task_id or 0),
        }
        for one in found
    ]


def names_of(keys: set[str]) -> dict[str, str]:
    """Names of units and people by ``unit:4`` and ``user:12``."""
    split = [key.partition(":") for key in keys]
    units = directory.units({int(key) for kind, _, key in split if kind == "unit"})
    people = directory.people({int(key) for kind, _, key in split if kind == "user"})
    return {f"unit:{key}": one.name for key, one in units.items()} | {
        f"user:{key}": one.full_name for key, one in people.items()
    }


def shown(actor: Actor, conclusion_id: int) -> tuple[Conclusion, Meeting]:
    """A conclusion and its meeting, for whoever may read it: who takes part in the meeting or in its task.

    :raises NotFound: ``conclusion.unknown``.
    """
    found = session().get(Conclusion, conclusion_id)
    if found is None or not may_read(actor, conclusion_id):
        raise NotFound("conclusion.unknown")
    return found, session().get_one(Meeting, found.meeting_id)


def may_read(actor: Actor, conclusion_id: int) -> bool:
    """True for whoever runs the meeting, its members once the chair stands by it, and all of its task."""
    found = session().get(Conclusion, conclusion_id)
    if found is None:
        return False
    if may_read_meeting(actor, found.meeting_id):
        part = session().get_one(Meeting, found.meeting_id).participant(actor.id)
        if part is not None and part.role in RUNNING:
            return True
        if part is not None and part.role is not PartRole.GUEST and found.state in STANDS:
            return True
    return actor.only is None and is_party_to(actor, found.ref)


def title_of(conclusion_id: int) -> str:
    """The words of a conclusion, shortened (``refs``)."""
    text = session().scalar(select(Conclusion.text).where(Conclusion.id == conclusion_id)) or ""
    line = one_line(text)
    return line if len(line) <= _MOST_TITLE else line[: _MOST_TITLE - 1].rstrip() + "…"


def url_of(conclusion_id: int) -> str:
    """The path of a conclusion's page (``refs``)."""
    return f"/meetings/conclusions/{conclusion_id}"
