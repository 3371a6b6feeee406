"""A paper replaced by a newer file, also at the last minute: it keeps its identity, and the marks over it.

The new file is compared with the old one in the background; until that is over everybody reads the old one,
so that paper, marks and the page that is shown change in one step.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from intranet.core import clock
from intranet.core.db import session, unit_of_work
from intranet.core.errors import BadState, Invalid, Stale
from intranet.core.jobs import JobState, enqueue, state_of
from intranet.notices import services as notices
from intranet.people.models import User
from intranet.records import audit, files, media, office_pdf, scans
from intranet.records.models import File, StagedState
from meetings.models import paper as kinds
from meetings.models.meeting import Meeting
from meetings.models.revision import PaperReplacement, ReplacementState
from meetings.permissions import To, access_meeting
from meetings.rules.page_moves import moves_of, page_after
from meetings.rules.reanchor import Replacement
from meetings.services import comparing, originals, paper_rights, papers, presenting, reanchoring
from meetings.services.reanchoring import Places

#: Job that compares the two versions of a paper and then puts the new one on the table.
ALIGN = "papers.align"
#: What the new file is to the record while it is compared, and the old one afterwards.
INCOMING, REPLACED = kinds.INCOMING, kinds.REPLACED
_WAIT_SECONDS = 10.0
#: Changed pages that a notice names.
_MOST_NAMED = 8


@dataclass(frozen=True)
class Offer:
    """What is about to be replaced by what; for whoever is asked to confirm it."""

    name: str
    pages: int | None
    new_name: str
    new_pages: int | None
    #: How many people have marks on it.
    people: int
    #: SHA-256 of the version that is to be replaced.
    rev: str


def offer(actor: User, meeting_id: int, public_id: str, staged_id: str) -> Offer:
    """Look at an upload that is to replace a paper; waits for its checks. Changes nothing.

    :raises DomainError: as :func:`replace_paper`.
    """
    meeting = access_meeting(actor, meeting_id, To.ATTEND)
    _replaceable(actor, meeting, public_id)
    files.wait_for(actor, staged_id, seconds=_WAIT_SECONDS)
    paper = _replaceable(actor, meeting, public_id)
    staged = _accepted(actor, paper, staged_id)
    people = reanchoring.people_with_marks(public_id, paper.sha256)
    return Offer(paper.name, paper.pages, staged.name, staged.pages, people, paper.sha256)


def replace_paper(
    actor: User, meeting_id: int, public_id: str, staged_id: str, *, expect: str | None = None
) -> int:
    """Replace a paper by an upload; the new version lies on the table once the two were compared.

    :param expect: SHA-256 of the version that the actor saw.
    :returns: the new version of the room.
    :raises NotFound: no such meeting, paper or upload.
    :raises Forbidden: ``meeting.not_yours_to_add``.
    :raises BadState: ``meeting.no_more_papers``; ``paper.being_compared``; ``file.still_checking``.
    :raises Stale: ``paper.replaced_meanwhile``.
    :raises Invalid: ``paper.same_file``, ``paper.not_pdf``, ``paper.encrypted``, ``paper.damaged``, or the
        code for which the upload was refused. The old version stays.
    """
    with unit_of_work() as opened:
        meeting = access_meeting(actor, meeting_id, To.ATTEND, lock=True)
        paper = _replaceable(actor, meeting, public_id)
        if expect is not None and paper.sha256 != expect:
            raise Stale("paper.replaced_meanwhile")
        _accepted(actor, paper, staged_id)
        new = files.attach(actor, staged_id, paper.owner, org_id=meeting.org_id, role=INCOMING)
        step = PaperReplacement(
            meeting_id=meeting.id,
            file=public_id,
            from_rev=paper.sha256,
            to_rev=new.sha256,
            other=new.public_id,
            from_pages=paper.pages,
            by_id=actor.id,
            at=clock.now(),
        )
        opened.add(step)
        opened.flush()
        enqueue(ALIGN, str(step.id), {"replacement": step.id})
        _note(meeting, public_id, map=ReplacementState.PENDING.value)
        audit.record(actor, "meeting.paper_replaced", meeting, file=paper.id, sha256=new.sha256)
        told = {"file": public_id, "map": ReplacementState.PENDING.value}
        return papers.tell(meeting, "file.replaced", actor, paper, **told)


def conclude(replacement_id: int) -> None:
    """Compare the two versions, then put the new one on the table; done twice it is done once."""
    step = session().get(PaperReplacement, replacement_id)
    if step is None or step.state is not ReplacementState.PENDING:
        return
    originals.make_pdf_of_version(replacement_id)
    file, from_rev, to_rev = step.file, step.from_rev, step.to_rev
    versions = comparing.compare(from_rev, to_rev)
    places = reanchoring.work_out(file, from_rev, versions)
    put_on_table(replacement_id, versions, places)
    reanchoring.settle(file)


def conclude_stuck() -> int:
    """Put what could not be compared on the table all the same, its marks in their owners' trays."""
    pending = select(PaperReplacement.id).where(PaperReplacement.state == ReplacementState.PENDING)
    done = 0
    for key in session().scalars(pending).all():
        known = state_of(ALIGN, str(key))
        if known is not None and known[0] is JobState.FAILED:
            step = session().get_one(PaperReplacement, key)
            put_on_table(key, None, reanchoring.work_out(step.file, step.from_rev, None))
            done += 1
    return done


def put_on_table(replacement_id: int, versions: Replacement | None, places: Places) -> None:
    """Exchange the versions, bring the marks along and tell the room, in one transaction."""
    with unit_of_work() as opened:
        meeting_id = opened.get_one(PaperReplacement, replacement_id).meeting_id
        meeting = opened.get_one(Meeting, meeting_id, with_for_update=True, populate_existing=True)
        step = opened.get_one(PaperReplacement, replacement_id, populate_existing=True)
        if step.state is not ReplacementState.PENDING:
            return
        step.done_at = clock.now()
        paper, other = _file(step.file), _file(step.other)
        if paper is None or other is None or paper.role != papers.PAPER:
            step.state = ReplacementState.DROPPED
            return
        step.state = ReplacementState.READY if versions else ReplacementState.FAILED
        step.changed = list(versions.alignment.changed_pages) if versions else []
        step.moves = [list(one) for one in moves_of(versions.alignment)] if versions else []
        files.exchange(paper, other)
        other.role = REPLACED
        opened.flush()
        scans.ask_for(paper)
        _note(
            meeting,
            step.file,
            map=step.state.value,
            no=_known(meeting, step.file).get("no", 1) + 1,
            changed=step.changed,
            moves=step.moves,
            prev={
                "rev": step.from_rev,
                "n": papers.title_of(other),
                "url": papers.url_of(other),
                "pages": step.from_pages,
            },
        )
        reanchoring.bring_along(meeting, step, places)
        _tell(meeting, step, paper)
        _tell_writers(meeting, step, paper)


def _tell_writers(meeting: Meeting, step: PaperReplacement, paper: File) -> None:
    """A notice to those whose marks lie on a page that changed, and to no others."""
    touched = session().scalars(select(User).where(User.id.in_(reanchoring.people_touched(step))))
    readers = [one.id for one in touched if paper_rights.may_read(one, meeting, paper)]
    kind = "meeting.paper_changed" if step.changed else "meeting.marks_wait"
    pages = ", ".join(map(str, step.changed[:_MOST_NAMED])) + ("…" if len(step.changed) > _MOST_NAMED else "")
    notices.notify(readers, kind, meeting.ref, by=session().get_one(User, step.by_id), pages=pages)


def _tell(meeting: Meeting, step: PaperReplacement, paper: File) -> None:
    entry = papers.paper_entry(paper, meeting)
    told: dict[str, Any] = {"file": entry}
    now = presenting.shown(meeting)
    if now.get("file") == step.file:
        page = page_after(step.moves, now["page"], paper.pages)
        told["present"] = presenting.show_version(meeting, entry, page)
    papers.tell(meeting, "file.map", session().get_one(User, step.by_id), paper, **told)


def _replaceable(actor: User, meeting: Meeting, public_id: str) -> File:
    paper = papers.paper_of(meeting, public_id)
    papers.check_may_change(actor, meeting, paper)
    if _known(meeting, public_id).get("map") == ReplacementState.PENDING:
        raise BadState("paper.being_compared")
    return paper


def _accepted(actor: User, paper: File, staged_id: str) -> files.Staged:
    """The upload, if it may take the paper's place."""
    staged = files.staged(actor, staged_id)
    data = {"name": staged.name} | dict(staged.problem_data)
    if staged.state is StagedState.CHECKING:
        raise BadState("file.still_checking", name=staged.name)
    if staged.state is StagedState.REFUSED and staged.problem not in {"file.damaged", "file.truncated"}:
        raise Invalid(staged.problem or "file.wrong_type", **data)
    is_office = staged.media_type in office_pdf.CONVERTED and originals.has_office_source(paper)
    if staged.media_type != media.PDF and not is_office:
        raise Invalid("paper.not_pdf")
    if staged.problem is not None:
        raise Invalid("paper.encrypted" if staged.problem == "file.encrypted" else "paper.damaged")
    if staged.sha256 == paper.sha256:
        raise Invalid("paper.same_file")
    return staged


def _known(meeting: Meeting, public_id: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = (meeting.revisions or {}).get(public_id, {})
    return found


def _note(meeting: Meeting, public_id: str, **more: Any) -> None:
    told = {**_known(meeting, public_id), **more}
    meeting.revisions = {**(meeting.revisions or {}), public_id: told}


def _file(public_id: str) -> File | None:
    found: File | None = session().scalar(select(File).where(File.public_id == public_id))
    return found
