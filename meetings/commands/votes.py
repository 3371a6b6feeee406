"""What a room may be asked about votes. Of a ballot nothing is kept, not even that it was asked for."""

from dataclasses import dataclass, field
from typing import Literal

from intranet.core.commands import Answer, command
from intranet.core.errors import Invalid
from intranet.core.labels import label
from intranet.core.text import one_line
from intranet.people.models import User
from meetings.permissions import ATTEND
from meetings.rules.ballot_paper import MOST_SECONDS, Paper
from meetings.rules.tally import THREE, Method, Rule, Tie, VoteBase
from meetings.services import ballots, voting

MOST_REASON = 500


@dataclass(frozen=True)
class VoteRule:
    """What is needed: ``num/den`` of the base; ``strict``: more than that."""

    base: Literal["members", "present", "cast", "valid"]
    num: int
    den: int
    strict: bool = True
    tie: Literal["fail", "chair_side", "revote"] = "fail"


@dataclass(frozen=True)
class Weight:
    """Weight of one member, thousandths."""

    p: int
    w: int


@dataclass(frozen=True)
class Proxy:
    """Who votes (``by``) in whose place (``p``)."""

    p: int
    by: int


@dataclass(frozen=True, kw_only=True)
class AskedVote:
    """What a question says; three-way votes have their own options, others name theirs."""

    mid: int
    q: str
    mode: Literal["roll", "open", "secret", "hand"]
    method: Literal["three", "single", "many", "confidence"] = "three"
    opts: list[str] = field(default_factory=list)
    max: int = 1
    rule: VoteRule | None = None
    secs: int | None = None
    show_count: bool = False
    #: ``None``: none, or those it has.
    weights: list[Weight] | None = None
    proxies: list[Proxy] | None = None


@dataclass(frozen=True, kw_only=True)
class PrepareVote(AskedVote):
    """A question on an item."""

    item: int


@dataclass(frozen=True, kw_only=True)
class EditVote(AskedVote):
    """A prepared question in other words; all of it is given anew but weights and proxies not named."""

    id: int


@dataclass(frozen=True)
class OfVote:
    """What is asked of one vote."""

    mid: int
    id: int


@dataclass(frozen=True)
class OpenVote:
    """Open it, for so many seconds."""

    mid: int
    id: int
    secs: int | None = None


@dataclass(frozen=True)
class AdmitVoter:
    """Let somebody vote who came late."""

    mid: int
    id: int
    p: int


@dataclass(frozen=True)
class CastBallot:
    """A ballot; ``of``: in whose place; ``receipt``: made by the device, secret votes only.

    ``was``: what the ballot says that this one is to replace, as the voter saw it; roll-calls only.
    """

    mid: int
    id: int
    choice: list[str]
    receipt: str | None = None
    of: int | None = None
    was: list[str] | None = None


@dataclass(frozen=True)
class Hands:
    """Raised hands for one option."""

    opt: str
    n: int


@dataclass(frozen=True)
class CountHands:
    """Raised hands as one person has counted them."""

    mid: int
    id: int
    counts: list[Hands]


@dataclass(frozen=True)
class VoidVote:
    """Declare it void."""

    mid: int
    id: int
    reason: str


@command("vote.prepare", needs=ATTEND)
def prepare_vote(actor: User, d: PrepareVote) -> Answer:
    """Write a question down."""
    made = voting.prepare_vote(
        actor, d.mid, d.item, _paper(d), weights=_weights(d.weights), proxies=_proxies(d.proxies)
    )
    return {"id": made}


@command("vote.edit", needs=ATTEND)
def edit_vote(actor: User, d: EditVote) -> Answer:
    """Word it anew."""
    v = voting.edit_vote(
        actor, d.mid, d.id, _paper(d), weights=_weights(d.weights), proxies=_proxies(d.proxies)
    )
    return {"v": v}


@command("vote.drop", needs=ATTEND)
def drop_vote(actor: User, d: OfVote) -> Answer:
    """Take it away."""
    return {"v": voting.drop_vote(actor, d.mid, d.id)}


@command("vote.open", needs=ATTEND)
def open_vote(actor: User, d: OpenVote) -> Answer:
    """Let people vote; ``warn`` and its sentence ``msg`` when few vote in secret."""
    if d.secs is not None and not 1 <= d.secs <= MOST_SECONDS:
        raise Invalid("vote.bad_seconds", field="secs")
    answer = voting.open_vote(actor, d.mid, d.id, seconds=d.secs)
    return answer | {"msg": label(answer["warn"])} if "warn" in answer else answer


@command("vote.admit", needs=ATTEND)
def admit_voter(actor: User, d: AdmitVoter) -> Answer:
    """Let somebody vote who came late."""
    return {"v": voting.admit_voter(actor, d.mid, d.id, d.p)}


@command("vote.cast", needs=ATTEND, keeps=False)
def cast_ballot(actor: User, d: CastBallot) -> Answer:
    """Give a ballot; nothing is kept of the asking. A second one is told that the first stands."""
    answer = ballots.cast_ballot(actor, d.mid, d.id, d.choice, receipt=d.receipt, of=d.of, was=d.was)
    stands = {"code": "vote.already", "msg": label("error.vote.already")}
    return answer | (stands if answer.get("already") else {})


@command("vote.count", needs=ATTEND)
def count_hands(actor: User, d: CountHands) -> Answer:
    """Enter the raised hands."""
    hands = {one.opt: one.n for one in d.counts}
    if len(hands) != len(d.counts):
        raise Invalid("vote.bad_count")
    return {"v": voting.count_hands(actor, d.mid, d.id, hands)}


@command("vote.close", needs=ATTEND)
def close_vote(actor: User, d: OfVote) -> Answer:
    """Let nobody vote any more."""
    return {"v": voting.close_vote(actor, d.mid, d.id)}


@command("vote.publish", needs=ATTEND)
def publish_vote(actor: User, d: OfVote) -> Answer:
    """Tell everybody what came of it."""
    return {"v": voting.publish_vote(actor, d.mid, d.id)}


@command("vote.void", needs=ATTEND)
def void_vote(actor: User, d: VoidVote) -> Answer:
    """Declare it void."""
    reason = one_line(d.reason)
    if len(reason) > MOST_REASON:
        raise Invalid("field.too_long", most=MOST_REASON, length=len(reason), field="reason")
    return {"v": voting.void_vote(actor, d.mid, d.id, reason=reason)}


def _paper(d: AskedVote) -> Paper:
    method = Method(d.method)
    if method is Method.THREE:
        if d.opts:
            raise Invalid("vote.bad_options", field="opts")
        options = {one: label(f"vote.option.{one}") for one in THREE}
    else:
        options = {str(at): one_line(text) for at, text in enumerate(d.opts, start=1)}
    rule = None
    if d.rule is not None:
        rule = Rule(VoteBase(d.rule.base), d.rule.num, d.rule.den, d.rule.strict, Tie(d.rule.tie))
    return Paper(one_line(d.q), d.mode, method, options, d.max, rule, d.secs, d.show_count)


def _weights(given: list[Weight] | None) -> dict[int, int] | None:
    if given is None:
        return None
    found = {one.p: one.w for one in given}
    if len(found) != len(given):
        raise Invalid("vote.bad_weights", field="weights")
    return found


def _proxies(given: list[Proxy] | None) -> dict[int, int] | None:
    if given is None:
        return None
    found = {one.p: one.by for one in given}
    if len(found) != len(given):
        raise Invalid("vote.bad_proxy", field="proxies")
    return found
