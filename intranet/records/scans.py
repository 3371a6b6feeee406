"""Scanned files whose words are read in the background, a few pages at a time, so that they can be found."""

import json
import zlib
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy import and_, or_, select, update

from intranet.core import clock, db
from intranet.core.db import unit_of_work
from intranet.core.dialect import changed_one, insert_once
from intranet.core.errors import DomainError
from intranet.core.jobs import every
from intranet.records import media, ocr, store
from intranet.records.models import File, Reading, Scan, ScanState
from intranet.records.page_record import TextRow
from intranet.records.parsing import Parsed
from intranet.records.pdf import STAMP_SIGNS

#: A PDF whose text layer says less than this, characters, is a scan.
LEAST_TEXT = 20
#: Pages of one file that are read.
MOST_PAGES = 400
HANGS = timedelta(minutes=8)
MAX_TRIES = 3
_MOST_TEXT = 200_000


def are_pictures(parsed: Parsed) -> bool:
    """Whether the words of a PDF are to be recognised: pictures with no more text than stamps."""
    is_bare = len(parsed.text.strip()) <= STAMP_SIGNS * max(1, parsed.pages)
    return parsed.media_type == media.PDF and parsed.is_pictured and is_bare


def is_scan(file: File) -> bool:
    """Whether a file is a PDF of pictures: it was read, and said nothing but what was stamped on it."""
    reading = db.session().get(Reading, file.sha256)
    is_sound = file.is_pdf and file.problem is None and bool(file.pages)
    return is_sound and reading is not None and _is_mute(reading)


def ask_for(file: File) -> None:
    """Have the words of a scan read, in the open unit of work; twice is once, another file is left alone."""
    if not is_scan(file):
        return
    pages = min(file.pages or 0, MOST_PAGES)
    row = {"sha256": file.sha256, "state": ScanState.QUEUED, "pages": pages, "done": 0, "tries": 0}
    insert_once(db.session(), Scan, **row, data=None, problem=None, asked_at=clock.now(), begun_at=None)


def of(sha256s: Iterable[str]) -> dict[str, Scan]:
    """How the reading of scans stands, by hash: one question for a whole list."""
    found = db.session().scalars(select(Scan).where(Scan.sha256.in_(list(sha256s))))
    return {one.sha256: one for one in found}


def lines_of(file: File) -> list[list[dict[str, Any]]]:
    """The lines that were read of a scan, page by page: text and box in the page; empty before that."""
    return [[{"t": row["t"], "box": row["box"]} for row in page] for page in _lines(file.sha256)]


def rows_of(sha256: str) -> list[tuple[TextRow, ...]]:
    """The same with the place of every word; empty also where a scan was read before places were kept."""
    pages = _lines(sha256)
    if any("row" not in line for page in pages for line in page):
        return []
    return [tuple(TextRow.from_json(line["row"]) for line in page) for page in pages]


def _lines(sha256: str) -> list[list[dict[str, Any]]]:
    row = db.session().get(Scan, sha256)
    return [] if row is None or row.data is None else json.loads(zlib.decompress(row.data))


@every(5.0, "files.scans")
def read_next() -> bool:
    """Read the words of the scan that was asked for first; returns whether one was due."""
    sha256 = _claim()
    if sha256 is None:
        return False
    found: list[list[dict[str, Any]]] = []
    with db.scope():
        pages = db.session().get_one(Scan, sha256).pages
    try:
        for first in range(1, pages + 1, ocr.BATCH):
            count = min(ocr.BATCH, pages + 1 - first)
            rows = ocr.read_pages(store.path_of(sha256), first, count)
            found += [[_line(row) for row in page] for page in rows]
            _note(sha256, done=len(found), begun_at=clock.now())
    except DomainError as refusal:
        _note(sha256, state=ScanState.FAILED, problem=refusal.code)
    else:
        _keep(sha256, found)
    return True


def _is_mute(reading: Reading) -> bool:
    return reading.is_scan or len(reading.text.strip()) < LEAST_TEXT


def _line(row: TextRow) -> dict[str, Any]:
    return {"t": row.text, "box": [round(value, 1) for value in row.box], "row": row.to_json()}


def _claim() -> str | None:
    now = clock.now()
    hung = and_(Scan.state == ScanState.READING, Scan.begun_at < now - HANGS)
    due = or_(Scan.state == ScanState.QUEUED, hung)
    with db.scope():
        query = select(Scan.sha256, Scan.tries).where(due).order_by(Scan.asked_at, Scan.sha256)
        row = db.session().execute(query.limit(1)).first()
    if row is None:
        return None
    if row.tries >= MAX_TRIES:
        _note(row.sha256, state=ScanState.FAILED, problem="ocr.failed")
        return None
    with unit_of_work() as opened:
        claim = update(Scan).where(Scan.sha256 == row.sha256, due)
        begun = {"state": ScanState.READING, "begun_at": now, "done": 0, "tries": Scan.tries + 1}
        is_taken = changed_one(opened, claim.values(begun))
    return row.sha256 if is_taken else None


def _note(sha256: str, **values: Any) -> None:
    with unit_of_work() as opened:
        opened.execute(update(Scan).where(Scan.sha256 == sha256).values(**values))


def _keep(sha256: str, found: list[list[dict[str, Any]]]) -> None:
    """Keep the lines, and let the file's text be what they say."""
    text = "\f".join("\n".join(line["t"] for line in page) for page in found)
    data = zlib.compress(json.dumps(found, ensure_ascii=False).encode(), 6)
    _note(sha256, state=ScanState.DONE, data=data, done=len(found), problem=None)
    with unit_of_work() as opened:
        reading = opened.get(Reading, sha256, with_for_update=True)
        if reading is not None and _is_mute(reading):
            reading.text, reading.is_cut = text[:_MOST_TEXT], len(text) > _MOST_TEXT
