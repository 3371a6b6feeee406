"""The columns of the lists on the screen: which there are, which a person chose and in which order."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from documents.models.lifecycle import Direction
from documents.models.listing import ListLayout
from documents.permissions import READ
from intranet.core import db
from intranet.core.actor import Actor
from intranet.core.errors import Forbidden


@dataclass(frozen=True)
class ListColumn:
    """One column of a list.

    :param width: class of its width; the one without takes what is left.
    :param css: class of its cells.
    :param taken: its columns in a file; its own code unless they differ.
    :param is_fixed: always shown.
    :param is_usual: shown to those who chose nothing.
    """

    code: str
    width: str = ""
    css: str = ""
    taken: tuple[str, ...] = ()
    is_fixed: bool = False
    is_usual: bool = True

    @property
    def head(self) -> str:
        """Class of its head where that differs from others too."""
        return self.css if self.css in {"du", "c-signer", "c-issuer"} else ""

    @property
    def exported(self) -> tuple[str, ...]:
        """Codes of its columns in a file."""
        return self.taken or (self.code,)


_SUBJECT = ListColumn("subject", css="ty", taken=("subject", "urgency"), is_fixed=True)
_KIND = ListColumn("kind", "w-cq")
_SIGNER = ListColumn("signer", "w-cq", "c-signer")
_FIELD = ListColumn("field", "w-cq", is_usual=False)
_NOTE = ListColumn("note", "w-cq", is_usual=False)

COLUMNS: dict[Direction, tuple[ListColumn, ...]] = {
    Direction.IN: (
        ListColumn("number_in", "w-so", "n so", is_fixed=True),
        ListColumn("register_date", "w-ng", "n"),
        ListColumn("issuer", "w-cq", "c-issuer"),
        ListColumn("code", "w-kh", "n kh"),
        _SUBJECT,
        ListColumn("state_holder", "w-who", "who", ("state", "holder")),
        ListColumn("due", "w-du", "du"),
        ListColumn("doc_date", "w-ng", "n", is_usual=False),
        ListColumn("kind", "w-cq", is_usual=False),
        _FIELD,
        ListColumn("register", "w-cq", is_usual=False),
        ListColumn("signer", "w-cq", is_usual=False),
        _NOTE,
    ),
    Direction.OUT: (
        ListColumn("code", "w-kh", "n kh so", is_fixed=True),
        ListColumn("doc_date", "w-ng", "n"),
        _KIND,
        _SUBJECT,
        _SIGNER,
        ListColumn("unit", "w-who"),
        ListColumn("state", "w-du", "who"),
        ListColumn("register_date", "w-ng", "n", is_usual=False),
        ListColumn("register", "w-cq", is_usual=False),
        ListColumn("due", "w-du", "du", is_usual=False),
        _FIELD,
        _NOTE,
    ),
}


def usual(direction: Direction) -> list[ListColumn]:
    """What is shown to those who chose nothing."""
    return [column for column in COLUMNS[direction] if column.is_usual or column.is_fixed]


def shown(actor: Actor, direction: Direction) -> list[ListColumn]:
    """The columns that the actor chose, in the order chosen; the number stands first."""
    row = db.session().get(ListLayout, (actor.id, direction.value))
    if row is None:
        return usual(direction)
    return _in_order(direction, row.columns)


def offered(direction: Direction, seen: Sequence[ListColumn]) -> list[ListColumn]:
    """All columns: those seen as they stand, then the others."""
    return [*seen, *(column for column in COLUMNS[direction] if column not in seen)]


def choose(actor: Actor, direction: Direction, codes: Sequence[str], *, moved: str = "", by: int = 0) -> None:
    """Remember the actor's columns of a list in this order; unknown ones are left out, fixed ones stay.

    :param moved: one of them that goes so many places on, or back.
    :raises Forbidden: ``auth.no_permit``.
    """
    _need(actor)
    chosen = [column.code for column in _in_order(direction, codes)]
    if moved in chosen[1:]:
        at = chosen.index(moved)
        chosen.insert(max(1, at + by), chosen.pop(at))
    with db.unit_of_work() as session:
        session.merge(ListLayout(user_id=actor.id, name=direction.value, columns=chosen))


def forget(actor: Actor, direction: Direction) -> None:
    """Show the actor the usual columns again.

    :raises Forbidden: ``auth.no_permit``.
    """
    _need(actor)
    with db.unit_of_work() as session:
        row = session.get(ListLayout, (actor.id, direction.value))
        if row is not None:
            session.delete(row)


def exported(columns: Sequence[ListColumn]) -> list[str]:
    """Codes of what these columns are in a file, in their order."""
    return list(dict.fromkeys(code for column in columns for code in column.exported))


def _in_order(direction: Direction, codes: Iterable[str]) -> list[ListColumn]:
    """These columns in this order, the number first, fixed ones that are missing next."""
    known = {column.code: column for column in COLUMNS[direction]}
    chosen = [known[code] for code in dict.fromkeys(codes) if code in known]
    first, *fixed = (column for column in COLUMNS[direction] if column.is_fixed)
    missing = [column for column in fixed if column not in chosen]
    return [first, *missing, *(column for column in chosen if column != first)]


def _need(actor: Actor) -> None:
    if not actor.holds(READ):
        raise Forbidden("auth.no_permit")
