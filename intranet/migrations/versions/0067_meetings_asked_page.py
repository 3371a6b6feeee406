"""What lay before whoever asked to speak: a paper and a page."""

import sqlalchemy as sa
from alembic import op

revision = "0067"
down_revision = "0066"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema one step forward."""
    op.add_column("speech", sa.Column("paper", sa.String(32), nullable=True))
    op.add_column("speech", sa.Column("page", sa.Integer(), nullable=True))


def downgrade() -> None:
    """Bring the schema one step back."""
    op.drop_column("speech", "page")
    op.drop_column("speech", "paper")
