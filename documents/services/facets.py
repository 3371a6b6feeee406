"""What a search is divided into, in words: each value with its label and how many documents have it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from documents.models.catalogue import DocKind, WorkField
from documents.models.register import Register
from documents.services.narrowing import DUE, FACETS
from documents.services.searching import Counted
from intranet.core import db
from intranet.core.labels import label
from intranet.people.models import Unit, User

#: Values shown of one facet.
MOST_VALUES = 20
_NAMES: dict[str, tuple[Any, Any]] = {
    "kind": (DocKind.id, DocKind.name),
    "field": (WorkField.id, WorkField.name),
    "unit": (Unit.id, Unit.short_name),
    "person": (User.id, User.full_name),
    "register": (Register.id, Register.name),
}
_YES_NO = {True: "yes", False: "no"}


@dataclass(frozen=True)
class Value:
    """One value: what the address says, what people read, how many, and whether it is chosen."""

    key: str
    label: str
    count: int
    is_chosen: bool


@dataclass(frozen=True)
class Facet:
    """One way of dividing what was found."""

    code: str
    label: str
    values: list[Value]

    @property
    def chosen(self) -> Value | None:
        """The value that narrows the search."""
        return next((value for value in self.values if value.is_chosen), None)


def in_words(counted: Counted, chosen: Mapping[str, str]) -> list[Facet]:
    """The facets that divide anything, in order, most frequent values first."""
    found = []
    for code in FACETS:
        pairs = [(_key(code, value), value, count) for value, count in counted.facets.get(code, ())]
        wanted = chosen.get(code)
        kept = [one for one in pairs if one[0] == wanted] or pairs[:MOST_VALUES]
        if code in {"year", "due", "urgency"}:
            kept.sort(key=lambda one: _place(code, one[1]))
        if len(pairs) < 2 and wanted is None:
            continue
        names = _names(code, [value for _, value, _ in kept])
        values = [
            Value(key, names.get(value) or _word(code, key), n, key == wanted) for key, value, n in kept
        ]
        if wanted is not None and not values:
            given = _given(code, wanted)
            values = [Value(wanted, _names(code, [given]).get(given) or _word(code, wanted), 0, True)]
        found.append(Facet(code, label(f"search.facet.{code}"), values))
    return found


def _names(code: str, keys: list[Any]) -> dict[Any, str]:
    if code not in _NAMES or not keys:
        return {}
    key, name = _NAMES[code]
    return {row[0]: row[1] for row in db.session().execute(select(key, name).where(key.in_(keys)))}


def _given(code: str, wanted: str) -> Any:
    return int(wanted) if code in _NAMES else wanted


def _key(code: str, value: Any) -> str:
    if code in {"file", "signed"}:
        return _YES_NO[bool(value)]
    if code == "urgency":
        return str(int(value))
    return str(getattr(value, "value", value))


def _word(code: str, key: str) -> str:
    if code == "urgency":
        return label(f"document.urgency.{key}") if key != "0" else label("search.urgency.none")
    if code == "state":
        return label(f"document.state.{key}")
    if code in {"direction", "due", "file", "signed"}:
        return label(f"search.{code}.{key}")
    return key


def _place(code: str, value: Any) -> int:
    return DUE.index(value) if code == "due" else -int(value)
