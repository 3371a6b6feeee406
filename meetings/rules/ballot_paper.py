"""What may be put to the vote, and in which combinations."""

from dataclasses import dataclass, field

from intranet.core.errors import Invalid
from meetings.rules.tally import THREE, Method, Rule, Tie

MOST_QUESTION = 500
MOST_OPTION = 200
MOST_OPTIONS = 30
#: Seconds a vote may be given at most: a day.
MOST_SECONDS = 24 * 3600
_LARGEST_DEN = 1000
#: Ways of voting in which the chair's side is known.
_NAMED = frozenset({"roll", "open"})


@dataclass(frozen=True)
class Paper:
    """A question as it is put.

    :param mode: ``roll``, ``open``, ``secret`` or ``hand``.
    :param options: id -> text, in order; three-way votes have their own.
    :param most: how many may be chosen (``Method.MANY``).
    :param rule: ``None`` for the body's own.
    """

    question: str
    mode: str
    method: Method
    options: dict[str, str] = field(default_factory=dict)
    most: int = 1
    rule: Rule | None = None
    seconds: int | None = None
    show_count: bool = False


def check(paper: Paper) -> None:
    """Refuse what cannot be asked.

    :raises Invalid: ``vote.needs_question``, ``field.too_long``, ``vote.bad_options``, ``vote.bad_most``,
        ``vote.bad_seconds``, ``vote.bad_rule``, ``vote.chair_side_named``, ``vote.no_hands``.
    """
    if not paper.question:
        raise Invalid("vote.needs_question", field="q")
    _length(paper.question, MOST_QUESTION, "q")
    _check_options(paper)
    if paper.seconds is not None and not 1 <= paper.seconds <= MOST_SECONDS:
        raise Invalid("vote.bad_seconds", most=MOST_SECONDS // 60, field="secs")
    if paper.mode == "hand" and paper.method is Method.CONFIDENCE:
        raise Invalid("vote.no_hands", field="mode")
    if paper.rule is not None:
        _check_rule(paper, paper.rule)


def _check_options(paper: Paper) -> None:
    if paper.method is Method.THREE:
        if tuple(paper.options) != THREE:
            raise Invalid("vote.bad_options", most=MOST_OPTIONS, field="opts")
        return
    least = 1 if paper.method is Method.CONFIDENCE else 2
    if not least <= len(paper.options) <= MOST_OPTIONS or not all(paper.options.values()):
        raise Invalid("vote.bad_options", most=MOST_OPTIONS, field="opts")
    if len(set(paper.options.values())) != len(paper.options):
        raise Invalid("vote.bad_options", most=MOST_OPTIONS, field="opts")
    for text in paper.options.values():
        _length(text, MOST_OPTION, "opts")
    is_many = paper.method is Method.MANY
    if not 1 <= paper.most <= (len(paper.options) if is_many else 1):
        raise Invalid("vote.bad_most", most=len(paper.options), field="max")


def _check_rule(paper: Paper, rule: Rule) -> None:
    is_relative = rule.num == 0 and paper.method in {Method.SINGLE, Method.MANY}
    if not 1 <= rule.den <= _LARGEST_DEN or not (is_relative or 1 <= rule.num <= rule.den):
        raise Invalid("vote.bad_rule", field="rule")
    if rule.strict and rule.num == rule.den:
        raise Invalid("vote.bad_rule", field="rule")
    if rule.tie is Tie.CHAIR_SIDE and paper.mode not in _NAMED:
        raise Invalid("vote.chair_side_named", field="rule")


def _length(text: str, most: int, name: str) -> None:
    if len(text) > most:
        raise Invalid("field.too_long", most=most, length=len(text), field=name)
