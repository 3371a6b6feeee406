"""The weekly schedule, rooms and vehicles, what is booked, and calendar feeds."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)


def _keys(table: str, **columns: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"))
        for column, other in columns.items()
    ]


def upgrade() -> None:
    """Bring the schema one step forward."""
    op.create_table(
        "resource",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("name_key", sa.String(length=160), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("org_id", sa.Integer(), nullable=False),
        *_keys("resource", org_id="organisation"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resource")),
        sa.UniqueConstraint("org_id", "kind", "name_key", name=op.f("uq_resource_org_id_kind_name_key")),
    )
    op.create_index(op.f("ix_resource_org_id"), "resource", ["org_id"], unique=False)
    op.create_table(
        "booking",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ref_kind", sa.String(length=40), nullable=False),
        sa.Column("ref_id", sa.Integer(), nullable=False),
        sa.Column("subject_kind", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", _INSTANT, nullable=False),
        sa.Column("ends_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking")),
    )
    op.create_index("ix_booking_subject", "booking", ["subject_kind", "subject_id", "ends_at"], unique=False)
    op.create_index("ix_booking_ref", "booking", ["ref_kind", "ref_id"], unique=False)
    op.create_table(
        "schedule_week",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("monday", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("submitted_by_id", sa.Integer(), nullable=True),
        sa.Column("submitted_at", _INSTANT, nullable=True),
        sa.Column("approved_by_id", sa.Integer(), nullable=True),
        sa.Column("approved_at", _INSTANT, nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("org_id", sa.Integer(), nullable=False),
        *_keys("schedule_week", submitted_by_id="user", approved_by_id="user", org_id="organisation"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schedule_week")),
        sa.UniqueConstraint("org_id", "monday", name=op.f("uq_schedule_week_org_id_monday")),
    )
    op.create_index(op.f("ix_schedule_week_org_id"), "schedule_week", ["org_id"], unique=False)
    op.create_table(
        "schedule_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("week_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("starts_at", _INSTANT, nullable=False),
        sa.Column("ends_at", _INSTANT, nullable=False),
        sa.Column("has_hours", sa.Boolean(), nullable=False),
        sa.Column("room_id", sa.Integer(), nullable=True),
        sa.Column("vehicle_id", sa.Integer(), nullable=True),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("guests", sa.String(length=500), nullable=False),
        sa.Column("is_restricted", sa.Boolean(), nullable=False),
        sa.Column("change", sa.String(length=40), nullable=True),
        sa.Column("changed_at", _INSTANT, nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("org_id", sa.Integer(), nullable=False),
        *_keys(
            "schedule_entry",
            week_id="schedule_week",
            room_id="resource",
            vehicle_id="resource",
            unit_id="unit",
            created_by_id="user",
            org_id="organisation",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schedule_entry")),
    )
    op.create_index(op.f("ix_schedule_entry_week_id"), "schedule_entry", ["week_id"], unique=False)
    op.create_index(op.f("ix_schedule_entry_org_id"), "schedule_entry", ["org_id"], unique=False)
    op.create_index("ix_schedule_entry_when", "schedule_entry", ["org_id", "starts_at"], unique=False)
    op.create_table(
        "schedule_person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("is_leader", sa.Boolean(), nullable=False),
        *_keys("schedule_person", entry_id="schedule_entry", user_id="user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schedule_person")),
        sa.UniqueConstraint("entry_id", "user_id", name=op.f("uq_schedule_person_entry_id_user_id")),
    )
    op.create_index(op.f("ix_schedule_person_user_id"), "schedule_person", ["user_id"], unique=False)
    op.create_table(
        "calendar_feed",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("made_at", _INSTANT, nullable=False),
        sa.Column("revoked_at", _INSTANT, nullable=True),
        *_keys("calendar_feed", user_id="user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_feed")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_calendar_feed_token_hash")),
    )
    op.create_index(op.f("ix_calendar_feed_user_id"), "calendar_feed", ["user_id"], unique=False)


def downgrade() -> None:
    """Take it one step back."""
    for table in (
        "calendar_feed",
        "schedule_person",
        "schedule_entry",
        "schedule_week",
        "booking",
        "resource",
    ):
        op.drop_table(table)
