"""Deny by default: what may be asked says who may ask it, and the list of addresses is known."""

from pathlib import Path

import pytest
from flask import Flask

from intranet.core import commands, jobs, permits, web
from intranet.core.live import sockets
from intranet.people.models import Role

ROOT = Path(__file__).resolve().parents[2]
LIST = Path(__file__).with_name("routes.txt")


def routes(app: Flask) -> list[str]:
    """Each address with its methods and what it declared."""
    lines = []
    for rule in app.url_map.iter_rules():
        methods = ",".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
        lines.append(f"{rule.rule} {methods} {web.access_of(app.view_functions[rule.endpoint])}")
    return sorted(lines)


def test_every_route_declares_its_access_and_stands_in_the_committed_list(session_app: Flask) -> None:
    assert routes(session_app) == LIST.read_text(encoding="utf-8").splitlines()


def test_a_route_that_declares_nothing_stops_the_start() -> None:
    app = Flask("naked")
    app.view_functions["static"] = web.public("assets")(app.view_functions["static"])
    app.add_url_rule("/naked", "naked", lambda: "")
    with pytest.raises(web.UndeclaredAccess, match="naked declares no access"):
        web.require_declared(app)


def test_a_route_with_an_unknown_permit_stops_the_start() -> None:
    app = Flask("misspelt")
    app.view_functions["static"] = web.public("assets")(app.view_functions["static"])
    app.add_url_rule("/x", "x", web.needs("nobody.declared")(lambda: ""))
    with pytest.raises(web.UndeclaredAccess, match="unknown permit"):
        web.require_declared(app)


def test_every_permit_belongs_to_known_roles(session_app: Flask) -> None:
    known = {role.value for role in Role}
    assert {name: roles - known for name, roles in permits.declared().items() if roles - known} == {}


def test_every_socket_event_and_command_needs_a_known_permit(session_app: Flask) -> None:
    needed = set(sockets.declared().values()) | {c.permit for c in commands.declared().values()}
    assert {name for name in needed if not permits.exists(name)} == set()


def test_every_permit_is_asked_somewhere(session_app: Flask) -> None:
    source = "".join(
        path.read_text(encoding="utf-8")
        for folder in ("intranet", "documents", "meetings", "mail", "templates")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in {".py", ".html"}
    )
    constants = {}
    for path in [*ROOT.glob("*/permissions.py"), *ROOT.glob("intranet/*/permissions.py")]:
        for line in path.read_text(encoding="utf-8").splitlines():
            if "= permit(" in line:
                constants[line.split("=")[0].split(":")[0].strip()] = line
    unused = [name for name in constants if source.count(name) < 2]
    assert unused == []


def test_jobs_and_ticks_are_declared(session_app: Flask) -> None:
    handlers, ticks = jobs.declared()
    assert handlers, "no job is declared"
    assert ticks, "no tick is declared"
