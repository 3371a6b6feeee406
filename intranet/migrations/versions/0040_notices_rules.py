"""Rules of reminders, dates of one's own, the letter of a morning; half days, the week, years that are loaded."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

#: Who was reminded before the rules said so.
_USUAL = (
    ("task", "plus1", "lead,unit_head,assigner"),
    ("task", None, "lead"),
    ("opinion", None, "members"),
)


def upgrade() -> None:
    """Bring the schema one step forward."""
    op.create_table(
        "calendar_weekday",
        sa.Column("weekday", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("hours", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("weekday", name=op.f("pk_calendar_weekday")),
    )
    op.create_table(
        "calendar_year",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("basis", sa.String(length=200), nullable=False),
        sa.Column("loaded_by_id", sa.Integer(), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["loaded_by_id"], ["user.id"], name=op.f("fk_calendar_year_loaded_by_id_user")
        ),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_calendar_year")),
    )
    op.create_table(
        "reminder_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(length=40), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("minute", sa.Integer(), nullable=False),
        sa.Column("to_whom", sa.String(length=200), nullable=False),
        sa.Column("changed_by_id", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["changed_by_id"], ["user.id"], name=op.f("fk_reminder_rule_changed_by_id_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder_rule")),
        sa.UniqueConstraint(
            "topic", "days", "hour", "minute", name=op.f("uq_reminder_rule_topic_days_hour_minute")
        ),
    )
    op.create_table(
        "digest",
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_digest_user_id_user")),
        sa.PrimaryKeyConstraint("user_id", "day", name=op.f("pk_digest")),
    )
    with op.batch_alter_table("reminder") as batch:
        batch.alter_column("rule", existing_type=sa.String(length=20), type_=sa.String(length=40))
        batch.add_column(sa.Column("topic", sa.String(length=40), nullable=False, server_default=""))
        batch.add_column(sa.Column("to_whom", sa.String(length=200), nullable=False, server_default=""))
        batch.add_column(sa.Column("channel", sa.String(length=60), nullable=False, server_default=""))
        batch.add_column(sa.Column("user_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("is_exact", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.create_foreign_key(op.f("fk_reminder_user_id_user"), "user", ["user_id"], ["id"])
        batch.create_index("ix_reminder_topic", ["topic", "due_date"], unique=False)
    _name_the_topics()
    with op.batch_alter_table("reminder") as batch:
        batch.drop_constraint(op.f("uq_reminder_ref_kind_ref_id_rule_due_date"), type_="unique")
        batch.create_unique_constraint(
            op.f("uq_reminder_ref_kind_ref_id_topic_rule_due_date"),
            ["ref_kind", "ref_id", "topic", "rule", "due_date"],
        )
        for column in ("topic", "to_whom", "channel", "is_exact"):
            batch.alter_column(column, server_default=None)
    with op.batch_alter_table("notice") as batch:
        batch.drop_index("ix_notice_reminder_id")
        batch.create_index("ux_notice_reminder", ["reminder_id", "user_id"], unique=True)


def downgrade() -> None:
    """Take it one step back."""
    with op.batch_alter_table("notice") as batch:
        batch.drop_index("ux_notice_reminder")
        batch.create_index("ix_notice_reminder_id", ["reminder_id"], unique=False)
    op.execute("DELETE FROM notice WHERE reminder_id IN (SELECT id FROM reminder WHERE length(rule) > 20)")
    op.execute("DELETE FROM reminder WHERE length(rule) > 20")
    op.execute("DELETE FROM notice WHERE reminder_id IN (SELECT id FROM reminder WHERE topic <> ref_kind)")
    op.execute("DELETE FROM reminder WHERE topic <> ref_kind")
    with op.batch_alter_table("reminder") as batch:
        batch.drop_index("ix_reminder_topic")
        batch.drop_constraint(op.f("uq_reminder_ref_kind_ref_id_topic_rule_due_date"), type_="unique")
        batch.create_unique_constraint(
            op.f("uq_reminder_ref_kind_ref_id_rule_due_date"), ["ref_kind", "ref_id", "rule", "due_date"]
        )
        batch.drop_constraint(op.f("fk_reminder_user_id_user"), type_="foreignkey")
        for column in ("is_exact", "user_id", "channel", "to_whom", "topic"):
            batch.drop_column(column)
        batch.alter_column("rule", existing_type=sa.String(length=40), type_=sa.String(length=20))
    for table in ("digest", "reminder_rule", "calendar_year", "calendar_weekday"):
        op.drop_table(table)


def _name_the_topics() -> None:
    """Reminders planned so far say whose rules they follow; the worker plans those of later rules."""
    reminder = sa.table("reminder", *(sa.column(name) for name in ("topic", "ref_kind", "rule", "to_whom")))
    op.execute(sa.update(reminder).values(topic=reminder.c.ref_kind))
    for topic, rule, people in reversed(_USUAL):
        which = sa.update(reminder).where(reminder.c.topic == topic)
        op.execute((which if rule is None else which.where(reminder.c.rule == rule)).values(to_whom=people))
    job = sa.table(
        "job",
        sa.column("kind", sa.String),
        sa.column("key", sa.String),
        sa.column("payload", sa.JSON),
        sa.column("state", sa.String),
        sa.column("run_at", sa.DateTime(timezone=True)),
        sa.column("tries", sa.Integer),
    )
    bind = op.get_bind()
    if bind.execute(sa.select(sa.func.count()).select_from(reminder)).scalar():
        payload = {"first": "2000-01-01", "last": "9999-12-31", "topics": None}
        planned = {
            "kind": "reminders.replan",
            "key": revision,
            "payload": payload,
            "state": "waiting",
            "tries": 0,
        }
        bind.execute(sa.insert(job).values(run_at=sa.func.current_timestamp(), **planned))
