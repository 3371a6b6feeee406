"""Codes by which another device takes a person's place in a room, and sessions bound to one record."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Bring the schema one step forward."""
    op.create_table(
        "device_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("issued_by_id", sa.Integer(), nullable=False),
        sa.Column("issued_at", _INSTANT, nullable=False),
        sa.Column("until", _INSTANT, nullable=False),
        sa.Column("replaces_id", sa.Integer(), nullable=True),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("is_void", sa.Boolean(), nullable=False),
        sa.Column("used_at", _INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["issued_by_id"], ["user.id"], name=op.f("fk_device_code_issued_by_id_user")),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_device_code_meeting_id_meeting")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_device_code_user_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device_code")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_device_code_code_hash")),
    )
    op.create_index("ix_device_code_meeting", "device_code", ["meeting_id", "user_id"], unique=False)
    op.add_column("session", sa.Column("ended_why", sa.String(length=20), nullable=True))
    op.add_column("session", sa.Column("only", sa.String(length=40), nullable=True))
    op.add_column("session", sa.Column("until", _INSTANT, nullable=True))
    op.create_index(op.f("ix_session_only"), "session", ["only"], unique=False)
    op.add_column("participant", sa.Column("moved_at", _INSTANT, nullable=True))


def downgrade() -> None:
    """Take it one step back."""
    op.drop_column("participant", "moved_at")
    op.drop_index(op.f("ix_session_only"), table_name="session")
    for column in ("until", "only", "ended_why"):
        op.drop_column("session", column)
    op.drop_table("device_code")
