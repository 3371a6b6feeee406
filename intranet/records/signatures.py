"""What the digital signatures in PDFs are worth: looked at when a file is read, shown wherever it is.

Nothing is asked of a network. Which authorities are trusted is up to the operator: their certificates, and
lists of revoked ones, lie in ``trust/`` of the data folder; when something new comes there, all that was not
proved is looked at again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from intranet.core import clock, db
from intranet.core.db import unit_of_work
from intranet.core.dialect import insert_once
from intranet.records import media, parsing, store
from intranet.records.models import File, SignatureCheck, SignatureState
from intranet.records.parsing import Limits

#: Every signature names the bytes that it covers, and that name is never packed.
_MARK, _PIECE = b"/ByteRange", 2**20
_LIMITS = Limits(memory=2 * 1024**3, output=2 * 1024**2, cpu_seconds=30, wall_seconds=45.0)
_AT_ONCE = 5
_UNREAD: dict[str, Any] = {"state": SignatureState.UNKNOWN.value, "why": "unread"}


@dataclass(frozen=True)
class Signature:
    """One signature in a file.

    :param signed_at: by the stamp of a time authority where ``is_stamped``, else by the signer's own clock.
    :param why: what is wrong or not proved: ``label("signature.why.<why>")``; empty when it is valid.
    """

    state: SignatureState
    why: str
    signer: str = ""
    issuer: str = ""
    serial: str = ""
    signed_at: datetime | None = None
    is_stamped: bool = False


@dataclass(frozen=True)
class Signed:
    """A file with what its signatures are worth; ``state`` is that of the worst."""

    file: File
    state: SignatureState
    signatures: list[Signature]


def look(path: Path) -> list[dict[str, Any]] | None:
    """What the signatures of a PDF are worth, as it is kept; ``None`` when it has none. Reads in a child."""
    if not _has_mark(path):
        return None
    folder = db.database().settings.data_dir / "trust"
    answer = parsing.ask_child("intranet.records.signature_child", _LIMITS, str(path.resolve()), str(folder))
    found = answer.get("signatures")
    if not isinstance(found, list):
        return [_UNREAD]
    return [dict(one) for one in found] or None


def note(sha256: str, found: list[dict[str, Any]]) -> None:
    """Keep what was found of some bytes, in the open unit of work; a later look takes its place."""
    session = db.session()
    values = {"found": found, "state": _worst(found), "checked_at": clock.now()}
    if not insert_once(session, SignatureCheck, sha256=sha256, **values):
        row = session.get_one(SignatureCheck, sha256, with_for_update=True)
        row.found, row.state, row.checked_at = found, _worst(found), clock.now()


def of(files: Iterable[File]) -> list[Signed]:
    """Those of the files that are signed. Ask who may read them first."""
    pdfs = [file for file in files if file.media_type == media.PDF]
    if not pdfs:
        return []
    query = select(SignatureCheck).where(SignatureCheck.sha256.in_({file.sha256 for file in pdfs}))
    rows = {row.sha256: row for row in db.session().scalars(query)}
    return [
        Signed(file, row.state, [_signature(one) for one in row.found])
        for file in pdfs
        if (row := rows.get(file.sha256)) is not None
    ]


def unproved() -> list[str]:
    """Some of what was not proved before something new lay among the authorities: SHA-256 of their bytes."""
    folder = db.database().settings.data_dir / "trust"
    times = [path.stat().st_mtime for path in (folder, *folder.iterdir())] if folder.is_dir() else []
    if not times:
        return []
    changed_at = datetime.fromtimestamp(max(times), UTC)
    waiting = select(SignatureCheck.sha256).where(
        SignatureCheck.state != SignatureState.VALID, SignatureCheck.checked_at < changed_at
    )
    with db.scope():
        return list(db.session().scalars(waiting.order_by(SignatureCheck.checked_at.desc()).limit(_AT_ONCE)))


def look_again() -> int:
    """Look anew at some of what was not proved; how many."""
    keys = unproved()
    for sha256 in keys:
        found = look(store.path_of(sha256)) if store.is_there(sha256) else None
        with unit_of_work():
            note(sha256, found or [_UNREAD])
    return len(keys)


def _has_mark(path: Path) -> bool:
    tail = b""
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            if _MARK in tail + piece:
                return True
            tail = piece[-len(_MARK) :]
    return False


def _worst(found: list[dict[str, Any]]) -> SignatureState:
    states = {SignatureState(one["state"]) for one in found}
    return next(
        one for one in (SignatureState.INVALID, SignatureState.UNKNOWN, SignatureState.VALID) if one in states
    )


def _signature(told: dict[str, Any]) -> Signature:
    at = told.get("at")
    return Signature(
        SignatureState(told["state"]),
        str(told.get("why", "")),
        str(told.get("signer", "")),
        str(told.get("issuer", "")),
        str(told.get("serial", "")),
        None if at is None else _instant(str(at)),
        bool(told.get("is_stamped")),
    )


def _instant(said: str) -> datetime:
    found = datetime.fromisoformat(said)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
