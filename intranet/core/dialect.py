"""What SQLite and PostgreSQL do differently, behind plain functions. Nothing else asks which engine runs."""

import sqlite3
import time
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import (
    Connection,
    CursorResult,
    Engine,
    Function,
    Insert,
    Integer,
    Select,
    String,
    Table,
    Update,
    bindparam,
    func,
    inspect,
    null,
    select,
    text,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects import sqlite as sqlite_dialect
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Session

from intranet.core import fulltext

#: Seconds after which changes are looked at though nothing woke us.
_LOOK_AT_LEAST = 2.0
#: The column under which a query that locks a row brings the key of another.
SPARE = "spare"
#: How long the wiping of a table waits for its readers.
_WIPE_WAITS = "2s"
_TURN = select(
    func.pg_advisory_xact_lock(bindparam("which", type_=Integer), bindparam("part", type_=Integer))
)


def insert(opened: Session, table: type[DeclarativeBase]) -> Any:
    """An INSERT of this engine that can be given ``on_conflict_do_nothing`` or ``_do_update``."""
    maker = sqlite_dialect.insert if _is_sqlite(opened) else postgresql.insert
    return maker(table_of(table))


def insert_once(opened: Session, table: type[DeclarativeBase], **values: Any) -> bool:
    """Insert the row unless a unique key says it exists; returns whether this call inserted it."""
    statement = _insert_once(_is_sqlite(opened), table)
    return bool(opened.connection().execute(statement, values).rowcount == 1)


@lru_cache(maxsize=64)
def _insert_once(is_sqlite: bool, table: type[DeclarativeBase]) -> Any:
    maker = sqlite_dialect.insert if is_sqlite else postgresql.insert
    # psycopg counts no INSERT otherwise.
    return maker(table_of(table)).on_conflict_do_nothing().execution_options(preserve_rowcount=True)


def changed_one(opened: Session, statement: Update) -> bool:
    """Run an UPDATE that claims a row; returns whether this call changed it, not one that came before."""
    done = opened.execute(statement.execution_options(synchronize_session=False))
    return cast("CursorResult[Any]", done).rowcount == 1


def at_once(opened: Session, statements: tuple[Insert | Update, ...], values: dict[str, Any]) -> None:
    """Run statements that answer nothing, each of them made once; one question where each is a way to go.

    None of them sees what another of them writes.

    :param values: of the parameters of all of them, none called as a column is.
    """
    asked = statements if _is_sqlite(opened) else (_as_one(statements),)
    for statement in asked:
        opened.connection().execute(statement, values)


@lru_cache(maxsize=16)
def _as_one(statements: tuple[Insert | Update, ...]) -> Insert | Update:
    *before, last = statements
    return last.add_cte(*(one.cte(f"step_{place}") for place, one in enumerate(before)))


def next_number(opened: Session, counter: type[DeclarativeBase], column: str, **keys: Any) -> int:
    """Raise ``column`` of the counter row named by ``keys`` by one, making the row at 1, and return it.

    The row stays locked until commit (PostgreSQL), so take the number near the end of the transaction.
    """
    table = table_of(counter)
    statement = insert(opened, counter).values(**keys, **{column: 1})
    statement = statement.on_conflict_do_update(
        index_elements=list(keys), set_={column: table.c[column] + 1}
    ).returning(table.c[column])
    return int(opened.connection().execute(statement).scalar_one())


def stand_in_line(opened: Session, which: int, part: int) -> None:
    """Wait for one's turn at what two keys name, first come first served, and keep it until commit.

    For rows that many lock without a pause: a row's lock goes to whoever asks in the right moment, and
    some wait ten times as long as others.  SQLite's writers stand in one line anyhow (``core/engines.py``).
    """
    if not _is_sqlite(opened):
        opened.connection().execute(_TURN, {"which": which, "part": part})


def in_line(
    opened: Session, lock: Select[Any], which: str, part: str, table: type[DeclarativeBase]
) -> Select[Any]:
    """A query that locks a row, standing in line for it as well, with a key for a row that comes of it.

    One question where time counts.

    :param which: parameters of the query that hold the keys of :func:`stand_in_line`.
    :param table: of which a key, as :func:`next_key` gives it, comes along as column :data:`SPARE`.
    """
    return (_in_line_here if _is_sqlite(opened) else _in_line)(lock, which, part, table)


@lru_cache(maxsize=16)
def _in_line(lock: Select[Any], which: str, part: str, table: type[DeclarativeBase]) -> Select[Any]:
    # Asked once, before a row is looked at; the row is then read as it stands when it is locked.
    keys = (bindparam(which, type_=Integer), bindparam(part, type_=Integer))
    turn = select(func.pg_advisory_xact_lock(*keys, type_=String)).scalar_subquery()
    return lock.add_columns(_sequence(table).label(SPARE)).where(turn.is_not(None))


@lru_cache(maxsize=16)
def _in_line_here(lock: Select[Any], _which: str, _part: str, _table: type[DeclarativeBase]) -> Select[Any]:
    # A key here is free only until somebody takes it.
    return lock.add_columns(null().label(SPARE))


def next_key(opened: Session, table: type[DeclarativeBase]) -> int:
    """The key of a row to be written at once, known before it is there."""
    return int(opened.connection().execute(_next_key(_is_sqlite(opened), table)).scalar_one())


@lru_cache(maxsize=32)
def _next_key(is_sqlite: bool, table: type[DeclarativeBase]) -> Select[Any]:
    highest = func.coalesce(func.max(table_of(table).c.id), 0)
    return select(highest + 1 if is_sqlite else _sequence(table))


def _sequence(table: type[DeclarativeBase]) -> Function[int]:
    return func.nextval(f"{table_of(table).name}_id_seq", type_=Integer)


def is_conflict(problem: OperationalError) -> bool:
    """True when two transactions stood in each other's way: nothing happened, trying again is right."""
    given_up = ("40001", "40P01", "55P03")  # serialisation, deadlock, lock not available
    return getattr(problem.orig, "sqlstate", None) in given_up


def is_full(problem: OperationalError) -> bool:
    """True when there was no room for what was to be written."""
    if isinstance(problem.orig, sqlite3.OperationalError):
        return problem.orig.sqlite_errorcode == sqlite3.SQLITE_FULL
    return getattr(problem.orig, "sqlstate", None) == "53100"


def wake(opened: Session) -> None:
    """Tell whoever follows :func:`changes` that rows were written; readers of SQLite look for themselves."""
    if not _is_sqlite(opened):
        opened.execute(text("NOTIFY office_signal"))


def changes(reader: Engine, look_seconds: float, table: type[DeclarativeBase]) -> Iterator[None]:
    """Yield once now, then whenever another process has added to the table; at the latest every two seconds.

    PostgreSQL is woken by :func:`wake`.
    """
    if reader.dialect.name == "sqlite":
        yield from _sqlite_changes(reader, look_seconds, table_of(table).name)
    else:
        yield from _postgresql_changes(reader)


def _sqlite_changes(reader: Engine, look_seconds: float, table: str) -> Iterator[None]:
    with reader.connect() as connection:
        raw: Any = connection.connection.driver_connection
        version, newest, looked_at = None, None, 0.0
        while True:
            last = newest
            try:
                moved = raw.execute("PRAGMA data_version").fetchone()[0]
                if moved != version:
                    # Nearly always it was this process itself that committed, something else.
                    (last,) = raw.execute(f'SELECT max(rowid) FROM "{table}"').fetchone()  # noqa: S608 - ours
                    version = moved
            except sqlite3.OperationalError:  # somebody holds the whole file for a moment
                last = newest
            if last != newest or time.monotonic() - looked_at > _LOOK_AT_LEAST:
                newest, looked_at = last, time.monotonic()
                yield
            time.sleep(look_seconds)


def _postgresql_changes(reader: Engine) -> Iterator[None]:
    connection: Any = reader.raw_connection()
    try:
        raw = connection.driver_connection
        raw.rollback()
        raw.autocommit = True
        raw.execute("LISTEN office_signal")
        yield
        while True:
            for _ in raw.notifies(timeout=_LOOK_AT_LEAST, stop_after=1):
                pass
            yield
    finally:
        connection.invalidate()
        connection.close()


def leave_disk_to_system(writer: Engine) -> None:
    """Wait for no disk at a commit: for data that a power cut may take, such as a sample being made."""
    if writer.dialect.name != "sqlite":
        return
    raw = writer.raw_connection()
    try:
        raw.cursor().execute("PRAGMA synchronous=OFF")
    finally:
        raw.close()


def wipe_deleted(writer: Engine, *tables: type[DeclarativeBase]) -> bool:
    """Leave nothing in the files of what was deleted from these tables; call it outside every transaction.

    SQLite has overwritten deleted rows (``secure_delete``), what remains is its log of writes. PostgreSQL
    keeps them for whoever began to read before, so the table gets a new file, and its living rows again.

    :returns: False when somebody was reading: try again.
    """
    if writer.dialect.name == "sqlite":
        return _empty_log(writer)
    try:
        for table in tables:
            with writer.begin() as connection:
                _write_anew(connection, table_of(table).name)
    except OperationalError as problem:
        if is_conflict(problem):
            return False
        raise
    return True


def _empty_log(writer: Engine) -> bool:
    raw = writer.raw_connection()
    try:
        driver: Any = raw.driver_connection
        return bool(driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0)
    finally:
        raw.close()


def _write_anew(connection: Connection, table: str) -> None:
    for statement in (
        # Who comes after us waits behind us: not long, then.
        f"SET LOCAL lock_timeout = '{_WIPE_WAITS}'",
        f'LOCK TABLE "{table}" IN ACCESS EXCLUSIVE MODE',
        f'CREATE TEMPORARY TABLE kept ON COMMIT DROP AS TABLE "{table}"',
        f'TRUNCATE "{table}"',
        f'INSERT INTO "{table}" TABLE kept ORDER BY 1, 2',
    ):
        connection.exec_driver_sql(statement)


def table_of(model: type[DeclarativeBase]) -> Table:
    """The table of a model, for statements that ask for rows and not for objects."""
    found = inspect(model).local_table
    if not isinstance(found, Table):
        raise TypeError(f"{model.__name__} is not a table")
    return found


def _is_sqlite(opened: Session) -> bool:
    return opened.get_bind().dialect.name == "sqlite"


def word_index(opened: Session | Connection, name: str) -> fulltext.Index:
    """The index of words beside the table of that name, as this engine keeps it."""
    bound = opened.get_bind() if isinstance(opened, Session) else opened
    return fulltext.Fts5(name) if bound.dialect.name == "sqlite" else fulltext.Vectors(name)


def hold_still(opened: Session) -> None:
    """Let all that the session reads until its next commit be of one instant; nothing within a transaction.

    SQLite reads so anyhow; PostgreSQL must be told before the first statement.
    """
    if not _is_sqlite(opened) and not opened.in_transaction():
        opened.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def forbid_changes(connection: Connection, table: str) -> None:
    """Make the database refuse every UPDATE and DELETE of a table that only grows; migrations call it too."""
    if connection.dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            connection.exec_driver_sql(
                f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} only grows'); END"
            )
        return
    connection.exec_driver_sql(
        f"CREATE FUNCTION {table}_only_grows() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table} only grows'; END $$"
    )
    for act, each in (("UPDATE OR DELETE", "ROW"), ("TRUNCATE", "STATEMENT")):
        connection.exec_driver_sql(
            f"CREATE TRIGGER {table}_no_{act.split()[0].lower()} BEFORE {act} ON {table} "
            f"FOR EACH {each} EXECUTE FUNCTION {table}_only_grows()"
        )
