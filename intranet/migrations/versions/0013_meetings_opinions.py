"""Opinion ballots with a deadline in days; ballots of roll-calls that may be given anew."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema one step forward."""
    for table in ("body", "poll"):
        op.add_column(table, sa.Column("may_change", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "opinion_ballot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("org_id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=True),
        sa.Column("body_id", sa.Integer(), nullable=True),
        sa.Column("question", sa.String(length=300), nullable=False),
        sa.Column("text", sa.String(length=4000), nullable=False),
        sa.Column("base", sa.String(length=40), nullable=False),
        sa.Column("num", sa.Integer(), nullable=False),
        sa.Column("den", sa.Integer(), nullable=False),
        sa.Column("is_strict", sa.Boolean(), nullable=False),
        sa.Column("tie", sa.String(length=40), nullable=False),
        sa.Column("quorum_num", sa.Integer(), nullable=False),
        sa.Column("quorum_den", sa.Integer(), nullable=False),
        sa.Column("silence", sa.String(length=40), nullable=False),
        sa.Column("may_change", sa.Boolean(), nullable=False),
        sa.Column("shows_names", sa.Boolean(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("chair_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_date", sa.Date(), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("result", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["org_id"], ["organisation.id"], name=op.f("fk_opinion_ballot_org_id_organisation")
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_opinion_ballot_meeting_id_meeting")
        ),
        sa.ForeignKeyConstraint(["body_id"], ["body.id"], name=op.f("fk_opinion_ballot_body_id_body")),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["user.id"], name=op.f("fk_opinion_ballot_asked_by_id_user")
        ),
        sa.ForeignKeyConstraint(["chair_id"], ["user.id"], name=op.f("fk_opinion_ballot_chair_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opinion_ballot")),
    )
    for column in ("org_id", "meeting_id", "asked_by_id"):
        op.create_index(op.f(f"ix_opinion_ballot_{column}"), "opinion_ballot", [column], unique=False)
    op.create_index("ix_opinion_ballot_closing", "opinion_ballot", ["state", "closes_at"], unique=False)
    op.create_table(
        "opinion_answer",
        sa.Column("ballot_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("choice", sa.String(length=40), nullable=True),
        sa.Column("text", sa.String(length=2000), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("given", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ballot_id"], ["opinion_ballot.id"], name=op.f("fk_opinion_answer_ballot_id_opinion_ballot")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["user.id"], name=op.f("fk_opinion_answer_member_id_user")),
        sa.PrimaryKeyConstraint("ballot_id", "member_id", name=op.f("pk_opinion_answer")),
    )
    op.create_index(op.f("ix_opinion_answer_member_id"), "opinion_answer", ["member_id"], unique=False)
