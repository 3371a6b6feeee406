"""Who is wanted elsewhere at the same time: said to whoever asks for them, and nobody is kept from it."""

from collections.abc import Collection
from datetime import datetime

from intranet.core import clock, refs, slots
from intranet.core.actor import Actor
from intranet.core.labels import label
from intranet.core.refs import Ref
from intranet.people import directory
from intranet.schedule import booking
from intranet.schedule.models import SubjectKind
from intranet.schedule.weeks import HELD


def of_people(
    actor: Actor, ref: Ref, user_ids: Collection[int], starts_at: datetime, ends_at: datetime
) -> list[str]:
    """Sentences on those whom something else than this record has in that time, or who are invited to it.

    What the actor may not know of is not named.
    """
    found: dict[tuple[int, Ref], tuple[datetime, datetime, str]] = {}
    for user_id, taken in booking.between(SubjectKind.PERSON, user_ids, starts_at, ends_at).items():
        for one in taken:
            what = f"“{refs.title(one.ref)}”" if refs.may_read(actor, one.ref) else ""
            found[user_id, one.ref] = (one.starts_at, one.ends_at, what)
    for held in (one for part in slots.ask(HELD, actor, user_ids, starts_at, ends_at) for one in part):
        for user_id in held.people:
            what = f"“{held.title}”" if held.url else ""
            found.setdefault((user_id, held.ref), (held.starts_at, held.ends_at, what))
    others = {key: facts for key, facts in found.items() if key[1] != ref}
    names = directory.people({user_id for user_id, _ in others})
    return [
        label(
            "schedule.also_elsewhere",
            name=names[user_id].full_name,
            what=what or label("schedule.something"),
            since=f"{clock.local(since):%H:%M}",
            until=f"{clock.local(until):%H:%M %d/%m}",
        )
        for (user_id, _), (since, until, what) in sorted(others.items(), key=lambda pair: pair[1][0])
    ]
