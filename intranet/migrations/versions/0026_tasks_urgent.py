"""Tasks that are urgent."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema one step forward; what was given before nobody called urgent."""
    op.add_column("task", sa.Column("is_urgent", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """Take it one step back."""
    op.drop_column("task", "is_urgent")
