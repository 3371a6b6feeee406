"""Whether somebody is absent from a meeting with leave."""

import sqlalchemy as sa
from alembic import op

revision = "0075"
down_revision = "0074"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema one step forward."""
    op.add_column("attendance", sa.Column("has_leave", sa.Boolean(), nullable=True))


def downgrade() -> None:
    """Bring the schema one step back."""
    op.drop_column("attendance", "has_leave")
