"""Papers that came as office documents: their PDF lies on the table, the original beside it."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import select

from intranet.core.db import session, unit_of_work
from intranet.core.errors import BadState, DomainError, Unavailable
from intranet.people.models import User
from intranet.records import audit, conversions
from intranet.records.models import Conversion, ConversionState, File
from meetings.models.meeting import AgendaItem, Meeting
from meetings.models.revision import PaperReplacement
from meetings.permissions import To, access_meeting
from meetings.services import papers, presenting


def has_office_source(paper: File) -> bool:
    """Whether a paper is, or was made from, an office document: then another such document may replace it."""
    return not paper.is_pdf or session().get(Conversion, paper.id) is not None


def of_papers(public_ids: Collection[str]) -> dict[str, File]:
    """The originals of these papers, by the papers' public ids."""
    paper, original = File.__table__.alias("paper"), File
    query = (
        select(paper.c.public_id, original)
        .join(Conversion, Conversion.file_id == paper.c.id)
        .join(original, original.id == Conversion.original_id)
        .where(paper.c.public_id.in_(public_ids), Conversion.state == ConversionState.DONE)
    )
    return {row[0]: row[1] for row in session().execute(query)}


def convert_again(actor: User, meeting_id: int, public_id: str) -> int:
    """Have the PDF of a paper tried once more that could not be made: LibreOffice was away, or is newer now.

    :returns: the new version of the room.
    :raises NotFound: no such meeting or paper, or none the actor may attend.
    :raises Forbidden: ``meeting.not_yours_to_add``.
    :raises BadState: ``meeting.no_more_papers``; ``paper.not_failed``, its PDF is there or being made.
    """
    with unit_of_work():
        meeting = access_meeting(actor, meeting_id, To.ATTEND, lock=True)
        paper = papers.paper_of(meeting, public_id)
        papers.check_may_change(actor, meeting, paper)
        if not conversions.ask_again(paper):
            raise BadState("paper.not_failed")
        audit.record(actor, "meeting.paper_conversion_asked", meeting, file=paper.id)
        return papers.tell(meeting, "file.map", actor, paper, file=papers.paper_entry(paper, meeting))


def tell_converted(file_id: int) -> None:
    """Tell the room how the making of a paper's PDF ended; whoever is shown it sees the PDF now."""
    with unit_of_work() as opened:
        paper = opened.get(File, file_id)
        if paper is None or paper.role != papers.PAPER or paper.ref_kind not in {"meeting", "agenda_item"}:
            return
        item_id = papers.item_id_of(paper)
        item = None if item_id is None else opened.get_one(AgendaItem, item_id)
        meeting_id = paper.ref_id if item is None else item.meeting_id
        meeting = opened.get_one(Meeting, meeting_id, with_for_update=True, populate_existing=True)
        entry = papers.paper_entry(paper, meeting)
        told: dict[str, Any] = {"file": entry}
        now = presenting.shown(meeting)
        if now.get("file") == paper.public_id and entry["url"] is not None:
            told["present"] = presenting.show_version(meeting, entry, 1)
        by = opened.get_one(User, paper.created_by_id or meeting.created_by_id)
        papers.tell(meeting, "file.map", by, paper, **told)


def make_pdf_of_version(replacement_id: int) -> None:
    """Let an office document that is to replace a paper be its PDF before the two are compared.

    One that cannot be made a PDF takes the paper's place as it is.
    """
    step = session().get_one(PaperReplacement, replacement_id)
    waiting = session().scalar(select(File).where(File.public_id == step.other))
    if waiting is None or not conversions.is_convertible(waiting):
        return
    sha256 = waiting.sha256
    try:
        kept = conversions.make(sha256, waiting.name)
    except Unavailable:
        raise
    except DomainError:
        return
    with unit_of_work() as opened:
        step = opened.get_one(PaperReplacement, replacement_id, with_for_update=True, populate_existing=True)
        waiting = opened.scalar(select(File).where(File.public_id == step.other))
        paper = opened.scalar(select(File).where(File.public_id == step.file))
        if waiting is None or paper is None or waiting.sha256 != sha256:
            return
        beside = conversions.put_beside(waiting, kept, papers.ORIGINAL)
        step.to_rev = kept.sha256
        conversions.name_original(paper, beside)
