"""What the clerk's office owes: it and the office head are told once of what was left lying too long.

A wing says what lies there and since when; the usual term ends at 10:00 of the next working day, one of
minutes where the wing says so.  Each thing that lies is told once: its row is the claim.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from intranet.core import clock, db
from intranet.core.dialect import insert_once
from intranet.core.refs import Ref
from intranet.notices import channels, quiet, workdays
from intranet.notices.models import Reminder
from intranet.notices.reminding import DIGEST, IN_APP
from intranet.notices.services import notify
from intranet.people import directory
from intranet.people.models import Role

TOPIC = "duty"
#: The hour of the next working day at which the usual term ends.
HOUR = 10
#: What has lain longer is no news; the desk shows it.
WINDOW = timedelta(days=30)
#: More than these of one agency at once become one notice.
MOST_EACH = 5
ROLES = (Role.CLERK, Role.OFFICE_HEAD)
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Lying:
    """A record that waits for the clerk's office."""

    ref: Ref
    org_id: int
    since: datetime
    #: It is flash: it is told at any hour.
    is_flash: bool = False


@dataclass(frozen=True)
class Duty:
    """One kind of thing that must not be left lying; its words are ``notice.duty.<name>``."""

    name: str
    #: What lies since an instant between these.
    lying: Callable[[datetime, datetime], Iterable[Lying]]
    #: ``None`` for the usual term.
    within: timedelta | None = None


_duties: dict[str, Duty] = {}


def register(duty: Duty) -> None:
    """Make a duty known."""
    _duties[duty.name] = duty


def look() -> int:
    """Tell clerks and office heads of what was left lying; returns how many things were claimed."""
    now = clock.now()
    is_quiet = quiet.is_quiet(now)
    done = 0
    for duty in _duties.values():
        until = _left_before(now) if duty.within is None else now - duty.within
        found = [one for one in duty.lying(now - WINDOW, until) if one.is_flash or not is_quiet]
        fresh = _untold(duty, found)
        for org_id in dict.fromkeys(one.org_id for one in fresh):
            done += _tell(duty, org_id, [one for one in fresh if one.org_id == org_id], now)
    return done


def _left_before(now: datetime) -> datetime:
    """What came before this instant has outlived the usual term."""
    on = workdays.calendar()
    day = clock.local(now).date()
    if not on.is_working_day(day) or now < clock.at_office(day, HOUR):
        day -= _DAY
        while not on.is_working_day(day):
            day -= _DAY
    return clock.at_office(day, 0)


def _untold(duty: Duty, found: list[Lying]) -> list[Lying]:
    told = {
        (row.ref_kind, row.ref_id, row.due_date)
        for row in db.session().execute(
            select(Reminder.ref_kind, Reminder.ref_id, Reminder.due_date).where(
                Reminder.topic == TOPIC, Reminder.rule == _rule(duty), Reminder.due_date.in_(_days(found))
            )
        )
    }
    return [one for one in found if (one.ref.kind, one.ref.id, clock.local(one.since).date()) not in told]


def _days(found: list[Lying]) -> set[object]:
    return {clock.local(one.since).date() for one in found}


def _rule(duty: Duty) -> str:
    return f"duty.{duty.name}"


def _tell(duty: Duty, org_id: int, lying: list[Lying], now: datetime) -> int:
    people = directory.ids_with_role(org_id, *ROLES)
    is_merged = len(lying) > MOST_EACH
    with db.unit_of_work() as session:
        claimed = []
        for one in lying:
            key = {
                "ref_kind": one.ref.kind,
                "ref_id": one.ref.id,
                "topic": TOPIC,
                "rule": _rule(duty),
                "due_date": clock.local(one.since).date(),
            }
            is_mine = insert_once(
                session,
                Reminder,
                **key,
                planned_at=now,
                sent_at=now,
                result="digest" if is_merged else "sent" if people else "nobody",
                told=len(people),
                to_whom=",".join(role.value for role in ROLES),
                channel=IN_APP if people else "",
                is_exact=one.is_flash,
            )
            if is_mine:
                claimed.append(one)
        if is_merged and claimed:
            for user_id in people:
                notify([user_id], f"duty.{duty.name}_many", Ref(DIGEST, user_id), n=len(claimed))
        elif claimed:
            for one in claimed:
                since = f"{clock.local(one.since):%H:%M, %d/%m}"
                notify(people, f"duty.{duty.name}", one.ref, since=since)
        return len(claimed)


channels.classify("document", "duty.*")
channels.classify("document", "duty.urgent", "duty.urgent_many", is_urgent=True)
