"""The server killed while people vote: what it acknowledged is there, what is sent again counts once."""

import os
import random
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from intranet.core import db
from intranet.people.models import User
from meetings.models.vote import BoxReceipt, Participation
from tests import web_processes
from tests.factories import Office
from tests.meetings.voting import Chamber, make_chamber, three
from tests.tablets import Tablet
from tests.web_processes import WebProcesses

pytestmark = [pytest.mark.slow, pytest.mark.own_db]
_FULL = os.environ.get("OFFICE_PROOFS") == "full"
_VOTERS = 60 if _FULL else 9
#: Those who have not voted yet when the server dies.
_LATE = 3


def _frame(chamber: Chamber, poll: int, member: User, choice: str) -> dict[str, Any]:
    """A ballot as the device of its voter sends it, each time under the same id."""
    d = {"mid": chamber.id, "id": poll, "choice": [choice]}
    return {"k": "cmd", "cid": f"ballot-{member.id:020d}", "t": "vote.cast", "d": d}


def _killed_midway(web: WebProcesses, tablets: list[Tablet], frames: list[dict[str, Any]]) -> dict[int, Any]:
    """Send all, kill the server when a third is answered; returns what was answered, by place."""
    keys = [tablet.send("cmd", frame) for tablet, frame in zip(tablets, frames, strict=True)]
    until = time.monotonic() + 20
    while sum(key in one.answers for one, key in zip(tablets, keys, strict=True)) < len(keys) // 3:
        assert time.monotonic() < until, "nobody's ballot was answered"
        time.sleep(0.001)
    web.kill()
    for tablet in tablets:
        tablet.wait(lambda tablet=tablet: tablet.ended, "a socket outlived its server")
    answers = {
        at: one.answers[key]
        for at, (one, key) in enumerate(zip(tablets, keys, strict=True))
        if key in one.answers
    }
    assert all(answer["ok"] for answer in answers.values()), answers
    return answers


@pytest.mark.parametrize("mode", ["secret", "roll"] if _FULL else ["secret"])
def test_a_server_killed_while_people_vote_loses_and_doubles_no_ballot(
    office: Office,
    guest: User,
    database_url: str,
    client_of: Callable[[User], FlaskClient],
    tmp_path: Path,
    mode: str,
) -> None:
    luck = random.Random(3)
    chamber = make_chamber(office, guest, _VOTERS)
    poll = chamber.open(three(mode))
    wanted = [luck.choice(["yes", "no", "none"]) for _ in chamber.members]
    frames = [_frame(chamber, poll, one, choice) for one, choice in zip(chamber.members, wanted, strict=True)]
    early = chamber.members[:-_LATE]
    with web_processes.running(1, tmp_path, database_url, client_of) as web:
        tablets = [web.tablet(one, chamber.id) for one in early]
        acknowledged = _killed_midway(web, tablets, frames[:-_LATE])
        with db.scope({office.org.id}):
            given = set(
                db.session().scalars(select(Participation.voter_id).where(Participation.poll_id == poll))
            )
        assert {early[at].id for at in acknowledged} <= given <= {one.id for one in early}

        web.start_again()
        again = [web.tablet(one, chamber.id) for one in chamber.members]
        assert [(one["st"], one["id"]) for one in again[0].welcome["state"]["votes"]] == [("open", poll)]
        told = [
            [tablet.ask("cmd", frame) for _ in range(2)] for tablet, frame in zip(again, frames, strict=True)
        ]
    assert all(answer["ok"] for pair in told for answer in pair)
    firsts = {one.id for one, pair in zip(chamber.members, told, strict=True) if not pair[0].get("already")}
    assert firsts == {one.id for one in chamber.members} - given
    assert all(pair[1]["already"] for pair in told)
    with db.scope({office.org.id}):
        closed = chamber.close(poll)
        counted = Counter(wanted)
        assert closed.result is not None
        assert closed.result["counts"] == {one: counted[one] * 1000 for one in ("yes", "no", "none")}
        assert closed.cast == _VOTERS
        kept = set(db.session().scalars(select(BoxReceipt.receipt).where(BoxReceipt.poll_id == poll)))
    # Whoever was given a receipt finds it in the list.
    receipts = {answer["receipt"] for answer in acknowledged.values() if "receipt" in answer}
    assert receipts <= kept
    assert len(receipts) == (len(acknowledged) if mode == "secret" else 0)
