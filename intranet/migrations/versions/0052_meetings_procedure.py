"""Bodies say who votes for the absent, what a vote needs and when papers are due; items say what they lack."""

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema one step forward."""
    for name, least in (("three", "over_1_2"), ("single", "most"), ("many", "over_1_2")):
        column = sa.Column(f"need_{name}", sa.String(length=10), nullable=False, server_default=least)
        op.add_column("body", column)
    op.add_column("body", sa.Column("subs_vote", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("body", sa.Column("papers_days", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("agenda_item", sa.Column("late_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "agenda_item", sa.Column("without_papers", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    with op.batch_alter_table("poll") as poll:
        poll.add_column(sa.Column("ordered_by_id", sa.Integer(), nullable=True))
        poll.create_foreign_key(op.f("fk_poll_ordered_by_id_user"), "user", ["ordered_by_id"], ["id"])


def downgrade() -> None:
    """Bring the schema one step back."""
    with op.batch_alter_table("poll") as poll:
        poll.drop_constraint(op.f("fk_poll_ordered_by_id_user"), type_="foreignkey")
        poll.drop_column("ordered_by_id")
    op.drop_column("agenda_item", "without_papers")
    op.drop_column("agenda_item", "late_at")
    for name in ("papers_days", "subs_vote", "need_many", "need_single", "need_three"):
        op.drop_column("body", name)
