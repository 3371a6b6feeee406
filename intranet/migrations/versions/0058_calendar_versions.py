"""Every edit of the working calendar has a number; deadlines keep that of the calendar they were counted by."""

import sqlalchemy as sa
from alembic import op

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema one step forward."""
    op.create_table(
        "calendar_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_change")),
    )
    op.add_column("task", sa.Column("due_calendar", sa.Integer(), nullable=True))
    op.add_column("document", sa.Column("due_calendar", sa.Integer(), nullable=True))


def downgrade() -> None:
    """Bring the schema one step back."""
    op.drop_column("document", "due_calendar")
    op.drop_column("task", "due_calendar")
    op.drop_table("calendar_change")
