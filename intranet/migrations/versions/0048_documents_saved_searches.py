"""Kept searches have columns of their own, and remind their owners of what they find anew."""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema one step forward; those kept so far remind of nothing."""
    for name in ("columns", "told"):
        op.add_column("saved_search", sa.Column(name, sa.JSON(), nullable=False, server_default="[]"))
    op.add_column(
        "saved_search", sa.Column("reminds", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("saved_search", sa.Column("looked_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Take it one step back."""
    for name in ("looked_at", "reminds", "told", "columns"):
        op.drop_column("saved_search", name)
