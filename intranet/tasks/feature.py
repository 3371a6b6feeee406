"""What this package plugs into the application."""

from flask import Flask

from intranet.core import menu, slots
from intranet.tasks import (
    board,
    events,
    kinds,
    lists,
    live,
    models,
    panels,
    permissions,
    recurring,
    report,
    sample,
    services,
    subscribers,
    views,
    views_giving,
    views_overview,
    views_reminding,
)

#: Imported for what they register: tables, permits, what speaks to sockets.
REGISTERED = (
    events,
    live,
    models,
    permissions,
    recurring,
    services,
    subscribers,
    views_giving,
    views_overview,
    views_reminding,
)


def plug_in(app: Flask) -> None:
    """Register pages, jobs, kinds of record and menu entries."""
    app.register_blueprint(views.bp)
    kinds.register()
    panels.fill()
    board.fill()
    report.fill()
    menu.add(menu.Entry("tasks", "tasks.mine", "clipboard-check", "mine", 30, count=lists.late_of))
    slots.fill("sample", sample.build)
