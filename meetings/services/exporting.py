"""Taking one's marks along: a copy of the paper with standard annotations, a flat copy, a list in Word."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import select

from intranet.core import clock
from intranet.core.db import session, unit_of_work
from intranet.core.errors import Forbidden, Invalid, NotFound
from intranet.core.labels import label
from intranet.people import throttle
from intranet.people.models import User
from intranet.records import audit, media, pdf_marks, store
from intranet.records.docx_writing import Form, Paper
from intranet.records.models import File
from intranet.records.pagetext import Unreadable
from meetings.models.annotation import Annotation, Layer
from meetings.models.meeting import Meeting, PartRole
from meetings.permissions import To, access_meeting
from meetings.services import mark_sharing, paper_rights, papers

#: Files that one person may have made in a stretch of time: each is work for a process of its own.
MOST_FILES = 10
_STRETCH = timedelta(minutes=1)


class Which(StrEnum):
    """Whose marks are taken along."""

    MINE = "mine"
    SHARED = "shared"
    BOTH = "both"


class Shape(StrEnum):
    """As what."""

    ANNOTATED = "pdf"
    FLAT = "flat.pdf"
    LIST = "docx"


@dataclass(frozen=True)
class Taken:
    """A file made for one reader."""

    name: str
    media_type: str
    data: bytes


def take_along(actor: User, meeting_id: int, public_id: str, shape: Shape, which: Which) -> Taken:
    """Make a file of the marks on the newest version of a paper; the paper itself is never changed.

    :raises NotFound: no such meeting; ``meeting.unknown_paper``; ``file.lost``.
    :raises TooMany: ``rate.too_many``, with the seconds to wait.
    :raises Forbidden: ``annotation.guest``, guests read their notes in the room alone;
        ``annotation.not_to_fetch``: the paper may be read, and not fetched as it is.
    :raises Invalid: ``annotation.none_here``; ``annotation.not_pdf``; ``annotation.encrypted``,
        ``annotation.damaged``, ``annotation.form``, ``annotation.too_hard``: of what the paper's PDF is.
    """
    meeting = _access(actor, meeting_id)
    paper = papers.paper_of(meeting, public_id)
    paper_rights.require_reader(actor, meeting, paper)
    rows = _rows(actor, meeting, paper, which)
    marks = _told(actor, rows)
    if not marks:
        raise Invalid("annotation.none_here")
    throttle.pace(f"marks:{actor.id}", most=MOST_FILES, within=_STRETCH)
    stem = papers.title_of(paper)
    if shape is Shape.LIST:
        taken = Taken(f"{stem} - ghi chú.docx", media.DOCX, _listed([(stem, marks)]))
    else:
        # Two files that one person takes along one after the other do not bear the same name.
        name = f"{stem} - ghi chú in liền.pdf" if shape is Shape.FLAT else f"{stem} - ghi chú.pdf"
        taken = Taken(name, media.PDF, _copied(actor, meeting, paper, marks, shape))
    with unit_of_work():
        audit.record(actor, "meeting.marks_taken", meeting, file=paper.id, form=shape.value)
    return taken


def take_all(actor: User, meeting_id: int) -> Taken:
    """Make one list of the actor's own marks on all papers of the meeting that the actor may still read.

    :raises NotFound: no such meeting, or none the actor may attend.
    :raises Forbidden: ``annotation.guest``.
    :raises TooMany: ``rate.too_many``, with the seconds to wait.
    :raises Invalid: ``annotation.none_here``.
    """
    meeting = _access(actor, meeting_id)
    found = [
        (papers.title_of(use.file), marks)
        for use in paper_rights.readable(actor, meeting)
        if (marks := _told(actor, _rows(actor, meeting, use.file, Which.MINE)))
    ]
    if not found:
        raise Invalid("annotation.none_here")
    throttle.pace(f"marks:{actor.id}", most=MOST_FILES, within=_STRETCH)
    with unit_of_work():
        audit.record(actor, "meeting.marks_taken", meeting, form=Shape.LIST.value)
    return Taken(f"{meeting.title} - ghi chú.docx", media.DOCX, _listed(found))


def _access(actor: User, meeting_id: int) -> Meeting:
    """A meeting from which the actor may take notes along."""
    meeting = access_meeting(actor, meeting_id, To.ATTEND)
    part = meeting.participant(actor.id)
    if part is None or part.role is PartRole.GUEST:
        raise Forbidden("annotation.guest")
    return meeting


def _rows(actor: User, meeting: Meeting, paper: File, which: Which) -> list[Annotation]:
    """The marks on the newest version, by page; a shared copy is left out where its original is there."""
    query = select(Annotation).where(
        Annotation.meeting_id == meeting.id,
        Annotation.user_id == actor.id,
        Annotation.file == paper.public_id,
        Annotation.data.is_not(None),
        Annotation.del_lam.is_(None),
        Annotation.doubt.is_(None),
    )
    own = list(session().scalars(query))
    found = [] if which is Which.SHARED else [row for row in own if row.layer is Layer.PRIVATE]
    if which is not Which.MINE:
        here = {row.id for row in found}
        found += [row for row in own if row.layer is not Layer.PRIVATE and row.source not in here]
        found += mark_sharing.visible(actor, meeting, paper.public_id)
    return sorted((row for row in found if row.rev == paper.sha256), key=lambda row: (row.page, row.id))


def _told(actor: User, rows: Sequence[Annotation]) -> list[dict[str, Any]]:
    ids = {row.user_id for row in rows}
    people = session().scalars(select(User).where(User.id.in_(ids)))
    names = {person.id: person.full_name for person in people}
    found = []
    for row in rows:
        head = {
            "page": row.page,
            "author": names[row.user_id],
            "at": f"D:{row.at:%Y%m%d%H%M%S}Z",
            "is_own": row.user_id == actor.id,
        }
        found.append(head | {"id": row.id, "d": row.data})
        for number, other in enumerate(row.others or (), 1):
            copied = {**row.data, "text": f"({label('annotation.copy')}) {other['text']}"[:4100]}
            found.append(head | {"id": f"{row.id}-{number}", "d": copied})
    return found


def _copied(actor: User, meeting: Meeting, paper: File, marks: list[dict[str, Any]], shape: Shape) -> bytes:
    use = next(one for one in paper_rights.readable(actor, meeting) if one.file.id == paper.id)
    if not use.download or use.is_marked:
        raise Forbidden("annotation.not_to_fetch")
    shown = paper.sha256 if paper.is_pdf else paper.blob.sheet_sha256
    if shown is None:
        raise Invalid("annotation.not_pdf")
    if not store.exists(shown) and not store.restore(shown):
        raise NotFound("file.lost")
    words = {name: label(f"annotation.taken.{name}") for name in ("outline", "notes", "page")}
    try:
        return pdf_marks.marked_copy(store.path_of(shown), marks, flat=shape is Shape.FLAT, words=words)
    except Unreadable as wrong:
        kind = wrong.code.removeprefix("file.")
        raise Invalid(
            f"annotation.{kind if kind in {'encrypted', 'damaged', 'form'} else 'too_hard'}"
        ) from wrong


def _listed(found: Sequence[tuple[str, Sequence[dict[str, Any]]]]) -> bytes:
    """The list of notes: paper, page, kind, what was marked and written; strokes of a page are counted."""
    sheet = Paper(title=found[0][0], author="")
    sheet.write(label("annotation.taken.notes"), Form(size=14, bold=True, align="center"))
    at = f"{clock.local(clock.now()):%d/%m/%Y %H:%M}"
    sheet.write(at, Form(size=11, italic=True, align="center", after=4))
    for title, marks in found:
        sheet.write(title, Form(size=13, bold=len(found) > 1, align="center", before=6, after=6))
        _list(sheet, marks)
    return sheet.to_bytes()


def _list(sheet: Paper, marks: Sequence[dict[str, Any]]) -> None:
    strokes: dict[tuple[int, str], int] = {}
    for mark in marks:
        kind, place = mark["d"]["kind"], (mark["page"], mark["author"])
        if kind == "ink":
            strokes[place] = strokes.get(place, 0) + 1
    page = 0
    for mark in marks:
        data, place = mark["d"], (mark["page"], mark["author"])
        if mark["page"] != page:
            page = mark["page"]
            sheet.write(
                f"{label('annotation.taken.page')} {page}", Form(size=13, bold=True, before=8, after=2)
            )
        kind = label(f"annotation.kind.{data['kind']}")
        who = "" if mark["is_own"] else f" ({mark['author']})"
        said = str(data.get("text") or data.get("label") or "")
        if data["kind"] == "ink":
            count = strokes.pop(place, 0)
            if not count:
                continue
            said = str(count)
        quote = f"“{data['quote']}”" if data.get("quote") else ""
        sheet.write(
            " ".join(part for part in (quote, said) if part),
            Form(size=13, left=6, after=3),
            bold_lead=f"{kind}{who}: ",
        )
