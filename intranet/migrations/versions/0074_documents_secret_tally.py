"""How many papers the hand-kept registers of secret documents have, by year."""

import sqlalchemy as sa
from alembic import op

revision = "0074"
down_revision = "0073"
branch_labels = None
depends_on = None

_TO = {"org_id": "organisation", "told_by_id": "user"}


def upgrade() -> None:
    """Bring the schema one step forward."""
    op.create_table(
        "secret_tally",
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("org_id", "year")),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("incoming", "outgoing", "told_by_id")),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        *(
            sa.ForeignKeyConstraint([name], [f"{to}.id"], name=op.f(f"fk_secret_tally_{name}_{to}"))
            for name, to in _TO.items()
        ),
        sa.PrimaryKeyConstraint("org_id", "year", name=op.f("pk_secret_tally")),
    )
    op.create_index(op.f("ix_secret_tally_told_by_id"), "secret_tally", ["told_by_id"])


def downgrade() -> None:
    """Bring the schema one step back."""
    op.drop_table("secret_tally")
