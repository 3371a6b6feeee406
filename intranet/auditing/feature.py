"""What this package plugs into the application."""

from flask import Flask

from intranet.auditing import jobs, models, permissions, views
from intranet.core import menu, refs
from intranet.core.actor import Actor

#: Imported for what they declare: the nightly proof, tables.
DECLARING = (jobs, models)


def plug_in(app: Flask) -> None:
    """Register the page, its menu entry, and the log as a record of which one is told."""
    app.register_blueprint(views.bp)
    menu.add(menu.Entry("log", "auditing.index", "history", "admin", 830, permissions.MENU))
    refs.register_kind("audit_proof", title=lambda _: "", url=lambda _: "/log", may_read=_may_read)


def _may_read(actor: Actor, org_id: int) -> bool:
    return actor.org_id == org_id and actor.holds(permissions.PROVE)
