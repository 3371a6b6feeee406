"""An office on each engine, for benches that compare them: SQLite, then a PostgreSQL started for it."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from documents.models.register import RegisterKind
from documents.services import catalogue
from intranet.app import create_app
from intranet.core import config, db
from tests import databases, postgres
from tests.factories import make_office


@dataclass(frozen=True)
class Place:
    """An open database with one office in it, and where another process finds it."""

    engine: str
    folder: Path
    url: str
    org_id: int
    clerk_id: int
    leader_id: int
    unit_id: int
    #: The office's register of the kind that was asked for.
    register_id: int


def each(kind: RegisterKind) -> Iterator[Place]:
    """The same office on both engines in turn; what is committed is on the disk, as users have it."""
    with tempfile.TemporaryDirectory(prefix="office-bench-") as folder:
        try:
            yield _place("SQLite", Path(folder), f"sqlite:///{folder}/office.sqlite3", kind)
            postgres.SETTINGS.update(fsync="on", synchronous_commit="on", full_page_writes="on")
            postgres.PLACES = (Path("/tmp"), Path("/tmp"))
            cluster = postgres.start()
            try:
                yield _place("PostgreSQL", Path(folder), cluster.create("bench"), kind)
            finally:
                db.close_database()
                cluster.stop()
        finally:
            db.close_database()


def _place(engine: str, folder: Path, url: str, kind: RegisterKind) -> Place:
    databases.migrate(url)
    settings = config.load(data_dir=folder, database_url=url, public_url="http://localhost")
    create_app(replace(settings, is_testing=True))
    db.open_database(settings)
    with db.scope():
        office = make_office()
        catalogue.seed(office.org.id)
        with db.agencies({office.org.id}):
            register = catalogue.register_for(office.org.id, kind, None)
        people = (office.org.id, office.clerk.id, office.leader.id, office.stc.id)
        return Place(engine, folder, url, *people, register.id)
