"""What the minutes say of items and speeches: when, who, on what, and how long."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import update

from intranet.core import clock, db
from intranet.core.schema import alembic_config
from meetings.models.meeting import AgendaItem, ItemKind, ItemState, Meeting, PartRole
from meetings.models.position import Stand
from meetings.services import (
    attending,
    chairing,
    life,
    participants,
    planning,
    positions,
    profiles,
    speaking,
)
from meetings.services.bodies import Profile
from meetings.services.journal import ms
from tests.counting import count_queries
from tests.factories import Office
from tests.meetings.conftest import Sitting
from tests.meetings.floor_acts import state_of


def after(minutes: float) -> int | None:
    """So many minutes later, as the browser counts."""
    clock.advance(timedelta(minutes=minutes))
    return ms(clock.now())


def times(sitting: Sitting) -> list[tuple[Any, Any]]:
    """Start and end of each item as the minutes have them."""
    return [(one["started"], one["ended"]) for one in state_of(sitting, sitting.secretary)["items"]]


def test_an_item_has_its_first_start_and_its_last_end(sitting: Sitting) -> None:
    chair, mid = sitting.chair, sitting.id
    first, second = (one.id for one in sitting.agenda)
    assert times(sitting) == [(None, None), (None, None)]
    began = ms(clock.now())
    chairing.start_item(chair, mid, first, expect=None)
    after(2)
    life.pause_meeting(chair, mid)
    after(10)
    life.resume_meeting(chair, mid)
    assert times(sitting)[0] == (began, None)
    left = after(3)
    chairing.finish_item(chair, mid, outcome=ItemState.SUSPENDED, expect=first)
    assert times(sitting) == [(began, left), (None, None)]
    next_ = after(1)
    chairing.start_item(chair, mid, second, expect=None)
    again = after(4)
    chairing.start_item(chair, mid, first, expect=second)
    assert times(sitting) == [(began, None), (next_, again)]
    over = after(5)
    life.end_meeting(chair, mid)
    assert times(sitting) == [(began, over), (next_, again)]
    after(1)
    life.move_meeting(chair, mid, life.MeetingState.LIVE, reason="Còn một việc")
    chairing.start_item(chair, mid, second, expect=None, reason="Có số liệu mới")
    assert times(sitting) == [(began, over), (next_, None)]


def test_what_is_adopted_without_debate_has_an_end_alone(sitting: Sitting) -> None:
    easy = planning.add_item(
        sitting.secretary, sitting.id, title="Thông qua nhanh", kind=ItemKind.CONSENT, budget_min=5
    )
    positions.take_position(sitting.delegate, sitting.id, easy, Stand.AGREE)
    now = after(7)
    positions.adopt_consent(sitting.chair, sitting.id, [easy])
    assert times(sitting)[-1] == (None, now)


def held(sitting: Sitting) -> list[dict[str, Any]]:
    """Speeches that are over, in the order in which they began."""
    return sorted(state_of(sitting, sitting.secretary)["speeches"].values(), key=lambda one: one["at"])


def test_each_speech_is_kept_with_its_item_its_start_and_its_length_without_pauses(
    sitting: Sitting, office: Office
) -> None:
    chair, delegate, mid = sitting.chair, sitting.delegate, sitting.id
    item = sitting.agenda[0].id
    requests = [speaking.ask(one, mid) for one in (delegate, chair)]
    began = ms(clock.now())
    speaking.start_speech(chair, mid, requests[0], expect=None)
    second = after(0.5)
    speaking.start_speech(chair, mid, requests[1], expect=requests[0])
    chairing.start_item(chair, mid, item, expect=None)
    after(1)
    speaking.pause_speech(chair, mid)
    after(5)
    speaking.resume_speech(chair, mid)
    life.pause_meeting(chair, mid)
    after(5)
    life.resume_meeting(chair, mid)
    after(1)
    participants.invite(chair, mid, [office.other_head.id], PartRole.DELEGATE)
    speaking.end_speech(chair, mid)
    third = ms(clock.now())
    speaking.start_speech(chair, mid, speaking.ask(office.other_head, mid), expect=None)
    after(2)
    chairing.finish_item(chair, mid, expect=item)
    participants.remove_participant(chair, mid, office.other_head.id)
    said = [(one["p"], one["n"], one["item"], one["at"], one["s"]) for one in held(sitting)]
    assert said == [
        (delegate.id, delegate.full_name, None, began, 30),
        (chair.id, chair.full_name, None, second, 120),
        (office.other_head.id, office.other_head.full_name, item, third, 120),
    ]
    for who in (delegate, sitting.guest):
        assert "speeches" not in state_of(sitting, who)


def test_more_speeches_and_votes_are_no_more_queries(sitting: Sitting) -> None:
    def asked() -> int:
        with db.scope(), count_queries() as sent:
            state_of(sitting, sitting.secretary)
        return len(sent)

    chairing.start_item(sitting.chair, sitting.id, sitting.agenda[0].id, expect=None)

    def speak() -> None:
        request = speaking.ask(sitting.delegate, sitting.id)
        speaking.start_speech(sitting.chair, sitting.id, request, expect=None)
        speaking.end_speech(sitting.chair, sitting.id)

    speak()
    before = asked()
    for _ in range(5):
        speak()
    assert (asked(), len(held(sitting))) == (before, 6)


def test_what_was_held_before_gets_its_facts_from_journal_and_bodies(sitting: Sitting, app: Flask) -> None:
    chair, mid = sitting.chair, sitting.id
    first, second = (one.id for one in sitting.agenda)
    easy = planning.add_item(sitting.secretary, mid, title="Nhanh", kind=ItemKind.CONSENT, budget_min=5)
    positions.take_position(sitting.delegate, mid, easy, Stand.AGREE)
    board = profiles.kept_bodies(sitting.meeting.org_id)[2]
    attending.choose_body(sitting.secretary, mid, board.id)
    for act in (
        lambda: chairing.start_item(chair, mid, first, expect=None),
        lambda: chairing.finish_item(chair, mid, outcome=ItemState.SUSPENDED, expect=first),
        lambda: chairing.start_item(chair, mid, first, expect=None),
        lambda: chairing.start_item(chair, mid, second, expect=first),
        lambda: positions.adopt_consent(chair, mid, [easy]),
        lambda: life.pause_meeting(chair, mid),
        lambda: life.resume_meeting(chair, mid),
        lambda: life.end_meeting(chair, mid),
    ):
        act()
        after(1)
    kept = [(one.started_at, one.ended_at) for one in sitting.agenda]
    assert len({instant for pair in kept for instant in pair}) == 5
    rules = sitting.meeting.rules
    assert rules["name"] == "Ban"
    scripts = ScriptDirectory.from_config(alembic_config(app.config["SETTINGS"]))
    migration = scripts.get_revision("0015").module
    with db.unit_of_work() as opened:
        opened.execute(update(AgendaItem).values(started_at=None, ended_at=None))
        opened.execute(update(Meeting).values(rules=None))
        migration._keep_rules(opened.connection())
        migration._date_items(opened.connection())
    assert [(one.started_at, one.ended_at) for one in sitting.agenda] == kept
    # What bodies did not decide then is as it always was.
    assert rules == asdict(Profile(**sitting.meeting.rules))
