"""Pages of the bell and of the working calendar."""

from datetime import UTC, date, datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from intranet.core import clock, refs
from intranet.core.errors import Invalid
from intranet.core.forms import read_date
from intranet.core.labels import label
from intranet.core.web import me, needs, present_actor, signed_in
from intranet.notices import services, yearbook
from intranet.notices.forms import DayForm
from intranet.notices.permissions import CALENDAR

bp = Blueprint("notices", __name__)


@bp.get("/notices")
@signed_in
def index() -> ResponseReturnValue:
    """What I was told, newest first."""
    actor = me()
    only_unread = request.args.get("only") == "unread"
    lines, more = services.page(actor, before=_key(request.args.get("after")), only_unread=only_unread)
    return render_template(
        "notices/_list.html" if "HX-Request" in request.headers else "notices/index.html",
        lines=lines,
        after=None if more is None else f"{more[0].timestamp():.6f}-{more[1]}",
        only_unread=only_unread,
        unread=services.unread(actor.id),
    )


@bp.get("/notices/<int:notice_id>")
@signed_in
def open_notice(notice_id: int) -> ResponseReturnValue:
    """Read one notice: to the page of its record, or back to the list where that may not be read any more."""
    actor = me()
    ref = services.mark_read(actor, notice_id)
    if not services.readable_titles(actor, [ref]):
        flash(label("notice.withdrawn"), "warning")
        return redirect(url_for("notices.index"))
    return redirect(refs.url(ref))


@bp.post("/notices/read")
@signed_in
def read_all() -> ResponseReturnValue:
    """I have read everything."""
    services.mark_all_read(me())
    return redirect(url_for("notices.index"))


@bp.post("/notices/<int:notice_id>/read")
@signed_in
def read_one(notice_id: int) -> ResponseReturnValue:
    """I have read this one and need not open it."""
    services.mark_read(me(), notice_id)
    return redirect(url_for("notices.index", only=request.args.get("only")))


@bp.route("/admin/calendar", methods=["GET", "POST"])
@needs(CALENDAR)
def calendar() -> ResponseReturnValue:
    """The year's working days; a day is changed here."""
    form = DayForm()
    form.offer()
    years = yearbook.editable_years()
    year = request.args.get("year", clock.today().year, type=int)
    year = year if year in years else clock.today().year
    if form.accepts() and form.day.data is not None:
        with form.refusals():
            yearbook.set_day(me(), form.day.data, form.chosen(), form.note.data or "")
            flash(label("workday.set", day=f"{form.day.data:%d/%m/%Y}"))
            return redirect(url_for("notices.calendar", year=form.day.data.year))
    months = yearbook.year_of(year)
    shown = render_template(
        "notices/calendar.html",
        form=form,
        year_tabs=[
            {"label": str(n), "url": url_for("notices.calendar", year=n), "current": n == year} for n in years
        ],
        year=year,
        months=months,
        special=yearbook.special_days(months),
        missing=yearbook.missing_year(),
    )
    return shown, form.status


@bp.post("/admin/calendar/clear")
@needs(CALENDAR)
def clear_day() -> ResponseReturnValue:
    """Give a day back to the published calendar."""
    day = _day(request.form.get("day", ""))
    yearbook.clear_day(me(), day)
    flash(label("workday.cleared", day=f"{day:%d/%m/%Y}"))
    return redirect(url_for("notices.calendar", year=day.year))


def unread_notices() -> int:
    """How many notices the person at this page has not read; for templates."""
    actor = present_actor()
    return 0 if actor is None else services.unread(actor.id)


def _day(text: str) -> date:
    try:
        return read_date(text)
    except ValueError:
        raise Invalid("field.not_a_date") from None


def _key(text: str | None) -> tuple[datetime, int] | None:
    """The key of a page as the address carries it; anything else begins anew."""
    seconds, _, key = (text or "").partition("-")
    try:
        return datetime.fromtimestamp(float(seconds[:20]), UTC), int(key[:9])
    except (ValueError, OverflowError, OSError):
        return None
