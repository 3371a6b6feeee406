"""What of the ledger its hashes cover, in one spelling: each event carries the hash of the one before it."""

import hashlib
import json
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Row

from documents.models.register import EntryState, LedgerAct, RegisterEntry
from intranet.core.text import nfc


def chain_hash(prev_hash: str, payload: dict[str, Any]) -> str:
    """SHA-256 over the hash before and the event's canonical JSON: sorted keys, NFC."""
    return hashlib.sha256(f"{prev_hash}\n{canonical(payload)}".encode()).hexdigest()


def canonical(payload: dict[str, Any]) -> str:
    """One spelling of the same values: sorted keys, NFC, no space."""
    return nfc(json.dumps(payload, sort_keys=True, ensure_ascii=False, separators=(",", ":")))


def payload_of(line: Any) -> dict[str, Any]:
    """What of an event its hash covers."""
    return {
        "register": line.register_id,
        "year": line.year,
        "entry": line.entry_id,
        "act": LedgerAct(line.act).value,
        "before": line.before,
        "after": line.after,
        "reason": line.reason,
        "actor": line.actor_id,
        "acting_for": line.acting_for_id,
        "at": line.at.isoformat(),
    }


def line_of(entry: RegisterEntry | Row[Any] | SimpleNamespace) -> dict[str, Any]:
    """A line's columns as the ledger keeps them."""
    return {
        "number": entry.number,
        "suffix": entry.suffix,
        "date": entry.entry_date.isoformat(),
        "state": EntryState(entry.state).value,
        "document": entry.document_id,
        "columns": entry.snapshot,
        "note": entry.note,
    }
