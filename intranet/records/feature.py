"""What this package plugs into the application."""

from flask import Flask

from intranet.core import db, refs, typed
from intranet.core.actor import Actor
from intranet.records import conversions, files, jobs, live, models, permissions, scans, views
from intranet.records.models import File, StagedFile
from intranet.records.receiving import OfficeRequest
from intranet.records.secrecy import is_marked

#: Imported for what they declare.
DECLARING = (conversions, jobs, live, models, permissions, scans)


def plug_in(app: Flask) -> None:
    """Register pages, jobs, kinds of record and menu entries."""
    app.request_class = OfficeRequest
    typed.look_for("field.secret_mark", is_marked)
    app.register_blueprint(views.bp)
    app.jinja_env.globals["kept_uploads"] = views.kept_uploads
    refs.register_kind("file", title=_file_name, url=_file_url, may_read=_may_read_file)
    refs.register_kind("staged_file", title=_staged_name, url=_staged_url, may_read=_is_own)


def _file(key: int) -> File:
    return db.session().get_one(File, key)


def _file_name(key: int) -> str:
    return _file(key).name


def _file_url(key: int) -> str:
    return _file(key).url


def _may_read_file(actor: Actor, key: int) -> bool:
    found = db.session().get(File, key)
    return found is not None and "read" in files.rights(actor, found)


def _staged_name(key: int) -> str:
    return db.session().get_one(StagedFile, key).name


def _staged_url(key: int) -> str:
    return f"/files/staged/{db.session().get_one(StagedFile, key).public_id}"


def _is_own(actor: Actor, key: int) -> bool:
    found = db.session().get(StagedFile, key)
    return found is not None and found.owner_id == actor.id
