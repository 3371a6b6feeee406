"""Marks of every kind: copies of notes, layers, and the order in which shared marks changed."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema one step forward."""
    op.add_column("annotation", sa.Column("others", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("annotation", sa.Column("past", sa.JSON(none_as_null=True), nullable=True))
    op.add_column(
        "annotation", sa.Column("layer", sa.String(length=40), nullable=False, server_default="private")
    )
    op.add_column("annotation", sa.Column("source", sa.String(length=26), nullable=True))
    op.add_column("annotation", sa.Column("people", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("annotation", sa.Column("seq", sa.Integer(), nullable=True))
    op.create_index("ix_annotation_shared", "annotation", ["meeting_id", "seq"], unique=False)


def downgrade() -> None:
    """Take it one step back."""
    op.drop_index("ix_annotation_shared", table_name="annotation")
    for column in ("seq", "people", "source", "layer", "past", "others"):
        op.drop_column("annotation", column)
