"""Files of the minutes: the Word file and its PDF.

Of minutes being written the worker makes both. What the chair approves is a Word file written beforehand: it
is kept with the approval, nothing is built anew later, and the PDF is made from those very bytes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import func, select

from intranet.core import clock
from intranet.core.actor import Actor
from intranet.core.db import publish, session, unit_of_work
from intranet.core.errors import BadState, DomainError, Invalid, NotFound
from intranet.core.jobs import JobState, enqueue, state_of
from intranet.core.labels import label
from intranet.core.refs import Ref
from intranet.people.models import User
from intranet.records import files, media, office_pdf, store
from intranet.records.files import Kept
from intranet.records.models import File
from meetings.models.conclusion import Conclusion
from meetings.models.meeting import Meeting
from meetings.models.minutes import FactCorrection, MinutesBlock, MinutesMoved, MinutesState
from meetings.permissions import To, access_meeting
from meetings.services import filed, listing, minutes, minutes_docx, minutes_sheet, rehearsals

#: Kind of the job that makes them.
MAKE = "minutes.files"
DOCX, PDF = "minutes_docx", "minutes_pdf"
#: The edition that stays.
APPROVED = MinutesState.APPROVED.value


@dataclass(frozen=True)
class Made:
    """How far the files of the minutes as they stand are.

    :param problem: code of why there is no PDF.
    """

    is_asked: bool = False
    is_done: bool = False
    pdf: File | None = None
    docx: File | None = None
    problem: str = ""


def ref_of(meeting_id: int) -> Ref:
    """The name of the minutes of a meeting, as the owner of files."""
    return Ref("minutes", meeting_id)


def may_read(actor: Actor, meeting_id: int) -> bool:
    """True for whoever may read the minutes of that meeting (``refs``)."""
    if not isinstance(actor, User):
        return False
    try:
        minutes.access_minutes(actor, meeting_id)
    except DomainError:
        return False
    return True


def ask_files(actor: User, meeting_id: int) -> None:
    """Let the worker make the Word file and the PDF of the minutes as they stand; asked twice it is once.

    :raises Forbidden: ``meeting.not_yours_to_run``.
    :raises BadState: ``rehearsal.no_minutes``.
    """
    with unit_of_work():
        meeting = access_meeting(actor, meeting_id, To.RUN)
        rehearsals.require_real(meeting, "no_minutes")
        enqueue_files(meeting, actor.id)


def enqueue_files(meeting: Meeting, by_id: int) -> None:
    """The same in the open unit of work, rights judged."""
    mark = edition_of(meeting)
    enqueue(MAKE, f"{meeting.id}:{mark}", {"meeting": meeting.id, "by": by_id, "mark": mark})


def edition_of(meeting: Meeting) -> str:
    """A mark of what the minutes say now: journal, blocks, conclusions, corrections, attendance."""
    opened = session()

    def total(column: Any, of: Any) -> int:
        return int(opened.scalar(select(func.coalesce(func.sum(column), 0)).where(of == meeting.id)) or 0)

    if filed.is_filed(meeting):
        # What was approved is written once, whatever happens to its conclusions later.
        return APPROVED
    parts = (
        meeting.v,
        total(MinutesBlock.rev, MinutesBlock.meeting_id),
        total(Conclusion.version, Conclusion.meeting_id),
        total(FactCorrection.id, FactCorrection.meeting_id),
    )
    return sha256(repr(parts).encode()).hexdigest()[:16]


def made_of(meeting: Meeting) -> Made:
    """How far the files are: those of the present edition, or of the approval."""
    stored = {one.role: one for one in files.of(ref_of(meeting.id))}
    mark = edition_of(meeting)
    approved = stored.get(DOCX) if mark == APPROVED else None
    known = state_of(MAKE, f"{meeting.id}:{mark}")
    if known is None:
        return Made(docx=approved)
    state, result = known
    if state not in {JobState.DONE, JobState.FAILED}:
        return Made(is_asked=True, docx=approved)
    if state is JobState.FAILED:
        return Made(True, True, docx=approved, problem="convert.failed")
    problem = str((result or {}).get("problem", ""))
    return Made(True, True, None if problem else stored.get(PDF), stored.get(DOCX), problem)


def title_of(meeting_id: int) -> str:
    """Whose minutes these are (``refs``)."""
    return label("minutes.docx.title", title=listing.title_of(meeting_id))


def url_of(meeting_id: int) -> str:
    """The path of the page of minutes (``refs``)."""
    return f"/meetings/{meeting_id}/minutes"


def files_of(meeting: Meeting) -> dict[str, File]:
    """The files that say what the minutes say now, by role; of approved ones all that there are."""
    if filed.is_filed(meeting):
        return {one.role: one for one in files.of(ref_of(meeting.id))}
    made = made_of(meeting)
    return {role: one for role, one in ((DOCX, made.docx), (PDF, made.pdf)) if one is not None}


def approved_docx(meeting: Meeting) -> File | None:
    """The very file that the chair approved, ``None`` before."""
    if not filed.is_filed(meeting):
        return None
    return next(iter(files.of(ref_of(meeting.id), DOCX)), None)


def write(meeting: Meeting) -> tuple[str, Kept]:
    """Put the Word file of the minutes as they stand on disk; a paper for few is not named in it.

    :returns: the mark of what it says, and the file; call it before the unit of work that keeps it.
    """
    mark = edition_of(meeting)
    sheet = minutes_sheet.sheet_of(None, meeting)
    return mark, files.keep(minutes_docx.build_docx(sheet), minutes_docx.file_name(sheet), media.DOCX)


def keep_approved(actor: User, meeting: Meeting, docx: Kept) -> None:
    """The file that was written beforehand is the one that was approved; the worker makes its PDF.

    In the open unit of work, in which the chair approves.
    """
    _replace(actor, meeting, APPROVED, {DOCX: docx})
    enqueue_files(meeting, actor.id)


def make(meeting_id: int, by_id: int, mark: str) -> dict[str, str]:
    """Make the files of an edition in place of earlier ones: of an approved one the PDF alone.

    :returns: ``problem``, why there is no PDF, empty where there is one.
    """
    meeting = session().get(Meeting, meeting_id)
    if meeting is None:
        raise NotFound("meeting.unknown")
    docx = _kept(approved_docx(meeting)) or write(meeting)[1]
    made, problem = {DOCX: docx}, ""
    try:
        pdf = office_pdf.to_pdf(store.path_of(docx.sha256), docx.name)
        made[PDF] = files.keep(pdf, docx.name.removesuffix(".docx") + ".pdf", media.PDF)
    except (BadState, Invalid) as why:
        problem = why.code
    with unit_of_work() as opened:
        meeting = opened.get_one(Meeting, meeting_id, with_for_update=True, populate_existing=True)
        if edition_of(meeting) != mark:
            # Written over meanwhile, or approved: then these are the files of nothing that counts.
            return {"problem": problem}
        if mark == APPROVED and approved_docx(meeting) is not None:
            del made[DOCX]
        _replace(opened.get_one(User, by_id), meeting, mark, made)
        publish(MinutesMoved(meeting_id, "files", int(clock.now().timestamp()), by_id))
    return {"problem": problem}


def _kept(file: File | None) -> Kept | None:
    return None if file is None else Kept(file.sha256, file.blob.size, file.name, file.media_type)


def _replace(actor: User, meeting: Meeting, mark: str, made: Mapping[str, Kept]) -> None:
    """Put files in the places of those that had their roles, and of a PDF whose Word file goes."""
    gone = {*made, PDF} if DOCX in made else set(made)
    for old in files.of(ref_of(meeting.id)):
        if old.role in gone:
            files.remove(actor, old, reason=mark)
    for role, one in made.items():
        files.attach_kept(actor, one, ref_of(meeting.id), org_id=meeting.org_id, role=role)
