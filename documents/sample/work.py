"""What becomes of the tasks of the sample office: done in time or late, stuck, returned, waiting."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from documents.services import directing
from intranet.core import clock
from intranet.notices.workdays import add_working_days
from intranet.people.sample import SampleOffice
from intranet.tasks import services as tasks

Put = Callable[[datetime, Callable[[], None]], None]
#: Tasks of older documents are told without every step.
_STORY = 34
_DONE = "Đã hoàn thành, có văn bản kèm theo."


class Work:
    """Plays the life of one task after another; each takes another course."""

    def __init__(self, office: SampleOffice, put: Put) -> None:
        self.office = office
        self.put = put
        self._n = 0

    def begins(self, task_id: int, document_id: int, lead: str, due: date, left: int) -> None:
        """Put down what the lead does with a task; ``left`` newer documents follow, the newest stay open."""
        self._n += 1
        n, today = self._n, clock.today()
        is_recent = left <= _STORY
        if is_recent:
            self._put(_at(today, 14, n), lambda: tasks.see(self.office.person(lead), task_id))
        if n % 17 == 5:
            said = "Nội dung không thuộc chức năng của đơn vị, đề nghị giao đơn vị khác."
            self._put(_at(today, 15, n), lambda: tasks.refuse(self.office.person(lead), task_id, said))
            return
        if left < 22 and n % 7 == 6:
            return
        self._put(
            _at(add_working_days(today, 1), 9, n),
            lambda: tasks.accept_work(self.office.person(lead), task_id),
        )
        if n % 13 == 7:
            said = "Nhiệm vụ đã được lồng ghép vào kế hoạch chung."
            self._put(
                _at(add_working_days(today, 2), 9, n),
                lambda: tasks.cancel(self.office.person("chutich"), task_id, said),
            )
            # With nothing left to do the document lies before the leader again, who takes note of it.
            self._put(
                _at(add_working_days(today, 3), 9, n),
                lambda: directing.let_know(self.office.person("chutich"), document_id, text=said),
            )
            return
        if is_recent:
            self._put(
                _at(add_working_days(today, 2), 16, n), lambda: self._report(lead, task_id, 25 + 25 * (n % 2))
            )
        if left < 24 and n % 4 == 1:
            waiting = "chờ số liệu của Sở Tài chính"
            self._put(
                _at(add_working_days(today, 3), 10, n),
                lambda: tasks.report_progress(
                    self.office.person(lead), task_id, 50, "Đã tổng hợp một phần.", obstacle=waiting
                ),
            )
            return
        if left < 30 and n % 5 == 2:
            later = add_working_days(due, 3)
            self._put(
                _at(add_working_days(today, 3), 11, n),
                lambda: tasks.ask_extension(
                    self.office.person(lead), task_id, later, "Cần thêm thời gian lấy ý kiến các xã, phường."
                ),
            )
            return
        late = 2 if n % 6 == 3 else -1
        finished = add_working_days(due, late) if late > 0 else _before(due, today)
        self._put(
            _at(finished, 15, n), lambda: tasks.report_finished(self.office.person(lead), task_id, _DONE)
        )
        if left < 30 and n % 3 == 0:
            return
        if n % 11 == 4:
            said = "Bổ sung số liệu của các xã, phường rồi báo cáo lại."
            self._put(
                _at(add_working_days(finished, 1), 9, n),
                lambda: tasks.return_result(self.office.person("chutich"), task_id, said),
            )
            return
        self._put(
            _at(add_working_days(finished, 1), 10, n),
            lambda: tasks.accept_result(self.office.person("chutich"), task_id),
        )

    def _report(self, lead: str, task_id: int, progress: int) -> None:
        tasks.report_progress(
            self.office.person(lead), task_id, progress, "Đã phân công chuyên viên và thu thập số liệu."
        )

    def _put(self, at: datetime, act: Callable[[], object]) -> None:
        def do() -> None:
            act()

        self.put(at, do)


def _at(day: date, hour: int, n: int) -> datetime:
    return clock.at_office(day, hour, n % 50)


def _before(due: date, begun: date) -> date:
    """A day or two before the deadline, but not before the third day of work."""
    third = add_working_days(begun, 3)
    return max(third, due - timedelta(days=1)) if third <= due else due
