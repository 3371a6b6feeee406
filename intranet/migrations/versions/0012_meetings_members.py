"""Positions of members on agenda items, and wishes that somebody else takes the chair."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema one step forward."""
    op.create_table(
        "position",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("stand", sa.String(length=40), nullable=False),
        sa.Column("text", sa.String(length=1000), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["agenda_item.id"], name=op.f("fk_position_item_id_agenda_item")
        ),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_position_meeting_id_meeting")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_position_user_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_position")),
        sa.UniqueConstraint("item_id", "user_id", name=op.f("uq_position_item_id_user_id")),
    )
    op.create_index(op.f("ix_position_meeting_id"), "position", ["meeting_id"], unique=False)
    op.create_index(op.f("ix_position_user_id"), "position", ["user_id"], unique=False)
    op.create_table(
        "chair_request",
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("to_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_chair_request_by_id_user")),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_chair_request_meeting_id_meeting")
        ),
        sa.ForeignKeyConstraint(["to_id"], ["user.id"], name=op.f("fk_chair_request_to_id_user")),
        sa.PrimaryKeyConstraint("meeting_id", name=op.f("pk_chair_request")),
    )
