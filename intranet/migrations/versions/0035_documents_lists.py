"""Columns that people chose for their lists; acts on many documents that can be taken back."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema one step forward."""
    op.create_table(
        "list_layout",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_list_layout_user_id_user")),
        sa.PrimaryKeyConstraint("user_id", "name", name=op.f("pk_list_layout")),
    )
    op.create_table(
        "bulk_act",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("acting_for_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("release_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("unseen", sa.Integer(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("org_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_bulk_act_by_id_user")),
        sa.ForeignKeyConstraint(["acting_for_id"], ["user.id"], name=op.f("fk_bulk_act_acting_for_id_user")),
        sa.ForeignKeyConstraint(
            ["org_id"], ["organisation.id"], name=op.f("fk_bulk_act_org_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_act")),
    )
    with op.batch_alter_table("bulk_act") as batch:
        batch.create_index(op.f("ix_bulk_act_by_id"), ["by_id"], unique=False)
        batch.create_index(op.f("ix_bulk_act_acting_for_id"), ["acting_for_id"], unique=False)
        batch.create_index(op.f("ix_bulk_act_org_id"), ["org_id"], unique=False)
    op.create_table(
        "bulk_line",
        sa.Column("act_id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("directive_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("problem", sa.String(length=60), nullable=True),
        sa.Column("problem_data", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("kept", sa.String(length=60), nullable=True),
        sa.ForeignKeyConstraint(["act_id"], ["bulk_act.id"], name=op.f("fk_bulk_line_act_id_bulk_act")),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_bulk_line_document_id_document")
        ),
        sa.ForeignKeyConstraint(
            ["directive_id"], ["directive.id"], name=op.f("fk_bulk_line_directive_id_directive")
        ),
        sa.PrimaryKeyConstraint("act_id", "document_id", name=op.f("pk_bulk_line")),
    )
    with op.batch_alter_table("bulk_line") as batch:
        batch.create_index(op.f("ix_bulk_line_document_id"), ["document_id"], unique=False)
        batch.create_index(op.f("ix_bulk_line_directive_id"), ["directive_id"], unique=False)


def downgrade() -> None:
    """Take it one step back."""
    op.drop_table("bulk_line")
    op.drop_table("bulk_act")
    op.drop_table("list_layout")
