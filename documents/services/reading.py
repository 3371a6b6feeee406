"""What a leader's typed sentence would become: chips to confirm, and words to underline."""

from typing import Any

from documents.permissions import To, access_document
from intranet.core.actor import Actor
from intranet.directives.chips import chips_of


def read_sentence(actor: Actor, document_id: int, text: str) -> dict[str, Any]:
    """What is understood of a sentence on a document that the actor may direct.

    :raises NotFound: ``document.missing``.
    :raises Forbidden: ``document.not_allowed``.
    :raises Invalid: ``field.too_long``.
    """
    return chips_of(access_document(actor, document_id, To.DIRECT).org_id, text)
