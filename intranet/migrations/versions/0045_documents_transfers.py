"""Kinds that a clerk hands straight to a unit; what an act on many documents changed."""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

_TO = {"kind_id": "doc_kind", "unit_id": "unit", "leader_id": "user", "set_by_id": "user"}


def upgrade() -> None:
    """Bring the schema one step forward."""
    op.create_table(
        "transfer_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in _TO),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("org_id", sa.Integer(), nullable=False),
        *(
            sa.ForeignKeyConstraint([name], [f"{to}.id"], name=op.f(f"fk_transfer_rule_{name}_{to}"))
            for name, to in _TO.items()
        ),
        sa.ForeignKeyConstraint(
            ["org_id"], ["organisation.id"], name=op.f("fk_transfer_rule_org_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer_rule")),
        sa.UniqueConstraint("org_id", "kind_id", name=op.f("uq_transfer_rule_org_id_kind_id")),
    )
    for name in (*_TO, "org_id"):
        op.create_index(f"ix_transfer_rule_{name}", "transfer_rule", [name])
    with op.batch_alter_table("bulk_line") as batch:
        batch.add_column(sa.Column("was", sa.JSON(none_as_null=True), nullable=True))


def downgrade() -> None:
    """Take it one step back."""
    with op.batch_alter_table("bulk_line") as batch:
        batch.drop_column("was")
    op.drop_table("transfer_rule")
