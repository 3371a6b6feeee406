"""What each audience is told of the floor: who is there, who speaks, and what is announced."""

from meetings.rules.shares import OFFICERS, Audience, Data, Project, Share, tell_all, tell_officers

#: Keys of the floor that are the same for everybody.
_FOR_ALL = ("body", "att", "timer")
_COUNTS = ("need", "in", "of", "ok")
_PRESENCE_FOR_OFFICERS = ("st", "at", "via", "late", "leave")
_PERSON_FOR_ALL = ("p", "n", "role", "st", "seat")
_PERSON_FOR_OFFICERS = ("p", "n", "role", "title", "org", "seat", *_PRESENCE_FOR_OFFICERS)
#: What somebody hears who asks for the list of people: guests names, whose part it is and who is there.
_ASKED_BY_MEMBERS = ("p", "n", "role", "title", "org", "st", "late")
_ASKED_BY_GUESTS = ("p", "n", "role", "st")
_WAITING = ("rq", "p", "n", "kind", "item", "at")
_SPEECH = ("rq", "p", "n", "title", "item", "kind", "started", "limit_s", "paused_at", "paused_ms", "spent_s")


def floor_share(state: Data, audience: Audience) -> Share:
    """An audience's share of the floor's part of the state."""
    share = {key: state[key] for key in _FOR_ALL}
    share["notices"] = [one for one in state["notices"] if _hears(one, audience)]
    queue = state["queue"]
    share["queue"] = {**queue, "wait": [_waiting(one, audience) for one in queue["wait"]]}
    if audience is not Audience.PROJ:
        share["spoken"] = state["spoken"]
    if audience in OFFICERS:
        share["calls"] = state["calls"]
        # The minutes are theirs.
        share["speeches"] = state["speeches"]
    return share


def person_share(person: Data, audience: Audience) -> Share | None:
    """What an audience is told of somebody who takes part; the screen on the wall nothing."""
    if audience is Audience.PROJ:
        return None
    keys = _PERSON_FOR_OFFICERS if audience in OFFICERS else _PERSON_FOR_ALL
    return {key: person[key] for key in keys if key in person}


def listed_person(person: Data, audience: Audience) -> Share | None:
    """What the list of people says of one to whoever asks for it; the screen on the wall asks for none."""
    if audience in OFFICERS or audience is Audience.PROJ:
        return person_share(person, audience)
    keys = _ASKED_BY_GUESTS if audience is Audience.GUEST else _ASKED_BY_MEMBERS
    return {key: person[key] for key in keys}


def _counts(data: Data) -> Share:
    return {key: data[key] for key in _COUNTS}


def _joined(data: Data, audience: Audience) -> Share:
    person = person_share(data["person"], audience)
    return _counts(data) | ({} if person is None else {"person": person})


def _left(data: Data, audience: Audience) -> Share:
    return _counts(data) | ({} if audience is Audience.PROJ else {"p": data["p"]})


def _seated(data: Data, audience: Audience) -> Share | None:
    return None if audience is Audience.PROJ else {"p": data["p"], "seat": data["seat"]}


def _waiting(request: Data, audience: Audience) -> Share:
    keys = (*_WAITING, "note", "file", "page") if audience in OFFICERS else _WAITING
    return {key: request[key] for key in keys if key in request}


def _presence(data: Data, audience: Audience) -> Share:
    if audience is Audience.PROJ:
        return _counts(data)
    keys = _PRESENCE_FOR_OFFICERS if audience in OFFICERS else ("st",)
    return _counts(data) | {key: data[key] for key in ("p", *keys) if key in data}


def _hears(notice: Data, audience: Audience) -> bool:
    """What is for one group is told to it, and to chair and secretary."""
    return notice.get("to", "all") == "all" or audience in OFFICERS or audience.value == notice["to"]


def _notice(data: Data, audience: Audience) -> Share | None:
    keys = ("id", "lvl", "t", "until", "to")
    return {key: data[key] for key in keys if key in data} if _hears(data, audience) else None


def _notice_cleared(data: Data, audience: Audience) -> Share | None:
    return {"id": data["id"]} if _hears(data, audience) else None


def _ended(data: Data, audience: Audience) -> Share:
    keys = ("rq", "p", "spent_s") if audience is Audience.PROJ else ("rq", "p", "spent_s", "spoken")
    return {key: data[key] for key in keys}


#: Kind of line -> each audience's share.
FLOOR: dict[str, Project] = {
    "people.joined": _joined,
    "people.left": _left,
    "people.seated": _seated,
    "body.chosen": tell_all("body", *_COUNTS),
    "att.changed": _presence,
    "queue.asked": _waiting,
    "queue.withdrawn": tell_all("rq"),
    "queue.skipped": tell_all("rq"),
    "queue.ordered": tell_all("order", "rule"),
    "queue.rule": tell_all("rule"),
    "queue.state": tell_all("open"),
    "queue.cleared": tell_all(),
    "speech.started": tell_all(*_SPEECH),
    "speech.paused": tell_all("rq", "paused_at", "spent_s"),
    "speech.resumed": tell_all("rq", "paused_ms"),
    "speech.extended": tell_all("rq", "limit_s"),
    "speech.ended": _ended,
    "timer.set": tell_all("id", "label", "started", "dur_s", "paused_at", "paused_ms"),
    "timer.stopped": tell_all(),
    "notice.sent": _notice,
    "notice.cleared": _notice_cleared,
    "service.called": tell_officers("id", "p", "n", "seat", "kind", "t", "at"),
    "service.done": tell_officers("id"),
    # Its words go to the one who asked, outside of any audience.
    "service.answered": tell_officers("id"),
    # So do the words written to one person.
    "msg.sent": tell_officers("id"),
}
