"""A person's place in the room for another device."""

from dataclasses import dataclass
from urllib.parse import urlsplit

import segno

from intranet.core import db
from intranet.core.commands import Answer, command
from intranet.people.models import User
from meetings.permissions import ATTEND
from meetings.services import devices
from meetings.services.journal import ms


@dataclass(frozen=True)
class IssueCode:
    """A code for another device; ``p``: whose place, the asker's own without it."""

    mid: int
    p: int | None = None


@command("device.code", needs=ATTEND, keeps=False)
def issue_code(actor: User, d: IssueCode) -> Answer:
    """Make a code: its digits, the address where it is typed, and both as a picture; none of it is kept.

    In the picture the code stands behind ``#``: browsers send that to nobody, so no server writes it down.
    """
    issued = devices.issue_code(actor, d.mid, person=d.p)
    address = f"{db.database().settings.public_url}/tablet/{d.mid}"
    picture = segno.make(f"{address}#{issued.code}", error="m", micro=False)
    parts = urlsplit(address)
    return {
        "code": issued.code,
        "until": ms(issued.until),
        "at": f"{parts.netloc}{parts.path}",
        "qr": picture.svg_data_uri(border=4, dark="black", light="white"),
    }
