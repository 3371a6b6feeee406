"""The door to the database: the unit of work, reading, and the net that keeps agencies apart.

SQLite is opened by two engines on one file (``core/engines.py``): the writing one begins IMMEDIATE, so that
waiting happens before any work is done; the reading one cannot write at all.
"""

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeVar

from sqlalchemy import ForeignKey, MetaData, Row, Select, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import (
    DeclarativeBase,
    LoaderCriteriaOption,
    Mapped,
    ORMExecuteState,
    Session,
    declared_attr,
    mapped_column,
    with_loader_criteria,
)
from sqlalchemy.types import TypeEngine

from intranet.core import engines, events
from intranet.core.columns import UTCDateTime
from intranet.core.columns import ValueEnum as ValueEnum
from intranet.core.config import Settings
from intranet.core.dialect import is_conflict, is_full
from intranet.core.errors import NoRoom, Unavailable

T = TypeVar("T")


class Base(DeclarativeBase):
    """Parent of every table."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: dict[Any, TypeEngine[Any] | type[TypeEngine[Any]]] = {datetime: UTCDateTime}  # noqa: RUF012


class OfOrg:
    """Mixin of records that one agency owns alone; the net of :func:`agencies` lies under them."""

    @declared_attr
    def org_id(cls) -> Mapped[int]:  # noqa: N805
        """The owning agency."""
        return mapped_column(ForeignKey("organisation.id"), index=True)


class OfficeSession(Session):
    """A session whose ``get`` heeds the net also for what it holds already."""

    def get(self, *args: Any, **kw: Any) -> Any:
        """The row with this key, ``None`` where there is none within the net."""
        found = super().get(*args, **kw)
        orgs = self.info.get("orgs", frozenset())
        if isinstance(found, OfOrg) and orgs is not None and found.org_id not in orgs:
            return None
        return found


@dataclass
class _Work:
    """One open unit of work."""

    session: Session
    published: list[object] = field(default_factory=list)
    #: Collected by the audit log and written just before commit.
    audit: list[Any] = field(default_factory=list)


@dataclass
class _Scope:
    """What one request, socket event, job or command has open."""

    parent: "_Scope | None"
    orgs: frozenset[int] | None
    reader: Session | None = None
    #: Monotonic seconds; what was read since then is as it stood then, or newer.
    reads_since: float = 0.0
    work: _Work | None = None


class Database:
    """The engines of this process."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.is_sqlite = settings.is_sqlite
        self.is_web = settings.is_web
        #: The queue of this process's writers (SQLite takes one at a time).
        self.turns = engines.Turns()
        self.writer, self.reader = engines.make(settings)

    def dispose(self) -> None:
        """Close every connection."""
        self.writer.dispose()
        self.reader.dispose()


#: Execution option of an ORM statement that its module made once: what the net adds to it is kept with it.
KEPT = "office_kept"

_database: Database | None = None
_scope: ContextVar[_Scope | None] = ContextVar("scope", default=None)
_before_commit: list[Callable[[Session, list[Any]], None]] = []
#: How facts for sockets leave this process, set by ``core/live.py``: the one writes the row that wakes the
#: web process, in the transaction; the other speaks to this process's own sockets after commit.
_leave_signal: Callable[[Session, list[object]], None] | None = None
_tell_live: Callable[[object], None] | None = None


def open_database(settings: Settings) -> Database:
    """Open the engines of this process, closing earlier ones."""
    global _database
    close_database()
    _database = Database(settings)
    return _database


def close_database() -> None:
    """Close the engines of this process, if open."""
    global _database
    if _database is not None:
        _database.dispose()
    _database = None


def database() -> Database:
    """The engines of this process.

    :raises RuntimeError: the application was not created yet.
    """
    if _database is None:
        raise RuntimeError("no database is open in this process")
    return _database


@contextmanager
def scope(orgs: Collection[int] = ()) -> Iterator[None]:
    """The edge of one request, socket event, job or command; ``orgs`` are the agencies it may come near."""
    outer = _scope.get()
    mine = _Scope(outer, frozenset(orgs))
    _let_go(outer)
    token = _scope.set(mine)
    try:
        yield
    finally:
        _scope.reset(token)
        if mine.reader is not None:
            mine.reader.close()


@contextmanager
def agencies(orgs: Collection[int]) -> Iterator[None]:
    """Within the block, the current scope may come near these agencies' own records."""
    with _net(frozenset(orgs)):
        yield


@contextmanager
def across_orgs(why: str) -> Iterator[None]:
    """Within the block the net between agencies is open; ``why`` is for the reader and the structure test."""
    if not why:
        raise ValueError("opening the net between agencies needs a reason")
    with _net(None):
        yield


def set_agencies(orgs: Collection[int]) -> None:
    """Set the agencies of the open scope, once its actor is known."""
    current = _need_scope()
    current.orgs = frozenset(orgs)
    for opened in (current.reader, current.work.session if current.work else None):
        if opened is not None:
            opened.info["orgs"] = current.orgs


def session() -> Session:
    """The session of the open unit of work, else the reading one of this scope."""
    current = _need_scope()
    if current.work is not None:
        return current.work.session
    if current.reader is None:
        current.reads_since = time.monotonic()
        current.reader = OfficeSession(
            database().reader, info={"orgs": current.orgs}, autoflush=False, expire_on_commit=False
        )
    return current.reader


def rows(query: Select[Any], asked: dict[str, Any]) -> Sequence[Row[Any]]:
    """What a statement of tables finds now, over a connection of its own: half of what a session costs."""
    with database().reader.connect() as connection:
        return connection.execute(query, asked).all()


def reads_since() -> float:
    """Since when this scope reads, in monotonic seconds: what was committed earlier is in what it read."""
    return _need_scope().reads_since


def read_from_now() -> None:
    """What is read next is as it stands now; what this scope has read stays until it is expired."""
    current = _need_scope()
    _let_go(current)
    current.reads_since = time.monotonic()


def read_anew() -> None:
    """What this scope asks from here on is as it stands now, also of what it has read already."""
    read_from_now()
    opened = session()
    opened.expire_all()
    opened.info.pop("remembered", None)


def remembered(key: Callable[[], T]) -> T:
    """What ``key()`` gave when first asked for in this unit of work, or in this scope since its last one.

    For what is small, often read and seldom changed; who changes it calls :func:`forget`.
    """
    kept = session().info.setdefault("remembered", {})
    if key not in kept:
        kept[key] = key()
    found: T = kept[key]
    return found


def forget(key: Callable[[], Any]) -> None:
    """What is remembered under the key in the open unit of work no longer holds."""
    session().info.get("remembered", {}).pop(key, None)


@contextmanager
def reading() -> Iterator[Session]:
    """A scope for reading where no edge has opened one (a command, a test, a script)."""
    if _scope.get() is not None:
        yield session()
        return
    with scope():
        yield session()


@contextmanager
def unit_of_work() -> Iterator[Session]:
    """One transaction: permission, change, audit line and outbox rows stand or fall together.

    Joins the unit that is open; only the outermost commits. After commit the events published in it are
    told, and what this scope had read is read anew.

    :raises Unavailable: ``database.busy``, the queue of writers did not move for ten seconds, or another
        transaction stood in the way.
    :raises NoRoom: ``database.full``.
    """
    current = _scope.get()
    if current is None:
        with scope(), unit_of_work() as opened:
            yield opened
        return
    if current.work is not None:
        yield current.work.session
        return
    if _is_within_work(current.parent):
        raise RuntimeError("an outer scope has a unit of work open: this one would wait for it for ever")
    _let_go(current)
    db = database()
    with _writers_turn(db):
        # Nothing is asked of it after its commit: no need to say so to each of its objects.
        work = _Work(OfficeSession(db.writer, info={"orgs": current.orgs}, expire_on_commit=False))
        current.work = work
        try:
            work.session.connection()
            yield work.session
            work.session.flush()
            for prepare in _before_commit:
                prepare(work.session, work.audit)
            _leave_signals(work)
            work.session.commit()
        except BaseException as problem:
            work.session.rollback()
            if isinstance(problem, OperationalError) and is_conflict(problem):
                raise Unavailable("database.busy") from problem
            if isinstance(problem, OperationalError) and is_full(problem):
                raise NoRoom("database.full") from problem
            raise
        finally:
            current.work = None
            work.session.close()
            _forget_what_was_read(current)
    for fact in work.published:
        events.dispatch(fact)
        if _tell_live is not None:
            _tell_live(fact)


def publish(fact: object) -> None:
    """Tell a fact after the open unit of work commits.

    :raises RuntimeError: no unit of work is open.
    """
    _need_work().published.append(fact)


def collect_audit(line: Any) -> None:
    """Keep a line for the audit log until just before commit (``records/audit.py``)."""
    _need_work().audit.append(line)


def before_commit(prepare: Callable[[Session, list[Any]], None], *, is_first: bool = False) -> None:
    """Run ``prepare(session, audit_lines)`` just before each commit."""
    if prepare not in _before_commit:
        _before_commit.insert(0 if is_first else len(_before_commit), prepare)


def tell_live_with(tell: Callable[[object], None]) -> None:
    """This process has sockets: facts are told to them after commit."""
    global _leave_signal, _tell_live
    _leave_signal, _tell_live = None, tell


def leave_signals_with(writer: Callable[[Session, list[object]], None]) -> None:
    """This process has no sockets: facts for them are left as rows, in the transaction of the change."""
    global _leave_signal, _tell_live
    _leave_signal, _tell_live = writer, None


def _leave_signals(work: _Work) -> None:
    if _leave_signal is None:
        return
    facts = [fact for fact in work.published if events.has_live(type(fact))]
    if facts:
        _leave_signal(work.session, facts)


def _need_scope() -> _Scope:
    current = _scope.get()
    if current is None:
        raise RuntimeError("no scope is open: use reading() or unit_of_work()")
    return current


def _need_work() -> _Work:
    current = _need_scope()
    if current.work is None:
        raise RuntimeError("no unit of work is open")
    return current.work


@contextmanager
def _net(orgs: frozenset[int] | None) -> Iterator[None]:
    current = _need_scope()
    opened = session()
    before, before_info = current.orgs, opened.info.get("orgs", frozenset())
    current.orgs = orgs
    opened.info["orgs"] = orgs
    try:
        yield
    finally:
        current.orgs = before
        opened.info["orgs"] = before_info


def _is_within_work(outer: _Scope | None) -> bool:
    while outer is not None:
        if outer.work is not None:
            return True
        outer = outer.parent
    return False


def _let_go(current: _Scope | None) -> None:
    """Give the readers' connections back before waiting or opening more; what they read stays read.

    Else a request that waits for its turn to write keeps a snapshot open, and many of them empty the pool.
    """
    while current is not None:
        if current.reader is not None:
            current.reader.commit()
        current = current.parent


def _forget_what_was_read(current: _Scope | None) -> None:
    while current is not None:
        if current.reader is not None:
            current.reader.rollback()
            current.reader.expire_all()
            current.reader.info.pop("remembered", None)
        current = current.parent


@contextmanager
def _writers_turn(db: Database) -> Iterator[None]:
    if not db.is_sqlite:
        yield
        return
    if not db.turns.acquire(engines.WAIT_SECONDS):
        raise Unavailable("database.busy")
    try:
        yield
    finally:
        db.turns.release()


@event.listens_for(Session, "do_orm_execute")
def _keep_agencies_apart(state: ORMExecuteState) -> None:
    orgs = state.session.info.get("orgs", frozenset())
    if orgs is None or state.is_column_load or state.is_relationship_load or not state.is_orm_statement:
        return
    if state.is_insert:
        return
    if state.execution_options.get(KEPT):
        state.statement = _kept_within(state.statement, orgs)
    else:
        state.statement = state.statement.options(_only_of(orgs))


@lru_cache(maxsize=512)
def _kept_within(statement: Any, orgs: frozenset[int]) -> Any:
    return statement.options(_only_of(orgs))


@lru_cache(maxsize=512)
def _only_of(orgs: frozenset[int]) -> LoaderCriteriaOption:
    """The condition on every table of agencies; kept, for making it costs more than many a query."""
    return with_loader_criteria(OfOrg, lambda cls: cls.org_id.in_(orgs), include_aliases=True)
