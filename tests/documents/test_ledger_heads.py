"""The night's letter names the last hash of the log and of each register that still takes numbers."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select

from documents.models.document import Document
from documents.models.register import RegisterYear, YearState
from documents.services import registering
from documents.services.registering import Incoming
from intranet.auditing import jobs
from intranet.core import clock, db
from intranet.notices import outbox_sending
from intranet.notices.outbox_models import Channel
from tests.factories import Office
from tests.notices.letters import Post
from tests.notices.test_channels import give_address, post

__all__ = ["post"]


def test_the_leader_is_sent_the_heads_of_the_open_registers_once_a_night(
    desk: Office, received: Callable[..., Document], fields: Callable[..., Incoming], post: Post
) -> None:
    registering.register_incoming(desk.clerk, received().id, fields())
    with db.unit_of_work() as session:
        session.add(RegisterYear(org_id=desk.org.id, register_id=_register(), year=2020, last_number=77))
        session.get_one(RegisterYear, (_register(), 2020)).state = YearState.CLOSED
    give_address(desk.leader)
    clock.freeze(clock.at_office(clock.today() + timedelta(days=1), 3))
    jobs.prove_night()
    clock.freeze(clock.at_office(clock.today(), 9))
    jobs.prove_night()
    outbox_sending.send_due(Channel.EMAIL)
    texts = [words.text for _, name, words in post.carried if name == desk.leader.name]
    with db.scope({desk.org.id}):
        (open_,) = db.session().scalars(select(RegisterYear).where(RegisterYear.last_number == 1))
    assert len(texts) == 1
    assert f"Sổ đăng ký văn bản đến {open_.year}: số cuối 1, mã {open_.head_hash}" in texts[0]
    assert "số cuối 77" not in texts[0]


def _register() -> int:
    """The register of the document that was registered."""
    return db.session().scalars(select(RegisterYear.register_id)).first() or 0
