"""Conclusions: written by whoever runs the meeting, the chair's by confirming, one task each."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from intranet.core import clock, commands, refs
from intranet.core.errors import BadState, DomainError, Forbidden, Invalid, NotFound, Stale
from intranet.tasks import services as tasks
from intranet.tasks.models import PartyRole, TaskState
from meetings.models.conclusion import ConclusionKind, ConclusionState
from meetings.services import conclusion_lists, conclusions, life, minutes_review
from meetings.services.conclusions import Words, conclusion_of
from tests.factories import Office
from tests.meetings.conftest import Sitting

SENTENCE = "Giao Sở Xây dựng chủ trì, phối hợp với Sở Tài chính rà soát, báo cáo trước ngày {due}."


def words(office: Office, **more: object) -> Words:
    """Work for construction, finance beside it, in ten days."""
    given = {
        "text": "Sở Xây dựng rà soát tiến độ từng dự án.",
        "kind": ConclusionKind.TASK,
        "lead": f"unit:{office.sxd.id}",
        "co": (f"unit:{office.stc.id}",),
        "due_date": clock.today() + timedelta(days=10),
    }
    return Words(**(given | more))  # type: ignore[arg-type]  # fields of the dataclass


def test_a_sentence_becomes_a_task_of_the_chair_once(
    office: Office, sitting: Sitting, trail: Callable[[], list[str]]
) -> None:
    item = sitting.agenda[0]
    made = conclusions.record_conclusion(sitting.secretary, sitting.id, words(office, item_id=item.id))
    with pytest.raises(Forbidden):
        conclusions.confirm_conclusion(sitting.secretary, sitting.id, made)
    first = conclusions.confirm_conclusion(sitting.chair, sitting.id, made)
    again = conclusions.confirm_conclusion(sitting.chair, sitting.id, made)
    ref = refs.Ref("conclusion", made)
    (task,) = tasks.for_origin(ref)
    assert first == again == task.id
    assert conclusion_of(sitting.meeting, made).state is ConclusionState.ISSUED
    assert (task.assigner_id, task.org_id) == (sitting.chair.id, sitting.meeting.org_id)
    assert [(one.role, one.unit_id) for one in task.parties] == [
        (PartyRole.LEAD, office.sxd.id),
        (PartyRole.CO, office.stc.id),
    ]
    assert trail()[-2:] == ["conclusion.recorded", "conclusion.issued"]
    assert conclusion_lists.title_of(made) == task.title


def test_the_chair_gives_work_with_one_tap_and_a_repeated_ask_gives_no_second(
    office: Office, sitting: Sitting
) -> None:
    asked = {
        "mid": sitting.id,
        "text": "Sở Xây dựng rà soát.",
        "kind": "task",
        "lead": f"unit:{office.sxd.id}",
        "due": (clock.today() + timedelta(days=9)).isoformat(),
    }
    frame = {"cid": "conclusion-1", "t": "conclusion.give", "d": asked}
    first, again = commands.run(sitting.chair, frame), commands.run(sitting.chair, frame)
    assert first["ok"]
    assert again == first
    assert len(conclusion_lists.conclusions_in(sitting.meeting)) == 1
    by_secretary = commands.run(sitting.secretary, frame | {"cid": "conclusion-2"})
    assert by_secretary["task"] is None


def test_what_the_task_refuses_leaves_nothing_behind(office: Office, sitting: Sitting) -> None:
    yesterday = clock.today() - timedelta(days=1)
    with pytest.raises(Invalid, match=r"conclusion.no_lead"):
        conclusions.give(sitting.chair, sitting.id, words(office, lead=None, co=()))
    with pytest.raises(DomainError, match=r"task.due_past"):
        conclusions.give(sitting.chair, sitting.id, words(office, due_date=yesterday))
    with pytest.raises(Invalid, match=r"task.self_assigned"):
        conclusions.give(sitting.chair, sitting.id, words(office, lead=f"user:{sitting.chair.id}"))
    with pytest.raises(Invalid, match=r"conclusion.lead_twice"):
        conclusions.give(sitting.chair, sitting.id, words(office, lead=f"unit:{office.stc.id}"))
    assert conclusion_lists.conclusions_in(sitting.meeting) == []


def test_an_edited_conclusion_waits_for_the_chair_again_and_an_old_form_is_refused(
    office: Office, sitting: Sitting
) -> None:
    plain = words(office, kind=ConclusionKind.CONCLUSION)
    made = conclusions.record_conclusion(sitting.secretary, sitting.id, plain)
    assert conclusions.confirm_conclusion(sitting.chair, sitting.id, made, expect=1) is None
    assert conclusion_of(sitting.meeting, made).state is ConclusionState.CONFIRMED
    with pytest.raises(Stale, match=r"conclusion.changed"):
        conclusions.edit_conclusion(sitting.secretary, sitting.id, made, plain, expect=1)
    conclusions.edit_conclusion(sitting.secretary, sitting.id, made, words(office), expect=2)
    assert conclusion_of(sitting.meeting, made).state is ConclusionState.DRAFT
    conclusions.confirm_conclusion(sitting.chair, sitting.id, made)
    with pytest.raises(BadState, match=r"conclusion.issued"):
        conclusions.edit_conclusion(sitting.secretary, sitting.id, made, plain)


def test_a_cancelled_conclusion_takes_its_task_along(office: Office, sitting: Sitting) -> None:
    made, task_id = conclusions.give(sitting.chair, sitting.id, words(office))
    with pytest.raises(Forbidden, match=r"conclusion.chair_cancels"):
        conclusions.cancel_conclusion(sitting.secretary, sitting.id, made, reason="Nhầm")
    with pytest.raises(Invalid, match=r"conclusion.why"):
        conclusions.cancel_conclusion(sitting.chair, sitting.id, made, reason=" ")
    conclusions.cancel_conclusion(sitting.chair, sitting.id, made, reason="Đã giao tại văn bản khác")
    assert tasks.for_origin(refs.Ref("conclusion", made))[0].state is TaskState.CANCELLED
    with pytest.raises(BadState, match=r"conclusion.cancelled"):
        conclusions.confirm_conclusion(sitting.chair, sitting.id, made)
    assert task_id is not None


def test_only_whoever_runs_the_meeting_concludes_and_only_once_it_has_begun(
    office: Office, sitting: Sitting, draft: Sitting
) -> None:
    for person in (sitting.delegate, sitting.guest):
        with pytest.raises(Forbidden):
            conclusions.record_conclusion(person, sitting.id, words(office))
    with pytest.raises(NotFound):
        conclusions.record_conclusion(office.stranger, sitting.id, words(office))
    with pytest.raises(BadState, match=r"conclusion.too_early"):
        conclusions.record_conclusion(draft.chair, draft.id, words(office))
    made = conclusions.record_conclusion(sitting.secretary, sitting.id, words(office))
    life.move_meeting(sitting.chair, sitting.id, life.MeetingState.ENDED, confirm=True)
    minutes_review.submit(sitting.secretary, sitting.id)
    conclusions.cancel_conclusion(sitting.chair, sitting.id, made, reason="Để kỳ sau")
    minutes_review.approve(sitting.chair, sitting.id)
    life.move_meeting(sitting.chair, sitting.id, life.MeetingState.CLOSED)
    with pytest.raises(BadState, match=r"conclusion.filed"):
        conclusions.confirm_conclusion(sitting.chair, sitting.id, made)


def test_a_sentence_is_read_with_the_names_of_the_directory(office: Office, sitting: Sitting) -> None:
    due = clock.today() + timedelta(days=20)
    text = SENTENCE.format(due=f"{due:%d/%m/%Y}")
    found = conclusion_lists.read_sentence(sitting.chair, sitting.id, text, sitting.agenda[0].id)
    assert (found["lead_sure"], found["due_sure"], found["kind"]) == (True, True, "task")
    assert [one["key"] for one in found["leads"]] == [f"unit:{office.sxd.id}"]
    assert [one["key"] for one in found["co"]] == [f"unit:{office.stc.id}"]
    assert found["dues"] == [due.isoformat()]
    assert found["owner"] == f"user:{sitting.agenda[0].owner_id}"
    with pytest.raises(Forbidden):
        conclusion_lists.read_sentence(sitting.guest, sitting.id, text, None)


def test_a_conclusion_is_read_by_members_once_confirmed_and_by_those_who_act_on_it(
    office: Office, sitting: Sitting
) -> None:
    made = conclusions.record_conclusion(sitting.secretary, sitting.id, words(office))
    ref = refs.Ref("conclusion", made)
    readers = lambda: [  # noqa: E731
        person.name
        for person in (sitting.secretary, sitting.delegate, sitting.guest, office.other_head, office.stranger)
        if refs.may_read(person, ref)
    ]
    assert readers() == [sitting.secretary.name]
    conclusions.confirm_conclusion(sitting.chair, sitting.id, made)
    assert readers() == [sitting.secretary.name, sitting.delegate.name, office.other_head.name]
    assert refs.url(ref) == f"/meetings/conclusions/{made}"
