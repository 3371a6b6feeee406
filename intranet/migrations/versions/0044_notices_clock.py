"""Sending stops when the clock jumps; helpers' own terms are reminded of, also of what is open already."""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

_REPLAN = {"first": "0001-01-01", "last": "9999-12-31", "topics": ["task", "task_part"]}


def upgrade() -> None:
    """Bring the schema one step forward."""
    with op.batch_alter_table("outbox_switch") as batch:
        batch.add_column(sa.Column("jumped_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("jumped_seconds", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("outbox_switch") as batch:
        batch.alter_column("jumped_seconds", server_default=None)
    _plan_anew()


def downgrade() -> None:
    """Bring the schema one step back."""
    with op.batch_alter_table("outbox_switch") as batch:
        batch.drop_column("jumped_seconds")
        batch.drop_column("jumped_at")


def _plan_anew() -> None:
    """Leave it to the worker to plan what is open, where anything is."""
    bind = op.get_bind()
    if not bind.execute(sa.text("SELECT 1 FROM task LIMIT 1")).first():
        return
    job = sa.table(
        "job",
        *(sa.column(name) for name in ("kind", "key", "state", "tries", "run_at")),
        sa.column("payload", sa.JSON()),
    )
    planned = {"kind": "reminders.replan", "key": "migration 0044", "payload": _REPLAN}
    bind.execute(
        sa.insert(job).values(run_at=sa.func.current_timestamp(), state="waiting", tries=0, **planned)
    )
