"""What ended of late is found by its day, whoever led it."""

from alembic import op

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema one step forward."""
    op.create_index("ix_task_ended", "task", ["accepted_at"])


def downgrade() -> None:
    """Bring the schema one step back."""
    op.drop_index("ix_task_ended", table_name="task")
