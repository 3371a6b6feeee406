"""What is known of the pages of a paper's versions, read once in a child process and kept."""

import json
import zlib
from functools import lru_cache

from intranet.core import clock
from intranet.core.db import session, unit_of_work
from intranet.core.dialect import insert_once
from intranet.records import media, store
from intranet.records.models import Blob
from intranet.records.page_facts import records_of
from intranet.records.page_record import PageRecord
from intranet.records.pagetext import Unreadable
from meetings.models.revision import PageFacts
from meetings.rules.reanchor import Replacement


def compare(from_rev: str, to_rev: str) -> Replacement | None:
    """Both versions ready to be compared; read in a child process where they were not before.

    :returns: ``None`` when one of them cannot be read page by page.
    """
    try:
        return Replacement(_pages_of(from_rev), _pages_of(to_rev))
    except Unreadable:
        return None


def known(rev: str) -> tuple[PageRecord, ...] | None:
    """The pages of a version that was read before."""
    sha256 = shown(rev)
    row = None if sha256 is None else session().get(PageFacts, sha256)
    return None if row is None else _unpacked(row.data)


def _pages_of(rev: str) -> tuple[PageRecord, ...]:
    found = known(rev)
    if found is not None:
        return found
    sha256 = shown(rev)
    if sha256 is None or not (store.exists(sha256) or store.restore(sha256)):
        raise Unreadable("file.lost")
    read = records_of(store.path_of(sha256))
    data = zlib.compress(json.dumps([one.to_json() for one in read], ensure_ascii=False).encode(), 6)
    with unit_of_work() as opened:
        insert_once(opened, PageFacts, sha256=sha256, data=data, at=clock.now())
    # As it is read later, so that whoever comes late gets the same answer.
    return _unpacked(data)


def shown(rev: str) -> str | None:
    """Hash of the pages that are shown of these bytes, ``None`` where none are."""
    blob = session().get(Blob, rev)
    if blob is None or blob.problem is not None:
        return None
    return rev if blob.media_type == media.PDF else blob.sheet_sha256


@lru_cache(maxsize=4)
def _unpacked(data: bytes) -> tuple[PageRecord, ...]:
    return tuple(PageRecord.from_json(one) for one in json.loads(zlib.decompress(data)))
