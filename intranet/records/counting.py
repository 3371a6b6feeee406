"""How often records and files are looked at, fetched and printed: numbers of a day, without names.

A look is counted in the transaction that notes it anyway, after the answer; so a page that only reads stays
so, and nothing is written twice.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from sqlalchemy import and_, case, delete, func, or_, select

from intranet.core import clock, db
from intranet.core.dialect import insert, table_of
from intranet.core.refs import Ref
from intranet.records.models import AccessCount

#: Days of :func:`total_of`, today among them.
DAYS = 30
#: Records of one count: the routing slips of one page.
_MOST = 200

_FILE = "file"
_count = table_of(AccessCount).c


class Use(StrEnum):
    """What was done with a record or a file; the name of its column."""

    VIEWED = "viewed"
    DOWNLOADED = "downloaded"
    PRINTED = "printed"


@dataclass(frozen=True)
class Uses:
    """How often each was done."""

    viewed: int = 0
    downloaded: int = 0
    printed: int = 0


def count(org_id: int, use: Use, refs: Collection[Ref]) -> None:
    """Count one use of each record more, in the open unit of work."""
    opened = db.session()
    row = insert(opened, AccessCount)
    again = row.on_conflict_do_update(
        index_elements=["ref_kind", "ref_id", "day"],
        set_={use.value: _count[use.value] + row.excluded[use.value]},
    )
    none = dict.fromkeys((one.value for one in Use), 0)
    day = clock.today()
    values = [
        none | {"ref_kind": ref.kind, "ref_id": ref.id, "day": day, "org_id": org_id, use.value: 1}
        # In one order, so that no two wait for each other.
        for ref in sorted(set(refs), key=lambda one: (one.kind, one.id))[:_MOST]
    ]
    if values:
        opened.connection().execute(again, values)


def forget_file(file_id: int) -> None:
    """Drop the numbers of a file that is taken away for good: another may get its id."""
    gone = delete(AccessCount).where(_count.ref_kind == _FILE, _count.ref_id == file_id)
    db.session().execute(gone.execution_options(synchronize_session=False))


def of(record: Ref, file_ids: Collection[int]) -> tuple[Uses, dict[int, Uses]]:
    """The numbers of a record, where what was fetched is its files, and those of each of its files."""
    own_rows = and_(_count.ref_kind == record.kind, _count.ref_id == record.id)
    of_files = and_(_count.ref_kind == _FILE, _count.ref_id.in_(file_ids))
    query = select(_count.ref_kind, _count.ref_id, *(func.sum(_count[use.value]) for use in Use))
    query = query.where(or_(own_rows, of_files)).group_by(_count.ref_kind, _count.ref_id)
    own, files = Uses(), {}
    for kind, key, *numbers in db.session().execute(query):
        if kind == _FILE:
            files[key] = Uses(*numbers)
        else:
            own = Uses(*numbers)
    fetched = own.downloaded + sum(one.downloaded for one in files.values())
    return Uses(own.viewed, fetched, own.printed), files


def total_of(org_id: int) -> tuple[Uses, Uses]:
    """How often records of an agency were looked at and printed and files fetched: today, and lately."""
    today = clock.today()
    # A file is looked at with its record.
    viewed = case((_count.ref_kind == _FILE, 0), else_=_count.viewed)
    numbers = (viewed, _count.downloaded, _count.printed)
    of_today = [func.sum(case((_count.day == today, one), else_=0)) for one in numbers]
    query = select(*of_today, *(func.sum(one) for one in numbers))
    query = query.where(_count.org_id == org_id, _count.day > today - timedelta(days=DAYS))
    found = [number or 0 for number in db.session().execute(query).one()]
    return Uses(*found[:3]), Uses(*found[3:])
