"""What the chair approved: the very words that were read, and nothing that they tell of moves afterwards."""

import json
import zipfile
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from intranet.core import db, jobs
from intranet.core.errors import BadState, NotFound, Stale
from intranet.people.models import User
from intranet.records import files, media
from meetings.models.floor import PresenceState
from meetings.models.meeting import MeetingState
from meetings.models.vote import Poll
from meetings.services import (
    archiving,
    attending,
    journal,
    life,
    minutes,
    minutes_files,
    minutes_review,
    minutes_sheet,
    voting,
)
from tests.factories import Office
from tests.meetings.conftest import pdf
from tests.meetings.test_minutes_pages import Browsers
from tests.meetings.voting import Chamber, make_chamber


@pytest.fixture
def held(office: Office, guest: User) -> Chamber:
    """A sitting of six that is over, a vote closed and not published, its minutes with the chair."""
    made = make_chamber(office, guest, 6)
    poll = made.open()
    made.cast(poll, "yes", "yes", "yes", "yes", "no")
    made.close(poll)
    minutes.save_block(made.secretary, made.id, "opening", "Khai mạc.", rev=0)
    life.move_meeting(made.chair, made.id, MeetingState.ENDED, confirm=True)
    minutes_review.submit(made.secretary, made.id)
    return made


def set_out(held: Chamber, by: User, state: PresenceState = PresenceState.OUT) -> None:
    """The last member was not there."""
    attending.set_presence(by, held.id, state, person=held.members[-1].id)


def publish(held: Chamber) -> int:
    """Tell of the vote; returns it."""
    poll = db.session().scalars(select(Poll.id).where(Poll.meeting_id == held.id)).one()
    voting.publish_vote(held.chair, held.id, poll)
    return poll


def test_the_chair_approves_the_minutes_that_were_read(held: Chamber) -> None:
    with pytest.raises(BadState, match=r"minutes.votes_wait"):
        minutes_review.approve(held.chair, held.id)
    publish(held)
    read = minutes_files.edition_of(held.sitting.meeting)
    set_out(held, held.secretary)
    with pytest.raises(Stale, match=r"minutes.moved_on"):
        minutes_review.approve(held.chair, held.id, expect=read)
    assert minutes_files.approved_docx(held.sitting.meeting) is None
    minutes_review.approve(held.chair, held.id, expect=minutes_files.edition_of(held.sitting.meeting))
    assert minutes_files.approved_docx(held.sitting.meeting) is not None


def test_presence_and_votes_stay_as_the_approved_minutes_tell_them(held: Chamber) -> None:
    poll = publish(held)
    minutes_review.approve(held.chair, held.id)
    told = minutes_sheet.sheet_of(held.chair, held.sitting.meeting)
    late = (
        lambda: set_out(held, held.chair),
        lambda: set_out(held, held.secretary, PresenceState.ABSENT),
        lambda: voting.void_vote(held.chair, held.id, poll, reason="Nhầm"),
    )
    for act in late:
        with pytest.raises(BadState, match=r"minutes.filed"):
            act()
    with db.unit_of_work():
        told_later = {"role": "chair", "from": held.chair.id, "to": held.secretary.id}
        journal.append(held.sitting.meeting, "role.transferred", by=held.chair, **told_later)
    assert minutes_sheet.sheet_of(held.chair, held.sitting.meeting).course == told.course


def test_a_fact_that_is_none_is_not_corrected(held: Chamber) -> None:
    with pytest.raises(NotFound, match=r"minutes.no_fact"):
        minutes_review.correct_fact(held.secretary, held.id, "9999", "Khác", "Nhầm")


def test_word_and_archive_are_the_file_that_was_approved(
    held: Chamber, client_of: Browsers, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    publish(held)
    with pytest.raises(BadState, match=r"meeting.minutes_open"):
        life.move_meeting(held.chair, held.id, MeetingState.CLOSED)
    browser: FlaskClient = client_of(held.chair)
    read = minutes_files.edition_of(held.sitting.meeting)
    browser.post(f"/meetings/{held.id}/minutes/approve", data={"edition": read})
    approved = minutes_files.approved_docx(held.sitting.meeting)
    assert approved is not None
    address = f"/meetings/{held.id}/minutes"
    got = browser.get(f"{address}.docx", follow_redirects=True)
    assert got.data == files.read(approved)
    assert approved.sha256 in browser.get(address).get_data(as_text=True)
    kept = files.keep(pdf(), "bien ban.pdf", media.PDF)
    files.attach_kept(
        held.chair, kept, approved.owner, org_id=held.sitting.meeting.org_id, role=minutes_files.PDF
    )
    assert browser.post(f"{address}/close").status_code == 302
    assert held.sitting.meeting.state is MeetingState.CLOSED
    jobs.run_due()
    db.session().expire_all()
    made = archiving.archive_of(held.sitting.meeting).file
    assert made is not None
    with zipfile.ZipFile(files.path(made)) as archive:
        assert archive.read("bien-ban.docx") == files.read(approved)
        assert archive.read("bien-ban.pdf") == pdf()
        index = archive.read("index.html").decode()
        assert "Tán thành 4/6 thành viên, cần trên 1/2: thông qua" in index
        assert "Thành Viên 3" in index
        assert json.loads(archive.read("nhat-ky.json"))["lines"][-1]["kind"] == "meeting.state"
