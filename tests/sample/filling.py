"""What tests of forms read: the values of a form on a page, and how many rows its table has."""

import re

from sqlalchemy import func, select

from documents.models.document import Directive, Document
from documents.models.draft import DraftOpinion
from documents.models.register import RegisterEntry
from intranet.core import db
from intranet.notices.models import CalendarDay
from intranet.people.models import Delegation, Organisation, Unit, User
from intranet.tasks.models import Task, TaskReport
from meetings.models.meeting import AgendaItem, Meeting, Participant


def form_on(page: str, path: str) -> dict[str, str]:
    """The values of the form on a page that is sent to ``path``, or of the only one that names no place."""
    forms = re.findall(r"<form\b([^>]*)>(.*?)</form>", page, re.DOTALL)
    (form,) = [
        body
        for tag, body in forms
        if (f'action="{path}"' in tag or "action=" not in tag)
        and 'name="once"' in body
        and 'method="post"' in tag
    ]
    values = {}
    for tag in re.findall(r"<input\b[^>]*>", form):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        is_off = re.search(r'type="(?:checkbox|radio)"', tag) and "checked" not in tag
        if name and not is_off:
            values[name.group(1)] = value.group(1) if value else ""
    for name, text in re.findall(r'<textarea\b[^>]*name="([^"]+)"[^>]*>\s*(.*?)</textarea>', form, re.DOTALL):
        values[name] = text
    for name, options in re.findall(r'<select\b[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        for option in re.findall(r"<option\b[^>]*selected[^>]*>", options):
            found = re.search(r'value="([^"]*)"', option)
            values[name] = found.group(1) if found else ""
    return values


def row_counts() -> dict[str, int]:
    """Rows of every table that a form may fill."""
    with db.scope(), db.across_orgs("the test counts whole tables"):
        return {
            table.__tablename__: db.session().scalar(select(func.count()).select_from(table)) or 0
            for table in (
                Document,
                Directive,
                DraftOpinion,
                RegisterEntry,
                Task,
                TaskReport,
                Meeting,
                AgendaItem,
                Participant,
                Organisation,
                Unit,
                User,
                Delegation,
                CalendarDay,
            )
        }
