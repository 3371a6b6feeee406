"""Scanned files whose words are read in the background."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Bring the schema one step forward."""
    op.create_table(
        "scan",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=True),
        sa.Column("problem", sa.String(length=60), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("asked_at", _INSTANT, nullable=False),
        sa.Column("begun_at", _INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_scan")),
    )
    op.create_index(op.f("ix_scan_state"), "scan", ["state"], unique=False)


def downgrade() -> None:
    """Take it one step back."""
    op.drop_table("scan")
