"""Whatever may come in a sitting, right and wrong alike: agenda, papers, floor, votes, and who is who."""

import contextlib
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from intranet.core import clock, db
from intranet.core.errors import DomainError
from intranet.people.models import User
from intranet.records.models import File
from meetings.models.meeting import ItemState, PartRole
from meetings.models.vote import Poll
from meetings.services import (
    ballots,
    chairing,
    distributing,
    handing_over,
    life,
    papers,
    participants,
    planning,
    presenting,
    undoing,
    voting,
)
from tests.meetings.conftest import Sitting
from tests.meetings.floor_acts import Act, floor_acts
from tests.meetings.voting import three

#: Words that chair and secretaries alone may read, wherever an act says them.
FOR_OFFICERS = ("Chưa đủ hồ sơ", "Ý kiến", "Cần giúp")


@dataclass
class Cast:
    """Everybody who comes near a sitting, and what lies on its table."""

    sitting: Sitting
    people: list[User]
    shown: list[File]

    def roles(self) -> dict[int, PartRole]:
        """Who takes part now, and as what."""
        return {part.user_id: part.role for part in self.sitting.meeting.participants}

    def now(self, luck: random.Random) -> Sitting:
        """The sitting with those in its parts who hold them now."""
        roles = self.roles()

        def who(role: PartRole) -> User:
            return luck.choice([one for one in self.people if roles.get(one.id) is role] or self.people)

        return replace(
            self.sitting,
            chair=who(PartRole.CHAIR),
            secretary=who(PartRole.SECRETARY),
            delegate=who(PartRole.DELEGATE),
            guest=who(PartRole.GUEST),
        )


def random_act(cast: Cast, luck: random.Random, more: list[Act]) -> None:
    """Somebody does something; much of it is refused, which changes nothing.

    :param more: what else may be done.
    """
    sitting = cast.now(luck)
    kinds: list[Callable[[], list[Act]]] = [
        lambda: _agenda_acts(sitting, luck, cast),
        lambda: _agenda_acts(sitting, luck, cast),
        lambda: _paper_acts(sitting, luck, cast),
        lambda: floor_acts(sitting, luck, luck.choice(cast.people)),
        lambda: floor_acts(sitting, luck, luck.choice(cast.people)),
        lambda: _vote_acts(sitting, luck, cast),
        lambda: _role_acts(sitting, luck, cast),
        lambda: more,
    ]
    acts = luck.choice(kinds)()
    clock.advance(timedelta(seconds=luck.choice((0, 4, luck.randint(0, 90)))))
    with contextlib.suppress(DomainError):
        luck.choice(acts)()


def _agenda_acts(sitting: Sitting, luck: random.Random, cast: Cast) -> list[Act]:
    mid, agenda = sitting.id, sitting.agenda
    actor = luck.choice((sitting.chair, sitting.secretary))
    item = luck.choice(agenda).id
    planned = [one.id for one in agenda if one.state is ItemState.PLANNED]
    floor = sitting.current_item_id
    outcome = luck.choice(sorted(chairing.OUTCOMES))
    return [
        lambda: undoing.undo_item(actor, mid, floor or item, expect=floor),
        lambda: chairing.start_item(actor, mid, item, expect=floor, reason="Bàn lại"),
        lambda: chairing.start_item(actor, mid, item, expect=None),
        lambda: chairing.finish_item(actor, mid, outcome=outcome, expect=floor),
        lambda: planning.add_item(actor, mid, title="Thêm", budget_min=5, after=luck.choice([None, item])),
        lambda: planning.reorder_items(actor, mid, luck.sample(planned, len(planned))),
        lambda: planning.set_budget(actor, mid, item, luck.randint(1, 60)),
        lambda: planning.remove_item(actor, mid, item, reason="Chưa đủ hồ sơ"),
        lambda: life.pause_meeting(actor, mid, for_s=luck.choice([None, 900])),
        lambda: life.resume_meeting(actor, mid),
        lambda: life.resume_meeting(actor, mid),
    ]


def _paper_acts(sitting: Sitting, luck: random.Random, cast: Cast) -> list[Act]:
    mid, paper = sitting.id, luck.choice(cast.shown).public_id
    actor = luck.choice((sitting.chair, sitting.secretary))
    presenter = luck.choice((sitting.delegate, sitting.guest))
    page = luck.randint(1, 3)
    readers: list[dict[str, Any]] = [{"who": f"user:{sitting.delegate.id}", "can": []}]
    return [
        lambda: presenting.start_presenting(actor, mid, paper, page),
        lambda: presenting.present_page(actor, mid, page, file=paper),
        lambda: presenting.stop_presenting(actor, mid),
        lambda: presenting.blank_screen(actor, mid, on=luck.random() < 0.5),
        lambda: presenting.grant_presenting(actor, mid, presenter.id, for_s=luck.choice([None, 60])),
        lambda: presenting.grant_presenting(actor, mid, presenter.id),
        lambda: presenting.start_presenting(presenter, mid, paper, page),
        lambda: presenting.present_page(presenter, mid, page, file=paper),
        lambda: presenting.revoke_presenting(actor, mid, presenter.id),
        lambda: distributing.set_rights(actor, mid, paper, grants=luck.choice([readers, []])),
        lambda: papers.withdraw_paper(actor, mid, paper),
    ]


def _vote_acts(sitting: Sitting, luck: random.Random, cast: Cast) -> list[Act]:
    mid, actor = sitting.id, luck.choice((sitting.chair, sitting.secretary))
    known = list(db.session().scalars(select(Poll.id).where(Poll.meeting_id == mid).order_by(Poll.id)))
    poll, voter = luck.choice(known[-3:] or [0]), luck.choice(cast.people)
    paper = three(luck.choice(["roll", "open", "secret"]), show_count=luck.random() < 0.5)
    return [
        lambda: voting.prepare_vote(sitting.secretary, mid, luck.choice(sitting.agenda).id, paper),
        lambda: voting.open_vote(sitting.chair, mid, poll),
        lambda: ballots.cast_ballot(voter, mid, poll, [luck.choice(["yes", "no"])]),
        lambda: voting.close_vote(actor, mid, poll),
        lambda: voting.publish_vote(actor, mid, poll),
        lambda: voting.void_vote(sitting.chair, mid, poll, reason="Đếm nhầm"),
    ]


def _role_acts(sitting: Sitting, luck: random.Random, cast: Cast) -> list[Act]:
    """The chair is handed over, roles are given and taken, people are taken off and come back."""
    mid, person = sitting.id, luck.choice(cast.people).id
    actor = luck.choice((sitting.chair, sitting.secretary))
    role = luck.choice([PartRole.GUEST, PartRole.DELEGATE, PartRole.DELEGATE, PartRole.SECRETARY])
    return [
        lambda: handing_over.hand_over(sitting.chair, mid, sitting.delegate.id),
        lambda: handing_over.hand_over(actor, mid, person),
        lambda: participants.invite(actor, mid, [person], role),
        lambda: participants.invite(actor, mid, [person], role),
        lambda: participants.remove_participant(actor, mid, person),
    ]
