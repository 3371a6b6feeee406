"""The tablet's rules in Python: how lines change what it holds; ``static/lib/state.js`` says the same."""

import copy
from typing import Any

from tests.meetings.client_floor import FLOOR_RULES
from tests.meetings.client_members import MEMBER_RULES
from tests.meetings.client_votes import VOTE_RULES

State = dict[str, Any]
Frame = dict[str, Any]


class Tablet:
    """One chain as a tablet holds it: applies what follows, keeps what came early, notices a gap."""

    def __init__(self) -> None:
        self.state: State | None = None
        self.cls: str | None = None
        self.early: dict[int, Frame] = {}
        self._is_held = False

    @property
    def v(self) -> int | None:
        """The version held, ``None`` before the first welcome."""
        return None if self.state is None else int(self.state["v"])

    def hello(self) -> dict[str, Any]:
        """What the tablet says when it comes or comes back."""
        return {"last": None if self.state is None else {"cls": self.v}, "cls": self.cls}

    def hold(self) -> None:
        """Let frames wait for a welcome: they may be another audience's from now on."""
        self._is_held, self.early = True, {}

    def welcome(self, answer: dict[str, Any]) -> None:
        """Take the answer to a hello, then whatever came early."""
        self.cls, self._is_held = answer["cls"], False
        if answer["mode"] == "snapshot":
            self.state = copy.deepcopy(answer["state"])
        for frame in answer.get("events", []):
            self._keep(frame)
        self._drain()

    def take(self, frames: list[Frame]) -> bool:
        """Take frames from the socket in whatever order; returns whether one is missing."""
        for frame in frames:
            self._keep(frame)
        if self.state is not None and not self._is_held:
            self._drain()
        return bool(self.early)

    def _keep(self, frame: Frame) -> None:
        if self.state is None or frame["v"] > self.state["v"]:
            self.early[frame["pv"]] = frame

    def _drain(self) -> None:
        assert self.state is not None
        while (frame := self.early.pop(self.state["v"], None)) is not None:
            apply(self.state, frame)
        self.early = {pv: frame for pv, frame in self.early.items() if frame["v"] > self.state["v"]}


def apply(state: State, frame: Frame) -> None:
    """Change the state by one line; an unknown kind changes the version alone."""
    rule = _RULES.get(frame["t"])
    if rule is not None:
        rule(state, copy.deepcopy(frame["d"]), frame)
    state["v"] = frame["v"]


def _item(state: State, key: int) -> dict[str, Any]:
    return next((one for one in state["items"] if one["id"] == key), {})


def _meeting_state(state: State, d: Frame, _frame: Frame) -> None:
    state["state"], state["resumes"] = d["to"], d.get("resumes")
    if d["to"] == "live":
        state["started"], state["ended"] = state["started"] or d["at"], None
    if d["to"] == "ended":
        state["ended"] = d["at"]
    if "plan_end" in d:
        state["plan_end"] = d["plan_end"]
    if "item" in d:
        item = _item(state, d["item"])
        item["spent_s"] = d["spent_s"]
        state["cur"] = {"item": d["item"], "since": d["since"]}
        if d["to"] == "ended":
            item.update(st="done", ended=d["at"])
    if d["to"] == "ended":
        state.update(cur=None, present={}, blank=False)
        if "grants" in state:
            state["grants"] = {}


def _started(state: State, d: Frame, _frame: Frame) -> None:
    if d["prev"] is not None:
        _item(state, d["prev"]).update(st=d["prev_st"], spent_s=d["prev_spent_s"], ended=d["since"])
    item = _item(state, d["item"])
    item.update(st="live", started=item["started"] or d["since"], ended=None)
    state["cur"] = {"item": d["item"], "since": d["since"]}


def _finished(state: State, d: Frame, _frame: Frame) -> None:
    _item(state, d["item"]).update(st=d["outcome"], spent_s=d["spent_s"], ended=d["ended"])
    state["cur"] = None


def _undone(state: State, d: Frame, _frame: Frame) -> None:
    for was in d["items"]:
        _item(state, was.pop("id")).update(was)
    state["cur"] = d["cur"]


def _added(state: State, d: Frame, _frame: Frame) -> None:
    items = [one for one in state["items"] if one["id"] != d["item"]["id"]]
    place = next((at + 1 for at, one in enumerate(items) if one["id"] == d["after"]), 0)
    state["items"] = [*items[:place], d["item"], *items[place:]]


def _edited(state: State, d: Frame, _frame: Frame) -> None:
    key = d.pop("item")
    _item(state, key).update(d)


def _removed(state: State, d: Frame, _frame: Frame) -> None:
    state["items"] = [one for one in state["items"] if one["id"] != d["item"]]


def _dropped(state: State, d: Frame, _frame: Frame) -> None:
    item = _item(state, d["item"])
    item["st"] = d["st"]
    if "reason" in d:
        item["reason"] = d["reason"]


def _reordered(state: State, d: Frame, _frame: Frame) -> None:
    places = {key: place for place, key in enumerate(d["order"])}
    state["items"].sort(key=lambda one: places[one["id"]])


def _files(state: State, item: int | None) -> list[Any]:
    found: list[Any] = state["papers"] if item is None else _item(state, item)["files"]
    return found


def _file_added(state: State, d: Frame, _frame: Frame) -> None:
    files = _files(state, d["item"])
    files[:] = [*(one for one in files if one["id"] != d["file"]["id"]), d["file"]]


def _file_withdrawn(state: State, d: Frame, _frame: Frame) -> None:
    files = _files(state, d["item"])
    files[:] = [one for one in files if one["id"] != d["file"]]


def _file_replaced(state: State, d: Frame, _frame: Frame) -> None:
    for one in _files(state, d["item"]):
        if one["id"] == d["file"]:
            one["map"] = d["map"]


def _file_mapped(state: State, d: Frame, _frame: Frame) -> None:
    if "file" in d:
        files = _files(state, d["item"])
        files[:] = [d["file"] if one["id"] == d["file"]["id"] else one for one in files]
    state["present"].update(d.get("present", {}))


def _present(state: State, d: Frame, frame: Frame) -> None:
    state["present"] = {**d, "by": frame["by"]}


def _page(state: State, d: Frame, _frame: Frame) -> None:
    state["present"].update(page=d["page"], at=d["at"])


def _stopped(state: State, _d: Frame, _frame: Frame) -> None:
    state["present"] = {}


def _granted(state: State, d: Frame, _frame: Frame) -> None:
    state["grants"][str(d["p"])] = d["until"]


def _revoked(state: State, d: Frame, _frame: Frame) -> None:
    del state["grants"][str(d["p"])]


_RULES = {
    "meeting.state": _meeting_state,
    "meeting.resumes": lambda state, d, _frame: state.update(resumes=d["resumes"]),
    "meeting.edited": lambda state, d, _frame: state.update(d),
    "item.started": _started,
    "item.finished": _finished,
    "item.undone": _undone,
    "item.added": _added,
    "item.edited": _edited,
    "item.removed": _removed,
    "item.dropped": _dropped,
    "item.reordered": _reordered,
    "file.added": _file_added,
    "file.withdrawn": _file_withdrawn,
    "file.replaced": _file_replaced,
    "file.map": _file_mapped,
    "present.started": _present,
    "present.page": _page,
    "present.stopped": _stopped,
    "present.granted": _granted,
    "present.revoked": _revoked,
    "screen.blanked": lambda state, d, _frame: state.update(blank=d["on"]),
    **FLOOR_RULES,
    **VOTE_RULES,
    **MEMBER_RULES,
}

#: Kinds of line that the tablet knows what to do with.
RULES = frozenset(_RULES)
