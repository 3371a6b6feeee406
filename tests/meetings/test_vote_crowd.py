"""Many voters at once: no ballot doubled, none lost, sums equal, whatever dies on the way."""

import os
import random
import signal
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from intranet.core import db
from intranet.core.errors import BadState
from intranet.people.models import User
from meetings.models.vote import BoxChoice, BoxReceipt, BoxSlot, NamedBallot, Participation, Poll
from meetings.services import ballots, voting
from tests.factories import Office
from tests.meetings.voting import make_chamber, three

pytestmark = pytest.mark.own_db
_FULL = os.environ.get("OFFICE_PROOFS") == "full"
#: Voters of the proof; each ballot is sent three times.
_VOTERS = 500 if _FULL else 40
#: Ballots that one voter gives at once.
_AT_ONCE = 50 if _FULL else 6
_COPIES = 3
ROOT = Path(__file__).resolve().parents[2]


def _start(app: Flask, url: str, meeting: int, poll: int, seed: int, asked: list[str]) -> subprocess.Popen:
    data_dir = str(app.config["SETTINGS"].data_dir)
    command = [sys.executable, "-m", "tests.meetings.vote_caster", data_dir, url, str(meeting), str(poll)]
    process = subprocess.Popen(
        [*command, str(seed)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=dict(os.environ),
    )
    assert process.stdin is not None
    process.stdin.write("\n".join(asked))
    process.stdin.close()
    process.stdin = None
    return process


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["secret", "roll"])
def test_each_ballot_sent_three_times_from_two_processes_counts_once(
    office: Office, guest: User, app: Flask, database_url: str, mode: str
) -> None:
    luck = random.Random(7)
    chamber = make_chamber(office, guest, _VOTERS)
    poll = chamber.open(three(mode))
    wanted = {one.id: luck.choice(["yes", "no", "none"]) for one in chamber.members}
    lines = [f"{voter} {choice}" for voter, choice in wanted.items()]
    parts: list[list[str]] = [[], []]
    for copy in range(_COPIES):
        for place, line in enumerate(lines):
            parts[(copy + place) % 2].append(line)
    casters = [_start(app, database_url, chamber.id, poll, n, part) for n, part in enumerate(parts)]
    # One process is killed on the way; whoever was connected to it sends everything again to the next.
    victim = casters[0]
    assert victim.stdout is not None
    told = [victim.stdout.readline() for _ in range(_VOTERS // 2)]
    victim.send_signal(signal.SIGKILL)
    told += victim.communicate(timeout=60)[0].splitlines()
    casters[0] = _start(app, database_url, chamber.id, poll, 9, parts[0])
    for caster in casters:
        out, _ = caster.communicate(timeout=900 if _FULL else 120)
        assert caster.returncode == 0
        told += out.splitlines()

    words = [line.split() for line in told if len(line.split()) == 2]
    firsts = Counter(voter for voter, answer in words if answer == "first")
    assert {voter for voter, answer in words if answer != "killed"} == {str(one) for one in wanted}
    assert not firsts or max(firsts.values()) == 1
    assert any(answer == "killed" for _, answer in words)
    with db.scope({office.org.id}):
        closed = chamber.close(poll)
        assert closed.result is not None
        expected = Counter(wanted.values())
        assert closed.result["counts"] == {one: expected[one] * 1000 for one in ("yes", "no", "none")}
        assert closed.cast == _VOTERS
        sums = {
            kind.__tablename__: db.session().scalar(
                select(func.count()).select_from(kind).where(kind.poll_id == poll)
            )
            for kind in (Participation, NamedBallot, BoxChoice, BoxReceipt, BoxSlot)
        }
    is_secret = mode == "secret"
    assert sums == {
        "participation": _VOTERS,
        "named_ballot": 0 if is_secret else _VOTERS,
        "box_choice": _VOTERS if is_secret else 0,
        "box_receipt": _VOTERS if is_secret else 0,
        "box_slot": 0,
    }


@pytest.mark.parametrize("seed", range(20 if _FULL else 2))
@pytest.mark.parametrize("mode", ["secret", "open"])
def test_a_vote_closed_at_any_moment_counts_what_was_acknowledged_and_nothing_else(
    office: Office, guest: User, mode: str, seed: int
) -> None:
    luck = random.Random(seed)
    chamber = make_chamber(office, guest, 16)
    poll, mid, chair = chamber.open(three(mode)), chamber.id, chamber.chair.id
    wanted = {one.id: luck.choice(["yes", "no", "none"]) for one in chamber.members}
    gate, enough = threading.Barrier(len(wanted) + 1), threading.Semaphore(0)
    answers: dict[int, list[str]] = {voter: [] for voter in wanted}

    def vote(voter: int, pause: float, copies: int) -> None:
        with db.scope():
            actor = db.session().get_one(User, voter)
            gate.wait()
            threading.Event().wait(pause)
            for _ in range(copies):
                try:
                    answers[voter].append("again" if _cast(actor, mid, poll, wanted[voter]) else "in")
                except BadState as refusal:
                    answers[voter].append(refusal.code)
                enough.release()

    def close(pause: float) -> None:
        with db.scope():
            actor = db.session().get_one(User, chair)
            gate.wait()
            # A secret vote of fewer than three is void.
            for _ in range(2 * 3):
                enough.acquire()
            threading.Event().wait(pause)
            voting.close_vote(actor, mid, poll)

    # Every fifth device sends its ballot again.
    threads = [
        threading.Thread(target=vote, args=(voter, luck.uniform(0, 0.2), 2 if luck.random() < 0.2 else 1))
        for voter in wanted
    ]
    threads.append(threading.Thread(target=close, args=(luck.uniform(0, 0.1),)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {told for some in answers.values() for told in some} <= {"in", "again", "vote.too_late"}
    given = {voter for voter, told in answers.items() if told[0] == "in"}
    # Sent again it is the same ballot, before the end as after it; once too late it is too late again.
    assert all(
        told[1:] == (["again"] if voter in given else ["vote.too_late"])[: len(told) - 1]
        for voter, told in answers.items()
    )
    with db.scope():
        closed, opened = db.session().get_one(Poll, poll), db.session()
        query = select(Participation.voter_id).where(Participation.poll_id == poll)
        assert (closed.cast, set(opened.scalars(query))) == (len(given), given)
        counted = Counter(wanted[voter] for voter in given)
        assert closed.result is not None
        assert closed.result["counts"] == {one: counted[one] * 1000 for one in ("yes", "no", "none")}
        named = {one.voter_id: one.choice for one in opened.scalars(select(NamedBallot))}
        assert named == ({} if mode == "secret" else {voter: [wanted[voter]] for voter in given})


def _cast(actor: User, meeting: int, poll: int, choice: str) -> bool:
    """Give a ballot; whether it was there already."""
    return "already" in ballots.cast_ballot(actor, meeting, poll, [choice])


@pytest.mark.slow
def test_one_voter_on_two_devices_has_one_ballot(office: Office, guest: User) -> None:
    chamber = make_chamber(office, guest, 4)
    poll, mid, voter = chamber.open(three("roll")), chamber.id, chamber.members[3].id
    gate = threading.Barrier(_AT_ONCE)
    answers: list[dict] = []

    def vote(choice: str) -> None:
        with db.scope():
            actor = db.session().get_one(User, voter)
            # As many as wait here would hold all connections of readers.
            db.read_from_now()
            gate.wait(60)
            answers.append(ballots.cast_ballot(actor, mid, poll, [choice]))

    threads = [threading.Thread(target=vote, args=(choice,)) for choice in ("yes", "no") * (_AT_ONCE // 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers, key=len) == [{}, *[{"already": True}] * (_AT_ONCE - 1)]
    with db.scope():
        assert db.session().scalar(select(func.count()).select_from(NamedBallot)) == 1


@pytest.mark.parametrize("mode", ["secret", "open"])
def test_closing_waits_for_a_ballot_that_is_being_given(
    office: Office, guest: User, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    chamber = make_chamber(office, guest, 6)
    poll, mid = chamber.open(three(mode)), chamber.id
    chamber.cast(poll, "yes", "yes", "yes")
    slow, chair = chamber.members[5].id, chamber.chair.id
    given, order = threading.Event(), []
    judged = ballots.is_fit

    def judge_slowly(*what: Any) -> bool:
        """The vote was found open, the ballot is not written yet: the moment in which all could go wrong."""
        given.set()
        threading.Event().wait(0.5)
        order.append("ballot")
        return judged(*what)

    monkeypatch.setattr(ballots, "is_fit", judge_slowly)

    def vote() -> None:
        with db.scope():
            ballots.cast_ballot(db.session().get_one(User, slow), mid, poll, ["no"])

    def close() -> None:
        with db.scope():
            actor = db.session().get_one(User, chair)
            given.wait(10)
            voting.close_vote(actor, mid, poll)
            order.append("closed")

    threads = [threading.Thread(target=vote), threading.Thread(target=close)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert order == ["ballot", "closed"]
    with db.scope():
        closed = db.session().get_one(Poll, poll)
        assert closed.result is not None
        assert (closed.cast, closed.result["counts"]) == (4, {"yes": 3000, "no": 1000, "none": 0})
