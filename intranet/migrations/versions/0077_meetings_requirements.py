"""What those invited to a meeting are to prepare."""

import sqlalchemy as sa
from alembic import op

revision = "0077"
down_revision = "0076"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema one step forward."""
    op.add_column("meeting", sa.Column("requirements", sa.String(500), nullable=False, server_default=""))


def downgrade() -> None:
    """Bring the schema one step back."""
    op.drop_column("meeting", "requirements")
