"""Until when an incoming document is to be answered, and who is reminded of it."""

from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, select

from documents.models.document import AccessLevel, Directive, Document, is_open
from documents.models.lifecycle import Direction
from intranet.core import db
from intranet.notices import channels, reminder_rules, reminders
from intranet.notices.reminder_rules import Due, Rule, Topic
from intranet.notices.workdays import next_working_day
from intranet.people import directory
from intranet.people.models import Role

TOPIC = "reply"
RULES = (
    Rule(-3, ("lead",)),
    Rule(-1, ("lead", "clerk")),
    Rule(0, ("lead",)),
    Rule(1, ("lead", "clerk", "office_head")),
)
AUDIENCES = ("lead", "clerk", "office_head", "leader")
_ROLES = {"clerk": Role.CLERK, "office_head": Role.OFFICE_HEAD, "leader": Role.LEADER}


def register() -> None:
    """Make the topic known."""
    reminder_rules.register(
        Topic(
            TOPIC,
            _whom,
            words=_words,
            ref_kind="document",
            audiences=AUDIENCES,
            rules=RULES,
            deadlines=_open_between,
        )
    )
    channels.classify("near_due", "document.reply_before", "document.reply_today")
    channels.classify("overdue", "document.reply_late")


def ask(document: Document, due_date: date | None) -> None:
    """The document is to be answered by then, in the open unit of work; ``None``: it asks for no answer."""
    if due_date is None and document.reply_due_date is None:
        return
    document.reply_due_date = None if due_date is None else next_working_day(due_date)
    reminders.plan(document.ref, document.reply_due_date, topic=TOPIC)


def asked_by(directive: Directive, document: Document, due_date: date | None) -> None:
    """A directive asks for an answer by its term, where the document did not say until when."""
    if due_date is not None and document.reply_due_date is None:
        directive.parsed = {**directive.parsed, "asks_reply": True}
        ask(document, due_date)


def taken_back(directive: Directive, document: Document) -> None:
    """The directive was never given."""
    if directive.parsed.get("asks_reply"):
        ask(document, None)


def waiting() -> tuple[ColumnElement[bool], ...]:
    """SQL: it is to be answered, and is not dealt with yet; an answer that is issued ends it."""
    return (
        Document.direction == Direction.IN,
        Document.reply_due_date.is_not(None),
        is_open(),
    )


def _open_between(first: date, last: date) -> list[tuple[int, date]]:
    query = select(Document.id, Document.reply_due_date).where(
        *waiting(), Document.reply_due_date.between(first, last)
    )
    return [(row.id, row.reply_due_date) for row in db.session().execute(query.order_by(Document.id))]


def _whom(wanted: Mapping[int, frozenset[str]]) -> dict[int, list[int]]:
    """People of the audiences that a rule names, for each document that waits for its answer."""
    rows = db.session().scalars(select(Document).where(Document.id.in_(wanted), *waiting()))
    receivers = cache(directory.receivers_of)
    holding = cache(directory.ids_with_role)
    return {
        row.id: sorted({key for word in wanted[row.id] for key in _named(row, word, receivers, holding)})
        for row in rows
    }


def _named(
    document: Document,
    word: str,
    receivers: Callable[[int], list[int]],
    holding: Callable[[int, Role], list[int]],
) -> list[int]:
    """The lead's receivers; before there is a lead whoever has the document: a leader, or the clerk."""
    if word == "lead":
        if document.lead_unit_id is not None:
            return receivers(document.lead_unit_id)
        if document.presented_to_id is not None:
            return [document.presented_to_id]
        word = "leader" if document.presented_at is not None else "clerk"
    if document.access_level is AccessLevel.NAMED and word != "clerk":
        return []
    return holding(document.org_id, _ROLES[word])


def _words(due: Due) -> tuple[str, dict[str, Any]]:
    return due.worded("document.reply_before", "document.reply_today", "document.reply_late")
