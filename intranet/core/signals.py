"""What a process without sockets leaves for the one that has them: a row for each fact, with the change."""

import json
import logging
from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, String, bindparam, delete, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from intranet.core import clock, db, dialect
from intranet.core.db import Base
from intranet.core.jobs import every

log = logging.getLogger("intranet.signals")

_KEEP = timedelta(hours=1)


class Signal(Base):
    """A live event that a process without sockets left for the web process."""

    __tablename__ = "signal"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    name: Mapped[str] = mapped_column(String(80))
    data: Mapped[Any] = mapped_column(JSON)


_signals = Signal.__table__.c
_SINCE = select(_signals.id).where(_signals.at >= bindparam("since"))
_ROWS = (
    select(_signals.id, _signals.name, _signals.data)
    .where(_signals.id.in_(bindparam("ids", expanding=True)))
    .order_by(_signals.id)
)


@every(600, "signals.sweep")
def sweep_signals() -> None:
    """Forget signals older than an hour."""
    with db.unit_of_work() as opened:
        opened.execute(delete(Signal).where(Signal.at < clock.now() - _KEEP))


def fresh(seen: set[int], since: datetime) -> list[tuple[str, Any]]:
    """Name and data of every signal left since then that is not in ``seen``; it is remembered there.

    Keys are no order of commits, so all of the time since then is looked at; ``seen`` forgets what is older.
    """
    # Asked after every commit of this process too, and nearly always in vain: without a session.
    with db.database().reader.connect() as connection:
        ids = set(connection.scalars(_SINCE, {"since": since}))
        new = sorted(ids - seen)
        rows = connection.execute(_ROWS, {"ids": new}).all() if new else []
    seen &= ids
    seen.update(new)
    return [(row.name, row.data) for row in rows]


def leave(opened: Session, facts: list[object]) -> None:
    """Write a row for each fact in the open unit of work and wake whoever follows."""
    rows = []
    for fact in facts:
        data = plain(fact)
        if data is not None:
            rows.append({"at": clock.now(), "name": type(fact).__name__, "data": data})
    if rows:
        opened.connection().execute(insert(Signal), rows)
        dialect.wake(opened)


def plain(fact: object) -> dict[str, Any] | None:
    """A fact as JSON; ``None`` when it cannot be, which is logged: the change is worth more."""
    told = vars(fact)
    if is_dataclass(fact):
        told = {one.name: told[one.name] for one in fields(fact) if "here" not in one.metadata}
    try:
        data: dict[str, Any] = json.loads(json.dumps(told))
    except TypeError:
        log.exception("a fact for sockets is not plain", extra={"fact": type(fact).__name__})
        return None
    return data
