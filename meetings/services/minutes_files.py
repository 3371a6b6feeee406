"""Files of the minutes: the Word file and its PDF, made by the worker; those of approved minutes stay."""

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
from intranet.records.models import File
from meetings.models.conclusion import Conclusion
from meetings.models.meeting import Meeting
from meetings.models.minutes import FactCorrection, Minutes, MinutesBlock, MinutesMoved, MinutesState
from meetings.permissions import To, access_meeting
from meetings.services import listing, minutes, minutes_docx, minutes_sheet

#: Kind of the job that makes them.
MAKE = "minutes.files"
DOCX, PDF = "minutes_docx", "minutes_pdf"


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
    """
    with unit_of_work():
        meeting = access_meeting(actor, meeting_id, To.RUN)
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

    held = opened.get(Minutes, meeting.id)
    if held is not None and held.state is MinutesState.APPROVED:
        # What was approved is written once, whatever happens to its conclusions later.
        return held.state.value
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
    known = state_of(MAKE, f"{meeting.id}:{edition_of(meeting)}")
    if known is None:
        return Made()
    state, result = known
    if state not in {JobState.DONE, JobState.FAILED}:
        return Made(is_asked=True)
    problem = (result or {}).get("problem") or ("" if state is JobState.DONE else "convert.failed")
    return Made(True, True, None if problem else stored.get(PDF), stored.get(DOCX), problem)


def title_of(meeting_id: int) -> str:
    """Whose minutes these are (``refs``)."""
    return label("minutes.docx.title", title=listing.title_of(meeting_id))


def url_of(meeting_id: int) -> str:
    """The path of the page of minutes (``refs``)."""
    return f"/meetings/{meeting_id}/minutes"


def make(meeting_id: int, by_id: int, mark: str) -> dict[str, str]:
    """Write the Word file and its PDF, in place of earlier ones; a paper for few is not named in them.

    :returns: ``problem``, why there is no PDF, empty where there is one.
    """
    meeting = session().get(Meeting, meeting_id)
    if meeting is None:
        raise NotFound("meeting.unknown")
    sheet = minutes_sheet.sheet_of(None, meeting)
    name = minutes_docx.file_name(sheet)
    docx = files.keep(minutes_docx.build_docx(sheet), name, media.DOCX)
    problem, pdf = "", None
    try:
        made = office_pdf.to_pdf(store.path_of(docx.sha256), name)
        pdf = files.keep(made, name.removesuffix(".docx") + ".pdf", media.PDF)
    except (BadState, Invalid) as why:
        problem = why.code
    with unit_of_work() as opened:
        actor = opened.get_one(User, by_id)
        for old in files.of(ref_of(meeting_id)):
            files.remove(actor, old, reason=mark)
        files.attach_kept(actor, docx, ref_of(meeting_id), org_id=meeting.org_id, role=DOCX)
        if pdf is not None:
            files.attach_kept(actor, pdf, ref_of(meeting_id), org_id=meeting.org_id, role=PDF)
        publish(MinutesMoved(meeting_id, "files", int(clock.now().timestamp()), by_id))
    return {"problem": problem}
