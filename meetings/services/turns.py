"""By which rule people who wait to speak are called: as they asked, or who has spoken least first."""

from intranet.core.db import unit_of_work
from intranet.core.errors import BadState
from intranet.people.models import User
from intranet.records import audit
from meetings.models.floor import QueueRule
from meetings.models.meeting import IN_SESSION, Meeting
from meetings.permissions import To, access_meeting
from meetings.rules import queue_order
from meetings.services import journal
from meetings.services.bodies import profile_of
from meetings.services.speeches import spoken_in, waiting_in


def rule_of(meeting: Meeting) -> QueueRule:
    """What was chosen in the room, else what the body's rules of procedure say."""
    return QueueRule(meeting.queue_rule or profile_of(meeting).queue_rule)


def set_rule(actor: User, meeting_id: int, rule: QueueRule) -> int:
    """Call people by this rule from now on; those who wait are put in that order at once.

    :returns: the room's version.
    :raises NotFound: no such meeting, or none the actor may attend.
    :raises Forbidden: ``meeting.not_yours_to_run``.
    :raises BadState: ``meeting.not_live``.
    """
    with unit_of_work():
        meeting = access_meeting(actor, meeting_id, To.RUN, lock=True)
        if meeting.state not in IN_SESSION:
            raise BadState("meeting.not_live")
        if rule_of(meeting) is not rule:
            audit.record(actor, "queue.rule_set", meeting, rule=rule.value)
            meeting.queue_rule = rule.value
            journal.append(meeting, "queue.rule", by=actor, rule=rule.value)
        if rule is QueueRule.ASKED:
            waiting = waiting_in(meeting)
            _put(actor, meeting, [one.id for one in sorted(waiting, key=lambda one: (one.asked_at, one.id))])
        else:
            keep_fair(actor, meeting)
        return meeting.v


def keep_fair(actor: User, meeting: Meeting) -> None:
    """Somebody asked, or has spoken: where the rule is the fair one, the order follows."""
    if rule_of(meeting) is QueueRule.FAIR:
        _put(actor, meeting, _fair(meeting))


def note_hand(meeting: Meeting) -> None:
    """Somebody moved a name by hand: where that is not fair, the order is by hand from now on."""
    if rule_of(meeting) is QueueRule.FAIR and _fair(meeting) != [one.id for one in waiting_in(meeting)]:
        meeting.queue_rule = QueueRule.ASKED.value


def _fair(meeting: Meeting) -> list[int]:
    waiting = [(one.id, one.user_id) for one in waiting_in(meeting)]
    return queue_order.fair(waiting, spoken_in(meeting)) if len(waiting) > 1 else [one for one, _ in waiting]


def _put(actor: User, meeting: Meeting, order: list[int]) -> None:
    waiting = waiting_in(meeting)
    if order == [one.id for one in waiting]:
        return
    for one in waiting:
        one.position = order.index(one.id)
    journal.append(meeting, "queue.ordered", by=actor, order=order, rule=meeting.queue_rule)
