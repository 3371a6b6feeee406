"""When a sitting ends at the pace it has: what is left of its agenda, stretched by how long items have taken.

The page reckons by the same arithmetic (``static/lib/forecast.js``), with the hours of single items.
"""

from collections.abc import Mapping, Sequence
from math import floor
from typing import Any

#: Seconds that somebody who waits to speak is expected to take.
SPEECH = 180
#: Seconds over its budget from which an item is said to be over, and to be going to be.
OVER, WILL = 30, 120
#: Opened further from its hour than this (ms), a sitting is held on another day: its plan begins when it did.
DAY = 12 * 3_600_000
_COMING = frozenset({"planned", "suspended"})
_SLOWEST, _FASTEST = 2.0, 0.5


def forecast(state: Mapping[str, Any], now: float) -> dict[str, Any]:
    """The expected end (ms), by how many seconds it is later than planned, and the items that go over.

    :param state: the room's whole state.
    :param now: milliseconds since 1970.
    """
    items: Sequence[Mapping[str, Any]] = state["items"]
    factor, over = _pace(state, now), []
    end = now if state["started"] else max(now, state["starts"])
    for one in items:
        is_live = one["st"] == "live"
        if not is_live and one["st"] not in _COMING:
            continue
        used = _spent(state, one, now)
        rest = max(0, one["budget_s"] * factor - used)
        if is_live:
            rest = max(rest, _speeches(state["queue"], now))
        more = used + rest - one["budget_s"]
        if one["budget_s"] and more >= (OVER if used > one["budget_s"] else WILL):
            over.append(one["id"])
        end += rest * 1000
    return {"end": floor(end + 0.5), "drift_s": floor((end - _planned(state)) / 1000 + 0.5), "over": over}


def _planned(state: Mapping[str, Any]) -> float:
    """When it was to end."""
    minutes = sum(one["budget_s"] for one in state["items"] if one["st"] != "withdrawn") * 1000
    started, starts, fixed = state["started"], state["starts"], state.get("plan_end")
    if started and abs(started - starts) > DAY:
        return float(started + minutes)
    return float(starts + minutes if fixed is None else fixed)


def _pace(state: Mapping[str, Any], now: float) -> float:
    """How much longer than planned items take; the plan itself weighs as much as a quarter of the agenda."""
    counted = [one for one in state["items"] if one["st"] != "withdrawn" and one["budget_s"] > 0]
    told = [
        one
        for one in counted
        if (one["st"] == "done" and one["spent_s"] > 0)
        or (one["st"] == "live" and _spent(state, one, now) > one["budget_s"])
    ]
    prior = sum(one["budget_s"] for one in counted) / 4
    if not prior:
        return 1.0
    used = sum(_spent(state, one, now) for one in told)
    found = (used + prior) / (sum(one["budget_s"] for one in told) + prior)
    return float(min(_SLOWEST, max(_FASTEST, found)))


def _spent(state: Mapping[str, Any], one: Mapping[str, Any], now: float) -> float:
    """Seconds an item has had, the present stretch on the floor among them."""
    cur = state["cur"]
    running = 0.0
    if cur and cur["item"] == one["id"] and cur["since"] is not None:
        running = max(0.0, (now - cur["since"]) / 1000)
    return float(one["spent_s"] + running)


def _speeches(queue: Mapping[str, Any], now: float) -> float:
    """Seconds that whoever speaks, and those who wait, are expected to take."""
    cur, left = queue["cur"], 0.0
    if cur:
        stopped = now if cur["paused_at"] is None else cur["paused_at"]
        spoken = max(0.0, stopped - cur["started"] - cur["paused_ms"]) / 1000
        left = max(0.0, cur["limit_s"] - spoken)
    return left + float(len(queue["wait"]) * SPEECH)
