"""Marks over pages: what a person's devices did, merged so that order and repeats do not matter.

An ``add``, ``set`` or ``del`` of the same mark may come in any order, or twice; a mark once taken away stays
away. Each device counts its operations with a Lamport counter; what a device lacks is what lies above its
vector ``{device: counter}``. Versions of one mark are merged by ``meetings.rules.mark_merge``.
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
from meetings.models.annotation import Annotation, Layer
from meetings.models.meeting import Meeting
from meetings.permissions import To, access_meeting
from meetings.rules import mark_kinds, mark_merge
from meetings.rules.mark_kinds import is_count
from meetings.rules.mark_merge import Merged, Version
from meetings.services import mark_sharing, paper_rights, reanchoring
from meetings.services.papers import paper_of

#: Operations in one call, and those sent back in one answer.
MOST_OPS = 200
MOST_BACK = 400
#: Marks of one person in one meeting.
MOST_STROKES = 20_000
#: The house as a device: it moves marks to newer versions of their papers.
HOUSE = "0" * 26
_ULID = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}")


@dataclass
class Synced:
    """What became of a device's operations, and what it lacks."""

    accepted: list[str] = field(default_factory=list)
    #: ``{"id", "code"}``: ``error.annotation.<problem>`` says why; the device keeps those.
    rejected: list[dict[str, str]] = field(default_factory=list)
    ops: list[dict[str, Any]] = field(default_factory=list)
    #: More is waiting: ask again with the new vector.
    more: bool = False
    #: Marks over versions replaced meanwhile whose places are being worked out: ask again soon.
    waiting: int = 0
    #: Marks that wait for a place which their owner gives them.
    tray: int = 0
    #: What others shared, ``{"seq", "marks"}``, where the device asked for it.
    shared: dict[str, Any] = field(default_factory=dict)


def sync(
    actor: User, meeting_id: int, ops: Sequence[Any], have: Mapping[str, Any], *, seen: int | None = None
) -> Synced:
    """Take in a device's operations and tell what it lacks; private marks are the actor's alone.

    A mark over a version that was replaced meanwhile is brought to the newest one in the background.

    :param ops: ``{"op": "add" or "set", "id", "lam", "dev", "file", "rev", "page", "d"}``, or of a removal
        ``op`` to ``dev``; ``rev`` is the SHA-256 of the version written on. ``past`` says what a ``set`` had
        seen; ``layer``, ``people`` and ``source`` make an ``add`` a shared copy. Operations of one ``batch``
        stand or fall together.
    :param have: the device's vector: the last counter it holds, by device.
    :param seen: how far the device has heard of what others shared, 0 for nothing; ``None`` does not ask.
    :raises NotFound: no such meeting, or none the actor may attend.
    :raises Invalid: ``annotation.too_many``, ``annotation.vector``.
    """
    if len(ops) > MOST_OPS:
        raise Invalid("annotation.too_many", most=MOST_OPS)
    if len(have) > mark_merge.MOST_DEVICES or not all(isinstance(lam, int) for lam in have.values()):
        raise Invalid("annotation.vector")
    done = Synced()
    meeting = access_meeting(actor, meeting_id, To.ATTEND)
    if ops:
        with unit_of_work():
            _take_in(actor, meeting, ops, done)
    _fill_up(actor, meeting_id, have, done)
    if seen is not None:
        done.shared = mark_sharing.of_others(actor, meeting, seen)
    return done


def _take_in(actor: User, meeting: Meeting, ops: Sequence[Any], done: Synced) -> None:
    ids = [op["id"] for op in ops if isinstance(op, Mapping) and isinstance(op.get("id"), str)]
    query = select(Annotation).where(Annotation.user_id == actor.id, Annotation.id.in_(ids))
    desk = _Desk(actor, meeting, {row.id: row for row in session().scalars(query)})
    if any(row.layer is not Layer.PRIVATE for row in desk.known.values()) or any(
        isinstance(op, Mapping) and op.get("layer") for op in ops
    ):
        # Before any paper is held: whoever replaces one holds the meeting first.
        session().get_one(Meeting, meeting.id, with_for_update=True)
    for together in _batches(ops):
        try:
            for op in together:
                desk.check(op)
        except DomainError as refusal:
            done.rejected += [{"id": _name_of(op), "code": refusal.code} for op in together]
            continue
        for op in together:
            desk.apply(op)
            done.accepted.append(_name_of(op))
    mark_sharing.tell(meeting.id, desk.changed.values())
    for row in {row.file: row for row in desk.changed.values() if row.waits}.values():
        reanchoring.ask_for_places(row)


def _batches(ops: Sequence[Any]) -> list[list[Any]]:
    """Operations that stand or fall together, in their order."""
    found: list[list[Any]] = []
    last: Any = None
    for op in ops:
        batch = op.get("batch") if isinstance(op, Mapping) else None
        if batch is not None and batch == last:
            found[-1].append(op)
        else:
            found.append([op])
        last = batch
    return found


def _name_of(op: Any) -> str:
    return str(op.get("id", ""))[:40] if isinstance(op, Mapping) else ""


@dataclass
class _Desk:
    """Where the operations of one call are looked at, then done."""

    actor: User
    meeting: Meeting
    known: dict[str, Annotation]
    papers: dict[str, File] = field(default_factory=dict)
    #: Which version of a paper was meant, by paper and what the device said.
    revs: dict[tuple[str, Any], tuple[str, int | None]] = field(default_factory=dict)
    changed: dict[str, Annotation] = field(default_factory=dict)

    def check(self, op: Any) -> None:
        """Refuse what cannot be done.

        :raises Invalid: ``annotation.malformed``, ``annotation.too_long``.
        :raises NotFound: ``meeting.unknown_paper``.
        """
        _check_head(op)
        row = self.known.get(op["id"])
        if row is not None and row.meeting_id != self.meeting.id:
            raise Invalid("annotation.malformed")
        if op["op"] == "del":
            return
        _check_body(op)
        if row is None or row.data is None:
            mark_sharing.check_layer(self.meeting, op)
        elif row.data["kind"] != op["d"]["kind"]:
            raise Invalid("annotation.malformed")
        if op["file"] not in self.papers:
            paper_rights.require_reader(self.actor, self.meeting, paper_of(self.meeting, op["file"]))
        paper = self.papers.get(op["file"]) or paper_of(self.meeting, op["file"], hold=True)
        self.papers[op["file"]] = paper
        named = (op["file"], op.get("rev"))
        if named not in self.revs:
            self.revs[named] = reanchoring.version_of(paper, op.get("rev"))
        pages = self.revs[named][1]
        if pages is not None and op["page"] > pages:
            raise Invalid("annotation.malformed")

    def apply(self, op: Mapping[str, Any]) -> None:
        """Do what was looked at before."""
        row = self.known.get(op["id"])
        if row is None:
            row = Annotation(
                user_id=self.actor.id,
                id=op["id"],
                meeting_id=self.meeting.id,
                file="",
                rev="",
                lam=0,
                dev="",
                at=clock.now(),
                layer=Layer.PRIVATE,
            )
            session().add(row)
            self.known[op["id"]] = row
        if op["op"] == "del":
            if row.del_lam is None or (op["lam"], op["dev"]) > (row.del_lam, row.del_dev or ""):
                row.del_lam, row.del_dev = op["lam"], op["dev"]
                self.changed[row.id] = row
        elif self._merge(row, op):
            self.changed[row.id] = row

    def _merge(self, row: Annotation, op: Mapping[str, Any]) -> bool:
        held = versions_of(row)
        new = Version(op["lam"], op["dev"], _text_of(op["d"]))
        found = mark_merge.merge(held, new, op.get("past") or {})
        if found == held:
            return False
        row.past = dict(found.past) or None
        row.others = mark_merge.as_rows(found.versions[1:]) or None
        if row.data is None:
            row.layer = Layer(op.get("layer") or Layer.PRIVATE)
            row.people, row.source = mark_sharing.people_of(op, self.actor), op.get("source")
        if found.best == new and held.best != new:
            rev, _ = self.revs[op["file"], op.get("rev")]
            self._write(row, op, rev, is_late=rev != self.papers[op["file"]].sha256)
        return True

    def _write(self, row: Annotation, op: Mapping[str, Any], rev: str, *, is_late: bool) -> None:
        """Take a mark over; one that the house has moved before is told anew by the house's counter."""
        row.file, row.rev, row.page, row.data = op["file"], rev, op["page"], dict(op["d"])
        row.lam, row.dev = op["lam"], op["dev"]
        row.doubt, row.likely, row.dismissed_at = None, None, None
        row.waits = is_late
        if row.place_lam is not None:
            session().get_one(Meeting, row.meeting_id, with_for_update=True)
            row.place_lam = reanchoring.next_lam(row.meeting_id, row.user_id)


def versions_of(row: Annotation) -> Merged:
    """The versions of a mark that stand."""
    if row.data is None:
        return Merged((), dict(row.past or {}))
    best = Version(row.lam, row.dev, _text_of(row.data))
    rest = [Version(one["lam"], one["dev"], one["text"]) for one in row.others or ()]
    return Merged((best, *rest), dict(row.past or {}))


def _text_of(data: Mapping[str, Any]) -> str | None:
    return data["text"] if data["kind"] == "note" else None


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
        elif row.data is not None:
            told = [_as_op(row), *(_as_copy(row, one) for one in row.others or ())]
            lacking += [(op["lam"], op) for op in told if op["lam"] > have.get(op["dev"], 0)]
    lacking.sort(key=lambda pair: pair[0])
    done.more = len(lacking) > MOST_BACK
    done.ops = [op for _, op in lacking[:MOST_BACK]]


def _counter(row: Annotation) -> tuple[int, str]:
    """By which counter a stroke is told: its device's, or the house's once it has another place."""
    return (row.lam, row.dev) if row.place_lam is None else (row.place_lam, HOUSE)


def _as_op(row: Annotation) -> dict[str, Any]:
    lam, dev = _counter(row)
    op = {
        "op": "add",
        "id": row.id,
        "lam": lam,
        "dev": dev,
        "file": row.file,
        "rev": row.rev,
        "page": row.page,
        "d": row.data,
    }
    if row.place_lam is not None:
        op["of"] = [row.lam, row.dev]
    if row.past:
        op["past"] = row.past
    if row.layer is not Layer.PRIVATE:
        op |= {"layer": row.layer.value, "people": row.people or [], "source": row.source}
    return op


def _as_copy(row: Annotation, other: Mapping[str, Any]) -> dict[str, Any]:
    """A version of a note beside the one that is shown; it lies where that lies."""
    data = {**row.data, "text": other["text"]}
    return {**_as_op(row), "op": "set", "lam": other["lam"], "dev": other["dev"], "d": data, "of": None}


def _check_head(op: Any) -> None:
    if (
        not isinstance(op, Mapping)
        or op.get("op") not in {"add", "set", "del"}
        or not _is_ulid(op.get("id"))
        or not _is_ulid(op.get("dev"))
        or not is_count(op.get("lam"), 1, 2**53)
    ):
        raise Invalid("annotation.malformed")


def _check_body(op: Mapping[str, Any]) -> None:
    if (
        not isinstance(op.get("file"), str)
        or not isinstance(op.get("rev", ""), str)
        or not is_count(op.get("page"), 1, 100_000)
        or not mark_merge.is_past(op.get("past") or {}, op["lam"])
        or not (op.get("source") is None or _is_ulid(op["source"]))
    ):
        raise Invalid("annotation.malformed")
    mark_kinds.check(op.get("d"))


def _is_ulid(given: Any) -> bool:
    return isinstance(given, str) and _ULID.fullmatch(given) is not None
