"""What a full room's state weighs on the wire."""

import json
from collections.abc import Callable

from flask.testing import FlaskClient
from socketio.packet import ACK

from intranet.core import db
from intranet.core.fastroom import FilledPacket
from intranet.core.written import Filled
from intranet.people.models import Role, User
from meetings.models.meeting import AgendaItem, ItemKind, Participant, PartRole
from meetings.services import room
from tests.factories import Office, make_user
from tests.meetings.conftest import add_paper, make_sitting
from tests.meetings.voting import be_there

KB = 1024


def test_sixty_items_and_three_hundred_people_weigh_64_kb_at_most(
    office: Office, guest: User, client_of: Callable[[User], FlaskClient]
) -> None:
    sitting = make_sitting(office, guest)
    people = [
        make_user(f"nguoi{n}", f"Nguyễn Thị Phương Thảo {n}", office.vp, "Phó Giám đốc Sở", Role.OFFICER)
        for n in range(296)
    ]
    with db.unit_of_work() as opened:
        opened.add_all(
            Participant(
                meeting_id=sitting.id,
                user_id=one.id,
                role=PartRole.DELEGATE if n < 60 else PartRole.GUEST,
                position=10 + n,
            )
            for n, one in enumerate(people)
        )
        opened.add_all(
            AgendaItem(
                meeting_id=sitting.id,
                title=f"Xem xét, cho ý kiến về dự thảo Nghị quyết số {n} của Hội đồng nhân dân tỉnh về vốn",
                kind=ItemKind.DECISION,
                budget_min=10,
                owner_id=people[n].id,
                position=10 + n,
            )
            for n in range(58)
        )
    be_there(sitting.id, people)
    for item in sitting.agenda:
        add_paper(sitting.secretary, sitting, item)
    assert (len(sitting.agenda), len(sitting.meeting.participants)) == (60, 300)
    room.forget_snapshots()
    answer = room.welcome(sitting.delegate, sitting.id, None).answer
    sent = FilledPacket(ACK, namespace="/meetings", id=1, data=[answer]).encode()
    assert isinstance(sent, Filled)
    asked = client_of(sitting.delegate).get(f"/api/v1/meetings/{sitting.id}/snapshot")
    assert asked.get_json()["state"] == json.loads(json.dumps(answer["state"]))
    for weight in (len(sent), len(asked.data)):
        assert 40 * KB < weight <= 64 * KB
