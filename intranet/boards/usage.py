"""How the house is used, for whoever keeps its accounts: who works with it, no word of any record."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, exists, func, select

from intranet.boards import figures as boards
from intranet.boards.figures import PAGE, Args, Board, Figure, Listing, Row, Shown
from intranet.boards.permissions import boards_of
from intranet.core import clock, db, slots
from intranet.core.actor import Actor
from intranet.core.pages import office_time
from intranet.people.models import User
from intranet.people.sessions import SessionRow

#: Who was not seen for so long does not use the house. Ended sign-ins are kept as long.
_DAYS = 30
_MOST_DIGITS = 9


def fill() -> None:
    """Fill the slots of the boards."""
    slots.fill(boards.BOARD, of_board)
    slots.fill(boards.LISTING, listing)


def of_board(actor: Actor, board: Board) -> Shown | None:
    """Figures of the agency's accounts."""
    if board is not Board.USAGE:
        return None
    n = boards.count_each(User, {code: where(actor) for code, where in _CONDITIONS.items()})
    return Shown([Figure(code, n[code], order=10 * place) for place, code in enumerate(_CONDITIONS, 1)])


def listing(actor: Actor, code: str, _args: Args, after: str | None) -> Listing | None:
    """The accounts that a figure counts."""
    if code not in _CONDITIONS or Board.USAGE not in boards_of(actor):
        return None
    where = _CONDITIONS[code](actor)
    last = int(after) if after and after.isdigit() and len(after) <= _MOST_DIGITS else 0
    query = select(User).where(where, User.id > last).order_by(User.id).limit(PAGE + 1)
    found = list(db.session().scalars(query).unique())
    shown = found[:PAGE]
    seen = select(SessionRow.user_id, func.max(SessionRow.seen_at)).group_by(SessionRow.user_id)
    seen = seen.where(SessionRow.user_id.in_([one.id for one in shown]))
    seen_at = {row[0]: row[1] for row in db.session().execute(seen)}
    rows = [
        Row(
            url=f"/admin/people/{one.id}",
            title=one.full_name,
            code=one.name,
            who=", ".join(post.unit.short_name for post in one.posts),
            due=office_time(seen_at.get(one.id), "short"),
        )
        for one in shown
    ]
    total = boards.count_each(User, {code: where})[code]
    return Listing(total, rows, str(shown[-1].id) if len(found) > PAGE else None)


def _here(actor: Actor) -> ColumnElement[bool]:
    return and_(User.org_id == actor.org_id, User.is_active)


def _seen(days: int) -> ColumnElement[bool]:
    """Signed in, and at work in one of the last days; today is one of them."""
    since = clock.at_office(clock.today() - timedelta(days=days - 1), 0)
    return exists().where(
        SessionRow.user_id == User.id, SessionRow.seen_at >= since, SessionRow.only.is_(None)
    )


_CONDITIONS: dict[str, Callable[[Actor], ColumnElement[bool]]] = {
    "usage_people": _here,
    "usage_today": lambda actor: and_(_here(actor), _seen(1)),
    "usage_month": lambda actor: and_(_here(actor), _seen(_DAYS)),
    "usage_never": lambda actor: and_(_here(actor), ~_seen(_DAYS)),
}
