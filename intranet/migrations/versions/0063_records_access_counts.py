"""How often records and files are looked at, fetched and printed, by day."""

import sqlalchemy as sa
from alembic import op

revision = "0063"
down_revision = "0062"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema one step forward."""
    op.create_table(
        "access_count",
        sa.Column("ref_kind", sa.String(length=40), nullable=False),
        sa.Column("ref_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("org_id", sa.Integer(), nullable=False),
        sa.Column("viewed", sa.Integer(), nullable=False),
        sa.Column("downloaded", sa.Integer(), nullable=False),
        sa.Column("printed", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["org_id"], ["organisation.id"], name=op.f("fk_access_count_org_id_organisation")
        ),
        sa.PrimaryKeyConstraint("ref_kind", "ref_id", "day", name=op.f("pk_access_count")),
    )
    op.create_index("ix_access_count_day", "access_count", ["org_id", "day"])


def downgrade() -> None:
    """Bring the schema one step back."""
    op.drop_table("access_count")
