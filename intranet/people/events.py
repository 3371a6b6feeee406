"""What other packages may hear about people. Ids only."""

from dataclasses import dataclass


@dataclass(frozen=True)
class AccessChanged:
    """A person's sessions ended, roles changed or account was disabled: open sockets are cut."""

    user_id: int


@dataclass(frozen=True)
class StandInNamed:
    """Somebody is away from one day to another, and somebody may act meanwhile."""

    principal_id: int
    first: str
    last: str
