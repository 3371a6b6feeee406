"""The room as its people see it: the state of a meeting, cut to an audience, and what a tablet missed."""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import select

from intranet.core import clock
from intranet.core.db import session
from intranet.core.written import Written
from intranet.people import directory
from intranet.people.models import User
from meetings.models.meeting import IN_SESSION, AgendaItem, ItemState, Meeting
from meetings.permissions import To, access_room, may
from meetings.rules.audiences import audience_of, project_state
from meetings.rules.floor_shares import listed_person
from meetings.rules.forecast import forecast
from meetings.rules.shares import Audience
from meetings.services import (
    announcing,
    attending,
    conclusions,
    floor,
    journal,
    paper_rights,
    papers,
    polls,
    positions,
    presenting,
    speaking,
    speeches,
    wishes,
)
from meetings.services.journal import Frame, ms

State = dict[str, Any]
K = TypeVar("K")
V = TypeVar("V")

_KEPT_SNAPSHOTS = 64
_snapshots: OrderedDict[tuple[int, str, int], State] = OrderedDict()
_rare: OrderedDict[tuple[int, int], "_Rare"] = OrderedDict()
#: What snapshots are cut from; few are kept, for the audiences of a room ask one after the other.
_KEPT_WHOLE = 4
_wholes: OrderedDict[tuple[int, int], State] = OrderedDict()
_forecasts: OrderedDict[tuple[int, int, int], dict[str, Any]] = OrderedDict()


#: The manner of speaking of room and tablets; a page that speaks another is too old, or too new.
PROTO = 1
#: The screen is nobody and may do nothing.
ON_WALL: dict[str, Any] = {"p": None, "n": "", "role": "proj", "can": []}


@dataclass(frozen=True)
class Since:
    """What an audience was told after a version."""

    audience: Audience
    #: ``None``: the whole state is the shorter answer.
    frames: list[Frame] | None
    #: Last values by key.
    lv: dict[str, Any]


@dataclass(frozen=True)
class Welcome:
    """What a tablet gets when it comes, or comes back."""

    meeting: Meeting
    audience: Audience
    answer: dict[str, Any]


@dataclass(frozen=True)
class _Rare:
    """What concerns few of those who join: kept for each version, so that the others need not ask."""

    is_voting: bool
    #: Whose calls were answered.
    answered: frozenset[int]
    #: Some papers are not for everybody.
    has_few: bool
    #: Who took a position on an item.
    said: frozenset[int]


def welcome(actor: User, meeting_id: int, last: int | None, *, on_wall: bool = False) -> Welcome:
    """Bring a tablet up to date: nothing, the lines it missed, or the whole state.

    Last values (``lv``), which no line of the journal carries, come whole every time.

    :param last: the version of the tablet's chain, ``None`` when it holds nothing.
    :param on_wall: it is the screen on the wall, which chair or secretary opened.
    :raises NotFound: no such meeting, or none the actor may attend.
    :raises Forbidden: ``meeting.not_yours_to_run``, a screen opened by somebody else; ``device.moved``.
    """
    meeting = access_room(actor, meeting_id, on_wall=on_wall)
    audience = audience_for(actor, meeting, on_wall=on_wall)
    return Welcome(meeting, audience, answer_to(actor, meeting, audience, last))


def answer_to(actor: User, meeting: Meeting, audience: Audience, last: int | None) -> dict[str, Any]:
    """What :func:`welcome` answers somebody whose right to be in this audience was just asked."""
    on_wall = audience is Audience.PROJ
    found = None if last is None else journal.missed(meeting, audience, last)
    # First: where the room moved meanwhile, all that follows is of the state's version.
    state = snapshot(meeting, audience) if found is None else None
    answer: dict[str, Any] = {
        "ok": True,
        "k": "welcome",
        "proto": PROTO,
        "cls": audience.value,
        "now": ms(clock.now()),
        "v": meeting.v,
        "head": journal.head(meeting, audience),
        "me": dict(ON_WALL) if on_wall else overlay(actor, meeting),
        "lv": last_values(meeting) if on_wall else last_values(meeting, actor),
    }
    if found is None:
        answer |= {"mode": "snapshot", "state": state}
    elif not found:
        answer |= {"mode": "same"}
    else:
        answer |= {"mode": "delta", "events": found}
    return answer


def events_since(actor: User, meeting_id: int, since: int, *, on_wall: bool = False) -> Since:
    """What the actor's audience was told after a version, and the last values.

    :param on_wall: as in :func:`welcome`.
    :raises NotFound: no such meeting, or none the actor may attend.
    :raises Forbidden: ``meeting.not_yours_to_run``, a screen opened by somebody else; ``device.moved``.
    """
    meeting = access_room(actor, meeting_id, on_wall=on_wall)
    audience = audience_for(actor, meeting, on_wall=on_wall)
    lv = last_values(meeting) if on_wall else last_values(meeting, actor)
    return Since(audience, journal.missed(meeting, audience, since), lv)


def last_values(meeting: Meeting, actor: User | None = None) -> dict[str, Any]:
    """What no line of the journal carries, by key.

    ``view``: the presenter's rectangle, ``None`` where none is; ``forecast``: when the sitting will end, for
    people; ``shown``: a paper that is shown to those who may read it, for them; ``mine``: the actor's own
    positions; ``replies``: what was answered or written to the actor.
    """
    found: dict[str, Any] = {"view": presenting.last_view(meeting)}
    if actor is not None and meeting.state in IN_SESSION:
        found["forecast"] = forecast_of(meeting)
    now = presenting.shown(meeting)
    if ("few" in now or "wall" in now) and not (actor is not None and may(actor, To.RUN, meeting)):
        found |= _narrow_values(meeting, actor)
    if actor is not None and actor.id in _rare_in(meeting).said:
        found["mine"] = positions.own_entries(actor, meeting)
    if actor is None or actor.id not in _rare_in(meeting).answered:
        return found
    replies = announcing.replies_to(actor, meeting)
    return found | ({"replies": replies} if replies else {})


def _narrow_values(meeting: Meeting, actor: User | None) -> dict[str, Any]:
    """Of a paper that is shown on the screen alone, or to its readers: what this person, or screen, sees."""
    if "wall" in presenting.shown(meeting):
        return {} if actor is None else {"view": None}
    mine = None if actor is None else presenting.shown_to_few(actor, meeting)
    return {"view": None} if mine is None else {"shown": mine}


def audience_for(actor: User, meeting: Meeting, *, on_wall: bool = False) -> Audience:
    """The audience of somebody who takes part, or of the screen that he or she opened."""
    if on_wall:
        return Audience.PROJ
    part = meeting.participant(actor.id)
    if part is None:
        raise LookupError(f"{actor.id} takes no part in meeting {meeting.id}")
    return audience_of(part.role.value)


def overlay(actor: User, meeting: Meeting) -> dict[str, Any]:
    """What is this person's alone."""
    part = meeting.participant(actor.id)
    can = [to.value for to in (To.RUN, To.CHAIR) if may(actor, to, meeting)]
    can += ["ask"] if speaking.may_ask(actor, meeting) else []
    can += ["present"] if presenting.may_present(actor, meeting) else []
    can += ["vote"] if polls.may_vote(actor, meeting) else []
    mine = {"p": actor.id, "n": actor.full_name, "role": part.role.value if part else "", "can": can}
    if _rare_in(meeting).has_few and not may(actor, To.RUN, meeting):
        mine["papers"] = papers.own_entries(actor, meeting)
    return mine | {"votes": polls.overlay(actor, meeting) if _rare_in(meeting).is_voting else {}}


def snapshot(meeting: Meeting, audience: Audience) -> State:
    """The state for an audience, built once for each version: a thousand who join ask the database once."""
    while (found := _snapshots.get((meeting.id, audience.value, meeting.v))) is None:
        built = Written(project_state(_whole(meeting), audience))
        built["v"] = journal.head(meeting, audience)
        if _stands(meeting):
            _keep(_snapshots, (meeting.id, audience.value, meeting.v), built)
    return found


def people_of(actor: User, meeting_id: int) -> list[dict[str, Any]]:
    """Who takes part, for whoever asks to see the list: of members also in whose place somebody came.

    The room itself tells its audiences names and who is there; this is asked for when the list is opened.

    :raises NotFound: no such meeting, or none the actor may attend.
    :raises Forbidden: ``device.moved``.
    """
    meeting = access_room(actor, meeting_id)
    audience = audience_for(actor, meeting)
    people = _whole(meeting)["people"]
    listed = [share for one in people if (share := listed_person(one, audience)) is not None]
    if audience is Audience.GUEST:
        return listed
    names = {one["p"]: one["n"] for one in people}
    replaced = {comes: names.get(member) for member, comes in attending.approved_substitutes(meeting).items()}
    # While the member is there, whoever came instead is a guest.
    stand_ins = {one["p"] for one in listed if one["role"] == "substitute"} & replaced.keys()
    return [one | ({"for": replaced[one["p"]]} if one["p"] in stand_ins else {}) for one in listed]


def forecast_of(meeting: Meeting) -> dict[str, Any]:
    """When a sitting will end, and how late that is; reckoned anew with every change and each minute."""
    now = ms(clock.now()) or 0
    while (found := _forecasts.get((meeting.id, meeting.v, now // 60_000))) is None:
        whole = _wholes.get((meeting.id, meeting.v))
        reckoned = forecast(whole or _pace_state(meeting), now) | {"v": meeting.v, "at": now}
        if whole is not None or _stands(meeting):
            _keep(_forecasts, (meeting.id, meeting.v, now // 60_000), reckoned)
    return found


def _pace_state(meeting: Meeting) -> State:
    """What a forecast asks of the state: a hundredth of what all of it costs where a thousand take part."""
    running = speeches.running_in(meeting)
    return {
        "starts": ms(meeting.starts_at),
        "started": ms(meeting.started_at),
        "plan_end": ms(meeting.plan_end),
        "cur": _current(meeting),
        "items": [item_entry(item, None, []) for item in meeting.agenda],
        "queue": {
            "cur": None if running is None else speeches.clock_entry(running),
            "wait": speeches.waiting_in(meeting),
        },
    }


def _whole(meeting: Meeting) -> State:
    """The state before it is cut, built once for all audiences; nobody changes it."""
    key = (meeting.id, meeting.v)
    while (found := _wholes.get(key)) is None:
        built = full_state(meeting)
        if _stands(meeting):
            _keep(_wholes, key, built, _KEPT_WHOLE)
        key = (meeting.id, meeting.v)
    return found


def _rare_in(meeting: Meeting) -> _Rare:
    """Both rise with the version: a vote opens, and a call is answered, with a line of the journal."""
    while (found := _rare.get((meeting.id, meeting.v))) is None:
        few = paper_rights.has_restricted(meeting.id)
        # What was read for the state need not be asked for again.
        whole = _wholes.get((meeting.id, meeting.v))
        said = frozenset(one["p"] for one in whole["positions"]) if whole else positions.said_in(meeting)
        read = _Rare(polls.is_voting(meeting), announcing.answered_in(meeting), few, said)
        if _stands(meeting):
            _keep(_rare, (meeting.id, meeting.v), read)
    return found


def _stands(meeting: Meeting) -> bool:
    """False where the room moved while its tables were read one by one: then what was built is neither."""
    if session().scalar(select(Meeting.v).where(Meeting.id == meeting.id)) == meeting.v:
        return True
    session().expire_all()
    return False


def _keep(kept: OrderedDict[K, V], key: K, value: V, most: int = _KEPT_SNAPSHOTS) -> None:
    kept[key] = value
    while len(kept) > most:
        kept.popitem(last=False)


def forget_snapshots() -> None:
    """Forget what was built; for tests, whose meetings have the same ids."""
    _snapshots.clear()
    _wholes.clear()
    _rare.clear()
    _forecasts.clear()


def full_state(meeting: Meeting) -> State:
    """Everything that anybody in the room may see."""
    by_ref = papers.of_meeting(meeting)
    ids = {part.user_id for part in meeting.participants}
    ids |= {item.owner_id for item in meeting.agenda if item.owner_id is not None}
    heard = speeches.speeches_in(meeting)
    # Whoever spoke is named although they may take part no more.
    ids |= {one.user_id for one in heard}
    people = directory.named(ids)
    there = attending.entries(meeting)
    return {
        "mid": meeting.id,
        "v": meeting.v,
        "state": meeting.state.value,
        "title": meeting.title,
        "place": meeting.place,
        "starts": ms(meeting.starts_at),
        "started": ms(meeting.started_at),
        "ended": ms(meeting.ended_at),
        "resumes": ms(meeting.resumes_at),
        "plan_end": ms(meeting.plan_end),
        "cur": _current(meeting),
        "items": [
            item_entry(item, people.get(item.owner_id or 0), by_ref.get(item.ref, []))
            for item in meeting.agenda
        ],
        "papers": by_ref.get(meeting.ref, []),
        "votes": polls.entries(meeting),
        "positions": positions.positions_of(meeting),
        "wish": wishes.wish_of(meeting),
        "concl": conclusions.count_in(meeting),
        "present": presenting.shown(meeting),
        "grants": presenting.grants(meeting),
        "blank": presenting.is_blank(meeting),
        "people": [
            attending.person_entry(people[part.user_id], part.role.value, there.get(part.user_id), part.seat)
            for part in meeting.participants
            if part.user_id in people
        ],
        **floor.state_of(meeting, people, heard),
    }


def item_entry(item: AgendaItem, owner: User | None, files: list[dict[str, Any]]) -> dict[str, Any]:
    """An agenda item as the room holds it; seconds for both budget and time spent."""
    return {
        "id": item.id,
        "t": item.title,
        "kind": item.kind.value,
        "st": item.state.value,
        "budget_s": (item.budget_min or 0) * 60,
        "spent_s": item.spent_s,
        "started": ms(item.started_at),
        "ended": None if item.state is ItemState.LIVE else ms(item.ended_at),
        "owner": owner_entry(owner),
        "late": item.late_at is not None,
        "until": ms(item.answer_by),
        "reason": item.reason,
        "files": files,
    }


def owner_entry(owner: User | None) -> dict[str, Any] | None:
    """Who reports on an item."""
    return None if owner is None else {"p": owner.id, "n": owner.full_name}


def _current(meeting: Meeting) -> dict[str, Any] | None:
    if meeting.current_item_id is None:
        return None
    return {"item": meeting.current_item_id, "since": ms(meeting.item_since)}
