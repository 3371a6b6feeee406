"""The log of acts: lines of each agency chained by a keyed hash, written with the change they record.

What a transaction did is collected and appended just before its commit, the head of the chain locked last,
so that writers do not queue behind each other for a whole transaction.
"""

import hmac
import json
import time
import unicodedata
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from flask import has_request_context
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.core.dialect import hold_still, insert_once, table_of
from intranet.core.refs import Ref, Referable
from intranet.core.web import came_from, request_id
from intranet.records.models import AuditHead, AuditLine

#: What of a line says from where.
PLACE = ("address", "device")
#: What stands before the first line.
START = "0" * 64
#: The chain of acts that belong to no agency.
INSTALLATION = 0

# With every act: made once, of tables and not of objects.
_heads = AuditHead.__table__.c
_HEAD = select(_heads.seq, _heads.mac).where(_heads.org_id == bindparam("org")).with_for_update()
_APPEND = insert(table_of(AuditLine))
_MOVE_HEAD = (
    update(table_of(AuditHead))
    .where(_heads.org_id == bindparam("org"))
    .values(seq=bindparam("to"), mac=bindparam("sealed"))
)

#: What of a line is under its sum, in this order; the sum of the line before it comes last.
_SIGNED = (
    "org_id",
    "seq",
    "at",
    "actor_id",
    "acting_for_id",
    "act",
    "ref_kind",
    "ref_id",
    "data_text",
    "reason",
    "request_id",
    "address",
    "device",
)
#: So many were under the sum before lines said from where; of a line that does not say, they still are.
_BEFORE_PLACES = len(_SIGNED) - 2

_encode = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str).encode


@dataclass(frozen=True)
class Act:
    """A line before it has its place in the chain."""

    org_id: int
    at: datetime
    actor_id: int | None
    acting_for_id: int | None
    act: str
    of: Ref
    data: str
    reason: str | None
    request_id: str | None
    address: str | None
    device: str | None


@dataclass(frozen=True)
class Fault:
    """The first line of a chain that is not what it was.

    :param seq: its place, or where a line is missing.
    :param problem: ``missing``, ``moved``, ``changed``, ``cut`` or ``no_head``.
    """

    org_id: int
    seq: int
    problem: str


@dataclass(frozen=True)
class Walk:
    """How far a chain is whole: its last good line and the hash in it, and the first bad one, if any."""

    seq: int
    mac: str
    fault: Fault | None = None


@dataclass(frozen=True)
class Report:
    """What a walk over the chains found."""

    entries: int
    chains: int
    seconds: float
    faults: tuple[Fault, ...] = ()

    @property
    def is_whole(self) -> bool:
        """True when every chain is as it was written."""
        return not self.faults


def record(
    actor: Actor | None,
    act: str,
    of: Ref | Referable,
    *,
    org_id: int | None = None,
    reason: str | None = None,
    **data: Any,
) -> None:
    """Note an act in the open unit of work; it stands or falls with it.

    :param actor: ``None`` when the house itself acts (a job).
    :param act: ``noun.done``; its word is the label ``act.<act>``.
    :param org_id: whose chain; else the record's agency, else the actor's, else the installation's.
    :param data: ids and plain values, never names of people or text that must be erasable.
    """
    db.collect_audit(prepare(actor, act, of, org_id=org_id, reason=reason, **data))


def prepare(
    actor: Actor | None,
    act: str,
    of: Ref | Referable,
    *,
    org_id: int | None = None,
    reason: str | None = None,
    **data: Any,
) -> Act:
    """A line as :func:`record` would note it now, for a unit of work that comes after the answer.

    Give it to :func:`intranet.core.db.collect_audit` there.
    """
    ref = of if isinstance(of, Ref) else of.ref
    if ref.id is None:
        db.session().flush()
        ref = of.ref if not isinstance(of, Ref) else of
    if org_id is None:
        org_id = getattr(of, "org_id", None) or (actor.org_id if actor else INSTALLATION)
    return Act(
        org_id,
        clock.now(),
        actor.id if actor else None,
        actor.acting_for if actor else None,
        act,
        ref,
        unicodedata.normalize("NFC", _encode(data)),
        reason,
        request_id() if has_request_context() else None,
        *came_from(),
    )


def history(of: Ref, limit: int = 100) -> list[AuditLine]:
    """The last acts on a record, newest first. Whoever asks must have checked that it may be read."""
    found = select(AuditLine).where(AuditLine.ref_kind == of.kind, AuditLine.ref_id == of.id)
    return list(db.session().scalars(found.order_by(AuditLine.id.desc()).limit(limit)))


def plain(line: AuditLine, *, with_place: bool) -> dict[str, Any]:
    """A line as it is kept, with its sum and that of the line before it, for a file that leaves the house.

    :param with_place: whether whoever gets the file may know from where people acted.
    """
    found = {column.key: getattr(line, column.key) for column in AuditLine.__mapper__.column_attrs}
    if not with_place and (line.address, line.device) != (None, None):
        found = {name: value for name, value in found.items() if name not in PLACE} | {"withheld": [*PLACE]}
    return found


def prove_rows(rows: Iterable[Mapping[str, Any]]) -> Fault | None:
    """The first of an agency's lines, taken along by :func:`plain`, that is not what it was.

    Of lines that are ``withheld`` the links alone are followed.
    """
    sign, mac = _signer(), START
    for seq, row in enumerate(rows, 1):
        org_id = int(row.get("org_id", 0))
        if row["seq"] != seq:
            return Fault(org_id, seq, "missing")
        if row["prev"] != mac:
            return Fault(org_id, seq, "moved")
        mac = row["mac"]
        if "withheld" not in row:
            at = row["at"]
            told = {**row, "at": at if isinstance(at, datetime) else datetime.fromisoformat(at)}
            if not hmac.compare_digest(sign(tuple(told.get(name) for name in _SIGNED), row["prev"]), mac):
                return Fault(org_id, seq, "changed")
    return None


def verify(org_id: int | None = None) -> Report:
    """Walk one chain, or all of them, and name the first bad line of each.

    A tail that was cut together with its head is not noticed here: that takes an anchor outside.
    """
    started = time.perf_counter()
    with _still() as opened:
        heads = {head.org_id: head for head in opened.scalars(select(AuditHead))}
        found = set(opened.scalars(select(AuditLine.org_id).distinct())) | set(heads)
        chosen = sorted(found if org_id is None else found & {org_id})
        walked = [_walk(opened, chain, heads.get(chain)) for chain in chosen]
    faults = tuple(one.fault for one in walked if one.fault is not None)
    return Report(sum(one.seq for one in walked), len(walked), time.perf_counter() - started, faults)


def walk(org_id: int, seq: int = 0, mac: str = START) -> Walk:
    """Walk an agency's chain on from a line that was proved, by its place and the hash in it.

    Call it outside a unit of work: it may take long.
    """
    with _still() as opened:
        return _walk(opened, org_id, opened.get(AuditHead, org_id), Walk(seq, mac))


def append_lines(opened: Session, acts: list[Act]) -> None:
    """Give the acts of this transaction their places; runs just before commit."""
    if not acts:
        return
    sign, connection = _signer(), opened.connection()
    for org_id in sorted({act.org_id for act in acts}):
        head = connection.execute(_HEAD, {"org": org_id}).one_or_none()
        if head is None:
            insert_once(opened, AuditHead, org_id=org_id, seq=0, mac=START)
            head = connection.execute(_HEAD, {"org": org_id}).one()
        seq, mac = head
        rows = []
        for act in acts:
            if act.org_id != org_id:
                continue
            seq, prev = seq + 1, mac
            values = {
                "org_id": org_id,
                "seq": seq,
                "at": act.at,
                "actor_id": act.actor_id,
                "acting_for_id": act.acting_for_id,
                "act": act.act,
                "ref_kind": act.of.kind,
                "ref_id": act.of.id,
                "data": act.data,
                "reason": act.reason,
                "request_id": act.request_id,
                "address": act.address,
                "device": act.device,
            }
            mac = sign(tuple(values.values()), prev)
            rows.append(values | {"prev": prev, "mac": mac})
        connection.execute(_APPEND, rows)
        connection.execute(_MOVE_HEAD, {"org": org_id, "to": seq, "sealed": mac})


def _signer() -> Callable[[tuple[Any, ...], str], str]:
    key = bytes.fromhex(db.database().settings.keys["audit"])

    def sign(values: tuple[Any, ...], prev: str) -> str:
        if values[_BEFORE_PLACES:] == (None, None):
            values = values[:_BEFORE_PLACES]
        text = _encode((*values[:2], values[2].isoformat(), *values[3:], prev))
        return hmac.digest(key, text.encode(), sha256).hex()

    return sign


@contextmanager
def _still() -> Iterator[Session]:
    """Reads of one instant: lines that are written meanwhile are no fault of the head that was read."""
    with db.reading():
        db.read_from_now()
        opened = db.session()
        hold_still(opened)
        yield opened


def _walk(opened: Session, org_id: int, head: AuditHead | None, good: Walk | None = None) -> Walk:
    sign = _signer()
    seq, mac = (0, START) if good is None else (good.seq, good.mac)

    def wrong(at: int, problem: str) -> Walk:
        return Walk(seq, mac, Fault(org_id, at, problem))

    with closing(_lines(opened, org_id, seq)) as lines:
        for *values, prev, written in lines:
            if values[1] != seq + 1:
                return wrong(seq + 1, "missing" if values[1] > seq + 1 else "moved")
            if not hmac.compare_digest(sign(tuple(values), prev), written):
                return wrong(seq + 1, "changed")
            if prev != mac:
                return wrong(seq + 1, "moved")
            seq, mac = seq + 1, written
    if head is None:
        return wrong(seq, "no_head")
    return Walk(seq, mac) if (head.seq, head.mac) == (seq, mac) else wrong(seq + 1, "cut")


def _lines(opened: Session, org_id: int, after: int) -> Generator[tuple[Any, ...], None, None]:
    columns = [column for column in AuditLine.__table__.columns if column.name != "id"]
    chosen = select(*columns).where(AuditLine.org_id == org_id, AuditLine.seq > after).order_by(AuditLine.seq)
    rows = opened.connection().execute(chosen, execution_options={"yield_per": 2000})
    with closing(rows):
        for part in rows.partitions():
            yield from part


db.before_commit(append_lines)
