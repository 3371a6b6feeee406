"""``Ref("document", 41)`` names any record; its wing registers how to title, place and guard it."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Protocol

from intranet.core.actor import Actor

#: All that one may do with a file.
FILE_RIGHTS = frozenset({"read", "download", "print"})


@dataclass(frozen=True, slots=True)
class Ref:
    """The name of a record of any wing."""

    kind: str
    id: int

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"

    @classmethod
    def parse(cls, text: str) -> "Ref":
        """Read back what ``str(ref)`` wrote.

        :raises ValueError: not of the form ``kind:id``.
        """
        kind, _, key = text.partition(":")
        return cls(kind, int(key))


class Referable(Protocol):
    """A record that can name itself."""

    @property
    def ref(self) -> Ref:
        """Its name."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What the owner of a kind of record promises about it."""

    title: Callable[[int], str]
    url: Callable[[int], str]
    may_read: Callable[[Actor, int], bool]
    #: Its ``may_read`` heeds to what an actor is bound; other kinds are closed to whoever is bound.
    bounded: bool = False
    #: What of ``read``, ``download``, ``print`` an actor who may read the record may do with one file of it.
    file_rights: Callable[[Actor, int], Collection[str]] | None = None
    #: The page to which a session bound to such a record is sent back from wherever it may not go.
    home: Callable[[int], str] | None = None


_kinds: dict[str, Kind] = {}


def register_kind(
    name: str,
    *,
    title: Callable[[int], str],
    url: Callable[[int], str],
    may_read: Callable[[Actor, int], bool],
    bounded: bool = False,
    home: Callable[[int], str] | None = None,
    file_rights: Callable[[Actor, int], Collection[str]] | None = None,
) -> None:
    """Say how records of a kind are titled, where their page is and who may read them."""
    _kinds[name] = Kind(title, url, may_read, bounded, file_rights, home)


def title(ref: Ref) -> str:
    """The record's title in words. Ask :func:`may_read` first."""
    return _kinds[ref.kind].title(ref.id)


def url(ref: Ref) -> str:
    """The path of the record's page."""
    return _kinds[ref.kind].url(ref.id)


def home_of(only: str) -> str | None:
    """The page of a session that is bound to this record."""
    ref = Ref.parse(only)
    kind = _kinds.get(ref.kind)
    return kind.home(ref.id) if kind is not None and kind.home is not None else None


def may_read(actor: Actor, ref: Ref) -> bool:
    """True when the actor may read the record; an unknown kind is never readable."""
    kind = _kinds.get(ref.kind)
    if kind is None or (actor.only is not None and not kind.bounded):
        return False
    return kind.may_read(actor, ref.id)


def file_rights(actor: Actor, ref: Ref, file_id: int) -> Collection[str]:
    """What of :data:`FILE_RIGHTS` the actor may do with a file of a record, nothing if it is not readable."""
    if not may_read(actor, ref):
        return ()
    narrowed = _kinds[ref.kind].file_rights
    return FILE_RIGHTS if narrowed is None else narrowed(actor, file_id)


def known_kinds() -> frozenset[str]:
    """All registered kinds."""
    return frozenset(_kinds)
