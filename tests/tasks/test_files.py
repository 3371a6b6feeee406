"""Files of reports: they belong to the task and are read by whoever reads it."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from intranet.core.errors import NotFound
from intranet.core.refs import Ref
from intranet.people.models import User
from intranet.records import files
from intranet.tasks import services
from tests.factories import Office
from tests.tasks.making import give, look
from tests.uploads import staged_file

Clients = Callable[[User], FlaskClient]


def test_a_report_carries_its_files_to_whoever_reads_the_task(office: Office, client_of: Clients) -> None:
    task_id = give(office)
    upload = staged_file(office.head, name="so-lieu-quy-iii.pdf")
    answer = client_of(office.head).post(f"/tasks/{task_id}/finish", data={"text": "", "file_id": upload})
    assert answer.status_code == 302
    assert "so-lieu-quy-iii.pdf" in client_of(office.leader).get(f"/tasks/{task_id}").text
    (stored,) = files.of(Ref("task_report", 1))
    assert client_of(office.leader).get(stored.url).status_code == 200
    for user in (office.stranger, office.clerk, office.other_head):
        assert client_of(user).get(stored.url).status_code == 404


def test_a_file_of_somebody_else_is_not_attached_and_nothing_is_reported(office: Office) -> None:
    task_id = give(office)
    upload = staged_file(office.leader)
    with pytest.raises(NotFound, match=r"file\.not_staged"):
        services.report_finished(office.head, task_id, "Xong", files=[upload])
    assert look(office.head, task_id).finished_at is None
