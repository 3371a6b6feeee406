"""The box above a list: its words are looked up in the index of words, in the heads of documents alone.

A head is number, symbol, line of the register, subject and issuer. The very number comes first, then what has
the marks as typed, then the others; within each the newest.
"""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement

from documents.formats.query import ISSUER
from documents.services.searching import Search
from intranet.core.actor import Actor
from intranet.core.fulltext import ANYWHERE, BODY, SUBJECT, SYMBOL, Clause, Term

#: Pages that the way back remembers.
_MOST_PAGES = 40
_FIRST, _BETWEEN = "-", "~"


class Box(Search):
    """What was typed above a list, among the documents that it lists."""

    def __init__(self, actor: Actor, typed: str, where: Sequence[ColumnElement[bool]]) -> None:
        # A number alone is one of a document, whatever year it could be.
        super().__init__(actor, f'"{typed}"' if typed.isdecimal() else typed)
        self._wanted = [_in_head(one) for one in self._wanted]
        self._barred = [_in_head(one) for one in self._barred]
        self._where = (*self._where, *where)

    def turned_to(self, way: str) -> tuple[list[int], str | None, str | None]:
        """The documents of one page by their keys, and the ways to the pages before and behind it.

        :param way: what the page before or behind gave: the places at which the pages to here begin.
        """
        places = [one for one in way.split(_BETWEEN) if one not in ("", _FIRST)][-_MOST_PAGES:]
        ids, older = self.keys(places[-1] if places else "")
        newer = _BETWEEN.join(places[:-1]) or _FIRST if places else None
        return ids, newer, _BETWEEN.join([*places, older]) if older is not None else None


def _in_head(clause: Clause) -> Clause:
    found: list[Term] = []
    for term in clause.any_of:
        if term.columns == ANYWHERE:
            found.append(replace(term, columns=SYMBOL + SUBJECT))
            found.append(replace(term, words=tuple(f"{ISSUER}{one}" for one in term.words), columns=SYMBOL))
        elif term.columns != BODY:
            found.append(term)
    return replace(clause, any_of=tuple(found))
