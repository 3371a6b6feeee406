"""Robots: they fill the seats of those who are not asked to a rehearsal."""

from sqlalchemy import select

from intranet.core import db
from intranet.core.db import unit_of_work
from intranet.core.labels import label
from intranet.people.models import Organisation, User


def robots(org_id: int, n: int) -> list[User]:
    """So many robots of an agency, always the same first; those that it lacks are made.

    One may sit in several rehearsals at once. They bear numbers and no names: nobody is shown to have said or
    voted what a robot did.
    """
    with unit_of_work() as session:
        # Two who ask at once must not make the same one.
        session.get_one(Organisation, org_id, with_for_update={"of": Organisation})
        query = select(User).where(User.is_robot, User.org_id == org_id).order_by(User.id)
        known = list(session.scalars(query.limit(n)))
        made = [
            User(
                name=f"robot:{org_id}:{no}",
                full_name=label("person.robot", no=f"{no:02d}"),
                org_id=org_id,
                is_active=False,
                is_robot=True,
            )
            for no in range(len(known) + 1, n + 1)
        ]
        session.add_all(made)
        session.flush()
        return known + made


def sitting(user_ids: list[int]) -> list[User]:
    """Those of these people who are robots, in the order in which they are named."""
    found = db.session().scalars(select(User).where(User.id.in_(user_ids), User.is_robot))
    by_id = {one.id: one for one in found}
    return [by_id[key] for key in user_ids if key in by_id]
