"""Bytes that could not be read are found without looking at all the others."""

from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema one step forward."""
    op.create_index(op.f("ix_blob_problem"), "blob", ["problem"], unique=False)


def downgrade() -> None:
    """Bring the schema one step back."""
    op.drop_index(op.f("ix_blob_problem"), table_name="blob")
