"""Forms of what several people change at the same time: what others changed stands beside what was typed."""

import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, Self

from wtforms import BooleanField, HiddenField, IntegerField
from wtforms.validators import Optional
from wtforms.widgets import HiddenInput

from intranet.core.errors import Stale
from intranet.core.forms import OfficeForm
from intranet.core.labels import label


@dataclass(frozen=True)
class Conflict:
    """One field that somebody else changed after the form was made."""

    field_id: str
    name: str
    mine: str
    theirs: str
    #: What a button puts into the field; ``None`` where one is chosen by hand.
    value: str | None
    #: Only the other changed it: the form shows that already.
    is_taken: bool


class SharedForm(OfficeForm):
    """A form that knows what stood in its fields when it was made."""

    version = IntegerField(validators=[Optional()], widget=HiddenInput())
    #: By field a short sum of what stood there then.
    base = HiddenField()
    #: Fields that others may change meanwhile.
    shared: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *args: Any, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.conflicts: list[Conflict] = []
        if kw.get("formdata", ...) is None:
            self._remember()

    def settled(self, fresh: Callable[[], Self], act: Callable[[], Any]) -> Any:
        """Do the act; when the record was changed meanwhile, compare, and do it unless both touched it.

        :param fresh: a form of the record as it stands now.
        :raises Stale: what others changed has to be looked at; ``conflicts`` says where.
        """
        try:
            return act()
        except Stale as stale:
            if stale.code != "document.changed":
                raise
            self._meet(fresh())
            if self.conflicts:
                raise Stale("document.changed_beside", n=len(self.conflicts)) from stale
            return act()

    def _meet(self, now: Self) -> None:
        """Take over what only others changed; where both did, keep what was typed and say what is there."""
        before = self._sums()
        for name in self.shared:
            field, other = self[name], now[name]
            field.choices = getattr(other, "choices", None) or getattr(field, "choices", None)
            mine, theirs = _sum(field.data), _sum(other.data)
            if mine == theirs or before.get(name) == theirs:
                continue
            is_taken = before.get(name) == mine
            self.conflicts.append(
                Conflict(field.id, field.label.text, _words(field), _words(other), _raw(other), is_taken)
            )
            if is_taken:
                field.data, field.raw_data = other.data, None
            else:
                field.errors = [*field.errors, label("document.saved_now", value=_words(other))]
        self.version.data, self.version.raw_data = now.version.data, None
        self.base.data = now.base.data

    def _remember(self) -> None:
        self.base.data = json.dumps({name: _sum(self[name].data) for name in self.shared})

    def _sums(self) -> dict[str, Any]:
        try:
            found = json.loads(self.base.data or "{}")
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}


def _sum(value: Any) -> str:
    text = "" if value is None or value is False else " ".join(str(value).split())
    return f"{zlib.crc32(text.encode()):08x}"


def _words(field: Any) -> str:
    """What a field holds, as a person reads it."""
    if isinstance(field, BooleanField):
        return label("document.yes" if field.data else "document.no")
    for value, words, *_ in getattr(field, "choices", None) or ():
        if str(value) == str(field.data):
            return str(words)
    if isinstance(field.data, date):
        return f"{field.data:%d/%m/%Y}"
    return str(field.data) if field.data not in (None, "") else label("book.nothing")


def _raw(field: Any) -> str | None:
    if field.type in ("RadioField", "BooleanField"):
        return None
    if isinstance(field.data, date):
        return f"{field.data:%d/%m/%Y}"
    return "" if field.data is None else str(field.data)
