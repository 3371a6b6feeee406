"""What tasks do when something happens elsewhere."""

from datetime import date

from sqlalchemy import select

from intranet.core import db
from intranet.core.events import subscribe
from intranet.notices import services as notices
from intranet.notices import workdays
from intranet.notices.events import CalendarChanged
from intranet.tasks import deadlines
from intranet.tasks.models import RUNNING, Task
from intranet.tasks.parties import lead_people


@subscribe(CalendarChanged)
def count_anew(changed: CalendarChanged) -> None:
    """Days left are counted by the new calendar; who has a deadline on a new day off is told.

    Deadlines stay what they are, and so do outcomes.
    """
    day = date.fromisoformat(changed.day)
    with db.unit_of_work() as session:
        on = workdays.calendar()
        running = select(Task).where(Task.state.in_(RUNNING), Task.due_date >= day)
        for task in session.scalars(running):
            deadlines.set_due(task, task.due_date, on)
            if task.due_date == day and not on.is_working_day(day):
                told = {task.assigner_id, *lead_people(task)}
                notices.notify(told, "task.due_day_off", task.ref, due=f"{day:%d/%m/%Y}")
