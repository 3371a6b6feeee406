"""A meeting that sits, with very many delegates signed in: ``python -m bench.seed COUNT`` prints cookies.

``python -m bench.seed COUNT MEETINGS`` makes several meetings that share so many tablets, and prints a list.
"""

import json
import secrets
import sys
from datetime import timedelta
from hashlib import sha256

from intranet.app import create_app
from intranet.core import clock, config, db
from intranet.people.models import Post, Role, RoleGrant, User
from intranet.people.sessions import SessionRow
from meetings.models.meeting import AgendaItem, ItemKind, Meeting, MeetingState, Participant, PartRole
from meetings.services import bodies
from tests.factories import Office, make_office

ITEMS = 12


def seed(office: Office, count: int, first: int = 0) -> dict[str, object]:
    """The chair first, then the delegates; one of them more than asked for.

    :param first: number of the first delegate, who takes the chair where others sit already: nobody may have
        as many sockets as there are meetings.
    """
    now = clock.now()
    with db.unit_of_work() as session:
        people = [
            User(name=f"daibieu{n}", full_name=f"Đại biểu Nguyễn Văn {n}", org_id=office.org.id)
            for n in range(first, first + count)
        ]
        session.add_all(people)
        session.flush()
        for person in people:
            session.add(Post(user_id=person.id, unit_id=office.stc.id, title="Chuyên viên"))
            session.add(RoleGrant(user_id=person.id, unit_id=office.stc.id, role=Role.OFFICER))
        everybody = [person.id for person in people]
        if not first:
            everybody.insert(0, office.leader.id)
        tokens = [secrets.token_urlsafe(32) for _ in everybody]
        meeting = Meeting(
            org_id=office.org.id,
            title="Kỳ họp thứ 12",
            starts_at=now,
            place="Hội trường",
            state=MeetingState.LIVE,
            heads={},
            v=0,
            created_by_id=office.officer.id,
            created_at=now,
            published_at=now,
            started_at=now,
        )
        meeting.participants = [
            Participant(user_id=key, role=PartRole.DELEGATE if n else PartRole.CHAIR, position=n)
            for n, key in enumerate(everybody)
        ]
        meeting.agenda = [
            AgendaItem(title=f"Tờ trình số {n}", kind=ItemKind.DECISION, budget_min=20, position=n)
            for n in range(ITEMS)
        ]
        session.add(meeting)
        bodies.keep(meeting)
        session.add_all(
            SessionRow(
                public_id=secrets.token_hex(16),
                token_hash=sha256(token.encode()).hexdigest(),
                user_id=key,
                device="bench",
                data={"_user_id": str(key), "_fresh": True, "csrf_token": secrets.token_hex(32)},
                created_at=now - timedelta(seconds=1),
                seen_at=now,
            )
            for key, token in zip(everybody, tokens, strict=True)
        )
        session.flush()
        return {"mid": meeting.id, "cookies": tokens}


if __name__ == "__main__":
    with create_app(config.load(), with_sockets=False).app_context(), db.scope():
        house, tablets, *many = make_office(), *map(int, sys.argv[1:])
        if many:
            each = tablets // many[0]
            # The chairs have tablets too.
            print(json.dumps([seed(house, each - (n == 0), n * each) for n in range(many[0])]))
        else:
            print(json.dumps(seed(house, tablets)))
