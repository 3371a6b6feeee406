"""Papers for few: whom no grant means neither sees, opens, fetches nor marks them, at whatever door."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from intranet.core import db
from intranet.core.errors import BadState, Forbidden, Invalid, NotFound
from intranet.core.live import MEETINGS
from intranet.people.models import User
from intranet.records import conversions, files, media
from intranet.records.models import File
from meetings.rules.paper_access import ALL, NOTHING, READ, Reader, rights_of
from meetings.rules.shares import AUDIENCES, Audience
from meetings.services import (
    annotating,
    distributing,
    journal,
    paper_rights,
    papers,
    planning,
    presenting,
    room,
)
from tests.factories import Office
from tests.meetings.client_model import apply
from tests.meetings.conftest import Sitting, add_paper
from tests.meetings.test_annotating import add
from tests.meetings.test_live import Tablets, tablet
from tests.uploads import docx_with

Client = Callable[[User], FlaskClient]
__all__ = ["tablet"]


@pytest.fixture
def paper(sitting: Sitting) -> File:
    """A paper of the second item, which the delegate reports on."""
    return add_paper(sitting.secretary, sitting, None)


def restrict(sitting: Sitting, paper: File, *grants: tuple[str, str], **more: Any) -> None:
    said = [{"who": who, "can": can.split()} for who, can in grants]
    distributing.set_rights(sitting.secretary, sitting.id, paper.public_id, grants=said, **more)


def names_of(person: User, sitting: Sitting) -> list[str]:
    with db.scope():
        return [one.file.public_id for one in paper_rights.readable(person, sitting.meeting)]


def shares(sitting: Sitting) -> dict[Audience, dict[str, Any]]:
    room.forget_snapshots()
    with db.scope():
        return {one: copy.deepcopy(room.snapshot(sitting.meeting, one)) for one in AUDIENCES}


_NAMES = st.sampled_from(["role:guest", "role:delegate", "unit:7", "unit:8", "user:1", "user:2"])
_GRANTS = st.lists(
    st.fixed_dictionaries({"who": _NAMES, "can": st.lists(st.sampled_from(["download", "print", "sell"]))})
)


@given(_GRANTS, st.sampled_from(["guest", "delegate", "substitute"]), st.sampled_from([7, 8, 9]))
def test_nobody_has_a_right_that_no_grant_gave_and_more_grants_never_take_one(
    grants: list[dict[str, Any]], role: str, unit: int
) -> None:
    reader = Reader(1, role, (unit,))
    got = rights_of(reader, grants)
    meant = [one for one in grants if one["who"] in reader.names]
    assert got <= ALL
    assert (READ in got) == bool(meant)
    said = {can for one in meant for can in one["can"]}
    assert got - {READ} == said & {"download", "print"}
    assert all(rights_of(reader, grants[:n]) <= got for n in range(len(grants)))
    assert rights_of(reader, []) == NOTHING
    assert rights_of(reader, None) == rights_of(Reader(1, role, plans=True), grants) == ALL


def test_everybody_reads_until_a_paper_is_for_few(
    sitting: Sitting, paper: File, client_of: Client, office: Office
) -> None:
    key = paper.public_id
    assert [names_of(one, sitting) for one in sitting.everybody] == [[key]] * 4
    restrict(sitting, paper, ("role:delegate", "download"), online_only=True)
    assert [names_of(one, sitting) for one in sitting.everybody] == [[key], [key], [key], []]
    with db.scope():
        mine = paper_rights.readable(sitting.delegate, sitting.meeting)[0]
    assert (mine.download, mine.print, mine.online_only, mine.is_restricted) == (True, False, True, True)
    restrict(
        sitting, paper, (f"user:{sitting.guest.id}", ""), (f"unit:{office.head.posts[0].unit_id}", "print")
    )
    with db.scope():
        got = {one: set(files.rights(one, paper)) for one in sitting.everybody}
    assert got[sitting.guest] == {"read"}
    assert got[sitting.chair] == got[sitting.secretary] == set(ALL)
    address = f"/files/{key}/a.pdf"
    guest = client_of(sitting.guest)
    assert guest.get(f"{address}?view=1").status_code == 200
    assert guest.get(address).status_code == 403


def test_whom_no_grant_means_gets_it_at_no_door(sitting: Sitting, paper: File, client_of: Client) -> None:
    restrict(sitting, paper, ("role:delegate", "download print"))
    guest, address = client_of(sitting.guest), f"/files/{paper.public_id}"
    for path in ("a.pdf", "a.pdf?view=1", "page-1.png"):
        assert guest.get(f"{address}/{path}").status_code == 404
    assert "To trinh 318" not in guest.get(f"/meetings/{sitting.id}").text
    assert paper.public_id not in guest.get(f"/api/v1/meetings/{sitting.id}/snapshot").text
    assert paper.public_id not in guest.get(f"/api/v1/meetings/{sitting.id}/events?since=0").text
    answer = annotating.sync(sitting.guest, sitting.id, [add(1, 1, paper.public_id)], {})
    assert [one["code"] for one in answer.rejected] == ["meeting.unknown_paper"]
    assert client_of(sitting.delegate).get(f"{address}/a.pdf").status_code == 200


def test_the_room_tells_of_it_only_to_whom_it_is_for(sitting: Sitting, paper: File) -> None:
    add_paper(sitting.secretary, sitting, None)
    steps: list[Callable[[], object]] = [
        lambda: restrict(sitting, paper, (f"user:{sitting.guest.id}", "")),
        lambda: restrict(sitting, paper, ("role:guest", "print"), is_marked=True),
        lambda: distributing.set_rights(sitting.secretary, sitting.id, paper.public_id, grants=None),
        lambda: restrict(sitting, paper),
        lambda: papers.withdraw_paper(sitting.secretary, sitting.id, paper.public_id),
    ]
    for step in steps:
        old = shares(sitting)
        since = sitting.meeting.v
        step()
        new = shares(sitting)
        with db.scope():
            for audience in AUDIENCES:
                state = old[audience]
                for line in journal.lines_after(sitting.id, since):
                    frame = journal.frame_of(line, audience)
                    if frame is not None:
                        apply(state, copy.deepcopy(frame))
                assert state == new[audience], audience
                is_told = any(one["id"] == paper.public_id for one in state["papers"])
                if audience in {Audience.MEMBER, Audience.GUEST} and step is not steps[2]:
                    assert not is_told


def test_a_person_it_is_for_gets_it_with_what_is_theirs_alone(sitting: Sitting, paper: File) -> None:
    restrict(sitting, paper, (f"user:{sitting.guest.id}", ""))
    with db.scope():
        mine = {one: room.overlay(one, sitting.meeting).get("papers") for one in sitting.everybody}
    assert [(item, entry["id"]) for item, entry in mine[sitting.guest] or []] == [(None, paper.public_id)]
    assert mine[sitting.delegate] == []
    assert mine[sitting.chair] is None


def test_whoever_reports_on_an_item_is_never_kept_from_its_papers(sitting: Sitting) -> None:
    paper = add_paper(sitting.secretary, sitting, sitting.agenda[0])
    restrict(sitting, paper)
    assert [names_of(one, sitting) for one in (sitting.delegate, sitting.guest)] == [[paper.public_id], []]


def test_a_paper_for_few_is_not_shown_to_all_and_what_is_shown_stays_for_all(
    sitting: Sitting, paper: File
) -> None:
    presenting.start_presenting(sitting.chair, sitting.id, paper.public_id, 1)
    with pytest.raises(BadState, match=r"meeting\.presented"):
        restrict(sitting, paper)
    presenting.stop_presenting(sitting.chair, sitting.id)
    restrict(sitting, paper)
    with pytest.raises(BadState, match=r"paper\.for_few"):
        presenting.start_presenting(sitting.chair, sitting.id, paper.public_id, 1)
    presenting.grant_presenting(sitting.chair, sitting.id, sitting.delegate.id)
    with pytest.raises(BadState, match=r"paper\.for_few"):
        presenting.start_presenting(sitting.delegate, sitting.id, paper.public_id, 1, on_wall=True)


def test_on_the_screen_alone_a_paper_for_few_reaches_no_device(sitting: Sitting, paper: File) -> None:
    restrict(sitting, paper)
    with db.scope():
        since = sitting.meeting.v
    presenting.start_presenting(sitting.secretary, sitting.id, paper.public_id, 1, on_wall=True)
    presenting.present_page(sitting.secretary, sitting.id, 2, file=paper.public_id)
    with db.scope():
        told = {audience: room.snapshot(sitting.meeting, audience)["present"] for audience in Audience}
        since_then = journal.lines_after(sitting.id, since)
        lines = {one: json.dumps([journal.frame_of(line, one) for line in since_then]) for one in Audience}
    hidden = {Audience.MEMBER, Audience.GUEST}
    for audience in Audience:
        is_hidden = audience in hidden
        assert ("file" in told[audience]) is ("url" in told[audience]) is not is_hidden
        assert (paper.public_id in lines[audience]) is not is_hidden
        assert told[audience]["wall"] is True


def test_on_the_devices_of_its_readers_a_paper_for_few_reaches_them_and_nobody_else(
    sitting: Sitting, paper: File, tablet: Tablets, client_of: Callable[[User], FlaskClient]
) -> None:
    restrict(sitting, paper, ("role:delegate", ""))
    presenting.grant_presenting(sitting.chair, sitting.id, sitting.delegate.id)
    presenting.grant_presenting(sitting.chair, sitting.id, sitting.guest.id)
    with pytest.raises(NotFound, match=r"meeting\.unknown_paper"):
        presenting.start_presenting(sitting.guest, sitting.id, paper.public_id, 1, to_few=True)
    people = {
        "chair": tablet(sitting.chair),
        "reader": tablet(sitting.delegate),
        "guest": tablet(sitting.guest),
        "wall": tablet(sitting.secretary),
    }
    for name, one in people.items():
        said = {"k": "hello", "proto": 1, "mid": sitting.id} | ({"as": "proj"} if name == "wall" else {})
        assert one.ask("hello", said)["ok"]
    presenting.start_presenting(sitting.delegate, sitting.id, paper.public_id, 1, to_few=True)
    presenting.present_page(sitting.delegate, sitting.id, 2, file=paper.public_id)
    said = {"k": "lv", "key": "view", "mid": sitting.id, "d": {"page": 2, "x": 0, "y": 0.1, "w": 0.5}}
    assert people["reader"].ask("lv", said)["ok"]
    heard = {name: one.socket.get_received(MEETINGS) for name, one in people.items()}
    keys = {
        name: [one["args"][0]["key"] for one in found if one["name"] == "lv"] for name, found in heard.items()
    }
    assert keys == {"chair": ["view"], "reader": ["shown", "shown", "view"], "guest": [], "wall": []}
    knows = {name: paper.public_id in json.dumps(found) for name, found in heard.items()}
    assert knows == {"chair": True, "reader": True, "guest": False, "wall": False}
    pages = [one["args"][0]["d"]["page"] for one in heard["reader"] if one["name"] == "lv"]
    assert pages == [1, 2, 2]
    # Whoever comes back, over a socket or without one, gets what is theirs.
    shown = {name: people[name].hello(sitting.id)["lv"].get("shown") for name in ("chair", "reader", "guest")}
    assert (shown["chair"], shown["guest"], shown["reader"]["page"]) == (None, None, 2)
    where = f"/api/v1/meetings/{sitting.id}/events?since={sitting.meeting.v}"
    polled = client_of(sitting.guest).get(where).get_data(as_text=True)
    assert paper.public_id not in polled


def test_an_item_goes_with_papers_that_are_for_few_or_become_pdfs(draft: Sitting) -> None:
    item = draft.agenda[0]
    paper = add_paper(draft.secretary, draft, item)
    restrict(draft, paper, ("role:guest", ""))
    kept = files.keep(docx_with("Tờ trình"), "To trinh.docx", media.DOCX)
    papers.add_made_paper(draft.secretary, draft.id, item.id, kept)
    with db.scope():
        assert len(conversions.of([one.id for one in files.of(item.ref)])) == 1
    planning.remove_item(draft.secretary, draft.id, item.id)
    assert names_of(draft.chair, draft) == []
    with db.scope():
        assert paper_rights.rules_of(draft.id) == {}


def test_only_who_prepares_the_meeting_says_so_and_only_of_people_who_take_part(
    sitting: Sitting, paper: File, office: Office, trail: Callable[[], list[str]]
) -> None:
    for person, problem in ((sitting.delegate, Forbidden), (office.stranger, NotFound)):
        with pytest.raises(problem):
            distributing.set_rights(person, sitting.id, paper.public_id, grants=[])
    for who in ("user:0", f"user:{office.stranger.id}", "role:boss", "unit:99999", "all", ""):
        with pytest.raises(Invalid, match=r"paper\.unknown_reader"):
            restrict(sitting, paper, (who, ""))
    restrict(sitting, paper, ("role:guest", ""))
    assert trail()[-1] == "meeting.paper_rights"
