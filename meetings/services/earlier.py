"""Earlier versions of a paper: read again by whoever reads the paper now, never written on."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from intranet.core.db import session
from intranet.core.errors import NotFound
from intranet.people.models import User
from intranet.records import files
from intranet.records.models import File
from meetings.models.annotation import Annotation
from meetings.models.meeting import Meeting
from meetings.models.paper import PaperRule
from meetings.models.revision import PaperReplacement, ReplacementState
from meetings.permissions import To, access_meeting
from meetings.services import paper_rights, papers

_DONE = (ReplacementState.READY, ReplacementState.FAILED)


@dataclass(frozen=True)
class Version:
    """One version of a paper.

    :param no: from 1.
    :param gone_at: when the next one took its place; ``None`` for the one on the table.
    :param changed: pages of the next one that are new or not what they were; ``None`` where the two could not
        be compared.
    """

    no: int
    file: File
    gone_at: datetime | None = None
    changed: Sequence[int] | None = None


@dataclass(frozen=True)
class Shown:
    """A version as one person may look at it.

    :param is_marked: the reader's name stands over its pages, as over those of the paper.
    :param marks: the person's own that stayed on it, as they are stored, by page.
    """

    meeting: Meeting
    paper: File
    versions: Sequence[Version]
    version: Version
    may_fetch: bool
    is_marked: bool
    marks: Sequence[dict[str, Any]]

    @property
    def is_current(self) -> bool:
        """Whether it is the one on the table."""
        return self.version.gone_at is None


def look_at(actor: User, meeting_id: int, public_id: str, no: int) -> Shown:
    """A version of a paper on the table, for whoever may read the paper.

    :param no: from 1; the last is the one on the table.
    :raises NotFound: no such meeting, paper or version, or none the actor may read.
    """
    meeting = access_meeting(actor, meeting_id, To.ATTEND)
    paper = papers.paper_of(meeting, public_id)
    paper_rights.require_reader(actor, meeting, paper)
    versions = _versions_of(paper)
    if not 1 <= no <= len(versions):
        raise NotFound("meeting.unknown_paper")
    version = versions[no - 1]
    rule = session().get(PaperRule, paper.id)
    return Shown(
        meeting,
        paper,
        versions,
        version,
        may_fetch="download" in files.rights(actor, version.file),
        is_marked=rule is not None and rule.is_marked,
        marks=[] if version.gone_at is None else _marks_left(actor, public_id, version.file.sha256),
    )


def before(meeting: Meeting, papers_now: Collection[File]) -> dict[int, File]:
    """The version that each of these papers took the place of, by the id of the paper; none for most."""
    keys = {one.public_id: one.id for one in papers_now if one.public_id in (meeting.revisions or {})}
    if not keys:
        return {}
    query = select(PaperReplacement.file, File).join(File, File.public_id == PaperReplacement.other)
    taken = query.where(PaperReplacement.file.in_(keys), PaperReplacement.state.in_(_DONE))
    return {keys[key]: file for key, file in session().execute(taken.order_by(PaperReplacement.id))}


def _versions_of(paper: File) -> list[Version]:
    """All of them, the one on the table last."""
    query = select(PaperReplacement, File).join(File, File.public_id == PaperReplacement.other)
    taken = query.where(PaperReplacement.file == paper.public_id, PaperReplacement.state.in_(_DONE))
    found = [
        Version(no, file, step.done_at, step.changed if step.state is ReplacementState.READY else None)
        for no, (step, file) in enumerate(session().execute(taken.order_by(PaperReplacement.id)), 1)
    ]
    return [*found, Version(len(found) + 1, paper)]


def _marks_left(actor: User, public_id: str, rev: str) -> list[dict[str, Any]]:
    query = select(Annotation).where(
        Annotation.user_id == actor.id,
        Annotation.file == public_id,
        Annotation.rev == rev,
        Annotation.del_lam.is_(None),
    )
    marks = session().scalars(query.order_by(Annotation.page, Annotation.id))
    return [{"id": one.id, "page": one.page, "d": one.data} for one in marks if one.data is not None]
