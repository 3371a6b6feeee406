"""Private marks lie sealed in the database; those that are there are sealed by the worker."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema one step forward."""
    with op.batch_alter_table("annotation") as batch:
        batch.add_column(sa.Column("is_open", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch.create_index(op.f("ix_annotation_is_open"), ["is_open"], unique=False)
    marks = sa.table("annotation", sa.column("is_open", sa.Boolean), sa.column("layer"), sa.column("data"))
    is_open = sa.and_(marks.c.layer == "private", marks.c.data.is_not(None))
    op.execute(marks.update().where(is_open).values(is_open=True))


def downgrade() -> None:
    """Take it one step back: marks that are sealed stay so, and cannot be read by the version before."""
    with op.batch_alter_table("annotation") as batch:
        batch.drop_index(op.f("ix_annotation_is_open"))
        batch.drop_column("is_open")
