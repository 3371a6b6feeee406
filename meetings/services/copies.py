"""What leaves the house of a meeting's papers: copies with name and time, prints, and the list of papers."""

import threading

from intranet.core import clock
from intranet.core.actor import Actor
from intranet.core.db import session, unit_of_work
from intranet.core.errors import Forbidden, Invalid
from intranet.people.models import User
from intranet.records import audit, files, media, watermark
from intranet.records.models import File
from intranet.records.pagetext import Unreadable
from intranet.records.typeset import BLACK, Face, Sheet, wrap
from meetings.models.meeting import Meeting
from meetings.models.paper import ORIGINAL, PaperRule
from meetings.permissions import To, access_meeting
from meetings.rules.paper_access import PRINT
from meetings.services import paper_rights, papers

#: Copies made at once: each takes a process and the memory of one parse.
_places = threading.BoundedSemaphore(2)


def copy_for(actor: Actor, file: File) -> bytes | None:
    """The bytes that somebody gets instead of a stored file (slot ``file.copy``), ``None``: the file itself.

    :raises Invalid: ``unread.…``, the pages cannot be opened to be marked.
    """
    paper = paper_rights.paper_behind(file)
    rule = None if paper is None else session().get(PaperRule, paper.id)
    if rule is None or not rule.is_marked or file.role == ORIGINAL or not isinstance(actor, User):
        return None
    return _marked(actor, file)


def printed(actor: User, meeting_id: int, public_id: str) -> tuple[bytes, str]:
    """A paper to be printed, marked where that was asked for; who printed it is noted. Bytes and name.

    :raises NotFound: no such meeting or paper, or none the actor may read.
    :raises Forbidden: ``paper.no_print``.
    :raises Invalid: ``paper.not_printable``, it has no pages; ``unread.…``.
    """
    meeting = access_meeting(actor, meeting_id, To.ATTEND)
    paper = papers.paper_of(meeting, public_id)
    paper_rights.require_reader(actor, meeting, paper)
    if PRINT not in files.rights(actor, paper):
        raise Forbidden("paper.no_print")
    if not paper.is_pdf:
        raise Invalid("paper.not_printable")
    data = copy_for(actor, paper) or files.read(paper)
    name = paper.name
    with unit_of_work():
        audit.record(actor, "meeting.paper_printed", meeting, file=paper.id, sha256=paper.sha256)
    return data, name


def cover_list(actor: User, meeting_id: int) -> bytes:
    """The list of the papers that the actor may read, as a PDF to be printed.

    :raises NotFound: no such meeting, or none the actor may attend.
    """
    meeting = access_meeting(actor, meeting_id, To.ATTEND)
    sheet = Sheet(title=f"Danh mục tài liệu: {meeting.title}")
    middle = (sheet.left + sheet.right) / 2
    sheet.y = sheet.top
    sheet.text("DANH MỤC TÀI LIỆU", middle, sheet.y, 14, Face.BOLD, align="center")
    sheet.y -= 20
    for line in (meeting.title, f"{clock.local(meeting.starts_at):%H:%M, ngày %d/%m/%Y}, {meeting.place}"):
        for part in wrap(line, Face.REGULAR, 13, sheet.right - sheet.left):
            sheet.text(part, middle, sheet.y, 13, align="center")
            sheet.y -= 17
    sheet.y -= 10
    _row(sheet, "TT", "Tên tài liệu", "Trang", "Ghi chú", Face.BOLD)
    for number, (section, one) in enumerate(_listed(actor, meeting), 1):
        if section:
            _row(sheet, "", section, "", "", Face.BOLD)
        notes = [word for word, is_so in _notes(one) if is_so]
        pages = str(one.file.pages or "")
        _row(sheet, str(number), papers.title_of(one.file), pages, "; ".join(notes), Face.REGULAR)
    return sheet.finish()


def _listed(actor: User, meeting: Meeting) -> list[tuple[str, paper_rights.PaperFor]]:
    """Each paper, the first of an item with the item's heading."""
    heads = {item.id: f"Mục {no}. {item.title}" for no, item in enumerate(meeting.agenda, 1)}
    found, last = [], object()
    for one in paper_rights.readable(actor, meeting):
        head = "Tài liệu chung" if one.item_id is None else heads[one.item_id]
        found.append(("" if one.item_id == last else head, one))
        last = one.item_id
    return found


def _notes(one: paper_rights.PaperFor) -> list[tuple[str, bool]]:
    return [
        ("chỉ một số người đọc", one.is_restricted),
        ("chỉ đọc khi có mạng", one.online_only),
        ("không in", not one.print),
    ]


def _row(sheet: Sheet, no: str, name: str, pages: str, note: str, face: Face) -> None:
    """One row of the list: as high as its longest cell, a line below it."""
    edges = (sheet.left, sheet.left + 32, sheet.right - 150, sheet.right - 108, sheet.right)
    cells = [
        wrap(words, face, 12, right - left - 6)
        for words, left, right in zip((no, name, pages, note), edges[:-1], edges[1:], strict=True)
    ]
    height = 15 * max(len(cell) for cell in cells) + 4
    sheet.need(height)
    for lines, left in zip(cells, edges[:-1], strict=True):
        for number, line in enumerate(lines):
            sheet.text(line, left + 3, sheet.y - 15 * number, 12, face, colour=BLACK)
    sheet.rule(sheet.left, sheet.right, sheet.y - height + 9, weight=0.4)
    sheet.y -= height


def _marked(actor: User, file: File) -> bytes:
    if file.media_type != media.PDF:
        raise Invalid("paper.not_printable")
    words = f"{actor.full_name}, {clock.local(clock.now()):%H:%M %d/%m/%Y}"
    with _places:
        try:
            return watermark.marked_copy(files.path(file), words)
        except Unreadable as wrong:
            raise Invalid(f"unread.{wrong.code.removeprefix('file.')}") from wrong
