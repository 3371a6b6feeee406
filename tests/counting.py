"""Counting the statements that a piece of code sends to the database."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from intranet.core import db


@contextmanager
def count_queries(kind: str = "SELECT") -> Iterator[list[str]]:
    """Every SELECT sent within the block.

    :param kind: pattern of the beginning of what is counted instead.
    """
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if re.match(rf"\s*(?:{kind})", statement, re.IGNORECASE):
            sent.append(statement)

    engines = {db.database().reader, db.database().writer}
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", note)


def tables(sent: list[str]) -> list[str]:
    """What each statement does to which table first, such as ``SELECT session``."""
    found = [re.search(r"(?:FROM|INTO|UPDATE)\s+\"?(\w+)", one) for one in sent]
    return [f"{one.split()[0]} {table[1]}" for one, table in zip(sent, found, strict=True) if table]
