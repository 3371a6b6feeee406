"""What the page of one task shows, read in a fixed number of queries."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from intranet.core import db, refs
from intranet.core.actor import Actor
from intranet.core.labels import has_label, label
from intranet.core.pages import office_time
from intranet.core.refs import Ref
from intranet.notices import reminders, workdays
from intranet.notices import services as notices
from intranet.people import directory
from intranet.people.models import User
from intranet.records import files, leaves
from intranet.records.models import AuditLine
from intranet.tasks import acts, lists
from intranet.tasks.extending import extensions_of
from intranet.tasks.models import ExtensionState, PartyRole, Task, TaskReport
from intranet.tasks.permissions import may_read, standing_of, visible_to
from intranet.tasks.tree import counted_parts

#: Acts whose lines stand elsewhere on the page too, however long ago they were.
_TOLD = ("task.joined", "task.directed", "task.sent_back", "task.reopened")


@dataclass(frozen=True)
class PartyLine:
    """A party with its mark of having seen the task."""

    name: str
    note: str
    initials: str
    at: str
    is_done: bool
    #: How a helper's part stood to its own deadline, in words.
    outcome: str


@dataclass(frozen=True)
class Finish:
    """An earlier finishing that was taken off the table, kept beside the new one."""

    finished_at: datetime
    outcome: str
    ended_by: str
    at: datetime


@dataclass(frozen=True)
class ReportLine:
    """A report with its author and files."""

    kind: str
    who: str
    initials: str
    at: datetime
    progress: int
    text: str
    waiting_for: str
    files: list[dict[str, str]]


@dataclass(frozen=True)
class Link:
    """Another record that the actor may read."""

    title: str
    url: str


def about(actor: Actor, task: Task, *, before: int | None = None, after: int | None = None) -> dict[str, Any]:
    """Everything the page shows. Whoever asks has checked that the actor may read the task.

    :param before: id of a line of its history: those older than it; ``after``: those next newer.
    """
    at = standing_of(actor)
    on = workdays.calendar()
    extensions = extensions_of(task.id)
    waiting = next((one for one in extensions if one.state is ExtensionState.ASKED), None)
    of_it = [AuditLine.ref_kind == task.ref.kind, AuditLine.ref_id == task.id]
    history = leaves.leaf(of_it, "id", before=before, after=after)
    told = list(
        db.session().scalars(select(AuditLine).where(*of_it, AuditLine.act.in_(_TOLD)).order_by(AuditLine.id))
    )
    reports = list(
        db.session().scalars(
            select(TaskReport).where(TaskReport.task_id == task.id).order_by(TaskReport.id.desc())
        )
    )
    ids = {task.assigner_id, task.accepted_by_id, task.finished_by_id}
    ids |= {report.author_id for report in reports} | {line.actor_id for line in (*history.lines, *told)}
    ids |= {one.asked_by_id for one in extensions} | {one.decided_by_id for one in extensions}
    people = directory.people({key for key in ids if key is not None})
    has_parts = bool(counted_parts(task.id))
    visible = select(Task).where(Task.parent_id == task.id, Task.undone_at.is_(None), visible_to(actor, at))
    parts = list(db.session().scalars(visible.order_by(Task.id)))
    return {
        "task": task,
        "row": lists.rows([task], at, on)[0],
        "assigner": people[task.assigner_id],
        "accepter": people.get(task.accepted_by_id or 0),
        "acts": acts.offered(actor, task, at, waiting, has_parts),
        "may_split": acts.may_split(actor, task, at),
        "may_undo": acts.may_undo(task, at),
        "waiting": waiting,
        "extensions": [(one, _name(people, one.asked_by_id)) for one in extensions],
        "reports": _reports(reports, people),
        "parties": _parties(task),
        "parts": lists.rows(parts, at, on),
        "parent": _parent(actor, task),
        "origin": _link(actor, task.origin),
        "result": _link(actor, task.result),
        "history": [
            {
                "title": label(f"act.{line.act}") if has_label(f"act.{line.act}") else line.act,
                "at": office_time(line.at, "short"),
                "who": _name(people, line.actor_id),
                "note": line.reason,
                "now": False,
            }
            for line in history.lines
        ],
        "leaf": history,
        "finishes": _finishes(told),
        "directed": [
            (people[line.actor_id], line)
            for line in told
            if line.act in ("task.joined", "task.directed") and line.reason and line.actor_id in people
        ],
        "reminders": reminders.history(task.ref),
    }


def _finishes(lines: Sequence[AuditLine]) -> list[Finish]:
    """Finishings before the present one, oldest first: returned, taken up again."""
    found = []
    for line in lines:
        finished = line.data.get("finished")
        if line.act not in ("task.sent_back", "task.reopened") or not finished:
            continue
        outcome = line.data.get("outcome")
        found.append(
            Finish(
                datetime.fromisoformat(finished),
                label(f"task.outcome.{outcome}") if outcome else "",
                label(f"act.{line.act}"),
                line.at,
            )
        )
    return found


def _parties(task: Task) -> list[PartyLine]:
    present = [p for p in task.parties if p.left_at is None]
    units = directory.units({p.unit_id for p in present if p.unit_id is not None})
    ids = {p.user_id for p in present} | {p.seen_by_id for p in present}
    people = directory.people({key for key in ids if key is not None})
    order = list(PartyRole)
    found = []
    for party in sorted(present, key=lambda p: (order.index(p.role), p.id)):
        if party.unit_id is not None:
            unit = units[party.unit_id]
            name, initials = unit.short_name, unit.letters[:2]
        else:
            user = people[party.user_id or 0]
            name, initials = user.full_name, user.initials
        seen = office_time(party.seen_at, "short")
        if party.seen_by_id is not None and party.unit_id is not None:
            seen = f"{_name(people, party.seen_by_id)}, {seen}"
        note = label(f"task.role.{party.role.value}")
        is_shorter = party.role is PartyRole.CO and party.due_date and party.due_date != task.due_date
        if is_shorter and party.due_date is not None:
            note = f"{note}, {party.due_date:%d/%m}"
        outcome = ""
        if party.outcome is not None:
            outcome = label(f"task.outcome.{party.outcome.value}").lower()
        found.append(PartyLine(name, note, initials, seen, party.finished_at is not None, outcome))
    return found


def _reports(reports: list[TaskReport], people: dict[int, User]) -> list[ReportLine]:
    attached = files.of_many("task_report", [report.id for report in reports])
    return [
        ReportLine(
            report.kind.value,
            _name(people, report.author_id),
            people[report.author_id].initials,
            report.at,
            report.progress,
            report.text,
            report.waiting_for,
            [{"name": f.name, "url": f.url, "note": _size(f.size)} for f in attached[report.id]],
        )
        for report in reports
    ]


def _parent(actor: Actor, task: Task) -> Task | None:
    if task.parent_id is None or not may_read(actor, task.parent_id):
        return None
    return db.session().get(Task, task.parent_id)


def _link(actor: Actor, ref: Ref | None) -> Link | None:
    wanted: Collection[Ref] = () if ref is None else (ref,)
    titles = notices.readable_titles(actor, wanted)
    return None if ref is None or ref not in titles else Link(titles[ref], refs.url(ref))


def _name(people: dict[int, User], key: int | None) -> str:
    return people[key].full_name if key in people else label("task.the_house")


def _size(size: int) -> str:
    return (
        f"{size / 1_000_000:.1f} MB".replace(".", ",") if size >= 1_000_000 else f"{max(1, size // 1000)} KB"
    )
