"""The log of acts of an agency for its whole package: the chain, and in words what one may read of it."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from documents.models.lifecycle import Direction
from documents.services import telling
from documents.services.package_acts import Names
from intranet.auditing.permissions import READ_ALL, READ_PLACE
from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.core.labels import has_label, label
from intranet.people import directory
from intranet.records import audit
from intranet.records.models import AuditHead, AuditLine
from intranet.records.package import LOG, Package

#: Lines that are read and put into words at once.
_PART = 1000
#: What of a line everybody may see who reads the whole log.
_BARE = ("seq", "at", "actor_id", "acting_for_id", "act")
#: What follows the chain, and nothing more.
_LINKS = ("seq", "prev", "mac")
_HEADS = ("seq", "at", "by", "acting_for", "act", "about", "told", "reason", *audit.PLACE)


@dataclass(frozen=True)
class _Sight:
    """What of the log somebody takes along; without an actor all of it."""

    actor: Actor | None
    visible: Collection[int]
    sees_all: bool
    sees_places: bool

    def is_shown(self, line: AuditLine) -> bool:
        """True for a line that is told whole: on a document of the package."""
        return self.actor is None or (line.ref_kind == "document" and line.ref_id in self.visible)

    def is_named(self, line: AuditLine) -> bool:
        """True where who did what and when may be told, and no more."""
        if self.actor is None or self.sees_all:
            return True
        return self.is_shown(line) or line.actor_id == self.actor.id


def write_log(
    package: Package,
    org_id: int,
    actor: Actor | None,
    names: Names,
    directions: Mapping[int, Direction],
) -> int:
    """Put the log up to now in; returns how many lines.

    :param directions: of the documents in the package.
    """
    head = db.session().get(AuditHead, org_id, populate_existing=True)
    last = 0 if head is None else head.seq
    sight = _Sight(
        actor,
        directions,
        actor is None or actor.holds(READ_ALL),
        actor is None or actor.holds(READ_PLACE),
    )
    package.add_lines(LOG, (_plain(line, sight) for part in _parts(org_id, last) for line in part))
    heads = [label(f"package.column.{name}") for name in _HEADS]
    package.add_csv("nhat-ky/nhat-ky.csv", heads, _told(org_id, last, sight, names, directions))
    return last


def _parts(org_id: int, last: int) -> Iterator[list[AuditLine]]:
    seq = 0
    while seq < last:
        query = select(AuditLine).where(
            AuditLine.org_id == org_id, AuditLine.seq > seq, AuditLine.seq <= last
        )
        lines = list(db.session().scalars(query.order_by(AuditLine.seq).limit(_PART)))
        if not lines:
            return
        yield lines
        seq = lines[-1].seq


def _plain(line: AuditLine, sight: _Sight) -> dict[str, Any]:
    found = audit.plain(line, with_place=sight.sees_places)
    if sight.is_shown(line):
        return found
    kept = (*_LINKS, *_BARE) if sight.is_named(line) else _LINKS
    return {name: found[name] for name in kept} | {"withheld": True}


def _told(
    org_id: int, last: int, sight: _Sight, names: Names, directions: Mapping[int, Direction]
) -> Iterator[tuple[str, ...]]:
    people_known, codes = names.known["user"], names.known["document"]
    for lines in _parts(org_id, last):
        shown = [line for line in lines if sight.is_named(line)]
        people = directory.people(telling.people_in(shown))
        words = {one: telling.telling(one, shown, people) for one in Direction}
        for line in shown:
            is_whole = sight.is_shown(line)
            way = directions.get(line.ref_id) if line.ref_kind == "document" else None
            yield (
                str(line.seq),
                f"{clock.local(line.at):%d/%m/%Y %H:%M:%S}",
                people_known.get(line.actor_id or 0) or label("audit.by_system"),
                people_known.get(line.acting_for_id or 0, ""),
                label(f"act.{line.act}") if has_label(f"act.{line.act}") else line.act,
                codes.get(line.ref_id, "") if way is not None else "",
                "; ".join(words[way](line)) if is_whole and way is not None else "",
                (line.reason or "") if is_whole else "",
                *((line.address or "", line.device or "") if sight.sees_places else ("", "")),
            )
