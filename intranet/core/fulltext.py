"""An index of words beside a table of records, in the two shapes that the engines keep it in.

``core/dialect.py`` chooses the shape. Only words of :func:`intranet.core.text.fold` and ``toned`` come here,
plain ASCII, so that neither engine's tokeniser has anything left to decide.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Insert,
    Integer,
    Text,
    bindparam,
    column,
    false,
    func,
    insert,
    literal_column,
    table,
)

#: Columns of an index by their letters.
SYMBOL, SUBJECT, BODY, TONED = "A", "B", "C", "D"
ANYWHERE = SYMBOL + SUBJECT + BODY
#: Terms that stand in for the beginning of a word where the engine is slow at beginnings.
MOST_TERMS = 50
#: Words of one record that are found.
MOST_WORDS = 16_000


class Entry(NamedTuple):
    """What is indexed of one record, each as normalised words joined by spaces."""

    symbol: str
    subject: str
    body: str
    toned: str


@dataclass(frozen=True)
class Term:
    """Words that stand side by side in one of some columns.

    :param is_begun: of the last word only the beginning is known.
    """

    words: tuple[str, ...]
    columns: str = ANYWHERE
    is_begun: bool = False


@dataclass(frozen=True)
class Clause:
    """One of these terms; none of them where it is negated."""

    any_of: tuple[Term, ...]
    is_negated: bool = False


@dataclass(frozen=True)
class Match:
    """What to ask of the database: the index, its key, and the condition.

    :param link: what the key of the record is compared with where the two are joined.
    :param each: the condition for records that are looked at one by one; ``None`` where that is a long way.
    """

    source: FromClause
    key: ColumnElement[int]
    link: ColumnElement[int]
    condition: ColumnElement[bool]
    each: ColumnElement[bool] | None = None


class Index(Protocol):
    """The index of words of one table."""

    def create(self, connection: Connection) -> None:
        """Make the tables."""

    def drop(self, connection: Connection) -> None:
        """Take them away."""

    def put(self, connection: Connection, rows: Iterable[tuple[int, Entry]]) -> None:
        """Add records that are not in it."""

    def put_beside(
        self, connection: Connection, other: Insert, values: dict[str, Any], key: int, entry: Entry
    ) -> None:
        """Add a record that is not in it and run an INSERT made once, no parameter of which begins ``v_``."""

    def exchange(self, connection: Connection, key: int, old: Callable[[], Entry], new: Entry) -> None:
        """Put a record in the place of what was put of it before, which ``old`` tells exactly."""

    def clear(self, connection: Connection) -> None:
        """Take all records out."""

    def refresh(self, connection: Connection) -> None:
        """Count anew what beginnings of words are looked up by."""

    def match(
        self, connection: Connection, clauses: Sequence[Clause], without: Sequence[Sequence[Clause]] = ()
    ) -> Match:
        """The condition under which a record has all clauses; at least one of them is not negated.

        :param without: a record that has all clauses of any of these is left out.
        """

    def rank(self, connection: Connection, clauses: Sequence[Clause]) -> ColumnElement[float]:
        """How well a record that matches fits, better ones smaller; only within a query on ``match``."""


def owned(name: str, of: str) -> bool:
    """True for the tables of the index of that name, which no model describes."""
    return name in {f"{of}_fts", f"{of}_term", f"{of}_search"} or name.startswith(f"{of}_fts_")


class Fts5:
    """A virtual table of SQLite that keeps no texts, and the terms that words begin with."""

    def __init__(self, name: str) -> None:
        self.fts, self.terms = f"{name}_fts", f"{name}_term"
        self.source = table(self.fts, column("rowid", Integer))

    def create(self, connection: Connection) -> None:
        """Make the tables."""
        connection.exec_driver_sql(
            f"CREATE VIRTUAL TABLE {self.fts} USING fts5(symbol, subject, body, toned, content='', "
            "tokenize='unicode61 remove_diacritics 0')"
        )
        connection.exec_driver_sql(
            f"CREATE TABLE {self.terms} (term TEXT PRIMARY KEY, docs INTEGER NOT NULL) WITHOUT ROWID"
        )

    def drop(self, connection: Connection) -> None:
        """Take them away."""
        connection.exec_driver_sql(f"DROP TABLE {self.fts}")
        connection.exec_driver_sql(f"DROP TABLE {self.terms}")

    def put(self, connection: Connection, rows: Iterable[tuple[int, Entry]]) -> None:
        """Add records; words of symbol and subject are terms from now on."""
        given = list(rows)
        if not given:
            return
        connection.exec_driver_sql(
            f"INSERT INTO {self.fts}(rowid, symbol, subject, body, toned) VALUES (?, ?, ?, ?, ?)",  # noqa: S608
            [(key, *entry) for key, entry in given],
        )
        words = {word for _, entry in given for word in f"{entry.symbol} {entry.subject}".split()}
        if words:
            connection.exec_driver_sql(
                f"INSERT INTO {self.terms}(term, docs) VALUES (?, 1) ON CONFLICT DO NOTHING",  # noqa: S608
                [(word,) for word in sorted(words)],
            )

    def put_beside(
        self, connection: Connection, other: Insert, values: dict[str, Any], key: int, entry: Entry
    ) -> None:
        """Two statements in the same process cost little more than one."""
        connection.execute(other, values)
        self.put(connection, [(key, entry)])

    def exchange(self, connection: Connection, key: int, old: Callable[[], Entry], new: Entry) -> None:
        """Out with the old words, in with the new."""
        connection.exec_driver_sql(
            f"INSERT INTO {self.fts}({self.fts}, rowid, symbol, subject, body, toned) "  # noqa: S608
            "VALUES ('delete', ?, ?, ?, ?, ?)",
            (key, *old()),
        )
        self.put(connection, [(key, new)])

    def clear(self, connection: Connection) -> None:
        """Take all records out."""
        connection.exec_driver_sql(f"INSERT INTO {self.fts}({self.fts}) VALUES ('delete-all')")  # noqa: S608
        connection.exec_driver_sql(f"DELETE FROM {self.terms}")  # noqa: S608

    def refresh(self, connection: Connection) -> None:
        """Count anew in how many records each term stands, and forget those in none."""
        connection.exec_driver_sql(
            f"CREATE VIRTUAL TABLE IF NOT EXISTS temp.counted USING fts5vocab('main', '{self.fts}', 'row')"
        )
        connection.exec_driver_sql(f"DELETE FROM {self.terms}")  # noqa: S608
        connection.exec_driver_sql(
            f"INSERT INTO {self.terms}(term, docs) SELECT term, doc FROM temp.counted"  # noqa: S608
        )
        connection.exec_driver_sql("DROP TABLE temp.counted")

    def match(
        self, connection: Connection, clauses: Sequence[Clause], without: Sequence[Sequence[Clause]] = ()
    ) -> Match:
        """The condition; a beginning of a word becomes the terms that most records have."""
        asked = self._all_of([self._whole(connection, clause) for clause in clauses])
        for barred in without if asked else ():
            left_out = self._all_of([self._whole(connection, clause) for clause in barred])
            asked = f"({asked}) NOT ({left_out})" if left_out else asked
        condition = literal_column(self.fts).op("MATCH")(asked) if asked else false()
        # An expression, so that no index of the records may lead: the words would be sought anew for each.
        return Match(self.source, self.source.c.rowid, self.source.c.rowid + 0, condition)

    def rank(self, connection: Connection, clauses: Sequence[Clause]) -> ColumnElement[float]:
        """bm25, a word of the symbol or the subject weighing more."""
        return func.bm25(literal_column(self.fts), 8.0, 4.0, 1.0, 0.0)

    def _whole(self, connection: Connection, clause: Clause) -> Clause:
        whole: list[Term] = []
        for term in clause.any_of:
            if not term.is_begun:
                whole.append(term)
                continue
            for word in self._begun_with(connection, term.words[-1]):
                whole.append(replace(term, words=(*term.words[:-1], word), is_begun=False))
        return replace(clause, any_of=tuple(whole))

    def _begun_with(self, connection: Connection, start: str) -> list[str]:
        rows = connection.exec_driver_sql(
            f"SELECT term FROM {self.terms} WHERE term >= ? AND term < ? "  # noqa: S608
            "ORDER BY docs DESC, term LIMIT ?",
            (start, f"{start}\x7f", MOST_TERMS),
        )
        return list(dict.fromkeys([start, *(row[0] for row in rows)]))

    def _all_of(self, clauses: Sequence[Clause]) -> str:
        wanted = [" OR ".join(map(self._term, one.any_of)) for one in clauses if not one.is_negated]
        barred = [" OR ".join(map(self._term, one.any_of)) for one in clauses if one.is_negated]
        if not wanted or not all(wanted):
            return ""
        asked = " AND ".join(f"({one})" for one in wanted)
        return f"({asked})" + "".join(f" NOT ({one})" for one in barred if one)

    def _term(self, term: Term) -> str:
        names = dict(zip("ABCD", ("symbol", "subject", "body", "toned"), strict=True))
        columns = " ".join(names[letter] for letter in term.columns)
        return f'{{{columns}}} : "{" ".join(term.words)}"'


class Vectors:
    """A table of PostgreSQL with one ``tsvector`` for each record."""

    def __init__(self, name: str) -> None:
        self.record, self.name = name, f"{name}_search"
        self.source = table(self.name, column(f"{name}_id", Integer), column("fts"))

    def create(self, connection: Connection) -> None:
        """Make the table."""
        connection.exec_driver_sql(
            f"CREATE TABLE {self.name} ({self.record}_id integer PRIMARY KEY "
            f"REFERENCES {self.record} (id) ON DELETE CASCADE, fts tsvector NOT NULL)"
        )
        connection.exec_driver_sql(f"ALTER TABLE {self.name} ALTER fts SET STATISTICS 1000")
        connection.exec_driver_sql(f"CREATE INDEX {self.name}_fts ON {self.name} USING gin (fts)")

    def drop(self, connection: Connection) -> None:
        """Take it away."""
        connection.exec_driver_sql(f"DROP TABLE {self.name}")

    def put(self, connection: Connection, rows: Iterable[tuple[int, Entry]]) -> None:
        """Add records; the column is told by the weight."""
        given = [(key, *entry) for key, entry in rows]
        if not given:
            return
        parts = " || ".join(f"setweight(to_tsvector('simple', %s), '{weight}')" for weight in "ABCD")
        connection.exec_driver_sql(
            f"INSERT INTO {self.name} ({self.record}_id, fts) VALUES (%s, {parts}) "  # noqa: S608
            f"ON CONFLICT ({self.record}_id) DO UPDATE SET fts = excluded.fts",
            given,
        )

    def put_beside(
        self, connection: Connection, other: Insert, values: dict[str, Any], key: int, entry: Entry
    ) -> None:
        """One question for both: others may wait for what the transaction holds."""
        given = dict(zip(("v_key", "v_a", "v_b", "v_c", "v_d"), (key, *entry), strict=True))
        connection.execute(_both(self.record, other), values | given)

    def exchange(self, connection: Connection, key: int, old: Callable[[], Entry], new: Entry) -> None:
        """One question: what is put takes the place of what is there."""
        self.put(connection, [(key, new)])

    def clear(self, connection: Connection) -> None:
        """Take all records out."""
        connection.exec_driver_sql(f"DELETE FROM {self.name}")  # noqa: S608

    def refresh(self, connection: Connection) -> None:
        """Nothing: beginnings of words are found as they are."""

    def match(
        self, connection: Connection, clauses: Sequence[Clause], without: Sequence[Sequence[Clause]] = ()
    ) -> Match:
        """The condition on the vector."""
        asked = " & ".join([self._all_of(clauses), *(f"!({self._all_of(barred)})" for barred in without)])
        condition = self.source.c.fts.op("@@")(self._query(asked))
        key = self.source.c[f"{self.record}_id"]
        return Match(self.source, key, key, condition, condition.is_(True))

    def rank(self, connection: Connection, clauses: Sequence[Clause]) -> ColumnElement[float]:
        """``ts_rank``, a word of the symbol or the subject weighing more."""
        weights: ColumnElement[Any] = literal_column("'{0, 0.1, 0.4, 0.8}'::float4[]")
        return -func.ts_rank(weights, self.source.c.fts, self._query(self._all_of(clauses)))

    def _query(self, asked: str) -> ColumnElement[Any]:
        return func.to_tsquery(literal_column("'simple'::regconfig"), asked)

    def _all_of(self, clauses: Sequence[Clause]) -> str:
        parts = []
        for clause in clauses:
            either = " | ".join(map(self._term, clause.any_of))
            parts.append(f"{'!' if clause.is_negated else ''}({either})")
        return " & ".join(parts)

    def _term(self, term: Term) -> str:
        if len(term.words) == 1:
            return self._word(term.words[0], term.columns, is_begun=term.is_begun)
        last = len(term.words) - 1
        # Columns follow each other in one vector: a phrase must not run from one into the next.
        return " | ".join(
            "("
            + " <-> ".join(
                self._word(word, letter, is_begun=term.is_begun and at == last)
                for at, word in enumerate(term.words)
            )
            + ")"
            for letter in term.columns
        )

    def _word(self, word: str, columns: str, *, is_begun: bool) -> str:
        return f"'{word}':{'*' if is_begun else ''}{columns}"


@lru_cache(maxsize=16)
def _both(record: str, other: Insert) -> Insert:
    vectors = Vectors(record).source
    key, fts = vectors.columns
    simple: ColumnElement[Any] = literal_column("'simple'::regconfig")
    words: ColumnElement[Any] | None = None
    for letter in "ABCD":
        said = func.to_tsvector(simple, bindparam(f"v_{letter.lower()}", type_=Text))
        part = func.setweight(said, literal_column(f"'{letter}'"))
        words = part if words is None else words.op("||")(part)
    one = insert(vectors).values({key: bindparam("v_key", type_=Integer), fts: words})
    return one.add_cte(other.cte("other"))
