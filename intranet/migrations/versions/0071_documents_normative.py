"""Symbols of normative documents have the year in them: 05/2026/QĐ-UBND."""

from alembic import op

revision = "0071"
down_revision = "0070"
branch_labels = None
depends_on = None

_SET = (
    "UPDATE register SET symbol_pattern = '{to}' WHERE symbol_pattern = '{was}' AND kind_group = 'normative'"
)
_WITH, _WITHOUT = "{year}/{kind}-{org}", "{kind}-{org}"


def upgrade() -> None:
    """Bring the data one step forward."""
    op.execute(_SET.format(to=_WITH, was=_WITHOUT))


def downgrade() -> None:
    """Bring the data one step back."""
    op.execute(_SET.format(to=_WITHOUT, was=_WITH))
