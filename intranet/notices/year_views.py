"""The page on which an administrator loads the calendar of a whole year."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from intranet.core import clock
from intranet.core.labels import label
from intranet.core.web import me, needs
from intranet.notices import calendar_lines, workdays, yearbook
from intranet.notices.forms import WeekForm, YearForm
from intranet.notices.permissions import CALENDAR
from intranet.notices.views import bp


@bp.route("/admin/calendar/week", methods=["GET", "POST"])
@needs(CALENDAR)
def week() -> ResponseReturnValue:
    """What is worked of each weekday from now on."""
    form = WeekForm()
    form.offer(workdays.calendar().week)
    if form.accepts():
        with form.refusals():
            yearbook.set_week(me(), form.week())
            flash(label("workday.week_set"))
            return redirect(url_for("notices.calendar"))
    return render_template("notices/week.html", form=form), form.status


@bp.route("/admin/calendar/load", methods=["GET", "POST"])
@needs(CALENDAR)
def load_year() -> ResponseReturnValue:
    """Paste a year's days, or confirm the published calendar with none."""
    years = yearbook.editable_years()
    year = request.args.get("year", clock.today().year + 1, type=int)
    year = year if year in years else clock.today().year + 1
    form = YearForm()
    if form.accepts():
        lines, faults = calendar_lines.read(form.lines.data or "", year)
        with form.refusals():
            if not faults:
                n = yearbook.load_year(me(), year, lines, form.basis.data or "")
                flash(label("workday.loaded", year=year, n=n))
                return redirect(url_for("notices.calendar", year=year))
        form.lines.errors = [label(f"error.{fault.code}", **fault.data) for fault in faults[:20]]
    tabs = [
        {"label": str(n), "url": url_for("notices.load_year", year=n), "current": n == year} for n in years
    ]
    known = yearbook.loaded(year)
    shown = render_template("notices/load_year.html", form=form, year=year, year_tabs=tabs, known=known)
    return shown, 422 if form.lines.errors else form.status
