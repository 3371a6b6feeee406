"""What the digital signatures in files are worth."""

import sqlalchemy as sa
from alembic import op

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema one step forward."""
    op.create_table(
        "signature_check",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("found", sa.JSON(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_signature_check")),
    )
    op.create_index(op.f("ix_signature_check_state"), "signature_check", ["state"], unique=False)


def downgrade() -> None:
    """Bring the schema one step back."""
    op.drop_index(op.f("ix_signature_check_state"), table_name="signature_check")
    op.drop_table("signature_check")
