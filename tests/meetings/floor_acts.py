"""What people do on the floor, for tests that play a whole sitting: once each, or whatever comes."""

import random
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from intranet.core import clock
from intranet.people.models import User
from meetings.models.conclusion import ConclusionKind
from meetings.models.floor import CallKind, NoticeTo, PresenceState, QueueRule, SpeechKind
from meetings.services import (
    announcing,
    attending,
    bodies,
    conclusions,
    room,
    seating,
    speaking,
    speeches,
    turns,
    writing,
)
from tests.meetings.conftest import Sitting

Act = Callable[[], Any]


def state_of(sitting: Sitting, person: User) -> dict[str, Any]:
    """What a tablet of that person would be shown."""
    room.forget_snapshots()
    found: dict[str, Any] = room.welcome(person, sitting.id, None).answer["state"]
    return found


def conclusion_story(sitting: Sitting) -> Iterator[None]:
    """A conclusion is written down by mistake, another one stands; the room counts it."""
    words = conclusions.Words("Thống nhất chủ trương.", ConclusionKind.CONCLUSION)
    made = conclusions.record_conclusion(sitting.secretary, sitting.id, words)
    yield
    conclusions.cancel_conclusion(sitting.secretary, sitting.id, made, reason="Ghi nhầm")
    yield
    conclusions.record_conclusion(sitting.secretary, sitting.id, words)
    yield
    assert state_of(sitting, sitting.secretary)["concl"] == 1


def floor_story(sitting: Sitting) -> Iterator[None]:
    """Everything that can happen on the floor, step by step; somebody speaks and waits at the end."""
    chair, secretary, delegate, mid = sitting.chair, sitting.secretary, sitting.delegate, sitting.id
    attending.set_presence(delegate, mid, PresenceState.IN)
    yield
    attending.set_presence(secretary, mid, PresenceState.REMOTE, person=sitting.guest.id, late=True)
    yield
    attending.set_presence(secretary, mid, PresenceState.ABSENT, person=sitting.guest.id, leave=True)
    yield
    attending.choose_body(secretary, mid, bodies.bodies_of(sitting.meeting.org_id)[2].id)
    yield
    first = speaking.ask(delegate, mid, note="Nguồn vốn")
    yield
    second = speaking.ask(chair, mid, SpeechKind.ORDER)
    yield
    third = speaking.ask(secretary, mid, person=sitting.guest.id)
    yield
    speaking.order_queue(chair, mid, [second, first, third], expect=[first, second, third])
    yield
    speaking.set_queue(chair, mid, is_open=False)
    yield
    speaking.set_queue(chair, mid, is_open=True)
    yield
    speaking.withdraw(chair, mid, second)
    yield
    speaking.start_speech(chair, mid, first, expect=None)
    yield
    clock.advance(timedelta(seconds=31))
    speaking.pause_speech(secretary, mid)
    yield
    clock.advance(timedelta(seconds=5))
    speaking.resume_speech(secretary, mid)
    yield
    speaking.extend_speech(chair, mid, 60)
    yield
    speaking.skip(chair, mid, third)
    yield
    announcing.set_timer(chair, mid, "Thảo luận", 900)
    yield
    announcing.stop_timer(chair, mid)
    yield
    notice = announcing.send_notice(secretary, mid, "Mời ký danh sách", "info", for_s=60)
    yield
    announcing.send_notice(chair, mid, "Nghỉ đến 10 giờ", "warn")
    yield
    announcing.clear_notice(secretary, mid, notice)
    yield
    few = announcing.send_notice(secretary, mid, "Mời ra phòng chờ", "info", to=NoticeTo.GUESTS)
    yield
    announcing.clear_notice(chair, mid, few)
    yield
    announcing.send_notice(secretary, mid, "Nhận phiếu ở bàn thư ký", "info", to=NoticeTo.MEMBERS)
    yield
    call = announcing.call_service(delegate, mid, CallKind.WATER)
    yield
    asked = announcing.call_service(sitting.guest, mid, CallKind.MESSAGE, "Xin thêm tài liệu")
    yield
    announcing.answer_call(secretary, mid, asked, "Tài liệu ở trang 12")
    yield
    announcing.call_service(sitting.guest, mid, CallKind.PAPER)
    yield
    announcing.finish_call(secretary, mid, call)
    yield
    speaking.ask(chair, mid)
    yield
    announcing.set_timer(secretary, mid, "Phát biểu", 300)
    yield
    seating.take_seat(delegate, mid, "A12")
    yield
    announcing.call_service(delegate, mid, CallKind.WATER)
    yield
    writing.write_to(secretary, mid, delegate.id, "Mời lên bàn thư ký")
    yield
    turns.set_rule(chair, mid, QueueRule.FAIR)
    yield


def floor_acts(sitting: Sitting, luck: random.Random, more: User) -> list[Act]:
    """Acts on the floor, right and wrong ones; ``more``: somebody who may take part or not."""
    mid = sitting.id
    officer = luck.choice((sitting.chair, sitting.secretary))
    anybody = luck.choice((*sitting.everybody, more))
    waiting = [one.id for one in speeches.waiting_in(sitting.meeting)]
    running = speeches.running_in(sitting.meeting)
    seen = None if running is None else running.id
    request = luck.choice(waiting or [0])
    kind, state = luck.choice(list(SpeechKind)), luck.choice(list(PresenceState))
    notices = [one.id for one in announcing.notices_in(sitting.meeting)]
    calls = [one.id for one in announcing.calls_in(sitting.meeting)]
    body = luck.choice(bodies.bodies_of(sitting.meeting.org_id) or [None])
    return [
        lambda: attending.set_presence(anybody, mid, state),
        lambda: attending.set_presence(officer, mid, state, person=anybody.id, leave=luck.random() < 0.5),
        lambda: attending.choose_body(officer, mid, body.id if body else 0),
        lambda: speaking.ask(anybody, mid, kind, note="Ý kiến"),
        lambda: speaking.ask(officer, mid, kind, person=anybody.id),
        lambda: speaking.withdraw(anybody, mid, request),
        lambda: speaking.skip(officer, mid, request),
        lambda: speaking.order_queue(officer, mid, luck.sample(waiting, len(waiting))),
        lambda: turns.set_rule(officer, mid, luck.choice(list(QueueRule))),
        lambda: turns.set_rule(officer, mid, QueueRule.FAIR),
        lambda: seating.take_seat(officer, mid, luck.choice(["", "A1", "B2"]), person=anybody.id),
        lambda: writing.write_to(officer, mid, anybody.id, "Mời ra ngoài"),
        lambda: speaking.set_queue(officer, mid, is_open=luck.random() < 0.8),
        lambda: speaking.start_speech(officer, mid, request, expect=seen),
        lambda: speaking.start_speech(officer, mid, request, expect=None),
        lambda: speaking.pause_speech(officer, mid),
        lambda: speaking.resume_speech(officer, mid),
        lambda: speaking.extend_speech(officer, mid, luck.randint(-1, 90), expect=seen),
        lambda: speaking.end_speech(officer, mid),
        lambda: announcing.set_timer(officer, mid, "Nghỉ", luck.randint(0, 600)),
        lambda: announcing.stop_timer(officer, mid),
        lambda: announcing.send_notice(officer, mid, "Mời vào họp", "info", luck.choice([None, 60])),
        lambda: announcing.send_notice(officer, mid, "Mời ra ngoài", "warn", to=luck.choice(list(NoticeTo))),
        lambda: announcing.clear_notice(officer, mid, luck.choice(notices or [0])),
        lambda: announcing.call_service(anybody, mid, luck.choice(list(CallKind)), "Cần giúp"),
        lambda: announcing.finish_call(officer, mid, luck.choice(calls or [0])),
        lambda: announcing.answer_call(officer, mid, luck.choice(calls or [0]), "Có ngay"),
    ]
