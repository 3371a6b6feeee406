"""Whom an announcement in a meeting's room is for."""

import sqlalchemy as sa
from alembic import op

revision = "0076"
down_revision = "0075"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema one step forward."""
    op.add_column("room_notice", sa.Column("to", sa.String(40), nullable=False, server_default="all"))


def downgrade() -> None:
    """Bring the schema one step back."""
    op.drop_column("room_notice", "to")
