"""Who votes: members and those of them who are there, their weights, and who votes in another's place."""

from collections import Counter
from dataclasses import dataclass

from intranet.core.errors import Invalid
from meetings.models.meeting import Meeting
from meetings.models.vote import Poll
from meetings.rules import quorum
from meetings.rules.ballot_paper import Paper
from meetings.rules.tally import WHOLE, Method, Rule, Tie, VoteBase
from meetings.services import attending
from meetings.services.bodies import profile_of

_LARGEST_WEIGHT = 1_000_000


@dataclass(frozen=True)
class Assembly:
    """The members of a meeting, those who are there, and the rules of procedure they sit under."""

    members: frozenset[int]
    present: frozenset[int]
    #: The part of all members that must be there.
    num: int
    den: int
    base: VoteBase
    tie: Tie
    secret_min: int
    proxy_limit: int
    #: Ballots of roll-calls may be given anew.
    may_change: bool

    @property
    def need(self) -> int:
        """How many members must be there."""
        return quorum.needed(len(self.members), self.num, self.den)

    @property
    def has_quorum(self) -> bool:
        """True when that many are."""
        return quorum.is_met(len(self.present), len(self.members), self.num, self.den)

    def rule(self, paper: Paper) -> Rule:
        """What is needed where nobody has said: more than half; of several, whoever has most."""
        tie = self.tie
        if tie is Tie.CHAIR_SIDE and paper.mode in {"secret", "hand"}:
            tie = Tie.REVOTE
        if paper.method is Method.SINGLE:
            return Rule(VoteBase.VALID, 0, 1, strict=True, tie=tie)
        return Rule(self.base, 1, 2, strict=True, tie=tie)


def of(meeting: Meeting) -> Assembly:
    """The assembly of a meeting as it sits now."""
    profile = profile_of(meeting)
    return Assembly(
        members=frozenset(attending.members(meeting)),
        present=frozenset(attending.present_members(meeting)),
        num=profile.quorum_num,
        den=profile.quorum_den,
        base=VoteBase(profile.base),
        tie=Tie(profile.tie),
        secret_min=profile.secret_min,
        proxy_limit=profile.proxy_limit,
        may_change=profile.may_change,
    )


def voters(poll: Poll, assembly: Assembly) -> list[dict[str, int]]:
    """A row for each ballot that may be given: members who are there, and those they vote for."""
    rows = []
    for member in sorted(assembly.members):
        holder = member if member in assembly.present else poll.proxies.get(str(member))
        if holder in assembly.present:
            weight = poll.weights.get(str(member), WHOLE)
            rows.append({"poll_id": poll.id, "voter_id": member, "holder_id": holder, "weight": weight})
    return rows


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
    is_known = set(proxies) | set(held) <= assembly.members
    if not is_known or set(proxies) & set(held) or any(n > assembly.proxy_limit for n in held.values()):
        raise Invalid("vote.bad_proxy", most=assembly.proxy_limit, field="proxies")
