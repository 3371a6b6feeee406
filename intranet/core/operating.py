"""Commands for the operator of the machine; one that declares nothing cannot be added.

Whoever may run them can read the data folder, so each declares that and nothing finer.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import click
from flask.cli import AppGroup

from intranet.core.web import Access, UndeclaredAccess

C = TypeVar("C", bound=Callable[..., Any])
#: Who may run a command: whoever can on this machine, as the user that owns the data folder.
OPERATOR = Access("operator", why="whoever may run it on the machine")


def operator(function: C) -> C:
    """Declare that a command is for the operator of the machine."""
    function.office_access = OPERATOR  # type: ignore[attr-defined]  # read back by access_of
    return function


def access_of(command: click.Command) -> Access | None:
    """What a command declared."""
    return getattr(command.callback, "office_access", None)


class OfficeGroup(AppGroup):
    """A group of commands, each of which declares its access."""

    def add_command(self, cmd: click.Command, name: str | None = None) -> None:
        """Add a command.

        :raises UndeclaredAccess: it declares nothing.
        """
        if access_of(cmd) is None:
            raise UndeclaredAccess(f"command {name or cmd.name} declares no access")
        super().add_command(cmd, name)
