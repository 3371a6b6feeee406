"""When a sitting that pauses goes on, in what order people speak, and where each one sits."""

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema one step forward."""
    op.add_column("meeting", sa.Column("resumes_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("meeting", sa.Column("queue_rule", sa.String(length=10), nullable=True))
    op.add_column(
        "body", sa.Column("queue_rule", sa.String(length=10), nullable=False, server_default="asked")
    )
    for table in ("participant", "service_call"):
        op.add_column(table, sa.Column("seat", sa.String(length=20), nullable=False, server_default=""))


def downgrade() -> None:
    """Bring the schema one step back."""
    for table in ("service_call", "participant"):
        op.drop_column(table, "seat")
    op.drop_column("body", "queue_rule")
    op.drop_column("meeting", "queue_rule")
    op.drop_column("meeting", "resumes_at")
