"""What clerks put for printed names of agencies, what a signed page says, and the documents answered."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)
_KEYS = {"party_id": "party", "first_by_id": "user", "last_by_id": "user", "org_id": "organisation"}


def upgrade() -> None:
    """Bring the schema one step forward."""
    op.create_table(
        "issuer_spelling",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=1300), nullable=False),
        sa.Column("printed", sa.String(length=200), nullable=False),
        sa.Column("above", sa.String(length=200), nullable=False),
        sa.Column("party_id", sa.Integer(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("first_by_id", sa.Integer(), nullable=False),
        sa.Column("first_at", _INSTANT, nullable=False),
        sa.Column("last_by_id", sa.Integer(), nullable=False),
        sa.Column("last_at", _INSTANT, nullable=False),
        sa.Column("org_id", sa.Integer(), nullable=False),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{table}.id"], name=op.f(f"fk_issuer_spelling_{column}_{table}")
            )
            for column, table in _KEYS.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issuer_spelling")),
        sa.UniqueConstraint("org_id", "key", "party_id", name=op.f("uq_issuer_spelling_org_id_key_party_id")),
    )
    for column in _KEYS:
        op.create_index(op.f(f"ix_issuer_spelling_{column}"), "issuer_spelling", [column], unique=False)
    op.add_column("reading", sa.Column("signed_page", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("reading", sa.Column("signed_picture_sha256", sa.String(length=64), nullable=True))
    op.add_column("reading", sa.Column("is_scan", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("document", sa.Column("reply_to", sa.String(length=200), nullable=False, server_default=""))


def downgrade() -> None:
    """Take it one step back."""
    op.drop_column("document", "reply_to")
    for column in ("is_scan", "signed_picture_sha256", "signed_page"):
        op.drop_column("reading", column)
    op.drop_table("issuer_spelling")
