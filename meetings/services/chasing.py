"""Papers that are still missing: who reports on the item and the secretaries are reminded, each day anew."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from intranet.core import clock, db
from intranet.notices import reminders, workdays
from intranet.notices.reminder_rules import Due, Topic
from meetings.models.meeting import Meeting, MeetingState, PartRole
from meetings.services import publishing
from meetings.services.lacking import Lack, lacks_for_ready

_TOPIC, _KIND = "papers", "meeting.papers_missing"
#: On the office's clock.
_HOUR = 8


def plan(meeting: Meeting) -> None:
    """On the last day for papers by the body's rules and each working day after it, until the sitting."""
    day, held = publishing.due_day(meeting), clock.local(meeting.starts_at).date()
    while day is not None and day <= held:
        at = clock.at_office(day, _HOUR)
        if at < meeting.starts_at:
            reminders.arm(meeting.ref, _KIND, at, topic=_TOPIC, is_one_of_many=True)
        day = workdays.add_working_days(day, 1)


def _missing(meeting: Meeting) -> list[Lack]:
    is_awaited = meeting.state in {MeetingState.PUBLISHED, MeetingState.READY}
    if not is_awaited or meeting.starts_at <= clock.now():
        return []
    return [lack for lack in lacks_for_ready(meeting) if lack.code == "no_paper"]


def _to_remind(wanted: Mapping[int, frozenset[str]]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for meeting in db.session().scalars(select(Meeting).where(Meeting.id.in_(wanted))):
        lacking = {lack.item_id for lack in _missing(meeting)}
        if lacking:
            owners = {item.owner_id for item in meeting.agenda if item.id in lacking}
            secretary = PartRole.SECRETARY
            parts = (one for one in meeting.participants if one.role is secretary or one.user_id in owners)
            found[meeting.id] = [one.user_id for one in parts]
    return found


def _words(due: Due) -> tuple[str, dict[str, Any]]:
    meeting = db.session().get_one(Meeting, due.ref_id)
    last = publishing.due_day(meeting) or due.due_date
    nos = ", ".join(str(lack.no) for lack in _missing(meeting))
    return due.base, {"nos": nos, "due": f"{last:%d/%m/%Y}"}


#: Whoever reports on an item that has no paper yet, and the secretaries.
REMINDED = Topic(_TOPIC, _to_remind, words=_words, ref_kind="meeting")
