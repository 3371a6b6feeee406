"""The outbox: what leaves the house is a row in the transaction that caused it, and is sent after commit.

A worker claims a row by a lease and sends it; a try that fails comes again 30 s x 2^n later, an hour at most;
after 48 tries the row is a dead letter with its reason.  A worker that dies leaves a lease that ends.  Once
a receiver's server has taken a letter and the worker dies before it has noted that, the letter goes again
under the same Message-ID: this is the one moment in which SMTP and web push allow a double.
"""

import random
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import ColumnElement, CursorResult, or_, select, update

from intranet.core import clock, db
from intranet.core.dialect import changed_one, insert_once
from intranet.core.refs import Ref
from intranet.core.text import one_line
from intranet.notices.outbox_models import Channel, Outbox, OutboxState

FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=1)
MAX_TRIES = 48
#: Longer than any try may take (``mail/transport/smtp.py`` cuts one off after two minutes).
LEASE = timedelta(minutes=5)
_REASON = 300


@dataclass(frozen=True)
class Claimed:
    """A letter in this worker's hand."""

    id: int
    kind: Channel
    user_id: int
    ref: Ref
    payload: dict[str, Any]
    message_id: str
    tries: int
    owner: str
    due_at: datetime


def write(
    channel: Channel,
    key: str,
    user_id: int,
    subject: str,
    text: str,
    ref: Ref,
    *,
    at: datetime | None = None,
    link: str = "",
) -> bool:
    """Put a letter into the outbox, in the open unit of work; the same channel and key is the same letter.

    Whether the person wants it is asked before (``channels.takers``).

    :param text: plain words, lines as they are.
    :param at: it leaves then, not before.
    :param link: path of the page that the letter leads to; that of the record if empty.
    :returns: whether this call wrote it.
    """
    return put(channel, key, user_id, {"subject": subject, "text": text, "link": link}, ref, at=at)


def put(
    channel: Channel, key: str, user_id: int, payload: dict[str, Any], ref: Ref, *, at: datetime | None = None
) -> bool:
    """Like :func:`write`, with words that are made when it leaves: ``payload["compose"]`` says by whom."""
    now = clock.now()
    due_at = now if at is None or at <= now else at
    with db.unit_of_work() as session:
        return insert_once(
            session,
            Outbox,
            kind=channel,
            key=key,
            user_id=user_id,
            ref_kind=ref.kind,
            ref_id=ref.id,
            payload=payload,
            message_id=_message_id(),
            state=OutboxState.QUEUED,
            created_at=now,
            due_at=due_at,
            next_try_at=due_at,
            tries=0,
        )


def pause_after(tries: int) -> timedelta:
    """How long to wait after so many tries: doubling, with some chance in it, an hour at most."""
    base = min(FIRST_PAUSE * 2 ** min(tries - 1, 12), LONGEST_PAUSE)
    return min(base * (1 + random.random() / 10), LONGEST_PAUSE)  # noqa: S311 - spreads tries, hides nothing


def claim(channel: Channel, owner: str) -> Claimed | None:
    """Take the letter that has waited longest for this worker alone, ``None`` when nothing is due."""
    now = clock.now()
    due = (Outbox.kind == channel) & (Outbox.state == OutboxState.QUEUED) & (Outbox.next_try_at <= now)
    with db.scope():
        order = (Outbox.next_try_at, Outbox.id)
        waiting = db.session().scalars(select(Outbox.id).where(due).order_by(*order).limit(8)).all()
    for row_id in waiting:
        begun = {
            "state": OutboxState.SENDING,
            "lease_owner": owner,
            "lease_until": now + LEASE,
            "tries": Outbox.tries + 1,
        }
        with db.unit_of_work() as session:
            if changed_one(session, update(Outbox).where(Outbox.id == row_id, due).values(begun)):
                row = session.get_one(Outbox, row_id)
                return Claimed(
                    row.id, row.kind, row.user_id, row.ref, row.payload, row.message_id, row.tries, owner,
                    row.due_at,
                )  # fmt: skip
    return None


def note_sent(letter: Claimed) -> bool:
    """It has left: its words are not kept.  False when another worker has taken it over meanwhile."""
    return _end(letter, OutboxState.SENT, None)


def note_dropped(letter: Claimed, reason: str) -> bool:
    """There is nothing to send any more."""
    return _end(letter, OutboxState.DROPPED, reason)


def note_dead(letter: Claimed, reason: str) -> bool:
    """It was refused for good; an operator may send it again."""
    return _change(letter, state=OutboxState.DEAD, reason=_tidy(reason), ended_at=clock.now())


def note_failed(letter: Claimed, reason: str) -> bool:
    """This try failed: the next comes after a pause, after the last one it is a dead letter."""
    if letter.tries >= MAX_TRIES:
        return note_dead(letter, reason)
    again = clock.now() + pause_after(letter.tries)
    return _change(letter, state=OutboxState.QUEUED, reason=_tidy(reason), next_try_at=again)


def requeue_expired() -> int:
    """Give letters back whose worker is gone; returns how many."""
    now = clock.now()
    # A lease far longer than any we give was written by a clock that has been set back since.
    is_left = or_(Outbox.lease_until < now, Outbox.lease_until > now + 2 * LEASE)
    left = (Outbox.state == OutboxState.SENDING) & is_left
    with db.unit_of_work():
        given_up = _set(
            left & (Outbox.tries >= MAX_TRIES),
            state=OutboxState.DEAD, reason="worker_lost", ended_at=now,
        )  # fmt: skip
        return given_up + _set(left, state=OutboxState.QUEUED, reason="worker_lost", next_try_at=now)


def send_again(row_id: int | None = None) -> int:
    """Queue one dead letter anew, or all of them, in the open unit of work; returns how many."""
    now = clock.now()
    which = Outbox.state == OutboxState.DEAD
    if row_id is not None:
        which &= Outbox.id == row_id
    return _set(which, state=OutboxState.QUEUED, tries=0, due_at=now, next_try_at=now, ended_at=None)


def _end(letter: Claimed, state: OutboxState, reason: str | None) -> bool:
    return _change(letter, state=state, payload={}, reason=_tidy(reason), ended_at=clock.now())


def _change(letter: Claimed, **values: Any) -> bool:
    """Note what became of a claimed letter, unless somebody else has it by now."""
    is_mine = (Outbox.state == OutboxState.SENDING) & (Outbox.lease_owner == letter.owner)
    is_mine &= (Outbox.id == letter.id) & (Outbox.tries == letter.tries)
    with db.unit_of_work():
        return _set(is_mine, **values) == 1


def _set(which: ColumnElement[bool], **values: Any) -> int:
    with db.unit_of_work() as session:
        changed: CursorResult[Any] = session.execute(
            update(Outbox)
            .where(which)
            .values({"lease_owner": None, "lease_until": None, **values})
            .execution_options(synchronize_session=False)
        )  # type: ignore[assignment]  # an UPDATE's result has a row count
        return changed.rowcount


def _tidy(reason: str | None) -> str | None:
    return None if reason is None else one_line(reason)[:_REASON]


def _message_id() -> str:
    settings = db.database().settings
    host = settings.mail_from.rpartition("@")[2] or urlsplit(settings.public_url).hostname or "localhost"
    return f"<{secrets.token_hex(16)}@{host}>"
