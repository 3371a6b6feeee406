"""Presenting: what is shown to those who follow, who may show it, and the screen on the wall.

A meeting keeps all of it in one JSON value, ``meeting.presenting``: what is shown (``file``, ``name``,
``url``, ``page``, ``n`` and ``by`` of whoever shows it, ``at``), the rectangle that the presenter sees
(``view``, ``seq``), to whom presenting was granted (``grants``) and whether the screen is dark (``blank``).
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from intranet.core import clock
from intranet.core.db import publish, session, unit_of_work
from intranet.core.errors import BadState, Forbidden, Invalid, NotFound, Stale
from intranet.people import directory
from intranet.people.models import User
from intranet.records import audit
from meetings.models.meeting import IN_SESSION, Meeting, MeetingState
from meetings.permissions import To, access_meeting, may
from meetings.services import journal, paper_rights, papers
from meetings.services.journal import ms

#: The longest time, in seconds, for which presenting is granted; without a time it lasts to the end.
MOST_GRANT_S = 8 * 3600
#: States in which the screen on the wall may be made dark, or light again.
SCREEN_IS_UP = IN_SESSION | {MeetingState.PUBLISHED, MeetingState.READY}
#: The narrowest rectangle, as a part of the page's width.
LEAST_WIDTH = 0.05
_SHOWN = ("file", "name", "url", "page", "n", "at", "by", "wall", "few")
#: A paper for few is shown on the screen alone, or to the devices of those who may read it.
_NARROW = ("wall", "few")
_KEPT = ("grants", "blank")


@dataclass(frozen=True)
class View:
    """The rectangle of a page that the presenter sees, in fractions of the page; its height is the screen's.

    ``seq`` rises with every rectangle of a meeting, across processes: it is made of the clock.
    """

    page: int
    x: float
    y: float
    w: float
    seq: int = 0

    def told(self) -> dict[str, Any]:
        """As those who follow are told it."""
        return {"page": self.page, "view": {"x": self.x, "y": self.y, "w": self.w}, "seq": self.seq}


@dataclass(frozen=True)
class Lead:
    """Who presents which page of which paper, and until when (milliseconds since 1970) if that was said."""

    by: int
    file: str
    page: int
    until: int | None
    #: ``wall`` or ``few`` where not everybody sees it.
    narrow: str = ""


@dataclass(frozen=True)
class ViewShown:
    """A presenter without a socket showed a rectangle."""

    meeting_id: int
    lead: Lead
    view: View


# --- What a meeting shows ---


def shown(meeting: Meeting) -> dict[str, Any]:
    """What is shown, ``{}`` when nothing is."""
    kept = meeting.presenting or {}
    return {key: kept[key] for key in _SHOWN if key in kept} if "file" in kept else {}


def grants(meeting: Meeting) -> dict[str, int | None]:
    """To whom presenting was granted, by id, and until when; what ran out stays until it is taken back."""
    return dict((meeting.presenting or {}).get("grants", {}))


def is_blank(meeting: Meeting) -> bool:
    """True while the screen on the wall is to show nothing."""
    return bool((meeting.presenting or {}).get("blank"))


def last_view(meeting: Meeting) -> dict[str, Any] | None:
    """The presenter's rectangle as it was last stored."""
    kept = meeting.presenting or {}
    if "file" not in kept or "view" not in kept:
        return None
    return {"page": kept["page"], "view": kept["view"], "seq": kept["seq"]}


def may_present(actor: User, meeting: Meeting) -> bool:
    """True for chair and secretaries, and for whom presenting was granted while the grant lasts."""
    if may(actor, To.RUN, meeting):
        return True
    given = grants(meeting)
    if str(actor.id) not in given or not may(actor, To.ATTEND, meeting):
        return False
    until = given[str(actor.id)]
    return until is None or (ms(clock.now()) or 0) < until


# --- Showing ---


def start_presenting(
    actor: User, meeting_id: int, file: str, page: int, *, on_wall: bool = False, to_few: bool = False
) -> int:
    """Show a page of a paper to those who follow; whoever presented before no longer does.

    :param file: public id of a paper on the table.
    :param page: from 1.
    :param on_wall: a paper that not everybody may read is shown on the screen, to no device.
    :param to_few: it is shown to the devices of those who may read it, and not on the screen.
    :returns: the new version of the room.
    :raises NotFound: no such meeting or paper, or none the actor may attend.
    :raises Forbidden: ``present.not_granted``.
    :raises BadState: ``meeting.not_live``; ``meeting.not_showable``, the paper cannot be shown page by page;
        ``paper.for_few``, not everybody in the room may read it and it was not said who sees it; on the
        screen chair and secretary show it.
    :raises Invalid: ``meeting.no_such_page``.
    """
    with unit_of_work():
        meeting = _presentable(actor, meeting_id)
        paper = papers.paper_of(meeting, file)
        entry = papers.paper_entry(paper, meeting)
        narrow = {}
        if "only" in entry:
            if not to_few and not (on_wall and may(actor, To.RUN, meeting)):
                raise BadState("paper.for_few")
            paper_rights.require_reader(actor, meeting, paper)
            narrow = {"few": True} if to_few else {"wall": True}
        if entry["url"] is None:
            raise BadState("meeting.not_showable")
        _check_page(page, paper.pages)
        showing = {
            "file": file,
            "name": entry["n"],
            "url": entry["url"],
            "page": page,
            "n": actor.full_name,
            "at": ms(clock.now()),
            **narrow,
        }
        meeting.presenting = _rest(meeting) | showing | {"by": actor.id}
        return journal.append(meeting, "present.started", by=actor, **showing)


def present_page(actor: User, meeting_id: int, page: int, *, file: str) -> int:
    """Turn the page for those who follow; the rectangle is that of the whole page again.

    :param file: the paper the actor believes is shown.
    :returns: the new version of the room.
    :raises NotFound: no such meeting, or none the actor may attend.
    :raises Forbidden: ``present.not_granted``.
    :raises BadState: ``meeting.not_live``.
    :raises Stale: ``meeting.shows_other``: another paper, or none, is shown by now.
    :raises Invalid: ``meeting.no_such_page``.
    """
    with unit_of_work():
        meeting = _presentable(actor, meeting_id)
        now = shown(meeting)
        if now.get("file") != file:
            raise Stale("meeting.shows_other", cur=now.get("file"))
        _check_page(page, papers.paper_of(meeting, file).pages)
        if now["page"] == page:
            return meeting.v
        at = ms(clock.now())
        meeting.presenting = _rest(meeting) | now | {"page": page, "at": at}
        return journal.append(meeting, "present.page", by=actor, file=file, page=page, at=at, **_narrow(now))


def stop_presenting(actor: User, meeting_id: int) -> int:
    """Show nothing any more; everybody reads on where they are.

    :returns: the version of the room.
    :raises NotFound: no such meeting, or none the actor may attend.
    :raises Forbidden: ``present.not_granted``.
    :raises BadState: ``meeting.not_live``.
    """
    with unit_of_work():
        meeting = _presentable(actor, meeting_id)
        if not shown(meeting):
            return meeting.v
        meeting.presenting = _rest(meeting) or None
        return journal.append(meeting, "present.stopped", by=actor)


def show_version(meeting: Meeting, entry: Mapping[str, Any], page: int) -> dict[str, Any]:
    """The paper that is shown was replaced: its new version is shown, within the open unit of work.

    :returns: what is different now.
    """
    now = shown(meeting)
    told = {"name": entry["n"], "url": entry["url"], "page": page, "at": ms(clock.now())}
    told |= _narrow(now)
    meeting.presenting = _rest(meeting) | now | told
    return told


def shown_to_few(actor: User, meeting: Meeting) -> dict[str, Any] | None:
    """What is shown to the devices of those who may read it, for one of them; ``None`` for everybody else."""
    now = shown(meeting)
    if "few" not in now or actor.id not in _readers_of(meeting, now["file"], [actor]):
        return None
    return {key: now[key] for key in _SHOWN if key in now}


def few_readers(meeting: Meeting, ids: Collection[int]) -> frozenset[int]:
    """Who of these people is shown what is for few."""
    now = shown(meeting)
    if "few" not in now:
        return frozenset()
    return _readers_of(meeting, now["file"], directory.people(ids).values())


def _readers_of(meeting: Meeting, file: str, people: Iterable[User]) -> frozenset[int]:
    by_person = paper_rights.readable_by(people, meeting).items()
    return frozenset(key for key, found in by_person if file in {one.file.public_id for one in found})


def _narrow(shown: Mapping[str, Any]) -> dict[str, Any]:
    return {key: True for key in _NARROW if key in shown}


# --- Who may show ---


def grant_presenting(actor: User, meeting_id: int, person: int, *, for_s: int | None = None) -> int:
    """Let somebody who takes part present, for a time or until it is taken back.

    :param for_s: seconds from now, at most :data:`MOST_GRANT_S`; ``None`` for as long as the meeting.
    :returns: the new version of the room.
    :raises NotFound: no such meeting; ``meeting.unknown_person``, the person takes no part in it.
    :raises Forbidden: ``meeting.not_yours_to_run``.
    :raises BadState: ``meeting.not_live``.
    :raises Invalid: ``present.too_long``.
    """
    if for_s is not None and not 1 <= for_s <= MOST_GRANT_S:
        raise Invalid("present.too_long", most=MOST_GRANT_S // 3600)
    with unit_of_work():
        meeting = _in_session(actor, meeting_id)
        if meeting.participant(person) is None:
            raise NotFound("meeting.unknown_person")
        until = None if for_s is None else ms(clock.now() + timedelta(seconds=for_s))
        given = grants(meeting) | {str(person): until}
        meeting.presenting = (meeting.presenting or {}) | {"grants": given}
        audit.record(actor, "present.granted", meeting, person=person, until=until)
        return journal.append(meeting, "present.granted", by=actor, p=person, until=until)


def revoke_presenting(actor: User, meeting_id: int, person: int) -> int:
    """Take a grant back; what the person shows stays until somebody else shows or stops.

    :returns: the version of the room.
    :raises NotFound: no such meeting, or none the actor may attend.
    :raises Forbidden: ``meeting.not_yours_to_run``.
    :raises BadState: ``meeting.not_live``.
    """
    with unit_of_work():
        return take_back(_in_session(actor, meeting_id), person, by=actor)


def take_back(meeting: Meeting, person: int, *, by: User) -> int:
    """Take somebody's grant, if any, within the open unit of work: the grant or the person goes.

    :returns: the version of the room.
    """
    given = grants(meeting)
    if str(person) not in given:
        return meeting.v
    del given[str(person)]
    meeting.presenting = (meeting.presenting or {}) | {"grants": given}
    audit.record(by, "present.revoked", meeting, person=person)
    return journal.append(meeting, "present.revoked", by=by, p=person)


def blank_screen(actor: User, meeting_id: int, *, on: bool) -> int:
    """Make the screen on the wall dark, or let it show again what there is.

    :returns: the version of the room.
    :raises NotFound: no such meeting, or none the actor may attend.
    :raises Forbidden: ``meeting.not_yours_to_run``.
    :raises BadState: ``screen.down``, the meeting is over or not published.
    """
    with unit_of_work():
        meeting = access_meeting(actor, meeting_id, To.RUN, lock=True)
        if meeting.state not in SCREEN_IS_UP:
            raise BadState("screen.down")
        if is_blank(meeting) is on:
            return meeting.v
        meeting.presenting = (meeting.presenting or {}) | {"blank": on}
        return journal.append(meeting, "screen.blanked", by=actor, on=on)


# --- The rectangle ---


def lead_of(actor: User, meeting_id: int) -> Lead:
    """What the actor presents now: whoever presents may show a rectangle, and nobody else.

    :raises NotFound: no such meeting, or none the actor may attend.
    :raises Forbidden: ``present.not_granted``, the actor may not, or no longer.
    :raises BadState: ``meeting.not_live``.
    :raises Stale: ``present.not_you``, somebody else presents by now, or nobody.
    """
    meeting = access_meeting(actor, meeting_id, To.ATTEND)
    _check_presents(actor, meeting)
    now = shown(meeting)
    if now.get("by") != actor.id:
        raise Stale("present.not_you", cur=now.get("by"))
    until = None if may(actor, To.RUN, meeting) else grants(meeting)[str(actor.id)]
    return Lead(actor.id, now["file"], now["page"], until, "".join(_narrow(now)))


def view_of(page: int, x: float, y: float, w: float, *, seq: int = 0) -> View:
    """A rectangle, checked and rounded to a part of a pixel.

    :raises Invalid: ``present.bad_view``.
    """
    if not (0 <= x <= 1 and 0 <= y <= 1 and LEAST_WIDTH <= w <= 1) or page < 1:
        raise Invalid("present.bad_view")
    return View(page, round(x, 4), round(y, 4), round(w, 4), seq)


def show_view(actor: User, meeting_id: int, view: View) -> None:
    """Show a rectangle without a socket; the room is told of it as if it had come over one.

    :raises DomainError: as :func:`lead_of`.
    """
    with unit_of_work():
        lead = lead_of(actor, meeting_id)
        publish(ViewShown(meeting_id, lead, view))


def keep_view(meeting_id: int, lead: Lead, view: View) -> bool:
    """Store the rectangle that somebody presents; no line of the journal, a later one takes its place.

    :returns: False when that person no longer presents that page of that paper.
    """
    with unit_of_work():
        meeting = session().get(Meeting, meeting_id, with_for_update=True, populate_existing=True)
        kept = {} if meeting is None else meeting.presenting or {}
        now = (kept.get("by"), kept.get("file"), kept.get("page"))
        if meeting is None or now != (lead.by, lead.file, view.page):
            return False
        if kept.get("seq", 0) < view.seq:
            told = view.told()
            meeting.presenting = kept | {"view": told["view"], "seq": told["seq"]}
        return True


def _presentable(actor: User, meeting_id: int) -> Meeting:
    meeting = access_meeting(actor, meeting_id, To.ATTEND, lock=True)
    _check_presents(actor, meeting)
    return meeting


def _check_presents(actor: User, meeting: Meeting) -> None:
    if not may_present(actor, meeting):
        raise Forbidden("present.not_granted")
    if meeting.state is not MeetingState.LIVE:
        raise BadState("meeting.not_live")


def _in_session(actor: User, meeting_id: int) -> Meeting:
    meeting = access_meeting(actor, meeting_id, To.RUN, lock=True)
    if meeting.state not in IN_SESSION:
        raise BadState("meeting.not_live")
    return meeting


def _rest(meeting: Meeting) -> dict[str, Any]:
    """What stays when something else is shown, or nothing."""
    kept = meeting.presenting or {}
    return {key: kept[key] for key in _KEPT if key in kept}


def _check_page(page: int, pages: int | None) -> None:
    if page < 1 or (pages is not None and page > pages):
        raise Invalid("meeting.no_such_page", n=pages or 1)
