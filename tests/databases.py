"""A database of its own for every test: real engines, real commits, no stand-ins.

SQLite: the finished schema is one file, copied per test. PostgreSQL (``OFFICE_DB=postgresql``): one
temporary cluster for the run, a database from a template per test. What many tests begin with is made
once and copied with it: the test office, the sample office.
"""

import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from alembic import command
from alembic.config import Config

from intranet.core.schema import MIGRATIONS


class Maker(Protocol):
    """Makes a fresh database and takes it away."""

    def fresh(self, like: str | None = None) -> str:
        """URL of a new database: the whole schema, or all that the closed database ``like`` holds."""

    def empty(self) -> str:
        """URL of a new database with nothing in it."""

    def drop(self, url: str) -> None:
        """Take the database away; nobody is connected to it."""


def migrate(url: str) -> None:
    """Bring an empty database up by the migrations, as an installation does."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    command.upgrade(config, "head")


class SqliteMaker:
    """Copies of one finished file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.template = f"sqlite:///{folder}/template.sqlite3"
        migrate(self.template)

    def fresh(self, like: str | None = None) -> str:
        """Copy the template."""
        path = self.folder / f"{secrets.token_hex(6)}.sqlite3"
        shutil.copyfile((like or self.template).removeprefix("sqlite:///"), path)
        return f"sqlite:///{path}"

    def empty(self) -> str:
        """A file that does not exist yet."""
        return f"sqlite:///{self.folder / secrets.token_hex(6)}.sqlite3"

    def drop(self, url: str) -> None:
        """Remove the copy and what WAL left beside it."""
        path = Path(url.removeprefix("sqlite:///"))
        for suffix in ("", "-wal", "-shm"):
            Path(f"{path}{suffix}").unlink(missing_ok=True)


class PostgresqlMaker:
    """Databases from a template, in the run's temporary cluster."""

    def __init__(self, cluster: object) -> None:
        self.cluster = cluster
        self.template = f"template_{os.getpid()}"
        cluster.create(self.template)  # type: ignore[attr-defined]  # tests.postgres.Cluster
        migrate(cluster.url(self.template))  # type: ignore[attr-defined]

    def fresh(self, like: str | None = None) -> str:
        """Create a database from the template."""
        name = f"t_{secrets.token_hex(6)}"
        template = self.template if like is None else _name(like)
        self.cluster.create(name, template=template)  # type: ignore[attr-defined]
        return str(self.cluster.url(name))  # type: ignore[attr-defined]

    def empty(self) -> str:
        """Create a database without tables."""
        name = f"t_{secrets.token_hex(6)}"
        self.cluster.create(name)  # type: ignore[attr-defined]
        return str(self.cluster.url(name))  # type: ignore[attr-defined]

    def drop(self, url: str) -> None:
        """Drop it."""
        self.cluster.drop(_name(url))  # type: ignore[attr-defined]


def _name(url: str) -> str:
    return url.split("?")[0].rsplit("/", 1)[-1]


def test_folder() -> Iterator[Path]:
    """A temporary folder in memory where there is one, else on disk."""
    root = Path("/dev/shm") if os.access("/dev/shm", os.W_OK) else Path("/tmp")
    folder = root / f"office-test-{os.getpid()}-{secrets.token_hex(3)}"
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
