"""The report on electronic sending and receiving counts what went and what came, each in its state."""

import pytest

from documents.models.catalogue import Channel
from documents.models.dispatch import Dispatch, DispatchState
from documents.models.document import Document
from documents.models.lifecycle import DocState
from intranet.boards import reports
from intranet.boards.reports import Wish
from intranet.core import clock, db
from intranet.people.models import User
from tests.factories import Office


def document(office: Office, direction: str, state: DocState, **more: object) -> Document:
    """A document as it stands, put down without its way there."""
    made = {"org_id": office.org.id, "direction": direction, "state": state, "created_by_id": office.clerk.id}
    return Document(**made, created_at=clock.now(), subject="Giải ngân", **more)


@pytest.fixture
def exchanged(office: Office) -> Office:
    """A document sent to an agency here, one on the network, one by post and to a unit; three that came."""
    now, day = clock.now(), clock.today()
    with db.unit_of_work() as session:
        out = document(office, "out", DocState.ISSUED, issued_at=now, register_date=day)
        came = {"arrival_date": day, "arrival_channel": Channel.EDXML, "issuer_text": "Bộ Tài chính"}
        asked_back = {"issuer_text": "", "recall_asked_at": now}
        session.add_all(
            [
                out,
                document(office, "in", DocState.DONE, **came),
                document(office, "in", DocState.PROCESSING, **came | asked_back),
                document(office, "in", DocState.DONE, **came | {"arrival_channel": Channel.HAND}),
            ]
        )
        session.flush()
        for n, (name, channel, state, is_unit) in enumerate(
            [
                ("Sở Y tế", Channel.INTERNAL, DispatchState.ARRIVED, False),
                ("Bộ Tài chính", Channel.EDXML, DispatchState.FAILED, False),
                ("Bộ Y tế", Channel.POST, DispatchState.SENT, False),
                ("Sở Tài chính", Channel.INTERNAL, DispatchState.RECEIVED, True),
                ("Sở Y tế", Channel.EMAIL, DispatchState.QUEUED, False),
            ]
        ):
            line = Dispatch(
                org_id=office.org.id,
                document_id=out.id,
                receiver_name=name,
                channel=channel,
                state=state,
                consignment_id=str(n),
            )
            line.unit_id = office.stc.id if is_unit else None
            # What still waits has not been sent at any time.
            line.sent_at = None if state is DispatchState.QUEUED else now
            session.add(line)
    db.read_anew()
    return office


def told(actor: User, by: str, period: str = "2026-m11") -> tuple[Wish, dict[str, dict[str, str]]]:
    """The report, and of each row what its columns show, zeros left out."""
    wish = reports.wish(actor, "exchange", period, by)
    columns = wish.report.columns
    rows = wish.report.rows(actor, wish.period, by)
    return wish, {
        row.name: {c: n for c, n in zip(columns, row.shown, strict=True) if n != "0"} for row in rows
    }


def test_what_went_and_what_came_is_told_by_its_state(exchanged: Office) -> None:
    assert told(exchanged.clerk, "way")[1] == {
        "Văn bản gửi đi (lượt nơi nhận)": {"total": "3", "on_way": "1", "arrived": "1", "failed": "1"},
        "Văn bản nhận về": {"total": "2", "finished": "1", "taken_back": "1"},
        "Tổng số": {
            "total": "5",
            "on_way": "1",
            "arrived": "1",
            "finished": "1",
            "taken_back": "1",
            "failed": "1",
        },
    }
    assert told(exchanged.clerk, "to")[1]["Sở Y tế"] == {"total": "2", "on_way": "1", "arrived": "1"}
    assert told(exchanged.clerk, "to_channel")[1]["Trục liên thông"] == {"total": "1", "failed": "1"}
    assert told(exchanged.clerk, "from")[1]["Chưa ghi tên"] == {"total": "1", "taken_back": "1"}
    assert told(exchanged.clerk, "way", "2026-m10")[1]["Tổng số"] == {}


@pytest.mark.parametrize("by", ["way", "to", "from", "to_channel", "from_channel"])
def test_every_number_of_it_opens_a_list_with_as_many(exchanged: Office, by: str) -> None:
    wish, _ = told(exchanged.clerk, by)
    rows = wish.report.rows(exchanged.clerk, wish.period, by)
    opened = {
        (row.name, column): wish.report.listing(exchanged.clerk, wish.period, by, row.key, column, None).total
        for row in rows
        for column, n in zip(wish.report.columns, row.counts, strict=True)
        if n is not None
    }
    counted = {
        (row.name, column): n
        for row in rows
        for column, n in zip(wish.report.columns, row.counts, strict=True)
        if n is not None
    }
    assert opened == counted
    assert sum(counted.values()) > 0


def test_another_agency_sees_nothing_of_it(exchanged: Office) -> None:
    assert told(exchanged.other_clerk, "way")[1]["Tổng số"] == {}
