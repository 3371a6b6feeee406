"""Tasks for tests, as a leader gives them."""

from collections.abc import Sequence
from datetime import date, timedelta

from intranet.core import clock
from intranet.core.refs import Ref
from intranet.people.models import User
from intranet.tasks import services
from intranet.tasks.models import Task
from intranet.tasks.services import Party
from tests.factories import Office

DUE = date(2026, 11, 20)


def give(
    office: Office,
    *,
    by: User | None = None,
    lead: Party | None = None,
    co: Sequence[Party] = (),
    info: Sequence[Party] = (),
    due: date | None = DUE,
    title: str = "Rà soát vốn đầu tư công",
    release_after: int = 0,
    parent_id: int | None = None,
    is_restricted: bool = False,
    is_past_confirmed: bool = False,
    org_wide: bool = False,
    origin: Ref | None = None,
    weight: int = 1,
) -> int:
    """A task of the leader for finance; ``org_wide`` gives it on the authority of another record."""
    return services.assign_task(
        by or office.leader,
        title=title,
        origin=origin or (Ref("document", 1) if org_wide else None),
        text="Giao Sở Tài chính chủ trì.",
        lead=lead or Party(unit_id=office.stc.id),
        co=co,
        info=info,
        due_date=due,
        parent_id=parent_id,
        release_at=clock.now() + timedelta(seconds=release_after),
        is_restricted=is_restricted,
        is_past_confirmed=is_past_confirmed,
        weight=weight,
    )


def look(actor: User, task_id: int) -> Task:
    """The task as the actor reads it now."""
    return services.access_task(actor, task_id, services.To.READ)
