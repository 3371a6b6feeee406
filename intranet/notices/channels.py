"""Which events reach a person by which channel; in the application every one does.

The house has a default for each event; a person changes it on a page of their own. A wing says to which event
its kinds of notices belong, and whose titles may stand in a letter that leaves the house.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.core.dialect import insert, table_of
from intranet.core.refs import Ref
from intranet.notices import outbox, outbox_sending, quiet
from intranet.notices.channel_models import ChannelChoice, MailAddress, PushSubscription
from intranet.notices.outbox_models import Channel


@dataclass(frozen=True)
class Event:
    """A group of notices that one chooses about; its word is ``channel.event.<code>``."""

    code: str
    email: bool
    push: bool
    #: It comes by letter alone.
    only_email: bool = False

    def by(self, channel: Channel) -> bool:
        """What the house does where nobody chose."""
        return self.email if channel is Channel.EMAIL else self.push


#: In the order of the page.
EVENTS = (
    Event("assigned", email=True, push=True),
    Event("near_due", email=True, push=True),
    Event("overdue", email=True, push=True),
    Event("digest", email=True, push=False, only_email=True),
    Event("extension", email=True, push=True),
    Event("returned", email=True, push=True),
    Event("result", email=False, push=False),
    Event("seen", email=False, push=False),
    Event("named", email=False, push=True),
    Event("document", email=False, push=True),
    Event("signing", email=False, push=True),
    Event("opinion", email=True, push=True),
    Event("meeting", email=True, push=True),
    Event("recall", email=True, push=True),
    Event("access", email=True, push=False),
    Event("register", email=False, push=False),
    Event("other", email=False, push=False),
)
_EVENTS = {event.code: event for event in EVENTS}
_event_of: dict[str, str] = {}
_urgent: set[str] = set()
_may_leave: dict[str, Callable[[int], bool]] = {}


@dataclass(frozen=True)
class Released:
    """A notice that may be seen from now on."""

    id: int
    user_id: int
    kind: str
    ref: Ref
    #: It belongs to an hour, such as a meeting's, and does not wait for quiet hours to end.
    is_exact: bool = False


def classify(event: str, *kinds: str, is_urgent: bool = False) -> None:
    """Say to which event kinds of notices belong.

    :param kinds: ``task.urged``, or all of a noun that have no event of their own: ``task.*``.
    :param is_urgent: they are told at any hour.
    """
    if event not in _EVENTS:
        raise ValueError(f"no event {event}")
    _event_of.update(dict.fromkeys(kinds, event))
    if is_urgent:
        _urgent.update(kinds)


def event_of(kind: str) -> str:
    """The event of a kind of notice; what nobody classified is ``other``."""
    return _event_of.get(kind) or _event_of.get(f"{kind.partition('.')[0]}.*", "other")


def let_leave(kind: str, may: Callable[[int], bool] = lambda _: True) -> None:
    """Say which titles of a kind of record may stand in a letter; of other kinds none does."""
    _may_leave[kind] = may


def may_leave(ref: Ref) -> bool:
    """True when the record's title may stand in a letter to somebody who may read it."""
    rule = _may_leave.get(ref.kind)
    return rule is not None and rule(ref.id)


def open_channels() -> list[Channel]:
    """The channels by which this installation sends at all."""
    return [channel for channel in Channel if outbox_sending.transport_of(channel) is not None]


def takers(
    user_ids: Iterable[int], event: str, channel: Channel, *, by_default: bool | None = None
) -> list[int]:
    """Who of these wants to hear of such an event by the channel, and can: in order."""
    wanted = set(user_ids)
    if not wanted or outbox_sending.transport_of(channel) is None:
        return []
    session = db.session()
    chosen = dict(
        session.execute(
            select(ChannelChoice.user_id, ChannelChoice.is_on).where(
                ChannelChoice.user_id.in_(wanted),
                ChannelChoice.event == event,
                ChannelChoice.channel == channel,
            )
        ).all()
    )
    default = _EVENTS[event].by(channel) if by_default is None else by_default
    wanted = {user_id for user_id in wanted if chosen.get(user_id, default)}
    if not wanted:
        return []
    if channel is Channel.EMAIL:
        has = select(MailAddress.user_id).where(
            MailAddress.user_id.in_(wanted), MailAddress.confirmed.is_not(None)
        )
    else:
        has = select(PushSubscription.user_id).where(PushSubscription.user_id.in_(wanted)).distinct()
    return sorted(session.scalars(has))


def write_letter(
    event: str,
    key: str,
    user_id: int,
    subject: str,
    text: str,
    ref: Ref,
    *,
    at: datetime | None = None,
    by_default: bool | None = None,
) -> bool:
    """A letter about an event to whoever wants such letters, in the open unit of work; whether one leaves.

    :param by_default: whether it leaves where nobody chose, other than the house does for the event.
    """
    if not takers([user_id], event, Channel.EMAIL, by_default=by_default):
        return False
    return outbox.write(Channel.EMAIL, key, user_id, subject, text, ref, at=at)


def hand_out(released: Collection[Released]) -> None:
    """Write what leaves the house about notices that were released, in the transaction that released them.

    In quiet hours it leaves when they end, but for what is flash or belongs to an hour.
    """
    by_kind: dict[str, list[Released]] = {}
    for one in released:
        by_kind.setdefault(one.kind, []).append(one)
    channels = open_channels()
    opens = _opening(released) if channels else {}
    for channel in channels:
        for kind, ones in by_kind.items():
            wanted = set(takers((one.user_id for one in ones), event_of(kind), channel))
            told = [one for one in ones if one.user_id in wanted]
            if told and channel is Channel.EMAIL:
                for one in told:
                    key, at = f"notice:{one.id}", opens.get(one.id)
                    outbox.put(channel, key, one.user_id, _payload(one), one.ref, at=at)
            elif told:
                _push(told, opens)


def _opening(released: Collection[Released]) -> dict[int, datetime]:
    """When each of these may leave, where that is not at once."""
    now = clock.now()
    opens = quiet.opens(now)
    if opens == now:
        return {}
    waiting = [one for one in released if not one.is_exact and one.kind not in _urgent]
    flash = quiet.flash_among({one.ref for one in waiting})
    return {one.id: opens for one in waiting if one.ref not in flash}


def chosen_by(user_id: int) -> Mapping[tuple[str, Channel], bool]:
    """What a person hears by which channel, defaults filled in."""
    found = {(event.code, channel): event.by(channel) for event in EVENTS for channel in Channel}
    rows = db.session().scalars(select(ChannelChoice).where(ChannelChoice.user_id == user_id))
    found.update({(row.event, row.channel): row.is_on for row in rows if (row.event, row.channel) in found})
    return found


def choose(actor: Actor, chosen: Collection[tuple[str, Channel]]) -> None:
    """The actor hears of these events by these channels, and of no others."""
    with db.unit_of_work() as session:
        rows = [
            {
                "user_id": actor.id,
                "event": event.code,
                "channel": channel,
                "is_on": (event.code, channel) in chosen,
            }
            for event in EVENTS
            for channel in Channel
            if not (event.only_email and channel is not Channel.EMAIL)
        ]
        statement = insert(session, ChannelChoice).values(rows)
        keys = [column.name for column in table_of(ChannelChoice).primary_key]
        changed = {"is_on": statement.excluded.is_on}
        session.execute(statement.on_conflict_do_update(index_elements=keys, set_=changed))


def _push(told: Collection[Released], opens: Mapping[int, datetime]) -> None:
    ids = {one.user_id for one in told}
    rows = db.session().execute(
        select(PushSubscription.user_id, PushSubscription.id).where(PushSubscription.user_id.in_(ids))
    )
    browsers: dict[int, list[int]] = {}
    for user_id, key in rows:
        browsers.setdefault(user_id, []).append(key)
    for one in told:
        for browser in browsers.get(one.user_id, ()):
            name, payload = f"notice:{one.id}:{browser}", _payload(one) | {"browser": browser}
            outbox.put(Channel.PUSH, name, one.user_id, payload, one.ref, at=opens.get(one.id))


def _payload(one: Released) -> dict[str, str | int]:
    return {"compose": "notice", "notice": one.id}
