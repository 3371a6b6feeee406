"""Lists are read in their own order, whatever they are narrowed to; what is open or urgent is apart."""

import sqlalchemy as sa
from alembic import op

revision = "0079"
down_revision = "0078"
branch_labels = None
depends_on = None

_OPEN = sa.text("state IN ('received', 'registered', 'presented', 'assigned', 'processing')")
_URGENT = sa.text("urgency > 0")
_LINE = ["register_date", "register_entry_id"]
_PARTIAL = {
    "ix_document_open": (["org_id", "direction", "due_date"], _OPEN),
    "ix_document_urgent": (["org_id", "direction", *_LINE, "urgency", "state"], _URGENT),
}


def upgrade() -> None:
    """Bring the schema one step forward."""
    op.drop_index("ix_document_register", table_name="document")
    op.create_index("ix_document_register", "document", ["org_id", "direction", *_LINE])
    op.drop_index("ix_document_state", table_name="document")
    op.create_index("ix_document_state", "document", ["org_id", "direction", "state", *_LINE])
    op.create_index("ix_document_issuer", "document", ["org_id", "direction", "issuer_text", *_LINE])
    for name, (columns, where) in _PARTIAL.items():
        op.create_index(name, "document", columns, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    """Take it one step back."""
    for name in (*_PARTIAL, "ix_document_issuer"):
        op.drop_index(name, table_name="document")
    op.drop_index("ix_document_state", table_name="document")
    op.create_index("ix_document_state", "document", ["org_id", "direction", "state", "id"])
    op.drop_index("ix_document_register", table_name="document")
    op.create_index("ix_document_register", "document", ["direction", "register_date", "id"])
