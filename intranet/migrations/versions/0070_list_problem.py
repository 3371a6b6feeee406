"""Why a list was not taken over in the background."""

import sqlalchemy as sa
from alembic import op

revision = "0070"
down_revision = "0069"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema one step forward."""
    op.add_column("list_import", sa.Column("problem", sa.String(length=60), nullable=True))


def downgrade() -> None:
    """Bring the schema one step back."""
    op.drop_column("list_import", "problem")
