"""Facts for the minutes: since when and until when an item was on the floor, and the rules a meeting sat under."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)
_RULES = (
    "name",
    "quorum_num",
    "quorum_den",
    "base",
    "tie",
    "secret_min",
    "remote_allowed",
    "secretary_counts",
    "guests_ask",
    "proxy_limit",
    "may_change",
)
_MEETING = sa.table(
    "meeting",
    sa.column("id", sa.Integer),
    sa.column("org_id", sa.Integer),
    sa.column("body_id", sa.Integer),
    sa.column("rules", sa.JSON(none_as_null=True)),
    sa.column("started_at", _INSTANT),
)
_BODY = sa.table(
    "body",
    sa.column("id", sa.Integer),
    sa.column("org_id", sa.Integer),
    *(sa.column(name, sa.String) for name in ("name", "base", "tie")),
    *(sa.column(name, sa.Integer) for name in ("quorum_num", "quorum_den", "secret_min", "proxy_limit")),
    *(
        sa.column(name, sa.Boolean)
        for name in ("remote_allowed", "secretary_counts", "guests_ask", "may_change")
    ),
)
_ITEM = sa.table(
    "agenda_item",
    sa.column("id", sa.Integer),
    sa.column("started_at", _INSTANT),
    sa.column("ended_at", _INSTANT),
)
_LINE = sa.table(
    "journal_line",
    sa.column("meeting_id", sa.Integer),
    sa.column("v", sa.Integer),
    sa.column("kind", sa.String),
    sa.column("data", sa.JSON),
    sa.column("at", _INSTANT),
)
_TELLING = ("item.started", "item.finished", "meeting.state", "consent.adopted")


def upgrade() -> None:
    """Bring the schema one step forward; meetings that were held get what their journals and bodies say."""
    op.add_column("meeting", sa.Column("rules", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("agenda_item", sa.Column("started_at", _INSTANT, nullable=True))
    op.add_column("agenda_item", sa.Column("ended_at", _INSTANT, nullable=True))
    _keep_rules(op.get_bind())
    _date_items(op.get_bind())


def downgrade() -> None:
    """Take it one step back."""
    op.drop_column("agenda_item", "ended_at")
    op.drop_column("agenda_item", "started_at")
    op.drop_column("meeting", "rules")


def _keep_rules(connection: sa.Connection) -> None:
    bodies = connection.execute(sa.select(_BODY).order_by(_BODY.c.id)).mappings().all()
    opened = sa.select(_MEETING).where(_MEETING.c.started_at.is_not(None))
    for meeting in connection.execute(opened).mappings().all():
        under = [
            one
            for one in bodies
            if one["id"] == meeting["body_id"]
            or (meeting["body_id"] is None and one["org_id"] == meeting["org_id"])
        ]
        if under:
            rules = {name: under[0][name] for name in _RULES}
            connection.execute(sa.update(_MEETING).where(_MEETING.c.id == meeting["id"]).values(rules=rules))


def _date_items(connection: sa.Connection) -> None:
    first: dict[int, Any] = {}
    last: dict[int, Any] = {}
    told = sa.select(_LINE).where(_LINE.c.kind.in_(_TELLING)).order_by(_LINE.c.meeting_id, _LINE.c.v)
    for line in connection.execute(told).mappings():
        data, at = line["data"], line["at"]
        if line["kind"] == "item.started":
            first.setdefault(data["item"], at)
            left = [] if data.get("prev") is None else [data["prev"]]
        elif line["kind"] == "item.finished":
            left = [data["item"]]
        elif line["kind"] == "consent.adopted":
            left = data["items"]
        else:
            left = [data["item"]] if data.get("to") == "ended" and "item" in data else []
        last |= dict.fromkeys(left, at)
    for item in first.keys() | last.keys():
        dated = {"started_at": first.get(item), "ended_at": last.get(item)}
        connection.execute(sa.update(_ITEM).where(_ITEM.c.id == item).values(**dated))
