"""What the worker does for files of tables: it makes them, and forgets them after a week."""

from typing import Any

from intranet.core import db
from intranet.core.events import subscribe
from intranet.core.jobs import JobFinished, JobState, every, job
from intranet.exports import services


@job(services.MAKE, is_slow=True)
def make_export(payload: Any) -> Any:
    """Make the file that was asked for."""
    return services.make(int(payload["export"]))


@subscribe(JobFinished)
def give_up(finished: JobFinished) -> None:
    """Tell whoever asked when the making failed time and again."""
    if finished.kind == services.MAKE and finished.state == JobState.FAILED:
        services.give_up(int(finished.key.partition("-")[0]))


@every(600, "exports.sweep")
def sweep() -> int:
    """Forget files older than a week; returns how many."""
    with db.scope(), db.across_orgs("files of every agency are forgotten after a week"):
        return services.sweep()
