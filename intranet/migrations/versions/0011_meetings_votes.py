"""Votes: questions, who may answer, who has, ballots by name, and the box of secret ones."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema one step forward."""
    op.create_table(
        "poll",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("question", sa.String(length=500), nullable=False),
        sa.Column("mode", sa.String(length=40), nullable=False),
        sa.Column("method", sa.String(length=40), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.Column("base", sa.String(length=40), nullable=False),
        sa.Column("num", sa.Integer(), nullable=False),
        sa.Column("den", sa.Integer(), nullable=False),
        sa.Column("is_strict", sa.Boolean(), nullable=False),
        sa.Column("tie", sa.String(length=40), nullable=False),
        sa.Column("show_count", sa.Boolean(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=True),
        sa.Column("weights", sa.JSON(), nullable=False),
        sa.Column("proxies", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("prepared_by_id", sa.Integer(), nullable=False),
        sa.Column("opened_by_id", sa.Integer(), nullable=True),
        sa.Column("members_weight", sa.Integer(), nullable=False),
        sa.Column("cast", sa.Integer(), nullable=True),
        sa.Column("result", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("hands", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["agenda_item.id"], name=op.f("fk_poll_item_id_agenda_item")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_poll_meeting_id_meeting")),
        sa.ForeignKeyConstraint(["opened_by_id"], ["user.id"], name=op.f("fk_poll_opened_by_id_user")),
        sa.ForeignKeyConstraint(["prepared_by_id"], ["user.id"], name=op.f("fk_poll_prepared_by_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_poll")),
    )
    op.create_index("ix_poll_closing", "poll", ["state", "closes_at"], unique=False)
    op.create_index(op.f("ix_poll_item_id"), "poll", ["item_id"], unique=False)
    op.create_index(op.f("ix_poll_meeting_id"), "poll", ["meeting_id"], unique=False)
    op.create_index(
        "ux_poll_open",
        "poll",
        ["meeting_id"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "box_choice",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("poll_id", sa.Integer(), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("choice", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["poll_id"], ["poll.id"], name=op.f("fk_box_choice_poll_id_poll")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_box_choice")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_box_choice_poll_id"), "box_choice", ["poll_id"], unique=False)
    op.create_table(
        "box_receipt",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("poll_id", sa.Integer(), nullable=False),
        sa.Column("receipt", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(["poll_id"], ["poll.id"], name=op.f("fk_box_receipt_poll_id_poll")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_box_receipt")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_box_receipt_poll_id"), "box_receipt", ["poll_id"], unique=False)
    op.create_table(
        "box_slot",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("poll_id", sa.Integer(), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("choice", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("receipt", sa.String(length=10), nullable=True),
        sa.ForeignKeyConstraint(["poll_id"], ["poll.id"], name=op.f("fk_box_slot_poll_id_poll")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_box_slot")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_box_slot_poll_id"), "box_slot", ["poll_id"], unique=False)
    op.create_table(
        "named_ballot",
        sa.Column("poll_id", sa.Integer(), nullable=False),
        sa.Column("voter_id", sa.Integer(), nullable=False),
        sa.Column("choice", sa.JSON(), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["poll_id"], ["poll.id"], name=op.f("fk_named_ballot_poll_id_poll")),
        sa.ForeignKeyConstraint(["voter_id"], ["user.id"], name=op.f("fk_named_ballot_voter_id_user")),
        sa.PrimaryKeyConstraint("poll_id", "voter_id", name=op.f("pk_named_ballot")),
    )
    op.create_table(
        "participation",
        sa.Column("poll_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("voter_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["poll_id"], ["poll.id"], name=op.f("fk_participation_poll_id_poll")),
        sa.ForeignKeyConstraint(["voter_id"], ["user.id"], name=op.f("fk_participation_voter_id_user")),
        sa.PrimaryKeyConstraint("poll_id", "voter_id", name=op.f("pk_participation")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "poll_voter",
        sa.Column("poll_id", sa.Integer(), nullable=False),
        sa.Column("voter_id", sa.Integer(), nullable=False),
        sa.Column("holder_id", sa.Integer(), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["holder_id"], ["user.id"], name=op.f("fk_poll_voter_holder_id_user")),
        sa.ForeignKeyConstraint(["poll_id"], ["poll.id"], name=op.f("fk_poll_voter_poll_id_poll")),
        sa.ForeignKeyConstraint(["voter_id"], ["user.id"], name=op.f("fk_poll_voter_voter_id_user")),
        sa.PrimaryKeyConstraint("poll_id", "voter_id", name=op.f("pk_poll_voter")),
    )
    op.add_column("body", sa.Column("proxy_limit", sa.Integer(), nullable=False, server_default="0"))
