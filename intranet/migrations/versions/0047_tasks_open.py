"""Parties know whether their task is open, so that lists of open work do not read what ended in all years."""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

_OPEN = {"ix_task_open": ["org_id", "due_date"], "ix_task_open_of": ["assigner_id"]}


def upgrade() -> None:
    """Bring the schema one step forward."""
    op.add_column("task_party", sa.Column("is_open", sa.Boolean(), nullable=False, server_default=sa.true()))
    task = sa.table("task", sa.column("id"), sa.column("state"))
    party = sa.table("task_party", sa.column("task_id"), sa.column("is_open"))
    ended = sa.select(task.c.id).where(task.c.state.in_(["done", "cancelled"]))
    op.execute(sa.update(party).where(party.c.task_id.in_(ended)).values(is_open=sa.false()))
    for name in ("ix_task_party_user", "ix_task_party_unit", "ix_task_party_task_id"):
        op.drop_index(name, table_name="task_party")
    for who in ("user", "unit"):
        op.create_index(
            f"ix_task_party_{who}", "task_party", [f"{who}_id", "is_open", "role", "left_at", "task_id"]
        )
    op.create_index("ix_task_party_task", "task_party", ["task_id", "role", "left_at", "unit_id", "user_id"])
    op.drop_index("ix_task_assigner", table_name="task")
    op.create_index("ix_task_assigner", "task", ["assigner_id", "state", "accepted_at"])
    is_open = sa.text("state NOT IN ('done', 'cancelled')")
    for index, columns in _OPEN.items():
        op.create_index(index, "task", columns, sqlite_where=is_open, postgresql_where=is_open)


def downgrade() -> None:
    """Take it one step back."""
    for index in _OPEN:
        op.drop_index(index, table_name="task")
    op.drop_index("ix_task_assigner", table_name="task")
    op.create_index("ix_task_assigner", "task", ["assigner_id", "state"])
    for name in ("ix_task_party_user", "ix_task_party_unit", "ix_task_party_task"):
        op.drop_index(name, table_name="task_party")
    op.create_index("ix_task_party_task_id", "task_party", ["task_id"])
    op.create_index("ix_task_party_user", "task_party", ["user_id", "role", "left_at"])
    op.create_index("ix_task_party_unit", "task_party", ["unit_id", "role", "left_at"])
    op.drop_column("task_party", "is_open")
