"""What this package plugs into the application."""

from importlib import import_module

from flask import Flask

from intranet.core import menu, refs, slots
from intranet.core.actor import Actor
from intranet.core.config import Settings
from intranet.notices import (
    channel_models,
    channel_views,
    channels,
    events,
    jobs,
    live,
    models,
    notice_letters,
    outbox_models,
    outbox_switch,
    outbox_views,
    outbox_watch,
    permissions,
    reminder_rules,
    rule_views,
    views,
    year_views,
    yearbook,
)
from intranet.notices.reminding import DIGEST

#: Imported for what they register: tables, ticks, what speaks to sockets.
REGISTERED = (
    rule_views,
    year_views,
    channel_models,
    events,
    jobs,
    live,
    models,
    notice_letters,
    outbox_models,
    outbox_watch,
)


def plug_in(app: Flask) -> None:
    """Register pages, jobs, kinds of record and menu entries."""
    for pages in (views, channel_views, outbox_views):
        app.register_blueprint(pages.bp)
    settings: Settings = app.config["SETTINGS"]
    if settings.push:
        # Its packages take a third of a second to load; an office without the internet goes without them.
        slots.fill("outbox.push", import_module("intranet.notices.pushing").transport)
    channels.classify("near_due", "reminder.*")
    channels.classify("overdue", "reminder.plus1", "reminder.late", "reminder.digest")
    app.add_template_global(views.unread_notices)
    menu.add(
        menu.Entry("outbox", "outbox.index", "send", "admin", 62, permissions.OUTBOX, outbox_watch.alarms)
    )
    menu.add(
        menu.Entry("calendar", "notices.calendar", "calendar-event", "admin", 60, permit=permissions.CALENDAR)
    )
    menu.add(menu.Entry("reminders", "notices.rules", "bell", "admin", 61, permit=permissions.RULES))
    refs.register_kind(
        "reminder_rule", title=lambda _: "", url=lambda _: "/admin/reminders", may_read=_is_admin
    )
    refs.register_kind(
        "calendar_day", title=lambda _: "", url=lambda _: "/admin/calendar", may_read=_is_admin
    )
    refs.register_kind(
        "calendar_year", title=str, url=lambda year: f"/admin/calendar?year={year}", may_read=_is_admin
    )
    reminder_rules.register(yearbook.REMINDED)
    refs.register_kind(
        outbox_switch.OUTBOX.kind, title=lambda _: "", url=lambda _: "/admin/outbox", may_read=_is_operator
    )
    refs.register_kind(DIGEST, title=lambda _: "", url=lambda _: "/", may_read=_is_own_desk)


def _is_own_desk(actor: Actor, user_id: int) -> bool:
    return actor.id == user_id


def _is_admin(actor: Actor, _day_id: int) -> bool:
    return actor.holds(permissions.CALENDAR)


def _is_operator(actor: Actor, _row_id: int) -> bool:
    return actor.holds(permissions.OUTBOX)
