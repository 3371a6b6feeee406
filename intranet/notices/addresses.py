"""Where a person's letters go: an address counts once a code sent there was typed here."""

import hmac
import re
from datetime import datetime, timedelta
from hashlib import sha256

from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.core.dialect import insert_once
from intranet.core.errors import BadState, Invalid
from intranet.core.refs import Ref
from intranet.notices import outbox
from intranet.notices.channel_models import MailAddress
from intranet.notices.outbox_models import Channel
from intranet.people import throttle
from intranet.records import audit

#: A code is good for so long, and for so many tries.
CODE_LASTS = timedelta(minutes=30)
MOST_FAILS = 5
#: Codes that one person may ask for within an hour.
MOST_CODES = 5
LONGEST = 200
_FORM = re.compile(
    r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}"
)


def of(user_id: int) -> MailAddress | None:
    """What is known of a person's address."""
    return db.session().get(MailAddress, user_id)


def confirmed(user_id: int) -> str | None:
    """Where the person's letters go."""
    row = of(user_id)
    return None if row is None else row.confirmed


def ask(actor: Actor, typed: str) -> None:
    """Send a code to an address that the actor wants letters at; letters go to the old one meanwhile.

    :raises Invalid: ``address.wrong`` or ``address.outside``, beside the field.
    :raises BadState: ``address.off``, this installation sends no letters.
    :raises TooMany: ``rate.too_many``.
    """
    address = typed.strip().lower()
    settings = db.database().settings
    if settings.smtp_host is None:
        raise BadState("address.off")
    if len(address) > LONGEST or not _FORM.fullmatch(address):
        raise Invalid("address.wrong", field="address")
    if not is_inside(address):
        raise Invalid("address.outside", field="address", domains=", ".join(settings.mail_domains))
    throttle.pace(f"mail_code:{actor.id}", most=MOST_CODES, within=timedelta(hours=1))
    now = clock.now()
    with db.unit_of_work() as session:
        insert_once(session, MailAddress, user_id=actor.id, fails=0)
        row = session.get_one(MailAddress, actor.id, with_for_update=True)
        row.asked, row.asked_at, row.fails = address, now, 0
        payload = {"compose": "address", "to": address, "at": now.isoformat()}
        ref = Ref("user", actor.id)
        outbox.put(Channel.EMAIL, f"address:{actor.id}:{now.timestamp():.6f}", actor.id, payload, ref)
        audit.record(actor, "address.asked", ref)


def confirm(actor: Actor, typed: str) -> None:
    """The code came: letters go there from now on.

    :raises BadState: ``address.none_asked``, ``address.code_old`` or ``address.code_spent``.
    :raises Invalid: ``address.code_wrong``, beside the field.
    """
    digits = re.sub(r"\s", "", typed)
    with db.unit_of_work() as session:
        row = session.get(MailAddress, actor.id, with_for_update=True)
        if row is None or row.asked is None or row.asked_at is None:
            raise BadState("address.none_asked")
        if clock.now() - row.asked_at > CODE_LASTS:
            raise BadState("address.code_old")
        if row.fails >= MOST_FAILS:
            raise BadState("address.code_spent")
        is_right = hmac.compare_digest(digits.encode(), code(actor.id, row.asked, row.asked_at).encode())
        if is_right:
            row.confirmed, row.confirmed_at, row.asked, row.asked_at = row.asked, clock.now(), None, None
            audit.record(actor, "address.confirmed", Ref("user", actor.id))
        else:
            row.fails += 1
    if not is_right:
        raise Invalid("address.code_wrong", field="code")


def forget(actor: Actor) -> None:
    """No letters go to the actor any more."""
    with db.unit_of_work() as session:
        row = session.get(MailAddress, actor.id)
        if row is not None:
            session.delete(row)
            audit.record(actor, "address.forgotten", Ref("user", actor.id))


def is_inside(address: str) -> bool:
    """True when letters may go to an address of that domain."""
    domains = db.database().settings.mail_domains
    host = address.rpartition("@")[2]
    return not domains or any(host == one or host.endswith(f".{one}") for one in domains)


def code(user_id: int, address: str, asked_at: datetime) -> str:
    """The six digits that were sent there; they lie nowhere, they are reckoned."""
    key = db.database().settings.keys["signing"].encode()
    said = f"mail address:{user_id}:{address}:{asked_at.isoformat()}".encode()
    return f"{int.from_bytes(hmac.digest(key, said, sha256)[:8]) % 1_000_000:06d}"
