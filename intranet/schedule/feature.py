"""What this package plugs into the application."""

from flask import Flask

from intranet.core import db, menu, refs, slots
from intranet.notices import services as notices
from intranet.schedule import feed_views, listing, models, permissions, sample, views, weeks

#: Imported for what they register: tables.
REGISTERED = (models,)


def plug_in(app: Flask) -> None:
    """Register pages, kinds of record and menu entries."""
    app.register_blueprint(views.bp)
    app.register_blueprint(feed_views.bp)
    menu.add(menu.Entry("schedule", "schedule.week", "calendar", "mine", 45))
    menu.add(menu.Entry("rooms", "schedule.resources", "door", "admin", 65, permissions.CATALOGUE))
    refs.register_kind(
        "schedule_entry", title=listing.title_of, url=listing.url_of, may_read=permissions.may_read
    )
    refs.register_kind(
        "schedule_week", title=weeks.title_of, url=weeks.url_of, may_read=permissions.may_read_week
    )
    refs.register_kind(
        "resource",
        title=_resource_title,
        url=lambda _: "/schedule/rooms",
        may_read=lambda actor, _: actor.holds(permissions.CATALOGUE),
    )
    refs.register_kind(
        "calendar_feed", title=lambda _: "", url=lambda _: "/me/calendar", may_read=lambda *_: False
    )
    notices.register_titles("schedule_entry", listing.titles_for)
    slots.fill("sample", sample.build)


def _resource_title(key: int) -> str:
    found = db.session().get(models.Resource, key)
    return "" if found is None else found.name
