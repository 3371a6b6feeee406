"""Every command of the room with everybody who might give it: who may is what the table of rights says.

The floor's commands are in ``test_floor_rights.py``; C chairs, S is secretary, D a delegate, U a substitute,
G a guest.
"""

import json
from typing import Any

import pytest

from intranet.core import commands, db
from intranet.people.models import User
from meetings.models.meeting import MeetingState, Participant, PartRole
from meetings.services import presenting, voting
from tests.factories import Office
from tests.meetings.conftest import Sitting, add_paper, make_sitting
from tests.meetings.test_floor_rights import MATRIX as FLOOR
from tests.meetings.test_floor_rights import send
from tests.meetings.voting import be_there, three

ALL, MEMBERS, OFFICERS = "CSDUG", "CD", "CS"
#: By subject: what is sent beside the meeting's id, and who may. ``item``, ``paper``, ``poll`` and ``p``, the
#: delegate, are put in where a value names them.
_MATRIX: dict[str, dict[str, tuple[dict[str, Any], str]]] = {
    "agenda": {
        "item.start": ({"item": "item", "expect": None}, OFFICERS),
        "item.finish": ({"expect": None}, OFFICERS),
        "item.undo": ({"item": "item", "expect": None}, OFFICERS),
        "item.reorder": ({"order": [], "expect": []}, OFFICERS),
        "item.add": ({"title": "Thêm", "budget": 5}, OFFICERS),
        "agenda.shorten": ({"items": [{"item": 0, "was": 20, "to": 5}]}, OFFICERS),
        "meeting.start": ({}, OFFICERS),
        "meeting.pause": ({}, OFFICERS),
        "meeting.resume": ({}, OFFICERS),
        "meeting.end": ({"confirm": True}, OFFICERS),
        "review.add": ({}, OFFICERS),
    },
    "presenting": {
        "present.start": ({"file": "paper", "page": 1}, OFFICERS),
        "present.page": ({"file": "paper", "page": 1}, OFFICERS),
        "present.view": ({"page": 1, "x": 0.0, "y": 0.0, "w": 1.0}, OFFICERS),
        "present.stop": ({}, OFFICERS),
        "present.grant": ({"p": "p"}, OFFICERS),
        "present.revoke": ({"p": "p"}, OFFICERS),
        "screen.blank": ({"on": True}, OFFICERS),
    },
    "members": {
        "position.set": ({"item": "item", "pos": "agree"}, MEMBERS),
        "consent.adopt": ({"items": ["item"]}, "C"),
        "role.transfer": ({"p": "p"}, OFFICERS),
        "device.code": ({}, ALL),
    },
    "votes": {
        "vote.prepare": ({"item": "item", "q": "Thông qua?", "mode": "roll"}, OFFICERS),
        "vote.edit": ({"id": "poll", "q": "Thông qua?", "mode": "roll"}, OFFICERS),
        "vote.drop": ({"id": "poll"}, OFFICERS),
        "vote.open": ({"id": "poll"}, OFFICERS),
        "vote.admit": ({"id": "open", "p": "p"}, "C"),
        "vote.cast": ({"id": "open", "choice": ["yes"]}, MEMBERS),
        "vote.count": ({"id": "open", "counts": []}, OFFICERS),
        "vote.close": ({"id": "open"}, OFFICERS),
        "vote.publish": ({"id": "open"}, OFFICERS),
        "vote.void": ({"id": "open", "reason": "Nhầm"}, "C"),
    },
    "minutes": {
        "minutes.save": ({"key": "summary", "text": "Đã bàn.", "rev": 0}, "S"),
        "minutes.aside": ({"key": "summary", "text": "Đã bàn."}, "S"),
        "minutes.editing": ({"key": "summary"}, OFFICERS),
        "conclusion.read": ({"text": "Giao Sở Tài chính báo cáo."}, OFFICERS),
        "conclusion.give": ({"text": "Thống nhất.", "kind": "conclusion"}, OFFICERS),
        "conclusion.confirm": ({"id": 1}, "C"),
    },
}
#: Where a sitting stands that is not being held.
_STATES = {"meeting.start": MeetingState.PUBLISHED, "meeting.resume": MeetingState.PAUSED}


def _seat(sitting: Sitting, person: User) -> User:
    """Let a person sit in an absent delegate's place."""
    with db.unit_of_work() as opened:
        opened.add(
            Participant(meeting_id=sitting.id, user_id=person.id, role=PartRole.SUBSTITUTE, position=9)
        )
    return person


def _put_in(value: Any, known: dict[str, Any]) -> Any:
    if isinstance(value, list):
        return [_put_in(one, known) for one in value]
    return known.get(value, value) if isinstance(value, str) else value


@pytest.mark.parametrize("subject", _MATRIX)
def test_the_matrix_of_rights(office: Office, guest: User, subject: str) -> None:
    wrong = {}
    for name, (payload, allowed) in _MATRIX[subject].items():
        sitting = make_sitting(office, guest, _STATES.get(name, MeetingState.LIVE))
        substitute = _seat(sitting, office.other_head)
        be_there(sitting.id, [sitting.chair, sitting.delegate])
        known: dict[str, Any] = {"item": sitting.agenda[0].id, "p": sitting.delegate.id}
        if subject == "presenting":
            known["paper"] = add_paper(sitting.secretary, sitting, None).public_id
            presenting.start_presenting(sitting.chair, sitting.id, known["paper"], 1)
        elif subject == "votes":
            known["poll"], known["open"] = (
                voting.prepare_vote(sitting.secretary, sitting.id, known["item"], three()) for _ in range(2)
            )
            voting.open_vote(sitting.chair, sitting.id, known["open"])
        filled = {key: _put_in(value, known) for key, value in payload.items()}
        # Whoever may do it comes last: what is done cannot be done again.
        who = {"G": sitting.guest, "U": substitute, "D": sitting.delegate}
        who |= {"S": sitting.secretary, "C": sitting.chair}
        answers = {letter: send(person, sitting, name, **filled) for letter, person in who.items()}
        may = {letter for letter, answer in answers.items() if answer.get("err") != "forbidden"}
        stranger = send(office.stranger, sitting, name, **filled)
        if may != set(allowed) or stranger.get("err") != "not_found":
            wrong[name] = {letter: answer.get("code") for letter, answer in answers.items()} | {
                "stranger": stranger.get("code")
            }
    assert not wrong, json.dumps(wrong)


def test_every_command_is_in_a_matrix() -> None:
    ours = {
        name for name, one in commands.declared().items() if one.payload.__module__.startswith("meetings.")
    }
    assert ours == set(FLOOR) | {name for table in _MATRIX.values() for name in table}


def test_a_substitute_presents_when_granted_and_no_longer(office: Office, guest: User) -> None:
    sitting = make_sitting(office, guest)
    substitute = _seat(sitting, office.other_head)
    paper = add_paper(sitting.secretary, sitting, None).public_id
    assert send(sitting.chair, sitting, "present.grant", p=substitute.id)["ok"]
    assert send(substitute, sitting, "present.start", file=paper, page=1)["ok"]
    assert send(substitute, sitting, "present.page", file=paper, page=2)["ok"]
    assert send(sitting.chair, sitting, "present.revoke", p=substitute.id)["ok"]
    assert send(substitute, sitting, "present.page", file=paper, page=3)["err"] == "forbidden"
