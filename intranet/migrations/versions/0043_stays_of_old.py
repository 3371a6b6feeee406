"""The worker is asked to read out of the log how documents moved before their stays were noted."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

_KIND = "documents.old_stays"


def upgrade() -> None:
    """Bring the schema one step forward."""
    columns = ("kind", "key", "payload", "state", "run_at", "tries")
    job = sa.table("job", *(sa.column(name) for name in columns))
    document = sa.table("document", sa.column("created_at"))
    asked = sa.select(
        sa.literal(_KIND),
        sa.literal("0"),
        sa.literal({"after": 0}, sa.JSON()),
        sa.literal("waiting"),
        sa.func.max(document.c.created_at),
        sa.literal(0),
    ).select_from(document)
    # A house without documents has nothing to read.
    op.execute(sa.insert(job).from_select(list(columns), asked.having(sa.func.count() > 0)))


def downgrade() -> None:
    """Take it one step back."""
    job = sa.table("job", sa.column("kind"))
    op.execute(sa.delete(job).where(job.c.kind == _KIND))
