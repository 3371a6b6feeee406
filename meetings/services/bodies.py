"""Bodies and their rules of procedure: quorum, majority, ties. What a house lacks it gets ready made.

The ready-made profiles follow the common rules of procedure; an agency's legal staff verifies them
against its own before they are relied upon.
"""

from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import select

from intranet.core.db import session
from intranet.core.dialect import insert_once
from meetings.models.floor import Body
from meetings.models.meeting import Meeting
from meetings.rules.tally import Method, Rule, Tie, VoteBase
from meetings.rules.thresholds import METHODS, rule_entry, rule_of


@dataclass(frozen=True)
class Profile:
    """The rules of procedure of a body; the names are those of the table ``body``."""

    name: str
    quorum_num: int
    quorum_den: int
    base: str
    tie: str
    secret_min: int = 3
    remote_allowed: bool = True
    secretary_counts: bool = False
    guests_ask: bool = False
    proxy_limit: int = 0
    may_change: bool = False
    need_three: str = "over_1_2"
    need_single: str = "most"
    need_many: str = "over_1_2"
    subs_vote: bool = False
    papers_days: int = 1
    queue_rule: str = "asked"
    secretary_publishes: bool = True

    def rule_of(self, method: Method) -> Rule:
        """What a vote of this method needs where nobody says otherwise; a tie means what it does here."""
        need = {Method.SINGLE: self.need_single, Method.MANY: self.need_many}.get(method, self.need_three)
        return rule_of(need, method, VoteBase(self.base), Tie(self.tie))

    def shown(self) -> dict[str, Any]:
        """What everybody in the room is told of it."""
        return {
            "name": self.name,
            "num": self.quorum_num,
            "den": self.quorum_den,
            "base": self.base,
            "tie": self.tie,
            "secret_min": self.secret_min,
            "proxy_limit": self.proxy_limit,
            "subs_vote": self.subs_vote,
            "needs": {one.value: rule_entry(self.rule_of(one)) for one in METHODS},
            "queue_rule": self.queue_rule,
        }


#: What an agency that has no body of its own begins with; the first sits unless another is chosen.
READY_MADE = (
    Profile("UBND", 2, 3, "members", "chair_side"),
    Profile("Hội đồng", 2, 3, "members", "fail"),
    Profile("Ban", 1, 2, "present", "chair_side"),
)
_FIELDS = tuple(Profile.__dataclass_fields__)


def profile_of(meeting: Meeting) -> Profile:
    """The rules under which a meeting sits: from its opening on those it opened under."""
    return _present_rules(meeting) if meeting.rules is None else Profile(**meeting.rules)


def keep(meeting: Meeting) -> None:
    """The meeting opens, or sits under another body: today's rules are its own from now on."""
    meeting.rules = asdict(_present_rules(meeting))


def bodies_of(org_id: int) -> list[Body]:
    """The bodies of an agency; the first sits unless another is chosen."""
    return list(session().scalars(select(Body).where(Body.org_id == org_id).order_by(Body.id)))


def settle(meeting: Meeting) -> None:
    """Give the meeting its body, in the open unit of work; an agency without any gets the ready-made ones."""
    if meeting.body_id is None:
        stock(meeting.org_id)
        meeting.body_id = bodies_of(meeting.org_id)[0].id


def stock(org_id: int) -> None:
    """Give an agency that has no body the ready-made ones, in the open unit of work."""
    if not bodies_of(org_id):
        for one in READY_MADE:
            insert_once(session(), Body, org_id=org_id, **asdict(one))


def _present_rules(meeting: Meeting) -> Profile:
    query = select(Body).order_by(Body.id).limit(1)
    if meeting.body_id is None:
        query = query.where(Body.org_id == meeting.org_id)
    else:
        query = query.where(Body.id == meeting.body_id)
    body = session().scalar(query)
    if body is None:
        return READY_MADE[0]
    return Profile(**{name: getattr(body, name) for name in _FIELDS})
