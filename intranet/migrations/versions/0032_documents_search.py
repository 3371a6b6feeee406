"""The index of words of documents, and searches kept under a name."""

import sqlalchemy as sa
from alembic import op

from intranet.core.dialect import word_index

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema one step forward; the worker reads what was there before."""
    op.create_table(
        "document_text",
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("symbol", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.Column("norm_version", sa.Integer(), nullable=False),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["document.id"],
            name=op.f("fk_document_text_document_id_document"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_document_text")),
    )
    op.create_index(op.f("ix_document_text_changes"), "document_text", ["changes"], unique=False)
    word_index(op.get_bind(), "document").create(op.get_bind())
    op.execute(
        "INSERT INTO document_text (document_id, symbol, subject, facts, body, parts, norm_version, changes) "
        "SELECT id, '', '', '', '', '[]', 0, 1 FROM document"
    )
    op.create_table(
        "saved_search",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("query", sa.String(length=400), nullable=False),
        sa.Column("facets", sa.JSON(), nullable=False),
        sa.Column("sort", sa.String(length=20), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("org_id", sa.Integer(), nullable=False),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_saved_search_{column}_{table}"))
            for column, table in _KEYS.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_search")),
    )
    for column in _KEYS:
        op.create_index(op.f(f"ix_saved_search_{column}"), "saved_search", [column], unique=False)


def downgrade() -> None:
    """Take it one step back."""
    op.drop_table("saved_search")
    word_index(op.get_bind(), "document").drop(op.get_bind())
    op.drop_table("document_text")


_KEYS = {"owner_id": "user", "unit_id": "unit", "org_id": "organisation"}
