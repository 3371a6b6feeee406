"""Speeches as the room holds them: who waits, who speaks, and for the minutes who spoke on what, how long."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from sqlalchemy import func, select

from intranet.core.db import session
from intranet.people import directory
from intranet.people.models import User
from meetings.models.floor import Speech, SpeechState
from meetings.models.meeting import Meeting
from meetings.services.journal import ms


def speeches_in(meeting: Meeting) -> list[Speech]:
    """Requests that wait, in order, the speech that runs, and those that were held: asked for together."""
    states = (SpeechState.SPEAKING, SpeechState.WAITING, SpeechState.DONE)
    query = select(Speech).where(Speech.meeting_id == meeting.id, Speech.state.in_(states))
    return list(session().scalars(query.order_by(Speech.position, Speech.id)))


def spoken_in(meeting: Meeting) -> dict[int, int]:
    """Seconds that each person has spoken in the meeting, as far as speeches are over."""
    query = select(Speech.user_id, func.sum(Speech.spent_s)).where(
        Speech.meeting_id == meeting.id, Speech.state == SpeechState.DONE
    )
    return {user_id: int(spent) for user_id, spent in session().execute(query.group_by(Speech.user_id))}


def waiting_in(meeting: Meeting) -> list[Speech]:
    """Requests that wait, in order."""
    query = select(Speech).where(Speech.meeting_id == meeting.id, Speech.state == SpeechState.WAITING)
    return list(session().scalars(query.order_by(Speech.position, Speech.id)))


def running_in(meeting: Meeting) -> Speech | None:
    """The speech that runs or pauses."""
    query = select(Speech).where(Speech.meeting_id == meeting.id, Speech.state == SpeechState.SPEAKING)
    return session().scalar(query)


def spoken(held: Iterable[Speech]) -> dict[int, int]:
    """Seconds that each person has spoken in these."""
    found: Counter[int] = Counter()
    for one in held:
        found[one.user_id] += one.spent_s
    return dict(found)


def waiting_entry(request: Speech, user: User) -> dict[str, Any]:
    """A request as the room holds it."""
    return {
        "rq": request.id,
        "p": user.id,
        "n": user.full_name,
        "kind": request.kind.value,
        "item": request.item_id,
        "at": ms(request.asked_at),
        "note": request.note,
        **({} if request.page is None else {"file": request.paper, "page": request.page}),
    }


def running_entry(speech: Speech, user: User) -> dict[str, Any]:
    """The speech on the floor as the room holds it; ``spent_s`` are the seconds up to its last pause."""
    return {
        "rq": speech.id,
        "p": user.id,
        "n": user.full_name,
        "title": directory.post_of(user),
        "item": speech.item_id,
        "kind": speech.kind.value,
        **clock_entry(speech),
    }


def clock_entry(speech: Speech) -> dict[str, Any]:
    """How long the speech on the floor has lasted and may last."""
    return {
        "started": ms(speech.started_at),
        "limit_s": speech.limit_s,
        "paused_at": ms(speech.paused_at),
        "paused_ms": speech.paused_ms,
        "spent_s": speech.spent_s,
    }


def held_entry(speech: Speech, user: User) -> dict[str, Any]:
    """A speech that is over, for the minutes: who, on what item, since when, and for how many seconds."""
    return {
        "p": user.id,
        "n": user.full_name,
        "item": speech.item_id,
        "kind": speech.kind.value,
        "at": ms(speech.started_at),
        "s": speech.spent_s,
    }
