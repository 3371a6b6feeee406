"""What a vote needs by a body's own rules of procedure: a share of the base, or whoever has most."""

from typing import Any

from meetings.rules.tally import Method, Rule, Tie, VoteBase

#: Code -> so much of the base, and whether it must be more than that; ``most`` is for choices alone.
_SHARES = {"over_1_2": (1, 2, True), "least_2_3": (2, 3, False), "least_3_4": (3, 4, False)}
MOST = "most"
#: Methods whose need a body decides; levels of confidence are only counted.
METHODS = (Method.THREE, Method.SINGLE, Method.MANY)


def needs_of(method: Method) -> tuple[str, ...]:
    """The codes among which a body chooses for votes of this method."""
    return tuple(_SHARES) if method is Method.THREE else (MOST, *_SHARES)


def rule_of(need: str, method: Method, base: VoteBase, tie: Tie) -> Rule:
    """The rule that a code stands for."""
    if need == MOST:
        # Whoever has most of what was given, whatever the base of other votes.
        return Rule(VoteBase.VALID if method is Method.SINGLE else VoteBase.CAST, 0, 1, strict=True, tie=tie)
    num, den, strict = _SHARES[need]
    return Rule(base, num, den, strict=strict, tie=tie)


def rule_entry(rule: Rule) -> dict[str, Any]:
    """A rule as the room holds it; what a tie means is told of the vote itself."""
    return {"base": rule.base.value, "num": rule.num, "den": rule.den, "strict": rule.strict}
