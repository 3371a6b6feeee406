"""The letter of the morning: at 07:30 of a working day, what is late, due today, this week, and waiting.

One letter for each person and day, composed where there is something to say and for whoever takes letters.
Packages put lines in by a slot; who claims the row of a person and a day writes the letter in the same
transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time

from sqlalchemy import exists, select

from intranet.core import clock, db, slots
from intranet.core.dialect import insert_once
from intranet.core.labels import label
from intranet.core.refs import Ref
from intranet.notices import channels, workdays
from intranet.notices.models import Digest
from intranet.notices.outbox_models import Channel
from intranet.notices.reminding import DIGEST
from intranet.people import directory
from intranet.people.models import User

#: Slot ``(actor) -> [Line]``: what a package has to say to somebody this morning.
SLOT = "digest"
EVENT = "digest"
#: On the office's clock. A worker that comes back later in the day still sends it, not in the evening.
AT, UNTIL = time(7, 30), time(17, 0)
#: Sections in the order of the letter; the word is ``digest.section.<code>``.
SECTIONS = ("late", "today", "week", "waiting")
#: Lines of a section; more are counted.
MOST_LINES = 12
#: People in one look, so that other ticks have their turn.
_AT_ONCE = 100


@dataclass(frozen=True)
class Line:
    """One thing to be told, in its section; ``n`` where it stands for several."""

    section: str
    words: str
    n: int = 1


def send_due() -> int:
    """Write the letters of this morning that were not written yet; returns how many people were looked at."""
    local = clock.local(clock.now())
    if not AT <= local.time() < UNTIL or not workdays.is_working_day(local.date()):
        return 0
    waiting = _waiting(local.date())
    for user_id in waiting:
        _write(user_id, local.date())
    return len(waiting)


def lines_for(actor: User) -> list[Line]:
    """Everything there is to say to a person now, section by section."""
    with db.agencies(actor.org_ids):
        found = [line for lines in slots.ask(SLOT, actor) for line in lines]
    return sorted(found, key=lambda line: SECTIONS.index(line.section))


def _waiting(day: date) -> list[int]:
    is_written = exists().where(Digest.user_id == User.id, Digest.day == day)
    ids = db.session().scalars(select(User.id).where(User.is_active, ~is_written).order_by(User.id)).all()
    return channels.takers(ids, EVENT, Channel.EMAIL)[:_AT_ONCE]


def _write(user_id: int, day: date) -> None:
    person = directory.receiver(user_id)
    lines = [] if person is None else lines_for(person)
    with db.unit_of_work() as session:
        count = sum(line.n for line in lines)
        if (
            not insert_once(session, Digest, user_id=user_id, day=day, at=clock.now(), lines=count)
            or not lines
        ):
            return
        channels.write_letter(
            EVENT,
            f"digest:{user_id}:{day}",
            user_id,
            label("digest.subject", day=f"{day:%d/%m}", n=count),
            _text(lines),
            Ref(DIGEST, user_id),
        )


def _text(lines: Sequence[Line]) -> str:
    parts = []
    for section in SECTIONS:
        mine = [line for line in lines if line.section == section]
        if not mine:
            continue
        parts.append(label(f"digest.section.{section}", n=sum(line.n for line in mine)))
        parts += [f"- {line.words}" for line in mine[:MOST_LINES]]
        if len(mine) > MOST_LINES:
            parts.append(label("digest.more", n=len(mine) - MOST_LINES))
        parts.append("")
    return "\n".join(parts).strip()
