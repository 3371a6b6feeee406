"""What the floor of a room may be asked: presence, speeches, the clock, announcements and calls."""

from dataclasses import dataclass
from typing import Literal

from intranet.core.commands import Answer, command
from intranet.people.models import User
from meetings.commands.agenda import OfMeeting
from meetings.models.floor import CallKind, NoticeTo, PresenceState, QueueRule, SpeechKind
from meetings.permissions import ATTEND
from meetings.services import announcing, attending, commenting, seating, speaking, turns, writing


@dataclass(frozen=True)
class SetPresence:
    """One's own presence, or ``p``'s; ``late``, ``leave``: of hour and absence, for chair and secretary."""

    mid: int
    st: PresenceState
    p: int | None = None
    late: bool | None = None
    leave: bool | None = None


@dataclass(frozen=True)
class ChooseBody:
    """Which body sits."""

    mid: int
    body: int


@dataclass(frozen=True)
class Ask:
    """A request to speak; ``p``: somebody else whom chair or secretary put on the list.

    ``file``, ``page``: what lies before whoever asks.
    """

    mid: int
    kind: SpeechKind = SpeechKind.NORMAL
    note: str = ""
    p: int | None = None
    file: str | None = None
    page: int | None = None


@dataclass(frozen=True)
class OfRequest:
    """One request."""

    mid: int
    rq: int


@dataclass(frozen=True)
class OrderQueue:
    """New order of all that wait; ``expect``: the order as the actor saw it."""

    mid: int
    order: list[int]
    expect: list[int]


@dataclass(frozen=True)
class SetQueue:
    """Whether people may ask."""

    mid: int
    open: bool


@dataclass(frozen=True)
class SetRule:
    """In what order people are called."""

    mid: int
    rule: QueueRule


@dataclass(frozen=True)
class StartSpeech:
    """Call somebody; ``expect``: the speech the actor saw running; ``limit_s`` seconds."""

    mid: int
    rq: int
    expect: int | None
    limit_s: int | None = None


@dataclass(frozen=True)
class OfSpeech:
    """The running speech; ``rq``: the one the actor means."""

    mid: int
    rq: int | None = None


@dataclass(frozen=True)
class ExtendSpeech:
    """More seconds for the running speech."""

    mid: int
    add_s: int
    rq: int | None = None


@dataclass(frozen=True)
class SetTimer:
    """A clock for everybody; ``dur_s`` seconds."""

    mid: int
    label: str
    dur_s: int


@dataclass(frozen=True)
class SendNotice:
    """Words for everybody, or for a group; ``for_s`` seconds, without: until cleared."""

    mid: int
    t: str
    lvl: Literal["info", "warn"] = "info"
    for_s: int | None = None
    to: NoticeTo = NoticeTo.ALL


@dataclass(frozen=True)
class OfRecord:
    """A notice or a call."""

    mid: int
    id: int


@dataclass(frozen=True)
class CallService:
    """What somebody asks for; ``t``: in their words."""

    mid: int
    kind: CallKind
    t: str = ""


@dataclass(frozen=True)
class Comment:
    """Words on the item on the floor; ``item``: the one the actor saw there."""

    mid: int
    item: int
    t: str


@dataclass(frozen=True)
class AnswerCall:
    """An answer to a call, for the one who called alone."""

    mid: int
    id: int
    t: str


@dataclass(frozen=True)
class Write:
    """Words for one person alone."""

    mid: int
    p: int
    t: str


@dataclass(frozen=True)
class TakeSeat:
    """Where one sits, or ``p``; empty: nobody knows."""

    mid: int
    seat: str
    p: int | None = None


@command("att.set", needs=ATTEND)
def set_presence(actor: User, d: SetPresence) -> Answer:
    """Be there, be there from afar, have left; correct others."""
    return {"v": attending.set_presence(actor, d.mid, d.st, person=d.p, late=d.late, leave=d.leave)}


@command("body.choose", needs=ATTEND)
def choose_body(actor: User, d: ChooseBody) -> Answer:
    """Say which body sits."""
    return {"v": attending.choose_body(actor, d.mid, d.body)}


@command("queue.ask", needs=ATTEND)
def ask(actor: User, d: Ask) -> Answer:
    """Ask to speak."""
    reads = None if d.file is None or d.page is None else (d.file, d.page)
    return {"id": speaking.ask(actor, d.mid, d.kind, note=d.note, person=d.p, reads=reads)}


@command("queue.withdraw", needs=ATTEND)
def withdraw(actor: User, d: OfRequest) -> Answer:
    """Take one's own request back."""
    return {"v": speaking.withdraw(actor, d.mid, d.rq)}


@command("queue.skip", needs=ATTEND)
def skip(actor: User, d: OfRequest) -> Answer:
    """Take a request off the queue without calling it."""
    return {"v": speaking.skip(actor, d.mid, d.rq)}


@command("queue.order", needs=ATTEND)
def order_queue(actor: User, d: OrderQueue) -> Answer:
    """Put the queue in another order."""
    return {"v": speaking.order_queue(actor, d.mid, d.order, expect=d.expect)}


@command("queue.set", needs=ATTEND)
def set_queue(actor: User, d: SetQueue) -> Answer:
    """Let people ask to speak, or no more."""
    return {"v": speaking.set_queue(actor, d.mid, d.open)}


@command("queue.rule", needs=ATTEND)
def set_rule(actor: User, d: SetRule) -> Answer:
    """Call people as they asked, or who has spoken least first."""
    return {"v": turns.set_rule(actor, d.mid, d.rule)}


@command("speech.start", needs=ATTEND)
def start_speech(actor: User, d: StartSpeech) -> Answer:
    """Call somebody who waits."""
    return {"v": speaking.start_speech(actor, d.mid, d.rq, expect=d.expect, limit_s=d.limit_s)}


@command("speech.pause", needs=ATTEND)
def pause_speech(actor: User, d: OfSpeech) -> Answer:
    """Stop the speaker's clock."""
    return {"v": speaking.pause_speech(actor, d.mid, expect=d.rq)}


@command("speech.resume", needs=ATTEND)
def resume_speech(actor: User, d: OfSpeech) -> Answer:
    """Let the speaker's clock run again."""
    return {"v": speaking.resume_speech(actor, d.mid, expect=d.rq)}


@command("speech.extend", needs=ATTEND)
def extend_speech(actor: User, d: ExtendSpeech) -> Answer:
    """Give the speaker more time."""
    return {"v": speaking.extend_speech(actor, d.mid, d.add_s, expect=d.rq)}


@command("speech.end", needs=ATTEND)
def end_speech(actor: User, d: OfSpeech) -> Answer:
    """End the running speech."""
    return {"v": speaking.end_speech(actor, d.mid, expect=d.rq)}


@command("timer.set", needs=ATTEND)
def set_timer(actor: User, d: SetTimer) -> Answer:
    """Start a clock for everybody."""
    return {"v": announcing.set_timer(actor, d.mid, d.label, d.dur_s)}


@command("timer.stop", needs=ATTEND)
def stop_timer(actor: User, d: OfMeeting) -> Answer:
    """Take the clock away."""
    return {"v": announcing.stop_timer(actor, d.mid)}


@command("notice.send", needs=ATTEND)
def send_notice(actor: User, d: SendNotice) -> Answer:
    """Say something to everybody, or to a group."""
    return {"id": announcing.send_notice(actor, d.mid, d.t, d.lvl, d.for_s, to=d.to)}


@command("notice.clear", needs=ATTEND)
def clear_notice(actor: User, d: OfRecord) -> Answer:
    """Take a notice away."""
    return {"v": announcing.clear_notice(actor, d.mid, d.id)}


@command("service.call", needs=ATTEND)
def call_service(actor: User, d: CallService) -> Answer:
    """Ask chair and secretaries for something."""
    return {"id": announcing.call_service(actor, d.mid, d.kind, d.t)}


@command("comment.send", needs=ATTEND)
def comment(actor: User, d: Comment) -> Answer:
    """Say something in writing on the item on the floor."""
    return {"id": commenting.comment(actor, d.mid, d.item, d.t)}


@command("service.done", needs=ATTEND)
def finish_call(actor: User, d: OfRecord) -> Answer:
    """What was asked for is done."""
    return {"v": announcing.finish_call(actor, d.mid, d.id)}


@command("msg.send", needs=ATTEND)
def write_to(actor: User, d: Write) -> Answer:
    """Write to one person."""
    return {"v": writing.write_to(actor, d.mid, d.p, d.t)}


@command("seat.set", needs=ATTEND)
def take_seat(actor: User, d: TakeSeat) -> Answer:
    """Say where somebody sits."""
    return {"v": seating.take_seat(actor, d.mid, d.seat, person=d.p)}


@command("service.answer", needs=ATTEND)
def answer_call(actor: User, d: AnswerCall) -> Answer:
    """Answer whoever called."""
    return {"v": announcing.answer_call(actor, d.mid, d.id, d.t)}
