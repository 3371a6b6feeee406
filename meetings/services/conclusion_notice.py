"""The notice of conclusions (thông báo kết luận): a draft among the documents, due in five days."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from intranet.core import clock, refs
from intranet.core.db import publish, session, unit_of_work
from intranet.core.errors import BadState, Forbidden
from intranet.core.labels import label
from intranet.core.refs import Ref
from intranet.notices import workdays
from intranet.people import directory
from intranet.people.models import User
from intranet.records import audit, drafting
from intranet.records.drafting import DraftAsk
from meetings.models.meeting import Meeting
from meetings.models.minutes import Minutes, MinutesMoved
from meetings.permissions import To, access_meeting, may
from meetings.services import minutes, rehearsals
from meetings.services.conclusion_lists import entries, standing_of
from meetings.services.minutes_docx import day_words

#: Working days after the sitting within which it is to be out (Decision 45/2018/QĐ-TTg).
WITHIN_DAYS = 5
#: So many working days before that, whoever runs the meeting is warned.
WARN_DAYS = 2
_KIND = "TB"
_MOST_SUBJECT = 400


@dataclass(frozen=True)
class Notice:
    """How the notice of a meeting stands.

    :param due: last day on which it is to be out.
    :param left: working days until then, below 0 once it is late.
    :param ref: the draft, if there is one.
    :param link: address and title of the draft, for whoever may read it.
    """

    due: date
    left: int
    ref: Ref | None
    is_issued: bool
    link: tuple[str, str] | None
    may_draft: bool

    @property
    def is_late(self) -> bool:
        """True when its last day is over and it is not out."""
        return self.left < 0 and not self.is_issued

    @property
    def is_near(self) -> bool:
        """True when it should be hurried."""
        return 0 <= self.left <= WARN_DAYS and not self.is_issued


def standing(actor: User, meeting: Meeting) -> Notice | None:
    """How the notice stands, for whoever runs the meeting; ``None`` where there is nothing to announce."""
    if meeting.is_rehearsal or meeting.ended_at is None:
        return None
    if not may(actor, To.RUN, meeting) or not standing_of(meeting):
        return None
    held = session().get(Minutes, meeting.id)
    ref = Ref.parse(held.notice_ref) if held is not None and held.notice_ref else None
    due = due_of(meeting)
    link = None
    if ref is not None and refs.may_read(actor, ref):
        link = (refs.url(ref), refs.title(ref))
    return Notice(
        due=due,
        left=workdays.working_days_between(clock.today(), due),
        ref=ref,
        is_issued=ref is not None and drafting.is_issued(ref),
        link=link,
        may_draft=ref is None and _may_draft(actor, meeting),
    )


def due_of(meeting: Meeting) -> date:
    """The last day on which the notice is to be out.

    :raises ValueError: the sitting is not over.
    """
    if meeting.ended_at is None:
        raise ValueError("the sitting is not over")
    return workdays.add_working_days(clock.local(meeting.ended_at).date(), WITHIN_DAYS)


def draft_notice(actor: User, meeting_id: int) -> Ref:
    """Draft the notice from the conclusions that the chair stands by; asked twice it is the same draft.

    :raises Forbidden: ``meeting.not_yours_to_run``; ``minutes.notice_other_agency``, the draft would
        be another agency's than the meeting.
    :raises BadState: ``minutes.notice_nothing``: the sitting is not over or nothing is confirmed;
        ``draft.nobody_drafts``; ``rehearsal.no_notice``.
    """
    meeting = access_meeting(actor, meeting_id, To.RUN)
    rehearsals.require_real(meeting, "no_notice")
    held = session().get(Minutes, meeting_id)
    if held is not None and held.notice_ref:
        return Ref.parse(held.notice_ref)
    if meeting.ended_at is None or not standing_of(meeting):
        raise BadState("minutes.notice_nothing")
    if actor.org_id != meeting.org_id:
        raise Forbidden("minutes.notice_other_agency")
    finish = drafting.prepare(actor, _ask(meeting))
    with unit_of_work():
        meeting = access_meeting(actor, meeting_id, To.RUN)
        held = minutes.hold(meeting)
        if held.notice_ref:
            return Ref.parse(held.notice_ref)
        ref = finish()
        held.notice_ref, held.notice_at = str(ref), clock.now()
        audit.record(actor, "minutes.notice_drafted", meeting, draft=str(ref))
        publish(MinutesMoved(meeting_id, "notice", 0, actor.id))
        return ref


def _may_draft(actor: User, meeting: Meeting) -> bool:
    return actor.org_id == meeting.org_id and drafting.may_draft(actor)


def _ask(meeting: Meeting) -> DraftAsk:
    chair = meeting.chair
    chairing = directory.people([chair.user_id]).get(chair.user_id) if chair else None
    who = f"{chairing.title} {chairing.full_name}".strip() if chairing else label("meeting.role.chair")
    found = entries(standing_of(meeting))
    day = day_words(clock.local(meeting.started_at or meeting.starts_at).date())
    opening = label("minutes.notice.opening", day=day, place=meeting.place, who=who, title=meeting.title)
    body = [opening, *_concluded(meeting, found), label("minutes.notice.ends")]
    units = dict.fromkeys(name for one in found for name in [one["lead_name"], *one["co_names"]] if name)
    return DraftAsk(
        kind=_KIND,
        subject=label("minutes.notice.subject", who=who, title=meeting.title)[:_MOST_SUBJECT],
        body=tuple(body),
        recipients=(label("minutes.notice.members"), *list(units)[:40]),
        due_date=due_of(meeting),
        origin=meeting.ref,
        signer_id=chair.user_id if chair else None,
    )


def _concluded(meeting: Meeting, found: list[dict[str, Any]]) -> list[str]:
    """The conclusions under the titles of their items, numbered."""
    lines: list[str] = []
    no = 0
    for item_id, title in [*((one.id, one.title) for one in meeting.agenda), (None, "")]:
        held = [one for one in found if one["item"] == item_id]
        if not held:
            continue
        no += 1
        named = label("minutes.notice.about", no=no, title=title) if title else ""
        lines.append(named or label("minutes.notice.in_general", no=no))
        lines += [f"- {one['text'].rstrip('.;')}{_by_whom(one)}." for one in held]
    return lines


def _by_whom(one: dict[str, Any]) -> str:
    said = []
    if one["lead_name"]:
        said.append(label("minutes.notice.lead", name=one["lead_name"]))
    if one["co_names"]:
        said.append(label("minutes.notice.co", names=", ".join(one["co_names"])))
    if one["due"]:
        said.append(label("minutes.notice.due", day=f"{one['due']:%d/%m/%Y}"))
    if one["urgent"]:
        said.append(label("minutes.notice.urgent"))
    return f" ({'; '.join(said)})" if said else ""
