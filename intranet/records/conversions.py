"""Files of records that become PDFs in the background, one after another; the originals are kept beside them.

Whoever reads the file gets the PDF under the same public id; one that could not be made stays as it was.
"""

import tempfile
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

from sqlalchemy import and_, or_, select, update

from intranet.core import clock, db
from intranet.core.db import publish, unit_of_work
from intranet.core.dialect import changed_one
from intranet.core.errors import DomainError, Invalid, Unavailable
from intranet.core.jobs import every
from intranet.records import files, media, office_pdf, parsing, store
from intranet.records.events import FileConverted
from intranet.records.models import Conversion, ConversionState, File

#: One that began longer ago was left by a process that ended; after so many tries it is given up.
HANGS = timedelta(minutes=4)
MAX_TRIES = 3
#: Between two tries of one that found no place.
_PAUSE = timedelta(seconds=20)


def is_convertible(file: File) -> bool:
    """Whether a file is an office document that can be made a PDF."""
    return file.media_type in office_pdf.CONVERTED


def ask_for(file: File, *, role: str) -> None:
    """Have the PDF of a file made, in the open unit of work. Asked twice, it is made once.

    :param role: what the file that will hold the original is to the record.
    """
    with unit_of_work() as opened:
        if opened.get(Conversion, file.id) is None:
            opened.add(Conversion(file_id=file.id, source=file.sha256, role=role, asked_at=clock.now()))


def ask_again(file: File) -> bool:
    """Have the PDF that could not be made tried once more, in the open unit of work; False: there is none."""
    with unit_of_work() as opened:
        row = opened.get(Conversion, file.id, with_for_update=True, populate_existing=True)
        if row is None or row.state is not ConversionState.FAILED:
            return False
        row.state, row.problem, row.tries, row.asked_at = ConversionState.QUEUED, None, 0, clock.now()
        return True


def of(file_ids: Iterable[int]) -> dict[int, Conversion]:
    """How the making of PDFs stands, by file: one question for a whole list."""
    query = select(Conversion).where(Conversion.file_id.in_(list(file_ids)))
    return {one.file_id: one for one in db.session().scalars(query)}


def state_of(file: File) -> Conversion | None:
    """How the making of a PDF stands of a file that still holds an office document, if it was asked for."""
    return db.session().get(Conversion, file.id) if is_convertible(file) else None


@every(1.0, "files.convert")
def convert_next() -> bool:
    """Make the PDF that was asked for first; returns whether one was due."""
    file_id = _claim()
    if file_id is None:
        return False
    with db.scope():
        file = db.session().get_one(File, file_id)
        name, sha256 = file.name, file.sha256
    try:
        kept = make(sha256, name)
    except Unavailable:
        with unit_of_work() as opened:
            row = opened.get_one(Conversion, file_id)
            row.state, row.asked_at = ConversionState.QUEUED, clock.now() + _PAUSE
    except DomainError as refusal:
        _fail(file_id, refusal.code)
    else:
        _put(file_id, sha256, kept)
    return True


def make(sha256: str, name: str) -> files.Kept:
    """The PDF of a stored office document, kept and not yet anybody's file.

    :raises DomainError: as :func:`intranet.records.office_pdf.to_pdf`; ``convert.failed`` also for no pages.
    """
    data = office_pdf.to_pdf(store.path_of(sha256), name)
    with tempfile.TemporaryDirectory(prefix="converted-") as folder:
        made = Path(folder) / "made.pdf"
        made.write_bytes(data)
        pages = parsing.parse(made, made.name).pages
    if not pages:
        raise Invalid("convert.failed", name=name)
    return files.keep(data, pdf_name(name), media.PDF, pages=pages)


def put_beside(file: File, kept: files.Kept, role: str) -> File:
    """Let a file hold its PDF, in the open unit of work; a new one of the same record gets the original."""
    beside = files.attach_kept(None, kept, file.owner, org_id=file.org_id, role=role)
    files.exchange(file, beside)
    return beside


def name_original(file: File, original: File) -> None:
    """Remember which file holds the document that a PDF was made from, in the open unit of work."""
    opened = db.session()
    row = opened.get(Conversion, file.id)
    if row is None:
        row = Conversion(file_id=file.id, role=original.role, asked_at=clock.now(), source=original.sha256)
        opened.add(row)
    row.source, row.original_id, row.problem = original.sha256, original.id, None
    row.state = ConversionState.DONE


def pdf_name(name: str) -> str:
    """The name of the PDF of a document of this name."""
    return f"{name.rpartition('.')[0] or name}.pdf"


def _claim() -> int | None:
    """Take the one that was asked for first; what hangs too often is given up."""
    now = clock.now()
    hung = and_(Conversion.state == ConversionState.CONVERTING, Conversion.begun_at < now - HANGS)
    due = or_(and_(Conversion.state == ConversionState.QUEUED, Conversion.asked_at <= now), hung)
    with db.scope():
        found = select(Conversion.file_id, Conversion.tries).where(due).order_by(Conversion.asked_at)
        row = db.session().execute(found.order_by(Conversion.file_id).limit(1)).first()
    if row is None:
        return None
    if row.tries >= MAX_TRIES:
        _fail(row.file_id, "convert.failed")
        return None
    with unit_of_work() as opened:
        claim = update(Conversion).where(Conversion.file_id == row.file_id, due)
        begun = {"state": ConversionState.CONVERTING, "begun_at": now, "tries": Conversion.tries + 1}
        is_taken = changed_one(opened, claim.values(begun))
    return row.file_id if is_taken else None


def _put(file_id: int, sha256: str, kept: files.Kept) -> None:
    """Give the file the PDF, unless it was taken off or exchanged meanwhile."""
    with unit_of_work() as opened:
        row = opened.get(Conversion, file_id, with_for_update=True, populate_existing=True)
        file = opened.get(File, file_id, populate_existing=True)
        if row is None or file is None or row.state is not ConversionState.CONVERTING:
            return
        if file.sha256 != sha256:
            opened.delete(row)
            return
        beside = put_beside(file, kept, row.role)
        row.state, row.original_id, row.problem = ConversionState.DONE, beside.id, None
        publish(FileConverted(file.id, file.ref_kind, file.ref_id, row.state.value))


def _fail(file_id: int, problem: str) -> None:
    with unit_of_work() as opened:
        row = opened.get(Conversion, file_id, with_for_update=True, populate_existing=True)
        file = opened.get(File, file_id)
        if row is None or file is None or row.state is ConversionState.DONE:
            return
        row.state, row.problem = ConversionState.FAILED, problem
        publish(FileConverted(file.id, file.ref_kind, file.ref_id, row.state.value))
