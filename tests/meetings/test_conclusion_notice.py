"""The notice of conclusions: a draft among the documents, once, with its way back to the meeting."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from documents.models.document import Document
from documents.services import catalogue, drafting
from intranet.core import clock, db, refs
from intranet.core.errors import BadState, Forbidden
from intranet.notices import workdays
from intranet.people.models import Role, User
from intranet.records import files
from intranet.records.docx import text_of
from meetings.models.conclusion import ConclusionKind
from meetings.models.meeting import MeetingState, PartRole
from meetings.services import conclusion_notice, conclusions, life
from meetings.services.conclusions import Words
from tests.factories import Office, make_user
from tests.meetings.conftest import Sitting

Browsers = Callable[[User], FlaskClient]


@pytest.fixture
def concluded(office: Office, sitting: Sitting) -> Sitting:
    """A sitting that is over, one conclusion confirmed as work and one not confirmed."""
    with db.unit_of_work():
        catalogue.seed(office.org.id)
    item = sitting.agenda[0]
    work = Words("Sở Xây dựng rà soát tiến độ.", ConclusionKind.TASK, item.id, lead=f"unit:{office.sxd.id}")
    conclusions.give(sitting.chair, sitting.id, work)
    conclusions.record_conclusion(
        sitting.secretary, sitting.id, Words("Chưa ai xác nhận.", ConclusionKind.CONCLUSION)
    )
    life.move_meeting(sitting.chair, sitting.id, MeetingState.ENDED, confirm=True)
    return sitting


def test_confirmed_conclusions_become_one_draft_that_leads_back_to_the_meeting(
    concluded: Sitting, client_of: Browsers
) -> None:
    ref = conclusion_notice.draft_notice(concluded.secretary, concluded.id)
    assert conclusion_notice.draft_notice(concluded.secretary, concluded.id) == ref
    document = db.session().get_one(Document, ref.id)
    assert (document.origin_kind, document.origin_id) == ("meeting", concluded.id)
    assert document.due_date == conclusion_notice.due_of(concluded.meeting)
    assert document.drafter_id == concluded.secretary.id
    assert document.symbol == "TB-UBND"
    assert document.signer_id == concluded.chair.id
    (docx,) = files.of(document.ref, drafting.DRAFT_DOCX)
    words = text_of(files.path(docx)).text
    assert "Sở Xây dựng rà soát tiến độ (chủ trì: Sở Xây dựng)." in words
    assert "1. Về Điều chỉnh kế hoạch vốn:" in words
    assert "Chưa ai xác nhận." not in words
    found = conclusion_notice.standing(concluded.chair, concluded.meeting)
    assert found is not None
    assert (found.ref, found.is_issued, found.is_late) == (ref, False, False)
    browser = client_of(concluded.secretary)
    page = browser.get(refs.url(ref)).get_data(as_text=True)
    assert f'href="/meetings/{concluded.id}"' in page
    assert "Thông báo kết luận" in browser.get(f"/meetings/{concluded.id}/minutes").get_data(as_text=True)


def test_a_notice_whose_chair_signs_nothing_is_put_before_the_head_and_not_a_deputy(
    concluded: Sitting, office: Office
) -> None:
    deputy = make_user("a.pct", "An Văn Phó", office.vp, "Phó Chủ tịch UBND tỉnh", Role.LEADER)
    roles = {office.leader.id: PartRole.DELEGATE, office.head.id: PartRole.CHAIR}
    with db.unit_of_work():
        for part in concluded.meeting.participants:
            part.role = roles.get(part.user_id, part.role)
    ref = conclusion_notice.draft_notice(concluded.secretary, concluded.id)
    signer = db.session().get_one(Document, ref.id).signer_id
    assert signer == office.leader.id
    assert signer != deputy.id


def test_whoever_runs_the_meeting_is_warned_as_the_five_days_run_out(
    concluded: Sitting, client_of: Browsers
) -> None:
    due = workdays.add_working_days(clock.today(), 5)
    found = conclusion_notice.standing(concluded.chair, concluded.meeting)
    assert found is not None
    assert (found.due, found.left, found.is_near, found.may_draft) == (due, 5, False, False)
    assert conclusion_notice.standing(concluded.delegate, concluded.meeting) is None

    def page() -> str:
        return str(client_of(concluded.chair).get(f"/meetings/{concluded.id}").get_data(as_text=True))

    assert "hạn thông báo kết luận" not in page()
    clock.advance(timedelta(days=5))
    assert "Sắp đến hạn thông báo kết luận" in page()
    clock.advance(timedelta(days=10))
    assert "Thông báo kết luận đã quá hạn" in page()


def test_nothing_is_drafted_without_a_confirmed_conclusion_or_by_another_agency(
    sitting: Sitting, concluded: Sitting, office: Office
) -> None:
    with pytest.raises(Forbidden):
        conclusion_notice.draft_notice(concluded.delegate, concluded.id)
    for one in conclusions_of(concluded):
        conclusions.cancel_conclusion(concluded.chair, concluded.id, one, reason="Nhầm")
    with pytest.raises(BadState, match=r"minutes.notice_nothing"):
        conclusion_notice.draft_notice(concluded.secretary, concluded.id)
    assert conclusion_notice.standing(concluded.chair, concluded.meeting) is None


def conclusions_of(sitting: Sitting) -> list[int]:
    """Ids of the conclusions of a sitting."""
    return [one.id for one in conclusion_notice.standing_of(sitting.meeting)]
