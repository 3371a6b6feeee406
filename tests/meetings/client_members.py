"""The tablet's rules for positions, consent, the chair and conclusions; ``member-state.js`` says the same."""

from collections.abc import Callable
from typing import Any

State = dict[str, Any]


def _position(state: State, d: dict[str, Any], _frame: dict[str, Any]) -> None:
    told = d["position"]
    for place, one in enumerate(state["positions"]):
        if (one["item"], one["p"]) == (told["item"], told["p"]):
            state["positions"][place] = told
            return
    state["positions"].append(told)


def _adopted(state: State, d: dict[str, Any], _frame: dict[str, Any]) -> None:
    for item in state["items"]:
        if item["id"] in d["items"]:
            item.update(st="done", ended=d["at"])


def _asked(state: State, d: dict[str, Any], _frame: dict[str, Any]) -> None:
    state["wish"] = d["wish"]


def _transferred(state: State, _d: dict[str, Any], _frame: dict[str, Any]) -> None:
    if "wish" in state:
        state["wish"] = None


def _counted(state: State, d: dict[str, Any], _frame: dict[str, Any]) -> None:
    if "n" in d:
        state["concl"] = d["n"]


MEMBER_RULES: dict[str, Callable[[State, dict[str, Any], dict[str, Any]], None]] = {
    "position.set": _position,
    "consent.adopted": _adopted,
    "role.asked": _asked,
    "role.transferred": _transferred,
    "conclusion.recorded": _counted,
    "conclusion.cancelled": _counted,
}
