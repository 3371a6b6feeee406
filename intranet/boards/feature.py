"""What this package plugs into the application."""

from flask import Flask

from intranet.boards import models, permissions, reports, usage, views
from intranet.core import menu
from intranet.exports import services as exports

#: Imported for what they declare: tables, permits.
DECLARING = (models, permissions)


def plug_in(app: Flask) -> None:
    """Register pages, the maker of files and menu entries."""
    app.register_blueprint(views.bp)
    usage.fill()
    exports.register_maker(reports.KIND, reports.table_of)
    menu.add(menu.Entry("boards", "boards.index", "chart-bar", "steering", 40, permissions.READ))
    menu.add(menu.Entry("flow", "boards.flow_map", "chart-dots", "steering", 41, permissions.FLOW))
    menu.add(
        menu.Entry("reports", "boards.report_index", "report-analytics", "steering", 42, permissions.REPORT)
    )
