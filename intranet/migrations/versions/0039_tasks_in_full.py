"""Tasks: where they come from, priority, a day to begin, outcomes of helpers; tasks that come again."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema one step forward."""
    op.create_table(
        "task_recurrence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("org_id", sa.Integer(), nullable=False),
        sa.Column("assigner_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=500), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("lead", sa.String(length=20), nullable=False),
        sa.Column("co", sa.JSON(), nullable=False),
        sa.Column("info", sa.JSON(), nullable=False),
        sa.Column("every", sa.String(length=40), nullable=False),
        sa.Column("due_days", sa.Integer(), nullable=False),
        sa.Column("priority", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("is_restricted", sa.Boolean(), nullable=False),
        sa.Column("first_date", sa.Date(), nullable=False),
        sa.Column("next_date", sa.Date(), nullable=False),
        sa.Column("last_date", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["org_id"], ["organisation.id"], name="fk_task_recurrence_org_id_organisation"
        ),
        sa.ForeignKeyConstraint(["assigner_id"], ["user.id"], name="fk_task_recurrence_assigner_id_user"),
        sa.PrimaryKeyConstraint("id", name="pk_task_recurrence"),
    )
    op.create_index("ix_task_recurrence_assigner_id", "task_recurrence", ["assigner_id"])
    op.create_index("ix_task_recurrence_next", "task_recurrence", ["stopped_at", "next_date"])
    with op.batch_alter_table("task") as batch:
        batch.add_column(sa.Column("priority", sa.String(length=40), nullable=False, server_default="normal"))
        batch.add_column(sa.Column("source", sa.String(length=40), nullable=False, server_default="direct"))
        batch.add_column(sa.Column("source_text", sa.String(length=200), nullable=False, server_default=""))
        batch.add_column(sa.Column("start_date", sa.Date(), nullable=True))
        batch.add_column(sa.Column("recurrence_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("recurrence_date", sa.Date(), nullable=True))
        batch.create_foreign_key(
            "fk_task_recurrence_id_task_recurrence", "task_recurrence", ["recurrence_id"], ["id"]
        )
        batch.create_index("ix_task_recurrence", ["recurrence_id", "recurrence_date"], unique=True)
    task = sa.table(
        "task",
        *(sa.column(name) for name in ("is_urgent", "priority", "source", "origin_kind")),
    )
    op.execute(sa.update(task).where(task.c.is_urgent.is_(sa.true())).values(priority="urgent"))
    op.execute(sa.update(task).where(task.c.origin_kind == "document").values(source="document"))
    other = sa.and_(task.c.origin_kind.is_not(None), task.c.origin_kind != "document")
    op.execute(sa.update(task).where(other).values(source="meeting"))
    with op.batch_alter_table("task") as batch:
        batch.drop_column("is_urgent")
    op.add_column("task_party", sa.Column("outcome", sa.String(length=40), nullable=True))
    op.add_column(
        "task_party", sa.Column("late_days", sa.Integer(), nullable=False, server_default=sa.text("0"))
    )


def downgrade() -> None:
    """Take it one step back."""
    with op.batch_alter_table("task_party") as batch:
        batch.drop_column("late_days")
        batch.drop_column("outcome")
    op.add_column("task", sa.Column("is_urgent", sa.Boolean(), nullable=False, server_default=sa.false()))
    task = sa.table("task", sa.column("is_urgent"), sa.column("priority"))
    op.execute(sa.update(task).where(task.c.priority == "urgent").values(is_urgent=True))
    with op.batch_alter_table("task") as batch:
        batch.drop_index("ix_task_recurrence")
        batch.drop_constraint("fk_task_recurrence_id_task_recurrence", type_="foreignkey")
        for name in (
            "recurrence_date",
            "recurrence_id",
            "start_date",
            "source_text",
            "source",
            "priority",
        ):
            batch.drop_column(name)
    op.drop_table("task_recurrence")
