"""Until when members may object to an item of the consent block."""

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema one step forward."""
    with op.batch_alter_table("agenda_item", schema=None) as batch_op:
        batch_op.add_column(sa.Column("answer_by", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Bring the schema one step back."""
    with op.batch_alter_table("agenda_item", schema=None) as batch_op:
        batch_op.drop_column("answer_by")
