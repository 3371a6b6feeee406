"""Documents that are found by the words of reports, for who does not read all reports of the agency.

The index has the reports of a document as one text. So a document is found by them for whoever reads every
task behind it on which there is a report; what its own words find is found without them.
"""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement, and_, exists, not_, select

from documents.formats.query import with_reports
from documents.models.search import INDEX
from documents.permissions import behind_tasks
from intranet.core import db
from intranet.core.actor import Actor
from intranet.core.dialect import word_index
from intranet.core.fulltext import Clause
from intranet.tasks.models import Task, TaskReport
from intranet.tasks.permissions import visible_to

#: The newest of so many are found by reports.
MOST = 1_000


def found_by_reports(actor: Actor, wanted: Sequence[Clause], barred: Sequence[Clause]) -> list[int]:
    """The newest documents that have all the words with those of their reports, and not without."""
    whole = [with_reports(one) for one in wanted]
    told = [
        replace(both, any_of=both.any_of[len(one.any_of) :]) for both, one in zip(whole, wanted, strict=True)
    ]
    terms = tuple(term for one in told for term in one.any_of)
    if not terms:
        return []
    connection = db.session().connection()
    index = word_index(db.session(), INDEX)
    # Most words are in no report at all, which is soon known.
    some = index.match(connection, [Clause(terms)])
    if (
        connection.execute(select(some.key).select_from(some.source).where(some.condition).limit(1)).first()
        is None
    ):
        return []
    match = index.match(connection, [Clause(terms), *whole, *barred], [wanted])
    query = select(match.link).select_from(match.source).where(match.condition)
    query = query.where(match.link.in_(behind_tasks(actor)), _reads_all_of(actor, match.link))
    return list(db.session().scalars(query.order_by(match.key.desc()).limit(MOST)))


def _reads_all_of(actor: Actor, document: ColumnElement[int]) -> ColumnElement[bool]:
    """The condition under which the actor reads each task behind a document on which there is a report."""
    reported = and_(
        Task.origin_kind == "document",
        Task.origin_id == document,
        Task.is_restricted.is_(False),
        exists().where(TaskReport.task_id == Task.id),
    )
    readable = visible_to(actor)
    return and_(exists().where(reported, readable), not_(exists().where(reported, not_(readable))))
