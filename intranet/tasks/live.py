"""Telling the devices of everybody who has a task on a list that it changed."""

from intranet.core import db
from intranet.core.events import subscribe
from intranet.core.live import DESK, person_room, sockets
from intranet.notices.events import NoticeCreated
from intranet.notices.models import Notice
from intranet.tasks.events import TaskMoved
from intranet.tasks.models import Task
from intranet.tasks.parties import everybody
from intranet.tasks.permissions import is_released


@subscribe(TaskMoved, live=True)
def tell_lists(moved: TaskMoved) -> None:
    """Let lists of tasks be read again; before its release by the assigner alone."""
    if not sockets.people():
        return
    with db.scope():
        task = db.session().get(Task, moved.task_id)
        if task is None:
            return
        told = everybody(task) if is_released(task) else {task.assigner_id}
        for user_id in sockets.present(told):
            sockets.emit("changed", {"what": ["tasks"]}, to=person_room(user_id), namespace=DESK)


@subscribe(NoticeCreated, live=True)
def tell_assigner(created: NoticeCreated) -> None:
    """With its release a task is open to the acts of its assigner."""
    if not sockets.people():
        return
    with db.scope():
        notice = db.session().get(Notice, created.notice_id)
        if notice is not None and notice.kind == "task.assigned" and notice.by_id is not None:
            room = person_room(notice.by_id)
            sockets.emit("changed", {"what": ["tasks"]}, to=room, namespace=DESK)
