"""A clock that jumps: nothing is sent before somebody has looked."""

from collections.abc import Callable
from datetime import date, timedelta

from flask.testing import FlaskClient

from intranet.core import clock
from intranet.core.config import load
from intranet.notices import clock_watch, jobs, outbox_watch, services
from intranet.people.models import User
from tests.factories import Office
from tests.tasks.making import give

Clients = Callable[[User], FlaskClient]


def test_a_clock_that_jumps_ahead_stops_sending_until_somebody_has_looked(
    office: Office, client_of: Clients
) -> None:
    give(office)
    watch = clock_watch.Watch()
    steady = iter(range(100, 200, 5))
    for ahead in (timedelta(0), timedelta(minutes=10), timedelta(days=-1)):
        clock.advance(ahead)
        watch.look(clock.now(), next(steady))
    assert clock_watch.may_send()

    clock.freeze(clock.at_office(date(2026, 11, 17), 9))
    watch.look(clock.now(), next(steady))
    jobs.send_reminders()
    assert not clock_watch.may_send()
    assert [line.kind for line in services.page(office.head)[0]] == ["task.assigned"]
    assert services.page(office.admin)[0][0].kind == "outbox.clock_jumped"
    assert not outbox_watch._look(load()).is_well

    client = client_of(office.admin)
    page = client.get("/admin/outbox").text
    assert "Đồng hồ máy chủ nhảy giờ" in page
    assert client.post("/admin/outbox/switch", data={"to": "on"}).status_code == 302
    jobs.send_reminders()
    assert services.page(office.head)[0][0].kind == "reminder.minus3"
