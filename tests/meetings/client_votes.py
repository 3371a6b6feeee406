"""How lines of votes change what a tablet holds, in Python; ``static/lib/vote-state.js`` says the same."""

from typing import Any

State = dict[str, Any]


def _whole(state: State, d: State, _frame: State) -> None:
    others = [one for one in state["votes"] if one["id"] != d["vote"]["id"]]
    state["votes"] = sorted([*others, d["vote"]], key=lambda one: one["id"])


def _changed(state: State, d: State, frame: State) -> None:
    if "vote" in d:
        _whole(state, d, frame)
        return
    for one in state["votes"]:
        if one["id"] == d["id"]:
            one.update(d["set"])


def _dropped(state: State, d: State, _frame: State) -> None:
    state["votes"] = [one for one in state["votes"] if one["id"] != d["id"]]


VOTE_RULES = {
    "vote.prepared": _whole,
    "vote.edited": _whole,
    "vote.dropped": _dropped,
    "vote.opened": _whole,
    "vote.admitted": _changed,
    "vote.extended": _changed,
    "vote.counted": _changed,
    "vote.closed": _changed,
    "vote.published": _changed,
    "vote.voided": _changed,
}
