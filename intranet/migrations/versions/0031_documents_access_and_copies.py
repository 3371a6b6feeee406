"""Changes of who may see a document, and uses of kept copies."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema one step forward."""
    op.create_table(
        "access_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("level_before", sa.String(length=40), nullable=False),
        sa.Column("level_after", sa.String(length=40), nullable=False),
        sa.Column("added", sa.JSON(), nullable=False),
        sa.Column("removed", sa.JSON(), nullable=False),
        sa.Column("readers_before", sa.Integer(), nullable=False),
        sa.Column("readers_after", sa.Integer(), nullable=False),
        sa.Column("task_ids", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("changed_by_id", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("owner_confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("head_id", sa.Integer(), nullable=True),
        sa.Column("head_confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("org_id", sa.Integer(), nullable=False),
        *_keys("access_change", _CHANGE_KEYS),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_change")),
    )
    op.create_table(
        "copy_use",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_text", sa.String(length=150), nullable=False),
        sa.Column("purpose", sa.String(length=500), nullable=False),
        sa.Column("case_code", sa.String(length=60), nullable=False),
        sa.Column("due_date", sa.Date(), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("given_by_id", sa.Integer(), nullable=True),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_by_id", sa.Integer(), nullable=True),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("reminded_on", sa.Date(), nullable=True),
        sa.Column("org_id", sa.Integer(), nullable=False),
        *_keys("copy_use", _USE_KEYS),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_copy_use")),
    )
    for table, columns in (("access_change", _CHANGE_KEYS), ("copy_use", (*_USE_KEYS, "given_at"))):
        for column in columns:
            op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)
    op.create_index("ix_access_change_open", "access_change", ["org_id", "confirmed_at", "id"], unique=False)
    op.create_index("ix_copy_use_state", "copy_use", ["org_id", "state", "id"], unique=False)


def downgrade() -> None:
    """Take it one step back."""
    op.drop_table("copy_use")
    op.drop_table("access_change")


def _keys(table: str, columns: dict[str, str]) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}_{to}"))
        for column, to in columns.items()
    ]


_CHANGE_KEYS = {
    "document_id": "document",
    "changed_by_id": "user",
    "owner_id": "user",
    "head_id": "user",
    "org_id": "organisation",
}
_USE_KEYS = {
    "document_id": "document",
    "asked_by_id": "user",
    "decided_by_id": "user",
    "given_by_id": "user",
    "taken_by_id": "user",
    "org_id": "organisation",
}
