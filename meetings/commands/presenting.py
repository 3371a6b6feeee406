"""What a room may be asked about presenting and the screen on the wall."""

from dataclasses import dataclass

from intranet.core.commands import Answer, command
from intranet.people.models import User
from meetings.commands.agenda import OfMeeting
from meetings.permissions import ATTEND
from meetings.services import presenting


@dataclass(frozen=True)
class Present:
    """A page of a paper."""

    mid: int
    file: str
    page: int


@dataclass(frozen=True)
class PresentStart(Present):
    """A page of a paper to begin with; ``wall``: on the screen alone; ``few``: to its readers alone."""

    wall: bool = False
    few: bool = False


@dataclass(frozen=True)
class PresentView:
    """The rectangle that the presenter sees, in fractions of the page."""

    mid: int
    page: int
    x: float
    y: float
    w: float


@dataclass(frozen=True)
class Grant:
    """Whom, and for how many seconds; without them until it is taken back."""

    mid: int
    p: int
    for_s: int | None = None


@dataclass(frozen=True)
class Revoke:
    """From whom."""

    mid: int
    p: int


@dataclass(frozen=True)
class Blank:
    """Dark, or light again."""

    mid: int
    on: bool


@command("present.start", needs=ATTEND)
def start_presenting(actor: User, d: PresentStart) -> Answer:
    """Show a page to those who follow, or take over from whoever does."""
    return {"v": presenting.start_presenting(actor, d.mid, d.file, d.page, on_wall=d.wall, to_few=d.few)}


@command("present.page", needs=ATTEND)
def present_page(actor: User, d: Present) -> Answer:
    """Turn the page for those who follow."""
    return {"v": presenting.present_page(actor, d.mid, d.page, file=d.file)}


@command("present.stop", needs=ATTEND)
def stop_presenting(actor: User, d: OfMeeting) -> Answer:
    """Show nothing any more."""
    return {"v": presenting.stop_presenting(actor, d.mid)}


@command("present.view", needs=ATTEND)
def show_view(actor: User, d: PresentView) -> Answer:
    """The rectangle, for a presenter without a socket; over a socket it comes as ``lv``."""
    presenting.show_view(actor, d.mid, presenting.view_of(d.page, d.x, d.y, d.w))
    return {}


@command("present.grant", needs=ATTEND)
def grant_presenting(actor: User, d: Grant) -> Answer:
    """Let somebody present."""
    return {"v": presenting.grant_presenting(actor, d.mid, d.p, for_s=d.for_s)}


@command("present.revoke", needs=ATTEND)
def revoke_presenting(actor: User, d: Revoke) -> Answer:
    """Take that back."""
    return {"v": presenting.revoke_presenting(actor, d.mid, d.p)}


@command("screen.blank", needs=ATTEND)
def blank_screen(actor: User, d: Blank) -> Answer:
    """Make the screen on the wall dark, or light again."""
    return {"v": presenting.blank_screen(actor, d.mid, on=d.on)}
