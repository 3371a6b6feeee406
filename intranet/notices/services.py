"""Telling officials: now, or from a set instant on; each row is released exactly once."""

import logging
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import CursorResult, Select, delete, func, select, tuple_, update

from intranet.core import clock, db, refs
from intranet.core.actor import Actor
from intranet.core.errors import NotFound
from intranet.core.labels import label
from intranet.core.refs import Ref
from intranet.notices import channels
from intranet.notices.events import NoticeCreated, NoticesRead
from intranet.notices.models import Notice
from intranet.people import directory

log = logging.getLogger("intranet.notices")

#: The bell counts no further.
MOST_COUNTED = 99
PAGE = 30
#: Keys are 32-bit numbers; the databases refuse larger ones with an error.
_NO_KEY = 2**31

#: Titles of the records of one kind that the actor may still read, for many ids at once.
Titles = Callable[[Actor, Collection[int]], Mapping[int, str]]
_titles: dict[str, Titles] = {}
_silent: dict[str, Callable[[int], bool]] = {}


@dataclass(frozen=True)
class Line:
    """A notice as its receiver may read it now."""

    id: int
    words: str
    #: The record, ``None`` when it may not be read any more.
    ref: Ref | None
    at: datetime
    is_read: bool
    kind: str


@dataclass(frozen=True)
class Telling:
    """What some people are told about one record; see :func:`notify`."""

    user_ids: Iterable[int]
    kind: str
    ref: Ref
    data: Mapping[str, str | int | None]
    reminder_id: int | None = None
    is_exact: bool = False
    is_quiet: bool = False


def register_silent(kind: str, is_silent: Callable[[int], bool]) -> None:
    """Let a kind of record say of which of its records nobody is ever told."""
    _silent[kind] = is_silent


def register_titles(kind: str, many: Titles) -> None:
    """Let a kind of record answer for many ids at once, so that the list asks once per kind."""
    _titles[kind] = many


def notify(
    user_ids: Iterable[int],
    kind: str,
    ref: Ref,
    *,
    by: Actor | None = None,
    at: datetime | None = None,
    reminder_id: int | None = None,
    is_exact: bool = False,
    is_quiet: bool = False,
    **data: str | int | None,
) -> None:
    """Tell people about a record, in the open unit of work; whoever caused it is not told.

    :param kind: words are ``notice.<kind>``; they may use ``{title}``, ``{by}`` and what ``data`` names.
    :param is_exact: it belongs to this hour: by no channel does it wait for quiet hours to end.
    :param at: released then when it lies in the future, and until then it may be withdrawn.
    :param is_quiet: it stands in the list as read and rings no bell; by letter it comes to whoever chose so.
    """
    notify_many([Telling(user_ids, kind, ref, data, reminder_id, is_exact, is_quiet)], by=by, at=at)


def notify_many(tellings: Iterable[Telling], *, by: Actor | None = None, at: datetime | None = None) -> None:
    """As :func:`notify`, of many records at once: written together, and what leaves by letter asked once."""
    now = clock.now()
    due_at = now if at is None or at <= now else at
    with db.unit_of_work() as session:
        rows = [
            (
                one,
                Notice(
                    user_id=user_id,
                    kind=one.kind,
                    ref_kind=one.ref.kind,
                    ref_id=one.ref.id,
                    data=dict(one.data),
                    by_id=None if by is None else by.id,
                    due_at=due_at,
                    released_at=now if due_at == now else None,
                    read_at=due_at if one.is_quiet else None,
                    created_at=now,
                    reminder_id=one.reminder_id,
                ),
            )
            for one in tellings
            if one.ref.kind not in _silent or not _silent[one.ref.kind](one.ref.id)
            for user_id in sorted(set(one.user_ids) - ({by.id} if by is not None else set()))
        ]
        session.add_all(row for _, row in rows)
        session.flush()
        if due_at == now:
            for one, row in rows:
                if not one.is_quiet:
                    db.publish(NoticeCreated(row.id, (row.user_id,)))
            channels.hand_out(
                [channels.Released(row.id, row.user_id, row.kind, row.ref, one.is_exact) for one, row in rows]
            )


def withdraw(ref: Ref, kind: str | None = None) -> None:
    """Drop what was to be told about a record and is not released yet, in the open unit of work."""
    with db.unit_of_work() as session:
        unreleased = delete(Notice).where(
            Notice.ref_kind == ref.kind, Notice.ref_id == ref.id, Notice.released_at.is_(None)
        )
        session.execute(unreleased if kind is None else unreleased.where(Notice.kind == kind))


def release_due(limit: int = 200) -> int:
    """Release what is due, each row exactly once whoever else does the same; returns how many."""
    now = clock.now()
    due = Notice.released_at.is_(None) & (Notice.due_at <= now)
    with db.scope():
        waiting = db.session().scalars(select(Notice.id).where(due).order_by(Notice.id).limit(limit)).all()
    released = 0
    for notice_id in waiting:
        with db.unit_of_work() as session:
            claimed = session.execute(
                update(Notice)
                .where(Notice.id == notice_id, due)
                .values(released_at=now)
                .returning(Notice.user_id, Notice.kind, Notice.ref_kind, Notice.ref_id)
                .execution_options(synchronize_session=False)
            ).first()
            if claimed is not None:
                user_id, kind, ref_kind, ref_id = claimed
                db.publish(NoticeCreated(notice_id, (user_id,)))
                channels.hand_out([channels.Released(notice_id, user_id, kind, Ref(ref_kind, ref_id))])
                released += 1
    return released


def unread(user_id: int) -> int:
    """How many released notices the person has not read, up to 100 (the bell says 99+)."""
    few = (
        select(Notice.id)
        .where(Notice.user_id == user_id, Notice.read_at.is_(None), Notice.released_at.is_not(None))
        .limit(MOST_COUNTED + 1)
        .subquery()
    )
    return db.session().scalar(select(func.count()).select_from(few)) or 0


def page(
    actor: Actor, *, before: tuple[datetime, int] | None = None, only_unread: bool = False, limit: int = PAGE
) -> tuple[list[Line], tuple[datetime, int] | None]:
    """The actor's notices, newest first, and the key from which the next page goes on."""
    query = _of(actor).order_by(Notice.due_at.desc(), Notice.id.desc()).limit(limit + 1)
    if before is not None:
        query = query.where(tuple_(Notice.due_at, Notice.id) < tuple_(*before))
    if only_unread:
        query = query.where(Notice.read_at.is_(None))
    rows = list(db.session().scalars(query))
    more = (rows[limit - 1].due_at, rows[limit - 1].id) if len(rows) > limit else None
    return lines(actor, rows[:limit]), more


def lines(actor: Actor, rows: Collection[Notice]) -> list[Line]:
    """The words of notices as the actor may read them now: without the right, no title and no way there."""
    titles = readable_titles(actor, {row.ref for row in rows})
    people = directory.people({row.by_id for row in rows if row.by_id is not None})
    language = getattr(actor, "language", "vi")
    found: list[Line] = []
    ref: Ref | None
    for row in rows:
        title = titles.get(row.ref)
        if title is None:
            words, ref = label("notice.withdrawn", language), None
        else:
            by = people[row.by_id].full_name if row.by_id in people else ""
            words = label(f"notice.{row.kind}", language, **{**row.data, "title": title, "by": by})
            ref = row.ref
        found.append(Line(row.id, words, ref, row.due_at, row.read_at is not None, row.kind))
    return found


def titled_together() -> Collection[str]:
    """Kinds of which many records' titles are found by one question."""
    return _titles.keys()


def readable_titles(actor: Actor, wanted: Collection[Ref]) -> dict[Ref, str]:
    """Titles of those records that the actor may read now; a query per kind where the kind can."""
    found: dict[Ref, str] = {}
    for kind in sorted({ref.kind for ref in wanted}):
        ids = sorted(ref.id for ref in wanted if ref.kind == kind)
        if kind in _titles:
            found |= {Ref(kind, key): title for key, title in _titles[kind](actor, ids).items()}
            continue
        for key in ids:
            ref = Ref(kind, key)
            if refs.may_read(actor, ref):
                found[ref] = refs.title(ref)
    return found


def mark_read(actor: Actor, notice_id: int) -> Ref:
    """The actor has read one notice; returns the record that it is about.

    :raises NotFound: ``notice.missing``, no such notice, or somebody else's.
    """
    with db.unit_of_work() as session:
        row = session.scalar(_of(actor).where(Notice.id == notice_id)) if 0 < notice_id < _NO_KEY else None
        if row is None:
            raise NotFound("notice.missing")
        if row.read_at is None:
            row.read_at = clock.now()
            db.publish(NoticesRead(actor.id))
        return row.ref


def mark_all_read(actor: Actor) -> int:
    """The actor has read every notice released so far; returns how many were new."""
    with db.unit_of_work() as session:
        marked: CursorResult[Notice] = session.execute(
            update(Notice)
            .where(Notice.user_id == actor.id, Notice.read_at.is_(None), Notice.released_at.is_not(None))
            .values(read_at=clock.now())
            .execution_options(synchronize_session=False)
        )  # type: ignore[assignment]  # an UPDATE's result has a row count
        db.publish(NoticesRead(actor.id))
        return marked.rowcount


def still_unread(kind: str, ref: Ref) -> set[int]:
    """Whose notice of this kind about the record was not read yet."""
    of_it = Notice.ref_kind == ref.kind, Notice.ref_id == ref.id, Notice.kind == kind
    return set(db.session().scalars(select(Notice.user_id).where(*of_it, Notice.read_at.is_(None))))


def mark_seen(user_id: int, ref: Ref, kind: str | None = None) -> int:
    """Opening a record reads what was told about it, ``kind`` of it alone if given; returns how many."""
    with db.unit_of_work() as session:
        marked: CursorResult[Notice] = session.execute(
            update(Notice)
            .where(
                Notice.user_id == user_id,
                Notice.ref_kind == ref.kind,
                Notice.ref_id == ref.id,
                Notice.read_at.is_(None),
                Notice.released_at.is_not(None),
                *(() if kind is None else (Notice.kind == kind,)),
            )
            .values(read_at=clock.now())
            .execution_options(synchronize_session=False)
        )  # type: ignore[assignment]  # an UPDATE's result has a row count
        if marked.rowcount:
            db.publish(NoticesRead(user_id))
        return marked.rowcount


def _of(actor: Actor) -> Select[Notice]:
    return select(Notice).where(Notice.user_id == actor.id, Notice.released_at.is_not(None))
