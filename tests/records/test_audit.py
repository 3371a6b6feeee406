"""The chain of acts: written with the change, refused to change, and every change noticed."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from intranet.core import clock, db
from intranet.core.refs import Ref
from intranet.people.models import Organisation
from intranet.records import audit
from intranet.records.models import AuditHead, AuditLine
from tests.factories import Office

SUBJECT = Ref("thing", 7)


def record_acts(office: Office, count: int = 5) -> None:
    """One act in each of so many transactions."""
    for number in range(count):
        clock.advance(timedelta(seconds=1))
        with db.unit_of_work():
            audit.record(office.clerk, "thing.changed", SUBJECT, reason="lý do", number=number)


def unlocked(statement: str, **values: Any) -> None:
    """Change the log as somebody with the database file would, past its guards."""
    with db.unit_of_work() as session:
        if db.database().is_sqlite:
            session.execute(text("DROP TRIGGER IF EXISTS audit_no_update"))
            session.execute(text("DROP TRIGGER IF EXISTS audit_no_delete"))
        else:
            session.execute(text("ALTER TABLE audit DISABLE TRIGGER USER"))
        session.execute(text(statement), values)


def test_acts_are_chained_in_order_and_the_chain_is_whole(office: Office) -> None:
    record_acts(office)
    lines = db.session().scalars(select(AuditLine).order_by(AuditLine.seq)).all()
    assert [line.seq for line in lines] == [1, 2, 3, 4, 5]
    assert [line.data for line in lines] == [{"number": n} for n in range(5)]
    assert lines[0].prev == audit.START
    assert [line.prev for line in lines[1:]] == [line.mac for line in lines[:-1]]
    assert {line.org_id for line in lines} == {office.org.id}
    report = audit.verify()
    assert report.is_whole
    assert (report.entries, report.chains) == (5, 1)


def test_a_line_falls_with_the_change_it_records(office: Office) -> None:
    def fail() -> None:
        with db.unit_of_work() as session:
            session.get_one(Organisation, office.org.id).name = "Tên khác"
            audit.record(office.clerk, "thing.changed", SUBJECT)
            raise ValueError("undone")

    with pytest.raises(ValueError, match="undone"):
        fail()
    assert audit.history(SUBJECT) == []
    assert audit.verify().is_whole


def test_each_agency_has_a_chain_of_its_own(office: Office) -> None:
    with db.unit_of_work():
        audit.record(office.clerk, "thing.changed", SUBJECT)
        audit.record(office.other_clerk, "thing.changed", SUBJECT)
        audit.record(office.clerk, "thing.changed", SUBJECT, org_id=office.other.id)
        audit.record(None, "thing.swept", SUBJECT)
    heads = {head.org_id: head.seq for head in db.session().scalars(select(AuditHead))}
    assert heads == {office.org.id: 1, office.other.id: 2, audit.INSTALLATION: 1}
    assert audit.verify(office.other.id).entries == 2
    assert audit.verify().entries == 4


def test_a_line_of_a_new_record_names_the_key_that_it_gets(office: Office) -> None:
    with db.unit_of_work() as session:
        made = Organisation(name="Sở Công Thương", short_name="SCT", letters="SCT", place="An Bình")
        session.add(made)
        audit.record(office.admin, "organisation.made", made)
        key = made.id
    assert [line.act for line in audit.history(Ref("organisation", key))] == ["organisation.made"]


def test_history_tells_the_newest_act_first(office: Office) -> None:
    record_acts(office)
    assert [line.data["number"] for line in audit.history(SUBJECT, limit=2)] == [4, 3]
    assert audit.history(SUBJECT)[0].actor_id == office.clerk.id


@pytest.mark.parametrize("statement", ["UPDATE audit SET act = 'x'", "DELETE FROM audit"])
def test_the_database_refuses_to_change_the_log(office: Office, statement: str) -> None:
    record_acts(office, 1)
    with pytest.raises(DBAPIError, match="only grows"), db.unit_of_work() as session:
        session.execute(text(statement))
    assert audit.verify().is_whole


CHANGES = {
    "at": "2020-01-01 00:00:00.000000",
    "actor_id": 999,
    "acting_for_id": 999,
    "act": "thing.forged",
    "ref_kind": "other",
    "ref_id": 999,
    "data": '{"number":99}',
    "reason": "khác",
    "request_id": "forged-1",
    "address": "203.0.113.7",
    "device": "Edge, Windows",
    "prev": "1" * 64,
    "mac": "1" * 64,
}


def test_every_column_of_a_line_is_covered_by_these_tests() -> None:
    assert set(CHANGES) | {"id", "org_id", "seq"} == set(AuditLine.__table__.columns.keys())


@pytest.mark.parametrize("column", sorted(CHANGES))
def test_a_changed_column_is_noticed(office: Office, column: str) -> None:
    record_acts(office)
    unlocked(f"UPDATE audit SET {column} = :value WHERE seq = 3", value=CHANGES[column])
    assert audit.verify().faults == (audit.Fault(office.org.id, 3, "changed"),)


@pytest.mark.parametrize(
    ("seq", "change"),
    [(2, "address = NULL, device = NULL"), (2, "address = '203.0.113.9'"), (1, "device = 'Edge, Windows'")],
)
def test_lines_that_say_from_where_and_older_ones_stand_in_one_chain_and_neither_passes_for_the_other(
    app: Flask, office: Office, seq: int, change: str
) -> None:
    record_acts(office, 1)
    agent = "Mozilla/5.0 (iPad; CPU OS 18_0) AppleWebKit/605.1 Version/18.0 Safari/604.1"
    place = {"REMOTE_ADDR": "2001:db8::7"}
    with app.test_request_context(environ_base=place, headers={"User-Agent": agent}), db.unit_of_work():
        audit.record(office.clerk, "thing.changed", SUBJECT)
    record_acts(office, 1)
    lines = db.session().scalars(select(AuditLine).order_by(AuditLine.seq)).all()
    assert [(line.address, line.device) for line in lines] == [
        (None, None),
        ("2001:db8::7", "Safari, iPad"),
        (None, None),
    ]
    old = (lines[0].org_id, 1, lines[0].at, lines[0].actor_id, None, "thing.changed", "thing", 7)
    old += (lines[0].data_text, "lý do", None)  # type: ignore[assignment]  # as lines were before they had places
    assert audit._signer()(old, audit.START) == lines[0].mac
    assert audit.verify().is_whole
    assert audit.prove_rows([audit.plain(line, with_place=True) for line in lines]) is None
    kept = audit.plain(lines[1], with_place=False)
    assert (set(kept) & set(audit.PLACE), kept["withheld"]) == (set(), ["address", "device"])
    unlocked(f"UPDATE audit SET {change} WHERE seq = {seq}")
    assert audit.verify().faults == (audit.Fault(office.org.id, seq, "changed"),)


def test_a_line_moved_to_another_agency_is_noticed_in_both_chains(office: Office) -> None:
    record_acts(office)
    unlocked("UPDATE audit SET org_id = :other WHERE seq = 3", other=office.other.id)
    assert [(fault.org_id, fault.seq) for fault in audit.verify().faults] == [
        (office.org.id, 3),
        (office.other.id, 1),
    ]


def test_a_removed_line_is_noticed(office: Office) -> None:
    record_acts(office)
    unlocked("DELETE FROM audit WHERE seq = 3")
    assert audit.verify().faults == (audit.Fault(office.org.id, 3, "missing"),)


def test_a_removed_line_is_noticed_though_the_others_close_ranks(office: Office) -> None:
    record_acts(office)
    unlocked("DELETE FROM audit WHERE seq = 3")
    unlocked("UPDATE audit SET seq = seq - 1 WHERE seq > 3")
    assert audit.verify().faults == (audit.Fault(office.org.id, 3, "changed"),)


def test_a_cut_tail_is_noticed(office: Office) -> None:
    record_acts(office)
    unlocked("DELETE FROM audit WHERE seq > 3")
    assert audit.verify().faults == (audit.Fault(office.org.id, 4, "cut"),)


def test_a_log_without_its_head_is_noticed(office: Office) -> None:
    record_acts(office)
    unlocked("DELETE FROM audit_head")
    assert [fault.problem for fault in audit.verify().faults] == ["no_head"]


def test_an_inserted_line_is_noticed(office: Office) -> None:
    record_acts(office)
    unlocked(
        "INSERT INTO audit (org_id, seq, at, actor_id, act, ref_kind, ref_id, data, prev, mac) "
        "SELECT org_id, 6, at, actor_id, act, ref_kind, ref_id, data, mac, mac FROM audit WHERE seq = 5"
    )
    assert audit.verify().faults == (audit.Fault(office.org.id, 6, "changed"),)


def test_swapped_lines_are_noticed(office: Office) -> None:
    record_acts(office)
    unlocked("UPDATE audit SET seq = 99 WHERE seq = 2")
    unlocked("UPDATE audit SET seq = 2 WHERE seq = 4")
    unlocked("UPDATE audit SET seq = 4 WHERE seq = 99")
    assert audit.verify().faults == (audit.Fault(office.org.id, 2, "changed"),)
