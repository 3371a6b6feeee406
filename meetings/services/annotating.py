"""Notes over pages: what a person's devices did, merged so that order and repeats do not matter.

An ``add`` and a ``del`` of the same stroke may come in either order, or twice; a stroke once taken away stays
away. Each device counts its operations with a Lamport counter; what a device lacks is what lies above its
vector ``{device: counter}``.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from intranet.core import clock
from intranet.core.db import session, unit_of_work
from intranet.core.errors import DomainError, Invalid
from intranet.people.models import User
from intranet.records.models import File
from meetings.models.annotation import Annotation
from meetings.models.meeting import Meeting
from meetings.permissions import To, access_meeting
from meetings.services import paper_rights, reanchoring
from meetings.services.papers import paper_of

#: Operations in one call, and those sent back in one answer.
MOST_OPS = 200
MOST_BACK = 400
MOST_POINTS = 5000
#: Strokes of one person in one meeting.
MOST_STROKES = 20_000
#: Hundredths of a point: about seven metres, more than any page.
_FARTHEST = 2_000_000
#: The house as a device: it moves strokes to newer versions of their papers.
HOUSE = "0" * 26
_ULID = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}")
_RGB = re.compile(r"[0-9a-f]{6}")
_TOOLS = {"pen", "marker"}


@dataclass
class Synced:
    """What became of a device's operations, and what it lacks."""

    accepted: list[str] = field(default_factory=list)
    #: ``{"id", "code"}``: ``error.annotation.<problem>`` says why; the device keeps those.
    rejected: list[dict[str, str]] = field(default_factory=list)
    ops: list[dict[str, Any]] = field(default_factory=list)
    #: More is waiting: ask again with the new vector.
    more: bool = False
    #: Strokes over versions replaced meanwhile whose places are being worked out: ask again soon.
    waiting: int = 0
    #: Strokes that wait for a place which their owner gives them.
    tray: int = 0


def sync(actor: User, meeting_id: int, ops: Sequence[Any], have: Mapping[str, Any]) -> Synced:
    """Take in a device's operations and tell what it lacks; the notes are the actor's alone.

    A stroke over a version that was replaced meanwhile is brought to the newest one in the background.

    :param ops: ``{"op": "add", "id", "lam", "dev", "file", "rev", "page", "d"}``, or of a removal ``op`` to
        ``dev``; ``rev`` is the SHA-256 of the version written on.
    :param have: the device's vector: the last counter it holds, by device.
    :raises NotFound: no such meeting, or none the actor may attend.
    :raises Invalid: ``annotation.too_many``, ``annotation.vector``.
    """
    if len(ops) > MOST_OPS:
        raise Invalid("annotation.too_many", most=MOST_OPS)
    if len(have) > 50 or not all(isinstance(lam, int) for lam in have.values()):
        raise Invalid("annotation.vector")
    done = Synced()
    meeting = access_meeting(actor, meeting_id, To.ATTEND)
    if ops:
        with unit_of_work():
            _take_in(actor, meeting, ops, done)
    _fill_up(actor, meeting_id, have, done)
    return done


def _take_in(actor: User, meeting: Meeting, ops: Sequence[Any], done: Synced) -> None:
    ids = [op["id"] for op in ops if isinstance(op, Mapping) and isinstance(op.get("id"), str)]
    query = select(Annotation).where(Annotation.user_id == actor.id, Annotation.id.in_(ids))
    known = {row.id: row for row in session().scalars(query)}
    papers: dict[str, File] = {}
    late: dict[str, Annotation] = {}
    for op in ops:
        key = str(op.get("id", ""))[:40] if isinstance(op, Mapping) else ""
        try:
            _apply(actor, meeting, op, known, papers)
            done.accepted.append(key)
            if (row := known[op["id"]]).waits:
                late[row.file] = row
        except DomainError as refusal:
            done.rejected.append({"id": key, "code": refusal.code})
    for row in late.values():
        reanchoring.ask_for_places(row)


def _apply(
    actor: User, meeting: Meeting, op: Any, known: dict[str, Annotation], papers: dict[str, File]
) -> None:
    _check_head(op)
    row = known.get(op["id"])
    if row is not None and row.meeting_id != meeting.id:
        raise Invalid("annotation.malformed")
    if row is None:
        row = Annotation(
            user_id=actor.id,
            id=op["id"],
            meeting_id=meeting.id,
            file="",
            rev="",
            lam=0,
            dev="",
            at=clock.now(),
        )
    if op["op"] == "del":
        if row.del_lam is None or (op["lam"], op["dev"]) > (row.del_lam, row.del_dev or ""):
            row.del_lam, row.del_dev = op["lam"], op["dev"]
    elif row.data is None or (op["lam"], op["dev"]) > (row.lam, row.dev):
        _check_stroke(op)
        name = op["file"]
        if name not in papers:
            paper_rights.require_reader(actor, meeting, paper_of(meeting, name))
        paper = papers.setdefault(name, papers.get(name) or paper_of(meeting, name, hold=True))
        rev, pages = reanchoring.version_of(paper, op.get("rev"))
        if pages is not None and op["page"] > pages:
            raise Invalid("annotation.malformed")
        _write(row, op, rev, is_late=rev != paper.sha256)
    if op["id"] not in known:
        session().add(row)
        known[op["id"]] = row


def _write(row: Annotation, op: Mapping[str, Any], rev: str, *, is_late: bool) -> None:
    """Take a stroke over; one that the house has moved before is told anew by the house's counter."""
    row.file, row.rev, row.page, row.data = op["file"], rev, op["page"], op["d"]
    row.lam, row.dev = op["lam"], op["dev"]
    row.doubt, row.likely, row.dismissed_at = None, None, None
    row.waits = is_late
    if row.place_lam is not None:
        session().get_one(Meeting, row.meeting_id, with_for_update=True)
        row.place_lam = reanchoring.next_lam(row.meeting_id, row.user_id)


def _fill_up(actor: User, meeting_id: int, have: Mapping[str, int], done: Synced) -> None:
    """Oldest counters first, so that what is sent never leaves a hole below the vector."""
    query = select(Annotation).where(Annotation.meeting_id == meeting_id, Annotation.user_id == actor.id)
    lacking: list[tuple[int, dict[str, Any]]] = []
    for row in session().scalars(query.limit(MOST_STROKES)):
        done.waiting += row.waits and row.del_lam is None
        done.tray += reanchoring.is_in_tray(row)
        if row.del_lam is not None:
            if row.del_lam > have.get(row.del_dev or "", 0):
                gone = {"op": "del", "id": row.id, "lam": row.del_lam, "dev": row.del_dev}
                lacking.append((row.del_lam, gone))
        elif (known := _counter(row))[0] > have.get(known[1], 0):
            lacking.append((known[0], _as_op(row)))
    lacking.sort(key=lambda pair: pair[0])
    done.more = len(lacking) > MOST_BACK
    done.ops = [op for _, op in lacking[:MOST_BACK]]


def _counter(row: Annotation) -> tuple[int, str]:
    """By which counter a stroke is told: its device's, or the house's once it has another place."""
    return (row.lam, row.dev) if row.place_lam is None else (row.place_lam, HOUSE)


def _as_op(row: Annotation) -> dict[str, Any]:
    lam, dev = _counter(row)
    return {
        "op": "add",
        "id": row.id,
        "lam": lam,
        "dev": dev,
        "file": row.file,
        "rev": row.rev,
        "page": row.page,
        "d": row.data,
    }


def _check_head(op: Any) -> None:
    if (
        not isinstance(op, Mapping)
        or op.get("op") not in {"add", "del"}
        or not _is_ulid(op.get("id"))
        or not _is_ulid(op.get("dev"))
        or not _is_count(op.get("lam"), 1, 2**53)
    ):
        raise Invalid("annotation.malformed")


def _check_stroke(op: Mapping[str, Any]) -> None:
    stroke = op.get("d")
    if (
        not isinstance(op.get("file"), str)
        or not isinstance(op.get("rev", ""), str)
        or not _is_count(op.get("page"), 1, 100_000)
        or not isinstance(stroke, Mapping)
        or set(stroke) - {"kind", "tool", "rgb", "w", "pts", "pr"}
        or stroke.get("kind") != "ink"
        or stroke.get("tool") not in _TOOLS
        or not isinstance(stroke.get("rgb"), str)
        or not _RGB.fullmatch(stroke["rgb"])
        or not _is_count(stroke.get("w"), 10, 10_000)
    ):
        raise Invalid("annotation.malformed")
    points, pressures = stroke.get("pts"), stroke.get("pr", [])
    if not isinstance(points, list) or not isinstance(pressures, list) or len(points) % 2 or not points:
        raise Invalid("annotation.malformed")
    if len(points) > MOST_POINTS * 2:
        raise Invalid("annotation.too_long")
    if pressures and len(pressures) != len(points) // 2:
        raise Invalid("annotation.malformed")
    if not all(_is_count(one, -_FARTHEST, _FARTHEST) for one in points):
        raise Invalid("annotation.malformed")
    if not all(_is_count(one, 0, 100) for one in pressures):
        raise Invalid("annotation.malformed")


def _is_ulid(given: Any) -> bool:
    return isinstance(given, str) and _ULID.fullmatch(given) is not None


def _is_count(given: Any, least: int, most: int) -> bool:
    return isinstance(given, int) and not isinstance(given, bool) and least <= given <= most
