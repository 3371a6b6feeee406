"""Fixtures of the whole suite. Each test has a database of its own; the only thing faked is the clock."""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from documents.services import catalogue
from intranet.app import create_app
from intranet.core import clock, config, db, engines
from intranet.people.models import User
from tests import databases, kept_engines, postgres
from tests.clients import client_for
from tests.factories import Office, find_office, make_office

#: A Friday morning in the office, no holiday near.
MORNING = datetime(2026, 11, 13, 1, 30, tzinfo=UTC)
#: What was made once and copied, by the fixture that a test asks for; the fullest first.
_BEGUN = {"desk": "desk_url", "office": "office_url"}


def pytest_configure(config: pytest.Config) -> None:
    """Start the temporary PostgreSQL cluster once, in the process that leads the run."""
    engines.make = kept_engines.make
    if os.environ.get("OFFICE_DB") == "postgresql" and not hasattr(config, "workerinput"):
        config.office_cluster = postgres.start()  # type: ignore[attr-defined]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL only what asks a database runs: all else has run on SQLite and would be the same."""
    if os.environ.get("OFFICE_DB") != "postgresql":
        return
    touches = {"database_url", "maker"}
    is_full = os.environ.get("OFFICE_PROOFS") == "full"
    same = [
        item
        for item in items
        if not touches & set(getattr(item, "fixturenames", ()))
        or (item.get_closest_marker("pages") and not is_full)
    ]
    config.hook.pytest_deselected(items=same)
    items[:] = [item for item in items if item not in set(same)]


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the cluster."""
    cluster = getattr(config, "office_cluster", None)
    if cluster is not None:
        cluster.stop()


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    """A temporary folder of this test process."""
    yield from databases.test_folder()


@pytest.fixture(scope="session")
def maker(folder: Path, session_app: Flask) -> databases.Maker:
    """Makes databases of the chosen engine."""
    if os.environ.get("OFFICE_DB") == "postgresql":
        return databases.PostgresqlMaker(postgres.running())
    return databases.SqliteMaker(folder)


@pytest.fixture(scope="session")
def session_app(folder: Path) -> Flask:
    """The application, made once; its database is exchanged for every test."""
    data = folder / "data"
    settings = config.load(
        data_dir=data, database_url=f"sqlite:///{folder}/none.sqlite3", public_url="http://localhost"
    )
    return create_app(replace(settings, is_testing=True, extra_origins=()))


@pytest.fixture(scope="session")
def office_url(maker: databases.Maker, session_app: Flask) -> str:
    """URL of a database with the test office in it; nobody opens it, tests begin with copies."""
    url = maker.fresh()
    db.open_database(replace(session_app.config["SETTINGS"], database_url=url))
    with db.scope():
        make_office()
    db.close_database()
    return url


@pytest.fixture(scope="session")
def desk_url(maker: databases.Maker, session_app: Flask, office_url: str) -> str:
    """The same, both agencies with their kinds, registers and sentences."""
    url = maker.fresh(office_url)
    db.open_database(replace(session_app.config["SETTINGS"], database_url=url))
    with db.scope():
        office = find_office()
        catalogue.seed(office.org.id)
        catalogue.seed(office.other.id)
    db.close_database()
    return url


@pytest.fixture
def database_url(maker: databases.Maker, request: pytest.FixtureRequest) -> Iterator[str]:
    """URL of this test's own database, with the test office, or more, where the test asks for it."""
    begun = next((made for name, made in _BEGUN.items() if name in request.fixturenames), None)
    url = maker.fresh(begun and request.getfixturevalue(begun))
    yield url
    db.close_database()
    maker.drop(url)


@pytest.fixture
def app(session_app: Flask, database_url: str, tmp_path: Path) -> Flask:
    """The application on this test's own database and file store."""
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    settings = replace(session_app.config["SETTINGS"], database_url=database_url, data_dir=data)
    session_app.config["SETTINGS"] = settings
    session_app.session_interface.settings = settings  # type: ignore[attr-defined]
    db.open_database(settings)
    return session_app


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    """A clock that stands at a known morning until a test moves it."""
    clock.freeze(MORNING)
    yield
    clock.reset()


@pytest.fixture
def office(app: Flask) -> Iterator[Office]:
    """A small province office and a stranger's agency, with a scope open for the test's own reading."""
    with db.scope():
        found = find_office()
        db.set_agencies({found.org.id})
        yield found


@pytest.fixture
def client_of(app: Flask) -> Callable[[User], FlaskClient]:
    """Makes a browser in which a person is signed in."""
    return lambda user: client_for(app, user)


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every event told during the test, in order."""
    told: list[Any] = []
    real = db.events.dispatch

    def remember(fact: object) -> None:
        told.append(fact)
        real(fact)

    monkeypatch.setattr(db.events, "dispatch", remember)
    return told
