"""Telling the devices of a person: the bell, the words of a new notice, and what to read again."""

from intranet.core import db
from intranet.core.events import subscribe
from intranet.core.live import DESK, person_room, sockets
from intranet.notices import services
from intranet.notices.events import NoticeCreated, NoticesRead
from intranet.notices.models import Notice
from intranet.people import directory


@subscribe(NoticeCreated, live=True)
def tell_notice(created: NoticeCreated) -> None:
    """Ring the bell of each receiver, say what it is, and refresh the lists it belongs to."""
    present = sockets.present(created.user_ids)
    if not present:
        return
    with db.scope():
        row = db.session().get(Notice, created.notice_id)
        if row is None:
            return
        for user_id in present:
            actor = directory.receiver(user_id)
            if actor is None:
                continue
            db.set_agencies(actor.org_ids)
            line = services.lines(actor, [row])[0]
            _tell_bell(user_id)
            _tell(user_id, "notice", {"title": line.words, "url": f"/notices/{row.id}"})
            _tell(user_id, "changed", {"what": ["notices", f"{row.ref_kind}s"]})


@subscribe(NoticesRead, live=True)
def tell_read(read: NoticesRead) -> None:
    """What was read on one device is read on the others."""
    if not sockets.present([read.user_id]):
        return
    with db.scope():
        _tell_bell(read.user_id)


def _tell_bell(user_id: int) -> None:
    _tell(user_id, "bell", {"unread": services.unread(user_id)})


def _tell(user_id: int, name: str, data: dict[str, object]) -> None:
    sockets.emit(name, data, to=person_room(user_id), namespace=DESK)
