"""Minutes: blocks that are never overwritten, comments, corrections, submitting and approving."""

from datetime import timedelta

import pytest

from intranet.core import clock
from intranet.core.errors import BadState, DomainError, Forbidden, Invalid, NotFound, Stale
from meetings.models.conclusion import ConclusionKind
from meetings.models.floor import PresenceState, SpeechKind
from meetings.models.meeting import ItemState, MeetingState, PartRole
from meetings.models.minutes import MinutesMoved
from meetings.services import (
    attending,
    chairing,
    conclusions,
    life,
    minutes,
    minutes_facts,
    minutes_review,
    minutes_sheet,
    participants,
    speaking,
    undoing,
)
from meetings.services.conclusions import Words
from tests.factories import Office
from tests.meetings.conftest import Sitting


def over(sitting: Sitting) -> Sitting:
    """The sitting is over."""
    life.move_meeting(sitting.chair, sitting.id, MeetingState.ENDED, confirm=True)
    return sitting


def test_every_version_of_a_block_is_kept_and_a_stale_save_gets_the_other_text(
    office: Office, sitting: Sitting, published: list[object]
) -> None:
    mid, key, first = sitting.id, "opening", sitting.secretary
    participants.invite(sitting.chair, mid, [office.clerk.id], PartRole.SECRETARY)
    assert minutes.save_block(first, mid, key, "Phiên họp khai mạc.", rev=0) == 1
    assert minutes.save_block(first, mid, key, "Phiên họp khai mạc.\n", rev=1) == 1
    with pytest.raises(Stale, match=r"minutes.stale") as refused:
        minutes.save_block(office.clerk, mid, key, "Chủ tọa khai mạc.", rev=0)
    assert (refused.value.data["cur"], refused.value.data["text"]) == (1, "Phiên họp khai mạc.")
    assert refused.value.data["by"] == first.full_name
    assert minutes.save_block(office.clerk, mid, key, "Chủ tọa khai mạc.", rev=1) == 2
    kept = [(one.rev, one.text) for one in minutes.history_of(sitting.meeting, key)]
    assert kept == [(2, "Chủ tọa khai mạc."), (1, "Phiên họp khai mạc.")]
    moved = [one for one in published if isinstance(one, MinutesMoved)]
    assert moved == [MinutesMoved(mid, key, 1, first.id), MinutesMoved(mid, key, 2, office.clerk.id)]


def test_what_was_given_up_stays_in_the_history_and_troubles_nobody(office: Office, sitting: Sitting) -> None:
    mid, key, first, second = sitting.id, "opening", sitting.secretary, office.clerk
    participants.invite(sitting.chair, mid, [second.id], PartRole.SECRETARY)
    with pytest.raises(NotFound, match=r"minutes.no_block"):
        minutes.set_aside(second, mid, key, "Chữ bỏ đi.")
    minutes.save_block(first, mid, key, "Chủ tọa khai mạc.", rev=0)
    assert minutes.set_aside(second, mid, key, "Chữ bỏ đi.") == 3
    assert minutes.set_aside(second, mid, key, "Chủ tọa khai mạc.") == 3
    # The first one saw version 1, whose words stand: that is no other text to choose from.
    assert minutes.save_block(first, mid, key, "Chủ tọa khai mạc. Điểm danh.", rev=1) == 4
    with pytest.raises(Stale, match=r"minutes.stale"):
        minutes.save_block(second, mid, key, "Khác", rev=3)
    kept = [(one.rev, one.text, one.by_id) for one in minutes.history_of(sitting.meeting, key)]
    assert kept == [
        (4, "Chủ tọa khai mạc. Điểm danh.", first.id),
        (3, "Chủ tọa khai mạc.", first.id),
        (2, "Chữ bỏ đi.", second.id),
        (1, "Chủ tọa khai mạc.", first.id),
    ]
    with pytest.raises(Forbidden):
        minutes.set_aside(sitting.chair, mid, key, "Chữ")


def test_only_a_secretary_writes_and_only_blocks_that_there_are(sitting: Sitting, draft: Sitting) -> None:
    for person in (sitting.chair, sitting.delegate, sitting.guest):
        with pytest.raises(Forbidden):
            minutes.save_block(person, sitting.id, "opening", "Chữ", rev=0)
    with pytest.raises(NotFound, match=r"minutes.no_block"):
        minutes.save_block(sitting.secretary, sitting.id, "summary:0", "Chữ", rev=0)
    with pytest.raises(Invalid, match=r"field.too_long"):
        minutes.save_block(sitting.secretary, sitting.id, "opening", "x" * 30_001, rev=0)
    with pytest.raises(BadState, match=r"minutes.not_open"):
        minutes.save_block(draft.secretary, draft.id, "opening", "Chữ", rev=0)


def test_submitted_minutes_are_returned_or_approved_and_then_nothing_changes(sitting: Sitting) -> None:
    chair, secretary, mid = sitting.chair, sitting.secretary, sitting.id
    minutes.save_block(secretary, mid, "opening", "Khai mạc.", rev=0)
    with pytest.raises(BadState, match=r"minutes.not_over"):
        minutes_review.submit(secretary, mid)
    over(sitting)
    minutes_review.submit(secretary, mid)
    assert sitting.meeting.state is MeetingState.MINUTES
    with pytest.raises(BadState, match=r"minutes.not_open"):
        minutes.save_block(secretary, mid, "opening", "Khai mạc lúc 8 giờ.", rev=1)
    with pytest.raises(Forbidden):
        minutes_review.approve(secretary, mid)
    with pytest.raises(Invalid, match=r"minutes.why"):
        minutes_review.return_minutes(chair, mid, "")
    minutes_review.return_minutes(chair, mid, "Thiếu giờ khai mạc")
    minutes.save_block(secretary, mid, "opening", "Khai mạc lúc 8 giờ.", rev=1)
    waiting = Words(text="Thống nhất chủ trương.", kind=ConclusionKind.CONCLUSION)
    made = conclusions.record_conclusion(secretary, mid, waiting)
    minutes_review.submit(secretary, mid)
    with pytest.raises(BadState, match=r"minutes.conclusions_wait"):
        minutes_review.approve(chair, mid)
    conclusions.confirm_conclusion(chair, mid, made)
    minutes_review.approve(chair, mid)
    for late in (
        lambda: minutes.save_block(secretary, mid, "opening", "Khác", rev=2),
        lambda: minutes_review.comment(chair, mid, "opening", "Muộn"),
        lambda: minutes_review.correct_fact(chair, mid, "1", "Khác", "Muộn"),
        lambda: minutes_review.approve(chair, mid),
    ):
        with pytest.raises(BadState):
            late()


def test_members_read_and_comment_while_they_are_asked_and_read_what_was_approved(sitting: Sitting) -> None:
    chair, secretary, member, mid = sitting.chair, sitting.secretary, sitting.delegate, sitting.id
    over(sitting)
    minutes_review.submit(secretary, mid)
    with pytest.raises(Forbidden, match=r"minutes.not_yet"):
        minutes.access_minutes(member, mid)
    with pytest.raises(Invalid, match=r"minutes.round_past"):
        minutes_review.ask_members(chair, mid, clock.today() - timedelta(days=1))
    minutes_review.ask_members(chair, mid, clock.today() + timedelta(days=1))
    minutes_review.comment(member, mid, "closing", "Nên ghi rõ thời hạn.")
    (said,) = minutes.comments_of(sitting.meeting)["closing"]
    assert (said.by_id, said.text) == (member.id, "Nên ghi rõ thời hạn.")
    with pytest.raises(Forbidden):
        minutes_review.settle_comment(member, mid, said.id)
    minutes_review.settle_comment(secretary, mid, said.id)
    clock.advance(timedelta(days=2))
    with pytest.raises(Forbidden, match=r"minutes.not_yet"):
        minutes_review.comment(member, mid, "closing", "Thêm")
    minutes_review.approve(chair, mid)
    meeting, held = minutes.access_minutes(member, mid)
    assert minutes.rights(member, meeting, held) == minutes.Rights(False, False, False, False, False)
    for person in (sitting.guest,):
        with pytest.raises(DomainError):
            minutes.access_minutes(person, mid)


def test_a_correction_stands_beside_its_fact_with_author_and_reason(sitting: Sitting) -> None:
    chairing.start_item(sitting.chair, sitting.id, sitting.agenda[0].id, expect=None)
    (fact,) = minutes_facts.facts_of(sitting.meeting, ()).lines
    with pytest.raises(Invalid, match=r"minutes.correction_empty"):
        minutes_review.correct_fact(sitting.secretary, sitting.id, fact.key, " ", "Nhầm giờ")
    minutes_review.correct_fact(sitting.secretary, sitting.id, fact.key, "Bắt đầu lúc 8 giờ 05", "Bấm muộn")
    (said,) = minutes.corrections_of(sitting.meeting)[fact.key]
    assert (said.text, said.reason, said.by_id) == ("Bắt đầu lúc 8 giờ 05", "Bấm muộn", sitting.secretary.id)
    assert minutes_facts.facts_of(sitting.meeting, ()).lines[0] == fact


def test_the_facts_are_those_of_the_journal_in_their_places(sitting: Sitting) -> None:
    chair, mid = sitting.chair, sitting.id
    first, second = (one.id for one in sitting.agenda)
    attending.set_presence(sitting.delegate, mid, PresenceState.IN)
    began = clock.now()
    chairing.start_item(chair, mid, first, expect=None)
    asked = speaking.ask(sitting.delegate, mid, SpeechKind.QUESTION)
    speaking.start_speech(chair, mid, asked, expect=None)
    clock.advance(timedelta(seconds=245))
    speaking.end_speech(chair, mid)
    life.pause_meeting(chair, mid)
    clock.advance(timedelta(minutes=10))
    life.resume_meeting(chair, mid)
    chairing.start_item(chair, mid, second, expect=first)
    undoing.undo_item(chair, mid, second, expect=second)
    chairing.finish_item(chair, mid, outcome=ItemState.SUSPENDED, expect=first)
    life.end_meeting(chair, mid, confirm=True)
    facts = minutes_facts.facts_of(sitting.meeting, ())
    assert [(one.text, one.note) for one in minutes_facts.breaks_of(sitting.meeting)] == [
        ("Tạm nghỉ", ""),
        ("Họp tiếp", "nghỉ 10 phút"),
    ]
    (told, untold) = (one.times for one in minutes_sheet.sheet_of(chair, sitting.meeting).items)
    since, until = (f"{clock.local(instant):%H:%M}" for instant in (began, clock.now()))
    spent = "4 phút 05 giây"
    assert told == (
        f"từ {since} đến {until}, bàn {spent}; dự kiến 20 phút; 1 lượt phát biểu, tổng cộng {spent}"
    )
    assert untold == ""
    assert [one.text for one in facts.of_kind("sitting")] == ["Tạm nghỉ", "Họp tiếp", "Bế mạc phiên họp"]
    assert [(one.text, one.note) for one in facts.of_item(first)] == [
        ("Bắt đầu mục 1", ""),
        ("Đỗ Thị Thanh Hà chất vấn", "4 phút 05 giây"),
        ("Tạm gác mục 1", "4 phút 05 giây"),
    ]
    assert facts.of_item(second) == []
