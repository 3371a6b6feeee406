"""Counting an opinion ballot: by the rules of any vote, with what silence means settled beforehand."""

from collections.abc import Mapping
from dataclasses import dataclass

from intranet.core.labels import label
from meetings.rules import quorum
from meetings.rules.tally import (
    NO,
    NONE,
    WHOLE,
    YES,
    Electorate,
    Method,
    Outcome,
    Rule,
    VoteBase,
    judge,
    passes,
)

#: Another opinion in words is neither for nor against.
OTHER = "other"
_COUNTED_AS = {YES: YES, NO: NO, OTHER: NONE}


@dataclass(frozen=True)
class Counted:
    """What came of an opinion ballot; ``void`` says why it counts for nothing."""

    counts: dict[str, int]
    #: Members who said nothing.
    silent: int
    outcome: Outcome
    void: str = ""


def count_opinions(
    answers: Mapping[int, str | None],
    rule: Rule,
    *,
    chair: int,
    silence_agrees: bool,
    quorum_num: int,
    quorum_den: int,
) -> Counted:
    """Count and judge.

    So many members must answer as must be present at a sitting. Fewer are enough where as many as the rule
    asks of *all* members agree already: no further answer could change that.

    :param answers: what each member said: ``yes``, ``no``, ``other``, or ``None``.
    :param chair: whose side decides a tie, where the rule says so.
    :param silence_agrees: whoever says nothing agrees.
    """
    silent = sum(one is None for one in answers.values())
    said = {who: (YES if silence_agrees else None) if one is None else one for who, one in answers.items()}
    given = {who: _COUNTED_AS[one] for who, one in said.items() if one is not None}
    counts = {key: WHOLE * sum(one == key for one in given.values()) for key in (YES, NO, NONE)}
    members, cast = len(answers), len(given)
    side = [given[chair]] if chair in given else None
    found = judge(
        Method.THREE,
        counts,
        cast * WHOLE,
        {},
        rule,
        Electorate(members * WHOLE, cast * WHOLE),
        chair=side,
    )
    shown = {YES: counts[YES] // WHOLE, NO: counts[NO] // WHOLE, OTHER: counts[NONE] // WHOLE}
    is_settled = rule.base is VoteBase.MEMBERS and passes(counts[YES], members * WHOLE, rule)
    if not is_settled and not quorum.is_met(cast, members, quorum_num, quorum_den):
        need = quorum.needed(members, quorum_num, quorum_den)
        return Counted(shown, silent, found, label("opinion.few", answered=cast, members=members, need=need))
    return Counted(shown, silent, found)
