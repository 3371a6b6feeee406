"""Names that agencies had lead to them; a form of an agency made from an older state is refused."""

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema one step forward."""
    op.add_column("party", sa.Column("is_old_name", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("party", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))


def downgrade() -> None:
    """Bring the schema one step back."""
    for name in ("version", "is_old_name"):
        op.drop_column("party", name)
