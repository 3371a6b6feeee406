"""The sample office, built once for the whole run and opened as a copy by each module that asks for it."""

import fcntl
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from intranet import sample
from intranet.core import clock, config, db
from intranet.core.config import Settings
from intranet.people.models import User
from tests import databases
from tests.clients import OfficeClient, client_for
from tests.conftest import MORNING


@dataclass(frozen=True)
class Built:
    """A finished sample office: where its files lie, and the name of its database."""

    data: Path
    template: str


@dataclass
class SampleOffice:
    """The sample office as one module uses it: a database of its own, the files of all."""

    app: Flask
    settings: Settings

    def person(self, name: str) -> User:
        """The official of that name; needs an open scope."""
        return db.session().scalars(select(User).where(User.name == name)).one()

    def client(self, name: str) -> OfficeClient:
        """A browser in which that person is signed in."""
        with db.scope():
            return client_for(self.app, self.person(name))

    def nobody(self) -> OfficeClient:
        """A browser in which nobody is signed in."""
        return OfficeClient(self.app, self.app.response_class)


def _settings(data: Path, url: str) -> Settings:
    read = config.load(data_dir=data, database_url=url, public_url="http://localhost")
    return replace(read, is_testing=True, extra_origins=())


def _use(app: Flask, settings: Settings) -> None:
    app.config["SETTINGS"] = settings
    app.session_interface.settings = settings  # type: ignore[attr-defined]
    db.open_database(settings)


def _kept(url: str, place: Path) -> str:
    """Put a finished database where it outlives this process; returns its URL."""
    if not url.startswith("sqlite"):
        return url
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as opened:
        opened.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return f"sqlite:///{shutil.move(url.removeprefix('sqlite:///'), place / 'template.sqlite3')}"


@pytest.fixture(scope="session")
def built(session_app: Flask, maker: databases.Maker, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The sample office of this run, on the morning of the tests; the first process that asks builds it."""
    root = tmp_path_factory.getbasetemp()
    root = root.parent if root.name.startswith("popen-") else root
    place = root / f"sample-office-{type(maker).__name__}"
    place.mkdir(mode=0o700, exist_ok=True)
    with (place / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        known = place / "template"
        if not known.exists():
            (place / "data").mkdir(mode=0o700)
            url = maker.fresh()
            _use(session_app, _settings(place / "data", url))
            clock.freeze(MORNING)
            try:
                with session_app.app_context():
                    sample.build(lambda _: None)
            finally:
                clock.reset()
                db.close_database()
            known.write_text(_kept(url, place), encoding="utf-8")
    return Built(place / "data", known.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def sample_office(session_app: Flask, maker: databases.Maker, built: Built) -> Iterator[SampleOffice]:
    """A copy of the sample office for the tests of one module."""
    url = maker.fresh(built.template)
    settings = _settings(built.data, url)
    _use(session_app, settings)
    clock.freeze(MORNING)
    yield SampleOffice(session_app, settings)
    db.close_database()
    maker.drop(url)
