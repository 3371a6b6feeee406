"""The file of a meeting for the archive: whole, verifiable, for those who ran it."""

import json
import zipfile

import pytest
from click.testing import CliRunner
from flask import Flask

from intranet.cli import verify_archive
from intranet.core import jobs, refs
from intranet.core.db import session
from intranet.core.errors import BadState, Forbidden
from intranet.records import bundle, files
from meetings.models.conclusion import ConclusionKind
from meetings.models.meeting import MeetingState
from meetings.services import archiving, conclusions, life
from meetings.services.conclusions import Words
from tests.meetings.conftest import Sitting, add_paper


def test_a_meeting_that_was_held_becomes_one_file_that_proves_itself(app: Flask, sitting: Sitting) -> None:
    chair, secretary, mid = sitting.chair, sitting.secretary, sitting.id
    with pytest.raises(BadState, match=r"meeting.not_held"):
        archiving.ask_archive(secretary, mid)
    paper = add_paper(secretary, sitting, sitting.agenda[0])
    conclusions.give(chair, mid, Words("Thống nhất chủ trương.", ConclusionKind.CONCLUSION))
    life.move_meeting(chair, mid, MeetingState.ENDED, confirm=True)
    with pytest.raises(Forbidden):
        archiving.ask_archive(sitting.delegate, mid)
    archiving.ask_archive(secretary, mid)
    archiving.ask_archive(chair, mid)
    assert archiving.archive_of(sitting.meeting) == archiving.Archive(is_asked=True)
    assert jobs.run_due() == 1
    session().expire_all()
    made = archiving.archive_of(sitting.meeting)
    assert made.file is not None
    path = files.path(made.file)
    assert bundle.verify(path) == []
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        place = next(name for name in names if name.startswith("tai-lieu/"))
        assert archive.read(place) == files.read(paper)
        page = archive.read("index.html").decode()
        lines = json.loads(archive.read("nhat-ky.json"))
        told = json.loads(archive.read(bundle.MANIFEST))
    assert set(names) == {
        place,
        "bien-ban.docx",
        "diem-danh.json",
        "bieu-quyet.json",
        "ket-luan.json",
        "nhat-ky.json",
        "style.css",
        "index.html",
        bundle.MANIFEST,
        bundle.SEAL,
    }
    assert told["journal"] == lines["head"] == lines["lines"][-1]["chain"]
    assert len(lines["lines"]) == sitting.meeting.v
    assert "Thống nhất chủ trương." in page
    assert place in page
    ref = archiving.ref_of(mid)
    assert [one.name for one in sitting.everybody if refs.may_read(one, ref)] == [chair.name, secretary.name]
    with app.app_context():
        answer = CliRunner().invoke(verify_archive, [str(path)])
    assert (answer.exit_code, answer.output.startswith("ok")) == (0, True)
