"""Addresses of records: every rule of the application filled with ids of the database, and a crawl of pages."""

import json
import re
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import unescape
from itertools import cycle
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from documents.models.access import AccessChange
from documents.models.asking import NumberRequest
from documents.models.catalogue import DocKind, IssuerSpelling, Party, Phrase, WorkField
from documents.models.copies import CopyUse
from documents.models.document import Directive, Document
from documents.models.importing import FileBundle, FilePiece, RegisterImport
from documents.models.intake import IntakeFile
from documents.models.listing import BulkAct
from documents.models.printing import RegisterPrint
from documents.models.register import Register, RegisterEntry, RegisterYear
from documents.models.search import SavedSearch
from documents.models.transferring import TransferRule
from intranet.core import db
from intranet.exports.models import Export
from intranet.notices.models import Notice, Reminder
from intranet.people.models import Delegation, RoleGrant, Unit, User
from intranet.people.sessions import SessionRow
from intranet.records.models import File, ListImport, StagedFile
from intranet.schedule.models import Entry, Resource
from intranet.tasks import reminding
from intranet.tasks.models import Task, TaskRecurrence
from meetings.models.conclusion import Conclusion
from meetings.models.floor import Body
from meetings.models.meeting import AgendaItem, Meeting, Participant
from meetings.models.minutes import MinutesBlock, MinutesComment
from meetings.models.opinion import OpinionBallot
from meetings.services.exporting import Shape

#: Boards, figures and reports count for whoever asks: a stranger sees the own agency's there.
COUNTED = frozenset({"board", "figure", "report"})
#: Rules whose argument names no record: files of the product, one-use secrets, and where a code is typed,
#: which looks the same whatever the number.
NO_RECORD = frozenset({"filename", "token", "number"}) | COUNTED
_LINK = re.compile(r'(?:href|src|data-src|data-url)="([^"#]+)')
_MOST_OF_A_LIST, _MOST_OF_A_RECORD = 2, 5


@dataclass
class Records:
    """Values for the arguments of rules: by the first folder of the path and the names, in good combinations."""

    found: dict[tuple[str, frozenset[str]], list[dict[str, Any]]] = field(default_factory=dict)

    def add(self, folder: str, rows: list[dict[str, Any]]) -> None:
        """Keep combinations for rules below ``/folder``; rows of no record are refused."""
        assert rows, folder
        self.found[folder, frozenset(rows[0])] = rows

    def of(self, rule: Rule) -> list[dict[str, Any]]:
        """The combinations for one rule; a rule with arguments that nobody thought of fails the test."""
        names = frozenset(rule.arguments)
        folders = [name for name, given in self.found if given == names and rule.rule.startswith(name)]
        assert folders, f"no record is known for {rule.rule}"
        return self.found[max(folders, key=len), names]


def _column(query: Any, name: str) -> list[dict[str, Any]]:
    return [{name: value} for value in db.session().scalars(query)]


def _pairs(query: Any, *names: str) -> list[dict[str, Any]]:
    return [dict(zip(names, row, strict=True)) for row in db.session().execute(query)]


def documents_of(org_id: int, into: Records) -> None:
    """Documents, directions, registers and files of an agency."""
    into.add("/documents", _column(select(Document.id).where(Document.org_id == org_id), "document_id"))
    into.add("/documents", _column(select(Register.id).where(Register.org_id == org_id), "register_id"))
    years = select(RegisterYear.register_id, RegisterYear.year).where(RegisterYear.org_id == org_id)
    into.add("/documents", _pairs(years, "register_id", "year"))
    into.add(
        "/documents", _column(select(RegisterEntry.id).where(RegisterEntry.org_id == org_id), "entry_id")
    )
    into.add(
        "/documents", _column(select(RegisterImport.id).where(RegisterImport.org_id == org_id), "import_id")
    )
    given = select(ListImport.id).where(ListImport.org_id == org_id, ListImport.kind == "party")
    into.add("/documents/catalogue", _column(given, "import_id"))
    prints = select(RegisterPrint.id).where(RegisterPrint.org_id == org_id)
    into.add("/documents", _column(prints, "print_id"))
    bundles = select(FileBundle.id).where(FileBundle.org_id == org_id)
    into.add("/documents", _column(bundles, "bundle_id"))
    pieces = select(FilePiece.bundle_id, FilePiece.id).where(FilePiece.org_id == org_id)
    into.add("/documents", _pairs(pieces, "bundle_id", "piece_id"))
    lists = ((WorkField, "field_id"), (DocKind, "kind_id"), (Party, "party_id"), (Phrase, "phrase_id"))
    for table, name in lists:
        into.add("/documents", _column(select(table.id).where(table.org_id == org_id), name))
    files = select(File.public_id, File.name).where(File.org_id == org_id)
    both = _pairs(files, "public_id", "name")
    into.add("/files", both)
    into.add("/files", [{"public_id": one["public_id"]} for one in both])


def records_of(app: Flask, org_id: int) -> Records:
    """All that an agency has, for every rule; needs a scope without a net."""
    known = Records()
    documents_of(org_id, known)
    known.add("/documents", _column(select(Directive.id).where(Directive.org_id == org_id), "directive_id"))
    known.add("/documents", _column(select(IntakeFile.id).where(IntakeFile.org_id == org_id), "intake_id"))
    learned = select(IssuerSpelling.id).where(IssuerSpelling.org_id == org_id)
    known.add("/documents", _column(learned, "spelling_id"))
    known.add("/documents", _column(select(BulkAct.id).where(BulkAct.org_id == org_id), "act_id"))
    asked = select(NumberRequest.id).where(NumberRequest.org_id == org_id)
    known.add("/documents", _column(asked, "request_id"))
    changed = select(AccessChange.id).where(AccessChange.org_id == org_id)
    known.add("/documents", _column(changed, "change_id"))
    known.add("/documents", _column(select(CopyUse.id).where(CopyUse.org_id == org_id), "use_id"))
    kept = select(SavedSearch.id).where(SavedSearch.org_id == org_id)
    known.add("/documents", _column(kept, "search_id"))
    ruled = select(TransferRule.id).where(TransferRule.org_id == org_id)
    known.add("/documents", _column(ruled, "rule_id"))
    known.add("/exports", _column(select(Export.id).where(Export.org_id == org_id), "export_id"))
    own = select(User.id).where(User.org_id == org_id)
    known.add("/files/staged", _column(select(StagedFile.public_id), "public_id"))
    known.add("/notices", _column(select(Notice.id).where(Notice.user_id.in_(own)), "notice_id"))
    known.add("/me", _column(select(SessionRow.public_id).where(SessionRow.user_id.in_(own)), "public_id"))
    delegations = _column(select(Delegation.id).where(Delegation.principal_id.in_(own)), "delegation_id")
    known.add("/me", delegations)
    known.add("/admin", delegations)

    tasks = _column(select(Task.id).where(Task.org_id == org_id), "task_id")
    known.add("/tasks", tasks)
    own_dates = select(Reminder.ref_id, Reminder.id).where(Reminder.topic == reminding.OWN)
    known.add("/tasks", _pairs(own_dates, "task_id", "reminder_id"))
    again = select(TaskRecurrence.id).where(TaskRecurrence.org_id == org_id)
    known.add("/tasks", _column(again, "recurrence_id"))
    codes = cycle(_acts(app))
    acts = [{**one, "code": next(codes)} for one in tasks]
    known.add("/tasks", acts + [{**tasks[0], "code": code} for code in _acts(app)])

    known.add("/meetings", _column(select(Meeting.id), "mid"))
    known.add("/api/v1/meetings", _column(select(Meeting.id), "mid"))
    known.add("/meetings", _pairs(select(AgendaItem.meeting_id, AgendaItem.id), "mid", "item_id"))
    known.add("/meetings", _pairs(select(Participant.meeting_id, Participant.user_id), "mid", "user_id"))
    known.add("/admin/bodies", _column(select(Body.id).where(Body.org_id == org_id), "body_id"))
    known.add("/meetings/opinions", _column(select(OpinionBallot.id), "oid"))
    papers = select(AgendaItem.meeting_id, File.public_id).join(File, File.ref_id == AgendaItem.id)
    of_items = _pairs(papers.where(File.ref_kind == "agenda_item"), "mid", "public_id")
    known.add("/meetings", of_items)
    known.add("/meetings", [{**one, "no": 1} for one in of_items])
    known.add("/api/v1/meetings", of_items)
    known.add("/api/v1/meetings", [{"mid": one["mid"], "mark_id": "0" * 26} for one in of_items[:1]])
    known.add("/api/v1/meetings", [{**of_items[0], "shape": shape} for shape in Shape])
    known.add("/meetings", _column(select(Conclusion.id), "conclusion_id"))
    known.add("/meetings", _pairs(select(Conclusion.meeting_id, Conclusion.id), "mid", "conclusion_id"))
    known.add("/meetings", _pairs(select(MinutesBlock.meeting_id, MinutesBlock.key), "mid", "key"))
    known.add("/meetings", _pairs(select(MinutesComment.meeting_id, MinutesComment.id), "mid", "comment_id"))

    known.add("/schedule", _column(select(Entry.id).where(Entry.org_id == org_id), "entry_id"))
    known.add("/admin/rooms", _column(select(Resource.id).where(Resource.org_id == org_id), "resource_id"))
    known.add("/admin", [{"org_id": org_id}])
    known.add(
        "/admin", _pairs(select(Unit.org_id, Unit.id).where(Unit.org_id == org_id), "org_id", "unit_id")
    )
    charts = select(ListImport.org_id, ListImport.id).where(
        ListImport.org_id == org_id, ListImport.kind == "unit"
    )
    known.add("/admin", _pairs(charts, "org_id", "import_id"))
    staff = select(ListImport.id).where(ListImport.org_id == org_id, ListImport.kind == "people")
    known.add("/admin/people", _column(staff, "import_id"))
    known.add("/admin", _column(own, "user_id"))
    places = select(RoleGrant.user_id, RoleGrant.unit_id).where(RoleGrant.user_id.in_(own))
    known.add("/admin", _pairs(places, "user_id", "unit_id"))
    return known


def _acts(app: Flask) -> list[str]:
    (rule,) = [rule for rule in app.url_map.iter_rules() if rule.endpoint == "tasks.act" and rule.arguments]
    listed = re.search(r"<any\((.*)\):code>", rule.rule)
    assert listed is not None
    return re.findall(r'"([a-z-]+)"', listed.group(1))


def rules_with(app: Flask, *methods: str) -> Iterator[Rule]:
    """Rules that name a record and take one of the methods."""
    for rule in app.url_map.iter_rules():
        if rule.arguments and not rule.arguments & NO_RECORD and set(methods) & (rule.methods or set()):
            yield rule


def may_be_open(rule: Rule) -> tuple[int, ...]:
    """What an address that names no record may answer to anybody; a figure may be of another role."""
    if rule.arguments & COUNTED:
        return 200, 302, 403, 404
    return () if rule.arguments else (200, 302, 403)


def address(rule: Rule, values: dict[str, Any]) -> str:
    """The path of a rule with these values."""
    built = rule.build(values, append_unknown=False)
    assert built is not None, (rule.rule, values)
    return str(built[1])


def linked(text: str) -> Iterator[str]:
    """Addresses of our own pages that a page names."""
    for found in _LINK.findall(text):
        given = unescape(found)
        if given.startswith("/") and not given.startswith(("/static/", "//")):
            yield given


def told(answer: TestResponse) -> str:
    """What an answer says, as letters are: JSON and HTML write some their own way; files are read too."""
    if answer.is_json:
        return json.dumps(answer.json, ensure_ascii=False)
    return unescape(answer.data.decode(errors="replace"))


def crawl(app: Flask, open_as: Callable[[str], FlaskClient], names: tuple[str, ...]) -> set[str]:
    """Every address that pages lead these people to, breadth first.

    Of a list a few pages are opened for each person, of a kind of record a few for all of them together.
    """
    seen: set[str] = set()
    adapter = app.url_map.bind("localhost")
    opened: Counter[str] = Counter()
    for name in names:
        client, lists = open_as(name), Counter[str]()
        waiting, met = deque(["/"]), {"/"}
        while waiting:
            path = waiting.popleft()
            try:
                rule, _ = adapter.match(urlsplit(path).path, method="GET", return_rule=True)
            except HTTPException:
                continue
            seen.add(path)
            count, most = (opened, _MOST_OF_A_RECORD) if rule.arguments else (lists, _MOST_OF_A_LIST)
            if count[rule.rule] >= most or rule.endpoint.startswith(("records.", "static", "meetings_live.")):
                continue
            count[rule.rule] += 1
            answer = client.get(path, follow_redirects=False)
            assert answer.status_code < 400, (name, path, answer.status_code)
            links = list(linked(answer.text)) if answer.mimetype == "text/html" else []
            links += [answer.location] if answer.location else []
            for link in links:
                if link not in met:
                    met.add(link)
                    waiting.append(link)
    return seen
