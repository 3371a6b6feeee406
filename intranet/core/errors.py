"""What can go wrong, as codes. ``labels/vi.toml`` says each in words; ``core/web.py`` gives it a page."""

from collections.abc import Mapping
from typing import Any


class DomainError(Exception):
    """Base of every refusal by a rule: a code ``noun.problem`` with plain data for its sentence."""

    status = 400
    #: The name of the kind in answers to machines.
    kind = "invalid"

    def __init__(self, code: str, **data: Any) -> None:
        super().__init__(code)
        self.code = code
        self.data: Mapping[str, Any] = data


class Invalid(DomainError):
    """The input breaks a rule; ``field`` in the data names the form field, if one is to blame."""

    status, kind = 422, "invalid"

    @property
    def field(self) -> str | None:
        """The form field that the sentence belongs beside."""
        return self.data.get("field")


class Unauthenticated(DomainError):
    """Nobody is signed in."""

    status, kind = 401, "unauth"


class Forbidden(DomainError):
    """The actor may see the record, but not do this with it."""

    status, kind = 403, "forbidden"


class NotFound(DomainError):
    """No such record, or none the actor may know of; the two answer alike."""

    status, kind = 404, "not_found"


class Stale(DomainError):
    """Somebody else changed it first; the data hold the present value."""

    status, kind = 409, "stale"


class BadState(DomainError):
    """The record's state does not allow this act."""

    status, kind = 409, "bad_state"


class TooMany(DomainError):
    """Too many tries; ``wait`` in the data is in seconds."""

    status, kind = 429, "rate"


class Unavailable(DomainError):
    """A part that is needed does not answer now; trying again later is right."""

    status, kind = 503, "retry"


class NoRoom(DomainError):
    """The disk is full: nothing was written, and reading goes on."""

    status, kind = 507, "retry"
