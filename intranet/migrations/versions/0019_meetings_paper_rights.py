"""Who may do what with single papers of a meeting."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema one step forward."""
    op.create_table(
        "paper_rule",
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("is_restricted", sa.Boolean(), nullable=False),
        sa.Column("grants", sa.JSON(), nullable=False),
        sa.Column("online_only", sa.Boolean(), nullable=False),
        sa.Column("is_marked", sa.Boolean(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_paper_rule_by_id_user")),
        sa.ForeignKeyConstraint(
            ["file_id"], ["file.id"], name=op.f("fk_paper_rule_file_id_file"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_paper_rule_meeting_id_meeting")
        ),
        sa.PrimaryKeyConstraint("file_id", name=op.f("pk_paper_rule")),
    )
    op.create_index(op.f("ix_paper_rule_meeting_id"), "paper_rule", ["meeting_id"], unique=False)


def downgrade() -> None:
    """Take it one step back."""
    op.drop_table("paper_rule")
