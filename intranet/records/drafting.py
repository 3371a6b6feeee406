"""Official documents that one wing wants drafted and another one drafts, neither knowing the other."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from intranet.core import slots
from intranet.core.actor import Actor
from intranet.core.errors import BadState
from intranet.core.refs import Ref

#: Filled by who drafts: ``(actor, ask) -> finish``; ``finish`` is called in the asker's unit of work.
MAKE = "draft.make"
#: Filled by the same: ``(actor) -> may`` and ``(ref) -> was it issued``.
MAY, ISSUED = "draft.may", "draft.issued"

Finish = Callable[[], Ref]


@dataclass(frozen=True)
class DraftAsk:
    """A document that is to be drafted.

    :param kind: abbreviation of its kind, ``TB``.
    :param body: paragraphs.
    :param recipients: lines of "Nơi nhận", the archive line left out.
    :param due_date: until when it is to be issued.
    :param origin: the record that it comes from.
    :param signer_id: who is to sign it; where they sign nothing, or nobody is named, the agency's head.
    """

    kind: str
    subject: str
    body: tuple[str, ...]
    recipients: tuple[str, ...]
    due_date: date | None
    origin: Ref
    signer_id: int | None = None


def may_draft(actor: Actor) -> bool:
    """True when somebody drafts documents here, and this actor may let them."""
    return any(slots.ask(MAY, actor))


def prepare(actor: Actor, ask: DraftAsk) -> Finish:
    """Write the files of the draft; what is returned makes it, in the open unit of work, and names it.

    :raises BadState: ``draft.nobody_drafts``.
    :raises Forbidden: the actor may not draft.
    :raises Invalid: ``draft.no_kind``, the agency has no such kind.
    """
    found: list[Finish] = slots.ask(MAKE, actor, ask)
    if not found:
        raise BadState("draft.nobody_drafts")
    return found[0]


def is_issued(ref: Ref) -> bool:
    """True once the document has left the house."""
    return any(slots.ask(ISSUED, ref))
