"""How long documents stay in each state, the cut-off day of reports, and what the boards count tasks by."""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)
#: States in which a document waits for somebody.
_WAITING = [
    "received",
    "registered",
    "presented",
    "assigned",
    "processing",
    "draft",
    "unit_review",
    "layout_review",
    "to_sign",
    "signed",
    "numbered",
    "sealed",
]


def upgrade() -> None:
    """Bring the schema one step forward."""
    op.create_table(
        "document_stay",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("entered_at", _INSTANT, nullable=False),
        sa.Column("late_from", sa.Date(), nullable=False),
        sa.Column("left_at", _INSTANT, nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("org_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_document_stay_by_id_user")),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_document_stay_document_id_document")
        ),
        sa.ForeignKeyConstraint(
            ["org_id"], ["organisation.id"], name=op.f("fk_document_stay_org_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_stay")),
    )
    op.create_index("ix_document_stay_by_id", "document_stay", ["by_id"])
    op.create_index("ix_document_stay_org_id", "document_stay", ["org_id"])
    op.create_index("ix_document_stay_document", "document_stay", ["document_id", "id"])
    op.create_index("ix_document_stay_left", "document_stay", ["org_id", "state", "left_at", "minutes"])
    op.create_index(
        "ix_document_stay_entered", "document_stay", ["org_id", "state", "entered_at", "document_id"]
    )
    op.create_table(
        "board_setting",
        sa.Column("org_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("cutoff_day", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["org_id"], ["organisation.id"], name=op.f("fk_board_setting_org_id_organisation")
        ),
        sa.PrimaryKeyConstraint("org_id", name=op.f("pk_board_setting")),
    )
    op.create_index(
        "ix_task_accepted", "task", ["org_id", "state", "outcome", "accepted_at", "is_restricted"]
    )
    # What waits today has waited since it was presented or, as far as is known, since it came.
    document = sa.table(
        "document",
        *(
            sa.column(name)
            for name in [
                "id",
                "state",
                "org_id",
                "presented_at",
                "created_at",
                "register_date",
                "arrival_date",
            ]
        ),
    )
    at = document.c
    since = sa.case(
        (sa.and_(at.state == "presented", at.presented_at.is_not(None)), at.presented_at), else_=at.created_at
    )
    came = sa.func.coalesce(at.register_date, at.arrival_date, sa.func.current_date())
    waiting = sa.select(at.id, at.state, since, came, at.org_id).where(at.state.in_(_WAITING))
    stay = sa.table(
        "document_stay",
        *(sa.column(name) for name in ["document_id", "state", "entered_at", "late_from", "org_id"]),
    )
    columns = ["document_id", "state", "entered_at", "late_from", "org_id"]
    op.execute(sa.insert(stay).from_select(columns, waiting))


def downgrade() -> None:
    """Take it one step back."""
    op.drop_index("ix_task_accepted", table_name="task")
    op.drop_table("board_setting")
    op.drop_table("document_stay")
