"""Registers of bodies that use the agency's seal, and the register chosen for a draft's number."""

import sqlalchemy as sa
from alembic import op

revision = "0068"
down_revision = "0067"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema one step forward."""
    op.add_column("register", sa.Column("issuer_name", sa.String(150), nullable=False, server_default=""))
    op.add_column("register", sa.Column("issuer_letters", sa.String(20), nullable=False, server_default=""))
    # In one statement both engines know it, and neither copies the documents.
    op.execute(
        "ALTER TABLE document ADD COLUMN series_id INTEGER"
        " CONSTRAINT fk_document_series_id_register REFERENCES register (id)"
    )
    op.create_index(op.f("ix_document_series_id"), "document", ["series_id"])


def downgrade() -> None:
    """Bring the schema one step back."""
    op.drop_index(op.f("ix_document_series_id"), table_name="document")
    with op.batch_alter_table("document") as batch:
        batch.drop_column("series_id")
    for column in ("issuer_letters", "issuer_name"):
        op.drop_column("register", column)
