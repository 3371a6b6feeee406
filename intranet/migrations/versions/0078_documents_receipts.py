"""Who signed for an incoming document that was handed on."""

import sqlalchemy as sa
from alembic import op

revision = "0078"
down_revision = "0077"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema one step forward."""
    op.add_column("document", sa.Column("receiver_ack", sa.JSON(none_as_null=True), nullable=True))


def downgrade() -> None:
    """Bring the schema one step back."""
    with op.batch_alter_table("document") as batch:
        batch.drop_column("receiver_ack")
