"""Papers of a meeting: files of the meeting or of one agenda item, taken in when their checks are over."""

from collections import defaultdict
from collections.abc import Callable, Collection
from pathlib import PurePath
from typing import IO, Any

from sqlalchemy import select

from intranet.core.db import publish, session, unit_of_work
from intranet.core.errors import BadState, Forbidden, Invalid, NotFound
from intranet.core.refs import Ref
from intranet.people.models import User
from intranet.records import audit, conversions, files, scans
from intranet.records.models import File, Reading, StagedState
from meetings.models import paper as kinds
from meetings.models.meeting import IN_SESSION, PLANNABLE, AgendaItem, Meeting, PendingPaper
from meetings.permissions import To, access_meeting, may_add_paper
from meetings.services import journal, paper_rights

PAPER, WITHDRAWN, ORIGINAL = kinds.PAPER, kinds.WITHDRAWN, kinds.ORIGINAL
_WAIT_SECONDS = 10.0


def add_paper(actor: User, meeting_id: int, item_id: int | None, stream: IO[bytes], name: str) -> bool:
    """Take a file in for the meeting or one of its items.

    :returns: False when its checks take longer: :func:`settle` takes it in later.
    :raises NotFound: no such meeting or item, or none the actor may attend.
    :raises Forbidden: ``meeting.not_yours_to_add``.
    :raises BadState: ``meeting.no_more_papers``, it is over or was called off.
    :raises Invalid: ``file.…``, the file is refused.
    """
    meeting = access_meeting(actor, meeting_id, To.ATTEND)
    check_may_add(actor, meeting, None if item_id is None else meeting.item(item_id))
    staged = files.stage(actor, stream, name)
    remember(actor, meeting_id, item_id, staged)
    files.wait_for(actor, staged.public_id, seconds=_WAIT_SECONDS)
    return settle_one(actor, staged.public_id)


def add_staged(actor: User, meeting_id: int, item_id: int | None, staged_id: str) -> bool:
    """Take in a file that was uploaded already, now or when its checks are over.

    :returns: False when its checks take longer: :func:`settle` takes it in later.
    :raises NotFound: no such meeting, item or upload.
    :raises Forbidden: ``meeting.not_yours_to_add``.
    :raises BadState: ``meeting.no_more_papers``.
    :raises Invalid: ``file.…``, the file is refused.
    """
    meeting = access_meeting(actor, meeting_id, To.ATTEND)
    check_may_add(actor, meeting, None if item_id is None else meeting.item(item_id))
    remember(actor, meeting_id, item_id, files.staged(actor, staged_id))
    return settle_one(actor, staged_id)


def settle(actor: User, meeting_id: int) -> int:
    """Take in what the actor dropped and has been checked by now.

    :returns: how many are still being checked.
    :raises NotFound: no such meeting, or none the actor may attend.
    """
    access_meeting(actor, meeting_id, To.ATTEND)
    waiting = session().scalars(
        select(PendingPaper.staged_id).where(
            PendingPaper.meeting_id == meeting_id,
            PendingPaper.by_id == actor.id,
            PendingPaper.problem.is_(None),
        )
    )
    left = 0
    for staged_id in list(waiting):
        try:
            left += not settle_one(actor, staged_id)
        except Invalid:
            continue
    return left


def attach_paper(actor: User, meeting_id: int, item_id: int | None, staged_id: str) -> str:
    """Make a checked upload a paper of the meeting or of an item; the room sees it at once.

    :returns: its public id.
    :raises NotFound: no such meeting, item or upload.
    :raises Forbidden: ``meeting.not_yours_to_add``.
    :raises BadState: ``meeting.no_more_papers``.
    """
    return _take_in(
        actor,
        meeting_id,
        item_id,
        lambda owner, org_id: files.attach(actor, staged_id, owner, org_id=org_id, role=PAPER),
    )


def add_made_paper(actor: User, meeting_id: int, item_id: int | None, kept: files.Kept) -> str:
    """Make bytes of our own (``files.keep``) a paper of the meeting or of an item.

    :returns: its public id.
    :raises NotFound: no such meeting or item.
    :raises Forbidden: ``meeting.not_yours_to_add``.
    :raises BadState: ``meeting.no_more_papers``.
    """
    return _take_in(
        actor,
        meeting_id,
        item_id,
        lambda owner, org_id: files.attach_kept(actor, kept, owner, org_id=org_id, role=PAPER),
    )


def withdraw_paper(actor: User, meeting_id: int, public_id: str) -> None:
    """Take a paper off the table; it stays with the record.

    :raises NotFound: no such meeting or paper.
    :raises Forbidden: ``meeting.not_yours_to_add``.
    :raises BadState: ``meeting.no_more_papers``, ``meeting.presented`` while it is shown.
    """
    with unit_of_work():
        meeting = access_meeting(actor, meeting_id, To.ATTEND, lock=True)
        found = paper_of(meeting, public_id)
        check_may_change(actor, meeting, found)
        if (meeting.presenting or {}).get("file") == public_id:
            raise BadState("meeting.presented")
        found.role = WITHDRAWN
        audit.record(actor, "meeting.paper_withdrawn", meeting, file=found.id)
        tell(meeting, "file.withdrawn", actor, found, file=public_id)


def paper_of(meeting: Meeting, public_id: str, *, hold: bool = False) -> File:
    """A paper on the table of this meeting.

    :param hold: nobody replaces it until the open unit of work ends.
    :raises NotFound: ``meeting.unknown_paper``.
    """
    query = select(File).where(File.public_id == public_id, paper_rights.on_table(meeting))
    if hold:
        query = query.with_for_update(read=True, of=File).execution_options(populate_existing=True)
    found = session().scalar(query)
    if found is None:
        raise NotFound("meeting.unknown_paper")
    return found


def of_meeting(meeting: Meeting) -> dict[Ref, list[dict[str, Any]]]:
    """The papers on the table, by the record that owns them, in one question to the database."""
    found: dict[Ref, list[dict[str, Any]]] = defaultdict(list)
    query = select(File).where(paper_rights.on_table(meeting)).order_by(File.order, File.id)
    rules = paper_rights.rules_of(meeting.id)
    for one in session().scalars(query):
        found[one.owner].append(_entry(one, meeting, rules.get(one.id)))
    return dict(found)


def for_reader(actor: User, meeting: Meeting) -> dict[Ref, list[dict[str, Any]]]:
    """The papers on the table that the actor may read, by the record that owns them.

    Beside what :func:`paper_entry` says: ``get``, ``may_print``, where they may fetch or print it, ``rule``.
    """
    rules = paper_rights.rules_of(meeting.id)
    found: dict[Ref, list[dict[str, Any]]] = defaultdict(list)
    for one in paper_rights.readable(actor, meeting):
        rule = rules.get(one.file.id)
        more = {"get": one.download, "may_print": one.print and one.file.is_pdf, "rule": rule}
        found[one.file.owner].append(_entry(one.file, meeting, rule) | more)
    return dict(found)


def own_entries(actor: User, meeting: Meeting) -> list[tuple[int | None, dict[str, Any]]]:
    """The papers for few that the actor may read, each with its item: what no audience is told of."""
    rules = paper_rights.rules_of(meeting.id)
    few = [one for one in paper_rights.readable(actor, meeting) if one.is_restricted]
    return [(one.item_id, _entry(one.file, meeting, rules.get(one.file.id))) for one in few]


def tell(meeting: Meeting, kind: str, by: User, paper: File, **data: Any) -> int:
    """Tell the room what happened to a paper; of one that is for few, chair and secretaries alone are told.

    The others ask anew for what is theirs. ``to`` in the data: ``members`` or ``officers`` alone.

    :returns: the new version of the room.
    """
    data["item"] = item_id_of(paper)
    publish(kinds.PacksChanged(meeting.id))
    if paper_rights.is_restricted(paper):
        data["only"] = True
        publish(kinds.FewPapersChanged(meeting.id))
    return journal.append(meeting, kind, by=by, **data)


def pending_of(actor: User, meeting: Meeting) -> dict[int | None, list[PendingPaper]]:
    """What the actor dropped and is not on the table yet, by item."""
    found: dict[int | None, list[PendingPaper]] = defaultdict(list)
    query = select(PendingPaper).where(PendingPaper.meeting_id == meeting.id, PendingPaper.by_id == actor.id)
    query = query.where(PendingPaper.problem.is_(None))
    for one in session().scalars(query.order_by(PendingPaper.id)):
        found[one.item_id].append(one)
    return dict(found)


def paper_entry(file: File, meeting: Meeting | None = None) -> dict[str, Any]:
    """A paper as the room holds it; ``url`` shows it, ``rev`` names its bytes.

    ``why`` is a code of what is wrong with its bytes. An office document says how the making of its PDF
    stands: ``conv``; until that is over it is not shown, so that nobody writes on pages that will be others.
    One that was replaced says more: ``no`` of the version from 1, ``map`` how far comparing is, ``changed``
    pages, ``moves`` of pages and ``prev``, the version before. ``only``: not everybody may read it;
    ``online``: it may not be kept on a device; ``mark``: the reader's name stands over its pages.
    """
    return _entry(file, meeting, None if meeting is None else session().get(kinds.PaperRule, file.id))


def _entry(file: File, meeting: Meeting | None, rule: kinds.PaperRule | None) -> dict[str, Any]:
    known: dict[str, Any] = {} if meeting is None else (meeting.revisions or {}).get(file.public_id, {})
    if rule is not None:
        marks = {"only": rule.is_restricted, "online": rule.online_only, "mark": rule.is_marked}
        known = {**known, **{name: True for name, is_so in marks.items() if is_so}}
    made = conversions.state_of(file)
    if made is not None:
        known = {**known, "conv": made.state.value} | ({"why": made.problem} if made.problem else {})
    if file.problem is not None and "why" not in known:
        known = {**known, "why": why_unread(file)}
    return {
        "id": file.public_id,
        "n": title_of(file),
        "name": file.name,
        "pages": file.pages,
        "size": file.size,
        "rev": file.sha256,
        "url": None if made is not None and made.is_under_way else url_of(file),
        **known,
    }


def acting(revs: Collection[str]) -> dict[str, list[str]]:
    """What in these versions could act by itself (scripts, files inside, forms of Adobe's), by SHA-256."""
    query = select(Reading.sha256, Reading.active).where(Reading.sha256.in_(revs))
    return {sha256: list(parts) for sha256, parts in session().execute(query) if parts}


def why_unread(file: File) -> str | None:
    """Code of why a paper cannot be shown page by page, ``None`` when nothing is wrong with its bytes."""
    return None if file.problem is None else f"unread.{file.problem.removeprefix('file.')}"


def title_of(paper: File) -> str:
    """Its name without the ending."""
    return PurePath(paper.name).stem


def url_of(paper: File) -> str | None:
    """Where this very version is shown, ``None`` when it cannot be shown page by page."""
    return f"{paper.view_url}&rev={paper.sha256[:12]}" if paper.can_view else None


def item_id_of(paper: File) -> int | None:
    """The agenda item that a paper belongs to, ``None`` for one of the whole meeting."""
    return paper.ref_id if paper.ref_kind == "agenda_item" else None


def on_table(meeting: Meeting, public_ids: Collection[str]) -> list[File]:
    """Those of these papers that are on the table of the meeting."""
    query = select(File).where(File.public_id.in_(public_ids), paper_rights.on_table(meeting))
    return list(session().scalars(query)) if public_ids else []


def check_may_change(actor: User, meeting: Meeting, paper: File) -> None:
    """Refuse whoever may not exchange or withdraw this paper now.

    :raises Forbidden: ``meeting.not_yours_to_add``.
    :raises BadState: ``meeting.no_more_papers``.
    """
    item_id = item_id_of(paper)
    check_may_add(actor, meeting, None if item_id is None else meeting.item(item_id))


def remember(
    actor: User, meeting_id: int, item_id: int | None, staged: files.Staged, *, in_tray: bool = False
) -> None:
    """Keep an upload in mind that is to become a paper once its checks are over; twice is once."""
    with unit_of_work() as opened:
        known = select(PendingPaper.id).where(PendingPaper.staged_id == staged.public_id)
        if opened.scalar(known) is None:
            opened.add(
                PendingPaper(
                    meeting_id=meeting_id,
                    item_id=item_id,
                    staged_id=staged.public_id,
                    by_id=actor.id,
                    name=staged.name,
                    in_tray=in_tray,
                )
            )


def settle_one(actor: User, staged_id: str) -> bool:
    """Take in a remembered upload if its checks are over.

    :returns: False while they are not.
    :raises Invalid: the code for which it was refused just now.
    """
    staged = files.staged(actor, staged_id)
    if staged.state is StagedState.CHECKING:
        return False
    with unit_of_work() as opened:
        pending = opened.scalar(select(PendingPaper).where(PendingPaper.staged_id == staged_id))
        if pending is None or pending.problem:
            return True
        if staged.state is not StagedState.REFUSED:
            if pending.in_tray:
                _lay_in_tray(actor, pending)
            else:
                attach_paper(actor, pending.meeting_id, pending.item_id, staged_id)
            opened.delete(pending)
            return True
        # The reason is kept beside the name: whoever dropped thirty files is not looking just now.
        pending.problem, pending.problem_data = staged.problem or "file.wrong_type", dict(staged.problem_data)
    raise Invalid(staged.problem or "file.wrong_type", **{"name": staged.name, **staged.problem_data})


def _take_in(actor: User, meeting_id: int, item_id: int | None, attach: Callable[[Ref, int], File]) -> str:
    """Make what ``attach`` gives the owner (a record, of an agency) a paper; returns its public id."""
    with unit_of_work():
        meeting = access_meeting(actor, meeting_id, To.ATTEND, lock=True)
        item = None if item_id is None else meeting.item(item_id)
        check_may_add(actor, meeting, item)
        owner = meeting.ref if item is None else item.ref
        return announce(actor, meeting, item, attach(owner, meeting.org_id))


def _lay_in_tray(actor: User, pending: PendingPaper) -> None:
    meeting = access_meeting(actor, pending.meeting_id, To.PLAN, lock=True)
    check_may_add(actor, meeting, None)
    added = files.attach(actor, pending.staged_id, meeting.ref, org_id=meeting.org_id, role=kinds.TRAY)
    audit.record(actor, "meeting.paper_received", meeting, file=added.id)


def announce(actor: User, meeting: Meeting, item: AgendaItem | None, added: File) -> str:
    """Tell the room of a file that has just become a paper, within the open unit of work."""
    audit.record(actor, "meeting.paper_added", meeting, file=added.id, item=item.id if item else None)
    if conversions.is_convertible(added):
        conversions.ask_for(added, role=ORIGINAL)
    scans.ask_for(added)
    tell(meeting, "file.added", actor, added, file=paper_entry(added, meeting))
    return added.public_id


def check_may_add(actor: User, meeting: Meeting, item: AgendaItem | None) -> None:
    """Refuse whoever may not add papers here now.

    :raises Forbidden: ``meeting.not_yours_to_add``.
    :raises BadState: ``meeting.no_more_papers``.
    """
    if not may_add_paper(actor, meeting, item):
        raise Forbidden("meeting.not_yours_to_add")
    if meeting.state not in PLANNABLE | IN_SESSION:
        raise BadState("meeting.no_more_papers")
