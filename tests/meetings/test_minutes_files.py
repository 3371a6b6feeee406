"""Files of the minutes: made by the worker, without LibreOffice the Word file alone, and who reads them."""

from pathlib import Path

import pytest
from sqlalchemy import select

from intranet.core import jobs, refs
from intranet.core.db import session
from intranet.core.errors import Forbidden
from intranet.records import files
from intranet.records.docx import text_of
from meetings.models.meeting import Meeting, MeetingState
from meetings.services import distributing, life, minutes, minutes_files, minutes_review
from meetings.services.journal import lines_after
from tests.meetings.conftest import Sitting, add_paper


def meeting_of(sitting: Sitting) -> Meeting:
    """The meeting as it is stored now."""
    session().expire_all()
    return session().scalars(select(Meeting).where(Meeting.id == sitting.id)).one()


def test_without_libreoffice_the_word_file_stays_and_says_why_there_is_no_pdf(
    sitting: Sitting, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Forbidden):
        minutes_files.ask_files(sitting.delegate, sitting.id)
    assert minutes_files.made_of(sitting.meeting) == minutes_files.Made()
    minutes_files.ask_files(sitting.secretary, sitting.id)
    minutes_files.ask_files(sitting.chair, sitting.id)
    assert minutes_files.made_of(sitting.meeting).is_asked
    assert jobs.run_due() == 1
    made = minutes_files.made_of(meeting_of(sitting))
    assert (made.is_done, made.pdf, made.problem) == (True, None, "convert.not_installed")
    assert made.docx is not None
    assert "BIÊN BẢN" in text_of(files.path(made.docx)).text
    minutes.save_block(sitting.secretary, sitting.id, "opening", "Chữ mới.", rev=0)
    assert not minutes_files.made_of(sitting.meeting).is_asked


def test_approval_writes_the_file_that_stays_and_members_may_fetch_it(
    sitting: Sitting, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    paper = add_paper(sitting.secretary, sitting, sitting.agenda[0])
    distributing.set_rights(sitting.secretary, sitting.id, paper.public_id, grants=[])
    minutes.save_block(sitting.secretary, sitting.id, "opening", "Khai mạc.", rev=0)
    life.move_meeting(sitting.chair, sitting.id, MeetingState.ENDED, confirm=True)
    minutes_review.submit(sitting.secretary, sitting.id)
    ref = minutes_files.ref_of(sitting.id)
    assert not refs.may_read(sitting.delegate, ref)
    # What the worker was asked for before comes too late to take the place of what was approved.
    minutes_files.ask_files(sitting.secretary, sitting.id)
    minutes_review.approve(sitting.chair, sitting.id)
    approved = minutes_files.approved_docx(meeting_of(sitting))
    assert approved is not None
    line = lines_after(sitting.id, 0)[-1]
    assert (line.kind, line.data) == ("minutes.approved", {"sha256": approved.sha256})
    jobs.run_due()
    made = minutes_files.made_of(meeting_of(sitting))
    assert made.docx is not None
    assert made.docx.sha256 == approved.sha256
    words = text_of(files.path(made.docx)).text
    assert "Khai mạc." in words
    assert "To trinh 318" not in words
    assert refs.may_read(sitting.delegate, ref)
    assert not refs.may_read(sitting.guest, ref)
    assert files.get(sitting.delegate, made.docx.public_id).id == made.docx.id
