"""What the wing does when something happened elsewhere, and whom it tells on open pages."""

from datetime import date

from sqlalchemy import select

from documents.events import DispatchChanged, DocumentMoved, ImportMoved, IntakeChanged
from documents.models.document import Document, DocumentAccess
from documents.permissions import REGISTER_ROLES
from documents.services import bundling, capturing, closing, recounting, rereading
from intranet.core import clock, db
from intranet.core.events import subscribe
from intranet.core.live import DESK, person_room, sockets
from intranet.core.refs import Ref
from intranet.notices.events import CalendarChanged
from intranet.people import directory
from intranet.people.models import Role
from intranet.records.events import FileRead, FileReadAgain
from intranet.tasks.events import TaskAccepted, TaskFinished, TaskMoved
from intranet.tasks.models import Task


@subscribe(FileRead)
def capture_dropped(read: FileRead) -> None:
    """A dropped file was read: it becomes a received document."""
    capturing.capture_for(read.staged_public_id, read.user_id)


@subscribe(FileRead)
def settle_piece(read: FileRead) -> None:
    """A file of a ZIP was read: it goes to its line."""
    bundling.settle_for(read.staged_public_id, read.user_id)


@subscribe(FileReadAgain)
def fill_in(read: FileReadAgain) -> None:
    """What could be read at last fills what is still empty on the clerk's desk."""
    rereading.take_over(read.sha256)


@subscribe(CalendarChanged)
def count_terms_anew(changed: CalendarChanged) -> None:
    """Terms of documents before their work begins are counted by the new calendar."""
    recounting.count_anew(date.fromisoformat(changed.first), date.fromisoformat(changed.last))


@subscribe(TaskMoved)
def follow_moved_task(moved: TaskMoved) -> None:
    """A document follows the tasks that come from it."""
    with db.scope():
        origin = select(Task.origin_kind, Task.origin_id).where(Task.id == moved.task_id)
        kind, key = db.session().execute(origin).one_or_none() or (None, None)
    if kind is not None and key is not None:
        closing.follow_task(Ref(kind, key))


@subscribe(TaskAccepted)
def follow_accepted_task(accepted: TaskAccepted) -> None:
    """A document is done when its last lead task is."""
    _follow(accepted.origin)


@subscribe(TaskFinished)
def follow_finished_task(finished: TaskFinished) -> None:
    """A document whose task has a result is being dealt with."""
    _follow(finished.origin)


@subscribe(DocumentMoved, live=True)
def refresh_documents(moved: DocumentMoved) -> None:
    """Open lists with the document are fetched again by those who may see it."""
    if not sockets.people():
        return
    with db.across_orgs("telling those who may read a document that it moved"):
        document = db.session().get(Document, moved.document_id)
        if document is None:
            return
        people = set(directory.ids_with_role(document.org_id, *REGISTER_ROLES))
        principals = db.session().scalars(
            select(DocumentAccess.principal).where(
                DocumentAccess.document_id == document.id, DocumentAccess.since <= clock.now()
            )
        )
        for principal in principals.all():
            people |= _people_of(principal)
    for user_id in people:
        _tell(user_id, "documents")


@subscribe(DispatchChanged, live=True)
def refresh_board(changed: DispatchChanged) -> None:
    """The sender's board of receivers is fetched again."""
    if not sockets.people():
        return
    with db.across_orgs("telling the sender that an answer came"):
        document = db.session().get(Document, changed.document_id)
        if document is None:
            return
        people = directory.ids_with_role(document.org_id, Role.CLERK)
    for user_id in people:
        _tell(user_id, "dispatch")


@subscribe(IntakeChanged, live=True)
def refresh_intake(changed: IntakeChanged) -> None:
    """The clerk's desk is fetched again when a dropped file was read."""
    _tell(changed.user_id, "intake")


@subscribe(ImportMoved, live=True)
def refresh_imports(moved: ImportMoved) -> None:
    """Whoever gave an old register follows its reading."""
    _tell(moved.user_id, "imports")


def _follow(origin: str) -> None:
    if origin:
        closing.follow_task(Ref.parse(origin))


def _people_of(principal: str) -> set[int]:
    kind, _, key = principal.partition(":")
    if kind == "u":
        return {int(key)}
    return set(directory.receivers_of(int(key)))


def _tell(user_id: int, what: str) -> None:
    sockets.emit("changed", {"what": [what]}, to=person_room(user_id), namespace=DESK)
