"""Engines that outlive a test: each has learned how the statements of the application compile.

A new engine would have to compile them anew, which was a tenth of the time of every test. The connections are
the test's own: they end with its database, and the next ones are opened to the next database.
"""

from typing import Any

from sqlalchemy import Engine, event, make_url

from intranet.core import engines
from intranet.core.config import Settings

_make = engines.make
_kept: dict[str, "_Kept"] = {}


class _Kept:
    """The engines of one kind of database, and the address that they open now."""

    def __init__(self, settings: Settings) -> None:
        self.url = settings.database_url
        self.both = _make(settings)
        for engine in self.both:
            event.listen(engine, "do_connect", self._lead)

    def _lead(self, dialect: Any, _record: object, args: list[Any], options: dict[str, Any]) -> None:
        """Open the present address, whatever the engine was made for."""
        args[:], more = dialect.create_connect_args(make_url(self.url))
        options.update(more)


def make(settings: Settings) -> tuple[Engine, Engine]:
    """What ``engines.make`` does, with the engines of an earlier test of this process where there are any."""
    kind = settings.database_url.partition(":")[0]
    if settings.is_web:
        return _make(settings)
    found = _kept.get(kind)
    if found is None:
        found = _kept[kind] = _Kept(settings)
    found.url = settings.database_url
    return found.both
