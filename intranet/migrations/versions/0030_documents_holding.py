"""Numbers held for later, what is asked of registers, and the years' own rules."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema one step forward."""
    op.create_table(
        "number_hold",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("register_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("holder_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reminded_on", sa.Date(), nullable=True),
        sa.Column("org_id", sa.Integer(), nullable=False),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_number_hold_{column}_{table}"))
            for column, table in _HOLD_KEYS.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_number_hold")),
    )
    for column in (*_HOLD_KEYS, "expires_on"):
        op.create_index(op.f(f"ix_number_hold_{column}"), "number_hold", [column], unique=False)
    op.create_table(
        "number_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("asked", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("register_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=True),
        sa.Column("document_id", sa.Integer(), nullable=True),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("org_id", sa.Integer(), nullable=False),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{table}.id"], name=op.f(f"fk_number_request_{column}_{table}")
            )
            for column, table in _REQUEST_KEYS.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_number_request")),
    )
    for column in _REQUEST_KEYS:
        op.create_index(op.f(f"ix_number_request_{column}"), "number_request", [column], unique=False)
    op.create_index("ix_number_request_open", "number_request", ["org_id", "state", "id"], unique=False)
    with op.batch_alter_table("register") as table:
        table.add_column(sa.Column("allows_suffix", sa.Boolean(), nullable=False, server_default=sa.false()))
        table.add_column(sa.Column("first_year", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("register_year") as table:
        table.add_column(sa.Column("closing_until", sa.Date(), nullable=True))
        table.add_column(sa.Column("series_rule", sa.String(length=40), nullable=True))
        table.add_column(sa.Column("kind_ids", sa.JSON(none_as_null=True), nullable=True))
    with op.batch_alter_table("register_entry") as table:
        table.add_column(sa.Column("hold_id", sa.Integer(), nullable=True))
        table.create_foreign_key(
            op.f("fk_register_entry_hold_id_number_hold"), "number_hold", ["hold_id"], ["id"]
        )
        table.create_index(op.f("ix_register_entry_hold_id"), ["hold_id"], unique=False)


def downgrade() -> None:
    """Take it one step back."""
    with op.batch_alter_table("register_entry") as table:
        table.drop_index(op.f("ix_register_entry_hold_id"))
        table.drop_constraint(op.f("fk_register_entry_hold_id_number_hold"), type_="foreignkey")
        table.drop_column("hold_id")
    with op.batch_alter_table("register_year") as table:
        for column in ("kind_ids", "series_rule", "closing_until"):
            table.drop_column(column)
    with op.batch_alter_table("register") as table:
        table.drop_column("first_year")
        table.drop_column("allows_suffix")
    op.drop_table("number_request")
    op.drop_table("number_hold")


_HOLD_KEYS = {
    "register_id": "register",
    "holder_id": "user",
    "created_by_id": "user",
    "org_id": "organisation",
}
_REQUEST_KEYS = {
    "register_id": "register",
    "entry_id": "register_entry",
    "document_id": "document",
    "asked_by_id": "user",
    "decided_by_id": "user",
    "org_id": "organisation",
}
