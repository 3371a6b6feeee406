"""The tablet's rules of the floor in Python; ``static/lib/floor-state.js`` says the same."""

from typing import Any

State = dict[str, Any]
Frame = dict[str, Any]


def _count(state: State, d: Frame) -> None:
    state["att"] = {key: d[key] for key in ("need", "in", "of", "ok")}


def _without(items: list[Any], key: str, value: int) -> list[Any]:
    return [one for one in items if one[key] != value]


def _joined(state: State, d: Frame, _frame: Frame) -> None:
    _count(state, d)
    if "person" not in d:
        return
    known = [one["p"] for one in state["people"]]
    if d["person"]["p"] in known:
        state["people"][known.index(d["person"]["p"])] = d["person"]
    else:
        state["people"].append(d["person"])


def _left(state: State, d: Frame, _frame: Frame) -> None:
    _count(state, d)
    if "p" in d:
        state["people"] = _without(state["people"], "p", d["p"])


def _chosen(state: State, d: Frame, _frame: Frame) -> None:
    _count(state, d)
    state["body"] = d["body"]


def _presence(state: State, d: Frame, _frame: Frame) -> None:
    _count(state, d)
    for person in state["people"]:
        if person["p"] == d.get("p"):
            person.pop("leave", None)
            person.update({key: d[key] for key in ("st", "at", "via", "late", "leave") if key in d})


def _asked(state: State, d: Frame, _frame: Frame) -> None:
    state["queue"]["wait"].append(d)


def _off_queue(state: State, d: Frame, _frame: Frame) -> None:
    state["queue"]["wait"] = _without(state["queue"]["wait"], "rq", d["rq"])


def _ordered(state: State, d: Frame, _frame: Frame) -> None:
    state["queue"]["wait"].sort(key=lambda one: d["order"].index(one["rq"]))
    state["queue"]["rule"] = d["rule"]


def _rule(state: State, d: Frame, _frame: Frame) -> None:
    state["queue"]["rule"] = d["rule"]


def _seated(state: State, d: Frame, _frame: Frame) -> None:
    person = next(one for one in state["people"] if one["p"] == d["p"])
    person.pop("seat", None)
    person.update({"seat": d["seat"]} if d["seat"] else {})


def _queue_state(state: State, d: Frame, _frame: Frame) -> None:
    state["queue"]["open"] = d["open"]


def _cleared(state: State, _d: Frame, _frame: Frame) -> None:
    state["queue"]["wait"] = []


def _started(state: State, d: Frame, frame: Frame) -> None:
    _off_queue(state, d, frame)
    state["queue"]["cur"] = d


def _paused(state: State, d: Frame, _frame: Frame) -> None:
    state["queue"]["cur"].update(paused_at=d["paused_at"], spent_s=d["spent_s"])


def _resumed(state: State, d: Frame, _frame: Frame) -> None:
    state["queue"]["cur"].update(paused_at=None, paused_ms=d["paused_ms"])


def _extended(state: State, d: Frame, _frame: Frame) -> None:
    state["queue"]["cur"]["limit_s"] = d["limit_s"]


def _ended(state: State, d: Frame, _frame: Frame) -> None:
    cur = state["queue"]["cur"]
    if "speeches" in state:
        said = {key: cur[key] for key in ("p", "n", "item", "kind")}
        state["speeches"][str(d["rq"])] = said | {"at": cur["started"], "s": d["spent_s"]}
    state["queue"]["cur"] = None
    if "spoken" in d:
        state["spoken"][str(d["p"])] = d["spoken"]


FLOOR_RULES = {
    "people.joined": _joined,
    "people.left": _left,
    "people.seated": _seated,
    "body.chosen": _chosen,
    "att.changed": _presence,
    "queue.asked": _asked,
    "queue.withdrawn": _off_queue,
    "queue.skipped": _off_queue,
    "queue.ordered": _ordered,
    "queue.rule": _rule,
    "queue.state": _queue_state,
    "queue.cleared": _cleared,
    "speech.started": _started,
    "speech.paused": _paused,
    "speech.resumed": _resumed,
    "speech.extended": _extended,
    "speech.ended": _ended,
    "timer.set": lambda state, d, _frame: state.update(timer=d),
    "timer.stopped": lambda state, _d, _frame: state.update(timer=None),
    "notice.sent": lambda state, d, _frame: state["notices"].append(d),
    "notice.cleared": lambda state, d, _f: state.update(notices=_without(state["notices"], "id", d["id"])),
    "service.called": lambda state, d, _frame: state["calls"].append(d),
    "msg.sent": lambda _state, _d, _frame: None,
    "service.done": lambda state, d, _f: state.update(calls=_without(state["calls"], "id", d["id"])),
    "service.answered": lambda state, d, _f: state.update(calls=_without(state["calls"], "id", d["id"])),
}
