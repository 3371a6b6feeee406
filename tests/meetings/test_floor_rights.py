"""Who may do what on the floor, and what is refused: in words, and without a trace."""

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest

from intranet.core import commands, db
from intranet.core.errors import DomainError
from intranet.people.models import User
from meetings.models.floor import CallKind
from meetings.models.meeting import MeetingState, Participant, PartRole
from meetings.services import announcing, speaking, speeches
from tests.factories import Office
from tests.meetings.conftest import Sitting, make_sitting
from tests.meetings.floor_acts import state_of

_taps = count(1)


def send(actor: User, sitting: Sitting, name: str, **d: Any) -> dict[str, Any]:
    """The room is asked as a tablet asks."""
    frame = {"cid": f"floor-{next(_taps):06d}", "t": name, "d": {"mid": sitting.id, **d}}
    return commands.run(actor, frame)


#: What is sent, and who may: C chairs, S is secretary, D a delegate, U a substitute, G a guest.
MATRIX: dict[str, tuple[dict[str, Any], str]] = {
    "att.set": ({"st": "in"}, "CSDUG"),
    "queue.ask": ({}, "CDU"),
    "queue.order": ({"order": [], "expect": []}, "CS"),
    "queue.set": ({"open": False}, "CS"),
    "queue.rule": ({"rule": "fair"}, "CS"),
    "queue.skip": ({"rq": 1}, "CS"),
    "queue.withdraw": ({"rq": 1}, ""),
    "speech.start": ({"rq": 1, "expect": None}, "CS"),
    "speech.pause": ({}, "CS"),
    "speech.resume": ({}, "CS"),
    "speech.extend": ({"add_s": 60}, "CS"),
    "speech.end": ({}, "CS"),
    "timer.set": ({"label": "", "dur_s": 60}, "CS"),
    "timer.stop": ({}, "CS"),
    "notice.send": ({"t": "Mời vào họp"}, "CS"),
    "notice.clear": ({"id": 1}, "CS"),
    "service.call": ({"kind": "water"}, "CSDUG"),
    "comment.send": ({"item": 1, "t": "Đề nghị giãn tiến độ"}, "CDU"),
    "service.done": ({"id": 1}, "CS"),
    "service.answer": ({"id": 1, "t": "Có ngay"}, "CS"),
    "msg.send": ({"p": 10**9, "t": "Mời lên bàn thư ký"}, "CS"),
    "seat.set": ({"seat": "A12"}, "CSDUG"),
    "body.choose": ({"body": 1}, "CS"),
}
#: Refusals that say nothing of rights: the act was allowed, there was nothing to do it to.
_NOTHING_THERE = {"queue.unknown", "speech.none", "notice.unknown", "service.unknown", "body.unknown"}
_NOTHING_THERE |= {"meeting.unknown_person", "comment.item_left"}


@pytest.mark.parametrize("name", MATRIX)
def test_the_matrix_of_rights(sitting: Sitting, office: Office, name: str) -> None:
    payload, allowed = MATRIX[name]
    with db.unit_of_work() as opened:
        stands_in = Participant(meeting_id=sitting.id, user_id=office.other_head.id, position=9)
        stands_in.role = PartRole.SUBSTITUTE
        opened.add(stands_in)
    who = {"C": sitting.chair, "S": sitting.secretary, "D": sitting.delegate}
    who |= {"U": office.other_head, "G": sitting.guest}
    codes = {letter: send(person, sitting, name, **payload).get("code") for letter, person in who.items()}
    may = "".join(letter for letter, code in codes.items() if code is None or code in _NOTHING_THERE)
    if name == "queue.withdraw":
        assert set(codes.values()) == {"queue.unknown"}
    else:
        assert may == allowed, codes
    stranger = send(office.stranger, sitting, name, **payload)
    assert (stranger["ok"], stranger["code"]) == (False, "meeting.unknown")


_BAD: list[tuple[str, dict[str, Any], str]] = [
    ("att.set", {"st": "flying"}, "command.payload"),
    ("att.set", {"st": "in", "p": "1"}, "command.payload"),
    ("att.set", {"st": "in", "p": 10**9}, "meeting.unknown_person"),
    ("queue.ask", {"kind": "shout"}, "command.payload"),
    ("queue.ask", {"note": "x" * 10_000}, "queue.note_too_long"),
    ("queue.ask", {"p": 10**9}, "meeting.unknown_person"),
    ("queue.withdraw", {"rq": 10**9}, "queue.unknown"),
    ("queue.skip", {"rq": -1}, "queue.unknown"),
    ("queue.order", {"order": [1], "expect": []}, "queue.changed"),
    ("queue.order", {"order": ["a"], "expect": []}, "command.payload"),
    ("queue.set", {"open": 1}, "command.payload"),
    ("queue.rule", {"rule": "loudest"}, "command.payload"),
    ("speech.start", {"rq": 10**9, "expect": None}, "queue.unknown"),
    ("speech.start", {"rq": 1, "expect": 10**9}, "speech.other"),
    ("speech.pause", {}, "speech.none"),
    ("speech.resume", {}, "speech.none"),
    ("speech.extend", {"add_s": 60}, "speech.none"),
    ("speech.end", {}, "speech.none"),
    ("timer.set", {"label": "x" * 10_000, "dur_s": 60}, "timer.bad"),
    ("timer.set", {"label": "", "dur_s": 0}, "timer.bad"),
    ("timer.set", {"label": "", "dur_s": 2**62}, "timer.bad"),
    ("notice.send", {"t": "x" * 10_000}, "notice.too_long"),
    ("notice.send", {"t": " \u200b "}, "notice.empty"),
    ("notice.send", {"t": "Họp", "lvl": "shout"}, "command.payload"),
    ("notice.send", {"t": "Họp", "for_s": -1}, "notice.time"),
    ("notice.send", {"t": "Họp", "to": "wall"}, "command.payload"),
    ("notice.clear", {"id": 10**9}, "notice.unknown"),
    ("service.call", {"kind": "beer"}, "command.payload"),
    ("service.call", {"kind": "message"}, "service.empty"),
    ("service.call", {"kind": "message", "t": "x" * 10_000}, "service.too_long"),
    ("service.call", {"kind": "comment", "t": "Đề nghị"}, "command.payload"),
    ("comment.send", {"item": 10**9, "t": "Đề nghị"}, "comment.item_left"),
    ("service.done", {"id": 10**9}, "service.unknown"),
    ("msg.send", {"p": 10**9, "t": "Mời lên"}, "meeting.unknown_person"),
    ("msg.send", {"p": 10**9, "t": " \u200b "}, "service.empty"),
    ("msg.send", {"p": 10**9, "t": "x" * 10_000}, "service.too_long"),
    ("seat.set", {"seat": "x" * 21}, "seat.too_long"),
    ("seat.set", {"seat": "A1", "p": 10**9}, "meeting.unknown_person"),
    ("body.choose", {"body": 10**9}, "body.unknown"),
]


@pytest.mark.parametrize(("name", "payload", "code"), _BAD)
def test_bad_input_is_refused_in_words_and_changes_nothing(
    sitting: Sitting, name: str, payload: dict[str, Any], code: str
) -> None:
    before = state_of(sitting, sitting.chair)
    answer = send(sitting.chair, sitting, name, **payload)
    assert (answer["ok"], answer["code"]) == (False, code)
    assert len(answer["msg"]) > 10
    assert "{" not in answer["msg"]
    assert state_of(sitting, sitting.chair) == before


@pytest.mark.parametrize("state", [MeetingState.DRAFT, MeetingState.ENDED, MeetingState.CANCELLED])
def test_a_room_that_is_not_open_takes_nothing(office: Office, guest: User, state: MeetingState) -> None:
    sitting = make_sitting(office, guest, state)
    answers = {name: send(sitting.delegate, sitting, name, **d) for name, (d, _) in MATRIX.items()}
    assert [name for name, answer in answers.items() if answer["ok"]] == []
    assert sitting.meeting.v == 0


def test_a_request_of_another_meeting_is_unknown_here(sitting: Sitting, office: Office, guest: User) -> None:
    elsewhere = make_sitting(office, guest)
    foreign = speaking.ask(elsewhere.delegate, elsewhere.id)
    call = announcing.call_service(elsewhere.delegate, elsewhere.id, CallKind.TECH)
    notice = announcing.send_notice(elsewhere.chair, elsewhere.id, "Họp", "info")
    acts: list[Callable[[], Any]] = [
        lambda: speaking.start_speech(sitting.chair, sitting.id, foreign, expect=None),
        lambda: speaking.withdraw(sitting.delegate, sitting.id, foreign),
        lambda: speaking.skip(sitting.chair, sitting.id, foreign),
        lambda: announcing.finish_call(sitting.chair, sitting.id, call),
        lambda: announcing.clear_notice(sitting.chair, sitting.id, notice),
    ]
    for act in acts:
        with pytest.raises(DomainError, match=r"unknown"):
            act()
    assert sitting.meeting.v == 0


def test_a_repeated_tap_asks_once(sitting: Sitting) -> None:
    frame = {"cid": "same-tap-1", "t": "queue.ask", "d": {"mid": sitting.id}}
    first, again = (commands.run(sitting.delegate, frame) for _ in range(2))
    assert first == again
    assert len(speeches.waiting_in(sitting.meeting)) == 1
