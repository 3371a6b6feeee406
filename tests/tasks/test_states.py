"""The life of a task: each act in each state, allowed exactly where the table says."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select

from intranet.core import db
from intranet.core.errors import BadState, Forbidden, NotFound, Stale
from intranet.people.models import User
from intranet.tasks import services
from intranet.tasks.models import TaskParty, TaskState
from intranet.tasks.services import Party
from intranet.tasks.states import MOVES
from tests.factories import Office
from tests.tasks.making import give, look

S = TaskState
LATER = date(2026, 11, 27)

#: What brings a new task to a state.
ROADS: dict[TaskState, Callable[[Office, int], object]] = {
    S.ASSIGNED: lambda o, t: None,
    S.SEEN: lambda o, t: services.see(o.head, t),
    S.DOING: lambda o, t: services.accept_work(o.head, t),
    S.BLOCKED: lambda o, t: services.report_progress(o.head, t, 10, obstacle="Sở Xây dựng"),
    S.WAITING_ACCEPT: lambda o, t: services.report_finished(o.head, t, "Xong"),
    S.DONE: lambda o, t: (
        services.report_finished(o.head, t, "Xong"),
        services.accept_result(o.leader, t),
    ),
    S.RETURNED: lambda o, t: services.refuse(o.head, t, "Không đúng chức năng"),
    S.CANCELLED: lambda o, t: services.cancel(o.leader, t, "Không cần nữa"),
}

#: How each act is done on the task of :func:`give`, by whom it belongs to.
ACTS: dict[str, Callable[[Office, int], object]] = {
    "started": lambda o, t: services.accept_work(o.head, t),
    "reported": lambda o, t: services.report_progress(o.head, t, 50),
    "blocked": lambda o, t: services.report_progress(o.head, t, 50, obstacle="Bộ Tài chính"),
    "refused": lambda o, t: services.refuse(o.head, t, "Không đúng chức năng"),
    "extension_asked": lambda o, t: services.ask_extension(o.head, t, LATER, "Chờ số liệu"),
    "finished": lambda o, t: services.report_finished(o.head, t, "Đã trình"),
    "taken_back": lambda o, t: services.take_back(o.head, t),
    "accepted": lambda o, t: services.accept_result(o.leader, t),
    "sent_back": lambda o, t: services.return_result(o.leader, t, "Thiếu phụ lục"),
    "handed_over": lambda o, t: services.hand_over(o.head, t, o.officer.id),
    "reassigned": lambda o, t: services.reassign(
        o.leader, t, Party(unit_id=o.sxd.id), reason="Đúng chức năng hơn"
    ),
    "urged": lambda o, t: services.urge(o.leader, t),
    "joined": lambda o, t: services.join(o.leader, t, info=[Party(unit_id=o.vp.id)]),
    "placed": lambda o, t: services.place(o.leader, t, "", 2),
    "cancelled": lambda o, t: services.cancel(o.leader, t, "Không cần nữa"),
    "reopened": lambda o, t: services.reopen(o.leader, t, "Phát sinh"),
    "contributed": lambda o, t: services.finish_part(o.other_head, t, "Đã gửi số liệu"),
    "split": lambda o, t: give(o, by=o.head, lead=Party(user_id=o.officer.id), parent_id=t),
}


def task_in(office: Office, state: TaskState) -> int:
    """A task with a co-operating unit, brought to a state."""
    task_id = give(office, co=[Party(unit_id=office.sxd.id)])
    ROADS[state](office, task_id)
    return task_id


@pytest.mark.parametrize("act", list(ACTS))
def test_each_act_is_done_where_the_table_allows_it_and_refused_elsewhere(office: Office, act: str) -> None:
    for state in TaskState:
        task_id = task_in(office, state)
        before = look(office.leader, task_id).version
        if state in MOVES[act].from_:
            ACTS[act](office, task_id)
            task = look(office.leader, task_id)
            assert task.state is (MOVES[act].to or state), state
            assert task.version > before or act == "split", state
        else:
            with pytest.raises(BadState, match=r"task\.not_now"):
                ACTS[act](office, task_id)
            task = look(office.leader, task_id)
            assert (task.state, task.version) == (state, before)


def test_every_act_of_the_table_is_tried_here() -> None:
    assert set(MOVES) - set(ACTS) == {"seen", "extension_decided"}


def test_opening_marks_a_new_task_as_seen_and_changes_no_other_state(office: Office) -> None:
    for state in TaskState:
        task_id = task_in(office, state)
        services.see(office.head, task_id)
        assert look(office.leader, task_id).state is (S.SEEN if state is S.ASSIGNED else state)


def test_a_form_that_saw_an_older_version_is_refused(office: Office) -> None:
    task_id = give(office)
    seen = look(office.head, task_id).version
    services.report_progress(office.head, task_id, 25, expect=seen)
    with pytest.raises(Stale, match=r"task\.changed"):
        services.report_progress(office.head, task_id, 50, expect=seen)
    assert look(office.head, task_id).progress == 25


#: Who may do what with the leader's task for finance: the head leads, construction helps.
ALLOWED: dict[str, set[str]] = {
    "started": {"head"},
    "reported": {"head"},
    "blocked": {"head"},
    "refused": {"head"},
    "extension_asked": {"head"},
    "finished": {"head"},
    "split": {"head"},
    "handed_over": {"head"},
    "contributed": {"other_head"},
    "urged": {"leader", "office_head"},
    "joined": {"leader", "office_head"},
    "placed": {"leader", "office_head"},
    "cancelled": {"leader", "office_head"},
    "reassigned": {"leader", "office_head"},
    "accepted": {"leader", "office_head"},
    "sent_back": {"leader", "office_head"},
}
PEOPLE = ("leader", "office_head", "head", "officer", "other_head", "clerk", "admin", "stranger")


def deed(office: Office, act: str, actor: User, task_id: int) -> object:
    """Try one act as somebody."""
    deeds: dict[str, Callable[[], object]] = {
        "started": lambda: services.accept_work(actor, task_id),
        "reported": lambda: services.report_progress(actor, task_id, 30),
        "blocked": lambda: services.report_progress(actor, task_id, 30, obstacle="Sở"),
        "refused": lambda: services.refuse(actor, task_id, "Không đúng"),
        "extension_asked": lambda: services.ask_extension(actor, task_id, LATER, "Chờ"),
        "finished": lambda: services.report_finished(actor, task_id, "Xong"),
        "split": lambda: give(office, by=actor, lead=Party(user_id=office.officer.id), parent_id=task_id),
        "handed_over": lambda: services.hand_over(actor, task_id, office.officer.id),
        "contributed": lambda: services.finish_part(actor, task_id, "Xong phần việc"),
        "urged": lambda: services.urge(actor, task_id),
        "joined": lambda: services.join(actor, task_id, info=[Party(unit_id=office.vp.id)]),
        "placed": lambda: services.place(actor, task_id, "", 1),
        "cancelled": lambda: services.cancel(actor, task_id, "Thôi"),
        "reassigned": lambda: services.reassign(actor, task_id, Party(unit_id=office.vp.id), reason="Chuyển"),
        "accepted": lambda: services.accept_result(actor, task_id),
        "sent_back": lambda: services.return_result(actor, task_id, "Thiếu"),
    }
    return deeds[act]()


@pytest.mark.parametrize("act", list(ALLOWED))
def test_the_matrix_of_roles_holds(office: Office, act: str) -> None:
    judged = act in ("accepted", "sent_back")
    for who in PEOPLE:
        task_id = task_in(office, S.WAITING_ACCEPT if judged else S.ASSIGNED)
        before = look(office.leader, task_id).version
        if who in ALLOWED[act]:
            deed(office, act, getattr(office, who), task_id)
            continue
        knows = who not in ("clerk", "admin", "stranger")
        with pytest.raises(Forbidden if knows else NotFound):
            deed(office, act, getattr(office, who), task_id)
        assert look(office.leader, task_id).version == before, who


def test_parties_know_whether_their_task_is_open(office: Office) -> None:
    def open_parties() -> set[bool]:
        db.read_anew()
        return set(db.session().scalars(select(TaskParty.is_open).where(TaskParty.task_id == task_id)))

    task_id = give(office)
    services.report_finished(office.head, task_id, "Đã xong")
    assert open_parties() == {True}
    services.accept_result(office.leader, task_id)
    assert open_parties() == {False}
    services.reopen(office.leader, task_id, "Cần bổ sung số liệu quý IV")
    assert open_parties() == {True}
    services.cancel(office.leader, task_id, "Không còn cần thiết nữa")
    assert open_parties() == {False}
