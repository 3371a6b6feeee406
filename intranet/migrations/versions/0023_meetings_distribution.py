"""Files whose place on an agenda is doubtful, publishings of papers, and who has looked at which."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Bring the schema one step forward."""
    op.add_column(
        "pending_paper", sa.Column("in_tray", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("pending_paper", sa.Column("problem", sa.String(length=60), nullable=True))
    op.add_column("pending_paper", sa.Column("problem_data", sa.JSON(none_as_null=True), nullable=True))
    op.create_table(
        "paper_issue",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("papers", sa.JSON(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_paper_issue_by_id_user")),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_paper_issue_meeting_id_meeting")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_issue")),
        sa.UniqueConstraint("meeting_id", "no", name=op.f("uq_paper_issue_meeting_id_no")),
    )
    op.create_index(op.f("ix_paper_issue_meeting_id"), "paper_issue", ["meeting_id"], unique=False)
    op.create_table(
        "paper_look",
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("before", sa.Integer(), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_paper_look_meeting_id_meeting")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_paper_look_user_id_user")),
        sa.PrimaryKeyConstraint("meeting_id", "user_id", name=op.f("pk_paper_look")),
    )


def downgrade() -> None:
    """Take it one step back."""
    op.drop_table("paper_look")
    op.drop_table("paper_issue")
    for column in ("problem_data", "problem", "in_tray"):
        op.drop_column("pending_paper", column)
