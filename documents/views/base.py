"""The wing's blueprint and what its pages share."""

from collections.abc import Callable
from datetime import date
from typing import Any, BinaryIO, cast

from flask import Blueprint, Response, after_this_request, flash, render_template, request, url_for
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from documents.models.document import Document
from documents.models.lifecycle import IN_PREPARATION, OPEN_INCOMING, Direction
from documents.services import watching
from intranet.core import clock, db
from intranet.core.errors import DomainError
from intranet.core.labels import label
from intranet.core.refs import Ref
from intranet.core.web import me, sentence
from intranet.notices import services as notices
from intranet.notices.models import Notice
from intranet.notices.workdays import Calendar, calendar, late_from
from intranet.records import files, readers

bp = Blueprint("documents", __name__, url_prefix="/documents")


def page_of(document: Document, **values: Any) -> str:
    """The path of a document's own page."""
    if document.direction is Direction.OUT:
        return url_for("documents.draft", document_id=document.id, **values)
    return url_for("documents.incoming_detail", document_id=document.id, **values)


class DueWords:
    """Words and tone of a term in a list; the calendar is read once for a page."""

    def __init__(self) -> None:
        self.calendar: Calendar | None = None

    def __call__(self, document: Document) -> tuple[str, str]:
        """``Quá hạn 2 ngày`` in red, ``Còn 1 ngày`` in amber, else the day; done documents have no tone."""
        due = document.due_date
        if due is None:
            return "", ""
        today = clock.today()
        plain = due.strftime("%d/%m" if due.year == today.year else "%d/%m/%Y")
        if document.state not in (*OPEN_INCOMING, *IN_PREPARATION):
            return plain, ""
        if document.urgent_at is not None and clock.local(document.urgent_at).date() == today:
            return label("document.due.today_at", at=clock.local(document.urgent_at).strftime("%H:%M")), "bad"
        if due < late_from():
            return label("document.due.late", n=max(1, self._between(due, today))), "bad"
        if due == today:
            return label("document.due.today"), "warn"
        left = self._between(today, due)
        return (label("document.due.left", n=max(left, 1)), "warn") if left <= 1 else (plain, "")

    def left(self, document: Document) -> int:
        """Working days left until the term, negative when it is over."""
        return self._between(clock.today(), document.due_date) if document.due_date else 0

    def _between(self, first: date, last: date) -> int:
        self.calendar = self.calendar or calendar()
        return self.calendar.working_days_between(first, last)


def key_of(name: str) -> int | None:
    """A key in the address."""
    return request.args.get(name, type=int)


def way_of(name: str) -> str:
    """The way to a page of a list, in the address."""
    return request.args.get(name, "")


def without(args: "MultiDict[str, str]", *names: str) -> dict[str, Any]:
    """The arguments of an address, without some and without empty ones."""
    return {name: value for name, value in args.items() if name not in names and value}


def show(template: str, **context: Any) -> str:
    """A page of the wing; without its frame when script fetches a part of it again."""
    frame = "documents/_part.html" if "HX-Request" in request.headers else "layouts/shell.html"
    return render_template(
        f"documents/{template}", frame=frame, due_chip=DueWords(), page_of=page_of, **context
    )


def do_and_tell(act: Callable[[], Any], words: str) -> bool:
    """Do what a button asks, and say on the next page how it went: ``words`` by their key, or why not.

    :return: True when it was done.
    :raises DomainError: whoever asks may not, or must not know of it.
    """
    try:
        act()
    except DomainError as refusal:
        if refusal.status in (403, 404):
            raise
        flash(sentence(refusal), "bad")
        return False
    flash(label(words), "ok")
    return True


def opened(document: Document) -> None:
    """Note, after the answer, that the actor has seen the document and what was told about it."""
    user_id, ref = me().id, document.ref
    # A part of the page that is fetched again is no look.
    readers.mark_seen(me(), ref, counted_for=None if "HX-Request" in request.headers else document.org_id)
    watching.note_later(me(), watching.OPENED, [document])
    if not _is_told(user_id, ref):
        return

    @after_this_request
    def later(response: Response) -> Response:
        response.call_on_close(lambda: notices.mark_seen(user_id, ref))
        return response


def _is_told(user_id: int, ref: Ref) -> bool:
    """True when a notice about the record waits to be read."""
    waiting = select(Notice.id).where(
        Notice.user_id == user_id,
        Notice.ref_kind == ref.kind,
        Notice.ref_id == ref.id,
        Notice.read_at.is_(None),
        Notice.released_at.is_not(None),
    )
    return db.session().scalar(waiting.limit(1)) is not None


def holder(document: Document) -> str:
    """Who has the document now, in a few words."""
    if document.lead_unit is not None:
        return document.lead_unit.short_name
    if document.presented_to is not None:
        return document.presented_to.full_name
    return ""


def uploaded(field: str = "file") -> str:
    """Id of the file that came with a form: sent before by script, or now by a plain form; empty without one.

    Waits up to ten seconds for its verdict.

    :raises Invalid: the file is refused.
    """
    staged_id = request.form.get(f"{field}_id", "")
    given = request.files.get(field)
    if not staged_id and given is not None and given.filename:
        staged_id = files.stage(me(), cast(BinaryIO, given.stream), given.filename).public_id
    if staged_id:
        files.wait_for(me(), staged_id)
    return staged_id
