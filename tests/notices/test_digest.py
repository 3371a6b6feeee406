"""The letter of the morning, and what the clerk's office left lying."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from documents.models.document import Urgency
from intranet.core import clock, db
from intranet.core.refs import Ref
from intranet.notices import digest, duties, reminders, services
from intranet.notices.channel_models import MailAddress
from intranet.notices.models import Digest
from intranet.notices.outbox_models import Outbox
from intranet.people.models import User
from intranet.tasks import services as tasks
from tests.factories import Office
from tests.notices.arriving import arrive
from tests.notices.letters import Post, plug
from tests.tasks.making import give


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch, office: Office) -> Post:
    """Mail that is carried nowhere, and three people who take it."""
    with db.unit_of_work() as session:
        for user in (office.head, office.leader, office.officer):
            address = f"{user.name}@anbinh.gov.vn"
            session.add(MailAddress(user_id=user.id, confirmed=address, confirmed_at=clock.now(), fails=0))
    return plug(monkeypatch)


def letters(user: User) -> list[tuple[str, str]]:
    """Subjects and words written to a person."""
    db.read_anew()
    rows = db.session().scalars(select(Outbox).where(Outbox.user_id == user.id, Outbox.key.like("digest:%")))
    return [(row.payload["subject"], row.payload["text"]) for row in rows]


def look(day: int, hour: int, minute: int = 0) -> None:
    """Move the clock and look."""
    clock.freeze(clock.at_office(date(2026, 11, day), hour, minute))
    digest.send_due()


def test_one_letter_of_a_morning_says_what_is_late_due_and_waiting(office: Office, post: Post) -> None:
    give(office, due=date(2026, 11, 13), title="Việc đã trễ")
    give(office, due=date(2026, 11, 16), title="Việc hôm nay")
    give(office, due=date(2026, 11, 19), title="Việc kín", is_restricted=True)
    give(office, due=date(2026, 11, 24 + 1), title="Việc tuần sau")
    done = give(office, due=date(2026, 11, 18), title="Việc đã báo")
    tasks.report_finished(office.head, done, "Xong")
    for hour, minute in ((7, 29), (7, 30), (8, 0), (16, 0)):
        look(16, hour, minute)
    ((subject, words),) = letters(office.head)
    assert subject == "Bản tin sáng 16/11: 3 việc cần chú ý"
    late, today, week = words.split("\n\n")
    assert late.startswith("Quá hạn (1)\n- Việc đã trễ, NV-2026-")
    assert today.startswith("Đến hạn hôm nay (1)\n- Việc hôm nay")
    assert "Việc kín" not in words
    assert "hạn chế" in week
    assert "Việc đã báo" in letters(office.leader)[0][1]


def test_nobody_gets_an_empty_letter_or_one_on_a_day_off(office: Office, post: Post) -> None:
    give(office, due=date(2026, 11, 20))
    look(14, 8)
    look(15, 8)
    assert letters(office.head) == []
    look(16, 17, 30)
    assert letters(office.head) == []
    look(17, 11)
    look(17, 12)
    assert len(letters(office.head)) == 1
    assert letters(office.officer) == []
    rows = select(Digest.user_id, Digest.lines).where(Digest.day == date(2026, 11, 17))
    assert dict(db.session().execute(rows).all())[office.officer.id] == 0


def duty(day: int, hour: int, minute: int = 0) -> int:
    """Move the clock and look for what lies."""
    clock.freeze(clock.at_office(date(2026, 11, day), hour, minute))
    with db.across_orgs("a tick looks at due rows of the whole house"):
        return duties.look()


def told(user: User) -> list[str]:
    """Kinds of notices of duties, newest first."""
    return [line.kind for line in services.page(user)[0] if line.kind.startswith("duty.")]


def test_a_document_not_presented_by_ten_of_the_next_working_day_is_told_once(office: Office) -> None:
    key = arrive(office, clock.at_office(date(2026, 11, 13), 15))
    assert [duty(13, 18), duty(14, 11), duty(16, 9, 59), duty(16, 10), duty(16, 10, 1), duty(18, 10)] == [
        0,
        0,
        0,
        1,
        0,
        0,
    ]
    assert told(office.clerk) == told(office.office_head) == ["duty.unpresented"]
    (row,) = reminders.planned_for(Ref("document", key))
    assert (row.result, row.told, row.channel, row.sent_at) == (
        "sent",
        2,
        "in_app",
        clock.at_office(date(2026, 11, 16), 10),
    )


def test_an_urgent_one_is_told_after_half_an_hour_and_at_night_only_a_flash_one(office: Office) -> None:
    arrive(office, clock.at_office(date(2026, 11, 16), 9), Urgency.URGENT)
    assert [duty(16, 9, 29), duty(16, 9, 30)] == [0, 1]
    arrive(office, clock.at_office(date(2026, 11, 16), 21), Urgency.URGENT)
    arrive(office, clock.at_office(date(2026, 11, 16), 21), Urgency.FLASH)
    assert [duty(16, 22), duty(17, 6), duty(17, 6, 30)] == [1, 0, 1]
    assert told(office.clerk) == ["duty.urgent"] * 3


def test_many_that_lie_become_one_notice(office: Office) -> None:
    for _ in range(duties.MOST_EACH + 1):
        arrive(office, clock.at_office(date(2026, 11, 13), 15))
    assert duty(16, 10) == 6
    assert told(office.clerk) == ["duty.unpresented_many"]
    assert db.session().scalar(select(func.count()).where(Digest.user_id > 0)) == 0


def test_what_lay_before_the_window_is_no_news(office: Office) -> None:
    arrive(office, clock.now() - duties.WINDOW - timedelta(days=1))
    assert duty(16, 10) == 0
