"""Who sends the invitations by a body's rules, and the hour at which a postponed meeting does not take place."""

import sqlalchemy as sa
from alembic import op

revision = "0069"
down_revision = "0068"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema one step forward."""
    op.add_column(
        "body", sa.Column("secretary_publishes", sa.Boolean(), nullable=False, server_default=sa.true())
    )
    op.add_column("meeting", sa.Column("postponed_from", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Bring the schema one step back."""
    op.drop_column("meeting", "postponed_from")
    op.drop_column("body", "secretary_publishes")
