"""Somebody may be away with nobody to stand in."""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema one step forward."""
    with op.batch_alter_table("delegation") as batch:
        batch.alter_column("substitute_id", existing_type=sa.Integer(), nullable=True)


def downgrade() -> None:
    """Bring the schema one step back."""
    op.execute(sa.text("DELETE FROM delegation WHERE substitute_id IS NULL"))
    with op.batch_alter_table("delegation") as batch:
        batch.alter_column("substitute_id", existing_type=sa.Integer(), nullable=False)
