"""Done once: a repeated request gets the first answer again instead of doing the thing twice.

One table serves the hidden key of forms, ``Idempotency-Key`` of the API and ``cid`` of the room. The row
is written in the transaction of the change, so a lost answer can be asked for again and a double click
is harmless.
"""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, String, bindparam, delete, update
from sqlalchemy.orm import Mapped, mapped_column

from intranet.core import clock
from intranet.core.actor import Actor
from intranet.core.db import Base, unit_of_work
from intranet.core.dialect import insert_once, table_of
from intranet.core.errors import Invalid, Stale
from intranet.core.jobs import every

KEEP = timedelta(hours=48)
_MAX_KEY = 80


class Once(Base):
    """The answer to one keyed request of one person."""

    __tablename__ = "once"
    actor_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(String(_MAX_KEY), primary_key=True)
    #: SHA-256 of the request's canonical JSON; the same key with another body is refused.
    body_hash: Mapped[str] = mapped_column(String(64))
    answer: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    at: Mapped[datetime] = mapped_column(index=True)


_rows = Once.__table__.c
_KEEP_ANSWER = (
    update(table_of(Once))
    .where(_rows.actor_id == bindparam("actor"), _rows.key == bindparam("keyed"))
    .values(answer=bindparam("given"))
)


def done_once(actor: Actor, key: str | None, body: Any, act: Callable[[], Any]) -> Any:
    """Run ``act`` in a unit of work, or return what it answered the first time under this key.

    :param body: what identifies the request's content, as JSON values.
    :returns: the JSON-able answer of ``act``.
    :raises Invalid: ``once.key_too_long``.
    :raises Stale: ``once.other_body``, the key was used for something else.
    """
    if not key:
        with unit_of_work():
            return act()
    if len(key) > _MAX_KEY:
        raise Invalid("once.key_too_long")
    digest = _digest(body)
    with unit_of_work() as session:
        is_new = insert_once(
            session, Once, actor_id=actor.id, key=key, body_hash=digest, answer=None, at=clock.now()
        )
        if not is_new:
            row = session.get_one(Once, (actor.id, key), populate_existing=True)
            if row.body_hash != digest:
                raise Stale("once.other_body")
            return row.answer
        # As JSON from the start, so that the first answer has the shape of the repeated one.
        answer = json.loads(json.dumps(act()))
        session.connection().execute(_KEEP_ANSWER, {"actor": actor.id, "keyed": key, "given": answer})
        return answer


def keep_answer(actor: Actor, key: str, body: Any, answer: Any) -> Any:
    """Keep what was answered though nothing was done, a refusal; the first answer under the key stands."""
    digest, given = _digest(body), json.loads(json.dumps(answer))
    with unit_of_work() as session:
        if insert_once(
            session, Once, actor_id=actor.id, key=key, body_hash=digest, answer=given, at=clock.now()
        ):
            return given
        row = session.get_one(Once, (actor.id, key), populate_existing=True)
        return row.answer if row.body_hash == digest else given


def _digest(body: Any) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True, default=str).encode()).hexdigest()


@every(3600, "once.sweep")
def sweep_once() -> int:
    """Forget answers older than 48 hours; returns how many."""
    with unit_of_work() as session:
        gone = session.execute(delete(Once).where(Once.at < clock.now() - KEEP))
        return int(gone.rowcount)  # type: ignore[attr-defined]  # a DELETE's result has a row count
