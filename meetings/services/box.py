"""The box of a secret vote: filled at random, emptied into two heaps that nothing ties together.

Against every user and whoever reads the database or a backup after closing; not against somebody who rules
the running server while the vote is open.
"""

import base64
import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping
from random import SystemRandom

from sqlalchemy import delete, func, insert, select, update

from intranet.core import db
from intranet.core.dialect import changed_one, wipe_deleted
from intranet.core.errors import Unavailable
from intranet.core.jobs import enqueue
from meetings.models.vote import BoxChoice, BoxReceipt, BoxSlot, Participation, Poll, random_id
from meetings.rules.tally import Ballot

_luck = SystemRandom()
_RECEIPT = 10
#: Kind of the job that wipes what closing has deleted.
WIPE = "votes.wipe"


def make(poll: Poll, weights: Iterable[int]) -> None:
    """Put an empty slot for every ballot into the box; those of one weight cannot be told apart."""
    rows = [{"id": random_id(), "poll_id": poll.id, "weight": weight} for weight in weights]
    _luck.shuffle(rows)
    db.session().execute(insert(BoxSlot), rows)


def fill(poll: Poll, choice: list[str], receipt: str, weight: int) -> None:
    """Let a ballot fall into any free slot of its weight."""
    opened = db.session()
    is_free = (BoxSlot.poll_id == poll.id, BoxSlot.weight == weight, BoxSlot.choice.is_(None))
    while True:
        free = list(opened.scalars(select(BoxSlot.id).where(*is_free)))
        if not free:
            raise RuntimeError(f"the box of vote {poll.id} is full")
        claim = update(BoxSlot).where(BoxSlot.id == secrets.choice(free), BoxSlot.choice.is_(None))
        # Somebody who votes at the same time may have got it.
        if changed_one(opened, claim.values(choice=choice, receipt=receipt)):
            return


def filled(poll: Poll) -> list[Ballot]:
    """What lies in the box."""
    query = select(BoxSlot.choice, BoxSlot.weight)
    rows = db.session().execute(query.where(BoxSlot.poll_id == poll.id, BoxSlot.choice.is_not(None)))
    return [Ballot(tuple(choice), weight) for choice, weight in rows]


def split(poll: Poll) -> list[str]:
    """Empty the box into choices and receipts, each in an order of its own; returns the receipts, sorted."""
    opened = db.session()
    slots = opened.execute(
        select(BoxSlot.choice, BoxSlot.weight, BoxSlot.receipt).where(
            BoxSlot.poll_id == poll.id, BoxSlot.choice.is_not(None)
        )
    ).all()
    choices = [
        {"id": random_id(), "poll_id": poll.id, "weight": weight, "choice": choice}
        for choice, weight, _ in slots
    ]
    receipts = [{"id": random_id(), "poll_id": poll.id, "receipt": receipt} for _, _, receipt in slots]
    for kind, rows in ((BoxChoice, choices), (BoxReceipt, receipts)):
        _luck.shuffle(rows)
        if rows:
            opened.execute(insert(kind), rows)
    destroy(poll)
    return sorted(str(row["receipt"]) for row in receipts)


def destroy(poll: Poll) -> None:
    """Take the box away with all that is in it; who has voted is written anew, by person."""
    opened = db.session()
    opened.execute(delete(BoxSlot).where(BoxSlot.poll_id == poll.id))
    ids = opened.scalars(
        select(Participation.voter_id)
        .where(Participation.poll_id == poll.id)
        .order_by(Participation.voter_id)
    ).all()
    opened.execute(delete(Participation).where(Participation.poll_id == poll.id))
    if ids:
        opened.execute(insert(Participation), [{"poll_id": poll.id, "voter_id": one} for one in ids])
    enqueue(WIPE, f"poll:{poll.id}:{poll.state.value}", {"poll": poll.id})


def forget(poll: Poll) -> None:
    """Take away what a closed secret vote has left: it counts for nothing."""
    opened = db.session()
    for kind in (BoxChoice, BoxReceipt):
        opened.execute(delete(kind).where(kind.poll_id == poll.id))


def wipe() -> None:
    """Leave nothing in the files of what the boxes held.

    :raises Unavailable: ``database.busy``: somebody was reading; the job tries again.
    """
    if not wipe_deleted(db.database().writer, BoxSlot, Participation):
        raise Unavailable("database.busy")


def participants(poll: Poll) -> int:
    """How many have voted."""
    query = select(func.count()).select_from(Participation).where(Participation.poll_id == poll.id)
    return int(db.session().scalar(query) or 0)


def receipt_of(poll_id: int, nonce: bytes) -> str:
    """What a device shows its voter: 10 base32 characters of SHA-256 over the vote and its own number."""
    return base64.b32encode(hashlib.sha256(f"{poll_id}:".encode() + nonce).digest()).decode()[:_RECEIPT]


def digest(receipts: list[str], counts: Mapping[str, int]) -> str:
    """SHA-256 over the sorted receipts and the counts, for the minutes."""
    text = json.dumps({"counts": dict(counts), "receipts": sorted(receipts)}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
