"""The floor: bodies, attendance, speeches, announcements and calls."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema one step forward."""
    op.create_table(
        "body",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("org_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("quorum_num", sa.Integer(), nullable=False),
        sa.Column("quorum_den", sa.Integer(), nullable=False),
        sa.Column("base", sa.String(length=10), nullable=False),
        sa.Column("tie", sa.String(length=12), nullable=False),
        sa.Column("secret_min", sa.Integer(), nullable=False),
        sa.Column("remote_allowed", sa.Boolean(), nullable=False),
        sa.Column("secretary_counts", sa.Boolean(), nullable=False),
        sa.Column("guests_ask", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["org_id"], ["organisation.id"], name=op.f("fk_body_org_id_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_body")),
        sa.UniqueConstraint("org_id", "name", name=op.f("uq_body_org_id_name")),
    )
    op.create_table(
        "attendance",
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("via", sa.String(length=10), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_late", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_attendance_meeting_id_meeting")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_attendance_user_id_user")),
        sa.PrimaryKeyConstraint("meeting_id", "user_id", name=op.f("pk_attendance")),
    )
    op.create_table(
        "room_notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("level", sa.String(length=10), nullable=False),
        sa.Column("text", sa.String(length=300), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cleared_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_room_notice_by_id_user")),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_room_notice_meeting_id_meeting")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room_notice")),
    )
    op.create_index("ix_room_notice_of", "room_notice", ["meeting_id", "cleared_at"], unique=False)
    op.create_table(
        "service_call",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["done_by_id"], ["user.id"], name=op.f("fk_service_call_done_by_id_user")),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_service_call_meeting_id_meeting")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_service_call_user_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_call")),
    )
    op.create_index("ix_service_call_of", "service_call", ["meeting_id", "done_at"], unique=False)
    op.create_table(
        "speech",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("limit_s", sa.Integer(), nullable=False),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_ms", sa.Integer(), nullable=False),
        sa.Column("is_held", sa.Boolean(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("spent_s", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["agenda_item.id"], name=op.f("fk_speech_item_id_agenda_item")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_speech_meeting_id_meeting")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_speech_user_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_speech")),
    )
    op.create_index("ix_speech_of", "speech", ["meeting_id", "state"], unique=False)
    op.create_index(
        "ux_speech_running",
        "speech",
        ["meeting_id"],
        unique=True,
        sqlite_where=sa.text("state = 'speaking'"),
        postgresql_where=sa.text("state = 'speaking'"),
    )
    op.create_index(
        "ux_speech_waiting",
        "speech",
        ["meeting_id", "user_id"],
        unique=True,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    # In one statement: SQLite adds no constraint to a table that exists.
    op.execute(
        "ALTER TABLE meeting ADD COLUMN body_id INTEGER CONSTRAINT fk_meeting_body_id_body REFERENCES body (id)"
    )
    op.add_column("meeting", sa.Column("queue_open", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("meeting", sa.Column("timer", sa.JSON(none_as_null=True), nullable=True))
    op.create_table(
        "invitation_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("answer", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("substitute_id", sa.Integer(), nullable=True),
        sa.Column("standing", sa.String(length=40), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_invitation_answer_meeting_id_meeting")
        ),
        sa.ForeignKeyConstraint(
            ["substitute_id"], ["user.id"], name=op.f("fk_invitation_answer_substitute_id_user")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_invitation_answer_user_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation_answer")),
        sa.UniqueConstraint("meeting_id", "user_id", name=op.f("uq_invitation_answer_meeting_id_user_id")),
    )
    op.create_index(op.f("ix_invitation_answer_user_id"), "invitation_answer", ["user_id"], unique=False)
