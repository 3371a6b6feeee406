"""What a room may be asked, whatever carries the ask; a repeated ``cid`` gets the first answer again."""

from dataclasses import dataclass
from typing import Literal

from intranet.core.commands import Answer, command
from intranet.core.errors import Invalid
from intranet.core.text import one_line
from intranet.people.models import User
from meetings.models.meeting import ItemKind, ItemState
from meetings.permissions import ATTEND
from meetings.services import chairing, life, planning, timing, undoing

MOST_TITLE = 300
MOST_MINUTES = 600
MOST_REASON = 500
#: How an item leaves the floor.
Outcome = Literal["done", "suspended", "deferred"]


@dataclass(frozen=True)
class StartItem:
    """Put an item on the floor; ``expect``: the item the actor saw there; ``outcome``: how that one leaves.

    ``reason``: why an item that was done is taken up again.
    """

    mid: int
    item: int
    expect: int | None
    reason: str = ""
    outcome: Outcome = "done"


@dataclass(frozen=True)
class FinishItem:
    """Take the item off the floor."""

    mid: int
    expect: int | None
    outcome: Outcome = "done"


@dataclass(frozen=True)
class UndoItem:
    """Take the last start or finish of an item back; ``expect``: the item seen on the floor since."""

    mid: int
    item: int
    expect: int | None


@dataclass(frozen=True)
class ReorderItems:
    """New order of the planned items; ``expect``: the whole agenda as the actor saw it."""

    mid: int
    order: list[int]
    expect: list[int]


@dataclass(frozen=True)
class AddItem:
    """A new item; ``budget`` in minutes."""

    mid: int
    title: str
    budget: int
    after: int | None = None
    kind: Literal["info", "discussion", "decision", "consent"] = "discussion"


@dataclass(frozen=True)
class OfMeeting:
    """What is asked of the meeting itself."""

    mid: int


@dataclass(frozen=True)
class ShortenAgenda:
    """Less time for items still ahead."""

    mid: int
    items: list[timing.Cut]


@dataclass(frozen=True)
class StartMeeting:
    """Open it; ``confirm``: although the chair or enough members are missing."""

    mid: int
    confirm: bool = False


@dataclass(frozen=True)
class PauseMeeting:
    """Rest; ``for_s`` seconds, without: until somebody says."""

    mid: int
    for_s: int | None = None


@dataclass(frozen=True)
class EndMeeting:
    """End it; ``confirm``: although items are left."""

    mid: int
    confirm: bool = False


@command("item.start", needs=ATTEND)
def start_item(actor: User, d: StartItem) -> Answer:
    """Put an item on the floor."""
    reason = one_line(d.reason)
    if len(reason) > MOST_REASON:
        raise Invalid("field.too_long", most=MOST_REASON, length=len(reason), field="reason")
    outcome = ItemState(d.outcome)
    return {"v": chairing.start_item(actor, d.mid, d.item, expect=d.expect, reason=reason, outcome=outcome)}


@command("item.finish", needs=ATTEND)
def finish_item(actor: User, d: FinishItem) -> Answer:
    """Take the item off the floor."""
    return {"v": chairing.finish_item(actor, d.mid, outcome=ItemState(d.outcome), expect=d.expect)}


@command("item.undo", needs=ATTEND)
def undo_item(actor: User, d: UndoItem) -> Answer:
    """Take the last start or finish of an item back."""
    return {"v": undoing.undo_item(actor, d.mid, d.item, expect=d.expect)}


@command("item.reorder", needs=ATTEND)
def reorder_items(actor: User, d: ReorderItems) -> Answer:
    """Put the planned items in another order."""
    return {"v": planning.reorder_items(actor, d.mid, d.order, expect=d.expect)}


@command("item.add", needs=ATTEND)
def add_item(actor: User, d: AddItem) -> Answer:
    """Put an item on the agenda."""
    title = one_line(d.title)
    if not title:
        raise Invalid("item.needs_title", field="title")
    if len(title) > MOST_TITLE:
        raise Invalid("field.too_long", most=MOST_TITLE, length=len(title), field="title")
    if not 1 <= d.budget <= MOST_MINUTES:
        raise Invalid("item.minutes", most=MOST_MINUTES, field="budget")
    return {
        "item": planning.add_item(
            actor, d.mid, title=title, kind=ItemKind(d.kind), budget_min=d.budget, after=d.after
        )
    }


@command("agenda.shorten", needs=ATTEND)
def shorten_agenda(actor: User, d: ShortenAgenda) -> Answer:
    """Give items still ahead fewer minutes."""
    return {"v": timing.shorten_items(actor, d.mid, d.items)}


@command("meeting.start", needs=ATTEND)
def start_meeting(actor: User, d: StartMeeting) -> Answer:
    """Open the sitting."""
    return {"v": life.start_meeting(actor, d.mid, confirm=d.confirm)}


@command("meeting.pause", needs=ATTEND)
def pause_meeting(actor: User, d: PauseMeeting) -> Answer:
    """Stop the clocks, and say until when."""
    return {"v": life.pause_meeting(actor, d.mid, for_s=d.for_s)}


@command("meeting.resume", needs=ATTEND)
def resume_meeting(actor: User, d: OfMeeting) -> Answer:
    """Let the clocks run again."""
    return {"v": life.resume_meeting(actor, d.mid)}


@command("meeting.end", needs=ATTEND)
def end_meeting(actor: User, d: EndMeeting) -> Answer:
    """Close the sitting."""
    return {"v": life.end_meeting(actor, d.mid, confirm=d.confirm)}
