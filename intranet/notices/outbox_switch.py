"""Whether this installation sends anything: an operator says so, and a restored copy begins with no.

The row in the database carries a print of the place where it lies.  A backup that is restored lies in
another folder (at least in one made anew), so the print does not fit and nothing is sent until somebody says
that this is now the office and not its copy: else both would write to everybody.
"""

from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy.engine import make_url

from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.core.dialect import insert_once
from intranet.core.refs import Ref
from intranet.notices.outbox_models import OutboxSwitch
from intranet.records import audit

_ROW = 1
#: The one record that notices about the outbox point to.
OUTBOX = Ref("outbox", _ROW)


def is_on() -> bool:
    """True when letters may leave; a new installation's may."""
    row = db.session().get(OutboxSwitch, _ROW)
    return row is not None and row.is_on and row.home == home() and row.jumped_at is None


def is_begun() -> bool:
    """True once this installation has sent, or somebody has used the switch."""
    return db.session().get(OutboxSwitch, _ROW) is not None


def is_copy() -> bool:
    """True when this database was brought here from another place and nobody has switched it on since."""
    row = db.session().get(OutboxSwitch, _ROW)
    return row is not None and row.is_on and row.home != home()


def jump() -> tuple[datetime, timedelta] | None:
    """When the clock jumped ahead, by its showing, and how far; ``None`` unless sending waits for that."""
    row = db.session().get(OutboxSwitch, _ROW)
    if row is None or row.jumped_at is None:
        return None
    return row.jumped_at, timedelta(seconds=row.jumped_seconds)


def note_jump(by: timedelta) -> None:
    """The clock jumped ahead: nothing is sent until somebody has looked and switched it on again."""
    begin()
    with db.unit_of_work() as session:
        row = session.get_one(OutboxSwitch, _ROW, with_for_update=True)
        row.jumped_at, row.jumped_seconds = clock.now(), round(by.total_seconds())
        audit.record(None, "outbox.clock_jumped", OUTBOX, seconds=row.jumped_seconds)


def begin() -> None:
    """A database that has no switch yet is one that begins here: it sends."""
    if db.session().get(OutboxSwitch, _ROW) is None:
        with db.unit_of_work() as session:
            insert_once(session, OutboxSwitch, id=_ROW, is_on=True, home=home(), changed_at=clock.now())


def turn(actor: Actor | None, is_on: bool) -> None:
    """Let letters leave from here, or keep them back.

    :param actor: ``None``: the operator, on the machine itself.
    """
    begin()
    with db.unit_of_work() as session:
        row = session.get_one(OutboxSwitch, _ROW, with_for_update=True)
        row.is_on, row.home, row.changed_at = is_on, home(), clock.now()
        row.changed_by_id = None if actor is None else actor.id
        if is_on:
            row.jumped_at, row.jumped_seconds = None, 0
        audit.record(actor, "outbox.opened" if is_on else "outbox.held", OUTBOX)


def home() -> str:
    """A print of the place: the folder as the disk numbers it, its path, and the database's address."""
    settings = db.database().settings
    folder = settings.data_dir
    url = make_url(settings.database_url)
    parts = (str(folder), folder.stat().st_ino, url.host, url.port, url.database)
    return sha256("\n".join(str(part) for part in parts).encode()).hexdigest()
