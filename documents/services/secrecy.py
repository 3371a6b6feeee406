"""Marks of state secrets in what is typed: refused before anything is stored, told without the words.

Files are looked through before they are kept (:mod:`intranet.records.staging`); this is the same rule for
forms. Source: Law on the protection of state secrets; networked machines hold no such content.
"""

import logging
import re

from intranet.core.actor import Actor
from intranet.core.errors import Invalid
from intranet.records.secrecy import mark_in_title, marks_in_lines

log = logging.getLogger("documents.secrecy")

#: A series of its own for secrets, as agencies write it: "M" alone before or behind the letters.
_SYMBOL = re.compile(r"^(?:M|TM|TUM)[-/]|[-/](?:M|TM|TUM)$")


def refuse_marks(actor: Actor, **texts: str) -> None:
    """Refuse texts that carry the mark of a state secret; the log keeps who and which field, not the words.

    :param texts: by the name of their field; a mark counts alone on a line, or as a title carries it.
    :raises Invalid: ``document.secret_mark``.
    """
    for field, text in texts.items():
        if text and (mark_in_title(text) or marks_in_lines(text.splitlines())):
            log.warning("secret mark refused", extra={"actor": actor.id, "field": field})
            raise Invalid("document.secret_mark", field=field)


def is_secret_symbol(symbol: str) -> bool:
    """True for a symbol that looks like one of a series for secrets: a reason to ask, not to refuse."""
    return bool(_SYMBOL.search(symbol.strip()))
