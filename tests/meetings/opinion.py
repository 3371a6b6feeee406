"""What tests of opinion ballots share: a council of members, and questions put to it."""

from dataclasses import dataclass
from typing import Any

from intranet.core import db
from intranet.people.models import Role, User
from meetings.models.opinion import OpinionAnswer, OpinionBallot, OpinionChoice
from meetings.services import opinions
from meetings.services.opinions import Question
from tests.factories import Office, make_user


@dataclass
class Council:
    """Members of whom the chair is the first; the secretary asks and is no member."""

    office: Office
    members: list[User]

    @property
    def chair(self) -> User:
        """Whoever chairs it."""
        return self.members[0]

    @property
    def secretary(self) -> User:
        """Whoever asks."""
        return self.office.officer

    def ask(self, **more: Any) -> int:
        """A question put to all of them for five working days."""
        values: dict[str, Any] = {
            "question": "Thông qua quy chế chi tiêu nội bộ?",
            "text": "Dự thảo đã lấy ý kiến các phòng.",
            "days": 5,
            "chair_id": self.chair.id,
            "member_ids": [one.id for one in self.members],
        }
        return opinions.put_opinion(self.secretary, Question(**(values | more)))

    def say(self, ballot_id: int, *choices: str | None) -> None:
        """The first members answer, in order; ``None``: says nothing."""
        for member, choice in zip(self.members, choices, strict=False):
            if choice is not None:
                words = "Cần bổ sung nguồn kinh phí" if choice == "other" else ""
                opinions.answer(member, ballot_id, OpinionChoice(choice), words, expect=0)


def make_council(office: Office, members: int = 6) -> Council:
    """A council of so many members."""
    others = [
        make_user(f"uyvien{n}", f"Ủy Viên {n}", office.vp, "Ủy viên", Role.OFFICER)
        for n in range(members - 2)
    ]
    return Council(office, [office.leader, office.head, *others])


def ballot_of(ballot_id: int) -> OpinionBallot:
    """A ballot as it stands now."""
    return db.session().get_one(OpinionBallot, ballot_id, populate_existing=True)


def answer_of(ballot_id: int, member: User) -> OpinionAnswer:
    """A member's answer as it stands now."""
    return db.session().get_one(OpinionAnswer, (ballot_id, member.id), populate_existing=True)
