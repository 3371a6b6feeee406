"""Rehearsals of meetings, and the robots that fill the seats in them."""

import sqlalchemy as sa
from alembic import op

revision = "0065"
down_revision = "0064"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema one step forward."""
    op.add_column("user", sa.Column("is_robot", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("meeting", sa.Column("rehearses_id", sa.Integer(), nullable=True))
    stands = sa.text("state <> 'cancelled'")
    op.create_index(
        "ux_meeting_rehearses",
        "meeting",
        ["rehearses_id"],
        unique=True,
        sqlite_where=stands,
        postgresql_where=stands,
    )


def downgrade() -> None:
    """Bring the schema one step back."""
    op.drop_index("ux_meeting_rehearses", table_name="meeting")
    op.drop_column("meeting", "rehearses_id")
    op.drop_column("user", "is_robot")
