"""One line of migrations that makes exactly what the models say, on both engines."""

import re
from collections.abc import Iterator

import pytest
import sqlalchemy
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask

from intranet.core import fulltext
from intranet.core.db import Base
from intranet.core.schema import MIGRATIONS, alembic_config
from tests import databases

VERSIONS = MIGRATIONS / "versions"


@pytest.fixture
def migrated(maker: databases.Maker) -> Iterator[sqlalchemy.Engine]:
    """An empty database brought up by the migrations alone."""
    url = maker.empty()
    databases.migrate(url)
    engine = sqlalchemy.create_engine(url)
    yield engine
    engine.dispose()
    maker.drop(url)


def is_owned(name: str | None, kind: str) -> bool:
    """True for a table of an index of words, which no model describes."""
    return kind == "table" and fulltext.owned(name or "", "document")


def test_the_migrations_make_what_the_models_say(migrated: sqlalchemy.Engine) -> None:
    with migrated.connect() as connection:
        opts = {"compare_type": False, "include_name": lambda name, kind, _parents: not is_owned(name, kind)}
        context = MigrationContext.configure(connection, opts=opts)
        assert compare_metadata(context, Base.metadata) == []


def test_migrations_are_one_line_numbered_without_a_gap(session_app: Flask) -> None:
    scripts = ScriptDirectory.from_config(alembic_config(session_app.config["SETTINGS"]))
    line = [script.revision for script in scripts.walk_revisions()][::-1]
    assert line == [f"{n:04d}" for n in range(1, len(line) + 1)]
    assert len(scripts.get_heads()) == 1
    names = sorted(path.stem for path in VERSIONS.glob("*.py"))
    assert [name[:4] for name in names] == line
    assert all(re.fullmatch(r"\d{4}_[a-z_]+", name) for name in names)


@pytest.mark.parametrize("table", ["audit", "ledger_event"])
def test_logs_only_grow_in_a_migrated_database_too(migrated: sqlalchemy.Engine, table: str) -> None:
    on_postgresql = (
        "SELECT count(*) FROM pg_trigger WHERE tgrelid = CAST(:t AS regclass) AND NOT tgisinternal"
    )
    on_sqlite = "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :t"
    with migrated.connect() as connection:
        query = on_sqlite if connection.dialect.name == "sqlite" else on_postgresql
        assert connection.execute(sqlalchemy.text(query), {"t": table}).scalar_one() >= 2
