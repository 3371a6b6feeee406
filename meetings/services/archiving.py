"""The file of a meeting for the archive: minutes, papers, results, attendance and the journal's digest."""

import hashlib
import json
import tempfile
from dataclasses import dataclass
from typing import Any, cast

from intranet.core import clock
from intranet.core.actor import Actor
from intranet.core.db import publish, session, unit_of_work
from intranet.core.errors import BadState, DomainError, NotFound
from intranet.core.jobs import JobState, enqueue, state_of
from intranet.core.labels import label
from intranet.core.refs import Ref
from intranet.people.models import User
from intranet.records import audit, files, store
from intranet.records.bundle import Bundle
from intranet.records.files import Kept
from intranet.records.models import File
from intranet.records.names import clean_name
from meetings.models.journal import Line
from meetings.models.meeting import Meeting
from meetings.models.minutes import MinutesMoved
from meetings.permissions import To, access_meeting
from meetings.services import (
    archive_page,
    filed,
    listing,
    minutes_docx,
    minutes_files,
    minutes_sheet,
    paper_rights,
    polls,
    rehearsals,
)
from meetings.services.journal import lines_after
from meetings.services.minutes_sheet import Sheet

#: Kind of the job that makes it.
MAKE = "meeting.archive"
ROLE = "archive"
ZIP = "application/zip"
_START = "0" * 64
#: Kept out of the results: what lets a voter find the own secret ballot is the voter's.
_PRIVATE = frozenset({"receipts"})


@dataclass(frozen=True)
class Archive:
    """How far the file is.

    :param problem: code of why there is none.
    """

    is_asked: bool = False
    file: File | None = None
    problem: str = ""


def ref_of(meeting_id: int) -> Ref:
    """The name of the file of a meeting, as the owner of its bytes."""
    return Ref("meeting_archive", meeting_id)


def may_read(actor: Actor, meeting_id: int) -> bool:
    """True for chair and secretaries (``refs``)."""
    try:
        access_meeting(cast(User, actor), meeting_id, To.RUN)
    except DomainError:
        return False
    return True


def title_of(meeting_id: int) -> str:
    """Whose file it is (``refs``)."""
    return label("meeting.archive_of", title=listing.title_of(meeting_id))


def ask_archive(actor: User, meeting_id: int) -> None:
    """Let the worker make the file of a meeting as it stands; asked twice it is once.

    :raises Forbidden: ``meeting.not_yours_to_run``.
    :raises BadState: ``meeting.not_held``; ``rehearsal.no_minutes``.
    """
    with unit_of_work():
        meeting = access_meeting(actor, meeting_id, To.RUN)
        rehearsals.require_real(meeting, "no_minutes")
        if not listing.is_held(meeting):
            raise BadState("meeting.not_held")
        enqueue_archive(meeting, actor.id)


def enqueue_archive(meeting: Meeting, by_id: int) -> None:
    """The same in the open unit of work, rights judged."""
    enqueue(MAKE, _key(meeting), {"meeting": meeting.id, "by": by_id})


def archive_of(meeting: Meeting) -> Archive:
    """The file of the meeting as it stands, or how far its making is."""
    known = state_of(MAKE, _key(meeting))
    if known is None:
        return Archive()
    state, _ = known
    if state in {JobState.WAITING, JobState.RUNNING}:
        return Archive(is_asked=True)
    stored = files.of(ref_of(meeting.id), ROLE)
    if state is JobState.FAILED or not stored:
        return Archive(problem="meeting.archive_failed")
    return Archive(is_asked=True, file=stored[-1])


def make(meeting_id: int, by_id: int) -> dict[str, str]:
    """Write the file, tell how far it is, and keep it with the meeting; returns the hash of its list."""
    meeting = session().get(Meeting, meeting_id)
    if meeting is None:
        raise NotFound("meeting.unknown")
    if filed.is_filed(meeting) and minutes_files.PDF not in minutes_files.files_of(meeting):
        # Asked for before the worker came to the PDF of what was approved: it belongs in the file.
        minutes_files.make(meeting_id, by_id, minutes_files.APPROVED)
    sheet = minutes_sheet.sheet_of(session().get_one(User, by_id), meeting)
    name = clean_name(label("meeting.archive_file", title=meeting.title[:80]) + ".zip")
    with tempfile.TemporaryFile() as stream:
        listed = _write(sheet, Bundle(cast(Any, stream)), by_id)
        stream.seek(0)
        sha256, size = store.put(cast(Any, stream))
    with unit_of_work() as opened:
        actor = opened.get_one(User, by_id)
        for old in files.of(ref_of(meeting_id), ROLE):
            files.remove(actor, old)
        kept = Kept(sha256, size, name, ZIP)
        files.attach_kept(actor, kept, ref_of(meeting_id), org_id=meeting.org_id, role=ROLE)
        audit.record(actor, "meeting.archived", meeting, manifest=listed, sha256=sha256)
        publish(MinutesMoved(meeting_id, "archive", 100, by_id))
    return {"manifest": listed}


def _key(meeting: Meeting) -> str:
    return f"{meeting.id}:{meeting.v}:{minutes_files.edition_of(meeting)}"


def _write(sheet: Sheet, into: Bundle, by_id: int) -> str:
    meeting = sheet.meeting
    stored = minutes_files.files_of(meeting)
    for role, name in ((minutes_files.DOCX, "bien-ban.docx"), (minutes_files.PDF, "bien-ban.pdf")):
        if role in stored:
            into.add_file(name, files.path(stored[role]))
    if minutes_files.DOCX not in stored:
        into.add("bien-ban.docx", minutes_docx.build_docx(sheet))
    papers = _papers(meeting, into, by_id)
    lines = lines_after(meeting.id, 0)
    into.add_json("diem-danh.json", _attendance(sheet))
    into.add_json("bieu-quyet.json", [_vote(one) for one in polls.entries(meeting)])
    into.add_json("ket-luan.json", [_conclusion(one) for one in _conclusions(sheet)])
    head, told = _digest(lines)
    into.add_json("nhat-ky.json", {"head": head, "lines": told})
    into.add("style.css", archive_page.STYLE.encode())
    page = archive_page.build_page(
        sheet,
        papers=papers,
        conclusions=_conclusions(sheet),
        listed=into.listed,
        head=head,
        lines=len(lines),
    )
    into.add("index.html", page.encode())
    facts = {
        "title": meeting.title,
        "agency": sheet.org.name,
        "meeting": meeting.id,
        "began": sheet.began,
        "ended": sheet.ended,
        "journal": head,
        "made_at": clock.now(),
    }
    return into.finish(facts)


def _papers(meeting: Meeting, into: Bundle, by_id: int) -> list[tuple[str, str]]:
    """Put the papers in, item by item, and tell how far it is; returns name and place of each."""
    actor = session().get_one(User, by_id)
    held = paper_rights.readable(actor, meeting)
    no = {item.id: place for place, item in enumerate(meeting.agenda, 1)}
    found = []
    for at, one in enumerate(held, 1):
        place = f"tai-lieu/{no.get(one.item_id or 0, 0):02d}-{at:03d}-{clean_name(one.file.name)}"
        into.add_file(place, files.path(one.file))
        found.append((one.file.name, place))
        _tell(meeting.id, by_id, 90 * at // len(held))
    return found


def _tell(meeting_id: int, by_id: int, percent: int) -> None:
    with unit_of_work():
        publish(MinutesMoved(meeting_id, "archive", percent, by_id))


def _attendance(sheet: Sheet) -> dict[str, Any]:
    groups = {"present": sheet.present, "guests": sheet.guests, "absent": sheet.absent}
    return {
        key: [
            {
                "name": one.name,
                "title": one.title,
                "agency": one.org,
                "role": one.role.value,
                "note": one.note,
            }
            for one in people
        ]
        for key, people in groups.items()
    }


def _vote(entry: dict[str, Any]) -> dict[str, Any]:
    result = entry.get("result")
    kept = None if result is None else {key: one for key, one in result.items() if key not in _PRIVATE}
    return entry | {"result": kept}


def _conclusions(sheet: Sheet) -> list[dict[str, Any]]:
    return [one for item in sheet.items for one in item.conclusions] + list(sheet.conclusions)


def _conclusion(one: dict[str, Any]) -> dict[str, Any]:
    return one | {"task": None if one["task"] is None else one["task"].code}


def _digest(lines: Any) -> tuple[str, list[dict[str, Any]]]:
    """The journal as a chain: each line's hash goes into the next; what a line says stays in the office."""
    head, told = _START, []
    for line in lines:
        head = hashlib.sha256(f"{head}:{_said(line)}".encode()).hexdigest()
        told.append(
            {"v": line.v, "kind": line.kind, "at": line.at.isoformat(), "by": line.by_id, "chain": head}
        )
    return head, told


def _said(line: Line) -> str:
    data = json.dumps(line.data, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return f"{line.v}|{line.kind}|{line.at.isoformat()}|{line.by_id}|{data}"
