"""What a device keeps of a meeting before the network fails: files by hash, and the key that seals them.

The list is the reader's own: it names what this person may read and nothing else.
"""

import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import select

from intranet.core import clock, db
from intranet.core.db import session
from intranet.core.errors import Invalid
from intranet.people.models import User
from intranet.records import files, scans
from intranet.records.models import File, Scan, ScanState
from meetings.models.meeting import IN_SESSION, Meeting, MeetingState
from meetings.permissions import access_room, listed_for
from meetings.services import earlier, paper_rights, papers
from meetings.services.journal import ms

#: Packs are fetched so long before the hour.
AHEAD = timedelta(days=7)
#: Bytes of all papers that a tablet is asked to keep of one meeting.
MOST = 200 * 1024 * 1024
_KID = 32
#: Of these nothing is kept on a device: it did not take place, or is in the archive.
_WITHDRAWN = frozenset({MeetingState.CANCELLED, MeetingState.CLOSED})


@dataclass(frozen=True)
class Entry:
    """One file of a pack; ``rev`` names the version that ink lies on, ``sha256`` the bytes that are shown.

    ``words``: it is a scan whose words were read, and they are kept beside it.
    """

    file: str
    name: str
    rev: str
    sha256: str
    bytes: int
    pages: int | None
    type: str
    url: str
    words: bool


@dataclass(frozen=True)
class Pack:
    """What one person's devices keep of a meeting."""

    meeting: Meeting
    #: Changes with every file that comes, goes or is replaced, or whose words were read; with nothing else.
    rev: str
    files: list[Entry]
    #: What some of them took the place of: kept where there is room, and nothing is lacking without it.
    before: list[Entry]

    @property
    def bytes(self) -> int:
        """Bytes of all its files."""
        return sum(one.bytes for one in self.files)

    def told(self) -> dict[str, Any]:
        """The pack as devices read it; instants in milliseconds."""
        return {
            "pack": str(self.meeting.ref),
            "rev": self.rev,
            "title": self.meeting.title,
            "starts": ms(self.meeting.starts_at),
            "state": self.meeting.state.value,
            "agenda_v": self.meeting.v,
            "bytes": self.bytes,
            "most": MOST,
            "files": [vars(one) for one in self.files],
            "before": [vars(one) for one in self.before],
        }


def pack_of(actor: User, meeting_id: int) -> Pack:
    """The actor's pack of a meeting.

    :raises NotFound: no such meeting, or none the actor may attend.
    :raises Forbidden: ``device.moved``, another device took this one's place.
    """
    return pack_for(actor, access_room(actor, meeting_id))


def packs_for(readers: Iterable[User], meeting: Meeting) -> dict[int, Pack]:
    """Packs of those who take part, by person: what each may read, save for what is read online alone."""
    by_person = {
        person: [one.file for one in readable if not one.online_only and meeting.state not in _WITHDRAWN]
        for person, readable in paper_rights.readable_by(readers, meeting).items()
    }
    all_files = {file.id: file for kept in by_person.values() for file in kept}
    old = earlier.before(meeting, all_files.values())
    read = scans.of({file.sha256 for file in (*all_files.values(), *old.values())})
    entries, replaced = (
        {key: entry for key, file in some.items() if (entry := _entry(file, read.get(file.sha256)))}
        for some in (all_files, old)
    )
    return {
        person: _packed(
            meeting,
            [entries[file.id] for file in kept if file.id in entries],
            [replaced[file.id] for file in kept if file.id in replaced],
        )
        for person, kept in by_person.items()
    }


def pack_for(reader: User, meeting: Meeting) -> Pack:
    """The pack of somebody who takes part."""
    return packs_for([reader], meeting)[reader.id]


def coming(actor: User) -> list[Pack]:
    """Packs of meetings that sit now or within a week, the nearest first."""
    ahead = Meeting.state.in_((MeetingState.PUBLISHED, MeetingState.READY))
    soon = Meeting.starts_at.between(clock.now() - timedelta(hours=12), clock.now() + AHEAD)
    query = select(Meeting).where(listed_for(actor), Meeting.state.in_(IN_SESSION) | (ahead & soon))
    found = session().scalars(query.order_by(Meeting.starts_at, Meeting.id).limit(20))
    return [pack_for(actor, one) for one in found]


def device_key(actor: User, kid: str | None = None) -> tuple[str, bytes]:
    """The key by which a device of the actor seals what it keeps, and the name of that key.

    It is never stored: the name is random, the rest follows from the installation's own secret. So the same
    person gets it again and can open what was not sent before it ended on the device; nobody else can.

    :param kid: the name of an earlier one, ``None`` for a new one.
    :raises Invalid: ``device.key_name``.
    """
    name = secrets.token_hex(_KID // 2) if kid is None else kid
    if len(name) != _KID or not all(letter in "0123456789abcdef" for letter in name):
        raise Invalid("device.key_name")
    secret = bytes.fromhex(db.database().settings.keys["field"])
    return name, hmac.digest(secret, f"meetings.device:{actor.id}:{name}".encode(), sha256)


def _packed(meeting: Meeting, entries: list[Entry], before: list[Entry]) -> Pack:
    named = [f"{one.file} {one.sha256}{' words' if one.words else ''}" for one in entries]
    said = "\n".join(sorted(named))
    return Pack(meeting, sha256(said.encode()).hexdigest()[:16], entries, before)


def _entry(paper: File, scan: Scan | None) -> Entry | None:
    """``None`` for what no page shows: it is downloaded, not kept."""
    url, shown = papers.url_of(paper), files.shown(paper, to_reader=True)
    if url is None or shown is None:
        return None
    title, rev = papers.title_of(paper), paper.sha256
    words = scan is not None and scan.state is ScanState.DONE
    return Entry(
        paper.public_id, title, rev, shown.sha256, shown.size, paper.pages, shown.media_type, url, words
    )
