"""Drafts that other parts of the house asked for know what they were drafted for."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema one step forward."""
    op.add_column("document", sa.Column("origin_kind", sa.String(length=40), nullable=True))
    op.add_column("document", sa.Column("origin_id", sa.Integer(), nullable=True))


def downgrade() -> None:
    """Take it one step back."""
    with op.batch_alter_table("document") as batch:
        batch.drop_column("origin_id")
        batch.drop_column("origin_kind")
