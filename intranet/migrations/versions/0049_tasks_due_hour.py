"""A task may be due at an hour; requests that wait for a decision are found by their state."""

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema one step forward."""
    op.add_column("task", sa.Column("due_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_task_extension_state", "task_extension", ["state", "task_id"])


def downgrade() -> None:
    """Bring the schema one step back."""
    op.drop_index("ix_task_extension_state", table_name="task_extension")
    op.drop_column("task", "due_at")
