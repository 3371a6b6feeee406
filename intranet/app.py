"""The application, put together: the ground floor, then the wings by name."""

from importlib import import_module
from pathlib import Path

from flask import Flask
from flask_babel import Babel
from flask_wtf import CSRFProtect

from intranet import home
from intranet.auditing import feature as auditing
from intranet.boards import feature as boards
from intranet.core import db, headers, live, logs, offline, web
from intranet.core.config import Settings, load, require_strong
from intranet.core.live import sockets
from intranet.core.pages import install_page_helpers
from intranet.exports import feature as exports
from intranet.notices import feature as notices
from intranet.people import feature as people
from intranet.people.sessions import install_sessions, load_actor, load_person
from intranet.records import feature as records
from intranet.schedule import feature as schedule
from intranet.tasks import feature as tasks

#: The only modules named by a string: what each wing plugs in.
FEATURES = ("documents.feature", "meetings.feature", "mail.feature")

_PACKAGE = Path(__file__).resolve().parent
csrf = CSRFProtect()


def create_app(settings: Settings | None = None, *, with_sockets: bool = True) -> Flask:
    """Make the application of this process.

    :param with_sockets: False in the worker and on the command line; live events then leave signals.
    :raises UndeclaredAccess: a route declares nothing.
    :raises WeakConfiguration: the settings would not be safe.
    """
    settings = settings or load()
    require_strong(settings)
    logs.start()
    app = web.OfficeApp(
        "intranet", root_path=str(_PACKAGE), static_folder="static", template_folder=_templates()
    )
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.keys["signing"],
        TESTING=settings.is_testing,
        TRUSTED_HOSTS=settings.trusted_hosts,
        MAX_CONTENT_LENGTH=settings.max_request_bytes,
        MAX_FORM_MEMORY_SIZE=500_000,
        MAX_FORM_PARTS=1000,
        BABEL_DEFAULT_LOCALE="vi",
        BABEL_DEFAULT_TIMEZONE="Asia/Ho_Chi_Minh",
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
    )
    db.open_database(settings)
    install_sessions(app)
    web.install(app, load_actor, load_person)
    csrf.init_app(app)
    headers.install(app)
    Babel(app, locale_selector=_language)
    install_page_helpers(app)
    app.jinja_env.add_extension("jinja2.ext.i18n")
    for package in (records, people, exports, notices, boards, tasks, auditing, schedule):
        package.plug_in(app)
    app.register_blueprint(offline.bp)
    home.install(app)
    for name in FEATURES:
        import_module(name).plug_in(app)
    web.require_declared(app)
    if with_sockets:
        sockets.attach(app, settings)
    else:
        live.leave_signals()
    return app


def _language() -> str:
    actor = web.present_actor()
    return getattr(actor, "language", "vi")


def _templates() -> str:
    beside = _PACKAGE.parent / "templates"
    return str(beside if beside.is_dir() else _PACKAGE / "_templates")
