"""Who may read, fetch and print a paper, whether it may lie on a device and its copies carry a name."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select

from intranet.core import clock
from intranet.core.db import publish, session, unit_of_work
from intranet.core.errors import BadState, Invalid
from intranet.people import directory
from intranet.people.models import User
from intranet.records import audit
from intranet.records.models import File
from meetings.models.meeting import Meeting
from meetings.models.paper import FewPapersChanged, PaperRule
from meetings.permissions import access_changeable
from meetings.rules.paper_access import DOWNLOAD, PRINT, ROLES
from meetings.services import journal, papers

_MOST_GRANTS = 200


def set_rights(
    actor: User,
    meeting_id: int,
    public_id: str,
    *,
    grants: Sequence[Mapping[str, Any]] | None,
    online_only: bool = False,
    is_marked: bool = False,
) -> int:
    """Say who may do what with a paper; whoever may no longer read it loses it at once, in the room too.

    :param grants: ``None``: everybody who attends reads, fetches and prints. Else only those named by
        ``{"who": "role:guest" | "unit:7" | "user:12", "can": ["download", "print"]}`` read it, beside those
        who prepare the meeting and whoever reports on its item.
    :param online_only: it may not be kept on a device.
    :param is_marked: prints and downloads carry name and time.
    :returns: the new version of the room.
    :raises NotFound: no such meeting or paper, or none the actor may attend.
    :raises Forbidden: ``meeting.not_yours_to_run``.
    :raises BadState: ``meeting.not_plannable``; ``meeting.presented``, it is shown to everybody right now.
    :raises Invalid: ``paper.unknown_reader``, a grant names nobody of this meeting.
    """
    with unit_of_work() as opened:
        meeting = access_changeable(actor, meeting_id)
        paper = papers.paper_of(meeting, public_id)
        if grants is not None:
            grants = [_checked(meeting, one) for one in grants[:_MOST_GRANTS]]
            if (meeting.presenting or {}).get("file") == public_id:
                raise BadState("meeting.presented")
        rule = opened.get(PaperRule, paper.id)
        was_restricted = rule is not None and rule.is_restricted
        if rule is None:
            rule = PaperRule(file_id=paper.id, meeting_id=meeting.id)
            opened.add(rule)
        rule.is_restricted, rule.grants = grants is not None, list(grants or ())
        rule.online_only, rule.is_marked = online_only, is_marked
        rule.by_id, rule.at = actor.id, clock.now()
        opened.flush()
        audit.record(
            actor,
            "meeting.paper_rights",
            meeting,
            file=paper.id,
            grants=rule.grants if rule.is_restricted else None,
            online_only=online_only,
            marked=is_marked,
        )
        return _tell(actor, meeting, paper, was=was_restricted, now=rule.is_restricted)


def _tell(actor: User, meeting: Meeting, paper: File, *, was: bool, now: bool) -> int:
    """Papers for few leave what is told to all, and come back to it as the last of their place."""
    key, item_id = paper.public_id, papers.item_id_of(paper)
    if was != now:
        publish(FewPapersChanged(meeting.id))
        to = "members" if now else "officers"
        journal.append(meeting, "file.withdrawn", by=actor, file=key, item=item_id, to=to)
    if was and not now:
        last = select(func.max(File.order)).where(
            File.ref_kind == paper.ref_kind, File.ref_id == paper.ref_id
        )
        paper.order = (session().scalar(last) or 0) + 1
        session().flush()
        return papers.tell(meeting, "file.added", actor, paper, file=papers.paper_entry(paper, meeting))
    return papers.tell(meeting, "file.map", actor, paper, file=papers.paper_entry(paper, meeting))


def _checked(meeting: Meeting, grant: Mapping[str, Any]) -> dict[str, Any]:
    who = str(grant.get("who", ""))
    kind, _, name = who.partition(":")
    known = {
        "role": lambda: name in ROLES,
        "user": lambda: name.isdecimal() and meeting.participant(int(name)) is not None,
        "unit": lambda: name.isdecimal() and directory.unit(int(name)) is not None,
    }
    if kind not in known or not known[kind]():
        raise Invalid("paper.unknown_reader", field="who")
    return {"who": who, "can": sorted({DOWNLOAD, PRINT}.intersection(grant.get("can", ())))}
