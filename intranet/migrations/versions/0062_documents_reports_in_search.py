"""What is reported on the tasks of a document is found with it; documents with reports are read again."""

import sqlalchemy as sa
from alembic import op

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None

_READ_AGAIN = (
    "UPDATE document_text SET changes = changes + 1 WHERE document_id IN ("
    "SELECT task.origin_id FROM task JOIN task_report ON task_report.task_id = task.id "
    "WHERE task.origin_kind = 'document')"
)


def upgrade() -> None:
    """Bring the schema one step forward."""
    op.add_column("document_text", sa.Column("reports", sa.Text(), nullable=False, server_default=""))
    op.execute(_READ_AGAIN)


def downgrade() -> None:
    """Bring the schema one step back."""
    op.drop_column("document_text", "reports")
