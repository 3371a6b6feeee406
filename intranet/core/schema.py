"""Brings a database up to this code, and says whether it is.

Where numbered migrations lie in the package they are run; a tree without any gets its tables from the
models. Call it once every model is imported, that is after the application was made.
"""

from functools import cache
from pathlib import Path

import sqlalchemy
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from intranet.core.config import Settings
from intranet.core.db import Base

MIGRATIONS = Path(__file__).resolve().parents[1] / "migrations"


def has_migrations() -> bool:
    """True when the package carries numbered migrations."""
    return any(path.stem != "__init__" for path in (MIGRATIONS / "versions").glob("*.py"))


def alembic_config(settings: Settings) -> Config:
    """Alembic's settings for this installation; ``sqlalchemy.url`` is the database's."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("sqlalchemy.url", settings.database_url.replace("%", "%%"))
    return config


def prepare(settings: Settings) -> None:
    """Make the schema if there is none, else bring it up to this code; doing it twice changes nothing."""
    if has_migrations():
        command.upgrade(alembic_config(settings), "head")
        return
    engine = sqlalchemy.create_engine(settings.database_url)
    try:
        Base.metadata.create_all(engine)
    finally:
        engine.dispose()


def drop(settings: Settings) -> None:
    """Take every table away, as ``intranet sample`` does with what an interrupted run left."""
    engine = sqlalchemy.create_engine(settings.database_url)
    try:
        there = sqlalchemy.MetaData()
        there.reflect(engine)
        there.drop_all(engine)
    finally:
        engine.dispose()


def is_current(engine: sqlalchemy.Engine) -> bool:
    """True when the database has the schema of this code."""
    with engine.connect() as connection:
        if has_migrations():
            return MigrationContext.configure(connection).get_current_revision() == _head()
        return set(Base.metadata.tables) <= set(sqlalchemy.inspect(connection).get_table_names())


@cache
def _head() -> str | None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return ScriptDirectory.from_config(config).get_current_head()
