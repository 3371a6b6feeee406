"""Rooms, vehicles and people are taken once at a time: the one place where it is decided.

Any package may take them for a record of its own; the record's page says what it is.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, or_, select

from intranet.core import clock, db, refs
from intranet.core.actor import Actor
from intranet.core.dialect import stand_in_line
from intranet.core.errors import Invalid
from intranet.core.labels import label
from intranet.core.refs import Ref
from intranet.core.text import fold
from intranet.people import directory
from intranet.schedule.models import Booking, Resource, ResourceKind, SubjectKind

#: Whoever takes something stands in line for it under these numbers; lines of registers have positive ones.
_LINES = {SubjectKind.ROOM: -1, SubjectKind.VEHICLE: -2, SubjectKind.PERSON: -3}

#: What is written short in the name of a room, folded.
_SHORT = {"p": "phong", "ph": "phong hop"}


@dataclass(frozen=True, order=True)
class Subject:
    """Something that is taken, and the form field in which it was chosen."""

    kind: SubjectKind
    id: int
    field: str = ""


def take(actor: Actor, ref: Ref, subjects: Iterable[Subject], starts_at: datetime, ends_at: datetime) -> None:
    """Let the record take these from now on, and nothing else, from one instant until just before the other.

    In the open unit of work; two that want the same wait for each other.

    :raises Invalid: ``schedule.taken``, one of them is taken in that time; the other record is named where
        the actor may read it.
    """
    wanted = sorted(set(subjects))
    with db.unit_of_work() as session:
        for one in wanted:
            stand_in_line(session, _LINES[one.kind], one.id)
        release(ref)
        for one in wanted:
            other = _in_the_way(ref, one, starts_at, ends_at)
            if other is not None:
                raise _taken(actor, one, other)
        session.add_all(
            Booking(
                ref_kind=ref.kind,
                ref_id=ref.id,
                subject_kind=one.kind,
                subject_id=one.id,
                starts_at=starts_at,
                ends_at=ends_at,
            )
            for one in wanted
        )
        session.flush()


def release(ref: Ref) -> None:
    """The record takes nothing any more."""
    with db.unit_of_work() as session:
        session.execute(delete(Booking).where(Booking.ref_kind == ref.kind, Booking.ref_id == ref.id))


def room_named(org_id: int, place: str) -> Resource | None:
    """The working room of an agency that is meant by a place typed as words.

    Its name may stand among others ("P. họp 1, tầng 2"); of several rooms that fit the longest name counts.
    """
    said = f" {_room_key(place)} "
    fitting = [one for one in _rooms(org_id) if f" {_room_key(one.name)} " in said]
    return max(fitting, key=lambda one: len(_room_key(one.name)), default=None)


def room_names(org_id: int) -> list[str]:
    """Names of the working rooms of an agency, to choose a place from."""
    return [one.name for one in _rooms(org_id)]


def between(
    kind: SubjectKind, ids: Collection[int], since: datetime, until: datetime
) -> dict[int, list[Booking]]:
    """What takes each of these in that time, the earliest first."""
    query = select(Booking).where(
        Booking.subject_kind == kind,
        Booking.subject_id.in_(set(ids)),
        Booking.ends_at > since,
        Booking.starts_at < until,
    )
    found: dict[int, list[Booking]] = {key: [] for key in ids}
    for one in db.session().scalars(query.order_by(Booking.starts_at, Booking.id)):
        found[one.subject_id].append(one)
    return found


def _rooms(org_id: int) -> list[Resource]:
    query = select(Resource).where(
        Resource.org_id == org_id, Resource.kind == ResourceKind.ROOM, Resource.is_active
    )
    return list(db.session().scalars(query.order_by(Resource.name_key, Resource.id)))


def _room_key(name: str) -> str:
    """A room's name to be compared: "P. họp số 01" is "phòng họp 1"."""
    words = (_SHORT.get(word, word) for word in fold(name).split())
    return " ".join(word.lstrip("0") or word if word.isdigit() else word for word in words if word != "so")


def _in_the_way(ref: Ref, wanted: Subject, starts_at: datetime, ends_at: datetime) -> Booking | None:
    query = select(Booking).where(
        Booking.subject_kind == wanted.kind,
        Booking.subject_id == wanted.id,
        Booking.starts_at < ends_at,
        Booking.ends_at > starts_at,
        or_(Booking.ref_kind != ref.kind, Booking.ref_id != ref.id),
    )
    return db.session().scalars(query.order_by(Booking.starts_at, Booking.id).limit(1)).first()


def _taken(actor: Actor, wanted: Subject, other: Booking) -> Invalid:
    """The refusal: what is taken, by what if the actor may know, and until when."""
    is_known = refs.may_read(actor, other.ref)
    starts, ends = clock.local(other.starts_at), clock.local(other.ends_at)
    is_one_day = starts.date() == ends.date()
    return Invalid(
        "schedule.taken",
        field=wanted.field,
        what=_name_of(wanted),
        other=f"“{refs.title(other.ref)}”" if is_known else label("schedule.something"),
        since=f"{starts:%H:%M}" if is_one_day else f"{starts:%H:%M %d/%m}",
        until=f"{ends:%H:%M %d/%m}",
    )


def _name_of(one: Subject) -> str:
    if one.kind is SubjectKind.PERSON:
        return directory.people([one.id])[one.id].full_name
    return db.session().get_one(Resource, one.id).name
