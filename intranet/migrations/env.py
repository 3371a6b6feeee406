"""Alembic's entry: one line of migrations for the ground floor and the wings."""

from alembic import context
from sqlalchemy import Connection, create_engine

from intranet.core.db import Base

config = context.config


def run(connection: Connection) -> None:
    """Run the migrations that are asked for on an open connection."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


if "connection" in config.attributes:
    run(config.attributes["connection"])
else:
    engine = create_engine(config.get_main_option("sqlalchemy.url") or "")
    with engine.connect() as opened:
        run(opened)
    engine.dispose()
