"""Objects of rows: what every step of a room reads costs half of what a query of objects does.

A statement of tables asks for a shape's columns, and the shape makes of each row the object that a query of
objects would have made: one of the session, whose changes are written and whose relations are read when
something asks for them. The net between agencies does not lie under statements of tables, so records that an
agency owns alone have no shape.
"""

from collections.abc import Sequence
from typing import Any, Generic, TypeVar

from sqlalchemy import Executable, Row, inspect
from sqlalchemy.orm import Mapper, Session, configure_mappers
from sqlalchemy.orm.attributes import instance_state, set_committed_value

from intranet.core.db import Base, OfOrg
from intranet.core.dialect import table_of

T = TypeVar("T", bound=Base)


class Shape(Generic[T]):
    """How a row of a whole table becomes an object; made once for each kind of object and statement."""

    def __init__(self, kind: type[T]) -> None:
        if issubclass(kind, OfOrg):
            raise TypeError(f"{kind.__name__} belongs to an agency: ask for it by a query of objects")
        self._mapper: Mapper[T] = inspect(kind)
        #: What the statement asks for, in the order in which :meth:`of` takes it.
        self.columns = tuple(table_of(kind).c)
        self._names = [self._mapper.get_property_by_column(column).key for column in self.columns]
        self._is_ready = False

    def of(self, opened: Session, values: Sequence[Any], *, anew: bool = False) -> T:
        """The object of one row, the one that the session has already where it has it.

        :param values: one for each of :attr:`columns`.
        :param anew: what the session has of it is replaced; else only what it lacks is added.
        """
        if not self._is_ready:
            configure_mappers()
            self._is_ready = True
        found = dict(zip(self._names, values, strict=True))
        key = self._mapper.identity_key_from_primary_key((found["id"],))
        known: T | None = opened.identity_map.get(key)
        if known is not None:
            return _completed(opened, known, found, anew=anew)
        # As SQLAlchemy's own loading does it.
        made: T = self._mapper.class_manager.new_instance()
        state = instance_state(made)
        state.dict.update(found)
        state.key, state.session_id = key, opened.hash_key
        opened.identity_map.add(state)
        return made


def ask(opened: Session, statement: Executable, asked: dict[str, Any]) -> Sequence[Row[Any]]:
    """What a statement of tables finds, after the session's changes were written as before any query."""
    if opened.autoflush:
        opened.flush()
    return opened.connection().execute(statement, asked).all()


def _completed(opened: Session, known: T, found: dict[str, Any], *, anew: bool) -> T:
    if anew:
        opened.expire(known)
    there = instance_state(known).dict
    for name, value in found.items():
        if name not in there:
            set_committed_value(known, name, value)
    return known
