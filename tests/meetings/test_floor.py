"""Who is there, who speaks, what is announced: the use cases."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from intranet.core import clock, db
from intranet.core.errors import BadState, Forbidden, Invalid, NotFound, Stale
from intranet.people.models import User
from meetings.models.floor import Attendance, Body, CallKind, PresenceState, Speech, SpeechKind, SpeechState
from meetings.models.meeting import PartRole
from meetings.rules import quorum
from meetings.services import (
    announcing,
    attending,
    bodies,
    chairing,
    distributing,
    life,
    participants,
    room,
    speaking,
    speeches,
)
from tests.factories import Office
from tests.meetings.conftest import Sitting, add_paper, journal_of
from tests.meetings.floor_acts import state_of

IN, OUT = PresenceState.IN, PresenceState.OUT


@pytest.fixture
def second(sitting: Sitting, office: Office) -> User:
    """One more delegate."""
    participants.invite(sitting.secretary, sitting.id, [office.other_head.id], PartRole.DELEGATE)
    return office.other_head


def spend(seconds: float) -> None:
    """Time goes by."""
    clock.advance(timedelta(seconds=seconds))


@pytest.fixture(autouse=True)
def _still() -> None:
    """The clock stands but for :func:`spend`."""
    clock.freeze(clock.now().replace(microsecond=0))


# --- Who is there ---


def test_two_thirds_are_counted_in_whole_numbers() -> None:
    for of in range(60):
        need = quorum.needed(of, 2, 3)
        assert need * 3 >= of * 2 > (need - 1) * 3
        assert [quorum.is_met(n, of, 2, 3) for n in range(of + 1)] == [
            of > 0 and n >= need for n in range(of + 1)
        ]


@pytest.mark.parametrize(("of", "need"), [(15, 10), (16, 11), (21, 14), (1, 1), (0, 0)])
def test_the_quorum_of_known_sizes(of: int, need: int) -> None:
    assert quorum.needed(of, 2, 3) == need


def test_people_check_in_and_the_quorum_is_reached(sitting: Sitting, second: User) -> None:
    assert state_of(sitting, sitting.chair)["att"] == {"need": 2, "in": 0, "of": 3, "ok": False}
    attending.set_presence(sitting.delegate, sitting.id, IN)
    attending.set_presence(sitting.guest, sitting.id, IN)
    attending.set_presence(sitting.secretary, sitting.id, IN)
    assert attending.counts(sitting.meeting) == {"need": 2, "in": 1, "of": 3, "ok": False}
    attending.set_presence(second, sitting.id, PresenceState.REMOTE)
    assert attending.counts(sitting.meeting) == {"need": 2, "in": 2, "of": 3, "ok": True}
    assert attending.present_members(sitting.meeting) == [sitting.delegate.id, second.id]
    attending.set_presence(sitting.delegate, sitting.id, OUT)
    assert not attending.counts(sitting.meeting)["ok"]


def test_checking_in_twice_is_told_once(sitting: Sitting) -> None:
    v = attending.set_presence(sitting.delegate, sitting.id, IN)
    assert attending.set_presence(sitting.delegate, sitting.id, IN) == v == 1
    assert journal_of(sitting.id) == ["att.changed"]


def test_whoever_comes_after_the_beginning_is_late_unless_the_secretary_says_otherwise(
    sitting: Sitting, trail: Callable[[], list[str]]
) -> None:
    spend(3660)
    attending.set_presence(sitting.delegate, sitting.id, IN)
    row = db.session().get_one(Attendance, (sitting.id, sitting.delegate.id))
    assert (row.is_late, row.via, trail()) == (True, "room", [])
    attending.set_presence(sitting.secretary, sitting.id, IN, person=sitting.delegate.id, late=False)
    row = db.session().get_one(Attendance, (sitting.id, sitting.delegate.id), populate_existing=True)
    assert (row.is_late, row.via) == (False, "officer")
    assert trail() == ["meeting.presence_set"]


def test_nobody_but_chair_and_secretary_speaks_for_others_presence(sitting: Sitting) -> None:
    for person in (sitting.delegate, sitting.guest):
        with pytest.raises(Forbidden, match=r"att.not_yours"):
            attending.set_presence(person, sitting.id, IN, person=sitting.chair.id)
        with pytest.raises(Forbidden, match=r"att.not_yours"):
            attending.set_presence(person, sitting.id, PresenceState.ABSENT)
    for officer in (sitting.chair, sitting.secretary):
        attending.set_presence(officer, sitting.id, PresenceState.ABSENT, person=sitting.delegate.id)
        attending.set_presence(officer, sitting.id, OUT, person=sitting.delegate.id)
    with pytest.raises(NotFound, match=r"meeting.unknown_person"):
        attending.set_presence(sitting.chair, sitting.id, IN, person=999)


def test_how_somebody_came_is_for_chair_and_secretary(sitting: Sitting) -> None:
    attending.set_presence(sitting.delegate, sitting.id, IN)
    seen = {
        person.id: next(one for one in state_of(sitting, person)["people"] if one["p"] == sitting.delegate.id)
        for person in sitting.everybody
    }
    assert [one["st"] for one in seen.values()] == ["in"] * 4
    assert [key for key, one in seen.items() if "via" in one or "at" in one or "late" in one] == [
        sitting.chair.id,
        sitting.secretary.id,
    ]


def test_the_list_is_closed_before_publishing_and_corrected_after_the_end(
    draft: Sitting, sitting: Sitting
) -> None:
    with pytest.raises(BadState, match=r"att.closed"):
        attending.set_presence(draft.chair, draft.id, IN)
    life.end_meeting(sitting.chair, sitting.id, confirm=True)
    with pytest.raises(BadState, match=r"att.closed"):
        attending.set_presence(sitting.delegate, sitting.id, IN)
    attending.set_presence(sitting.secretary, sitting.id, IN, person=sitting.delegate.id)
    assert attending.counts(sitting.meeting)["in"] == 1


def test_the_body_says_who_counts(sitting: Sitting) -> None:
    with db.unit_of_work() as opened:
        bodies.settle(sitting.meeting)
    own = bodies.bodies_of(sitting.meeting.org_id)
    assert [one.name for one in own] == ["UBND", "Hội đồng", "Ban"]
    with db.unit_of_work() as opened:
        opened.get_one(Body, own[1].id).remote_allowed = False
        opened.get_one(Body, own[1].id).secretary_counts = True
    attending.set_presence(sitting.delegate, sitting.id, PresenceState.REMOTE)
    attending.set_presence(sitting.secretary, sitting.id, IN)
    assert attending.counts(sitting.meeting) == {"need": 2, "in": 1, "of": 2, "ok": False}
    attending.choose_body(sitting.chair, sitting.id, own[1].id)
    assert attending.counts(sitting.meeting) == {"need": 2, "in": 1, "of": 3, "ok": False}
    assert attending.present_members(sitting.meeting) == [sitting.secretary.id]
    told = state_of(sitting, sitting.guest)["body"]
    assert {key: told[key] for key in told if key not in {"needs", "subs_vote"}} == {
        "name": "Hội đồng",
        "num": 2,
        "den": 3,
        "base": "members",
        "tie": "fail",
        "secret_min": 3,
        "proxy_limit": 0,
        "queue_rule": "asked",
    }


def test_a_body_of_another_agency_is_unknown(sitting: Sitting, office: Office) -> None:
    with db.unit_of_work() as opened:
        opened.add(Body(org_id=office.other.id, name="Ban", base="present", tie="fail"))
    foreign = db.session().scalars(select(Body.id)).one()
    with pytest.raises(NotFound, match=r"body.unknown"):
        attending.choose_body(sitting.chair, sitting.id, foreign)
    assert sitting.meeting.v == 0


def test_publishing_gives_a_meeting_its_body_once(draft: Sitting) -> None:
    life.publish_meeting(draft.secretary, draft.id)
    life.start_meeting(draft.chair, draft.id, confirm=True)
    own = bodies.bodies_of(draft.meeting.org_id)
    assert (len(own), draft.meeting.body_id) == (3, own[0].id)


# --- Who speaks ---


def test_two_who_ask_wait_in_the_order_they_asked(sitting: Sitting) -> None:
    speaking.ask(sitting.delegate, sitting.id, note="  Về nguồn\nvốn ")
    speaking.ask(sitting.chair, sitting.id, SpeechKind.REPLY)
    wait = state_of(sitting, sitting.secretary)["queue"]["wait"]
    assert [(one["p"], one["kind"], one["note"]) for one in wait] == [
        (sitting.delegate.id, "normal", "Về nguồn vốn"),
        (sitting.chair.id, "reply", ""),
    ]
    told = state_of(sitting, sitting.delegate)["queue"]["wait"]
    assert [(one["item"], "note" in one) for one in told] == [(sitting.meeting.current_item_id, False)] * 2


def test_chair_and_secretary_see_what_lay_before_whoever_asked(sitting: Sitting) -> None:
    paper, few = (add_paper(sitting.secretary, sitting, None).public_id for _ in range(2))
    only = [{"who": f"user:{sitting.guest.id}", "can": []}]
    distributing.set_rights(sitting.secretary, sitting.id, few, grants=only)
    speaking.ask(sitting.delegate, sitting.id, reads=(paper, 3))
    (told,) = state_of(sitting, sitting.chair)["queue"]["wait"]
    assert (told["file"], told["page"]) == (paper, 3)
    (told,) = state_of(sitting, sitting.guest)["queue"]["wait"]
    assert not {"file", "page"} & set(told)
    for reads in ((few, 1), (paper, 4), (paper, 0), ("0" * 32, 1)):
        # Out of date or not theirs: they speak all the same.
        speaking.withdraw(sitting.delegate, sitting.id, speeches.waiting_in(sitting.meeting)[0].id)
        speaking.ask(sitting.delegate, sitting.id, reads=reads)
        (told,) = state_of(sitting, sitting.chair)["queue"]["wait"]
        assert "page" not in told


def test_a_second_request_of_the_same_person_is_refused(sitting: Sitting) -> None:
    speaking.ask(sitting.delegate, sitting.id)
    with pytest.raises(BadState, match=r"queue.already"):
        speaking.ask(sitting.delegate, sitting.id, SpeechKind.ORDER)
    assert sitting.meeting.v == 1


def test_a_closed_queue_takes_nobody_but_whom_the_chair_puts_there(sitting: Sitting) -> None:
    speaking.set_queue(sitting.chair, sitting.id, is_open=False)
    assert speaking.set_queue(sitting.secretary, sitting.id, is_open=False) == 1
    with pytest.raises(BadState, match=r"queue.closed"):
        speaking.ask(sitting.delegate, sitting.id)
    speaking.ask(sitting.chair, sitting.id, person=sitting.guest.id)
    assert [one.user_id for one in speeches.waiting_in(sitting.meeting)] == [sitting.guest.id]


def test_guests_ask_where_the_body_lets_them_and_secretaries_never(sitting: Sitting) -> None:
    can = {person.id: room.overlay(person, sitting.meeting)["can"] for person in sitting.everybody}
    assert [key for key, rights in can.items() if "ask" in rights] == [sitting.chair.id, sitting.delegate.id]
    for person in (sitting.guest, sitting.secretary):
        with pytest.raises(Forbidden, match=r"queue.not_yours"):
            speaking.ask(person, sitting.id)
    with db.unit_of_work() as opened:
        bodies.settle(sitting.meeting)
        opened.get_one(Body, sitting.meeting.body_id).guests_ask = True
    speaking.ask(sitting.guest, sitting.id)
    with pytest.raises(Forbidden, match=r"queue.not_yours"):
        speaking.ask(sitting.secretary, sitting.id)


def test_only_whoever_asked_withdraws_and_chair_or_secretary_skip(sitting: Sitting, second: User) -> None:
    mine = speaking.ask(sitting.delegate, sitting.id)
    for person in (second, sitting.chair):
        with pytest.raises(Forbidden, match=r"queue.not_yours"):
            speaking.withdraw(person, sitting.id, mine)
    speaking.withdraw(sitting.delegate, sitting.id, mine)
    with pytest.raises(NotFound, match=r"queue.unknown"):
        speaking.withdraw(sitting.delegate, sitting.id, mine)
    again = speaking.ask(sitting.delegate, sitting.id)
    speaking.skip(sitting.secretary, sitting.id, again)
    assert state_of(sitting, sitting.delegate)["queue"]["wait"] == []


def test_a_point_of_order_goes_first_when_the_chair_says_so(sitting: Sitting, second: User) -> None:
    first = speaking.ask(sitting.delegate, sitting.id)
    order = speaking.ask(second, sitting.id, SpeechKind.ORDER)
    speaking.order_queue(sitting.chair, sitting.id, [order, first], expect=[first, order])
    assert [one["rq"] for one in state_of(sitting, sitting.guest)["queue"]["wait"]] == [order, first]
    with pytest.raises(Stale, match=r"queue.changed") as refusal:
        speaking.order_queue(sitting.secretary, sitting.id, [first, order], expect=[first, order])
    assert refusal.value.data["cur"] == [order, first]
    with pytest.raises(Stale, match=r"queue.changed"):
        speaking.order_queue(sitting.secretary, sitting.id, [first])
    third = speaking.ask(sitting.chair, sitting.id)
    assert [one.id for one in speeches.waiting_in(sitting.meeting)] == [order, first, third]


def test_two_who_call_the_next_speaker_call_one(sitting: Sitting, second: User) -> None:
    first, other = speaking.ask(sitting.delegate, sitting.id), speaking.ask(second, sitting.id)
    speaking.start_speech(sitting.chair, sitting.id, first, expect=None)
    with pytest.raises(Stale, match=r"speech.other") as refusal:
        speaking.start_speech(sitting.secretary, sitting.id, other, expect=None)
    assert refusal.value.data["cur"] == first
    assert [one.id for one in speeches.waiting_in(sitting.meeting)] == [other]


def test_calling_the_next_ends_the_one_before_and_keeps_the_seconds(sitting: Sitting, second: User) -> None:
    first, other = speaking.ask(sitting.delegate, sitting.id), speaking.ask(second, sitting.id)
    speaking.start_speech(sitting.chair, sitting.id, first, expect=None, limit_s=120)
    spend(50.9)
    speaking.start_speech(sitting.chair, sitting.id, other, expect=first)
    spend(10)
    speaking.end_speech(sitting.chair, sitting.id)
    again = speaking.ask(sitting.delegate, sitting.id)
    speaking.start_speech(sitting.chair, sitting.id, again, expect=None)
    spend(5)
    speaking.end_speech(sitting.chair, sitting.id, expect=again)
    assert speeches.spoken_in(sitting.meeting) == {sitting.delegate.id: 55, second.id: 10}
    assert state_of(sitting, sitting.guest)["spoken"] == {str(sitting.delegate.id): 55, str(second.id): 10}


def test_a_pause_is_not_spoken_time(sitting: Sitting) -> None:
    mine = speaking.ask(sitting.delegate, sitting.id)
    speaking.start_speech(sitting.chair, sitting.id, mine, expect=None)
    spend(30)
    v = speaking.pause_speech(sitting.secretary, sitting.id)
    spend(1000)
    assert speaking.pause_speech(sitting.secretary, sitting.id) == v
    cur = state_of(sitting, sitting.delegate)["queue"]["cur"]
    assert (cur["spent_s"], cur["paused_at"] - cur["started"]) == (30, 30_000)
    v = speaking.resume_speech(sitting.chair, sitting.id)
    assert speaking.resume_speech(sitting.chair, sitting.id) == v
    spend(12)
    speaking.end_speech(sitting.chair, sitting.id)
    assert speeches.spoken_in(sitting.meeting) == {sitting.delegate.id: 42}


def test_time_is_usual_for_the_kind_and_extended_by_chair_or_secretary(sitting: Sitting) -> None:
    mine = speaking.ask(sitting.delegate, sitting.id, SpeechKind.ORDER)
    speaking.start_speech(sitting.chair, sitting.id, mine, expect=None)
    assert state_of(sitting, sitting.guest)["queue"]["cur"]["limit_s"] == 60
    speaking.extend_speech(sitting.secretary, sitting.id, 60)
    assert state_of(sitting, sitting.guest)["queue"]["cur"]["limit_s"] == 120
    for add in (0, -5, speaking.MOST_LIMIT):
        with pytest.raises(Invalid, match=r"speech.limit"):
            speaking.extend_speech(sitting.chair, sitting.id, add)


def test_leaving_the_item_ends_the_speech(sitting: Sitting) -> None:
    one, two = sitting.agenda
    chairing.start_item(sitting.chair, sitting.id, one.id, expect=None)
    mine = speaking.ask(sitting.delegate, sitting.id)
    speaking.start_speech(sitting.chair, sitting.id, mine, expect=None)
    spend(20)
    chairing.start_item(sitting.secretary, sitting.id, two.id, expect=one.id)
    assert speeches.running_in(sitting.meeting) is None
    assert journal_of(sitting.id)[-2:] == ["speech.ended", "item.started"]
    row = db.session().scalars(select(Speech)).one()
    assert (row.state, row.spent_s, row.item_id) == (SpeechState.DONE, 20, one.id)


def test_the_speakers_clock_stands_while_the_meeting_pauses(sitting: Sitting) -> None:
    mine = speaking.ask(sitting.delegate, sitting.id)
    speaking.start_speech(sitting.chair, sitting.id, mine, expect=None)
    spend(10)
    life.pause_meeting(sitting.chair, sitting.id)
    with pytest.raises(BadState, match=r"meeting.not_live"):
        speaking.resume_speech(sitting.chair, sitting.id)
    spend(500)
    life.resume_meeting(sitting.chair, sitting.id)
    spend(7)
    life.end_meeting(sitting.chair, sitting.id, confirm=True)
    assert speeches.spoken_in(sitting.meeting) == {sitting.delegate.id: 17}


def test_a_speech_the_chair_stopped_stays_stopped_after_the_break(sitting: Sitting) -> None:
    mine = speaking.ask(sitting.delegate, sitting.id)
    speaking.start_speech(sitting.chair, sitting.id, mine, expect=None)
    speaking.pause_speech(sitting.chair, sitting.id)
    life.pause_meeting(sitting.chair, sitting.id)
    life.resume_meeting(sitting.chair, sitting.id)
    assert state_of(sitting, sitting.chair)["queue"]["cur"]["paused_at"] is not None


def test_the_end_of_the_meeting_leaves_nobody_waiting(sitting: Sitting) -> None:
    speaking.ask(sitting.delegate, sitting.id)
    announcing.set_timer(sitting.chair, sitting.id, "Nghỉ giải lao", 600)
    life.end_meeting(sitting.chair, sitting.id, confirm=True)
    state = state_of(sitting, sitting.delegate)
    assert (state["queue"]["wait"], state["queue"]["cur"], state["timer"]) == ([], None, None)
    with pytest.raises(BadState, match=r"meeting.not_live"):
        speaking.ask(sitting.delegate, sitting.id)


def test_whoever_is_taken_off_leaves_nothing_on_the_floor(sitting: Sitting, second: User) -> None:
    attending.set_presence(second, sitting.id, IN)
    announcing.call_service(second, sitting.id, CallKind.WATER)
    mine = speaking.ask(second, sitting.id)
    speaking.start_speech(sitting.chair, sitting.id, mine, expect=None)
    speaking.ask(second, sitting.id)
    spend(9)
    participants.remove_participant(sitting.secretary, sitting.id, second.id)
    state = state_of(sitting, sitting.chair)
    assert (state["queue"]["cur"], state["queue"]["wait"], state["calls"]) == (None, [], [])
    assert state["att"] == {"need": 2, "in": 0, "of": 2, "ok": False}
    assert speeches.spoken_in(sitting.meeting) == {second.id: 9}
    participants.invite(sitting.secretary, sitting.id, [second.id], PartRole.DELEGATE)
    assert attending.present_members(sitting.meeting) == []


# --- What is announced and asked for ---


def test_a_notice_stands_until_cleared_and_an_old_one_makes_way(sitting: Sitting) -> None:
    short = announcing.send_notice(sitting.secretary, sitting.id, "Mời ký tên", "info", for_s=30)
    long = announcing.send_notice(sitting.chair, sitting.id, "Nghỉ đến 10 giờ", "warn")
    assert [one["id"] for one in state_of(sitting, sitting.guest)["notices"]] == [short, long]
    spend(31)
    last = announcing.send_notice(sitting.chair, sitting.id, "Họp tiếp", "info")
    assert [one["id"] for one in state_of(sitting, sitting.guest)["notices"]] == [long, last]
    announcing.clear_notice(sitting.secretary, sitting.id, long)
    with pytest.raises(NotFound, match=r"notice.unknown"):
        announcing.clear_notice(sitting.secretary, sitting.id, long)


def test_the_room_is_not_papered_with_notices(sitting: Sitting) -> None:
    for n in range(announcing.MOST_NOTICES):
        announcing.send_notice(sitting.chair, sitting.id, f"Thông báo {n}", "info")
    with pytest.raises(BadState, match=r"notice.too_many"):
        announcing.send_notice(sitting.chair, sitting.id, "Thêm", "info")


def test_one_clock_follows_another(sitting: Sitting) -> None:
    announcing.set_timer(sitting.chair, sitting.id, "Thảo luận", 600)
    first = state_of(sitting, sitting.guest)["timer"]
    announcing.set_timer(sitting.secretary, sitting.id, "Nghỉ", 300)
    now = state_of(sitting, sitting.guest)["timer"]
    assert (first["id"] != now["id"], now["label"], now["dur_s"]) == (True, "Nghỉ", 300)
    announcing.stop_timer(sitting.chair, sitting.id)
    assert announcing.stop_timer(sitting.chair, sitting.id) == sitting.meeting.v == 3
    assert state_of(sitting, sitting.chair)["timer"] is None


def test_a_call_is_seen_by_chair_and_secretary_alone(sitting: Sitting) -> None:
    water = announcing.call_service(sitting.delegate, sitting.id, CallKind.WATER)
    announcing.call_service(sitting.guest, sitting.id, CallKind.MESSAGE, "Máy tính bảng bị treo")
    for officer in (sitting.chair, sitting.secretary):
        calls = state_of(sitting, officer)["calls"]
        assert [(one["kind"], one["n"]) for one in calls] == [
            ("water", sitting.delegate.full_name),
            ("message", sitting.guest.full_name),
        ]
    for person in (sitting.delegate, sitting.guest):
        assert "calls" not in state_of(sitting, person)
    announcing.finish_call(sitting.secretary, sitting.id, water)
    with pytest.raises(NotFound, match=r"service.unknown"):
        announcing.finish_call(sitting.chair, sitting.id, water)
    assert len(state_of(sitting, sitting.chair)["calls"]) == 1


def test_one_person_cannot_flood_the_secretary(sitting: Sitting) -> None:
    for _ in range(announcing.MOST_CALLS):
        announcing.call_service(sitting.delegate, sitting.id, CallKind.PAPER)
    with pytest.raises(BadState, match=r"service.too_many"):
        announcing.call_service(sitting.delegate, sitting.id, CallKind.PAPER)
    announcing.call_service(sitting.guest, sitting.id, CallKind.PAPER)
