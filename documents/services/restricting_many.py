"""Who may see several documents, changed at once: counted beforehand, and only what the wish names."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from documents.models.document import AccessLevel, Document, DocumentAccess
from documents.permissions import BY_OFFICE, OF_LEVEL, To, may, readable
from documents.services import restricting
from documents.services.restricting import NAMED, Wish
from intranet.core import db
from intranet.core.actor import Actor
from intranet.core.errors import Invalid, NotFound
from intranet.people import directory
from intranet.people.models import Role

#: As many as a page of a list has.
MOST = 50


@dataclass(frozen=True)
class Chosen:
    """Documents that somebody chose: those whose access the actor may set, and those that are only read."""

    documents: list[Document]
    others: list[Document]
    unseen: int


@dataclass(frozen=True)
class Foreseen:
    """What would become of one document's access."""

    document: Document
    level_before: AccessLevel
    level_after: AccessLevel
    readers_before: int
    readers_after: int
    is_changed: bool


def chosen(actor: Actor, document_ids: Sequence[int]) -> Chosen:
    """The documents behind the ids, in the order of their lists.

    :raises Invalid: ``bulk.nothing_chosen``.
    :raises NotFound: ``document.missing``, the actor may see none of them.
    """
    wanted = list(dict.fromkeys(document_ids))[:MOST]
    if not wanted:
        raise Invalid("bulk.nothing_chosen")
    known = {document.id: document for document in readable(actor, wanted)}
    if not known:
        raise NotFound("document.missing")
    rows = [known[key] for key in wanted if key in known]
    mine = [document for document in rows if may(actor, To.SET_ACCESS, document)]
    return Chosen(mine, [one for one in rows if one not in mine], len(wanted) - len(rows))


def foresee(actor: Actor, documents: Sequence[Document], wish: Wish) -> list[Foreseen]:
    """How many would see each document after the change; nothing is changed."""
    ids = [document.id for document in documents]
    rows = db.session().execute(
        select(DocumentAccess.document_id, DocumentAccess.principal, DocumentAccess.reason).where(
            DocumentAccess.document_id.in_(ids)
        )
    )
    known: dict[int, dict[str, str]] = defaultdict(dict)
    for row in rows:
        known[row.document_id][row.principal] = row.reason
    people = _People()
    return [_foreseen(actor, document, known[document.id], wish, people) for document in documents]


def change(actor: Actor, document_ids: Collection[int], wish: Wish, reason: str) -> tuple[int, int]:
    """Change the same attributes of several documents, all or none; returns how many changed and stayed.

    :raises NotFound: ``document.missing``.
    :raises Forbidden: ``document.not_allowed``.
    :raises Invalid: ``access.nothing_wished``, ``access.both_ways``, and as
        :func:`documents.services.restricting.change`.
    """
    check(wish)
    done = restricting.change_many(actor, document_ids, wish, reason)
    changed = sum(row is not None for _, row in done)
    return changed, len(done) - changed


def check(wish: Wish) -> None:
    """Refuse a wish that says nothing, or names somebody twice.

    :raises Invalid: ``access.nothing_wished``, ``access.both_ways``.
    """
    if wish.level is None and not wish.add and not wish.remove:
        raise Invalid("access.nothing_wished", field="level")
    if wish.add & wish.remove:
        raise Invalid("access.both_ways", field="remove")


class _People:
    """Who stands behind a principal, each read once."""

    def __init__(self) -> None:
        self._known: dict[str, frozenset[int]] = {}
        self._offices: dict[tuple[int, AccessLevel], frozenset[int]] = {}

    def reading(self, document: Document, level: AccessLevel, principals: Collection[str]) -> frozenset[int]:
        """Those who see a document with that level and these principals, as ``restricting.readers_of``."""
        is_named = level is AccessLevel.NAMED
        found = self._office(document.org_id, level)
        for principal in principals:
            if not (is_named and principal.startswith("d:")):
                found |= self._behind(document.org_id, principal)
        return found

    def _office(self, org_id: int, level: AccessLevel) -> frozenset[int]:
        key, roles = (org_id, level), BY_OFFICE[level]
        if key not in self._offices:
            self._offices[key] = frozenset(directory.ids_with_role(org_id, *roles) if roles else ())
        return self._offices[key]

    def _behind(self, org_id: int, principal: str) -> frozenset[int]:
        if principal not in self._known:
            kind, key = principal[0], int(principal[2:])
            if kind == "u":
                found = frozenset({key})
            elif kind == "h":
                found = frozenset(directory.ids_with_role(org_id, Role.UNIT_HEAD, unit_id=key))
            else:
                found = frozenset(person.id for person in directory.members_of(key))
            self._known[principal] = found
        return self._known[principal]


def _foreseen(
    actor: Actor, document: Document, known: dict[str, str], wish: Wish, people: _People
) -> Foreseen:
    was = document.access_level
    level = wish.level or was
    named = {int(one[2:]) for one, reason in known.items() if reason == NAMED and one.startswith("u:")}
    added, removed = wish.add - named, wish.remove & named
    after = set(known)
    is_changed = level is not was or bool(added) or bool(removed)
    if is_changed:
        if level is not AccessLevel.NORMAL:
            after |= restricting.parts_of(actor, document, known, level)
        if level is AccessLevel.UNIT:
            after |= restricting.units_of(document)
        else:
            after -= {one for one, reason in known.items() if reason == OF_LEVEL}
        after |= {f"u:{one}" for one in added}
        after -= {f"u:{one}" for one in removed}
    before_n = len(people.reading(document, was, known))
    return Foreseen(document, was, level, before_n, len(people.reading(document, level, after)), is_changed)
