"""Private marks that were written before they were sealed are sealed, a few at a time."""

from sqlalchemy import select

from intranet.core.db import unit_of_work
from meetings.models.annotation import Annotation

_AT_ONCE = 300


def seal_open() -> int:
    """Seal some of the private marks that lie open; returns how many."""
    with unit_of_work() as opened:
        query = select(Annotation).where(Annotation.is_open).limit(_AT_ONCE).with_for_update()
        marks = list(opened.scalars(query.execution_options(populate_existing=True)))
        for mark in marks:
            mark.data, mark.others, mark.likely = mark.data, mark.others, mark.likely
            mark.is_open = False
    return len(marks)
