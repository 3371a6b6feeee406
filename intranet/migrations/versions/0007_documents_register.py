"""Registers, their years, entries and ledger."""

import sqlalchemy as sa
from alembic import op

from intranet.core.dialect import forbid_changes

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema one step forward."""
    op.create_table(
        "register",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("direction", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=150), nullable=False),
        sa.Column("code", sa.String(length=30), nullable=False),
        sa.Column("series_rule", sa.String(length=40), nullable=False),
        sa.Column("kind_group", sa.String(length=40), nullable=False),
        sa.Column("kind_ids", sa.JSON(), nullable=False),
        sa.Column("symbol_pattern", sa.String(length=60), nullable=False),
        sa.Column("letter_pattern", sa.String(length=60), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("org_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["org_id"], ["organisation.id"], name=op.f("fk_register_org_id_organisation")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_register_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register")),
        sa.UniqueConstraint("org_id", "code", name=op.f("uq_register_org_id_code")),
    )
    op.create_index(op.f("ix_register_org_id"), "register", ["org_id"], unique=False)
    op.create_index(op.f("ix_register_unit_id"), "register", ["unit_id"], unique=False)
    op.create_table(
        "register_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("register_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("suffix", sa.String(length=3), nullable=False),
        sa.Column("entry_date", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=True),
        sa.Column("snapshot", sa.JSON(), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("org_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["org_id"], ["organisation.id"], name=op.f("fk_register_entry_org_id_organisation")
        ),
        sa.ForeignKeyConstraint(
            ["register_id"], ["register.id"], name=op.f("fk_register_entry_register_id_register")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_entry")),
        sa.UniqueConstraint(
            "register_id",
            "year",
            "number",
            "suffix",
            name=op.f("uq_register_entry_register_id_year_number_suffix"),
        ),
    )
    op.create_index(op.f("ix_register_entry_document_id"), "register_entry", ["document_id"], unique=False)
    op.create_index("ix_register_entry_list", "register_entry", ["register_id", "id"], unique=False)
    op.create_index(op.f("ix_register_entry_org_id"), "register_entry", ["org_id"], unique=False)
    op.create_table(
        "register_year",
        sa.Column("register_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.Column("last_date", sa.Date(), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("head_hash", sa.String(length=64), nullable=False),
        sa.Column("closed_by_id", sa.Integer(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verified_date", sa.Date(), nullable=True),
        sa.Column("org_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["closed_by_id"], ["user.id"], name=op.f("fk_register_year_closed_by_id_user")
        ),
        sa.ForeignKeyConstraint(
            ["org_id"], ["organisation.id"], name=op.f("fk_register_year_org_id_organisation")
        ),
        sa.ForeignKeyConstraint(
            ["register_id"], ["register.id"], name=op.f("fk_register_year_register_id_register")
        ),
        sa.PrimaryKeyConstraint("register_id", "year", name=op.f("pk_register_year")),
    )
    op.create_index(op.f("ix_register_year_closed_by_id"), "register_year", ["closed_by_id"], unique=False)
    op.create_index(op.f("ix_register_year_org_id"), "register_year", ["org_id"], unique=False)
    op.create_table(
        "ledger_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("register_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(length=40), nullable=False),
        sa.Column("before", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("actor_id", sa.Integer(), nullable=False),
        sa.Column("acting_for_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("prev_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("org_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["acting_for_id"], ["user.id"], name=op.f("fk_ledger_event_acting_for_id_user")
        ),
        sa.ForeignKeyConstraint(["actor_id"], ["user.id"], name=op.f("fk_ledger_event_actor_id_user")),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["register_entry.id"], name=op.f("fk_ledger_event_entry_id_register_entry")
        ),
        sa.ForeignKeyConstraint(
            ["org_id"], ["organisation.id"], name=op.f("fk_ledger_event_org_id_organisation")
        ),
        sa.ForeignKeyConstraint(
            ["register_id"], ["register.id"], name=op.f("fk_ledger_event_register_id_register")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_event")),
    )
    op.create_index(op.f("ix_ledger_event_acting_for_id"), "ledger_event", ["acting_for_id"], unique=False)
    op.create_index(op.f("ix_ledger_event_actor_id"), "ledger_event", ["actor_id"], unique=False)
    op.create_index("ix_ledger_event_chain", "ledger_event", ["register_id", "year", "id"], unique=False)
    op.create_index(op.f("ix_ledger_event_entry_id"), "ledger_event", ["entry_id"], unique=False)
    op.create_index(op.f("ix_ledger_event_org_id"), "ledger_event", ["org_id"], unique=False)
    forbid_changes(op.get_bind(), "ledger_event")
