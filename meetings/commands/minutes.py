"""What may be asked of conclusions and minutes, in the room and on their own page."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from intranet.core import clock
from intranet.core.commands import Answer, command
from intranet.core.errors import Invalid
from intranet.people.models import User
from meetings.models.conclusion import ConclusionKind
from meetings.permissions import ATTEND
from meetings.services import conclusion_lists, conclusion_review, conclusions, minutes
from meetings.services.conclusions import Words
from meetings.services.journal import ms


@dataclass(frozen=True)
class SaveBlock:
    """A block as typed; ``rev``: the version that the writer saw."""

    mid: int
    key: str
    text: str
    rev: int


@dataclass(frozen=True)
class SetAside:
    """Words that their writer gave up."""

    mid: int
    key: str
    text: str


@dataclass(frozen=True)
class EditBlock:
    """The actor is at a block."""

    mid: int
    key: str


@dataclass(frozen=True)
class ReadSentence:
    """What would this sentence become?"""

    mid: int
    text: str
    item: int | None = None


@dataclass(frozen=True)
class GiveConclusion:
    """A conclusion; ``due`` as ``2026-11-30``, ``block`` and ``rev`` say where its words stand."""

    mid: int
    text: str
    kind: Literal["conclusion", "direction", "task"]
    item: int | None = None
    lead: str | None = None
    co: list[str] | None = None
    due: str | None = None
    urgent: bool = False
    block: str | None = None
    rev: int | None = None


@dataclass(frozen=True)
class OfConclusion:
    """A conclusion as the actor saw it."""

    mid: int
    id: int
    version: int | None = None


@dataclass(frozen=True)
class OfReview:
    """The meeting alone."""

    mid: int


@command("minutes.save", needs=ATTEND, keeps=False)
def save_block(actor: User, d: SaveBlock) -> Answer:
    """Keep a block as typed; saying the same twice changes nothing."""
    return {"rev": minutes.save_block(actor, d.mid, d.key, d.text, rev=d.rev), "at": ms(clock.now())}


@command("minutes.aside", needs=ATTEND, keeps=False)
def set_aside(actor: User, d: SetAside) -> Answer:
    """Keep in the history what was given up for another's words."""
    return {"rev": minutes.set_aside(actor, d.mid, d.key, d.text), "at": ms(clock.now())}


@command("minutes.editing", needs=ATTEND, keeps=False)
def tell_editing(actor: User, d: EditBlock) -> Answer:
    """Let the others see who is at a block."""
    minutes.tell_editing(actor, d.mid, d.key)
    return {}


@command("conclusion.read", needs=ATTEND, keeps=False)
def read_sentence(actor: User, d: ReadSentence) -> Answer:
    """What a sentence would become."""
    return conclusion_lists.read_sentence(actor, d.mid, d.text, d.item)


@command("conclusion.give", needs=ATTEND)
def give(actor: User, d: GiveConclusion) -> Answer:
    """Write a conclusion down; the chair's becomes a task at once."""
    source = {"block": d.block, "rev": d.rev} if d.block else None
    words = Words(
        text=d.text,
        kind=ConclusionKind(d.kind),
        item_id=d.item,
        lead=d.lead,
        co=tuple(d.co or ()),
        due_date=_day(d.due),
        is_urgent=d.urgent,
        source=source,
    )
    made, task = conclusions.give(actor, d.mid, words)
    return {"id": made, "task": task}


@command("conclusion.confirm", needs=ATTEND)
def confirm(actor: User, d: OfConclusion) -> Answer:
    """The chair stands by it."""
    return {"task": conclusions.confirm_conclusion(actor, d.mid, d.id, expect=d.version)}


@command("review.add", needs=ATTEND)
def add_review(actor: User, d: OfReview) -> Answer:
    """Put going through earlier conclusions on the agenda."""
    return {"item": conclusion_review.put_on_agenda(actor, d.mid)}


def _day(written: str | None) -> date | None:
    if not written:
        return None
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise Invalid("command.payload", name="due") from None
