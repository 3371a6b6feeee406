"""The same tasks seen in other ways: a board by state, a month of deadlines, person by person."""

from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from intranet.core.web import me, needs, signed_in
from intranet.tasks import by_person, figures, month, state_board
from intranet.tasks.by_person import Order
from intranet.tasks.lists import Tab
from intranet.tasks.permissions import OVERSEE
from intranet.tasks.views import bp, is_part, one_of


@bp.get("/board")
@signed_in
def board() -> ResponseReturnValue:
    """Columns by state; each card has one act."""
    shown = _whose()
    columns = state_board.board(
        me(),
        shown["tab"],
        unit_id=shown["unit_id"],
        only=request.args.get("col"),
        after=request.args.get("after"),
    )
    template = "tasks/_board.html" if is_part() else "tasks/board.html"
    return render_template(template, columns=columns, **shown)


@bp.get("/calendar")
@signed_in
def calendar() -> ResponseReturnValue:
    """What is due on each day of a month."""
    shown = _whose()
    first = month.month_of(request.args.get("month"))
    before, after = month.beside(first)
    return render_template(
        "tasks/calendar.html",
        first=first,
        before=before,
        after=after,
        weeks=month.weeks(me(), shown["tab"], first, unit_id=shown["unit_id"]),
        **shown,
    )


@bp.get("/people")
@needs(OVERSEE)
def people() -> ResponseReturnValue:
    """Officials whom the actor oversees, with what each has to do."""
    shown = _whose()
    order = one_of(list(Order), request.args.get("order"), Order.LATE)
    rows, after = by_person.people(
        me(), unit_id=shown["unit_id"], order=order, after=request.args.get("after", type=int)
    )
    return render_template(
        "tasks/people.html",
        rows=rows,
        after=after,
        order=order,
        orders=list(Order),
        **shown | {"tab": Tab.UNIT},
    )


def _whose() -> dict[str, Any]:
    """Whose tasks the page shows: the tab, and within the unit's the unit."""
    actor = me()
    is_month = request.endpoint == "tasks.calendar"
    tabs = [
        Tab.MINE,
        *([Tab.CO] if is_month else []),
        Tab.GIVEN,
        *([Tab.UNIT] if actor.holds(OVERSEE) else []),
    ]
    tab = one_of(tabs, request.args.get("tab"), Tab.MINE)
    is_people = request.endpoint == "tasks.people"
    units = figures.units_overseen(actor) if tab is Tab.UNIT or is_people else []
    unit_id = request.args.get("unit", type=int)
    if unit_id not in {unit.id for unit in units}:
        unit_id = None
    return {
        "tab": tab,
        "tabs": tabs,
        "unit_id": unit_id,
        "unit_choices": [(unit.id, unit.short_name) for unit in units],
        "may_oversee": actor.holds(OVERSEE),
    }
