"""Tabs of the lists of documents as conditions: for the lists, and for searches narrowed to a tab."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement

from documents.models.document import Document, is_open, is_urgent
from documents.models.lifecycle import DocState
from documents.services import replying
from intranet.core import clock
from intranet.notices.workdays import late_from


def _overdue() -> tuple[ColumnElement[bool], ...]:
    return is_open(), Document.due_date < late_from()


def _this_month() -> tuple[ColumnElement[bool], ...]:
    return (Document.register_date >= clock.today().replace(day=1),)


TABS: dict[str, Callable[[], tuple[Any, ...]]] = {
    "to_present": lambda: (Document.state == DocState.REGISTERED,),
    "presented": lambda: (Document.state == DocState.PRESENTED,),
    "urgent": lambda: (is_urgent(), is_open()),
    "overdue": _overdue,
    "to_reply": replying.waiting,
    "done": lambda: (Document.state.in_((DocState.DONE, DocState.NOTED)),),
    "this_month": _this_month,
    "recalled": lambda: (Document.state.in_((DocState.RECALLED, DocState.CANCELLED)),),
}
