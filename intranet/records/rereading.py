"""Files whose content could not be read are read once more: by their bytes, in the background."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select, update

from intranet.core import clock, db
from intranet.core.jobs import Job, JobState, enqueue
from intranet.records.models import Blob, File, Scan, ScanState

JOB = "file.reread"
_OPEN = (JobState.WAITING, JobState.RUNNING)


@dataclass(frozen=True)
class Progress:
    """How the reading of bytes stands: ``failed``, ``waiting``, ``reading`` or ``done``."""

    state: str
    done: int = 0
    pages: int = 0
    #: Code of why it was not read.
    problem: str | None = None


def unread() -> ColumnElement[bool]:
    """SQL: the content of the file could not be read, or is being read."""
    failed = select(Blob.sha256).where(Blob.problem.is_not(None))
    scans = select(Scan.sha256).where(Scan.state != ScanState.DONE)
    return or_(File.sha256.in_(failed), File.sha256.in_(scans))


def ask(files: Iterable[File]) -> int:
    """Have files read again, in the open unit of work; what is being read is left alone.

    :returns: how many are read again.
    """
    asked = 0
    by_hash = {file.sha256: file for file in files}
    known = progress(by_hash.values())
    for sha256, file in by_hash.items():
        if known[sha256].state != "failed":
            continue
        times = db.session().scalar(
            select(func.count()).select_from(Job).where(Job.kind == JOB, Job.key.startswith(f"{sha256}-"))
        )
        enqueue(JOB, f"{sha256}-{times}", {"sha256": sha256, "name": file.name})
        again = update(Scan).where(Scan.sha256 == sha256, Scan.state == ScanState.FAILED)
        begun = {"state": ScanState.QUEUED, "tries": 0, "done": 0, "problem": None, "asked_at": clock.now()}
        db.session().execute(again.values(begun))
        asked += 1
    return asked


def progress(files: Iterable[File]) -> dict[str, Progress]:
    """How the reading of files stands, by hash: two questions for a whole list."""
    by_hash = {file.sha256: file for file in files}
    scans = db.session().scalars(select(Scan).where(Scan.sha256.in_(by_hash)))
    read = {one.sha256: one for one in scans}
    jobs = select(Job.key).where(Job.kind == JOB, Job.state.in_(_OPEN))
    waiting = {key.partition("-")[0] for key in db.session().scalars(jobs)}
    return {key: _of(file, read.get(key), key in waiting) for key, file in by_hash.items()}


def _of(file: File, scan: Scan | None, is_waiting: bool) -> Progress:
    if is_waiting:
        return Progress("waiting")
    if scan is not None and scan.state in (ScanState.QUEUED, ScanState.READING):
        state = "reading" if scan.state is ScanState.READING else "waiting"
        return Progress(state, scan.done, scan.pages)
    if file.problem is not None:
        return Progress("failed", problem=file.problem)
    if scan is not None and scan.state is ScanState.FAILED:
        return Progress("failed", problem=scan.problem)
    return Progress("done")
