"""By what channels people hear of what: their choices, confirmed addresses, and browsers that take pushes."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Bring the schema one step forward."""
    op.create_table(
        "channel_choice",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("event", sa.String(length=20), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_channel_choice_user_id_user")),
        sa.PrimaryKeyConstraint("user_id", "event", "channel", name=op.f("pk_channel_choice")),
    )
    op.create_table(
        "mail_address",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("confirmed", sa.String(length=200), nullable=True),
        sa.Column("confirmed_at", _INSTANT, nullable=True),
        sa.Column("asked", sa.String(length=200), nullable=True),
        sa.Column("asked_at", _INSTANT, nullable=True),
        sa.Column("fails", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_mail_address_user_id_user")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_mail_address")),
    )
    op.create_table(
        "push_subscription",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("endpoint", sa.String(length=1000), nullable=False),
        sa.Column("endpoint_hash", sa.String(length=64), nullable=False),
        sa.Column("p256dh", sa.String(length=120), nullable=False),
        sa.Column("auth", sa.String(length=60), nullable=False),
        sa.Column("device", sa.String(length=300), nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_push_subscription_user_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_push_subscription")),
        sa.UniqueConstraint("endpoint_hash", name=op.f("uq_push_subscription_endpoint_hash")),
    )
    op.create_index(op.f("ix_push_subscription_user_id"), "push_subscription", ["user_id"], unique=False)


def downgrade() -> None:
    """Take it one step back."""
    op.drop_table("push_subscription")
    op.drop_table("mail_address")
    op.drop_table("channel_choice")
