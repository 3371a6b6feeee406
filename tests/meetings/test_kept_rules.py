"""A sitting stands to the end, and in its papers for good, by the rules of its body as it opened."""

from intranet.people.models import User
from meetings.models.meeting import MeetingState
from meetings.models.vote import PollState
from meetings.rules.tally import Tie, VoteBase
from meetings.services import attending, bodies, life, profiles
from meetings.services.profiles import Rules
from tests.factories import Office
from tests.meetings.conftest import journal_of, make_sitting
from tests.meetings.floor_acts import state_of
from tests.meetings.voting import Chamber, be_there

STRICT = Rules("Tên mới", 1, 1, "present", "revote", secret_min=50, secretary_counts=True)


def opened(office: Office, guest: User) -> Chamber:
    """A meeting of two members, both there, that was opened under rules of its own agency."""
    sitting = make_sitting(office, guest, MeetingState.PUBLISHED)
    members = [sitting.chair, sitting.delegate]
    be_there(sitting.id, members)
    life.start_meeting(sitting.chair, sitting.id)
    return Chamber(sitting, members)


def change_rules(office: Office) -> None:
    """The agency decides anew, on everything."""
    profiles.edit_body(office.admin, bodies.bodies_of(office.org.id)[0].id, STRICT)


def test_rules_changed_while_it_sits_change_neither_its_quorum_nor_its_votes(
    office: Office, guest: User
) -> None:
    chamber = opened(office, guest)
    sitting = chamber.sitting
    before, told = state_of(sitting, sitting.chair), journal_of(sitting.id)
    poll = chamber.prepare()
    change_rules(office)
    after = state_of(sitting, sitting.chair)
    assert (after["body"], after["att"]) == (before["body"], before["att"])
    assert after["body"]["name"] == "UBND"
    assert journal_of(sitting.id) == [*told, "vote.prepared"]
    later = chamber.open()
    rules = [(one.base, one.tie) for one in (chamber.poll(poll), chamber.poll(later))]
    assert rules == [(VoteBase.MEMBERS, Tie.CHAIR_SIDE)] * 2
    chamber.cast(later, "yes", "yes")
    assert chamber.close(later).state is PollState.CLOSED


def test_a_meeting_that_is_over_shows_the_rules_it_sat_under(office: Office, guest: User) -> None:
    chamber = opened(office, guest)
    sitting = chamber.sitting
    life.end_meeting(sitting.chair, sitting.id, confirm=True)
    before = state_of(sitting, sitting.secretary)
    change_rules(office)
    after = state_of(sitting, sitting.secretary)
    assert (after["body"], after["att"]) == (before["body"], before["att"])
    assert after["att"] == {"need": 2, "in": 2, "of": 2, "ok": True}


def test_until_it_opens_the_rules_are_those_of_today(office: Office, guest: User) -> None:
    sitting = make_sitting(office, guest, MeetingState.PUBLISHED)
    profiles.kept_bodies(office.org.id)
    change_rules(office)
    assert state_of(sitting, sitting.chair)["body"]["name"] == "Tên mới"
    assert sitting.meeting.rules is None


def test_whoever_chooses_another_body_while_it_sits_takes_its_rules_of_today(
    office: Office, guest: User
) -> None:
    sitting = opened(office, guest).sitting
    change_rules(office)
    board = bodies.bodies_of(office.org.id)[2]
    attending.choose_body(sitting.secretary, sitting.id, board.id)
    profiles.edit_body(office.admin, board.id, Rules("Ban mới", 1, 1, "cast", "fail"))
    assert state_of(sitting, sitting.chair)["body"] == {
        "name": "Ban", "num": 1, "den": 2, "base": "present", "tie": "chair_side", "secret_min": 3,
            "proxy_limit": 0, "queue_rule": "asked", "subs_vote": False, "needs": {
                "three": {"base": "present", "num": 1, "den": 2, "strict": True},
                "single": {"base": "valid", "num": 0, "den": 1, "strict": True},
                "many": {"base": "present", "num": 1, "den": 2, "strict": True},
            },
    }  # fmt: skip
