"""Rehearsals: all of the meeting but its people, nothing of which counts or stays."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from intranet.core import clock, db
from intranet.core.db import Base
from intranet.core.errors import BadState, Forbidden, NotFound
from intranet.notices.models import Notice, Reminder
from intranet.people import directory
from intranet.people import listing as people_lists
from intranet.people.models import Role, User
from intranet.people.services import accounts
from intranet.records import counting, files
from intranet.records.models import File
from intranet.schedule import personal
from intranet.schedule.models import Booking
from intranet.tasks.models import Task
from meetings import jobs
from meetings.models.answer import Attending
from meetings.models.conclusion import ConclusionKind
from meetings.models.floor import Speech
from meetings.models.meeting import Meeting, MeetingState, PartRole
from meetings.models.vote import NamedBallot, Poll, VoteMode
from meetings.permissions import To, access_meeting
from meetings.services import (
    answering,
    archiving,
    attending,
    chairing,
    conclusion_notice,
    conclusion_review,
    conclusions,
    devices,
    distributing,
    handing_over,
    holding,
    life,
    listing,
    minutes_docx,
    minutes_files,
    minutes_review,
    minutes_sheet,
    opinion_lists,
    packs,
    paper_rights,
    participants,
    planning,
    publishing,
    rehearsing,
    voting,
)
from tests.factories import Office, make_user
from tests.meetings.conftest import Sitting, add_paper, make_sitting
from tests.meetings.voting import THREE, three
from tests.people.browsing import send, stranger

Clients = Callable[[User], FlaskClient]
_CROWD = 8


@pytest.fixture
def planned(office: Office, guest: User) -> Sitting:
    """A published meeting with ten people and a chair's paper; the clock stands."""
    clock.freeze(clock.now())
    made = make_sitting(office, guest, MeetingState.PUBLISHED)
    more = [
        make_user(f"nguoi{no}", f"Phạm Văn {no}", office.sxd, "Chuyên viên", Role.OFFICER)
        for no in range(1, _CROWD + 1)
    ]
    participants.invite(made.secretary, made.id, [one.id for one in more], PartRole.DELEGATE)
    return made


def rehearsal_of(planned: Sitting) -> Meeting:
    """Its rehearsal, as the secretary makes or enters it."""
    key = rehearsing.rehearse(planned.secretary, planned.id)
    return db.session().get_one(Meeting, key, populate_existing=True)


def wait(seconds: float) -> None:
    """Let the clock move on, and the robots look at it each time they would."""
    for _ in range(int(seconds // 2)):
        clock.advance(timedelta(seconds=2))
        jobs.let_robots_act()
        db.session().expire_all()


def test_a_rehearsal_has_agenda_papers_rights_and_votes_of_its_meeting_and_robots_for_its_people(
    planned: Sitting, office: Office
) -> None:
    first, second = planned.agenda
    paper = add_paper(planned.secretary, planned, first)
    grants = [{"who": f"unit:{office.stc.id}", "can": ["print"]}, {"who": "role:guest", "can": []}]
    distributing.set_rights(planned.secretary, planned.id, paper.public_id, grants=grants)
    voting.prepare_vote(planned.secretary, planned.id, second.id, three())
    made = rehearsal_of(planned)
    assert rehearsing.rehearse(planned.chair, planned.id) == made.id
    assert [(one.title, one.budget_min, one.kind) for one in made.agenda] == [
        (one.title, one.budget_min, one.kind) for one in planned.agenda
    ]
    assert [one.role for one in made.participants] == [one.role for one in planned.meeting.participants]
    real = {one.user_id for one in made.participants} & {one.user_id for one in planned.meeting.participants}
    assert real == {planned.chair.id, planned.secretary.id}
    (copy,) = files.of(made.agenda[0].ref)
    assert (copy.sha256, copy.name) == (paper.sha256, paper.name)
    assert copy.public_id != paper.public_id
    people = directory.people([one.user_id for one in made.participants])
    robots = {part.role: people[part.user_id] for part in made.participants if part.user_id not in real}
    # The head of finance reports on the first item and sits third.
    head = people[made.participants[2].user_id]
    assert made.agenda[0].owner_id == head.id
    assert {one.full_name for one in robots.values()} <= {f"Đại biểu thử {no:02d}" for no in range(1, 11)}
    assert paper_rights.may_read(head, made, copy)
    assert paper_rights.may_read(robots[PartRole.GUEST], made, copy)
    assert not paper_rights.may_read(people[made.participants[-1].user_id], made, copy)
    (poll,) = db.session().scalars(select(Poll).where(Poll.meeting_id == made.id))
    assert (poll.item_id, poll.texts) == (made.agenda[1].id, THREE)
    assert db.session().scalar(select(func.count()).select_from(User).where(User.is_robot)) == 10
    for outsider in (planned.delegate, planned.guest, office.stranger):
        with pytest.raises((Forbidden, NotFound)):
            rehearsing.rehearse(outsider, planned.id)
        assert not files.rights(outsider, copy)


def test_robots_come_vote_and_ask_to_speak_by_the_clock_and_leave_the_real_seats_alone(
    planned: Sitting,
) -> None:
    made = rehearsal_of(planned)
    item = made.agenda[0].id
    poll = voting.prepare_vote(planned.secretary, made.id, item, three())
    wait(30)
    there = [one.user_id for one in made.participants if attending.is_there(made, one.user_id)]
    # Ten robots, of whom the tenth stays away.
    assert len(there) == 9
    assert not {planned.chair.id, planned.secretary.id} & set(there)
    life.start_meeting(planned.secretary, made.id, confirm=True)
    assert made.plan_end == clock.now() + timedelta(minutes=40)
    chairing.start_item(planned.secretary, made.id, item, expect=None)
    voting.open_vote(planned.secretary, made.id, poll)
    wait(30)
    ballots = db.session().scalars(select(NamedBallot).where(NamedBallot.poll_id == poll)).all()
    # The guest has no vote.
    assert len(ballots) == 8
    assert {one.choice[0] for one in ballots} == {"yes", "no", "none"}
    assert {one.voter_id for one in ballots} <= set(there)
    voting.close_vote(planned.secretary, made.id, poll)
    voting.publish_vote(planned.secretary, made.id, poll)
    asked = db.session().scalars(select(Speech).where(Speech.meeting_id == made.id)).all()
    assert [one.user_id in there for one in asked] == [True]
    hands = voting.prepare_vote(planned.secretary, made.id, item, three(VoteMode.HAND.value))
    voting.open_vote(planned.secretary, made.id, hands)
    wait(10)
    assert db.session().scalar(select(func.count()).select_from(NamedBallot)) == 8


def everywhere(office: Office, planned: Sitting) -> dict[str, Any]:
    """What each place shows where a meeting, its people or its papers may appear."""
    today = clock.today()
    span = (clock.now() - timedelta(days=3), clock.now() + timedelta(days=3))
    everybody = [one.user_id for one in planned.meeting.participants]
    found: dict[str, Any] = {}
    for who in (planned.chair, planned.secretary, planned.delegate):
        rows = {
            "coming": [one.meeting.id for one in listing.coming(who)],
            "past": [one.meeting.id for one in listing.past(who)[0]],
            "today": [one.meeting.id for one in listing.of_today(who)],
            "search": (listing.found_for(who, "phiên họp") or {}).get("rows"),
            "notices": listing.titles_for(who, range(1, 50)),
            "packs": [one.meeting.id for one in packs.coming(who)],
            "opinions": [one.id for one in opinion_lists.meetings_of(who)],
            "held": [one.ref for one in holding.held_by(who, everybody, *span)],
            "own days": [
                one.title for one in personal.items(who, today - timedelta(days=3), today + timedelta(days=9))
            ],
            "clashes": holding.clashes_of(planned.secretary, planned.id),
            "review": conclusion_review.review_of(who, planned.meeting),
        }
        found |= {f"{who.name}: {key}": one for key, one in rows.items()}
    counted = {kind: select(func.count()).select_from(kind) for kind in (Notice, Reminder, Booking, Task)}
    found |= {kind.__name__: db.session().scalar(query) for kind, query in counted.items()}
    found["people found"] = [one.id for one in directory.find_people({office.org.id}, "đại biểu", 20)]
    accounts_found = people_lists.list_people(office.admin, people_lists.PeopleFilter())
    found["accounts"] = [one.id for one in accounts_found.rows]
    found["agencies"] = people_lists.agency_nodes(office.admin)[0]
    return found


def test_a_rehearsal_appears_nowhere_else_and_nobody_is_told_of_it(office: Office, planned: Sitting) -> None:
    add_paper(planned.secretary, planned, planned.agenda[0])
    before = everywhere(office, planned)
    made = rehearsal_of(planned)
    assert everywhere(office, planned) == before
    wait(30)
    life.start_meeting(planned.secretary, made.id, confirm=True)
    assert everywhere(office, planned) == before
    chairing.start_item(planned.secretary, made.id, made.agenda[0].id, expect=None)
    words = conclusions.Words("Sở Tài chính báo cáo lại.", ConclusionKind.CONCLUSION)
    conclusions.confirm_conclusion(
        planned.chair, made.id, conclusions.record_conclusion(planned.chair, made.id, words)
    )
    life.end_meeting(planned.secretary, made.id, confirm=True)
    assert everywhere(office, planned) == before
    # A later sitting goes through what sittings concluded, not through what was tried.
    clock.advance(timedelta(hours=2))
    assert conclusion_review.review_of(planned.secretary, planned.meeting) is None


def test_nothing_that_counts_comes_of_a_rehearsal(planned: Sitting, office: Office) -> None:
    made = rehearsal_of(planned)
    who, key = planned.secretary, made.id
    head: dict[str, Any] = {"title": "Khác", "starts_at": clock.now() + timedelta(days=1), "place": "Phòng 2"}
    ahead: list[tuple[str, Callable[[], object]]] = [
        ("not_planned", lambda: planning.edit_meeting(who, key, **head)),
        ("not_planned", lambda: planning.add_item(who, key, title="Mục thêm")),
        ("not_planned", lambda: life.move_meeting(who, key, MeetingState.POSTPONED)),
        ("of_itself", lambda: rehearsing.rehearse(who, key)),
    ]
    for code, act in ahead:
        with pytest.raises(BadState, match=f"rehearsal.{code}"):
            act()
    with pytest.raises(BadState, match=r"answer.too_late"):
        answering.answer(who, key, Attending.ATTEND)
    wait(30)
    life.start_meeting(planned.chair, key, confirm=True)
    given = conclusions.Words("Sở Tài chính trình lại.", ConclusionKind.TASK, lead=f"unit:{office.stc.id}")
    task = conclusions.record_conclusion(who, key, given)
    refused: list[tuple[str, Callable[[], object]]] = [
        ("no_task", lambda: conclusions.confirm_conclusion(planned.chair, key, task)),
        ("people", lambda: participants.invite(who, key, [planned.delegate.id], PartRole.DELEGATE)),
        ("people", lambda: participants.remove_participant(who, key, planned.chair.id)),
        ("people", lambda: handing_over.hand_over(planned.chair, key, who.id)),
        ("not_planned", lambda: publishing.publish_papers(who, key)),
    ]
    for code, act in refused:
        with pytest.raises(BadState, match=f"rehearsal.{code}"):
            act()
    life.end_meeting(planned.chair, key, confirm=True)
    ended = db.session().get_one(Meeting, key, populate_existing=True)
    over: list[tuple[str, Callable[[], object]]] = [
        ("no_minutes", lambda: minutes_review.submit(who, key)),
        ("no_minutes", lambda: minutes_files.ask_files(who, key)),
        ("no_minutes", lambda: minutes_docx.build_docx(minutes_sheet.sheet_of(who, ended))),
        ("no_minutes", lambda: archiving.ask_archive(who, key)),
        ("no_notice", lambda: conclusion_notice.draft_notice(who, key)),
    ]
    for code, act in over:
        with pytest.raises(BadState, match=f"rehearsal.{code}"):
            act()
    assert conclusion_notice.standing(who, ended) is None
    assert db.session().scalar(select(func.count()).select_from(Task)) == 0


def left_of(meeting_id: int) -> dict[str, int]:
    """Rows that name a meeting, by table; what hangs on such rows goes with them by its keys."""
    found = {}
    for table in Base.metadata.sorted_tables:
        if "meeting_id" in table.c:
            query = select(func.count()).select_from(table).where(table.c.meeting_id == meeting_id)
            found[table.name] = db.session().scalar(query) or 0
    return {name: n for name, n in found.items() if n}


def lived_through(planned: Sitting) -> int:
    """A rehearsal in which much was done."""
    add_paper(planned.secretary, planned, planned.agenda[0])
    made = rehearsal_of(planned)
    item = made.agenda[0].id
    wait(30)
    life.start_meeting(planned.secretary, made.id, confirm=True)
    chairing.start_item(planned.secretary, made.id, item, expect=None)
    for mode in ("roll", "secret"):
        poll = voting.prepare_vote(planned.secretary, made.id, item, three(mode))
        voting.open_vote(planned.secretary, made.id, poll)
        wait(30)
        if mode == "roll":
            voting.close_vote(planned.secretary, made.id, poll)
    return made.id


@pytest.mark.parametrize("why", ["again", "begun", "week"])
def test_a_rehearsal_goes_whole_when_it_is_begun_again_when_the_meeting_begins_or_after_a_week(
    planned: Sitting, why: str
) -> None:
    key = lived_through(planned)
    held = left_of(planned.id)
    (paper,) = files.of(db.session().get_one(Meeting, key).agenda[0].ref)
    with db.unit_of_work():
        counting.count(paper.org_id, counting.Use.DOWNLOADED, [paper.ref])
    assert {"journal_line", "poll", "speech", "attendance"} <= left_of(key).keys()
    assert jobs.wipe_rehearsals() == 0
    if why == "again":
        fresh = rehearsing.begin_again(planned.secretary, planned.id)
        assert fresh != key
        assert len(db.session().get_one(Meeting, fresh).agenda) == 2
    elif why == "begun":
        life.start_meeting(planned.chair, planned.id, confirm=True)
        held = left_of(planned.id)
        assert jobs.wipe_rehearsals() == 1
    else:
        clock.advance(timedelta(days=7))
        assert jobs.wipe_rehearsals() == 1
    db.session().expire_all()
    assert left_of(key) == {}
    assert left_of(planned.id) == held
    assert counting.total_of(planned.meeting.org_id)[1].downloaded == 0
    gone = db.session().get_one(Meeting, key)
    assert (gone.state, gone.title, gone.rehearses_id) == (MeetingState.CANCELLED, "", planned.id)
    lost = select(func.count()).select_from(File).where(File.ref_kind == "agenda_item")
    assert db.session().scalar(lost) == (2 if why == "again" else 1)
    for table in ("poll_voter", "named_ballot", "participation", "box_slot"):
        rows = select(func.count()).select_from(Base.metadata.tables[table])
        assert db.session().scalar(rows) == 0, table
    assert jobs.wipe_rehearsals() == 0
    if why == "begun":
        with pytest.raises(BadState, match=r"rehearsal.too_late"):
            rehearsing.rehearse(planned.secretary, planned.id)


def test_whoever_is_secretary_no_more_is_not_in_the_rehearsal_and_a_new_one_is(planned: Sitting) -> None:
    made = rehearsal_of(planned)
    participants.invite(planned.chair, planned.id, [planned.delegate.id], PartRole.SECRETARY)
    assert rehearsing.rehearse(planned.delegate, planned.id) == made.id
    assert made.participant(planned.delegate.id) is not None
    participants.invite(planned.chair, planned.id, [planned.secretary.id], PartRole.GUEST)
    db.session().expire_all()
    with pytest.raises(NotFound, match=r"meeting.unknown"):
        access_meeting(planned.secretary, made.id, To.ATTEND)


@pytest.mark.pages
def test_the_page_offers_the_rehearsal_and_its_room_says_what_it_is(
    app: Flask, planned: Sitting, client_of: Clients, office: Office
) -> None:
    secretary = client_of(planned.secretary)
    page = f"/meetings/{planned.id}"
    assert f'action="{page}/rehearsal"' in secretary.get(page).text
    assert "Buổi họp thử" not in secretary.get(page).text
    entered = secretary.post(f"{page}/rehearsal")
    key = rehearsing.rehearse(planned.secretary, planned.id)
    assert entered.location == f"/meetings/{key}/room"
    assert ">Họp thử</span>" in secretary.get(entered.location).text
    assert ">Họp thử</b>" in secretary.get(f"/meetings/{key}/screen").text
    life.start_meeting(planned.chair, key, confirm=True)
    code = devices.issue_code(planned.secretary, key, person=planned.chair.id).code
    tablet = stranger(app)
    assert ">Họp thử</span>" in send(tablet, f"/tablet/{key}", code=code).text
    assert ">Họp thử</span>" not in tablet.get(f"/tablet/{key}").text
    # What would be refused is not offered.
    life.end_meeting(planned.chair, key, confirm=True)
    minutes = secretary.get(f"/meetings/{key}/minutes").text
    assert "data-ed" in minutes
    for path in ("minutes/files", "minutes/submit", "archive"):
        assert f"/meetings/{key}/{path}" not in minutes
    assert secretary.get(f"/meetings/{key}").location == f"{page}#rehearsal"
    assert "Làm lại từ đầu" in secretary.get(page).text
    again = secretary.post(f"{page}/rehearsal/again").location
    assert again not in (None, entered.location)
    assert client_of(planned.delegate).post(f"{page}/rehearsal").status_code == 403
    assert client_of(planned.delegate).get(again).status_code == 404
    assert "Đã xóa buổi họp thử" in secretary.post(f"{page}/rehearsal/remove", follow_redirects=True).text
    assert secretary.get(again).status_code == 404


def test_robots_are_no_accounts(planned: Sitting, office: Office) -> None:
    rehearsal_of(planned)
    robot = db.session().scalars(select(User).where(User.is_robot).limit(1)).one()
    assert not robot.is_active
    assert robot.password_hash is None
    with pytest.raises(NotFound, match=r"account.unknown"):
        accounts.set_active(office.admin, robot.id, True)
    with pytest.raises(NotFound, match=r"account.unknown"):
        accounts.named(robot.name)
