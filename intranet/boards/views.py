"""Pages of the boards: figures that open their lists, where things are stuck, reports."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from intranet.boards import figures, flow, forms, periods, reports
from intranet.boards.figures import Board
from intranet.boards.flow import By, Step
from intranet.boards.periods import Span
from intranet.boards.permissions import FLOW, KEEP, READ, REPORT, boards_of
from intranet.boards.reports import Wish
from intranet.boards.waiting import DAY_MINUTES, in_days
from intranet.core import clock
from intranet.core.actor import Actor
from intranet.core.errors import DomainError
from intranet.core.labels import has_label, label
from intranet.core.web import me, needs, sentence
from intranet.records.tables import Format

bp = Blueprint("boards", __name__, url_prefix="/boards")

#: What narrows the list of a figure, and no more of an address is passed on.
_ARGS = ("unit", "person", "month", "months", "day", "kind", "waits")
_FLOW_ARGS = ("step", "band", "unit", "person", "kind")
#: Longest word of an address.
_LONGEST = 200
_FORMATS = {format_.value: format_ for format_ in (Format.PDF, Format.DOCX, Format.XLSX)}
#: How many spans of each length a report offers.
_OFFERED = {Span.MONTH: 12, Span.QUARTER: 6, Span.YEAR: 4}


@bp.get("")
@needs(READ)
def index() -> ResponseReturnValue:
    """The widest board of whoever asks."""
    boards = boards_of(me())
    if not boards:
        abort(404)
    return redirect(url_for("boards.board", board=boards[0].value))


@bp.get("/<any(leader, unit, clerk, own, files, usage):board>")
@needs(READ)
def board(board: str) -> ResponseReturnValue:
    """One board: its figures and charts, each of which opens its list."""
    actor, wanted = me(), Board(board)
    boards = boards_of(actor)
    if wanted not in boards:
        abort(404)
    return render_template(
        "boards/board.html",
        board=wanted,
        board_tabs=[
            {
                "label": label(f"board.name.{one.value}"),
                "url": url_for("boards.board", board=one.value),
                "current": one is wanted,
            }
            for one in boards
        ],
        shown=figures.of_board(actor, wanted),
        scope=reports.scope_of(actor),
        link=_link_of,
    )


@bp.get("/lists/<figure>")
@needs(READ)
def figure_list(figure: str) -> ResponseReturnValue:
    """What a figure counts."""
    args = _asked(_ARGS)
    found = figures.listing(me(), figure, args, request.args.get("after"))
    if found is None:
        abort(404)
    listed = f"board.listed.{figure}"
    return render_template(
        "boards/list.html",
        title=label(listed if has_label(listed) else f"board.figure.{figure}"),
        found=found,
        scope=reports.scope_of(me()),
        back=(url_for("boards.index"), label("menu.boards")),
        more=_url("boards.figure_list", figure=figure, after=found.after, **args) if found.after else None,
    )


@bp.get("/flow")
@needs(FLOW)
def flow_map() -> ResponseReturnValue:
    """Where things are stuck."""
    actor = me()
    kinds = flow.kinds(actor)
    kind = request.args.get("kind", "")
    kind = kind if kind in dict(kinds) else ""
    by = next((one for one in By if one.value == request.args.get("by")), By.STEP)
    drawn = flow.draw(actor, kind)
    stuck = drawn.stuck
    return render_template(
        "boards/flow.html",
        by=by,
        bys=list(By),
        kind=kind,
        kinds=kinds,
        map=drawn,
        holders=flow.by_holder(drawn.items, by) if by is not By.STEP else [],
        steps=list(Step),
        stuck=stuck[: flow.MOST_STUCK],
        stuck_count=len(stuck),
        acts=flow.acts_of(actor, stuck[: flow.MOST_STUCK]),
        scope=reports.scope_of(actor),
        **_flow_words(),
    )


@bp.get("/flow/list")
@needs(FLOW)
def flow_list() -> ResponseReturnValue:
    """What a bubble, a step or a holder of the map counts."""
    actor, args = me(), _asked(_FLOW_ARGS)
    drawn = flow.draw(actor, args.get("kind", ""))
    found = flow.narrowed(drawn.items, args)
    first = min(request.args.get("start", 0, type=int), len(found))
    shown = found[max(first, 0) : max(first, 0) + figures.PAGE]
    more = max(first, 0) + figures.PAGE
    return render_template(
        "boards/flow_list.html",
        total=len(found),
        stuck=shown,
        acts=flow.acts_of(actor, shown),
        narrowed=_flow_narrowed(args, dict(flow.kinds(actor))),
        more=_url("boards.flow_list", **args, start=more) if more < len(found) else None,
        map=drawn,
        scope=reports.scope_of(actor),
        **_flow_words(),
    )


@bp.get("/reports")
@needs(REPORT)
def report_index() -> ResponseReturnValue:
    """The first report that may be seen."""
    offered = reports.offered(me())
    if not offered:
        abort(404)
    return redirect(url_for("boards.report", report=offered[0].code))


@bp.get("/reports/<report>")
@needs(REPORT)
def report(report: str) -> ResponseReturnValue:
    """One report of a span; every number opens its list."""
    actor = me()
    asked = _wish(actor, report)
    cutoff = reports.cutoff_of(actor.org_id)
    return render_template(
        "boards/report.html",
        asked=asked,
        report_tabs=[
            {
                "label": label(f"report.tab.{one.code}"),
                "url": url_for("boards.report", report=one.code, period=asked.period.code),
                "current": one.code == asked.report.code,
            }
            for one in reports.offered(actor)
        ],
        rows=asked.report.rows(actor, asked.period, asked.by),
        spans=[(span, periods.last_ones(span, cutoff, n)) for span, n in _OFFERED.items()],
        cutoff=cutoff,
        may_keep=actor.holds(KEEP),
        scope=reports.scope_of(actor),
    )


@bp.get("/reports/<report>/list")
@needs(REPORT)
def report_list(report: str) -> ResponseReturnValue:
    """What a number of a report counts."""
    actor = me()
    asked = _wish(actor, report)
    column = request.args.get("column", "")
    if column not in asked.report.columns or column == reports.SHARE:
        abort(404)
    key = request.args.get("row", "")[:_LONGEST]
    found = asked.report.listing(actor, asked.period, asked.by, key, column, request.args.get("after"))
    here = {"period": asked.period.code, "by": asked.by}
    row = next((one for one in asked.report.rows(actor, asked.period, asked.by) if one.key == key), None)
    named = f"{row.name}, " if row is not None and key else ""
    found = figures.Listing(found.total, found.rows, found.after, f"{named}{asked.period.words}")
    more = {**here, "row": key, "column": column, "after": found.after}
    return render_template(
        "boards/list.html",
        title=f"{asked.title}: {label(f'report.column.{column}').lower()}",
        found=found,
        scope=reports.scope_of(actor),
        back=(_url("boards.report", report=report, **here), asked.title),
        more=_url("boards.report_list", report=report, **more) if found.after else None,
    )


@bp.post("/reports/<report>/file")
@needs(REPORT)
def report_file(report: str) -> ResponseReturnValue:
    """Have it made as a file."""
    asked = _wish(me(), report)
    format_ = _FORMATS.get(request.form.get("format", ""), Format.XLSX)
    try:
        reports.ask_file(me(), asked, format_)
    except DomainError as refusal:
        flash(sentence(refusal), "bad")
        return redirect(url_for("boards.report", report=report, period=asked.period.code, by=asked.by))
    flash(label("export.asked"), "ok")
    return redirect(url_for("exports.index"))


@bp.route("/settings", methods=["GET", "POST"])
@needs(KEEP)
def settings() -> ResponseReturnValue:
    """The day with which the months of reports end."""
    form = forms.CutoffForm(day=reports.cutoff_of(me().org_id))
    if form.accepts():
        with form.refusals():
            reports.set_cutoff(me(), form.day.data or 0)
            flash(label("report.cutoff_set"), "ok")
            return redirect(url_for("boards.settings"))
    return render_template("boards/settings.html", form=form), form.status


def _wish(actor: Actor, name: str) -> Wish:
    return reports.wish(actor, name, request.values.get("period", ""), request.values.get("by", ""))


def _asked(names: tuple[str, ...]) -> dict[str, str]:
    return {name: value[:_LONGEST] for name in names if (value := request.args.get(name, ""))}


def _url(endpoint: str, **values: Any) -> str:
    return url_for(endpoint, **values)


def _link_of(figure: figures.Figure) -> str:
    return _url("boards.figure_list", figure=figure.code, **figure.args)


def _flow_words() -> dict[str, Any]:
    return {"in_days": in_days, "day_minutes": DAY_MINUTES, "today_": clock.today(), "link": _flow_link}


def _flow_link(**args: Any) -> str:
    return url_for("boards.flow_list", **{name: value for name, value in args.items() if value})


def _flow_narrowed(args: Mapping[str, str], kinds: Mapping[str, str]) -> str:
    words = []
    if args.get("step") in set(Step):
        words.append(label(f"flow.step.{args['step']}"))
    if args.get("band") in {*flow.Band, "stuck"}:
        words.append(label(f"flow.band.{args['band']}"))
    words += [args[name] for name in ("unit", "person") if args.get(name)]
    words += [kinds[args["kind"]]] if args.get("kind") in kinds else []
    text = ", ".join(words)
    return text[:1].upper() + text[1:]
