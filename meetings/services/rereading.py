"""Marks that wait because a page is a picture: its words are read, and what is certain then goes along.

It happens after the new version lies on the table: reading takes a second or two a page, a meeting does not
wait for it. Where no reader of pictures is installed, or it fails, the marks stay with their owners.
"""

from functools import partial

from sqlalchemy import select

from intranet.core.db import publish, scope, session, unit_of_work
from intranet.core.errors import DomainError
from intranet.records import ocr, scans, store
from intranet.records.models import ScanState
from meetings.models.annotation import Annotation, MarksShared
from meetings.models.meeting import Meeting
from meetings.models.revision import PaperReplacement
from meetings.rules.reread import Version, place_read
from meetings.services import comparing, reanchoring
from meetings.services.reanchoring import Found, Places


def read_next() -> bool:
    """Read the pictures of one replacement whose marks wait for that; returns whether one was due."""
    with scope():
        query = select(PaperReplacement).where(PaperReplacement.to_read).order_by(PaperReplacement.id)
        due = next((one for one in session().scalars(query) if not _is_being_read(one)), None)
        if due is None:
            return False
        key = due.id
        old, new = (_version(rev) for rev in (due.from_rev, due.to_rev))
        left = select(Annotation).where(reanchoring.left_on(due.file, due.from_rev))
        marks = {(one.user_id, one.id): one for one in session().scalars(left)}
        asked = [(name, one.page, one.data) for name, one in marks.items()]
        as_it_was = {name: reanchoring.as_it_is(one) for name, one in marks.items()}
    try:
        found = place_read(old, new, asked)
    except DomainError:
        found = {}
    _put(key, {name: Found(as_it_was[name], place) for name, place in found.items()})
    return True


def _is_being_read(step: PaperReplacement) -> bool:
    """Whether a version is a scan whose words are just being read: they need not be read twice."""
    shown = [comparing.shown(rev) or rev for rev in (step.from_rev, step.to_rev)]
    return any(one.state in {ScanState.QUEUED, ScanState.READING} for one in scans.of(shown).values())


def _version(rev: str) -> Version:
    sha256 = comparing.shown(rev) or rev
    pages = comparing.known(rev) or ()
    rows = enumerate(scans.rows_of(sha256)[: len(pages)], 1)
    return Version(pages, partial(ocr.read_some, store.path_of(sha256)), dict(rows))


def _put(key: int, places: Places) -> None:
    """Bring the marks along, and tell their owners' devices."""
    with unit_of_work() as opened:
        meeting_id = opened.get_one(PaperReplacement, key).meeting_id
        opened.get_one(Meeting, meeting_id, with_for_update=True)
        step = opened.get_one(PaperReplacement, key, populate_existing=True)
        step.to_read = False
        owners = reanchoring.bring_the_left(step, places)
        for owner in owners:
            publish(MarksShared(meeting_id, owner, (owner,)))
        file = step.file
    if owners:
        reanchoring.settle(file)
