"""Work of this package in the background: forgetting what is over, taking over lists of people."""

from typing import Any

from intranet.core import db
from intranet.core.db import unit_of_work
from intranet.core.events import subscribe
from intranet.core.jobs import JobFinished, JobState, every, job
from intranet.people import links, sessions, throttle
from intranet.people.models import User
from intranet.people.services import people_lists, standing_in
from intranet.records import list_taking


@every(3600, "people.sweep")
def sweep() -> None:
    """Drop sessions, links, counters and devices that ended long ago."""
    with unit_of_work():
        sessions.sweep()
        links.sweep()
        throttle.sweep()


@job(people_lists.JOB, is_slow=True)
def take_people_over(payload: Any) -> dict[str, int]:
    """Take over a list of people that an administrator looked at, all of it or nothing."""
    actor = db.session().get_one(User, int(payload["by"]))
    if payload["for"] is not None:
        for one in standing_in.usable_by(actor.id):
            if one.principal_id == payload["for"]:
                actor.stand_in_for(one.principal)
    return list_taking.finish(actor, people_lists.PEOPLE, int(payload["import"]), str(payload["seen"]))


@subscribe(JobFinished)
def list_was_given_up(finished: JobFinished) -> None:
    """Say so on the page of a list that could not be taken over."""
    if finished.kind == people_lists.JOB and finished.state == JobState.FAILED:
        list_taking.give_up(int(finished.key.partition("-")[0]))
