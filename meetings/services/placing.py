"""Many files dropped on an agenda at once: each finds its item by its name, the doubtful wait in a tray."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, func, or_, select

from intranet.core.db import session, unit_of_work
from intranet.core.errors import BadState, Invalid, NotFound
from intranet.people.models import User
from intranet.records import audit, files
from intranet.records.models import Conversion, File
from meetings.models.meeting import AgendaItem, ItemState, Meeting, PendingPaper
from meetings.models.paper import PAPER, TRAY
from meetings.models.revision import PaperReplacement
from meetings.permissions import To, access_meeting
from meetings.rules.paper_places import place_of
from meetings.services import paper_rights, papers


@dataclass(frozen=True)
class Dropped:
    """How a dropped file stands.

    :param state: ``checking``, ``placed``, ``tray`` or ``refused``.
    :param item_id: its item; of one in the tray the item that comes nearest, if any does.
    :param problem: code of why it was refused, with the data of its sentence; of one that was taken why its
        pages cannot be shown.
    """

    state: str
    name: str
    item_id: int | None = None
    problem: str | None = None
    data: dict[str, Any] | None = None


def drop(actor: User, meeting_id: int, staged_id: str) -> Dropped:
    """Take an upload in at the item that its name speaks of, or in the tray; asked again it says how that is.

    Nothing is lost: what is still being checked is remembered, what was refused keeps its reason. Bytes that
    lie on the table already are not put there twice.

    :raises NotFound: no such meeting or upload, or none the actor may attend.
    :raises Forbidden: ``meeting.not_yours_to_run``.
    :raises BadState: ``meeting.no_more_papers``.
    """
    meeting = access_meeting(actor, meeting_id, To.PLAN)
    papers.check_may_add(actor, meeting, None)
    staged = files.staged(actor, staged_id)
    pending = session().scalar(select(PendingPaper).where(PendingPaper.staged_id == staged_id))
    if pending is None and (standing := _standing(meeting, staged.sha256)) is not None:
        return _told(meeting, standing)
    if pending is None:
        item = _item_of(meeting, staged.name)
        papers.remember(actor, meeting_id, None if item is None else item.id, staged, in_tray=item is None)
    elif pending.problem:
        return Dropped("refused", pending.name, problem=pending.problem, data=pending.problem_data)
    try:
        if not papers.settle_one(actor, staged_id):
            return Dropped("checking", staged.name)
    except Invalid as refusal:
        return Dropped("refused", staged.name, problem=refusal.code, data=_figures(refusal))
    settled = _standing(meeting, staged.sha256)
    if settled is None:
        raise NotFound("file.not_staged")
    return _told(meeting, settled)


def likely_item(meeting: Meeting, name: str) -> int | None:
    """The item that a name comes nearest to, for whoever chooses: ``None`` when it is near none."""
    near = place_of(name, [item.title for item in meeting.agenda]).likely
    return None if near is None else meeting.agenda[near].id


def tray(meeting: Meeting) -> list[File]:
    """What was dropped and has no place yet, oldest first. For those who prepare the meeting."""
    return files.of(meeting.ref, TRAY)


def refused(actor: User, meeting: Meeting) -> list[PendingPaper]:
    """What the actor dropped and was refused, with its reason, until :func:`forget_refused`."""
    query = select(PendingPaper).where(
        PendingPaper.meeting_id == meeting.id,
        PendingPaper.by_id == actor.id,
        PendingPaper.problem.is_not(None),
    )
    return list(session().scalars(query.order_by(PendingPaper.id)))


def forget_refused(actor: User, meeting_id: int) -> None:
    """Take the reasons off the page: they were read.

    :raises NotFound: no such meeting, or none the actor may attend.
    """
    with unit_of_work() as opened:
        meeting = access_meeting(actor, meeting_id, To.ATTEND)
        for one in refused(actor, meeting):
            opened.delete(one)


def paper_or_in_tray(actor: User, meeting_id: int, public_id: str) -> tuple[Meeting, File]:
    """A paper on the table or a file of the tray, as whoever prepares the meeting reads it.

    :raises NotFound: no such meeting; ``meeting.unknown_paper``, in neither.
    :raises Forbidden: the actor does not prepare it.
    """
    meeting = access_meeting(actor, meeting_id, To.PLAN)
    found = next((one for one in tray(meeting) if one.public_id == public_id), None)
    return meeting, found or papers.paper_of(meeting, public_id)


def move_paper(actor: User, meeting_id: int, public_id: str, item_id: int | None) -> None:
    """Give a paper, or a file of the tray, to an item, as its last; ``None``: to the whole meeting.

    :raises NotFound: no such meeting, item or paper; ``meeting.unknown_paper``.
    :raises Forbidden: ``meeting.not_yours_to_run``.
    :raises BadState: ``meeting.no_more_papers``; ``meeting.presented`` while it is shown;
        ``paper.being_compared`` while it is replaced.
    """
    with unit_of_work() as opened:
        meeting = access_meeting(actor, meeting_id, To.PLAN, lock=True)
        item = None if item_id is None else meeting.item(item_id)
        papers.check_may_add(actor, meeting, item)
        paper = _movable(meeting, public_id)
        owner = meeting.ref if item is None else item.ref
        if paper.role == PAPER and paper.owner == owner:
            return
        if paper.role == PAPER:
            papers.tell(meeting, "file.withdrawn", actor, paper, file=public_id)
        for one in (paper, *_belongings(paper)):
            last = select(func.max(File.order)).where(File.ref_kind == owner.kind, File.ref_id == owner.id)
            place = opened.scalar(last)
            one.ref_kind, one.ref_id, one.order = owner.kind, owner.id, 0 if place is None else place + 1
            opened.flush()
        if paper.role == TRAY:
            paper.role = PAPER
            opened.flush()
            papers.announce(actor, meeting, item, paper)
            return
        audit.record(actor, "meeting.paper_moved", meeting, file=paper.id, item=item_id)
        papers.tell(meeting, "file.added", actor, paper, file=papers.paper_entry(paper, meeting))


def throw_away(actor: User, meeting_id: int, public_id: str) -> None:
    """Take a file out of the tray: it belongs to no item of this meeting.

    :raises NotFound: no such meeting; ``meeting.unknown_paper``, not in the tray.
    :raises Forbidden: ``meeting.not_yours_to_run``.
    """
    with unit_of_work():
        meeting = access_meeting(actor, meeting_id, To.PLAN, lock=True)
        found = next((one for one in tray(meeting) if one.public_id == public_id), None)
        if found is None:
            raise NotFound("meeting.unknown_paper")
        files.remove(actor, found)


def _item_of(meeting: Meeting, name: str) -> AgendaItem | None:
    place = place_of(name, [item.title for item in meeting.agenda]).item
    found = None if place is None else meeting.agenda[place]
    return None if found is None or found.state is ItemState.WITHDRAWN else found


def _figures(refusal: Invalid) -> dict[str, Any]:
    return {key: value for key, value in refusal.data.items() if key != "name"}


def _standing(meeting: Meeting, sha256: str) -> File | None:
    """Where these bytes lie in the meeting already, on the table or in the tray."""
    held = or_(paper_rights.on_table(meeting), and_(File.role == TRAY, File.ref_id == meeting.id))
    made = select(Conversion.file_id).where(Conversion.source == sha256)
    query = select(File).where(held, or_(File.sha256 == sha256, File.id.in_(made)))
    return session().scalar(query.order_by(File.id.desc()).limit(1))


def _told(meeting: Meeting, file: File) -> Dropped:
    why = papers.why_unread(file)
    if file.role == TRAY:
        return Dropped("tray", file.name, likely_item(meeting, file.name), why)
    return Dropped("placed", file.name, papers.item_id_of(file), why)


def _movable(meeting: Meeting, public_id: str) -> File:
    found = next((one for one in tray(meeting) if one.public_id == public_id), None)
    paper = found or papers.paper_of(meeting, public_id)
    if (meeting.presenting or {}).get("file") == public_id:
        raise BadState("meeting.presented")
    if (meeting.revisions or {}).get(public_id, {}).get("map") == "pending":
        raise BadState("paper.being_compared")
    return paper


def _belongings(paper: File) -> Sequence[File]:
    """The original and the older versions of a paper: they go where it goes."""
    originals = select(Conversion.original_id).where(Conversion.file_id == paper.id)
    older = select(PaperReplacement.other).where(PaperReplacement.file == paper.public_id)
    query = select(File).where(or_(File.id.in_(originals), File.public_id.in_(older))).order_by(File.id)
    return session().scalars(query).all()
