"""What a meeting still lacks: before it goes to the chair, before it is published, before it is settled."""

from dataclasses import dataclass

from sqlalchemy import select

from intranet.core import clock
from intranet.core.db import session
from intranet.records.models import File
from meetings.models.meeting import (
    OPEN_ITEMS,
    UNPUBLISHED,
    ItemKind,
    Meeting,
    MeetingState,
    PartRole,
    PendingPaper,
)
from meetings.models.paper import PAPER


@dataclass(frozen=True)
class Lack:
    """What stands in the way of publishing: ``meeting.lack.<code>``, and where to mend it."""

    code: str
    item_id: int | None = None
    #: Place on the agenda, from 1.
    no: int | None = None


def lacks(meeting: Meeting) -> list[Lack]:
    """What stands in the way of publishing, in the order of the page."""
    found = []
    if meeting.waits_for_hour:
        found.append(Lack("no_hour"))
    elif _is_past(meeting):
        found.append(Lack("past"))
    if meeting.chair is None:
        found.append(Lack("no_chair"))
    if not any(one.role is PartRole.SECRETARY for one in meeting.participants):
        found.append(Lack("no_secretary"))
    if len(meeting.participants) < 2:
        found.append(Lack("nobody"))
    counted = [one for one in meeting.agenda if one.state in OPEN_ITEMS]
    if not counted:
        found.append(Lack("no_item"))
    if has_staged(meeting):
        found.append(Lack("staged"))
    for no, item in enumerate(meeting.agenda, start=1):
        if item not in counted:
            continue
        if not item.budget_min:
            found.append(Lack("no_budget", item.id, no))
        if item.owner_id is None:
            found.append(Lack("no_owner", item.id, no))
    return found


def lacks_for_review(meeting: Meeting) -> list[Lack]:
    """What the chair cannot judge without; minutes and owners may still be missing."""
    return [lack for lack in lacks(meeting) if lack.code in {"past", "no_chair", "no_item"}]


def lacks_for_ready(meeting: Meeting) -> list[Lack]:
    """What stands in the way of settling the papers: items whose paper is missing and not waived."""
    ids = [item.id for item in meeting.agenda]
    query = select(File.ref_id).where(
        File.role == PAPER, File.ref_kind == "agenda_item", File.ref_id.in_(ids)
    )
    provided = set(session().scalars(query))
    found = [
        Lack("no_paper", item.id, no)
        for no, item in enumerate(meeting.agenda, start=1)
        if item.state in OPEN_ITEMS
        and item.kind is not ItemKind.INFO
        and not item.without_papers
        and item.id not in provided
    ]
    return found + ([Lack("staged")] if has_staged(meeting) else [])


def has_staged(meeting: Meeting) -> bool:
    """Whether files that were dropped on the agenda are still being checked."""
    query = select(PendingPaper.id).where(
        PendingPaper.meeting_id == meeting.id, PendingPaper.problem.is_(None)
    )
    return session().scalar(query.limit(1)) is not None


def _is_past(meeting: Meeting) -> bool:
    """True when nobody could come any more: its day is over, or it was postponed and has no new time."""
    if meeting.state is MeetingState.POSTPONED:
        return meeting.starts_at < clock.now()
    return meeting.state in UNPUBLISHED and clock.local(meeting.starts_at).date() < clock.today()
