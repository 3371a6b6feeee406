"""Replacements whose marks wait on pages that are pictures, to be read."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema one step forward."""
    with op.batch_alter_table("paper_replacement") as batch:
        batch.add_column(sa.Column("to_read", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch.create_index(op.f("ix_paper_replacement_to_read"), ["to_read"], unique=False)


def downgrade() -> None:
    """Take it one step back."""
    with op.batch_alter_table("paper_replacement") as batch:
        batch.drop_index(op.f("ix_paper_replacement_to_read"))
        batch.drop_column("to_read")
