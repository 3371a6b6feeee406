"""Every state with every act, for everybody who might ask: as the tables of the rules say, and not else."""

from datetime import timedelta
from typing import Any

import pytest

from intranet.core import clock, db
from intranet.core.errors import BadState, Forbidden
from intranet.people.models import User
from meetings.models.meeting import ItemKind, ItemState, MeetingState
from meetings.models.minutes import Minutes, MinutesState
from meetings.models.position import Stand
from meetings.services import chairing, life, planning, positions
from tests.meetings.conftest import Sitting

CHAIR, SECRETARY = frozenset({"chair"}), frozenset({"secretary"})
BOTH = CHAIR | SECRETARY
#: From, to -> who may; any other pair is no move. ``ended`` to ``minutes`` is nobody's to ask for.
MEETING_MOVES: dict[tuple[str, str], frozenset[str]] = {
    ("draft", "review"): SECRETARY,
    ("review", "draft"): CHAIR,
    ("draft", "published"): BOTH,
    ("review", "published"): BOTH,
    ("published", "ready"): SECRETARY,
    ("published", "live"): BOTH,
    ("ready", "live"): BOTH,
    ("live", "paused"): BOTH,
    ("paused", "live"): BOTH,
    ("live", "ended"): BOTH,
    ("paused", "ended"): BOTH,
    ("ended", "live"): CHAIR,
    ("minutes", "closed"): CHAIR,
    **{(since, "cancelled"): CHAIR for since in ("draft", "review", "published", "ready")},
    ("published", "postponed"): BOTH,
    ("ready", "postponed"): BOTH,
    ("postponed", "published"): BOTH,
}
#: State of an item, act -> the state it leads to; any other pair is refused.
ITEM_MOVES = {
    ("planned", "start"): "live",
    ("suspended", "start"): "live",
    ("done", "start"): "live",
    ("live", "finish"): "done",
    ("live", "suspend"): "suspended",
    ("live", "defer"): "deferred",
    ("planned", "withdraw"): "withdrawn",
    ("planned", "put off"): "deferred",
    ("planned", "adopt"): "done",
}
ITEM_ACTS = ("start", "finish", "suspend", "defer", "withdraw", "put off", "adopt")
#: Acts of the chair alone, by state and act.
CHAIRS = {("done", "start"), ("planned", "adopt")}


def put(sitting: Sitting, state: MeetingState) -> None:
    """The meeting stands there, with all that any move could ask for."""
    now = clock.now()
    with db.unit_of_work() as session:
        meeting = sitting.meeting
        meeting.state, meeting.published_at, meeting.ended_at = state, now, now
        meeting.reopened_at, meeting.rules, meeting.current_item_id = None, None, None
        for item in meeting.agenda:
            item.without_papers = True
        minutes = session.get(Minutes, meeting.id) or Minutes(meeting_id=meeting.id, reason="", notice_ref="")
        is_over = state is MeetingState.MINUTES
        minutes.state = MinutesState.APPROVED if is_over else MinutesState.WRITING
        session.add(minutes)


@pytest.mark.parametrize("state", list(MeetingState))
def test_a_meeting_moves_where_the_table_says_and_by_whom(draft: Sitting, state: MeetingState) -> None:
    people = {"chair": draft.chair, "secretary": draft.secretary, "delegate": draft.delegate}
    for to in MeetingState:
        allowed = MEETING_MOVES.get((state.value, to.value))
        for name, person in people.items():
            put(draft, state)
            try:
                life.move_meeting(person, draft.id, to, reason="Thử", confirm=True)
                found = "moved"
            except Forbidden:
                found = "forbidden"
            except BadState as refusal:
                found = "no move" if refusal.code == "meeting.wrong_move" else refusal.code
            expected = "no move" if allowed is None else "moved" if name in allowed else "forbidden"
            assert found == expected, (state, to, name)
            assert draft.meeting.state is (to if found == "moved" else state)
    put(draft, state)
    offered = {to.value for to in life.moves_for(draft.chair, draft.meeting)}
    assert offered == {to for (since, to), who in MEETING_MOVES.items() if since == state and "chair" in who}


def test_a_secretary_who_may_not_publish_still_gives_a_postponed_meeting_its_new_hour(draft: Sitting) -> None:
    put(draft, MeetingState.DRAFT)
    with db.unit_of_work():
        draft.meeting.secretary_publishes = False
    with pytest.raises(Forbidden):
        life.publish_meeting(draft.secretary, draft.id)
    put(draft, MeetingState.POSTPONED)
    life.publish_meeting(draft.secretary, draft.id)
    assert draft.meeting.state is MeetingState.PUBLISHED


def act_on(sitting: Sitting, who: User, item: int, act: str) -> Any:
    """Ask for one thing to be done with an item."""
    outcomes = {"finish": ItemState.DONE, "suspend": ItemState.SUSPENDED, "defer": ItemState.DEFERRED}
    if act == "start":
        expect = sitting.current_item_id
        return chairing.start_item(who, sitting.id, item, expect=expect, reason="Bàn lại")
    if act in outcomes:
        return chairing.finish_item(who, sitting.id, outcome=outcomes[act], expect=sitting.current_item_id)
    if act == "adopt":
        return positions.adopt_consent(who, sitting.id, [item])
    return planning.remove_item(who, sitting.id, item, reason="Chưa kịp", is_deferred=act == "put off")


@pytest.mark.parametrize("state", list(ItemState))
def test_an_item_moves_where_the_table_says_and_by_whom(sitting: Sitting, state: ItemState) -> None:
    first = sitting.agenda[0].id
    people = {"chair": sitting.chair, "secretary": sitting.secretary, "delegate": sitting.delegate}
    for act in ITEM_ACTS:
        to = ITEM_MOVES.get((state.value, act))
        for name, person in people.items():
            with db.unit_of_work():
                item, meeting = sitting.meeting.item(first), sitting.meeting
                item.state, item.kind, item.reason = state, ItemKind.CONSENT, ""
                meeting.current_item_id = first if state is ItemState.LIVE else None
                meeting.item_since = clock.now() if state is ItemState.LIVE else None
            try:
                act_on(sitting, person, first, act)
                found = sitting.agenda[0].state.value
            except (BadState, Forbidden) as refusal:
                assert sitting.agenda[0].state is state
                found = type(refusal).__name__
            if state is ItemState.LIVE and act == "start" and name != "delegate":
                # It is on the floor already: whoever starts it again is told that it was dealt with.
                assert found == "BadState"
            elif name == "delegate" or (name == "secretary" and act == "adopt"):
                assert found == "Forbidden", (state, act, name)
            elif to is None:
                assert found == "BadState", (state, act, name)
            elif name == "secretary" and (state.value, act) in CHAIRS:
                assert found == "Forbidden", (state, act, name)
            else:
                assert found == to, (state, act, name)


def test_review_asks_for_chair_time_and_one_item_and_no_more(draft: Sitting) -> None:
    with db.unit_of_work():
        for item in draft.meeting.agenda:
            item.budget_min, item.owner_id = None, None
    life.move_meeting(draft.secretary, draft.id, MeetingState.REVIEW)
    with pytest.raises(BadState, match=r"meeting\.incomplete") as refused:
        life.move_meeting(draft.chair, draft.id, MeetingState.PUBLISHED)
    assert refused.value.data["n"] == 4
    life.move_meeting(draft.chair, draft.id, MeetingState.DRAFT, reason="Thiếu thời lượng")
    for item in draft.agenda:
        planning.remove_item(draft.secretary, draft.id, item.id)
    with pytest.raises(BadState, match=r"meeting\.incomplete"):
        life.move_meeting(draft.secretary, draft.id, MeetingState.REVIEW)


def test_a_position_given_before_an_item_was_changed_answers_nothing(sitting: Sitting) -> None:
    """The consent block: an item of the sitting's own hours waits for every member but the chair."""
    mid = sitting.id
    own = {"budget_min": 5, "owner_id": sitting.chair.id}
    item = planning.add_item(sitting.secretary, mid, title="Bổ sung", kind=ItemKind.CONSENT, **own)
    with pytest.raises(BadState, match=r"consent\.not_answered") as refused:
        positions.adopt_consent(sitting.chair, mid, [item])
    assert refused.value.data == {"no": 3, "n": 1}
    positions.take_position(sitting.delegate, mid, item, Stand.AGREE)
    clock.advance(timedelta(seconds=1))
    planning.edit_item(sitting.secretary, mid, item, title="Khác hẳn", kind=ItemKind.CONSENT, **own)
    with pytest.raises(BadState, match=r"consent\.not_answered"):
        positions.adopt_consent(sitting.chair, mid, [item])
    positions.take_position(sitting.delegate, mid, item, Stand.AGREE)
    positions.adopt_consent(sitting.chair, mid, [item])
    assert sitting.agenda[2].state is ItemState.DONE
