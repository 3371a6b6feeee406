"""What is looked for in everything that is typed, before any of it is kept; the parts above say what.

Forms and commands of the room ask here by themselves; a service that takes words from elsewhere asks
:func:`refuse`. The log keeps who and which field, never the words.
"""

import logging
from collections.abc import Callable

from intranet.core.actor import Actor
from intranet.core.errors import Invalid

log = logging.getLogger("intranet.typed")

#: True for words that must not be kept; the code names the sentence for whoever typed them.
Finds = Callable[[str], bool]
_looks: dict[str, Finds] = {}


def look_for(code: str, finds: Finds) -> None:
    """Have everything typed looked through; ``error.<code>`` is what is said."""
    _looks[code] = finds


def problem(text: str) -> str | None:
    """The code of why the words must not be kept, ``None`` when they may."""
    return next((code for code, finds in _looks.items() if finds(text)), None)


def refuse(actor: Actor | None, **texts: str) -> None:
    """Refuse words that must not be kept.

    :param texts: by the name of their field.
    :raises Invalid: ``field.secret_mark`` and whatever else is looked for.
    """
    for field, text in texts.items():
        if text and (code := problem(text)):
            note(actor, field)
            raise Invalid(code, field=field)


def note(actor: Actor | None, field: str) -> None:
    """Note that somebody typed in a field what must not be kept."""
    log.warning("typed words refused", extra={"actor": actor.id if actor else None, "field": field})
