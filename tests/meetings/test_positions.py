"""Members take positions; what nobody objects to is adopted at once."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from intranet.core import clock, commands, db
from intranet.core.errors import BadState, Forbidden, Invalid, NotFound
from intranet.people.models import User
from meetings import live
from meetings.models.meeting import ItemKind, ItemState, MeetingState
from meetings.models.position import Position, Stand
from meetings.services import chairing, life, planning, positions, room
from meetings.services.journal import ms
from tests.factories import Office
from tests.meetings.conftest import Sitting, journal_of, make_sitting
from tests.meetings.test_live import Tablet


@pytest.fixture
def block(sitting: Sitting) -> Sitting:
    """A sitting whose items are for adoption without debate."""
    with db.unit_of_work():
        for item in sitting.meeting.agenda:
            item.kind = ItemKind.CONSENT
    return sitting


def count() -> int:
    return db.session().scalar(select(func.count()).select_from(Position)) or 0


def states(sitting: Sitting) -> list[ItemState]:
    return [item.state for item in sitting.agenda]


def test_the_last_position_counts(block: Sitting) -> None:
    item = block.agenda[0].id
    positions.take_position(block.delegate, block.id, item, Stand.OBJECT, "Chưa rõ nguồn vốn")
    positions.take_position(block.delegate, block.id, item, Stand.AGREE)
    mine = positions.mine(block.delegate, block.meeting)
    assert {key: (row.stand, row.text) for key, row in mine.items()} == {item: (Stand.AGREE, "")}
    assert count() == 1


def test_only_those_who_run_the_room_see_the_positions_of_others(block: Sitting) -> None:
    item = block.agenda[0].id
    positions.take_position(block.delegate, block.id, item, Stand.COMMENT, "Sửa câu cuối")
    for person in block.everybody:
        state = room.welcome(person, block.id, None).answer["state"]
        if person in (block.chair, block.secretary):
            assert [one["t"] for one in state["positions"]] == ["Sửa câu cuối"]
        else:
            assert "positions" not in state
    # Its author's own devices have it beside what the audience is told.
    told = room.welcome(block.delegate, block.id, 0).answer
    assert told.pop("lv")["mine"][item]["t"] == "Sửa câu cuối"
    assert "Sửa câu cuối" not in str(told)


@pytest.mark.parametrize("stand", [Stand.COMMENT, Stand.OBJECT])
def test_an_objection_says_why(block: Sitting, stand: Stand) -> None:
    with pytest.raises(Invalid, match=r"position.why"):
        positions.take_position(block.delegate, block.id, block.agenda[0].id, stand)
    assert count() == 0


def test_only_members_take_positions(office: Office, block: Sitting) -> None:
    item = block.agenda[0].id
    for person, refusal in (
        (block.guest, Forbidden),
        (block.secretary, Forbidden),
        (office.other_leader, NotFound),
    ):
        with pytest.raises(refusal):
            positions.take_position(person, block.id, item, Stand.AGREE)
    assert count() == 0


def test_an_item_that_was_taken_up_takes_no_positions(block: Sitting) -> None:
    item = block.agenda[0].id
    chairing.start_item(block.chair, block.id, item, expect=None)
    with pytest.raises(BadState, match=r"position.too_late"):
        positions.take_position(block.delegate, block.id, item, Stand.AGREE)


def test_an_item_for_information_asks_for_no_position(sitting: Sitting) -> None:
    with db.unit_of_work():
        sitting.meeting.agenda[0].kind = ItemKind.INFO
    with pytest.raises(BadState, match=r"position.not_asked"):
        positions.take_position(sitting.delegate, sitting.id, sitting.agenda[0].id, Stand.AGREE)


def test_the_chair_adopts_what_nobody_objects_to(block: Sitting) -> None:
    ids = [item.id for item in block.agenda]
    positions.take_position(block.delegate, block.id, ids[0], Stand.AGREE)
    positions.adopt_consent(block.chair, block.id, ids)
    assert states(block) == [ItemState.DONE, ItemState.DONE]
    assert journal_of(block.id)[-1] == "consent.adopted"


def test_until_its_own_hour_an_item_waits_for_every_answer_and_then_takes_none(block: Sitting) -> None:
    item = block.agenda[0]
    said = {"title": item.title, "kind": item.kind, "budget_min": 5, "owner_id": block.chair.id}
    soon = clock.now() + timedelta(minutes=10)
    planning.edit_item(block.secretary, block.id, item.id, **said, answer_by=soon)
    with pytest.raises(BadState, match=r"consent.not_answered") as refused:
        positions.adopt_consent(block.chair, block.id, [item.id])
    assert refused.value.data == {"no": 1, "n": 1}
    assert room.welcome(block.guest, block.id, None).answer["state"]["items"][0]["until"] == ms(soon)
    assert item.id in positions.asked_of(block.delegate, block.meeting)
    clock.advance(timedelta(minutes=10))
    with pytest.raises(BadState, match=r"position.time_over"):
        positions.take_position(block.delegate, block.id, item.id, Stand.OBJECT, "Chưa rõ")
    assert item.id not in positions.asked_of(block.delegate, block.meeting)
    # What it says now nobody was asked of: the hour that is over holds no more.
    planning.edit_item(block.secretary, block.id, item.id, **said | {"title": "Khác"}, answer_by=soon)
    with pytest.raises(BadState, match=r"consent.not_answered"):
        positions.adopt_consent(block.chair, block.id, [item.id])
    positions.take_position(block.delegate, block.id, item.id, Stand.AGREE)
    positions.adopt_consent(block.chair, block.id, [item.id])
    assert states(block)[0] is ItemState.DONE


def test_an_objection_in_time_stands_when_the_hour_is_over(block: Sitting) -> None:
    item = block.agenda[0]
    said = {"title": item.title, "kind": item.kind, "budget_min": 5, "owner_id": block.chair.id}
    with pytest.raises(Invalid, match=r"item.answer_past"):
        planning.edit_item(block.secretary, block.id, item.id, **said, answer_by=clock.now())
    soon = clock.now() + timedelta(minutes=10)
    planning.edit_item(block.secretary, block.id, item.id, **said, answer_by=soon)
    positions.take_position(block.delegate, block.id, item.id, Stand.OBJECT, "Chưa rõ")
    clock.advance(timedelta(minutes=11))
    with pytest.raises(BadState, match=r"consent.not_ready"):
        positions.adopt_consent(block.chair, block.id, [item.id])


def test_the_hour_of_an_item_is_typed_with_its_day_and_kept_when_half(
    office: Office, guest: User, client_of: Callable[[User], FlaskClient]
) -> None:
    draft = make_sitting(office, guest, MeetingState.DRAFT)
    client, item = client_of(draft.secretary), draft.agenda[0].id
    where, day = f"/meetings/{draft.id}/items/{item}", clock.today() + timedelta(days=2)
    typed = {"title": "Thông qua biên bản", "kind": "consent", "answer_date": f"{day:%d/%m/%Y}"}
    half = client.post(where, data=typed)
    assert half.status_code == 422
    assert "Hãy nhập cả ngày và giờ" in half.get_data(as_text=True)
    assert f'value="{day:%d/%m/%Y}"' in half.get_data(as_text=True)
    assert client.post(where, data=typed | {"answer_time": "9h30"}).status_code == 302
    assert clock.local(draft.agenda[0].answer_by).strftime("%d %H:%M") == f"{day:%d} 09:30"
    assert 'value="09:30"' in client.get(where).get_data(as_text=True)
    assert f"phản đối đến {day:%d/%m/%Y} 09:30" in client.get(f"/meetings/{draft.id}").get_data(as_text=True)


def test_a_members_position_reaches_all_of_that_members_tablets_and_nobody_elses(
    block: Sitting, app: Flask, client_of: Callable[[User], FlaskClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    live.rooms.tablets.clear()
    live.rooms.told.clear()
    monkeypatch.setattr(db.database(), "is_web", True)
    people = (block.delegate, block.delegate, block.chair, block.guest)
    mine, other, _chair, guest = tablets = [Tablet(app, client_of(who)) for who in people]
    for tablet in tablets:
        assert "mine" not in tablet.hello(block.id)["lv"]
    item = block.agenda[0].id
    asked = {"mid": block.id, "item": item, "pos": "comment", "text": "Sửa câu cuối"}
    assert mine.ask("cmd", {"k": "cmd", "cid": "position-1", "t": "position.set", "d": asked})["ok"]
    told = {str(item): {"pos": "comment", "t": "Sửa câu cuối"}}
    heard = [[one["d"] for one in tablet.heard("lv") if one["key"] == "mine"] for tablet in tablets]
    assert heard == [[told], [told], [], []]
    assert "Sửa câu cuối" not in str(guest.heard("evt"))
    # Whoever comes back, or has no socket, has it too.
    assert other.hello(block.id)["lv"]["mine"] == told
    said = client_of(block.delegate).get(f"/api/v1/meetings/{block.id}/snapshot").json
    assert said["lv"]["mine"] == told
    assert "mine" not in client_of(block.guest).get(f"/api/v1/meetings/{block.id}/snapshot").json["lv"]


@pytest.mark.parametrize("stand", [Stand.OBJECT, Stand.SPEAK])
def test_one_objection_keeps_the_block_from_being_adopted(block: Sitting, stand: Stand) -> None:
    ids = [item.id for item in block.agenda]
    positions.take_position(block.delegate, block.id, ids[1], stand, "Cần bàn thêm")
    with pytest.raises(BadState) as refused:
        positions.adopt_consent(block.chair, block.id, ids)
    assert (refused.value.code, refused.value.data["no"]) == ("consent.not_ready", 2)
    assert states(block) == [ItemState.PLANNED, ItemState.PLANNED]
    positions.adopt_consent(block.chair, block.id, ids[:1])
    assert states(block) == [ItemState.DONE, ItemState.PLANNED]


def test_only_the_chair_adopts_and_only_in_session(block: Sitting) -> None:
    ids = [item.id for item in block.agenda]
    for person in (block.secretary, block.delegate, block.guest):
        with pytest.raises(Forbidden):
            positions.adopt_consent(person, block.id, ids)
    life.pause_meeting(block.chair, block.id)
    with pytest.raises(BadState, match=r"meeting.not_live"):
        positions.adopt_consent(block.chair, block.id, ids)
    assert block.meeting.state is MeetingState.PAUSED


def test_ordinary_items_are_not_adopted_in_a_block(sitting: Sitting) -> None:
    with pytest.raises(BadState, match=r"consent.not_ready"):
        positions.adopt_consent(sitting.chair, sitting.id, [sitting.agenda[0].id])
    with pytest.raises(Invalid, match=r"consent.nothing"):
        positions.adopt_consent(sitting.chair, sitting.id, [])


@pytest.mark.parametrize(
    ("name", "d"),
    [
        ("position.set", {"item": 10**9, "pos": "agree"}),
        ("position.set", {"pos": "agree"}),
        ("position.set", {"item": 1, "pos": "never"}),
        ("position.set", {"item": 1, "pos": "object", "text": "x" * 10_000}),
        ("consent.adopt", {"items": [10**9]}),
        ("consent.adopt", {"items": "all"}),
    ],
)
def test_a_wrong_command_has_its_own_sentence_and_changes_nothing(
    block: Sitting, name: str, d: dict[str, object]
) -> None:
    before = block.meeting.v
    frame = {"k": "cmd", "cid": "a" * 26, "t": name, "d": {"mid": block.id, **d}}
    actor = block.chair if name == "consent.adopt" else block.delegate
    answer = commands.run(actor, frame)
    assert answer["ok"] is False
    assert answer["msg"]
    assert block.meeting.v == before
    assert isinstance(answer["err"], str)


def test_the_page_takes_a_position_and_keeps_what_was_typed(
    office: Office, guest: User, client_of: Callable[[User], FlaskClient]
) -> None:
    invited = make_sitting(office, guest, MeetingState.PUBLISHED)
    client = client_of(invited.delegate)
    item = invited.agenda[0].id
    where = f"/meetings/{invited.id}/items/{item}/position"
    wrong = client.post(where, data={"stand": "object", "text": ""})
    assert wrong.status_code == 422
    said = wrong.get_data(as_text=True)
    assert "Hãy ghi ý kiến." in said
    assert '<option value="object" selected>' in said
    assert client.post(where, data={"stand": "object", "text": "Chưa rõ nguồn vốn"}).status_code == 302
    assert "Ý kiến của tôi: Không đồng ý" in client.get(f"/meetings/{invited.id}").get_data(as_text=True)
    guests = client_of(invited.guest).get(f"/meetings/{invited.id}").get_data(as_text=True)
    assert "Ý kiến của tôi" not in guests
