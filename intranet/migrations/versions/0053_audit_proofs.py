"""How far the log of each agency was proved."""

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema one step forward."""
    op.create_table(
        "audit_proof",
        sa.Column("org_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("night", sa.Date(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("proved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("mac", sa.String(length=64), nullable=False),
        sa.Column("fault_seq", sa.Integer(), nullable=True),
        sa.Column("problem", sa.String(length=20), nullable=True),
        sa.ForeignKeyConstraint(
            ["org_id"], ["organisation.id"], name=op.f("fk_audit_proof_org_id_organisation")
        ),
        sa.PrimaryKeyConstraint("org_id", name=op.f("pk_audit_proof")),
    )


def downgrade() -> None:
    """Bring the schema one step back."""
    op.drop_table("audit_proof")
