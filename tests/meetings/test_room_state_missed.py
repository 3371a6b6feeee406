"""What a tablet gets that comes, or comes back: the state made once, or what it missed."""

import pytest

from intranet.core import db
from intranet.core.errors import BadState
from meetings.services import chairing, journal, life, room
from tests.meetings.conftest import Sitting, add_paper


def test_the_state_of_a_version_is_built_once(sitting: Sitting, monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[int] = []
    real = room.full_state
    monkeypatch.setattr(room, "full_state", lambda meeting: built.append(meeting.v) or real(meeting))
    for person in (sitting.delegate, sitting.delegate, sitting.chair):
        room.welcome(person, sitting.id, None)
    chairing.start_item(sitting.chair, sitting.id, sitting.agenda[0].id, expect=None)
    room.welcome(sitting.delegate, sitting.id, None)
    assert built == [0, 1]


def test_a_tablet_long_away_gets_the_state_instead_of_many_lines(
    sitting: Sitting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "MOST_MISSED", 3)
    for person in (sitting.chair, sitting.secretary):
        add_paper(person, sitting, None)
    assert room.welcome(sitting.delegate, sitting.id, 0).answer["mode"] == "delta"
    add_paper(sitting.chair, sitting, None)
    add_paper(sitting.chair, sitting, None)
    assert room.welcome(sitting.delegate, sitting.id, 0).answer["mode"] == "snapshot"
    assert room.welcome(sitting.delegate, sitting.id, 4).answer["mode"] == "same"
    assert room.welcome(sitting.delegate, sitting.id, 99).answer["mode"] == "snapshot"
    with pytest.raises(BadState):
        life.publish_meeting(sitting.chair, sitting.id)


def test_lines_that_weigh_more_than_64_kb_are_not_sent_one_by_one(sitting: Sitting) -> None:
    with db.unit_of_work():
        for place in range(70):
            journal.append(sitting.meeting, "meeting.edited", by=sitting.chair, title="ạ" * 300, place=place)
    assert room.welcome(sitting.delegate, sitting.id, 20).answer["mode"] == "delta"
    with db.unit_of_work():
        journal.append(sitting.meeting, "meeting.edited", by=sitting.chair, title="ạ" * 30_000)
    assert room.welcome(sitting.delegate, sitting.id, 20).answer["mode"] == "snapshot"
