"""The personal calendar as calendar programs read it: by an address that is a secret and may be revoked."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from sqlalchemy import select, update

from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.core.errors import NotFound
from intranet.people.models import User
from intranet.records import audit
from intranet.schedule import ical, personal
from intranet.schedule.models import Feed

#: Days behind and ahead that a feed tells.
BEHIND, AHEAD = timedelta(days=31), timedelta(days=366)
_TOKEN_BYTES = 32


@dataclass(frozen=True)
class Told:
    """A feed as it is sent: its bytes, and a mark that changes when they do."""

    content: bytes
    mark: str


def feed_of(actor: Actor) -> Feed | None:
    """The feed of the actor that is open now."""
    return (
        db.session()
        .scalars(
            select(Feed).where(Feed.user_id == actor.id, Feed.revoked_at.is_(None)).order_by(Feed.id.desc())
        )
        .first()
    )


def make(actor: Actor) -> str:
    """Open a feed; the one before is closed. Returns its token, which is kept nowhere."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    with db.unit_of_work() as session:
        _close(actor)
        feed = Feed(user_id=actor.id, token_hash=_hash(token), made_at=clock.now())
        session.add(feed)
        session.flush()
        audit.record(actor, "feed.made", feed)
    return token


def revoke(actor: Actor) -> None:
    """Close the feed; its address leads nowhere from now on.

    :raises NotFound: ``feed.none``.
    """
    with db.unit_of_work():
        feed = feed_of(actor)
        if feed is None:
            raise NotFound("feed.none")
        _close(actor)
        audit.record(actor, "feed.revoked", feed)


def told(token: str, host: str) -> Told:
    """What the feed of that token says now, with the rights that its owner has now.

    :raises NotFound: ``feed.none``: there is no such feed, it was revoked, or its owner left; all alike.
    """
    query = (
        select(User)
        .join(Feed, Feed.user_id == User.id)
        .where(Feed.token_hash == _hash(token), Feed.revoked_at.is_(None), User.is_active)
    )
    owner = db.session().scalars(query).unique().one_or_none()
    if owner is None:
        raise NotFound("feed.none")
    today = clock.today()
    with db.agencies(owner.org_ids):
        items = personal.items(owner, today - BEHIND, today + AHEAD)
    content = ical.write(items, owner.full_name, host)
    return Told(content, sha256(content).hexdigest()[:32])


def _close(actor: Actor) -> None:
    open_ = update(Feed).where(Feed.user_id == actor.id, Feed.revoked_at.is_(None))
    db.session().execute(open_.values(revoked_at=clock.now()))


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()
