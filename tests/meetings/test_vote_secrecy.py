"""After closing nothing that is kept ties a person to a secret ballot: no column, order, log or file."""

import json
import logging
import os
from math import sqrt
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import ForeignKey, select, text

from intranet.core import commands, db, jobs
from intranet.core.db import Base
from intranet.core.errors import BadState
from intranet.core.jobs import Job
from intranet.core.once import Once
from intranet.core.signals import Signal
from intranet.people.models import User
from intranet.records.audit import history
from intranet.records.models import AuditLine
from meetings.live_votes import progress_frame
from meetings.models.journal import JournalLine
from meetings.models.vote import BoxChoice, BoxReceipt, BoxSlot, NamedBallot, Participation, PollState
from meetings.rules.shares import Audience
from meetings.services import ballots, box, voting
from tests.factories import Office
from tests.meetings.voting import Chamber, make_chamber, one_of, three

#: What each of the twelve votes for: texts that stand nowhere else.
CHOICES = ["1", "2", "1", "1", "2", "3", "1", "2", "2", "3", "1", "1"]

#: Votes of the proof that nothing is in the order of voting.
_TRIALS = 100 if os.environ.get("OFFICE_PROOFS") == "full" else 4


@pytest.fixture
def chamber(office: Office, guest: User) -> Chamber:
    """Twelve members who are there."""
    return make_chamber(office, guest, 12)


def secret() -> Any:
    """A secret choice of three."""
    return one_of("Phương án thứ nhất", "Phương án thứ hai", "Phương án thứ ba", mode="secret")


def cast_all(chamber: Chamber, poll: int) -> list[str]:
    """Everybody votes by command, in the order of the list; returns the receipts in that order."""
    receipts = []
    for n, (member, choice) in enumerate(zip(chamber.members, CHOICES, strict=True)):
        d = {"mid": chamber.id, "id": poll, "choice": [choice]}
        answer = commands.run(member, {"cid": f"ballot-{poll}-{n}", "t": "vote.cast", "d": d})
        assert answer["ok"]
        receipts.append(answer["receipt"])
    return receipts


def rows(table: str) -> list[dict[str, Any]]:
    """A table as it lies there: no order is asked for."""
    return [dict(row._mapping) for row in db.session().execute(text(f'SELECT * FROM "{table}"'))]


def test_no_table_with_choices_or_receipts_names_a_person_a_time_or_another_rows_key(
    chamber: Chamber,
) -> None:
    poll = chamber.open(secret())
    before = {row["id"] for row in rows("box_slot")}
    assert len(before) == 12
    receipts = cast_all(chamber, poll)
    closed = chamber.close(poll)
    assert closed.result is not None
    assert closed.result["receipts"] == sorted(receipts)
    assert closed.result["counts"] == {"1": 6000, "2": 4000, "3": 2000}
    assert rows("box_slot") == rows("named_ballot") == []
    choices, told = rows("box_choice"), rows("box_receipt")
    assert [set(one) for one in (choices[0], told[0])] == [
        {"id", "poll_id", "weight", "choice"},
        {"id", "poll_id", "receipt"},
    ]
    after = [row["id"] for row in choices + told]
    assert len(set(after)) == 24
    assert not before & set(after)
    for kind in (BoxSlot, BoxChoice, BoxReceipt):
        keys = {
            key.target_fullname for column in kind.__table__.columns for key in column.foreign_keys if key
        }
        assert keys == {"poll.id"}
        assert isinstance(next(iter(kind.__table__.columns["poll_id"].foreign_keys)), ForeignKey)


def test_nothing_that_is_kept_mentions_a_voter_and_a_choice_together(chamber: Chamber) -> None:
    poll = chamber.open(secret())
    v = chamber.sitting.meeting.v
    acts = len(history(chamber.sitting.meeting.ref))
    receipts = cast_all(chamber, poll)
    session = db.session()
    assert chamber.sitting.meeting.v == v
    assert len(history(chamber.sitting.meeting.ref)) == acts
    chamber.close(poll)
    voting.publish_vote(chamber.chair, chamber.id, poll)
    assert session.scalars(select(Once).where(Once.key.like("cid:ballot%"))).all() == []
    assert session.scalars(select(NamedBallot)).all() == []
    members = {one.id for one in chamber.members}
    quiet = members - {chamber.chair.id}
    assert session.scalars(select(JournalLine).where(JournalLine.by_id.in_(quiet))).all() == []
    assert session.scalars(select(AuditLine).where(AuditLine.actor_id.in_(quiet))).all() == []
    assert session.scalars(select(Signal)).all() == []
    # Wherever a receipt or an option stands, the same row names no voter but in the list of all of them.
    for table in Base.metadata.sorted_tables:
        for row in rows(table.name):
            words = json.dumps(row, default=str, ensure_ascii=False)
            if any(receipt in words for receipt in receipts):
                assert table.name in {"box_receipt", "poll", "journal_line"}
                assert not {"voter_id", "user_id", "actor_id"} & set(row)
    for job in session.scalars(select(Job)):
        assert set(job.payload) <= {"poll"}


@pytest.mark.slow
def test_no_order_of_rows_is_the_order_of_voting(chamber: Chamber) -> None:
    orders: dict[str, list[bool]] = {"choice": [], "receipt": [], "both": []}
    linked = 0
    for _ in range(_TRIALS):
        poll = chamber.open(secret())
        receipts = cast_all(chamber, poll)
        chamber.close(poll)
        choices = [
            json.loads(row["choice"]) if isinstance(row["choice"], str) else row["choice"]
            for row in rows("box_choice")
            if row["poll_id"] == poll
        ]
        told = [row["receipt"] for row in rows("box_receipt") if row["poll_id"] == poll]
        given = dict(zip(receipts, CHOICES, strict=True))
        orders["choice"].append([one[0] for one in choices] == CHOICES)
        orders["receipt"].append(told == receipts)
        linked += sum(one == other for one, other in zip(told, receipts, strict=True))
        orders["both"].append([given[one] for one in told] == [one[0] for one in choices])
        voters = [row["voter_id"] for row in rows("participation") if row["poll_id"] == poll]
        assert voters == sorted(voters)
        assert set(rows("participation")[0]) == {"poll_id", "voter_id"}
    # By chance a mixed order of twelve is the old one once in thousands of times, not again and again.
    assert not any(all(found) for found in orders.values())
    # Whoever guesses by the place is right once in a trial; six deviations from that are no chance.
    assert linked <= _TRIALS + 6 * sqrt(_TRIALS)


def test_every_row_left_behind_was_written_by_the_closing(chamber: Chamber) -> None:
    poll = chamber.open(secret())
    cast_all(chamber, poll)
    chamber.close(poll)
    if db.database().is_sqlite:
        for table in ("participation", "box_choice", "box_receipt", "box_slot"):
            made = db.session().scalar(
                text("SELECT sql FROM sqlite_master WHERE name = :name"), {"name": table}
            )
            assert "WITHOUT ROWID" in str(made)
        return
    writers = {
        str(one)
        for table in ("participation", "box_choice", "box_receipt")
        for one in db.session().scalars(text(f"SELECT xmin::text FROM {table}"))
    }
    assert len(writers) == 1


def files_of(url: str) -> bytes:
    """The database's bytes, its log of writes too; nothing where a server keeps them."""
    path = url.removeprefix("sqlite:///")
    there = [Path(f"{path}{suffix}") for suffix in ("", "-wal")]
    return b"".join(one.read_bytes() for one in there if url != path and one.exists())


@pytest.mark.own_db
def test_the_files_keep_nothing_of_the_box(chamber: Chamber, database_url: str) -> None:
    poll = chamber.open(secret())
    cast_all(chamber, poll)
    slots = [row["id"] for row in rows("box_slot")]
    chamber.close(poll)
    on_disk = files_of(database_url)
    assert jobs.run_due() == 1
    if db.database().is_sqlite:
        assert any(one.encode() in on_disk for one in slots)
        found = files_of(database_url)
        assert rows("box_choice")[0]["id"].encode() in found
        assert [one for one in slots if one.encode() in found] == []
    else:
        assert db.session().scalar(text("SELECT pg_relation_size('box_slot')")) == 0
    assert len(slots) == 12


@pytest.mark.own_db
def test_a_reader_that_began_before_the_closing_keeps_no_ballot_on_the_disk(chamber: Chamber) -> None:
    if db.database().is_sqlite:
        return  # its log of writes cannot be emptied under a reader: the job is refused and tried again
    with db.database().reader.connect().execution_options(isolation_level="REPEATABLE READ") as old:
        poll = chamber.open(secret())
        cast_all(chamber, poll)
        old.execute(text("SELECT 1 FROM organisation")).all()
        chamber.close(poll)
        box.wipe()
    assert db.session().scalar(text("SELECT pg_relation_size('box_slot')")) == 0


def test_no_log_says_what_was_voted(chamber: Chamber, caplog: pytest.LogCaptureFixture) -> None:
    poll = chamber.open(secret())
    with caplog.at_level(logging.DEBUG):
        cast_all(chamber, poll)
        d = {"mid": chamber.id, "id": poll, "choice": ["chưa từng có"]}
        commands.run(chamber.members[0], {"cid": "ballot-wrong", "t": "vote.cast", "d": d})
    said = " ".join(json.dumps(vars(record), default=str, ensure_ascii=False) for record in caplog.records)
    assert "vote.bad_choice" in said
    assert "chưa từng có" not in said
    assert "receipt" not in said
    assert '"choice"' not in said


def test_a_voided_secret_vote_leaves_no_ballot(chamber: Chamber) -> None:
    for is_closed in (False, True):
        poll = chamber.open(secret())
        cast_all(chamber, poll)
        if is_closed:
            chamber.close(poll)
        voting.void_vote(chamber.chair, chamber.id, poll, reason="Đọc nhầm")
        assert rows("box_slot") == rows("box_choice") == rows("box_receipt") == []
        assert len([row for row in rows("participation") if row["poll_id"] == poll]) == 12


def test_so_few_ballots_that_they_tell_are_void(chamber: Chamber) -> None:
    poll = chamber.open(three("secret"))
    chamber.cast(poll, "yes", "no")
    closed = chamber.close(poll)
    assert (closed.state, closed.result) == (PollState.VOID, None)
    assert closed.reason.startswith("Chỉ có 2 phiếu kín")
    assert rows("box_slot") == rows("box_choice") == []


def test_fewer_than_three_may_not_vote_in_secret_and_fewer_than_five_are_warned(
    office: Office, guest: User
) -> None:
    answers = {}
    for members in (2, 4):
        chamber = make_chamber(office, guest, members) if members == 4 else _pair(office, guest)
        poll = chamber.prepare(three("secret"))
        try:
            answers[members] = voting.open_vote(chamber.chair, chamber.id, poll).get("warn")
        except BadState as refusal:
            answers[members] = refusal.code
    assert answers == {2: "vote.too_few", 4: "vote.few_secret"}


def _pair(office: Office, guest: User) -> Chamber:
    return make_chamber(office, guest, 2)


def test_the_receipt_is_the_devices_own_and_stands_in_the_published_list(chamber: Chamber) -> None:
    poll = chamber.open(secret())
    mine = box.receipt_of(poll, b"a number of the device")
    assert ballots.cast_ballot(chamber.chair, chamber.id, poll, ["1"], receipt=mine) == {"receipt": mine}
    for member in chamber.members[1:4]:
        ballots.cast_ballot(member, chamber.id, poll, ["2"])
    result = chamber.close(poll).result
    assert result is not None
    assert mine in result["receipts"]
    assert result["digest"] == box.digest(result["receipts"], result["counts"])
    assert result["digest"] != box.digest(result["receipts"][1:], result["counts"])


def test_the_running_count_of_a_secret_vote_names_nobody(chamber: Chamber) -> None:
    poll = chamber.open(secret())
    shown = []
    for member in chamber.members:
        ballots.cast_ballot(member, chamber.id, poll, ["1"])
        [(found, cast, eligible, missing)] = ballots.progress({chamber.id})
        shown.append(cast)
        frame = progress_frame(found, cast, eligible, missing, Audience.CHAIR)
        assert frame["d"] == {"id": poll, "cast": cast, "elig": 12}
    assert shown == [0, 0, 3, 4, 5, 6, 7, 8, 9, 10, 10, 12]
    chamber.close(poll)
    assert ballots.progress({chamber.id}) == ballots.progress(set()) == []


def test_the_running_count_of_a_roll_call_names_the_missing_to_chair_and_secretary(chamber: Chamber) -> None:
    poll = chamber.open()
    chamber.cast(poll, *["yes"] * 10)
    [(found, cast, eligible, missing)] = ballots.progress({chamber.id})
    assert (cast, eligible, missing) == (10, 12, sorted(one.id for one in chamber.members[10:]))
    officers = progress_frame(found, cast, eligible, missing, Audience.SEC)
    assert officers["d"]["missing"] == missing
    assert "missing" not in progress_frame(found, cast, eligible, missing, Audience.MEMBER)["d"]
    assert Participation.__table__.columns.keys() == ["poll_id", "voter_id"]
