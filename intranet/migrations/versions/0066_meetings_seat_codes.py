"""Codes by which a device takes a place may stand on a card at the seat."""

import sqlalchemy as sa
from alembic import op

revision = "0066"
down_revision = "0065"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema one step forward."""
    op.add_column(
        "device_code", sa.Column("is_printed", sa.Boolean(), nullable=False, server_default=sa.false())
    )


def downgrade() -> None:
    """Bring the schema one step back."""
    op.drop_column("device_code", "is_printed")
