"""What ended of late is found by its state and day; what ended in an agency is read newest first as it lies."""

import sqlalchemy as sa
from alembic import op

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None

_ENDED = sa.text("state IN ('done', 'cancelled')")


def upgrade() -> None:
    """Bring the schema one step forward."""
    op.drop_index("ix_task_ended", table_name="task")
    op.create_index("ix_task_ended", "task", ["state", "accepted_at", "org_id"])
    op.create_index("ix_task_newest", "task", ["org_id", "id"], sqlite_where=_ENDED, postgresql_where=_ENDED)


def downgrade() -> None:
    """Bring the schema one step back."""
    op.drop_index("ix_task_newest", table_name="task")
    op.drop_index("ix_task_ended", table_name="task")
    op.create_index("ix_task_ended", "task", ["accepted_at"])
