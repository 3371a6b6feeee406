"""Old registers and their files on the way in."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema one step forward."""
    _table(
        "register_import",
        {
            "register_id": "register",
            "by_id": "user",
            "acting_for_id": "user",
            "org_id": "organisation",
        },
        sa.Column("register_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=150), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("waiting", sa.String(length=40), nullable=True),
        sa.Column("sheet", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("mapping", sa.JSON(), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.Column("errors", sa.Integer(), nullable=False),
        sa.Column("warnings", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("added", sa.Integer(), nullable=True),
        sa.Column("known", sa.Integer(), nullable=True),
        sa.Column("problem", sa.String(length=60), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("acting_for_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
    )
    op.create_index("ix_register_import_list", "register_import", ["org_id", "id"])
    _table(
        "import_mapping",
        {"org_id": "organisation"},
        sa.Column("direction", sa.String(length=20), nullable=False),
        sa.Column("heads", sa.String(length=64), nullable=False),
        sa.Column("mapping", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint(
            "org_id", "direction", "heads", name=op.f("uq_import_mapping_org_id_direction_heads")
        ),
    )
    _table(
        "file_bundle",
        {
            "register_id": "register",
            "by_id": "user",
            "acting_for_id": "user",
            "org_id": "organisation",
        },
        sa.Column("register_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=150), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("waiting", sa.String(length=40), nullable=True),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("problem", sa.String(length=60), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("acting_for_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_file_bundle_list", "file_bundle", ["org_id", "id"])
    _table(
        "file_piece",
        {"document_id": "document", "org_id": "organisation"},
        sa.Column("bundle_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=250), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("staged_id", sa.String(length=64), nullable=True),
        sa.Column("document_id", sa.Integer(), nullable=True),
        sa.Column("problem", sa.String(length=60), nullable=True),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["bundle_id"], ["file_bundle.id"], name=op.f("fk_file_piece_bundle_id_file_bundle")
        ),
        sa.UniqueConstraint("staged_id", name=op.f("uq_file_piece_staged_id")),
    )
    op.create_index("ix_file_piece_list", "file_piece", ["bundle_id", "state", "id"])
    with op.batch_alter_table("register_year") as table:
        table.add_column(sa.Column("imported_to", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    """Take it one step back."""
    with op.batch_alter_table("register_year") as table:
        table.drop_column("imported_to")
    for name in ("file_piece", "file_bundle", "import_mapping", "register_import"):
        op.drop_table(name)


def _table(name: str, keys: dict[str, str], *columns: sa.schema.SchemaItem) -> None:
    """A table of an agency with an id, its keys to other tables, and an index on each of them."""
    op.create_table(
        name,
        sa.Column("id", sa.Integer(), nullable=False),
        *columns,
        sa.Column("org_id", sa.Integer(), nullable=False),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_{name}_{column}_{table}"))
            for column, table in keys.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )
    for column in keys:
        op.create_index(op.f(f"ix_{name}_{column}"), name, [column], unique=False)
