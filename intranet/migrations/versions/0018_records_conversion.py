"""Files that are to become the PDFs of the office documents they hold."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Bring the schema one step forward."""
    op.create_table(
        "conversion",
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("role", sa.String(length=30), nullable=False),
        sa.Column("original_id", sa.Integer(), nullable=True),
        sa.Column("problem", sa.String(length=60), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("asked_at", _INSTANT, nullable=False),
        sa.Column("begun_at", _INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["file_id"], ["file.id"], name=op.f("fk_conversion_file_id_file"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["original_id"], ["file.id"], name=op.f("fk_conversion_original_id_file"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("file_id", name=op.f("pk_conversion")),
    )
    op.create_index(op.f("ix_conversion_state"), "conversion", ["state"], unique=False)


def downgrade() -> None:
    """Take it one step back."""
    op.drop_table("conversion")
