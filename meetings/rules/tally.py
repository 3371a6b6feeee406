"""Counting votes: integers alone, weights in thousandths of a vote, and one line that says why.

``votes * den > base * num`` where the rule says "more than", ``>=`` where it says "at least". Nothing here is
divided before it is compared, so that no vote is decided by a rounding.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from intranet.core.labels import label

#: One vote, in thousandths.
WHOLE = 1000
YES, NO, NONE = "yes", "no", "none"
THREE = (YES, NO, NONE)
#: Levels of confidence in a person, the highest first.
LEVELS = ("high", "mid", "low")


class Method(StrEnum):
    """What a ballot says."""

    #: For, against, or neither.
    THREE = "three"
    #: One of several.
    SINGLE = "single"
    #: Up to so many of several.
    MANY = "many"
    #: A level of confidence in each of several people.
    CONFIDENCE = "confidence"


class VoteBase(StrEnum):
    """What the votes for are measured against."""

    MEMBERS = "members"
    PRESENT = "present"
    CAST = "cast"
    #: Votes for and against; where there is a choice, every ballot.
    VALID = "valid"


class Tie(StrEnum):
    """What happens when as many are for as against."""

    FAIL = "fail"
    #: The side of the chair wins where exactly the share asked for is reached; names must be known.
    CHAIR_SIDE = "chair_side"
    REVOTE = "revote"


@dataclass(frozen=True)
class Rule:
    """What is needed: more than (``strict``), or at least, ``num/den`` of the base.

    ``num`` 0 is the relative majority of a choice: whoever has most.
    """

    base: VoteBase = VoteBase.MEMBERS
    num: int = 1
    den: int = 2
    strict: bool = True
    tie: Tie = Tie.FAIL


@dataclass(frozen=True)
class Ballot:
    """What one ballot says: ids of options; ``option:level`` for each person in a vote of confidence."""

    choice: tuple[str, ...]
    weight: int = WHOLE


@dataclass(frozen=True)
class Electorate:
    """Weights of all members, and of those who were there when the vote opened; thousandths."""

    members: int
    present: int


@dataclass(frozen=True)
class Outcome:
    """What came of a vote; ``adopted`` is ``None`` where there is nothing to adopt."""

    counts: dict[str, int]
    base: int
    need: int
    adopted: bool | None
    reason: str
    chosen: list[str] = field(default_factory=list)


def passes(votes: int, base: int, rule: Rule) -> bool:
    """True when so many votes are enough; no vote at all never is."""
    if votes <= 0:
        return False
    if rule.strict:
        return votes * rule.den > base * rule.num
    return votes * rule.den >= base * rule.num


def needed(base: int, rule: Rule, unit: int = WHOLE) -> int:
    """The fewest votes that pass, in steps of ``unit`` thousandths."""
    step = rule.den * unit
    steps = base * rule.num // step + 1 if rule.strict else -(-base * rule.num // step)
    return max(1, steps) * unit


def shown_count(cast: int, eligible: int, *, is_secret: bool) -> int:
    """How many ballots may be said to be in while the vote is open.

    Of a secret vote: nothing before three are in, and the last two together, so that nobody sees one come.
    """
    if not is_secret:
        return cast
    shown = eligible - 2 if cast == eligible - 1 else cast
    return shown if shown >= 3 else 0


def keys_of(method: Method, options: Sequence[str]) -> list[str]:
    """Everything that may be counted."""
    if method is Method.CONFIDENCE:
        return [f"{option}:{level}" for option in options for level in LEVELS]
    return list(options)


def is_fit(method: Method, options: Sequence[str], most: int, choice: Sequence[str]) -> bool:
    """True when a ballot of this vote may say this."""
    if not set(choice) <= set(keys_of(method, options)) or len(set(choice)) != len(choice):
        return False
    if method is Method.CONFIDENCE:
        return sorted(one.rsplit(":", 1)[0] for one in choice) == sorted(options)
    return 1 <= len(choice) <= (most if method is Method.MANY else 1)


def count(ballots: Iterable[Ballot], keys: Iterable[str]) -> dict[str, int]:
    """Thousandths by what was voted for."""
    counts = dict.fromkeys(keys, 0)
    for ballot in ballots:
        for one in ballot.choice:
            counts[one] += ballot.weight
    return counts


def outcome(
    method: Method,
    ballots: Sequence[Ballot],
    options: Mapping[str, str],
    rule: Rule,
    electorate: Electorate,
    *,
    chair: Sequence[str] | None = None,
    most: int = 1,
) -> Outcome:
    """Count the ballots and judge them.

    :param options: id -> text, in order.
    :param chair: what the chair voted, where names are known and the rule asks for it.
    :param most: how many may be chosen (``MANY``).
    """
    counts = count(ballots, keys_of(method, list(options)))
    return judge(
        method, counts, sum(one.weight for one in ballots), options, rule, electorate, chair=chair, most=most
    )


def judge(
    method: Method,
    counts: dict[str, int],
    cast: int,
    options: Mapping[str, str],
    rule: Rule,
    electorate: Electorate,
    *,
    chair: Sequence[str] | None = None,
    most: int = 1,
) -> Outcome:
    """Judge what was counted, by ballots or by raised hands; ``cast`` in thousandths."""
    base = _base(method, counts, cast, rule.base, electorate)
    weights = (*counts.values(), cast, electorate.members, electorate.present)
    need = needed(base, rule, WHOLE if all(one % WHOLE == 0 for one in weights) else 1)
    if method is Method.THREE:
        return _three(counts, base, need, rule, chair)
    if method is Method.SINGLE:
        return _single(counts, base, need, rule, options, chair)
    if method is Method.MANY:
        return _many(counts, base, need, rule, options, most)
    return Outcome(counts, base, need, None, _confidence(counts, options))


def void_reason(code: str, **numbers: int) -> str:
    """Why a vote counts for nothing, in one line."""
    words: dict[str, Any] = dict(numbers)
    return label(f"vote.void.{code}", **words)


def _base(
    method: Method, counts: Mapping[str, int], cast: int, base: VoteBase, electorate: Electorate
) -> int:
    if base is VoteBase.MEMBERS:
        return electorate.members
    if base is VoteBase.PRESENT:
        return electorate.present
    if base is VoteBase.VALID and method is Method.THREE:
        return counts[YES] + counts[NO]
    return cast


def _three(counts: dict[str, int], base: int, need: int, rule: Rule, chair: Sequence[str] | None) -> Outcome:
    yes, no = counts[YES], counts[NO]
    words = _measure(yes, base, rule) | {"no": amount(no)}
    if passes(yes, base, rule):
        return Outcome(counts, base, need, True, label("vote.reason.adopted", **words))
    if yes != no or yes == 0:
        code = "rejected" if any(counts.values()) else "nothing_cast"
        return Outcome(counts, base, need, False, label(f"vote.reason.{code}", **words))
    # The chair's side makes up the one vote that is missing; where more are missing it decides nothing.
    is_settled_by_chair = rule.tie is Tie.CHAIR_SIDE and yes * rule.den == base * rule.num
    if is_settled_by_chair and chair:
        side = {YES: "tie_chair_yes", NO: "tie_chair_no"}.get(chair[0], "tie_chair_none")
        return Outcome(counts, base, need, chair[0] == YES, label(f"vote.reason.{side}", **words))
    code = "tie_revote" if is_settled_by_chair or rule.tie is Tie.REVOTE else "tie_fail"
    return Outcome(counts, base, need, False, label(f"vote.reason.{code}", **words))


def _single(
    counts: dict[str, int],
    base: int,
    need: int,
    rule: Rule,
    options: Mapping[str, str],
    chair: Sequence[str] | None,
) -> Outcome:
    top = max(counts.values(), default=0)
    first = [one for one in options if counts[one] == top]
    words = _measure(top, base, rule)
    if top == 0:
        return Outcome(counts, base, need, False, label("vote.reason.nothing_cast"))
    if not passes(top, base, rule):
        names = ", ".join(options[one] for one in first)
        return Outcome(counts, base, need, False, label("vote.reason.not_chosen", name=names, **words))
    how = "chosen" if rule.num else "chosen_most"
    if len(first) > 1:
        sided = [one for one in first if rule.tie is Tie.CHAIR_SIDE and chair and one in chair]
        if not sided:
            code = "top_tie_fail" if rule.tie is Tie.FAIL else "top_tie_revote"
            names = ", ".join(options[one] for one in first)
            return Outcome(counts, base, need, False, label(f"vote.reason.{code}", name=names, **words))
        first, how = sided, "chosen_by_chair"
    text = label(f"vote.reason.{how}", name=options[first[0]], **words)
    return Outcome(counts, base, need, True, text, first)


def _many(
    counts: dict[str, int], base: int, need: int, rule: Rule, options: Mapping[str, str], most: int
) -> Outcome:
    enough = sorted((one for one in options if passes(counts[one], base, rule)), key=lambda o: -counts[o])
    chosen, last = enough[:most], ""
    if len(enough) > most and counts[enough[most]] == counts[enough[most - 1]]:
        # The last places are wanted by more than there are: nobody gets them without another vote.
        border = counts[enough[most]]
        chosen = [one for one in chosen if counts[one] > border]
        tied = ", ".join(options[one] for one in enough if counts[one] == border)
        last = label("vote.reason.last_tie", name=tied)
    chosen = [one for one in options if one in chosen]
    if chosen:
        names = ", ".join(f"{options[one]} ({amount(counts[one])})" for one in chosen)
        text = label("vote.reason.elected", name=names, **_measure(need, base, rule))
    elif any(counts.values()):
        text = label("vote.reason.nobody", **_measure(need, base, rule))
    else:
        text = label("vote.reason.nothing_cast")
    return Outcome(counts, base, need, None, "; ".join(filter(None, (text, last))), chosen)


def _confidence(counts: Mapping[str, int], options: Mapping[str, str]) -> str:
    return "; ".join(
        label(
            "vote.reason.confidence",
            name=text,
            **{level: amount(counts[f"{option}:{level}"]) for level in LEVELS},
        )
        for option, text in options.items()
    )


def _measure(votes: int, base: int, rule: Rule) -> dict[str, str]:
    """The words of a comparison: so many of so many, and what is needed."""
    if rule.num == 0:
        need = label("vote.need.most")
    else:
        need = label(f"vote.need.{'over' if rule.strict else 'least'}", num=rule.num, den=rule.den)
    return {
        "yes": amount(votes),
        "base": amount(base),
        "of": label(f"vote.of.{rule.base.value}"),
        "need": need,
    }


def amount(thousandths: int) -> str:
    """Votes as people write them: ``8``, ``7,5``."""
    whole, rest = divmod(thousandths, WHOLE)
    return f"{whole},{rest:03d}".rstrip("0") if rest else str(whole)
