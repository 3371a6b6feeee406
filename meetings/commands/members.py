"""What members say before an item is taken up, what the chair makes of it, and who has the chair."""

from dataclasses import dataclass
from typing import Literal

from intranet.core.commands import Answer, command
from intranet.people.models import User
from meetings.models.position import Stand
from meetings.permissions import ATTEND
from meetings.services import handing_over, positions


@dataclass(frozen=True)
class SetPosition:
    """A position on an item; ``text`` for a comment or an objection."""

    mid: int
    item: int
    pos: Literal["agree", "comment", "object", "speak"]
    text: str = ""


@dataclass(frozen=True)
class AdoptConsent:
    """Items of the consent block to be adopted."""

    mid: int
    items: list[int]


@dataclass(frozen=True)
class TransferChair:
    """The chair for somebody who takes part."""

    mid: int
    p: int


@command("role.transfer", needs=ATTEND)
def transfer_chair(actor: User, d: TransferChair) -> Answer:
    """Hand over the chair, or ask a second secretary to agree."""
    return handing_over.hand_over(actor, d.mid, d.p)


@command("position.set", needs=ATTEND)
def set_position(actor: User, d: SetPosition) -> Answer:
    """Say what one thinks of an item."""
    return {"v": positions.take_position(actor, d.mid, d.item, Stand(d.pos), d.text.strip())}


@command("consent.adopt", needs=ATTEND)
def adopt_consent(actor: User, d: AdoptConsent) -> Answer:
    """Adopt what nobody objects to."""
    return {"v": positions.adopt_consent(actor, d.mid, d.items)}
