"""What a rehearsal is to the rest of the wing: found by its meeting, refused what counts, wiped whole."""

from collections.abc import Iterator

from sqlalchemy import BindParameter, Delete, bindparam, delete, inspect, select

from intranet.core.db import Base, publish, session
from intranet.core.errors import BadState
from intranet.people import sessions
from intranet.people.models import User
from intranet.people.services import robots
from intranet.records import files
from meetings.models.journal import PartChanged
from meetings.models.meeting import IN_SESSION, Meeting, MeetingState
from meetings.models.paper import PacksChanged
from meetings.models.vote import Poll
from meetings.services import box, polls

#: A rehearsal opens, pauses and ends; what comes of a sitting afterwards does not come of it.
_STATES = IN_SESSION | {MeetingState.ENDED}


def require_real(meeting: Meeting, code: str) -> None:
    """Refuse in a rehearsal what counts outside it.

    :param code: what is refused.
    :raises BadState: ``rehearsal.<code>``.
    """
    if meeting.is_rehearsal:
        raise BadState(f"rehearsal.{code}")


def require_state(meeting: Meeting, to: MeetingState) -> None:
    """Let a rehearsal go no further than its end.

    :raises BadState: ``rehearsal.no_minutes``, ``rehearsal.not_planned``.
    """
    if to not in _STATES:
        over = {MeetingState.MINUTES, MeetingState.CLOSED}
        require_real(meeting, "no_minutes" if to in over else "not_planned")


def of(meeting_id: int, *, lock: bool = False) -> Meeting | None:
    """The rehearsal of a meeting, if there is one.

    :param lock: hold it until the open unit of work ends.
    """
    query = select(Meeting).where(Meeting.rehearses_id == meeting_id)
    query = query.where(Meeting.state != MeetingState.CANCELLED)
    if lock:
        query = query.with_for_update(of=Meeting).execution_options(populate_existing=True)
    return session().scalar(query)


def is_silent(meeting_id: int) -> bool:
    """True for a meeting of which nobody is told anything (``notices``)."""
    found = session().get(Meeting, meeting_id)
    return found is not None and found.is_rehearsal


def wipe(actor: User | None, rehearsal: Meeting) -> None:
    """Take away all that a rehearsal holds, its journal and papers too; held by the caller.

    What stays is a row without words: its number, and with it the lines of the audit log, are nobody else's.

    :param actor: ``None`` when the house itself does.
    """
    opened = session()
    people = [part.user_id for part in rehearsal.participants]
    open_poll = opened.get(Poll, polls.open_poll(rehearsal.id) or 0)
    if open_poll is not None and open_poll.is_secret:
        box.destroy(open_poll)
    items = [item.id for item in rehearsal.agenda]
    of_items = files.of_many("agenda_item", items).values()
    for file in [*files.of(rehearsal.ref), *(one for some in of_items for one in some)]:
        files.remove(actor, file)
    rehearsal.state, rehearsal.title, rehearsal.place, rehearsal.reason = MeetingState.CANCELLED, "", "", ""
    rehearsal.presenting = rehearsal.revisions = rehearsal.timer = rehearsal.rules = None
    rehearsal.current_item_id = rehearsal.item_since = rehearsal.published_at = None
    opened.flush()
    held = set()
    for statement in _all_of_it():
        opened.execute(statement, {"meeting": rehearsal.id}, execution_options={"synchronize_session": False})
        held.add(statement.table)
    # Numbers of rows that are gone may be given again: the session must not take new ones for these.
    for one in list(opened):
        if inspect(one).mapper.local_table in held:
            opened.expunge(one)
    opened.expire_all()
    seated = {one.id for one in robots.sitting(people)}
    for user_id in people:
        if user_id not in seated:
            sessions.end_bound(str(rehearsal.ref), user_id)
            publish(PartChanged(rehearsal.id, user_id))
    publish(PacksChanged(rehearsal.id))


def _all_of_it() -> Iterator[Delete]:
    """Statements that leave no row of a meeting, those that hang on others first."""
    tables = list(reversed(Base.metadata.sorted_tables))
    of_meeting = {table for table in tables if "meeting_id" in table.c}
    meeting: BindParameter[int] = bindparam("meeting")
    for table in tables:
        if table in of_meeting:
            yield delete(table).where(table.c.meeting_id == meeting)
            continue
        for key in table.foreign_keys:
            above = key.column.table
            if above in of_meeting:
                found = select(key.column).where(above.c.meeting_id == meeting)
                yield delete(table).where(key.parent.in_(found))
