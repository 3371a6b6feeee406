"""Papers replaced by newer files, and where marks over them went."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Bring the schema one step forward."""
    op.create_table(
        "paper_replacement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("file", sa.String(length=64), nullable=False),
        sa.Column("from_rev", sa.String(length=64), nullable=False),
        sa.Column("to_rev", sa.String(length=64), nullable=False),
        sa.Column("other", sa.String(length=64), nullable=False),
        sa.Column("from_pages", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("done_at", _INSTANT, nullable=True),
        sa.Column("changed", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("moves", sa.JSON(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_paper_replacement_meeting_id_meeting")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_paper_replacement_by_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_replacement")),
    )
    for column in ("file", "meeting_id"):
        op.create_index(op.f(f"ix_paper_replacement_{column}"), "paper_replacement", [column], unique=False)
    op.create_table(
        "page_facts",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_page_facts")),
    )
    op.add_column("meeting", sa.Column("revisions", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("annotation", sa.Column("place_lam", sa.Integer(), nullable=True))
    op.add_column("annotation", sa.Column("waits", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("annotation", sa.Column("doubt", sa.String(length=40), nullable=True))
    op.add_column("annotation", sa.Column("likely", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("annotation", sa.Column("dismissed_at", _INSTANT, nullable=True))
    op.create_index("ix_annotation_file", "annotation", ["file", "rev"], unique=False)


def downgrade() -> None:
    """Take it one step back."""
    op.drop_index("ix_annotation_file", table_name="annotation")
    for column in ("dismissed_at", "likely", "doubt", "waits", "place_lam"):
        op.drop_column("annotation", column)
    op.drop_column("meeting", "revisions")
    op.drop_table("page_facts")
    op.drop_table("paper_replacement")
