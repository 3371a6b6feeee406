"""Until when an incoming document is to be answered."""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema one step forward."""
    op.add_column("document", sa.Column("reply_due_date", sa.Date(), nullable=True))
    op.create_index(op.f("ix_document_reply_due_date"), "document", ["reply_due_date"], unique=False)


def downgrade() -> None:
    """Bring the schema one step back."""
    op.drop_index(op.f("ix_document_reply_due_date"), table_name="document")
    op.drop_column("document", "reply_due_date")
