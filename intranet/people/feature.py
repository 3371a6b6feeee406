"""What this package plugs into the application."""

from flask import Flask, url_for

from intranet.core import db, health, menu, refs
from intranet.core.actor import Actor
from intranet.people import jobs, live, permissions
from intranet.people.models import Organisation, Unit, User
from intranet.people.views import (
    account,
    admin_agencies,
    admin_lists,
    admin_people,
    admin_people_lists,
    recent,
    sign_in,
)
from intranet.people.views.base import bp

#: Imported for what their decorators declare.
PARTS = (
    account,
    admin_agencies,
    admin_lists,
    admin_people,
    admin_people_lists,
    recent,
    sign_in,
    jobs,
    live,
)


def plug_in(app: Flask) -> None:
    """Register pages, jobs, kinds of record and menu entries."""
    app.register_blueprint(health.bp)
    app.register_blueprint(bp)
    menu.add(menu.Entry("people", "people.admin_people", "users", "admin", 800, permissions.ADMIN))
    menu.add(menu.Entry("agencies", "people.admin_agencies", "sitemap", "admin", 810, permissions.ADMIN))
    menu.add(menu.Entry("stand_ins", "people.admin_stand_ins", "user-check", "admin", 820, permissions.ADMIN))
    refs.register_kind("user", title=_person_title, url=_person_url, may_read=_administers)
    refs.register_kind("organisation", title=_agency_title, url=_agency_url, may_read=_administers)
    refs.register_kind("unit", title=_unit_title, url=_unit_url, may_read=_administers)


def _administers(actor: Actor, _key: int) -> bool:
    return actor.holds(permissions.ADMIN)


def _person_title(key: int) -> str:
    return db.session().get_one(User, key).full_name


def _person_url(key: int) -> str:
    return url_for("people.admin_person", user_id=key)


def _agency_title(key: int) -> str:
    return db.session().get_one(Organisation, key).name


def _agency_url(key: int) -> str:
    return url_for("people.admin_agency", org_id=key)


def _unit_title(key: int) -> str:
    return db.session().get_one(Unit, key).name


def _unit_url(key: int) -> str:
    return url_for("people.admin_agency", org_id=db.session().get_one(Unit, key).org_id)
