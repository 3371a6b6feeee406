"""What this wing plugs into the application."""

from flask import Flask

from intranet.core import menu, refs, slots
from intranet.notices import channels, digest, reminder_rules
from intranet.notices import services as notices
from intranet.schedule import weeks
from meetings import (
    jobs,
    leading,
    live,
    live_calls,
    live_few,
    live_following,
    live_http,
    live_marks,
    live_minutes,
    live_packs,
    live_time,
    live_votes,
    subscribers,
)
from meetings.commands import agenda, devices, members, presenting, votes
from meetings.commands import floor as floor_commands
from meetings.commands import minutes as minutes_commands
from meetings.models import (
    annotation,
    answer,
    conclusion,
    device,
    floor,
    handover,
    journal,
    meeting,
    minutes,
    opinion,
    paper,
    position,
    readiness,
    revision,
    vote,
)
from meetings.permissions import BODIES, may_read_item, may_read_meeting
from meetings.sample import build
from meetings.sample import opinions as sample_opinions
from meetings.services import (
    archiving,
    chasing,
    conclusion_lists,
    copies,
    holding,
    invitations,
    listing,
    minutes_files,
    opinion_lists,
    opinions,
    paper_rights,
    profiles,
    rehearsals,
    unanswered,
)
from meetings.services.opinion_access import may_read_opinion
from meetings.services.readiness import REMINDED as PACKS_REMINDED
from meetings.views import (
    bodies,
    check_in,
    distribution,
    marks,
    packs,
    planning,
    rehearsal,
    revisions,
    room,
    screen,
    seats,
)
from meetings.views import devices as device_pages
from meetings.views import minutes as minutes_pages
from meetings.views.home import opinions_panel, todays_panel
from meetings.views.opinions import bp as opinions_bp

#: Modules whose import registers commands, sockets or tables.
REGISTERED = (
    agenda,
    annotation,
    answer,
    conclusion,
    device,
    devices,
    floor,
    floor_commands,
    handover,
    jobs,
    journal,
    leading,
    live,
    live_calls,
    live_few,
    live_following,
    live_minutes,
    live_marks,
    live_packs,
    live_time,
    live_votes,
    meeting,
    members,
    minutes,
    minutes_commands,
    opinion,
    paper,
    position,
    presenting,
    readiness,
    revision,
    subscribers,
    vote,
    votes,
)


def plug_in(app: Flask) -> None:
    """Register pages, sockets, kinds of record and menu entries."""
    pages = (
        planning,
        rehearsal,
        distribution,
        room,
        screen,
        device_pages,
        check_in,
        seats,
        bodies,
        revisions,
        packs,
        marks,
        minutes_pages,
        live_http,
    )
    for blueprint in (*(page.bp for page in pages), opinions_bp):
        app.register_blueprint(blueprint)
    menu.add(menu.Entry("meetings", "meetings.index", "calendar-event", "mine", 40))
    menu.add(menu.Entry("bodies", "meetings_bodies.index", "gavel", "admin", 830, BODIES))
    refs.register_kind(
        "meeting",
        title=listing.title_of,
        url=listing.url_of,
        may_read=may_read_meeting,
        file_rights=paper_rights.file_rights,
        bounded=True,
        home=lambda key: f"/tablet/{key}",
    )
    refs.register_kind(
        "agenda_item",
        title=listing.title_of_item,
        url=listing.url_of_item,
        may_read=may_read_item,
        file_rights=paper_rights.file_rights,
        bounded=True,
    )
    refs.register_kind(
        "conclusion",
        title=conclusion_lists.title_of,
        url=conclusion_lists.url_of,
        may_read=conclusion_lists.may_read,
        bounded=True,
    )
    refs.register_kind(
        "meeting_archive",
        title=archiving.title_of,
        url=minutes_files.url_of,
        may_read=archiving.may_read,
    )
    refs.register_kind(
        "minutes",
        title=minutes_files.title_of,
        url=minutes_files.url_of,
        may_read=minutes_files.may_read,
        bounded=True,
    )
    refs.register_kind(
        "body",
        title=profiles.title_of,
        url=lambda _: "/admin/bodies",
        may_read=lambda actor, _: actor.holds(BODIES),
    )
    refs.register_kind(
        "opinion", title=opinion_lists.title_of, url=opinion_lists.url_of, may_read=may_read_opinion
    )
    reminder_rules.register(opinions.REMINDED)
    reminder_rules.register(invitations.REMINDED)
    reminder_rules.register(chasing.REMINDED)
    reminder_rules.register(PACKS_REMINDED)
    for topic in unanswered.REMINDED:
        reminder_rules.register(topic)
    notices.register_titles("meeting", listing.titles_for)
    notices.register_silent("meeting", rehearsals.is_silent)
    channels.classify("meeting", "meeting.*", "minutes.*")
    channels.classify("opinion", "opinion.*")
    for kind in ("meeting", "minutes", "opinion"):
        channels.let_leave(kind)
    notices.register_titles("opinion", opinion_lists.titles_for)
    slots.fill(weeks.HELD, holding.held_by)
    slots.fill("home.panel", opinions_panel)
    slots.fill(digest.SLOT, opinion_lists.this_morning)
    slots.fill("home.panel", todays_panel)
    slots.fill("search", listing.found_for)
    slots.fill("file.copy", copies.copy_for)
    slots.fill("sample", build.build)
    slots.fill("sample", sample_opinions.build)
