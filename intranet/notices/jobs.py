"""The ticks of notices: what is due is asked of the database, so a missed tick loses nothing."""

from datetime import date
from typing import Any

from intranet.core import db
from intranet.core.jobs import every, job
from intranet.notices import (
    clock_watch,
    digest,
    duties,
    outbox_sending,
    reminders,
    reminding,
    services,
    yearbook,
)
from intranet.notices.outbox_models import Channel


@every(1, "notices.release")
def release_notices() -> None:
    """Release notices whose time has come."""
    services.release_due()


@every(5, "notices.remind")
def send_reminders() -> None:
    """Send reminders whose time has come."""
    if not clock_watch.may_send():
        return
    with db.scope(), db.across_orgs("reminders go to the parties of a record, whatever their agency"):
        reminding.send_due()


@job(reminders.REPLAN, is_slow=True)
def replan_reminders(payload: Any) -> dict[str, int]:
    """Plan what a changed calendar, or changed rules, bear on."""
    first, last = (date.fromisoformat(payload[end]) for end in ("first", "last"))
    return {"planned": reminders.replan_in_parts(first, last, payload["topics"])}


@every(30, "notices.duties")
def tell_duties() -> None:
    """Tell clerks and office heads of what was left lying."""
    if clock_watch.may_send():
        duties.look()


@every(20, "notices.digest")
def write_digests() -> None:
    """Write the letters of the morning."""
    if clock_watch.may_send():
        digest.send_due()


@every(600, "calendar.next_year")
def watch_next_year() -> None:
    """See that the calendar of the next year is loaded in time."""
    yearbook.watch_next_year()


@every(2, "outbox.email")
def send_letters() -> None:
    """Hand letters to the mail server."""
    if clock_watch.may_send():
        outbox_sending.send_due(Channel.EMAIL)


@every(2, "outbox.push")
def send_pushes() -> None:
    """Hand pushes to the servers of the browsers' makers."""
    if clock_watch.may_send():
        outbox_sending.send_due(Channel.PUSH)
