"""Sending what lies in the outbox: a wing or a channel plugs in how, this is when and how often."""

import logging
import os
import secrets
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from intranet.core import db, slots
from intranet.core.config import Settings
from intranet.core.errors import NoRoom, Unavailable
from intranet.notices import outbox, outbox_switch
from intranet.notices.outbox import Claimed
from intranet.notices.outbox_models import Channel
from intranet.people import directory
from intranet.people.models import User

log = logging.getLogger("intranet.outbox")

#: How many letters one round sends before it looks at the switch and its lease again.
ROUND = 50
#: Seconds between the tries to note that a letter has left.
_NOTE_PAUSES = (0.5, 2.0, 8.0)
#: Leases of this process carry it.
_PROCESS = f"{os.getpid()}-{secrets.token_hex(4)}"


class Later(Exception):
    """This try failed; another may not.  The argument is the reason, in the words of whoever refused."""


class Unreachable(Later):
    """Nothing can be sent this way now: the round ends, the other letters wait without a try of theirs."""


class Refused(Exception):
    """It will never be taken: a dead letter."""


class Nothing(Exception):
    """There is nothing to send any more."""


@dataclass(frozen=True)
class Words:
    """What a letter says, made when it leaves."""

    subject: str
    text: str
    #: Path of the page it leads to.
    link: str


#: Hands one letter over, or raises one of the above.
Carry = Callable[[Claimed], None]
#: What a channel plugs into the slot ``outbox.<channel>``: asked with the settings it answers ``None`` while
#: the channel is off, else something that opens one round of sending.
Transport = Callable[[], AbstractContextManager[Carry]]

Composer = Callable[[User, dict[str, Any]], Words]
_composers: dict[str, Composer] = {}


def composer(name: str) -> Callable[[Composer], Composer]:
    """Declare who makes the words of letters whose payload says ``compose: name``; may raise Nothing."""

    def register(function: Composer) -> Composer:
        _composers[name] = function
        return function

    return register


def transport_of(channel: Channel) -> Transport | None:
    """How letters of the channel leave, ``None`` while it is off."""
    settings: Settings = db.database().settings
    found = slots.ask(f"outbox.{channel}", settings)
    return found[0] if found else None


def receiver_of(letter: Claimed) -> User:
    """The person; what is read in this scope from here on is read with that person's rights of now.

    :raises Nothing: ``account_closed``.
    """
    person = directory.receiver(letter.user_id)
    if person is None:
        raise Nothing("account_closed")
    db.set_agencies(person.org_ids)
    return person


def words_of(letter: Claimed, person: User) -> Words:
    """What the letter says, to this person and now.

    :raises Nothing: there is nothing to say any more.
    """
    payload = letter.payload
    name = payload.get("compose")
    if name is not None:
        return _composers[name](person, payload)
    return Words(payload["subject"], payload["text"], payload.get("link", ""))


def send_due(channel: Channel, most: int = ROUND) -> int:
    """Send what is due by one channel, whoever else does the same; returns how many tries that were."""
    transport = transport_of(channel)
    if transport is None:
        return 0
    with db.scope():
        outbox_switch.begin()
        if not outbox_switch.is_on():
            return 0
    owner = f"{_PROCESS}-{secrets.token_hex(4)}"
    tried = 0
    with transport() as carry:
        while tried < most:
            letter = outbox.claim(channel, owner)
            if letter is None:
                break
            tried += 1
            if not _send(letter, carry):
                break
    return tried


def _send(letter: Claimed, carry: Carry) -> bool:
    """One try; False when the round must end."""
    facts = {"outbox": letter.id, "channel": letter.kind.value, "tries": letter.tries}
    try:
        with db.scope():
            carry(letter)
    except Later as problem:
        outbox.note_failed(letter, str(problem))
        log.info("letter failed", extra=facts | {"unreachable": isinstance(problem, Unreachable)})
        return not isinstance(problem, Unreachable)
    except Refused as problem:
        outbox.note_dead(letter, str(problem))
        log.warning("letter refused", extra=facts)
        return True
    except Nothing as why:
        outbox.note_dropped(letter, str(why))
        return True
    except Exception as problem:
        outbox.note_failed(letter, type(problem).__name__)
        log.exception("letter not sent", extra=facts)
        return True
    if not _note_sent(letter):
        log.warning("letter was taken over meanwhile", extra=facts)
    return True


def _note_sent(letter: Claimed) -> bool:
    """Note that it has left; a database that is busy just now must not make it leave again."""
    for pause in _NOTE_PAUSES:
        try:
            return outbox.note_sent(letter)
        except (Unavailable, NoRoom):
            time.sleep(pause)
    return outbox.note_sent(letter)
