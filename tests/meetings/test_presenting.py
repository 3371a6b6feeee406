"""What is shown to those who follow, who may show it, and for how long."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from intranet.core import clock
from intranet.core.errors import BadState, Forbidden, Invalid, NotFound, Stale
from intranet.people.models import User
from meetings.models.meeting import PartRole
from meetings.services import papers, participants, room
from meetings.services.life import end_meeting, pause_meeting
from meetings.services.presenting import (
    blank_screen,
    grant_presenting,
    grants,
    keep_view,
    last_view,
    lead_of,
    present_page,
    revoke_presenting,
    show_view,
    shown,
    start_presenting,
    stop_presenting,
    view_of,
)
from tests.factories import Office
from tests.meetings.conftest import Sitting, add_paper, journal_of


@pytest.fixture
def file(sitting: Sitting) -> str:
    """A paper of three pages on the table."""
    return add_paper(sitting.secretary, sitting, sitting.agenda[0]).public_id


def test_a_page_is_shown_turned_and_taken_away(sitting: Sitting) -> None:
    paper = add_paper(sitting.secretary, sitting, sitting.agenda[0])
    start_presenting(sitting.secretary, sitting.id, paper.public_id, 2)
    present_page(sitting.chair, sitting.id, 3, file=paper.public_id)
    assert sitting.meeting.presenting["page"] == 3
    v = present_page(sitting.chair, sitting.id, 3, file=paper.public_id)
    assert v == sitting.meeting.v == 3
    stop_presenting(sitting.chair, sitting.id)
    assert sitting.meeting.presenting is None
    assert journal_of(sitting.id) == ["file.added", "present.started", "present.page", "present.stopped"]


def test_only_pages_that_exist_of_papers_on_the_table_are_shown(sitting: Sitting) -> None:
    paper = add_paper(sitting.secretary, sitting, None)
    with pytest.raises(Invalid, match=r"meeting.no_such_page"):
        start_presenting(sitting.chair, sitting.id, paper.public_id, 4)
    with pytest.raises(NotFound, match=r"meeting.unknown_paper"):
        start_presenting(sitting.chair, sitting.id, "0" * 32, 1)
    with pytest.raises(Stale, match=r"meeting.shows_other"):
        present_page(sitting.chair, sitting.id, 2, file=paper.public_id)


def test_a_paper_being_shown_is_not_withdrawn(sitting: Sitting) -> None:
    paper = add_paper(sitting.secretary, sitting, None)
    start_presenting(sitting.chair, sitting.id, paper.public_id, 1)
    with pytest.raises(BadState, match=r"meeting.presented"):
        papers.withdraw_paper(sitting.secretary, sitting.id, paper.public_id)
    stop_presenting(sitting.chair, sitting.id)
    papers.withdraw_paper(sitting.secretary, sitting.id, paper.public_id)
    assert papers.of_meeting(sitting.meeting) == {}


def test_whoever_was_granted_presents_until_the_time_is_over(sitting: Sitting, file: str) -> None:
    with pytest.raises(Forbidden, match=r"present.not_granted"):
        start_presenting(sitting.guest, sitting.id, file, 1)
    grant_presenting(sitting.chair, sitting.id, sitting.guest.id, for_s=300)
    start_presenting(sitting.guest, sitting.id, file, 1)
    assert (shown(sitting.meeting)["by"], shown(sitting.meeting)["n"]) == (
        sitting.guest.id,
        "Trịnh Văn Khách",
    )
    clock.advance(timedelta(seconds=299))
    present_page(sitting.guest, sitting.id, 2, file=file)
    clock.advance(timedelta(seconds=1))
    for act in (
        lambda: present_page(sitting.guest, sitting.id, 3, file=file),
        lambda: stop_presenting(sitting.guest, sitting.id),
        lambda: start_presenting(sitting.guest, sitting.id, file, 1),
        lambda: lead_of(sitting.guest, sitting.id),
    ):
        with pytest.raises(Forbidden, match=r"present.not_granted"):
            act()
    assert shown(sitting.meeting)["page"] == 2


def test_a_grant_without_a_time_lasts_until_it_is_taken_back(sitting: Sitting, file: str) -> None:
    grant_presenting(sitting.secretary, sitting.id, sitting.delegate.id)
    clock.advance(timedelta(hours=5))
    start_presenting(sitting.delegate, sitting.id, file, 1)
    revoke_presenting(sitting.secretary, sitting.id, sitting.delegate.id)
    v = revoke_presenting(sitting.secretary, sitting.id, sitting.delegate.id)
    assert v == sitting.meeting.v == 4
    with pytest.raises(Forbidden, match=r"present.not_granted"):
        present_page(sitting.delegate, sitting.id, 2, file=file)
    # The page stays, and the secretary takes over.
    assert shown(sitting.meeting)["by"] == sitting.delegate.id
    start_presenting(sitting.secretary, sitting.id, file, 1)
    assert lead_of(sitting.secretary, sitting.id).by == sitting.secretary.id
    with pytest.raises(Forbidden, match=r"present.not_granted"):
        lead_of(sitting.delegate, sitting.id)


def test_only_who_runs_the_room_grants_and_only_to_who_takes_part(
    sitting: Sitting, office: Office, trail: Callable[[], list[str]]
) -> None:
    for person in (sitting.delegate, sitting.guest):
        with pytest.raises(Forbidden, match=r"meeting.not_yours_to_run"):
            grant_presenting(person, sitting.id, person.id)
        with pytest.raises(Forbidden, match=r"meeting.not_yours_to_run"):
            revoke_presenting(person, sitting.id, person.id)
    with pytest.raises(NotFound, match=r"meeting.unknown_person"):
        grant_presenting(sitting.chair, sitting.id, office.stranger.id)
    for seconds in (0, -1, 8 * 3600 + 1):
        with pytest.raises(Invalid, match=r"present.too_long"):
            grant_presenting(sitting.chair, sitting.id, sitting.guest.id, for_s=seconds)
    assert trail() == []
    grant_presenting(sitting.chair, sitting.id, sitting.guest.id)
    assert trail() == ["present.granted"]


def test_a_grant_goes_with_the_person_and_with_the_meeting(sitting: Sitting, file: str) -> None:
    grant_presenting(sitting.chair, sitting.id, sitting.guest.id)
    grant_presenting(sitting.chair, sitting.id, sitting.delegate.id)
    participants.remove_participant(sitting.secretary, sitting.id, sitting.guest.id)
    participants.invite(sitting.secretary, sitting.id, [sitting.guest.id], PartRole.GUEST)
    with pytest.raises(Forbidden, match=r"present.not_granted"):
        start_presenting(sitting.guest, sitting.id, file, 1)
    assert list(grants(sitting.meeting)) == [str(sitting.delegate.id)]
    end_meeting(sitting.chair, sitting.id, confirm=True)
    assert grants(sitting.meeting) == {}
    with pytest.raises(BadState, match=r"meeting.not_live"):
        grant_presenting(sitting.chair, sitting.id, sitting.guest.id)


def test_nobody_presents_while_the_meeting_pauses(sitting: Sitting, file: str) -> None:
    start_presenting(sitting.chair, sitting.id, file, 1)
    pause_meeting(sitting.chair, sitting.id)
    with pytest.raises(BadState, match=r"meeting.not_live"):
        present_page(sitting.chair, sitting.id, 2, file=file)
    with pytest.raises(BadState, match=r"meeting.not_live"):
        lead_of(sitting.chair, sitting.id)


def test_the_overlay_says_who_may_present(sitting: Sitting, guest: User) -> None:
    def can(person: User) -> list[str]:
        return list(room.overlay(person, sitting.meeting)["can"])

    assert "present" in can(sitting.chair)
    assert "present" in can(sitting.secretary)
    assert "present" not in can(guest)
    grant_presenting(sitting.chair, sitting.id, guest.id, for_s=60)
    assert "present" in can(guest)
    clock.advance(timedelta(seconds=60))
    assert "present" not in can(guest)


def test_the_screen_is_made_dark_and_light_without_touching_what_is_shown(
    sitting: Sitting, file: str
) -> None:
    start_presenting(sitting.chair, sitting.id, file, 2)
    blank_screen(sitting.secretary, sitting.id, on=True)
    assert blank_screen(sitting.chair, sitting.id, on=True) == sitting.meeting.v
    present_page(sitting.chair, sitting.id, 3, file=file)
    state = room.full_state(sitting.meeting)
    assert (state["blank"], state["present"]["page"]) == (True, 3)
    blank_screen(sitting.chair, sitting.id, on=False)
    assert room.full_state(sitting.meeting)["blank"] is False
    with pytest.raises(Forbidden, match=r"meeting.not_yours_to_run"):
        blank_screen(sitting.delegate, sitting.id, on=True)
    end_meeting(sitting.chair, sitting.id, confirm=True)
    with pytest.raises(BadState, match=r"screen.down"):
        blank_screen(sitting.chair, sitting.id, on=True)


def test_a_rectangle_is_stored_without_a_line_and_only_for_the_page_it_belongs_to(
    sitting: Sitting, file: str
) -> None:
    start_presenting(sitting.chair, sitting.id, file, 2)
    before = journal_of(sitting.id)
    lead = lead_of(sitting.chair, sitting.id)
    assert keep_view(sitting.id, lead, view_of(2, 0.1, 0.25, 0.5, seq=7)) is True
    assert last_view(sitting.meeting) == {"page": 2, "view": {"x": 0.1, "y": 0.25, "w": 0.5}, "seq": 7}
    # One that comes late changes nothing; one of another page, person or paper is refused.
    assert keep_view(sitting.id, lead, view_of(2, 0, 0, 1, seq=6)) is True
    assert keep_view(sitting.id, lead, view_of(3, 0, 0, 1, seq=8)) is False
    for other in (replace(lead, by=sitting.secretary.id), replace(lead, file="another")):
        assert keep_view(sitting.id, other, view_of(2, 0, 0, 1, seq=8)) is False
    assert keep_view(999, lead, view_of(2, 0, 0, 1, seq=8)) is False
    assert (last_view(sitting.meeting) or {})["seq"] == 7
    assert journal_of(sitting.id) == before
    present_page(sitting.chair, sitting.id, 3, file=file)
    assert last_view(sitting.meeting) is None


def test_a_newcomer_gets_the_rectangle_whatever_it_held(sitting: Sitting, file: str) -> None:
    start_presenting(sitting.chair, sitting.id, file, 1)
    room.welcome(sitting.delegate, sitting.id, None)
    keep_view(sitting.id, lead_of(sitting.chair, sitting.id), view_of(1, 0, 0.5, 1, seq=5))
    for last, mode in ((None, "snapshot"), (1, "delta"), (2, "same")):
        answer = room.welcome(sitting.guest, sitting.id, last).answer
        assert (answer["mode"], answer["lv"]["view"]["view"]["y"]) == (mode, 0.5)


@pytest.mark.parametrize(
    "wrong", [(0, 0, 0, 1), (1, -0.1, 0, 1), (1, 0, 1.1, 1), (1, 0, 0, 0), (1, 0, 0, 1.5), (1, 0, 0, 0.04)]
)
def test_a_rectangle_outside_the_page_is_refused(wrong: tuple[int, float, float, float]) -> None:
    with pytest.raises(Invalid, match=r"present.bad_view"):
        view_of(*wrong)


def test_only_the_presenter_shows_a_rectangle(sitting: Sitting, file: str) -> None:
    start_presenting(sitting.secretary, sitting.id, file, 1)
    with pytest.raises(Stale, match=r"present.not_you"):
        show_view(sitting.chair, sitting.id, view_of(1, 0, 0, 1))
    with pytest.raises(Forbidden, match=r"present.not_granted"):
        show_view(sitting.delegate, sitting.id, view_of(1, 0, 0, 1))
