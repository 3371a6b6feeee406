"""Permits: what a role may do at all. Whether it may do it to *this* record is the wing's own rule.

A route, event, job or command names the permit it needs; an unknown name stops the start.
"""

from collections.abc import Iterable

_roles_by_permit: dict[str, frozenset[str]] = {}
_bounded: set[str] = set()


def permit(name: str, *roles: str, bounded: bool = False) -> str:
    """Declare a permit ``noun.act`` and the roles that carry it; returns the name.

    :param bounded: it counts in a session bound to one record too; what guards that record heeds the bound.
    """
    if name in _roles_by_permit and _roles_by_permit[name] != frozenset(roles):
        raise ValueError(f"permit {name} is declared twice, differently")
    _roles_by_permit[name] = frozenset(roles)
    if bounded:
        _bounded.add(name)
    return name


def exists(name: str) -> bool:
    """True for a declared permit."""
    return name in _roles_by_permit


def carried_by(roles: Iterable[str], name: str) -> bool:
    """True when one of the roles carries the permit.

    :raises KeyError: nobody declared the permit.
    """
    return not _roles_by_permit[name].isdisjoint(roles)


def is_bounded(name: str) -> bool:
    """True for a permit that reaches into a session bound to one record."""
    return name in _bounded


def declared() -> dict[str, frozenset[str]]:
    """All permits with their roles, for the structure tests and the administrator's page."""
    return dict(_roles_by_permit)
