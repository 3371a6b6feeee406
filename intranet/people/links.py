"""Links that work once: for the first administrator, and for whoever lost a password.

The address holds 256 random bits, or 99 in letters that are handed over on paper and typed; the table only
their SHA-256. It is built from the configured address of
the office, never from what a request calls us.
"""

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from sqlalchemy import ForeignKey, String, delete, select, update
from sqlalchemy.orm import Mapped, mapped_column

from intranet.core import clock, db
from intranet.core.db import Base, ValueEnum
from intranet.core.dialect import changed_one
from intranet.core.errors import NotFound
from intranet.people.passwords import legible

#: How long a link works.
LIFE = timedelta(hours=24)
#: Groups of four letters of a link that is typed.
_GROUPS = 5


class Purpose(StrEnum):
    """What a link is for."""

    FIRST = "first"
    PASSWORD = "password"  # noqa: S105 - a purpose


class OneUseLink(Base):
    """A link that works once and not for long."""

    __tablename__ = "one_use_link"
    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    purpose: Mapped[Purpose] = mapped_column(ValueEnum(Purpose))
    #: Whose password it sets; empty for the first administrator.
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


def make(purpose: Purpose, user_id: int | None = None) -> str:
    """Make a link's token in the open unit of work; earlier ones of the same use work no more."""
    token = secrets.token_urlsafe(32)
    session = db.session()
    session.execute(delete(OneUseLink).where(OneUseLink.purpose == purpose, OneUseLink.user_id == user_id))
    row = OneUseLink(token_hash=_hash(token), purpose=purpose, user_id=user_id, expires_at=clock.now() + LIFE)
    session.add(row)
    return token


def make_legible(purpose: Purpose, user_ids: Collection[int], life: timedelta) -> dict[int, str]:
    """Make a token for each of many, short enough to be typed; earlier ones of the same use work no more."""
    session, until = db.session(), clock.now() + life
    theirs = OneUseLink.user_id.in_(user_ids)
    session.execute(delete(OneUseLink).where(OneUseLink.purpose == purpose, theirs))
    tokens = {key: legible(_GROUPS) for key in user_ids}
    session.add_all(
        OneUseLink(token_hash=_hash(token), purpose=purpose, user_id=key, expires_at=until)
        for key, token in tokens.items()
    )
    session.flush()
    return tokens


def find(token: str, purpose: Purpose) -> OneUseLink:
    """The link that still works.

    :raises NotFound: ``link.gone``: unknown, used or too old; all answer alike.
    """
    found = db.session().scalar(
        select(OneUseLink).where(OneUseLink.token_hash == _hash(token), OneUseLink.purpose == purpose)
    )
    if found is None or found.used_at is not None or found.expires_at < clock.now():
        raise NotFound("link.gone")
    return found


def use(link: OneUseLink) -> None:
    """Spend the link in the open unit of work.

    :raises NotFound: ``link.gone``, somebody was faster.
    """
    unused = OneUseLink.id == link.id, OneUseLink.used_at.is_(None)
    if not changed_one(db.session(), update(OneUseLink).where(*unused).values(used_at=clock.now())):
        raise NotFound("link.gone")


def sweep() -> None:
    """Drop links that ended a month ago, in the open unit of work."""
    db.session().execute(delete(OneUseLink).where(OneUseLink.expires_at < clock.now() - timedelta(days=30)))


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()
