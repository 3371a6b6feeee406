"""Printed registers of closed years, kept with their hash and what was signed and sealed on paper."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)
_KEYS = {
    "register_id": "register",
    "asked_by_id": "user",
    "signed_by_id": "user",
    "sealed_by_id": "user",
    "org_id": "organisation",
}


def upgrade() -> None:
    """Bring the schema one step forward."""
    op.create_table(
        "register_print",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("register_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("head_hash", sa.String(length=64), nullable=False),
        sa.Column("export_id", sa.Integer(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", _INSTANT, nullable=False),
        sa.Column("made_at", _INSTANT, nullable=True),
        sa.Column("signed_by_id", sa.Integer(), nullable=True),
        sa.Column("sealed_on", sa.Date(), nullable=True),
        sa.Column("sealed_by_id", sa.Integer(), nullable=True),
        sa.Column("sealed_at", _INSTANT, nullable=True),
        sa.Column("org_id", sa.Integer(), nullable=False),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{table}.id"], name=op.f(f"fk_register_print_{column}_{table}")
            )
            for column, table in _KEYS.items()
        ),
        sa.ForeignKeyConstraint(
            ["register_id", "year"],
            ["register_year.register_id", "register_year.year"],
            name=op.f("fk_register_print_register_id_register_year"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_print")),
        sa.UniqueConstraint(
            "register_id", "year", "head_hash", name=op.f("uq_register_print_register_id_year_head_hash")
        ),
    )
    for column in ("asked_by_id", "signed_by_id", "sealed_by_id", "org_id"):
        op.create_index(op.f(f"ix_register_print_{column}"), "register_print", [column], unique=False)


def downgrade() -> None:
    """Take it one step back."""
    op.drop_table("register_print")
