"""What devices last said of the packs that they keep."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema one step forward."""
    op.create_table(
        "device_readiness",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("device", sa.String(length=32), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("rev", sa.String(length=16), nullable=False),
        sa.Column("verified", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("problem", sa.String(length=20), nullable=True),
        sa.Column("app", sa.String(length=8), nullable=False),
        sa.Column("free", sa.BigInteger(), nullable=True),
        sa.Column("need", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_device_readiness_meeting_id_meeting")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_device_readiness_user_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device_readiness")),
        sa.UniqueConstraint("meeting_id", "device", name=op.f("uq_device_readiness_meeting_id_device")),
    )
    op.create_index(op.f("ix_device_readiness_user_id"), "device_readiness", ["user_id"], unique=False)


def downgrade() -> None:
    """Take it one step back."""
    op.drop_table("device_readiness")
