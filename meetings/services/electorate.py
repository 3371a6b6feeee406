"""Who votes: members and those of them who are there, their weights, and who votes in another's place."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

from intranet.core.errors import Invalid
from meetings.models.meeting import Meeting
from meetings.models.vote import Poll
from meetings.rules import quorum
from meetings.rules.ballot_paper import Paper
from meetings.rules.tally import WHOLE, Rule, Tie
from meetings.services import attending
from meetings.services.bodies import Profile, profile_of

_LARGEST_WEIGHT = 1_000_000


@dataclass(frozen=True)
class Assembly:
    """The members of a meeting, those who are there, and the rules of procedure they sit under."""

    members: frozenset[int]
    #: Those who are there, or in whose place somebody is who votes for them.
    present: frozenset[int]
    #: Absent member -> who votes in that place, where the rules let substitutes vote.
    stand_ins: Mapping[int, int]
    profile: Profile

    @property
    def need(self) -> int:
        """How many members must be there."""
        return quorum.needed(len(self.members), self.profile.quorum_num, self.profile.quorum_den)

    @property
    def has_quorum(self) -> bool:
        """True when that many are."""
        num, den = self.profile.quorum_num, self.profile.quorum_den
        return quorum.is_met(len(self.present), len(self.members), num, den)

    def rule(self, paper: Paper) -> Rule:
        """What is needed where nobody has said: what the body's rules say of such a vote."""
        rule = self.profile.rule_of(paper.method)
        if rule.tie is Tie.CHAIR_SIDE and paper.mode in {"secret", "hand"}:
            return replace(rule, tie=Tie.REVOTE)
        return rule


def of(meeting: Meeting) -> Assembly:
    """The assembly of a meeting as it sits now."""
    profile = profile_of(meeting)
    return Assembly(
        members=frozenset(attending.members(meeting)),
        present=frozenset(attending.present_members(meeting)),
        stand_ins=attending.stand_ins(meeting, profile),
        profile=profile,
    )


def voters(poll: Poll, assembly: Assembly) -> list[dict[str, int]]:
    """A row for each ballot that may be given: members who are there, and those they vote for.

    Whoever votes instead of a member gives one ballot of their own, with that member's weight.
    """
    rows = []
    there = assembly.present - assembly.stand_ins.keys()
    for member in sorted(assembly.members):
        voter = assembly.stand_ins.get(member, member)
        holder = voter if member in assembly.present else poll.proxies.get(str(member))
        if holder is not None and (voter != member or holder in there):
            weight = poll.weights.get(str(member), WHOLE)
            rows.append({"poll_id": poll.id, "voter_id": voter, "holder_id": holder, "weight": weight})
    return rows


def other_of(meeting: Meeting, user_id: int) -> int | None:
    """Who stands in for this person, or for whom this person stands in."""
    pairs = attending.approved_substitutes(meeting)
    return pairs.get(user_id) or {comes: member for member, comes in pairs.items()}.get(user_id)


def check_weights(paper: Paper, weights: dict[int, int], assembly: Assembly) -> None:
    """Refuse weights of people who are no members, and of hands, which cannot be told apart.

    :raises Invalid: ``vote.bad_weights``.
    """
    if not weights:
        return
    is_known = set(weights) <= assembly.members
    if paper.mode == "hand" or not is_known or not all(0 < w <= _LARGEST_WEIGHT for w in weights.values()):
        raise Invalid("vote.bad_weights", field="weights")


def check_proxies(proxies: dict[int, int], assembly: Assembly) -> None:
    """Refuse more ballots in others' places than the rules of procedure allow to one person.

    :raises Invalid: ``vote.bad_proxy``.
    """
    held = Counter(proxies.values())
    most, is_known = assembly.profile.proxy_limit, set(proxies) | set(held) <= assembly.members
    if not is_known or set(proxies) & set(held) or any(n > most for n in held.values()):
        raise Invalid("vote.bad_proxy", most=most, field="proxies")
