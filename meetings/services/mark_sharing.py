"""Marks that their authors chose to share: copies, while the private mark stays what it was.

Who may read a paper may read what was shared on it with them; nobody, whatever their role, sees a private
mark of somebody else.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import func, select

from intranet.core.db import publish, session
from intranet.core.errors import Invalid
from intranet.people.models import User
from meetings.models.annotation import Annotation, Layer, MarksShared
from meetings.models.meeting import Meeting
from meetings.services import paper_rights

#: Shared marks told in one answer.
MOST_BACK = 400
#: People of one group.
MOST_PEOPLE = 100


def check_layer(meeting: Meeting, op: Mapping[str, Any]) -> None:
    """Refuse a layer that is none, and a group that is not of this meeting.

    :raises Invalid: ``annotation.malformed``; ``annotation.not_of_meeting``, somebody takes no part.
    """
    layer, people = op.get("layer") or Layer.PRIVATE.value, op.get("people") or []
    if layer not in set(Layer) or not isinstance(people, list) or len(people) > MOST_PEOPLE:
        raise Invalid("annotation.malformed")
    if (layer == Layer.GROUP) != bool(people) or not all(type(one) is int for one in people):
        raise Invalid("annotation.malformed")
    if any(meeting.participant(one) is None for one in people):
        raise Invalid("annotation.not_of_meeting")


def people_of(op: Mapping[str, Any], author: User) -> list[int] | None:
    """The people of a group, in one order."""
    return sorted(set(op.get("people") or ()) - {author.id}) or None


def tell(meeting_id: int, changed: Iterable[Annotation]) -> None:
    """Give shared marks that changed their place in the order of changes, and tell whoever may see them."""
    shared = [row for row in changed if row.layer is not Layer.PRIVATE and row.data is not None]
    if not shared:
        return
    session().get_one(Meeting, meeting_id, with_for_update=True)
    for seq, row in enumerate(shared, next_seq(meeting_id)):
        row.seq = seq
    groups = {tuple(row.people or ()) if row.layer is Layer.GROUP else () for row in shared}
    for people in [()] if () in groups else sorted(groups):
        publish(MarksShared(meeting_id, shared[0].user_id, people))


def next_seq(meeting_id: int) -> int:
    """The next place in the order of changes; hold the meeting."""
    held = session().scalar(select(func.max(Annotation.seq)).where(Annotation.meeting_id == meeting_id))
    return (held or 0) + 1


def of_others(actor: User, meeting: Meeting, seen: int) -> dict[str, Any]:
    """What others shared with the actor and changed after ``seen``: ``{"seq", "more", "marks"}``.

    A mark that was taken back is told by its id alone.
    """
    query = select(Annotation).where(
        Annotation.meeting_id == meeting.id,
        Annotation.user_id != actor.id,
        Annotation.layer != Layer.PRIVATE,
        Annotation.seq > seen,
    )
    rows = list(session().scalars(query.order_by(Annotation.seq).limit(MOST_BACK)))
    told = _entries(actor, meeting, [row for row in rows if is_for(actor, row)])
    return {"seq": rows[-1].seq if rows else seen, "more": len(rows) == MOST_BACK, "marks": told}


def visible(actor: User, meeting: Meeting, file: str) -> list[Annotation]:
    """The marks that others shared with the actor on a paper, as they stand."""
    query = select(Annotation).where(
        Annotation.meeting_id == meeting.id,
        Annotation.user_id != actor.id,
        Annotation.layer != Layer.PRIVATE,
        Annotation.file == file,
        Annotation.data.is_not(None),
        Annotation.del_lam.is_(None),
    )
    return [row for row in session().scalars(query.order_by(Annotation.seq)) if is_for(actor, row)]


def is_for(actor: User, row: Annotation) -> bool:
    """True when the author shared the mark with the actor."""
    return row.layer is Layer.ALL or (row.layer is Layer.GROUP and actor.id in (row.people or ()))


def _entries(actor: User, meeting: Meeting, rows: list[Annotation]) -> list[dict[str, Any]]:
    readable = {one.file.public_id for one in paper_rights.readable(actor, meeting)} if rows else set()
    ids = {row.user_id for row in rows}
    people = session().execute(select(User.id, User.full_name).where(User.id.in_(ids)))
    names = {person: name for person, name in people}  # noqa: C416 - a result is no mapping
    found: list[dict[str, Any]] = []
    for row in rows:
        head = {"id": row.id, "by": row.user_id}
        if row.del_lam is not None or row.file not in readable:
            found.append(head | {"gone": True})
            continue
        place = {"file": row.file, "rev": row.rev, "page": row.page, "d": row.data}
        found.append(head | {"n": names[row.user_id], "layer": row.layer.value} | place)
    return found
