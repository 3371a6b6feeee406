"""Acts are noted with the address and the device from which they came."""

import sqlalchemy as sa
from alembic import op

revision = "0072"
down_revision = "0071"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema one step forward."""
    op.add_column("audit", sa.Column("address", sa.String(length=45), nullable=True))
    op.add_column("audit", sa.Column("device", sa.String(length=60), nullable=True))


def downgrade() -> None:
    """Bring the schema one step back."""
    op.drop_column("audit", "device")
    op.drop_column("audit", "address")
