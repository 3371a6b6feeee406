"""What this wing plugs into the application."""

from flask import Flask

from intranet.core import menu, refs, slots
from intranet.notices import services as notices
from meetings import jobs, leading, live, live_votes
from meetings.commands import agenda, members, presenting, votes
from meetings.commands import floor as floor_commands
from meetings.models import annotation, answer, floor, handover, journal, meeting, position, vote
from meetings.permissions import BODIES, may_read_item, may_read_meeting
from meetings.sample import build
from meetings.services import listing, profiles
from meetings.views import bodies, check_in, planning, room, screen
from meetings.views.home import todays_panel

#: Modules whose import registers commands, sockets or tables.
REGISTERED = (
    agenda,
    annotation,
    answer,
    floor,
    floor_commands,
    handover,
    jobs,
    journal,
    leading,
    live,
    live_votes,
    meeting,
    members,
    position,
    presenting,
    vote,
    votes,
)


def plug_in(app: Flask) -> None:
    """Register pages, sockets, kinds of record and menu entries."""
    for blueprint in (planning.bp, room.bp, screen.bp, check_in.bp, bodies.bp, live.bp):
        app.register_blueprint(blueprint)
    menu.add(menu.Entry("meetings", "meetings.index", "calendar-event", "mine", 40))
    menu.add(menu.Entry("bodies", "meetings_bodies.index", "gavel", "admin", 830, BODIES))
    refs.register_kind("meeting", title=listing.title_of, url=listing.url_of, may_read=may_read_meeting)
    refs.register_kind(
        "agenda_item", title=listing.title_of_item, url=listing.url_of_item, may_read=may_read_item
    )
    refs.register_kind(
        "body",
        title=profiles.title_of,
        url=lambda _: "/admin/bodies",
        may_read=lambda actor, _: actor.holds(BODIES),
    )
    notices.register_titles("meeting", listing.titles_for)
    slots.fill("home.panel", todays_panel)
    slots.fill("search", listing.found_for)
    slots.fill("sample", build.build)
