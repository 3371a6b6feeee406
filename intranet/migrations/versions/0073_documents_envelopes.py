"""How many envelopes of a document went to a receiver by post."""

import sqlalchemy as sa
from alembic import op

revision = "0073"
down_revision = "0072"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema one step forward."""
    op.add_column("dispatch", sa.Column("envelopes", sa.Integer(), nullable=False, server_default="1"))


def downgrade() -> None:
    """Bring the schema one step back."""
    op.drop_column("dispatch", "envelopes")
