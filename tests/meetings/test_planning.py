"""A meeting is prepared, published, moved and called off."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from intranet.core import clock, db
from intranet.core.errors import BadState, Forbidden, Invalid, NotFound, Stale
from intranet.notices import reminders, reminding
from intranet.notices.models import Notice
from intranet.people.models import User
from meetings.models.answer import Attending
from meetings.models.floor import Body
from meetings.models.meeting import ItemState, Meeting, MeetingState, PartRole
from meetings.services import answering, chairing, lacking, life, participants, planning, room
from meetings.services.lacking import Lack
from meetings.services.profiles import kept_bodies
from tests.factories import Office
from tests.meetings.conftest import Sitting, journal_of


def create(office: Office, **more: object) -> int:
    values: dict[str, object] = {
        "title": "Họp giao ban",
        "starts_at": clock.now() + timedelta(days=3),
        "place": "Phòng họp số 2",
        "chair_id": office.leader.id,
        "delegate_ids": [office.head.id, office.leader.id],
    }
    return planning.create_meeting(office.officer, **(values | more))  # type: ignore[arg-type]


def told(kind: str, *, released: bool = True) -> list[int]:
    is_out = Notice.released_at.is_not(None) if released else Notice.released_at.is_(None)
    query = select(Notice.user_id).where(Notice.kind == kind, is_out)
    return sorted(db.session().scalars(query))


def test_whoever_calls_a_meeting_is_its_secretary_and_the_chair_chairs(office: Office) -> None:
    meeting = db.session().get_one(Meeting, create(office))
    roles = {part.user_id: part.role for part in meeting.participants}
    assert roles == {
        office.leader.id: PartRole.CHAIR,
        office.head.id: PartRole.DELEGATE,
        office.officer.id: PartRole.SECRETARY,
    }
    assert (meeting.state, meeting.org_id) == (MeetingState.DRAFT, office.org.id)


@pytest.mark.parametrize("lets", [True, False])
def test_who_publishes_follows_from_the_bodys_rules(office: Office, lets: bool) -> None:
    with db.unit_of_work() as session:
        session.get_one(Body, kept_bodies(office.org.id)[1].id).secretary_publishes = lets
    meeting = db.session().get_one(Meeting, create(office, body_id=kept_bodies(office.org.id)[1].id))
    assert meeting.secretary_publishes is lets


def test_an_administrator_calls_no_meeting(office: Office) -> None:
    with pytest.raises(Forbidden):
        planning.create_meeting(
            office.admin, title="x", starts_at=clock.now(), place="y", chair_id=office.leader.id
        )


def test_a_meeting_in_the_past_is_refused(office: Office) -> None:
    with pytest.raises(Invalid, match=r"meeting.in_the_past"):
        create(office, starts_at=clock.now() - timedelta(minutes=1))


def test_delegates_know_of_a_draft_only_once_it_is_published(draft: Sitting) -> None:
    with pytest.raises(NotFound):
        planning.set_budget(draft.delegate, draft.id, draft.agenda[0].id, 5)
    life.publish_meeting(draft.secretary, draft.id)
    with pytest.raises(Forbidden):
        planning.set_budget(draft.delegate, draft.id, draft.agenda[0].id, 5)


def test_what_is_missing_is_named_and_stops_publishing(office: Office) -> None:
    mid = create(office)
    assert lacking.lacks(db.session().get_one(Meeting, mid)) == [Lack("no_item")]
    first = planning.add_item(office.officer, mid, title="Mục một")
    lacks = lacking.lacks(db.session().get_one(Meeting, mid))
    assert lacks == [Lack("no_budget", first, 1), Lack("no_owner", first, 1)]
    with pytest.raises(BadState, match=r"meeting.incomplete") as refusal:
        life.publish_meeting(office.officer, mid)
    assert refusal.value.data["n"] == 2
    assert told("meeting.invited") == []


def test_publishing_invites_everybody_once_and_plans_two_reminders(draft: Sitting, office: Office) -> None:
    with db.unit_of_work():
        draft.meeting.starts_at = clock.now() + timedelta(days=5)
    life.publish_meeting(draft.secretary, draft.id)
    others = sorted(one.id for one in draft.everybody if one is not draft.secretary)
    assert told("meeting.invited") == others
    participants.invite(
        draft.secretary, draft.id, [office.other_head.id, draft.delegate.id], PartRole.DELEGATE
    )
    assert told("meeting.invited") == sorted([*others, office.other_head.id])
    everybody = sorted([*(one.id for one in draft.everybody), office.other_head.id])
    clock.advance(timedelta(days=4, minutes=-1))
    reminding.send_due()
    assert told("meeting.tomorrow") == []
    clock.advance(timedelta(minutes=2))
    reminding.send_due()
    assert told("meeting.tomorrow") == everybody
    assert told("meeting.soon") == []


def test_seats_are_given_before_the_meeting_by_whoever_prepares_it(
    draft: Sitting, client_of: Callable[[User], FlaskClient]
) -> None:
    where = f"/meetings/{draft.id}/participants/{draft.delegate.id}/role"
    client = client_of(draft.secretary)
    assert client.post(where, data={"seat": " A12 "}).status_code == 302
    assert client.post(where, data={"seat": "x" * 21}).status_code == 422
    assert 'value="A12"' in client.get(f"/meetings/{draft.id}").get_data(as_text=True)
    assert draft.meeting.participant(draft.delegate.id).role is PartRole.DELEGATE
    life.publish_meeting(draft.secretary, draft.id)
    people = room.welcome(draft.delegate, draft.id, None).answer["state"]["people"]
    assert {one["p"]: one.get("seat") for one in people}[draft.delegate.id] == "A12"
    assert client_of(draft.delegate).post(where, data={"seat": "B1"}).status_code == 403


def test_missing_papers_are_asked_for_each_day_from_their_last_day_on(draft: Sitting) -> None:
    with db.unit_of_work():
        # A Wednesday; papers go out two working days before.
        draft.meeting.starts_at = clock.at_office(date(2026, 11, 18), 14)
        draft.meeting.body_id = kept_bodies(draft.meeting.org_id)[0].id
        session = db.session()
        session.get_one(Body, draft.meeting.body_id).papers_days = 2
        draft.meeting.agenda[0].without_papers = True
        draft.meeting.agenda[1].owner_id = draft.delegate.id
    life.publish_meeting(draft.secretary, draft.id)
    concerned = sorted([draft.secretary.id, draft.delegate.id])
    for day, told_so_far in ((13, []), (16, concerned), (17, sorted(concerned * 2))):
        clock.freeze(clock.at_office(date(2026, 11, day), 9))
        reminding.send_due()
        assert told("meeting.papers_missing") == told_so_far
    with db.unit_of_work():
        draft.meeting.agenda[1].without_papers = True
    clock.freeze(clock.at_office(date(2026, 11, 18), 8, 1))
    reminding.send_due()
    assert told("meeting.papers_missing") == sorted(concerned * 2)


def test_an_invitation_unread_or_unanswered_is_asked_for_and_then_the_secretary_hears_who_is_left(
    draft: Sitting, client_of: Callable[[User], FlaskClient]
) -> None:
    # Invitations go out on a Monday for the Friday after.
    clock.freeze(clock.at_office(date(2026, 11, 9), 9))
    with db.unit_of_work():
        draft.meeting.starts_at = clock.at_office(date(2026, 11, 13), 14)
    life.publish_meeting(draft.secretary, draft.id)
    chair, guest, delegate = (one.id for one in (draft.chair, draft.guest, draft.delegate))
    desk, rest = [draft.secretary.id], sorted([chair, guest])

    def stands(day: int, hour: int, kind: str) -> tuple[list[int], list[int]]:
        clock.freeze(clock.at_office(date(2026, 11, day), hour, 1))
        reminding.send_due()
        return told(f"meeting.{kind}"), told(f"meeting.{kind}_told")

    assert client_of(draft.delegate).get(f"/meetings/{draft.id}").status_code == 200
    assert stands(10, 8, "unread") == ([], [])
    assert stands(10, 9, "unread") == (rest, [])
    answering.answer(draft.chair, draft.id, Attending.ATTEND)
    assert stands(10, 13, "unread") == (rest, desk)
    assert stands(11, 13, "unanswered") == ([], [])
    assert stands(11, 14, "unanswered") == (sorted([guest, delegate]), [])
    answering.answer(draft.delegate, draft.id, Attending.ABSENT, reason="Đi công tác")
    assert stands(11, 18, "unanswered") == (sorted([guest, delegate]), desk)
    rows = db.session().scalars(select(Notice).where(Notice.kind.like("meeting.un%_told")))
    assert [(row.data["n"], row.data["names"]) for row in rows] == [(1, draft.guest.full_name)] * 2
    page = client_of(draft.secretary).get("/notices").get_data(as_text=True)
    assert "Còn 1 người chưa trả lời giấy mời họp" in page


def test_another_time_is_told_and_the_old_reminders_are_dropped(draft: Sitting) -> None:
    life.publish_meeting(draft.secretary, draft.id)
    later = clock.now() + timedelta(days=5)
    planning.edit_meeting(
        draft.secretary,
        draft.id,
        title="Tên mới",
        starts_at=later,
        place="Hội trường",
    )
    assert len(told("meeting.moved")) == 3
    armed = [r for r in reminders.planned_for(draft.meeting.ref) if r.cancelled_at is None]
    planned = [r for r in armed if r.topic == "meeting"]
    assert [r.planned_at for r in planned] == [later - timedelta(days=1), later - timedelta(minutes=30)]
    clock.freeze(later - timedelta(minutes=30))
    reminding.send_due()
    assert len(told("meeting.soon")) == 4


def test_what_is_to_be_prepared_stands_in_the_invitation_and_a_change_is_told(draft: Sitting) -> None:
    head = {"title": "Tên mới", "starts_at": draft.meeting.starts_at, "place": "Hội trường"}
    planning.edit_meeting(draft.secretary, draft.id, **head, requirements="Mang báo cáo quý.")
    life.publish_meeting(draft.secretary, draft.id)
    kept = db.session().scalars(select(Notice).where(Notice.kind == "meeting.invited")).first()
    assert kept is not None
    assert kept.data["place"] == "Hội trường. Yêu cầu chuẩn bị: Mang báo cáo quý"
    planning.edit_meeting(draft.secretary, draft.id, **head)
    assert (draft.meeting.requirements, told("meeting.requirements")) == ("Mang báo cáo quý.", [])
    planning.edit_meeting(draft.secretary, draft.id, **head, requirements="Mang số liệu.")
    assert len(told("meeting.requirements")) == len(told("meeting.invited")) == 3
    assert told("meeting.moved") == []


def test_a_cancelled_meeting_reminds_nobody_and_cannot_be_changed(draft: Sitting) -> None:
    life.publish_meeting(draft.secretary, draft.id)
    with pytest.raises(Invalid, match=r"meeting.why"):
        life.move_meeting(draft.chair, draft.id, MeetingState.CANCELLED)
    with pytest.raises(Forbidden):
        life.move_meeting(draft.secretary, draft.id, MeetingState.CANCELLED, reason="Bận")
    life.move_meeting(draft.chair, draft.id, MeetingState.CANCELLED, reason="Bận việc khác")
    assert len(told("meeting.cancelled")) == 3
    assert all(r.cancelled_at is not None for r in reminders.planned_for(draft.meeting.ref))
    with pytest.raises(BadState, match=r"meeting.not_plannable"):
        planning.add_item(draft.secretary, draft.id, title="Muộn")


def test_a_secretary_without_the_chairs_leave_does_not_publish(draft: Sitting) -> None:
    same = {"title": draft.meeting.title, "starts_at": draft.meeting.starts_at, "place": draft.meeting.place}
    planning.edit_meeting(draft.chair, draft.id, **same, secretary_publishes=False)
    with pytest.raises(Forbidden, match=r"meeting.chairs_word"):
        planning.edit_meeting(draft.secretary, draft.id, **same, secretary_publishes=True)
    with pytest.raises(Forbidden):
        life.publish_meeting(draft.secretary, draft.id)
    life.publish_meeting(draft.chair, draft.id)
    assert draft.meeting.state is MeetingState.PUBLISHED


@pytest.mark.parametrize("state", list(MeetingState))
def test_a_meeting_moves_by_the_table_alone(draft: Sitting, state: MeetingState) -> None:
    with db.unit_of_work():
        draft.meeting.state = state
        draft.meeting.published_at = clock.now()
        draft.meeting.ended_at = clock.now()
    allowed = {to for since, to in life.MOVES if since is state}
    for to in MeetingState:
        if to in allowed:
            continue
        with pytest.raises(BadState, match=r"meeting.wrong_move"):
            life.move_meeting(draft.chair, draft.id, to, reason="thử")


def test_ending_asks_about_items_nobody_dealt_with(sitting: Sitting) -> None:
    with pytest.raises(BadState, match=r"meeting.open_items") as refusal:
        life.end_meeting(sitting.chair, sitting.id)
    assert refusal.value.data["n"] == 2
    life.end_meeting(sitting.chair, sitting.id, confirm=True)
    assert sitting.meeting.state is MeetingState.ENDED


def test_a_meeting_is_taken_up_again_once_and_only_soon(sitting: Sitting) -> None:
    life.end_meeting(sitting.chair, sitting.id, confirm=True)
    clock.advance(timedelta(minutes=10))
    life.move_meeting(sitting.chair, sitting.id, MeetingState.LIVE, reason="Thiếu một mục")
    life.end_meeting(sitting.chair, sitting.id, confirm=True)
    with pytest.raises(BadState, match=r"meeting.too_late_to_reopen"):
        life.move_meeting(sitting.chair, sitting.id, MeetingState.LIVE, reason="Lần nữa")


def test_the_last_chair_and_secretary_stay(sitting: Sitting, office: Office) -> None:
    for person, code in ((sitting.chair, "needs_chair"), (sitting.secretary, "needs_secretary")):
        with pytest.raises(BadState, match=code):
            participants.remove_participant(sitting.secretary, sitting.id, person.id)
        with pytest.raises(BadState, match=code):
            participants.invite(sitting.secretary, sitting.id, [person.id], PartRole.GUEST)
    with pytest.raises(BadState, match=r"meeting.hand_over"):
        participants.invite(sitting.secretary, sitting.id, [office.other_head.id], PartRole.CHAIR)


def test_there_is_one_chair(draft: Sitting, office: Office) -> None:
    participants.invite(draft.secretary, draft.id, [office.other_head.id], PartRole.CHAIR)
    roles = [part.role for part in draft.meeting.participants]
    assert roles.count(PartRole.CHAIR) == 1
    assert draft.meeting.chair.user_id == office.other_head.id  # type: ignore[union-attr]


def test_order_counts_planned_items_and_what_was_seen(sitting: Sitting) -> None:
    first, second = (item.id for item in sitting.agenda)
    third = planning.add_item(sitting.secretary, sitting.id, title="Ba", budget_min=5)
    planning.reorder_items(sitting.secretary, sitting.id, [third, first, second])
    assert [item.id for item in sitting.agenda] == [third, first, second]
    with pytest.raises(Stale, match=r"item.order_changed"):
        planning.reorder_items(
            sitting.secretary, sitting.id, [first, second, third], expect=[first, second, third]
        )
    with pytest.raises(Stale):
        planning.reorder_items(sitting.secretary, sitting.id, [first, second])


def test_a_published_item_is_withdrawn_with_a_reason_a_draft_one_is_gone(draft: Sitting) -> None:
    first, second = (item.id for item in draft.agenda)
    planning.remove_item(draft.secretary, draft.id, second)
    assert [item.id for item in draft.agenda] == [first]
    life.publish_meeting(draft.secretary, draft.id)
    with pytest.raises(Invalid, match=r"item.why_withdrawn"):
        planning.remove_item(draft.secretary, draft.id, first)
    planning.remove_item(draft.secretary, draft.id, first, reason="Chưa đủ hồ sơ")
    assert draft.agenda[0].state is ItemState.WITHDRAWN
    assert journal_of(draft.id) == ["item.removed", "meeting.state", "item.dropped"]


def test_an_item_nobody_took_up_goes_to_the_next_sitting_with_its_reason(sitting: Sitting) -> None:
    first, second = (item.id for item in sitting.agenda)
    with pytest.raises(Invalid, match=r"item.why_withdrawn"):
        planning.remove_item(sitting.secretary, sitting.id, second, is_deferred=True)
    planning.remove_item(sitting.secretary, sitting.id, second, reason="Chờ ý kiến của Sở", is_deferred=True)
    item = sitting.agenda[1]
    assert (item.state, item.reason) == (ItemState.DEFERRED, "Chờ ý kiến của Sở")
    assert sitting.meeting.minutes == 20
    assert journal_of(sitting.id) == ["item.dropped"]
    chairing.start_item(sitting.chair, sitting.id, first, expect=None)
    life.end_meeting(sitting.chair, sitting.id)


def test_review_and_return_tell_the_other_side(draft: Sitting) -> None:
    life.move_meeting(draft.secretary, draft.id, MeetingState.REVIEW)
    assert (told("meeting.review"), told("meeting.returned")) == ([draft.chair.id], [])
    life.move_meeting(draft.chair, draft.id, MeetingState.DRAFT, reason="Thiếu tờ trình")
    assert told("meeting.returned") == [draft.secretary.id]
    words = db.session().scalars(select(Notice.data).where(Notice.kind == "meeting.returned")).one()
    assert words["reason"] == "Thiếu tờ trình"


def test_nobody_is_invited_to_a_time_that_is_over(draft: Sitting) -> None:
    life.publish_meeting(draft.secretary, draft.id)
    life.move_meeting(draft.secretary, draft.id, MeetingState.POSTPONED, reason="Bão")
    clock.advance(timedelta(hours=2))
    assert lacking.lacks(draft.meeting) == [Lack("no_hour")]
    with pytest.raises(BadState, match=r"meeting.incomplete"):
        life.publish_meeting(draft.secretary, draft.id)
    later = clock.now() + timedelta(days=1)
    head = {"title": draft.meeting.title, "place": draft.meeting.place}
    planning.edit_meeting(draft.secretary, draft.id, starts_at=later, **head)
    life.publish_meeting(draft.secretary, draft.id)


def test_a_draft_of_yesterday_is_given_another_day_first(draft: Sitting) -> None:
    clock.advance(timedelta(days=2))
    with pytest.raises(BadState, match=r"meeting.incomplete"):
        life.publish_meeting(draft.secretary, draft.id)


def test_more_than_a_sane_agenda_is_refused(draft: Sitting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "MOST_ITEMS", 2)
    with pytest.raises(BadState, match=r"meeting.too_many_items"):
        planning.add_item(draft.secretary, draft.id, title="Nữa")
    assert db.session().scalar(select(func.count()).select_from(Meeting)) == 1
