"""The ticks of notices: what is due is asked of the database, so a missed tick loses nothing."""

from intranet.core import db
from intranet.core.jobs import every
from intranet.notices import outbox_sending, reminders, services
from intranet.notices.outbox_models import Channel


@every(1, "notices.release")
def release_notices() -> None:
    """Release notices whose time has come."""
    services.release_due()


@every(5, "notices.remind")
def send_reminders() -> None:
    """Send reminders whose time has come."""
    with db.scope(), db.across_orgs("reminders go to the parties of a record, whatever their agency"):
        reminders.send_due()


@every(2, "outbox.email")
def send_letters() -> None:
    """Hand letters to the mail server."""
    outbox_sending.send_due(Channel.EMAIL)


@every(2, "outbox.push")
def send_pushes() -> None:
    """Hand pushes to the servers of the browsers' makers."""
    outbox_sending.send_due(Channel.PUSH)
