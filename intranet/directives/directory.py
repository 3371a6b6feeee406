"""Who may be given work by a sentence: units of an agency and its people, and the calendar of the office."""

from collections.abc import Iterable

from sqlalchemy import select

from intranet.core import clock, db
from intranet.core.text import fold
from intranet.directives.days import Days
from intranet.directives.names import Named, Names
from intranet.notices.workdays import calendar
from intranet.people import directory
from intranet.people.models import Post, Unit, User

#: A title alone names people only where one of these words is written.
_SHORT = frozenset(("ct", "pct", "cvp", "pcvp", "gd", "pgd", "tp"))
_TITLE_WORDS = frozenset(("tich", "doc", "chanh", "truong", "pho")) | _SHORT


def unit_key(unit_id: int) -> str:
    """The key of a unit."""
    return f"unit:{unit_id}"


def person_key(user_id: int) -> str:
    """The key of a person."""
    return f"user:{user_id}"


def named_units(found: Iterable[Unit]) -> list[Named]:
    """Units as sentences may name them."""
    return [Named(unit_key(one.id), one.name, one.short_name, one.letters) for one in found]


def named_people(found: Iterable[User]) -> list[Named]:
    """People as sentences may name them."""
    return [
        Named(
            person_key(one.id),
            one.full_name,
            titles=tuple(post.title for post in one.posts),
            units=tuple(unit_key(post.unit_id) for post in one.posts),
            is_person=True,
        )
        for one in found
    ]


def names_in(org_id: int, text: str) -> Names:
    """Units of an agency, and those of its people whom the words of a text may mean."""
    words = set(fold(text).split())
    people = directory.people(_meant(org_id, words))
    org = directory.org(org_id)
    named = [*named_units(directory.units_of(org_id)), *named_people(people.values())]
    return Names(named, org.place if org is not None else "")


def _meant(org_id: int, words: set[str]) -> set[int]:
    """Ids of those whose given name is among the words, or whose title may be."""
    query = (
        select(User.id, User.name_key, Post.title)
        .outerjoin(Post, Post.user_id == User.id)
        .where(User.org_id == org_id, User.is_active)
    )
    is_titled = bool(words & _TITLE_WORDS)
    return {
        user_id
        for user_id, name_key, title in db.session().execute(query)
        if name_key.rpartition(" ")[2] in words
        or (is_titled and title and _TITLE_WORDS & words & {*fold(title).split()[:3], *_SHORT})
    }


def today() -> Days:
    """The present day and the office's calendar."""
    return Days(clock.today(), calendar().add_working_days)
