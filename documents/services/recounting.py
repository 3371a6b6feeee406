"""Terms of open documents counted anew when the working calendar is edited."""

from datetime import date, timedelta

from sqlalchemy import select

from documents.models.document import Document, DueSource
from documents.models.lifecycle import OPEN_INCOMING, DocState
from documents.services import replying, urgency
from documents.services.moving import tell, touch
from documents.services.naming import set_term
from intranet.core import db
from intranet.notices import services as notices
from intranet.notices import workdays
from intranet.notices.workdays import Calendar
from intranet.people import directory
from intranet.people.models import Role
from intranet.records import audit

#: A day off bears on what falls due so many days later at most: Tết is nine of them.
_BEARS_ON = timedelta(days=21)
_AT_ONCE = 50
_WHY = "the calendar is one for all agencies"
#: From here on the term is that of the work, which counts its own anew.
_BEFORE_WORK = (DocState.REGISTERED, DocState.PRESENTED)
#: Terms of so many working days from the day of registering.
_COUNTED = (DueSource.KIND, DueSource.FIELD)


def count_anew(first: date, last: date) -> None:
    """Terms on a new day off go to the next working day; those of so many working days are counted again.

    What a directive or somebody's work set follows that work; what is dealt with stays as it is.
    """
    until = last if date.max - last < _BEARS_ON else last + _BEARS_ON
    in_reach = Document.due_date.between(first, until) | (
        Document.due_source.in_(_COUNTED) & (Document.due_date >= first)
    )
    open_ = Document.state.in_(OPEN_INCOMING) & (in_reach | Document.reply_due_date.between(first, until))
    with db.scope(), db.across_orgs(_WHY):
        found = list(db.session().scalars(select(Document.id).where(open_).order_by(Document.id)))
    for start in range(0, len(found), _AT_ONCE):
        with db.unit_of_work() as session, db.across_orgs(_WHY):
            on = workdays.calendar()
            some = select(Document).where(Document.id.in_(found[start : start + _AT_ONCE]))
            for document in session.scalars(some.with_for_update(of=Document).order_by(Document.id)):
                _count_anew(document, on)


def _count_anew(document: Document, on: Calendar) -> None:
    if document.reply_due_date is not None and not on.is_working_day(document.reply_due_date):
        replying.ask(document, document.reply_due_date)
    due, source = document.due_date, document.due_source
    if document.state not in _BEFORE_WORK or due is None or source not in (*_COUNTED, DueSource.STATED):
        return
    of = document.field if source is DueSource.FIELD else document.kind
    days = None if source is DueSource.STATED or of is None else of.default_deadline_days
    kept = on.next_working_day(due)
    if days and document.register_date is not None:
        kept = on.add_working_days(document.register_date, days)
    set_term(document, kept, source)
    if kept == due:
        return
    touch(document)
    audit.record(None, "document.due_moved", document, old_due=due, due=kept)
    clerks = directory.ids_with_role(document.org_id, Role.CLERK)
    told = urgency.holders(document) or clerks
    notices.notify(told, "document.due_moved", document.ref, due=f"{due:%d/%m/%Y}", kept=f"{kept:%d/%m/%Y}")
    tell(document)
