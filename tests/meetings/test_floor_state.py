"""Whatever happens on the floor, every tablet holds what its audience would be shown anew."""

import contextlib
import copy
import os
import random
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from intranet.core import clock
from intranet.core.errors import DomainError
from intranet.people.models import User
from meetings.models.floor import QueueRule
from meetings.models.meeting import ItemState, PartRole
from meetings.rules.audiences import project
from meetings.rules.floor_shares import FLOOR
from meetings.rules.queue_order import minutes
from meetings.rules.shares import AUDIENCES, OFFICERS, Audience
from meetings.services import chairing, journal, life, participants, speeches, turns
from tests.factories import Office
from tests.meetings.client_floor import FLOOR_RULES
from tests.meetings.client_model import apply
from tests.meetings.conftest import Sitting, make_sitting
from tests.meetings.floor_acts import floor_acts, floor_story
from tests.meetings.test_room_state import run_in_node, snapshots

_FULL = os.environ.get("OFFICE_PROOFS") == "full"
_STEPS = 90


def _around(sitting: Sitting, luck: random.Random, more: User) -> list[Callable[[], Any]]:
    """What happens around the floor and moves it."""
    mid = sitting.id
    officer = luck.choice((sitting.chair, sitting.secretary))
    item = luck.choice(sitting.agenda).id
    return [
        lambda: chairing.start_item(officer, mid, item, expect=sitting.current_item_id, reason="Bàn lại"),
        lambda: chairing.finish_item(
            officer, mid, outcome=ItemState.SUSPENDED, expect=sitting.current_item_id
        ),
        lambda: life.pause_meeting(officer, mid),
        lambda: life.resume_meeting(officer, mid),
        lambda: participants.invite(
            officer, mid, [more.id], luck.choice([PartRole.GUEST, PartRole.DELEGATE])
        ),
        lambda: participants.remove_participant(officer, mid, more.id),
        lambda: participants.invite(officer, mid, [sitting.guest.id], luck.choice(list(PartRole))),
    ]


def _fair_where_that_is_the_rule(sitting: Sitting) -> None:
    """Nobody waits behind somebody who has spoken longer, by the minutes that everybody reads."""
    if turns.rule_of(sitting.meeting) is QueueRule.FAIR:
        spoken = speeches.spoken_in(sitting.meeting)
        had = [minutes(spoken.get(one.user_id, 0)) for one in speeches.waiting_in(sitting.meeting)]
        assert had == sorted(had)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(60 if _FULL else 4))
def test_whatever_happens_on_the_floor_every_tablet_agrees(office: Office, guest: User, seed: int) -> None:
    luck = random.Random(seed)
    sitting, more = make_sitting(office, guest), office.other_head
    past = [snapshots(sitting.id)]
    for step in range(_STEPS):
        clock.advance(timedelta(milliseconds=luck.randint(0, 90_000)))
        acts = floor_acts(sitting, luck, more) + _around(sitting, luck, more)
        with contextlib.suppress(DomainError):
            luck.choice(acts)()
        _fair_where_that_is_the_rule(sitting)
        if luck.random() < 0.15 or step == _STEPS - 1:
            past.append(snapshots(sitting.id))
    lines = journal.lines_after(sitting.id, 0)
    assert len({line.kind for line in lines} & set(FLOOR)) > 8
    cases: list[Any] = []
    for audience in AUDIENCES:
        frames = [frame for line in lines if (frame := journal.frame_of(line, audience)) is not None]
        for then in past:
            state = copy.deepcopy(then[audience])
            since = [frame for frame in frames if frame["v"] > state["v"]]
            for frame in since:
                apply(state, frame)
            assert state == past[-1][audience], (seed, audience)
        start = luck.choice(past[:-1])[audience]
        since = [frame for frame in frames if frame["v"] > start["v"]]
        cases.append({"from": start, "frames": since, "to": past[-1][audience]})
    run_in_node(cases)


#: Keys of lines and of the state that only chair and secretaries are told.
_OFFICERS_ONLY = {"note", "via", "late", "leave", "calls", "org"}
#: Keys that the screen on the wall is not told either.
_NOT_ON_THE_WALL = {"spoken", "people", "person", "role", "st"}


def _keys(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set(value) | {key for one in value.values() for key in _keys(one)}
    if isinstance(value, list):
        return {key for one in value for key in _keys(one)}
    return set()


def test_every_line_of_the_floor_for_every_audience(sitting: Sitting) -> None:
    with contextlib.suppress(DomainError):
        life.pause_meeting(sitting.chair, sitting.id)
        life.resume_meeting(sitting.chair, sitting.id)
    for _ in floor_story(sitting):
        pass
    life.end_meeting(sitting.chair, sitting.id, confirm=True)
    lines = journal.lines_after(sitting.id, 0)
    told: Counter[str] = Counter()
    for line in lines:
        for audience in AUDIENCES:
            share = project(line.kind, line.data, audience)
            if share is None:
                continue
            told[line.kind] += 1
            if audience not in OFFICERS:
                assert not _keys(share) & _OFFICERS_ONLY, (audience, line.kind)
            if audience is Audience.PROJ and line.kind in FLOOR:
                assert not _keys(share) & _NOT_ON_THE_WALL, line.kind
    assert {kind for kind in FLOOR if not kind.startswith("people.")} <= set(told)
    not_for_all = {kind for kind, count in told.items() if count % len(AUDIENCES)}
    # What is announced to a group is not told to the others.
    of_group = {"notice.sent", "notice.cleared"}
    assert not_for_all - of_group == {
        "service.called",
        "service.done",
        "service.answered",
        "msg.sent",
        "people.seated",
    }
    assert of_group <= not_for_all
    for audience, state in snapshots(sitting.id).items():
        if audience not in OFFICERS:
            assert "calls" not in state
            assert not _keys(state["people"]) & _OFFICERS_ONLY
    assert set(FLOOR) == set(FLOOR_RULES)
