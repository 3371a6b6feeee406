"""Watching the outbox: what waits, what was given up, and telling those who can do something about it."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, or_, select, update

from intranet.core import clock, db, health
from intranet.core.actor import Actor
from intranet.core.config import Settings
from intranet.core.dialect import changed_one
from intranet.core.errors import NotFound
from intranet.core.jobs import every
from intranet.core.refs import Ref
from intranet.notices import outbox, outbox_sending, outbox_switch, services
from intranet.notices.outbox_models import Channel, Outbox, OutboxState, OutboxSwitch
from intranet.notices.outbox_switch import OUTBOX
from intranet.people import directory
from intranet.people.models import Role, User
from intranet.records import audit

log = logging.getLogger("intranet.outbox")

#: What waits for longer is an alarm.
LATE = timedelta(hours=1)
#: Administrators hear of one trouble so often.
ALARM_EVERY = timedelta(hours=24)
#: What has left is kept so long, as a proof without its words.
KEPT = timedelta(days=90)
PAGE = 50
_WAITING = (OutboxState.QUEUED, OutboxState.SENDING)


@dataclass(frozen=True)
class Line:
    """How one channel stands."""

    channel: Channel
    #: Its transport is configured.
    is_on: bool
    waiting: int
    #: Since when the oldest might have left.
    oldest: datetime | None
    dead: int
    sent_today: int


@dataclass(frozen=True)
class Dead:
    """A dead letter, without its words: they are its receiver's."""

    id: int
    channel: Channel
    to: str
    ref: Ref
    tries: int
    reason: str
    created_at: datetime
    ended_at: datetime


def lines() -> list[Line]:
    """How every channel stands now."""
    session = db.session()
    midnight = clock.at_office(clock.today(), 0)
    waiting = {
        kind: (n, oldest)
        for kind, n, oldest in session.execute(
            select(Outbox.kind, func.count(), func.min(Outbox.due_at))
            .where(Outbox.state.in_(_WAITING), Outbox.due_at <= clock.now())
            .group_by(Outbox.kind)
        )
    }
    ended = {
        (kind, state): n
        for kind, state, n in session.execute(
            select(Outbox.kind, Outbox.state, func.count())
            .where(
                or_(
                    Outbox.state == OutboxState.DEAD,
                    (Outbox.state == OutboxState.SENT) & (Outbox.ended_at >= midnight),
                )
            )
            .group_by(Outbox.kind, Outbox.state)
        )
    }
    found = []
    for channel in Channel:
        count, oldest = waiting.get(channel, (0, None))
        is_on = outbox_sending.transport_of(channel) is not None
        dead, sent = (ended.get((channel, state), 0) for state in (OutboxState.DEAD, OutboxState.SENT))
        found.append(Line(channel, is_on, count, oldest, dead, sent))
    return found


def dead_letters(before: int | None = None) -> tuple[list[Dead], int | None]:
    """Dead letters, newest first, and the key from which the next page goes on."""
    query = (
        select(Outbox, User.full_name)
        .join(User, User.id == Outbox.user_id)
        .where(Outbox.state == OutboxState.DEAD)
        .order_by(Outbox.id.desc())
        .limit(PAGE + 1)
    )
    if before is not None:
        query = query.where(Outbox.id < before)
    rows = db.session().execute(query).all()
    found = [
        Dead(
            row.id, row.kind, name, row.ref, row.tries, row.reason or "",
            row.created_at, row.ended_at or row.next_try_at,
        )
        for row, name in rows[:PAGE]
    ]  # fmt: skip
    return found, found[-1].id if len(rows) > PAGE else None


def send_again(actor: Actor | None, row_id: int | None = None) -> int:
    """Queue one dead letter anew, or all; returns how many.

    :param actor: ``None``: the operator, on the machine itself.
    :raises NotFound: ``outbox.not_dead``, that one is none.
    """
    with db.unit_of_work():
        count = outbox.send_again(row_id)
        if row_id is not None and not count:
            raise NotFound("outbox.not_dead")
        if count:
            audit.record(actor, "outbox.sent_again", OUTBOX, n=count, row=row_id)
        return count


@every(60, "outbox.sweep")
def sweep() -> None:
    """Give letters of dead workers back, forget old ones, and tell administrators of what is stuck."""
    outbox.requeue_expired()
    now = clock.now()
    with db.unit_of_work() as session:
        old = Outbox.state.in_((OutboxState.SENT, OutboxState.DROPPED)) & (Outbox.ended_at < now - KEPT)
        session.execute(delete(Outbox).where(old).execution_options(synchronize_session=False))
    late, dead = trouble()
    if late or dead:
        log.error("outbox stuck", extra={"late": late, "dead": dead})
        _alarm(late, dead)


def trouble() -> tuple[int, int]:
    """How many letters wait for more than an hour, and how many were given up within a day."""
    now = clock.now()
    late = select(func.count()).where(Outbox.state.in_(_WAITING), Outbox.due_at < now - LATE)
    dead = select(func.count()).where(Outbox.state == OutboxState.DEAD, Outbox.ended_at > now - ALARM_EVERY)
    session = db.session()
    return session.scalar(late) or 0, session.scalar(dead) or 0


def alarms(_actor: Actor) -> int:
    """How many things an operator should look at, for the menu: letters, and a clock that jumped."""
    return sum(trouble()) + (outbox_switch.jump() is not None)


def _alarm(late: int, dead: int) -> None:
    """Tell every administrator, once a day as long as it lasts."""
    now = clock.now()
    outbox_switch.begin()
    is_new = or_(OutboxSwitch.alarmed_at.is_(None), OutboxSwitch.alarmed_at <= now - ALARM_EVERY)
    with db.unit_of_work() as session:
        if not changed_one(session, update(OutboxSwitch).where(is_new).values(alarmed_at=now)):
            return
        told = [key for org in directory.orgs() for key in directory.ids_with_role(org.id, Role.ADMIN)]
        services.notify(told, "outbox.stuck", OUTBOX, late=late, dead=dead)


@health.check("outbox")
def _look(settings: Settings) -> health.Check:
    """Nothing waits for more than an hour; dead letters are told of, and leave the office ready."""
    late, dead = trouble()
    found = f"{late} letters wait for more than an hour, {dead} were given up within a day"
    if outbox_switch.is_copy():
        return health.Check("outbox", False, "a copy, which sends nothing: intranet outbox on", stops=False)
    jumped = outbox_switch.jump()
    if jumped is not None:
        found = f"nothing is sent, the clock jumped ahead by {jumped[1]}: set it, then intranet outbox on"
        return health.Check("outbox", False, found, stops=False)
    return health.Check("outbox", not late, found, stops=False)
