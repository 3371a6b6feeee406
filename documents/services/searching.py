"""Searching documents: the page, how many there are, and what they are divided into.

Everything that is shown, counted or suggested passes :func:`documents.permissions.visible_to` in the query
itself: what the actor may not read is nowhere, not in a total and not in a facet.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import inf
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, select

from documents.formats import query as typed_query
from documents.formats.query import Query
from documents.models.document import Document
from documents.models.search import INDEX, DocumentText
from documents.permissions import nearest_to, visible_to
from documents.services import hits, narrowing, parties, walking
from documents.services.hits import Hit
from documents.services.narrowing import Narrowed
from documents.services.reported import found_by_reports
from documents.services.walking import Stretch
from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.core.dialect import table_of, word_index
from intranet.core.fulltext import ANYWHERE, BODY, SUBJECT, SYMBOL, Clause, Match, Term
from intranet.notices.workdays import late_from

PAGE = 50
#: Totals are exact to here.
MOST_COUNTED = 10_000
#: By relevance the newest of so many are ordered; so many are looked through for exact marks in their texts.
MOST_RANKED, MOST_LOOKED_THROUGH = 1_000, 200
#: Documents that can be looked at one by one for their words.
_FEW = 20_000
NEWEST, FITTING = "new", "fit"
ORDERS = (NEWEST, FITTING)


@dataclass(frozen=True)
class Page:
    """One page of what was found, and the key of the next."""

    hits: Sequence[Hit]
    older: str | None = None


@dataclass(frozen=True)
class Counted:
    """How many documents there are, and by facet how many have which value, most first."""

    total: int
    is_more: bool
    facets: dict[str, list[tuple[Any, int]]]


class Search:
    """One search of one actor."""

    def __init__(
        self, actor: Actor, typed: str, facets: Mapping[str, str] | None = None, order: str = NEWEST
    ) -> None:
        query = typed_query.parse(typed, clock.today())
        self.narrowed: Narrowed = narrowing.narrow(actor, query, facets or {})
        self.query: Query = self.narrowed.query
        self.order = order
        self._actor = actor
        self._index = word_index(db.session(), INDEX)
        self._wanted = [one for one in self.query.clauses if not one.is_negated]
        self._barred = [one for one in self.query.clauses if one.is_negated]
        self._where = self.narrowed.where
        self._near = nearest_to(actor)

    @property
    def is_empty(self) -> bool:
        """True when nothing is asked."""
        return not (self.query.clauses or self.narrowed.where)

    def page(self, after: str = "") -> Page:
        """One page; ``after`` is the key that the page before gave."""
        ids, older = self.keys(after)
        return Page(hits.shown(self._actor, ids, self.query.shown, self.narrowed, self._reported), older)

    def keys(self, after: str = "") -> tuple[list[int], str | None]:
        """The documents of one page by their keys, and where the next begins."""
        if self.is_empty:
            return [], None
        place = _Place.read(after) or _Place(0, None, None)
        return self._fitting(place) if self.order == FITTING else self._newest_first(place)

    def ids(self, limit: int) -> list[int]:
        """The first documents: the very number, the words side by side, then the newest."""
        return [] if self.is_empty else self._ranked(None, is_weighed=False)[:limit]

    def newest(self, limit: int) -> list[int]:
        """The newest documents, at most so many, whatever fits best."""
        return [] if self.is_empty else [row[0] for row in self._found(limit)]

    def suggested(self, limit: int) -> list[Document]:
        """The newest documents that have the words in their number, symbol or subject."""
        if self.is_empty:
            return []
        heads = [Clause(tuple(_in_head(t) for t in one.any_of if t.columns != BODY)) for one in self._wanted]
        return hits.load(self._actor, [row[0] for row in self._newest(self._match(heads), limit)])

    def count(self, most: int) -> int:
        """How many there are, none counted beyond ``most`` and one."""
        if self.is_empty:
            return 0
        return len(self._found(most + 1))

    def counted(self) -> Counted:
        """The total, and the facets of the newest ten thousand."""
        if self.is_empty:
            return Counted(0, False, {})
        columns = narrowing.columns()
        rows = self._found(MOST_COUNTED + 1, *columns.values())
        by_column: dict[str, Any] = {}
        if rows:
            by_column = dict(zip(("id", *columns), zip(*rows[:MOST_COUNTED], strict=True), strict=True))
        if rows:
            today, late = clock.today(), late_from()
            by_column["year"] = tuple(day.year if day else None for day in by_column["year"])
            classed = zip(by_column["due"], by_column["state"], strict=True)
            led = parties.gathered()
            by_column["issuer"] = tuple(led.get(name, name) for name in by_column["issuer"])
            by_column["due"] = tuple(narrowing.due_class(due, state, today, late) for due, state in classed)
        facets = {
            name: [pair for pair in Counter(by_column[name]).most_common() if pair[0] not in (None, "")]
            for name in narrowing.FACETS
            if rows
        }
        return Counted(min(len(rows), MOST_COUNTED), len(rows) > MOST_COUNTED, facets)

    @cached_property
    def _reported(self) -> list[int]:
        """Documents that only their reports' words find, for who reads some of the agency's reports."""
        if self.narrowed.has_reports:
            return []
        return found_by_reports(self._actor, self._wanted, self._barred)

    @cached_property
    def _is_among_few(self) -> bool:
        if self._near is None or not self._wanted:
            return False
        some = self._near.limit(_FEW + 1).subquery()
        return (db.session().scalar(select(func.count()).select_from(some)) or 0) <= _FEW

    @cached_property
    def _among(self) -> Select[Any] | list[int] | None:
        """Among which documents those lie that are sought; ``None`` for who reads the register."""
        if self._near is None or not self._is_among_few:
            return self._near
        match = self._index.match(db.session().connection(), self._wanted)
        if match.each is None:
            return self._near
        query = select(match.link).select_from(match.source).where(match.each, match.link.in_(self._near))
        ids = list(db.session().scalars(query.limit(MOST_RANKED + 1)))
        return ids if len(ids) <= MOST_RANKED else self._near

    def _match(self, clauses: Sequence[Clause], without: Sequence[Sequence[Clause]] = ()) -> Match | None:
        """What is asked of the index; ``None`` when no word is wanted."""
        if not self._wanted:
            return None
        connection = db.session().connection()
        match = self._index.match(connection, [*clauses, *self._barred], without)
        if match.each is None or not self._is_among_few:
            return match
        # Neither the index of words nor a walk by the key may lead.
        return replace(match, key=match.key + 0, condition=match.each, each=None)

    def _select(self, match: Match | None = None, *columns: Any) -> Select[Any]:
        match = match or self._match(self._wanted)
        if match is None:
            query = select(Document.id, *columns).where(visible_to(self._actor), *self._where)
            for clause in self._barred:
                barred = self._index.match(db.session().connection(), [Clause(clause.any_of)])
                query = query.where(Document.id.not_in(select(barred.key).where(barred.condition)))
            return query
        query = select(Document.id, *columns).select_from(match.source)
        query = query.join(Document, Document.id == match.link).where(match.condition, *self._where)
        if isinstance(self._among, list):
            # Asked of each: else PostgreSQL reads all documents for these.
            query = query.where(Document.id.in_(self._among), visible_to(self._actor, each=True))
        else:
            query = query.where(visible_to(self._actor, match.link if self._is_among_few else None))
            if self._among is not None:
                near = match.link.in_(self._among)
                # Many are no join: that is done row by row where several words let few documents be expected.
                query = query.where(near if self._is_among_few else near.is_(True))
        for bounds in self._bounds():
            query = query.where(match.key.between(*bounds))
        return query

    def _key(self, match: Match | None) -> ColumnElement[int]:
        return Document.id.expression if match is None else match.key

    def _bounds(self) -> Iterator[tuple[int, int]]:
        """Between which keys the documents of the days asked for lie: spares walking all others."""
        dated = table_of(Document)
        for days in self.narrowed.days:
            ends = [dated.c.doc_date >= days.first] if days.first else []
            ends += [dated.c.doc_date <= days.last] if days.last else []
            # The offset keeps the planner from walking the key instead.
            within = select(dated.c.id).where(*ends).offset(0).subquery()
            first, last = db.session().execute(select(func.min(within.c.id), func.max(within.c.id))).one()
            yield (0, -1) if first is None else (first, last)

    def _take(
        self,
        clauses: Sequence[Clause],
        without: Sequence[Sequence[Clause]],
        limit: int,
        *where: tuple[str, Any],
    ) -> list[int]:
        """Newest documents that have these clauses too."""
        match = self._match([*self._wanted, *clauses], without)
        if match is not None and match.each is not None and self._is_of_few(clauses):
            match = replace(match, each=None, key=match.key + 0)
        rows = self._newest(match, limit, where)
        return [row[0] for row in (rows if clauses else self._with_reported(rows, limit, where))]

    def _is_of_few(self, clauses: Sequence[Clause]) -> bool:
        """True when a number in its place is sought: no walk over the newest would meet its few documents."""
        number = self.query.number
        if number is None or number in clauses:
            return number is not None
        terms = [term for one in self._wanted for term in one.any_of]
        return all(term.columns == SYMBOL and len(term.words) > 1 for term in terms)

    def _newest(
        self, match: Match | None, limit: int, where: Sequence[tuple[str, Any]] = (), *columns: Any
    ) -> list[Any]:
        """Rows of the newest documents: the key, then the columns; ``where``: bounds of the key."""
        opened, key = db.session(), self._key(match)
        bounds = {name: value for name, value in where if value is not None}
        narrowed = _within(key, where)
        if match is None or match.each is None:
            query = self._select(match, *columns).where(*narrowed)
            return list(opened.execute(query.order_by(key.desc()).limit(limit)))
        by_index, one_by_one = match, replace(match, condition=match.each)

        def ask(stretch: Stretch, most: int) -> Sequence[Any]:
            query = self._select(one_by_one if stretch.is_walked else by_index, *columns).where(*narrowed)
            if stretch.first is not None:
                query = query.where(key >= stretch.first)
            query = query.where(key <= stretch.last)
            # By an expression, so that the database does not walk after all.
            order = key if stretch.is_walked else key + 0
            return opened.execute(query.order_by(order.desc()).limit(most)).all()

        tops = [bounds["most"]] if "most" in bounds else []
        tops += [bounds["below"] - 1] if "below" in bounds else []
        top = min(tops) if tops else opened.scalar(select(func.max(key)).select_from(match.source))
        return walking.newest(ask, top or 0, limit)

    def _found(self, limit: int, *columns: Any) -> list[Any]:
        """Rows of the newest documents that are sought."""
        rows = self._newest(self._match(self._wanted), limit, (), *columns)
        return self._with_reported(rows, limit, (), *columns)

    def _with_reported(
        self, rows: list[Any], limit: int, where: Sequence[tuple[str, Any]], *columns: Any
    ) -> list[Any]:
        """The rows, and in their places those of documents that reports alone find."""
        if not self._reported:
            return rows
        query = select(Document.id, *columns).where(
            Document.id.in_(self._reported),
            visible_to(self._actor, among=self._reported),
            *self._where,
            *_within(Document.id.expression, where),
        )
        more = db.session().execute(query.order_by(Document.id.desc()).limit(limit)).all()
        return sorted([*rows, *more], key=lambda row: -row[0])[:limit]

    def _having(self, clauses: Sequence[Clause], ids: Sequence[int]) -> set[int]:
        """Which of these documents have clauses as well."""
        if not clauses or not ids:
            return set()
        match = self._index.match(db.session().connection(), clauses)
        query = select(match.key).select_from(match.source).where(match.link.in_(ids))
        query = query.where(match.key.between(min(ids), max(ids)))
        query = query.where(match.condition if match.each is None else match.each)
        return set(db.session().scalars(query))

    def _newest_first(self, place: "_Place") -> tuple[list[int], str | None]:
        """The very number, then exact marks, then the others; within each the newest first."""
        wanted = PAGE + 1
        found: list[tuple[int, int]] = []
        without: list[Sequence[Clause]] = []
        top = ("most", place.top)
        tiers = [[self.query.number]] if self.query.number else []
        tiers += [list(self.query.marked)] if self.query.marked else []
        if not self._wanted:
            tiers = []
        for tier, clauses in enumerate(tiers):
            if tier >= place.tier:
                below = place.key if tier == place.tier else None
                ids = self._take(clauses, without, wanted - len(found), top, ("below", below))
                found += [(tier, key) for key in ids]
            without.append(clauses)
            if len(found) == wanted:
                break
        if len(found) < wanted:
            found += self._rest(place, len(tiers), wanted - len(found), without)
        older = None
        if len(found) > PAGE:
            tier, key = found[PAGE - 1]
            older = str(_Place(tier, key, place.top or self._top(found)))
        return [key for _, key in found[:PAGE]], older

    def _rest(
        self, place: "_Place", tier: int, limit: int, without: Sequence[Sequence[Clause]]
    ) -> list[tuple[int, int]]:
        """All others; of the newest first those that have the words with their marks in their texts."""
        top, below = ("most", place.top), place.key if place.tier > tier else None
        if not (self._wanted and self.query.exact):
            return [(tier + 1, key) for key in self._take((), without, limit, top, ("below", below))]
        looked = self._take((), without, MOST_LOOKED_THROUGH, top)
        exact = self._exact_in_texts(looked)
        shown = (place.tier, -inf if place.key is None else -place.key)
        order = sorted((tier + (key not in exact), -key) for key in looked)
        found = [(group, -key) for group, key in order if (group, key) > shown]
        if len(found) < limit and len(looked) == MOST_LOOKED_THROUGH:
            below = min(looked[-1], below or looked[-1])
            ids = self._take((), without, limit - len(found), top, ("below", below))
            found += [(tier + 1, key) for key in ids]
        return found[:limit]

    def _top(self, found: Sequence[tuple[int, int]]) -> int:
        """The newest of all: later pages look no further, whatever is registered meanwhile."""
        if found[0][0] == found[-1][0]:
            return found[0][1]
        return self._take((), (), 1)[0]

    def _exact_in_texts(self, ids: Sequence[int]) -> set[int]:
        """Those whose texts have the words with the marks that were typed."""
        if not ids:
            return set()
        texts = select(DocumentText.document_id, DocumentText.facts, DocumentText.subject, DocumentText.body)
        texts = texts.add_columns(hits.reports(self.narrowed)).where(DocumentText.document_id.in_(ids))
        rows = db.session().execute(texts)
        found = set()
        for row in rows:
            text = f"{row.subject}\n{row.facts}\n{row.body}\n{row.reports}".lower()
            if all(words in text for words in self.query.exact):
                found.add(row.document_id)
        return found

    def _ranked(self, top: int | None, *, is_weighed: bool = True) -> list[int]:
        """The very number, then the newest thousand, the best first.

        :param is_weighed: also by how often and where the words stand, not only side by side and with marks.
        """
        if not self._wanted:
            return self._take((), (), MOST_RANKED, ("most", top))
        bound = ("most", top)
        number = self._take([self.query.number], (), PAGE, bound) if self.query.number else []
        match = self._match(self._wanted)
        rank: Any = literal(0)
        if is_weighed:
            rank = self._index.rank(db.session().connection(), self._wanted)
        rows = self._newest(match, MOST_RANKED, (bound,), rank)
        ids = [key for key, _ in rows]
        exact = set(number)
        beside = self._having([self.query.side_by_side] if self.query.side_by_side else [], ids)
        marked = self._having(self.query.marked, ids)
        weights = {key: (key not in marked, key not in beside, rank) for key, rank in rows}
        others = sorted((key for key in weights if key not in exact), key=lambda key: (*weights[key], -key))
        told = [row[0] for row in self._with_reported([], MOST_RANKED, (bound,))]
        return [*number, *others, *told][:MOST_RANKED]

    def _fitting(self, place: "_Place") -> tuple[list[int], str | None]:
        ids, at = self._ranked(place.top), place.key or 0
        if len(ids) <= at + PAGE:
            return ids[at : at + PAGE], None
        older = str(_Place(0, at + PAGE, place.top or max(ids)))
        return ids[at : at + PAGE], older


def _within(key: ColumnElement[int], where: Sequence[tuple[str, Any]]) -> list[ColumnElement[bool]]:
    """Conditions of the bounds that are given."""
    ways = {"most": key.__le__, "below": key.__lt__}
    return [ways[name](value) for name, value in where if value is not None]


def _in_head(term: Term) -> Term:
    return replace(term, columns=SYMBOL + SUBJECT) if term.columns == ANYWHERE else term


@dataclass(frozen=True)
class _Place:
    """Where a page begins: a group, a key in it, and the newest document of the first page."""

    tier: int
    key: int | None
    top: int | None

    @classmethod
    def read(cls, text: str) -> "_Place | None":
        """The place that an address names; ``None`` for none or a wrong one."""
        parts = text.split(".")
        if len(parts) != 3 or not all(one.isascii() and one.isdecimal() and len(one) < 10 for one in parts):
            return None
        return cls(int(parts[0]), int(parts[1]), int(parts[2]))

    def __str__(self) -> str:
        return f"{self.tier}.{self.key or 0}.{self.top or 0}"
