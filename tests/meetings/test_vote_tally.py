"""Whole numbers decide: the cases of the rules of procedure, and an oracle that counts in fractions."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intranet.core.errors import Invalid
from meetings.rules import quorum
from meetings.rules.ballot_paper import MOST_QUESTION, Paper, check
from meetings.rules.tally import (
    LEVELS,
    THREE,
    WHOLE,
    Ballot,
    Electorate,
    Method,
    Outcome,
    Rule,
    Tie,
    VoteBase,
    amount,
    is_fit,
    needed,
    outcome,
    passes,
    shown_count,
    void_reason,
)

M, P, C, V = VoteBase.MEMBERS, VoteBase.PRESENT, VoteBase.CAST, VoteBase.VALID
OPTIONS = {"yes": "Tán thành", "no": "Không tán thành", "none": "Không biểu quyết"}


def three(
    members: int, present: int, yes: int, no: int, none: int, rule: Rule, chair: str | None = None
) -> Outcome:
    """A three-way vote of people who weigh the same."""
    ballots = [Ballot((choice,)) for choice, n in zip(THREE, (yes, no, none), strict=True) for _ in range(n)]
    side = None if chair is None else [chair]
    return outcome(
        Method.THREE, ballots, OPTIONS, rule, Electorate(members * WHOLE, present * WHOLE), chair=side
    )


OVER_HALF = Rule(M, 1, 2, True)
CHAIR_SIDE = Rule(M, 1, 2, True, Tie.CHAIR_SIDE)
TWO_THIRDS = Rule(M, 2, 3, False)


@pytest.mark.parametrize(
    ("vote", "is_adopted", "reason"),
    [
        ((15, 12, 8, 3, 1, OVER_HALF), True, "Tán thành 8/15 thành viên, cần trên 1/2: thông qua"),
        ((15, 12, 7, 3, 2, OVER_HALF), False, "Tán thành 7/15 thành viên, cần trên 1/2: không thông qua"),
        (
            (16, 16, 8, 8, 0, CHAIR_SIDE, "yes"),
            True,
            "Tán thành 8, không tán thành 8, ngang nhau; chủ tọa tán thành: thông qua",
        ),
        (
            (16, 16, 8, 8, 0, CHAIR_SIDE, "no"),
            False,
            "Tán thành 8, không tán thành 8, ngang nhau; chủ tọa không tán thành: không thông qua",
        ),
        (
            (16, 16, 8, 8, 0, CHAIR_SIDE, None),
            False,
            "Tán thành 8, không tán thành 8, ngang nhau: không thông qua, cần biểu quyết lại",
        ),
        (
            (15, 10, 10, 0, 0, TWO_THIRDS),
            True,
            "Tán thành 10/15 thành viên, cần ít nhất 2/3: thông qua",
        ),
        ((15, 11, 9, 2, 0, TWO_THIRDS), False, "Tán thành 9/15 thành viên, cần ít nhất 2/3: không thông qua"),
        ((15, 12, 6, 5, 1, Rule(V, 1, 2)), True, "Tán thành 6/11 phiếu hợp lệ, cần trên 1/2: thông qua"),
        (
            (15, 12, 6, 5, 1, Rule(P, 1, 2)),
            False,
            "Tán thành 6/12 người có mặt, cần trên 1/2: không thông qua",
        ),
    ],
    ids=["a", "b", "c", "d", "e", "g", "h", "i", "j"],
)
def test_each_case_comes_out_with_its_reason(vote: tuple, is_adopted: bool, reason: str) -> None:
    found = three(*vote)
    assert (found.adopted, found.reason) == (is_adopted, reason)


def test_case_f_nine_of_fifteen_are_no_quorum_of_two_thirds() -> None:
    assert [quorum.is_met(n, 15, 2, 3) for n in (9, 10, 15)] == [False, True, True]
    assert [quorum.needed(n, 2, 3) for n in (15, 16, 21)] == [10, 11, 14]
    assert not quorum.is_met(0, 0, 2, 3)


def test_case_k_a_lost_quorum_has_its_sentence() -> None:
    assert void_reason("no_quorum", present=9, members=15, need=10) == (
        "Lúc kết thúc chỉ còn 9/15 thành viên có mặt, cần 10: kết quả không có giá trị"
    )


def test_case_l_weights_count_in_thousandths() -> None:
    ballots = [Ballot(("yes",), 3000), Ballot(("no",)), Ballot(("no",))]
    found = outcome(Method.THREE, ballots, OPTIONS, Rule(C, 1, 2), Electorate(5000, 5000))
    assert found.adopted
    assert (found.counts, found.base, found.need) == ({"yes": 3000, "no": 2000, "none": 0}, 5000, 3000)


def test_a_tie_falls_as_the_rule_says() -> None:
    reasons = [three(16, 16, 8, 8, 0, Rule(M, 1, 2, True, tie)).reason for tie in (Tie.FAIL, Tie.REVOTE)]
    assert [one.rsplit(": ", 1)[1] for one in reasons] == [
        "không thông qua",
        "không thông qua, cần biểu quyết lại",
    ]
    abstaining = three(16, 16, 7, 7, 2, Rule(V, 1, 2, True, Tie.CHAIR_SIDE), "none")
    assert (abstaining.adopted, "chủ tọa không biểu quyết" in abstaining.reason) == (False, True)


def test_few_for_and_as_few_against_are_no_tie_for_the_chair() -> None:
    for rule, members, each in ((CHAIR_SIDE, 15, 1), (Rule(V, 3, 4, True, Tie.CHAIR_SIDE), 16, 8)):
        found = three(members, members, each, each, 0, rule, "yes")
        assert (found.adopted, found.reason.rsplit(": ", 1)[1]) == (False, "không thông qua")


def test_nothing_cast_adopts_nothing_whatever_the_base() -> None:
    for base in VoteBase:
        found = three(15, 12, 0, 0, 0, Rule(base, 1, 2, False))
        assert (found.adopted, found.reason) == (False, "Không có phiếu nào: không thông qua")


@settings(max_examples=200, deadline=None)
@given(
    given_=st.lists(
        st.tuples(st.sampled_from(THREE), st.sampled_from([1000, 1000, 500, 3000, 1])), max_size=40
    ),
    absent=st.integers(0, 20),
    silent=st.integers(0, 20),
    base=st.sampled_from(list(VoteBase)),
    part=st.sampled_from([(1, 2), (2, 3), (3, 4), (1, 3), (1, 1), (7, 12)]),
    strict=st.booleans(),
    tie=st.sampled_from(list(Tie)),
    chair=st.sampled_from([None, *THREE]),
)
def test_integers_agree_with_an_oracle_of_fractions(
    given_: list[tuple[str, int]],
    absent: int,
    silent: int,
    base: VoteBase,
    part: tuple[int, int],
    strict: bool,
    tie: Tie,
    chair: str | None,
) -> None:
    cast = sum((Fraction(weight, 1000) for _, weight in given_), Fraction(0))
    side = {
        one: sum((Fraction(w, 1000) for choice, w in given_ if choice == one), Fraction(0)) for one in THREE
    }
    present, members = cast + silent, cast + silent + absent
    of = {M: members, P: present, C: cast, V: side["yes"] + side["no"]}[base]
    share = side["yes"] / of if of else Fraction(0)
    wanted = Fraction(*part)
    expected = side["yes"] > 0 and (share > wanted if strict else share >= wanted)
    if share == wanted and side["yes"] == side["no"] > 0 and tie is Tie.CHAIR_SIDE and strict and chair:
        expected = chair == "yes"
    found = outcome(
        Method.THREE,
        [Ballot((choice,), weight) for choice, weight in given_],
        OPTIONS,
        Rule(base, *part, strict, tie),
        Electorate(int(members * 1000), int(present * 1000)),
        chair=None if chair is None else [chair],
    )
    assert found.adopted == expected
    assert {key: Fraction(n, 1000) for key, n in found.counts.items()} == side
    assert Fraction(found.base, 1000) == of
    assert found.reason.endswith("không thông qua") or "thông qua" in found.reason


@settings(max_examples=200, deadline=None)
@given(
    base=st.integers(1, 60),
    num=st.integers(1, 12),
    den=st.integers(1, 12),
    strict=st.booleans(),
    unit=st.sampled_from([1, 1000]),
)
def test_the_number_needed_is_the_smallest_that_passes(
    base: int, num: int, den: int, strict: bool, unit: int
) -> None:
    rule = Rule(M, num, den, strict)
    need = needed(base * 1000, rule, unit)
    assert passes(need, base * 1000, rule)
    assert need == unit or not passes(need - unit, base * 1000, rule)


@settings(max_examples=100, deadline=None)
@given(
    votes=st.lists(st.sampled_from("123"), min_size=1, max_size=25),
    relative=st.booleans(),
    tie=st.sampled_from(list(Tie)),
    chair=st.sampled_from([None, "1", "2", "3"]),
)
def test_one_of_several_is_chosen_as_an_oracle_says(
    votes: list[str], relative: bool, tie: Tie, chair: str | None
) -> None:
    rule = Rule(C, 0, 1, True, tie) if relative else Rule(C, 1, 2, True, tie)
    found = outcome(
        Method.SINGLE,
        [Ballot((one,)) for one in votes],
        {"1": "A", "2": "B", "3": "C"},
        rule,
        Electorate(30_000, 30_000),
        chair=None if chair is None else [chair],
    )
    top = max(votes.count(one) for one in "123")
    first = [one for one in "123" if votes.count(one) == top]
    if not relative and Fraction(top, len(votes)) <= Fraction(1, 2):
        expected: list[str] = []
    elif len(first) == 1:
        expected = first
    else:
        expected = [chair] if tie is Tie.CHAIR_SIDE and chair in first else []
    assert found.chosen == expected
    assert found.adopted == bool(expected)


PEOPLE = {"1": "Bà An", "2": "Ông Bình", "3": "Bà Chi", "4": "Ông Dũng"}


def test_up_to_so_many_are_elected_and_a_tie_at_the_last_place_elects_none_of_the_tied() -> None:
    rule = Rule(C, 1, 2)
    ballots = [Ballot(("1", "2")), Ballot(("1", "3")), Ballot(("1", "2")), Ballot(("3", "2"))]
    found = outcome(Method.MANY, ballots, PEOPLE, rule, Electorate(4000, 4000), most=2)
    assert found.chosen == ["1", "2"]
    assert found.reason == "Được chọn: Bà An (3), Ông Bình (3); cần trên 1/2 của 4 phiếu đã bỏ"
    tied = outcome(Method.MANY, [*ballots, Ballot(("3", "4"))], PEOPLE, rule, Electorate(5000, 5000), most=2)
    assert (tied.chosen, tied.adopted) == ([], None)
    assert tied.reason.endswith("Bà An, Ông Bình, Bà Chi ngang phiếu ở vị trí cuối, cần bỏ phiếu lại")


def test_confidence_is_counted_by_person_and_level() -> None:
    two = {"1": "Bà An", "2": "Ông Bình"}
    ballots = [Ballot(("1:high", "2:mid")), Ballot(("1:high", "2:low")), Ballot(("1:mid", "2:low"))]
    found = outcome(Method.CONFIDENCE, ballots, two, Rule(), Electorate(3000, 3000))
    assert found.reason == (
        "Bà An: tín nhiệm cao 2, tín nhiệm 1, tín nhiệm thấp 0; "
        "Ông Bình: tín nhiệm cao 0, tín nhiệm 1, tín nhiệm thấp 2"
    )
    assert found.adopted is None


def test_a_ballot_says_what_its_vote_asks_and_nothing_else() -> None:
    assert [is_fit(Method.THREE, THREE, 1, c) for c in (["yes"], [], ["yes", "no"], ["maybe"])] == [
        True,
        False,
        False,
        False,
    ]
    many = [is_fit(Method.MANY, list(PEOPLE), 2, c) for c in (["1"], ["1", "2"], ["1", "1"], ["1", "2", "3"])]
    assert many == [True, True, False, False]
    for choice, is_good in ((["1:high", "2:low"], True), (["1:high"], False), (["1:high", "1:low"], False)):
        assert is_fit(Method.CONFIDENCE, ["1", "2"], 1, choice) is is_good
    assert LEVELS == ("high", "mid", "low")


def test_a_running_count_of_a_secret_vote_shows_nobody_coming() -> None:
    assert [shown_count(n, 6, is_secret=True) for n in range(7)] == [0, 0, 0, 3, 4, 4, 6]
    assert [shown_count(n, 4, is_secret=True) for n in range(5)] == [0, 0, 0, 0, 4]
    assert [shown_count(n, 4, is_secret=False) for n in range(5)] == [0, 1, 2, 3, 4]


def test_parts_of_a_vote_are_written_as_people_write_them() -> None:
    assert [amount(n) for n in (0, 8000, 7500, 12_345, 1)] == ["0", "8", "7,5", "12,345", "0,001"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"question": ""}, "vote.needs_question"),
        ({"question": "x" * (MOST_QUESTION + 1)}, "field.too_long"),
        ({"options": {"yes": "Có"}}, "vote.bad_options"),
        ({"method": Method.SINGLE, "options": {"1": "A"}}, "vote.bad_options"),
        ({"method": Method.SINGLE, "options": {"1": "A", "2": "A"}}, "vote.bad_options"),
        ({"method": Method.SINGLE, "options": {"1": "A", "2": "x" * 10_000}}, "field.too_long"),
        ({"method": Method.MANY, "options": {"1": "A", "2": "B"}, "most": 3}, "vote.bad_most"),
        ({"method": Method.SINGLE, "options": {"1": "A", "2": "B"}, "most": 2}, "vote.bad_most"),
        ({"method": Method.CONFIDENCE, "options": {"1": "A"}, "mode": "hand"}, "vote.no_hands"),
        ({"seconds": 0}, "vote.bad_seconds"),
        ({"seconds": 10**9}, "vote.bad_seconds"),
        ({"rule": Rule(M, 1, 0)}, "vote.bad_rule"),
        ({"rule": Rule(M, 0, 1)}, "vote.bad_rule"),
        ({"rule": Rule(M, 3, 2)}, "vote.bad_rule"),
        ({"rule": Rule(M, 1, 1, True)}, "vote.bad_rule"),
        ({"rule": CHAIR_SIDE, "mode": "secret"}, "vote.chair_side_named"),
        ({"rule": CHAIR_SIDE, "mode": "hand"}, "vote.chair_side_named"),
    ],
)
def test_what_cannot_be_asked_is_refused(changes: dict, code: str) -> None:
    good = {"question": "Đồng ý?", "mode": "roll", "method": Method.THREE, "options": OPTIONS}
    check(Paper(**good))
    with pytest.raises(Invalid, match=code):
        check(Paper(**(good | changes)))
