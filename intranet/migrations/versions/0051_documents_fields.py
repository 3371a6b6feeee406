"""Fields of work, and which of them a document is about."""

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema one step forward."""
    op.create_table(
        "work_field",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("name_key", sa.String(length=120), nullable=False),
        sa.Column("lead_unit_id", sa.Integer(), nullable=True),
        sa.Column("default_deadline_days", sa.Integer(), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("org_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["lead_unit_id"], ["unit.id"], name=op.f("fk_work_field_lead_unit_id_unit")),
        sa.ForeignKeyConstraint(
            ["org_id"], ["organisation.id"], name=op.f("fk_work_field_org_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_field")),
        sa.UniqueConstraint("org_id", "name_key", name=op.f("uq_work_field_org_id_name_key")),
    )
    for name in ("lead_unit_id", "org_id"):
        op.create_index(op.f(f"ix_work_field_{name}"), "work_field", [name])
    # In one statement both engines know it, and neither copies the documents.
    op.execute(
        "ALTER TABLE document ADD COLUMN field_id INTEGER"
        " CONSTRAINT fk_document_field_id_work_field REFERENCES work_field (id)"
    )
    op.create_index(op.f("ix_document_field_id"), "document", ["field_id"])


def downgrade() -> None:
    """Bring the schema one step back."""
    op.drop_index(op.f("ix_document_field_id"), table_name="document")
    with op.batch_alter_table("document") as batch:
        batch.drop_column("field_id")
    op.drop_table("work_field")
