"""When a sitting was to end, as it was planned at its opening."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema one step forward."""
    op.add_column("meeting", sa.Column("plan_end", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Take it one step back."""
    op.drop_column("meeting", "plan_end")
