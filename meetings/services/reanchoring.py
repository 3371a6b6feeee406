"""Marks over a paper that was replaced: they go along where that is certain, the others wait for their owner.

Nobody is shown anybody else's: what is counted here is counted, what is listed is the actor's own.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, update

from intranet.core import clock
from intranet.core.db import session, unit_of_work
from intranet.core.errors import Invalid, NotFound
from intranet.core.jobs import enqueue
from intranet.people.models import User
from intranet.records import ocr
from intranet.records.models import File
from meetings.models.annotation import Annotation
from meetings.models.meeting import Meeting
from meetings.models.revision import PaperReplacement, ReplacementState
from meetings.permissions import To, access_meeting
from meetings.rules import mark_shapes
from meetings.rules.mark_shapes import CannotRead
from meetings.rules.reanchor import Doubtful, Placed, Replacement
from meetings.services import comparing, mark_sharing, papers

#: Job that gives places to marks which came late, for a version that was replaced meanwhile.
PLACE = "papers.place"
#: Why a mark waits when the two versions could not be compared at all.
NOT_COMPARED = "not_compared"
#: Versions through which a mark that comes late is brought, at most.
_MOST_STEPS = 50
_DONE = (ReplacementState.READY, ReplacementState.FAILED)


@dataclass(frozen=True)
class Found:
    """Where one mark belongs, as long as it is what it was when that was worked out."""

    as_it_was: tuple[Any, ...]
    place: Placed | Doubtful | None


Places = dict[tuple[int, str], Found]


# --- Giving places ---


def live_on(file: str, rev: str) -> ColumnElement[bool]:
    """SQL: the marks that lie on a version of a paper and wait for nobody."""
    return and_(
        Annotation.file == file,
        Annotation.rev == rev,
        Annotation.data.is_not(None),
        Annotation.del_lam.is_(None),
        Annotation.doubt.is_(None),
    )


def left_on(file: str, rev: str) -> ColumnElement[bool]:
    """SQL: the marks that a comparison of pages left on a version, for their owners to place."""
    here = and_(Annotation.file == file, Annotation.rev == rev)
    return and_(here, waits_for_owner(), Annotation.doubt != NOT_COMPARED)


def people_with_marks(file: str, rev: str) -> int:
    """How many people have marks on a version of a paper."""
    query = select(func.count(func.distinct(Annotation.user_id))).where(live_on(file, rev))
    return session().scalar(query) or 0


def work_out(file: str, rev: str, versions: Replacement | None) -> Places:
    """Where the marks on a version belong; changes nothing.

    :param versions: ``None`` when the two could not be compared.
    """
    marks = session().scalars(select(Annotation).where(live_on(file, rev)))
    return {
        (one.user_id, one.id): Found(
            as_it_is(one), None if versions is None else versions.place(one.page, one.data)
        )
        for one in marks
    }


def bring_along(meeting: Meeting, step: PaperReplacement, places: Places) -> None:
    """Give the marks on the old version their places, within the open unit of work.

    What came or changed since the places were worked out waits for :func:`settle`.
    """
    back = update(Annotation).where(Annotation.file == step.file, Annotation.rev == step.to_rev)
    session().execute(back.values(doubt=None, kept_likely=None, dismissed_at=None, waits=False))
    marks = select(Annotation).where(live_on(step.file, step.from_rev)).with_for_update()
    found = list(session().scalars(marks.execution_options(populate_existing=True)))
    _apply(meeting.id, found, places, step.to_rev, is_last=True)
    _ask_to_read(step)


def people_touched(step: PaperReplacement) -> set[int]:
    """Who has marks on pages that changed, or marks that wait; once all have their places."""
    on_changed = and_(live_on(step.file, step.to_rev), Annotation.page.in_(step.changed or ()))
    left = and_(Annotation.file == step.file, Annotation.rev == step.from_rev, waits_for_owner())
    return set(session().scalars(select(Annotation.user_id).where(or_(on_changed, left)).distinct()))


def bring_the_left(step: PaperReplacement, places: Places) -> set[int]:
    """Give places to marks that waited for their owners, within the open unit of work; who these are.

    Hold the meeting.
    """
    query = select(Annotation).where(left_on(step.file, step.from_rev)).with_for_update()
    marks = []
    for one in session().scalars(query.execution_options(populate_existing=True)):
        found = places.get((one.user_id, one.id))
        if found is not None and found.as_it_was == as_it_is(one):
            one.doubt = one.likely = None
            marks.append(one)
    now = session().scalar(select(File.sha256).where(File.public_id == step.file))
    _apply(step.meeting_id, marks, places, step.to_rev, is_last=now == step.to_rev)
    return {one.user_id for one in marks}


def _ask_to_read(step: PaperReplacement | None) -> None:
    """Have pages that are pictures read, where marks wait on them."""
    if step is None or step.state is not ReplacementState.READY:
        return
    left = session().scalar(select(Annotation.id).where(left_on(step.file, step.from_rev)).limit(1))
    step.to_read = left is not None and ocr.is_installed()


def settle(file: str) -> None:
    """Give places to the marks that came for a version which was replaced by then; again is harmless."""
    for _ in range(_MOST_STEPS):
        revs = session().scalars(
            select(Annotation.rev).where(Annotation.file == file, Annotation.waits).distinct()
        )
        if not sum(_settle_from(file, rev) for rev in list(revs)):
            return


def _settle_from(file: str, rev: str) -> bool:
    """Bring the waiting marks of one version a step on; False when there is nothing to do yet."""
    step = _step_from(file, rev)
    if step is None and _is_pending(file, rev):
        return False
    meeting_id, to_rev = (0, "") if step is None else (step.meeting_id, step.to_rev)
    is_known = step is not None
    versions = None
    if step is not None and step.state is ReplacementState.READY:
        versions = comparing.compare(rev, to_rev)
    places = work_out(file, rev, versions) if is_known else {}
    with unit_of_work() as opened:
        if is_known:
            opened.get_one(Meeting, meeting_id, with_for_update=True)
        query = select(Annotation).where(Annotation.file == file, Annotation.rev == rev, Annotation.waits)
        marks = list(opened.scalars(query.with_for_update().execution_options(populate_existing=True)))
        if not marks:
            return True
        now = opened.scalar(select(File.sha256).where(File.public_id == file))
        if not is_known or rev == now:
            for one in marks:
                one.waits = False
                if rev != now:
                    one.doubt = NOT_COMPARED
            return True
        _apply(meeting_id, marks, places, to_rev, is_last=to_rev == now)
        _ask_to_read(_step_from(file, rev))
    return True


def _apply(meeting_id: int, marks: Sequence[Annotation], places: Places, rev: str, *, is_last: bool) -> None:
    lams = _counters(meeting_id, {one.user_id for one in marks})
    moved: list[Annotation] = []
    for one in marks:
        found = places.get((one.user_id, one.id))
        if one.data is None or one.del_lam is not None:
            one.waits = False
        elif found is None or found.as_it_was != as_it_is(one):
            one.waits = True
        elif isinstance(found.place, Placed):
            lams[one.user_id] += 1
            one.rev, one.page, one.data = rev, found.place.page, found.place.data
            one.place_lam, one.waits = lams[one.user_id], not is_last
            moved.append(one)
        else:
            one.doubt, one.waits = NOT_COMPARED, False
            if found.place is not None:
                likely = found.place.likely
                one.doubt = found.place.reason.value
                one.likely = None if likely is None else {"page": likely.page, "d": likely.data}
    mark_sharing.tell(meeting_id, moved)


def next_lam(meeting_id: int, user_id: int) -> int:
    """The counter of the next place that the house gives to a mark of this person; hold the meeting."""
    return _counters(meeting_id, {user_id})[user_id] + 1


def _counters(meeting_id: int, users: Iterable[int]) -> dict[int, int]:
    query = select(Annotation.user_id, func.max(Annotation.place_lam)).where(
        Annotation.meeting_id == meeting_id, Annotation.user_id.in_(list(users))
    )
    found: dict[int, int] = defaultdict(int)
    found.update((user, lam or 0) for user, lam in session().execute(query.group_by(Annotation.user_id)))
    return found


def as_it_is(mark: Annotation) -> tuple[Any, ...]:
    """By what a mark is known to be what it was."""
    return (mark.lam, mark.dev, mark.rev, mark.page)


def _step_from(file: str, rev: str) -> PaperReplacement | None:
    query = select(PaperReplacement).where(
        PaperReplacement.file == file, PaperReplacement.from_rev == rev, PaperReplacement.state.in_(_DONE)
    )
    return session().scalar(query.order_by(PaperReplacement.id.desc()).limit(1))


def _is_pending(file: str, rev: str) -> bool:
    query = select(PaperReplacement.id).where(
        PaperReplacement.file == file,
        PaperReplacement.from_rev == rev,
        PaperReplacement.state == ReplacementState.PENDING,
    )
    return session().scalar(query) is not None


# --- Marks that come late ---


def version_of(paper: File, rev: Any) -> tuple[str, int | None]:
    """The version on which a device made a mark, and how many pages it has.

    :param rev: as the device says it; a device that says none knows the first version alone.
    :raises Invalid: ``annotation.malformed``, the paper never had such a version.
    """
    if rev == paper.sha256:
        return paper.sha256, paper.pages
    query = select(PaperReplacement).where(
        PaperReplacement.file == paper.public_id, PaperReplacement.state.in_(_DONE)
    )
    for step in session().scalars(query.order_by(PaperReplacement.id)):
        if rev is None or step.from_rev == rev:
            return step.from_rev, step.from_pages
    if rev is None:
        return paper.sha256, paper.pages
    raise Invalid("annotation.malformed")


def ask_for_places(last: Annotation) -> None:
    """Ask the worker to give places to marks that came late, the last of them this one; in the open unit."""
    enqueue(PLACE, f"{last.file}:{last.user_id}:{last.id}:{last.lam}", {"file": last.file})


# --- The owner's tray ---


def tray(actor: User, meeting_id: int) -> list[dict[str, Any]]:
    """The actor's own marks that wait for a place, by paper and page.

    :raises NotFound: no such meeting, or none the actor may attend.
    """
    meeting = access_meeting(actor, meeting_id, To.ATTEND)
    query = select(Annotation).where(
        Annotation.meeting_id == meeting.id, Annotation.user_id == actor.id, waits_for_owner()
    )
    marks = list(session().scalars(query.order_by(Annotation.file, Annotation.page, Annotation.id)))
    files = {one.public_id: one for one in papers.on_table(meeting, {mark.file for mark in marks})}
    old = {key: _old_url(*key) for key in {(mark.file, mark.rev) for mark in marks}}
    return [
        {
            "id": one.id,
            "file": one.file,
            "rev": one.rev,
            "page": one.page,
            "why": one.doubt,
            "likely": one.likely["page"] if one.likely else None,
            "to": one.likely["d"] if one.likely else None,
            "n": papers.title_of(files[one.file]),
            "pages": files[one.file].pages,
            "url": old[one.file, one.rev],
            "d": one.data,
        }
        for one in marks
        if one.file in files
    ]


def waits_for_owner() -> ColumnElement[bool]:
    """SQL: the marks that lie in their owner's tray."""
    return and_(
        Annotation.doubt.is_not(None), Annotation.del_lam.is_(None), Annotation.dismissed_at.is_(None)
    )


def is_in_tray(mark: Annotation) -> bool:
    """The same of a mark that is here already."""
    return mark.doubt is not None and mark.del_lam is None and mark.dismissed_at is None


def place(actor: User, meeting_id: int, mark_id: str, page: int) -> None:
    """Lay one's own mark that waits on a page of the newest version, at the place it had.

    :raises NotFound: no such meeting; ``annotation.not_waiting``; ``meeting.unknown_paper``.
    :raises Invalid: ``meeting.no_such_page``.
    """
    with unit_of_work():
        meeting = access_meeting(actor, meeting_id, To.ATTEND, lock=True)
        mark = _waiting(actor, meeting_id, mark_id)
        paper = papers.paper_of(meeting, mark.file)
        if page < 1 or (paper.pages is not None and page > paper.pages):
            raise Invalid("meeting.no_such_page", n=paper.pages or 1)
        likely = mark.likely or {}
        data = likely["d"] if likely.get("page") == page else _onto(paper.sha256, page, mark.data)
        mark.rev, mark.page, mark.data = paper.sha256, page, data
        mark.doubt = mark.likely = None
        mark.place_lam = next_lam(meeting_id, actor.id)
        mark_sharing.tell(meeting_id, [mark])


def dismiss(actor: User, meeting_id: int, mark_id: str) -> None:
    """Leave one's own mark on the old version for good.

    :raises NotFound: no such meeting; ``annotation.not_waiting``.
    """
    with unit_of_work():
        access_meeting(actor, meeting_id, To.ATTEND)
        _waiting(actor, meeting_id, mark_id).dismissed_at = clock.now()


def _waiting(actor: User, meeting_id: int, mark_id: str) -> Annotation:
    mark = session().get(Annotation, (actor.id, mark_id), with_for_update=True)
    if mark is None or mark.meeting_id != meeting_id or not is_in_tray(mark):
        raise NotFound("annotation.not_waiting")
    return mark


def _old_url(file: str, rev: str) -> str | None:
    step = _step_from(file, rev)
    old = None if step is None else session().scalar(select(File).where(File.public_id == step.other))
    return None if old is None else papers.url_of(old)


def _onto(rev: str, page: int, data: Any) -> Any:
    """The mark where it was, shifted as far as needed to lie on the visible part of its new page."""
    records = comparing.known(rev)
    try:
        x0, y0, x1, y1 = mark_shapes.bounds(data)
    except CannotRead:
        return data
    if records is None or page > len(records):
        return data
    left, low, right, high = records[page - 1].crop
    dx = max(left - x0, 0) + min(right - x1, 0)
    dy = max(low - y0, 0) + min(high - y1, 0)
    return mark_shapes.transformed(data, lambda x, y: (x + dx, y + dy)) if dx or dy else data
