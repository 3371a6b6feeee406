"""The log of a document in words: what an act changed, what stood there before and what stands there now."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeGuard

from documents.models.lifecycle import Direction, DocEvent, DocState, leads_to
from intranet.core import clock
from intranet.core.labels import has_label, label
from intranet.people import directory
from intranet.people.models import Unit, User
from intranet.records.models import AuditLine

_EVENTS = {event.value: event for event in DocEvent}
_PEOPLE, _UNITS = ("leader", "signer"), ("lead",)


@dataclass
class Telling:
    """Says of each line of a log what it changed; people and units of all lines are read at once."""

    direction: Direction
    people: dict[int, User] = field(default_factory=dict)
    units: dict[int, Unit] = field(default_factory=dict)

    def __call__(self, line: AuditLine) -> list[str]:
        """Sentences for one line, empty where the act says it all."""
        data = line.data
        found = [self._step(line.act, data), self._given(data), self._level(data)]
        for name in ("added", "removed"):
            ids = data.get(name)
            if isinstance(ids, list) and ids:
                found.append(label(f"document.told.{name}", names=", ".join(map(self._person, ids))))
        if has_label(f"document.relation.{data.get('relation')}"):
            name = label(f"document.relation.{data['relation']}")
            found.append(label("document.told.relation", name=name))
        if isinstance(data.get("order"), str):
            found.append(label("document.told.order", order=data["order"]))
        readers = data.get("readers")
        if _is_pair(readers):
            found.append(label("document.told.readers", before=readers[0], after=readers[1]))
        for columns, words in ((data.get("fields"), "document.field"), (data.get("columns"), "book.column")):
            if isinstance(columns, dict):
                found += [self._changed(words, name, pair) for name, pair in sorted(columns.items())]
        if line.act == "dispatch.answered" and has_label(f"dispatch.state.{data.get('state')}"):
            found.append(label(f"dispatch.state.{data['state']}"))
        return [words for words in found if words]

    def _step(self, act: str, data: dict[str, Any]) -> str:
        event = _EVENTS.get(act.removeprefix("document."))
        if event is None or data.get("was") not in set(DocState):
            return ""
        was = DocState(data["was"])
        now = leads_to(self.direction, was, event)
        if now is None or now is was:
            return ""
        return label(
            "document.told.state",
            before=label(f"document.state.{was.value}"),
            after=label(f"document.state.{now.value}"),
        )

    def _given(self, data: dict[str, Any]) -> str:
        if isinstance(data.get("leader"), int):
            return label("document.told.to", name=self._person(data["leader"]))
        unit = self.units.get(data["lead"]) if isinstance(data.get("lead"), int) else None
        return label("document.told.lead", name=unit.name) if unit is not None else ""

    def _level(self, data: dict[str, Any]) -> str:
        level = data.get("level")
        if not _is_pair(level) or level[0] == level[1]:
            return ""
        before, after = (label(f"access.level.{one}") for one in level)
        return label("document.told.level", before=before, after=after)

    def _changed(self, words: str, name: str, pair: Any) -> str:
        if not _is_pair(pair) or not has_label(f"{words}.{name}"):
            return ""
        old, new = (self._value(name, one) for one in pair)
        return label("document.told.changed", name=label(f"{words}.{name}"), old=old, new=new)

    def _value(self, name: str, value: Any) -> str:
        if value in (None, ""):
            return label("book.nothing")
        if name in _PEOPLE and isinstance(value, int):
            return self._person(value)
        if name == "urgency":
            return label(f"document.urgency.{value}")
        if name == "urgent_at":
            return f"{clock.local(datetime.fromisoformat(value)):%H:%M, %d/%m/%Y}"
        if name == "circulation":
            return label(f"document.circulation.{value}")
        if name == "language":
            return label(f"document.language.{value}")
        try:
            return f"{date.fromisoformat(value):%d/%m/%Y}" if name == "due" else str(value)
        except (TypeError, ValueError):
            return str(value)

    def _person(self, key: int) -> str:
        person = self.people.get(key)
        return person.full_name if person is not None else "…"


def telling(direction: Direction, lines: Iterable[AuditLine], people: dict[int, User]) -> Telling:
    """Read what the words of the lines need.

    :param people: those that :func:`people_in` named, among others.
    """
    units = {data["lead"] for line in lines if isinstance((data := line.data).get("lead"), int)}
    return Telling(direction, people, directory.units(units) if units else {})


def people_in(lines: Iterable[AuditLine]) -> set[int]:
    """Ids of the people whom the words of the lines name."""
    found: set[int] = set()
    for data in (line.data for line in lines):
        for name in ("added", "removed"):
            found |= {one for one in data.get(name) or () if isinstance(one, int)}
        found |= {data[name] for name in _PEOPLE if isinstance(data.get(name), int)}
        fields = data.get("fields")
        if isinstance(fields, dict):
            found |= {one for name in _PEOPLE for one in fields.get(name) or () if isinstance(one, int)}
    return found


def _is_pair(value: Any) -> TypeGuard[list[Any]]:
    return isinstance(value, list) and len(value) == 2
