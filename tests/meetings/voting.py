"""What tests of votes share: a chamber of members who are there, questions, and a whole story of votes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from intranet.core import clock, db
from intranet.people.models import Role, User
from meetings.models.floor import Attendance, PresenceState
from meetings.models.meeting import Participant, PartRole
from meetings.models.vote import Poll, PollState
from meetings.rules.ballot_paper import Paper
from meetings.rules.tally import Method, Rule, Tie, VoteBase
from meetings.services import attending, ballots, vote_watch, voting
from tests.factories import Office, make_user
from tests.meetings.conftest import Sitting, make_sitting

THREE = {"yes": "Tán thành", "no": "Không tán thành", "none": "Không biểu quyết"}


def three(mode: str = "roll", **more: Any) -> Paper:
    """A three-way question."""
    return Paper("Thông qua kế hoạch vốn?", mode, Method.THREE, THREE, **more)


def one_of(*texts: str, mode: str = "roll", **more: Any) -> Paper:
    """A choice of one."""
    options = {str(at): text for at, text in enumerate(texts, start=1)}
    return Paper("Chọn phương án nào?", mode, Method.SINGLE, options, **more)


@dataclass
class Chamber:
    """A sitting with many members, all of them there; ``members`` has the chair first."""

    sitting: Sitting
    members: list[User]

    @property
    def id(self) -> int:
        """The meeting's id."""
        return self.sitting.id

    @property
    def chair(self) -> User:
        """Whoever chairs it."""
        return self.sitting.chair

    @property
    def secretary(self) -> User:
        """The secretary, who is no member."""
        return self.sitting.secretary

    @property
    def item(self) -> int:
        """The first item of the agenda."""
        return self.sitting.agenda[0].id

    def prepare(self, paper: Paper | None = None, **more: Any) -> int:
        """A prepared vote."""
        return voting.prepare_vote(self.secretary, self.id, self.item, paper or three(), **more)

    def open(self, paper: Paper | None = None, **more: Any) -> int:
        """An open vote."""
        poll = self.prepare(paper, **more)
        voting.open_vote(self.chair, self.id, poll)
        return poll

    def cast(self, poll: int, *choices: str) -> None:
        """The first members vote, in order."""
        for member, choice in zip(self.members, choices, strict=False):
            ballots.cast_ballot(member, self.id, poll, [choice])

    def close(self, poll: int) -> Poll:
        """The vote after closing."""
        voting.close_vote(self.chair, self.id, poll)
        return self.poll(poll)

    def poll(self, poll: int) -> Poll:
        """A vote as it stands now."""
        return db.session().get_one(Poll, poll, populate_existing=True)


def be_there(meeting_id: int, users: list[User] | list[int], state: PresenceState = PresenceState.IN) -> None:
    """Say that they are there, or not, without a line in the journal."""
    with db.unit_of_work() as session:
        for user in users:
            key = user if isinstance(user, int) else user.id
            row = session.get(Attendance, (meeting_id, key)) or Attendance(meeting_id=meeting_id, user_id=key)
            row.state, row.at, row.via, row.is_late = state, clock.now(), "officer", False
            session.add(row)


def make_chamber(office: Office, guest: User, members: int) -> Chamber:
    """A chamber of so many members, chair and delegate of the small sitting among them."""
    sitting = make_sitting(office, guest)
    others = [
        make_user(f"thanhvien{n}", f"Thành Viên {n}", office.vp, "Ủy viên", Role.OFFICER)
        for n in range(members - 2)
    ]
    with db.unit_of_work() as session:
        session.add_all(
            Participant(meeting_id=sitting.id, user_id=one.id, role=PartRole.DELEGATE, position=10 + place)
            for place, one in enumerate(others)
        )
    people = [sitting.chair, sitting.delegate, *others]
    be_there(sitting.id, people)
    return Chamber(sitting, people)


def vote_story(draft: Sitting) -> Iterator[None]:
    """Everything that can happen to votes of a live meeting, step by step."""
    chair, secretary, mid = draft.chair, draft.secretary, draft.id
    item = draft.agenda[0].id
    members = [chair, draft.delegate]
    for part in draft.meeting.participants:
        if part.role in {PartRole.CHAIR, PartRole.DELEGATE}:
            attending.set_presence(secretary, mid, PresenceState.IN, person=part.user_id)
            yield
    first = voting.prepare_vote(secretary, mid, item, three())
    yield
    second = voting.prepare_vote(secretary, mid, item, one_of("A", "B", mode="hand"))
    yield
    third = voting.prepare_vote(secretary, mid, item, three("open"))
    yield
    voting.edit_vote(
        secretary, mid, first, three(rule=Rule(VoteBase.CAST, 1, 2, True, Tie.CHAIR_SIDE), show_count=True)
    )
    yield
    voting.drop_vote(secretary, mid, third)
    yield
    late = next(
        part.user_id
        for part in draft.meeting.participants
        if part.role is PartRole.DELEGATE and part.user_id != draft.delegate.id
    )
    attending.set_presence(secretary, mid, PresenceState.OUT, person=late)
    yield
    voting.open_vote(chair, mid, second)
    yield
    attending.set_presence(secretary, mid, PresenceState.IN, person=late)
    yield
    voting.admit_voter(chair, mid, second, late)
    yield
    voting.count_hands(secretary, mid, second, {"1": 1, "2": 1})
    yield
    voting.close_vote(secretary, mid, second)
    yield
    voting.count_hands(chair, mid, second, {"1": 1, "2": 1})
    yield
    voting.open_vote(chair, mid, first, seconds=60)
    yield
    vote_watch.watch()
    clock.advance(timedelta(seconds=40))
    vote_watch.watch()
    yield
    for member in members:
        ballots.cast_ballot(member, mid, first, ["yes"])
    voting.close_vote(chair, mid, first)
    yield
    voting.publish_vote(secretary, mid, first)
    yield
    voting.void_vote(chair, mid, second, reason="Đếm nhầm")
    yield
    assert db.session().get_one(Poll, first, populate_existing=True).state is PollState.PUBLISHED
