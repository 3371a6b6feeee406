"""What the journal tells for the minutes: each fact once, with its instant and the line it comes from."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import takewhile
from typing import Any

from sqlalchemy import select

from intranet.core.db import session
from intranet.core.labels import label
from intranet.people import directory
from intranet.people.models import User
from meetings.models.floor import CallKind, Speech
from meetings.models.journal import Line
from meetings.models.meeting import Meeting
from meetings.models.vote import Poll, PollState
from meetings.rules.tally import amount
from meetings.services.journal import lines_after

#: Kinds of line that the minutes tell of.
TOLD = frozenset(
    {
        "meeting.state", "item.started", "item.finished", "item.dropped", "consent.adopted", "speech.ended",
        "vote.published", "vote.voided", "vote.extended", "att.changed", "role.transferred", "file.map",
        "position.set", "service.called",
    }
)  # fmt: skip


#: The line with which the chair ends the minutes.
APPROVED = "minutes.approved"


@dataclass(frozen=True)
class Fact:
    """Something that happened.

    :param key: its line in the journal, with a letter where a line tells of two things.
    :param item_id: the item to which it belongs, ``None`` for one of the whole sitting.
    :param kind: ``sitting``, ``presence``, ``item``, ``speech``, ``vote``, ``paper``, ``position`` or
        ``comment``.
    """

    key: str
    v: int
    at: datetime
    kind: str
    text: str
    note: str = ""
    item_id: int | None = None
    #: How long it took: of a speech, without its pauses.
    seconds: int = 0


@dataclass
class Facts:
    """The facts of a meeting in the order in which they happened."""

    lines: list[Fact] = field(default_factory=list)

    def of_item(self, item_id: int) -> list[Fact]:
        """Those of one item."""
        return sorted((one for one in self.lines if one.item_id == item_id), key=lambda one: (one.at, one.v))

    def of_kind(self, *kinds: str) -> list[Fact]:
        """Those of the whole sitting of some kinds."""
        return [one for one in self.lines if one.item_id is None and one.kind in kinds]


def facts_of(meeting: Meeting, papers: Collection[str]) -> Facts:
    """Read the journal for the minutes. Starts and ends of items that were taken back are left out, and so
    is whatever came after the approval.

    :param papers: public ids of those that whoever reads may know of.
    """
    lines = list(takewhile(lambda one: one.kind != APPROVED, lines_after(meeting.id, 0)))
    teller = _Teller(meeting, lines, papers)
    undone = _undone(lines)
    return Facts([fact for line in lines if line.v not in undone for fact in teller.tell(line)])


def breaks_of(meeting: Meeting) -> list[Fact]:
    """Pauses of a sitting, and when it was taken up again; asks for nothing else."""
    lines = lines_after(meeting.id, 0, kind="meeting.state")
    teller = _Teller(meeting, lines, ())
    told = (line for line in lines if _turn(line.data) in {"paused", "resumed", "reopened"})
    return [fact for line in told for fact in teller.tell(line)]


def _turn(data: Mapping[str, Any]) -> str | None:
    """What a move of the meeting is called in its minutes, ``None`` for one that they do not tell of."""
    since, to = data["from"], data["to"]
    if to == "live":
        return "resumed" if since == "paused" else "reopened" if since == "ended" else "opened"
    return to if to in {"paused", "ended"} else None


def _undone(lines: Iterable[Line]) -> set[int]:
    """Versions of the lines that somebody took back."""
    found: set[int] = set()
    moves: list[int] = []
    for line in lines:
        if line.kind in {"item.started", "item.finished"}:
            moves.append(line.v)
        elif line.kind == "item.undone" and moves:
            found.add(moves.pop())
    return found


class _Teller:
    """Puts lines of one meeting into words."""

    def __init__(self, meeting: Meeting, lines: Sequence[Line], papers: Collection[str]) -> None:
        self._meeting, self._papers = meeting, papers
        self._no = {item.id: place for place, item in enumerate(meeting.agenda, 1)}
        self._speeches = {one.id: one for one in session().scalars(_of(Speech, meeting))}
        self._polls = {one.id: one for one in session().scalars(_of(Poll, meeting))}
        self._people = _people(lines, self._speeches.values(), self._polls.values())
        self._current: int | None = None
        self._began: datetime | None = None
        self._paused: datetime | None = None

    def tell(self, line: Line) -> list[Fact]:
        """The facts of a line."""
        telling = getattr(self, "_" + line.kind.replace(".", "_"), None) if line.kind in TOLD else None
        return [] if telling is None else list(telling(line, line.data))

    def _meeting_state(self, line: Line, data: Mapping[str, Any]) -> Iterable[Fact]:
        if data["to"] == "live":
            self._began = self._began or line.at
        if data["to"] == "ended" and self._current is not None:
            yield self._left(line, self._current, "done", data.get("spent_s", 0))
            self._current = None
        if (what := _turn(data)) is None:
            return
        note = data.get("reason") or ""
        if what == "paused":
            self._paused = line.at
        elif what == "resumed" and self._paused is not None:
            pause = lasted(round((line.at - self._paused).total_seconds()))
            note = label("minutes.fact.pause", lasted=pause)
        yield Fact(str(line.v), line.v, line.at, "sitting", label(f"minutes.fact.{what}"), note)

    def _item_started(self, line: Line, data: Mapping[str, Any]) -> Iterable[Fact]:
        if data.get("prev") is not None:
            yield self._left(line, data["prev"], data["prev_st"], data["prev_spent_s"])
        self._current = data["item"]
        again = data.get("reason")
        text = label(
            f"minutes.fact.item_{'again' if again else 'started'}", no=self._no.get(data["item"], "–")
        )
        yield Fact(str(line.v), line.v, line.at, "item", text, again or "", data["item"])

    def _item_finished(self, line: Line, data: Mapping[str, Any]) -> Iterable[Fact]:
        self._current = None
        yield self._left(line, data["item"], data["outcome"], data["spent_s"], key=str(line.v))

    def _item_dropped(self, line: Line, data: Mapping[str, Any]) -> Iterable[Fact]:
        text = label(f"agenda.state.{data['st']}")
        yield Fact(str(line.v), line.v, line.at, "item", text, data.get("reason") or "", data["item"])

    def _consent_adopted(self, line: Line, data: Mapping[str, Any]) -> Iterable[Fact]:
        for place, item in enumerate(data["items"]):
            text = label("minutes.fact.consent")
            yield Fact(f"{line.v}.{place}", line.v, line.at, "item", text, item_id=item)

    def _speech_ended(self, line: Line, data: Mapping[str, Any]) -> Iterable[Fact]:
        speech = self._speeches.get(data["rq"])
        if speech is None:
            return
        text = label(f"minutes.fact.speech_{speech.kind.value}", name=self._name(speech.user_id))
        at = speech.started_at or line.at
        spent = data["spent_s"]
        yield Fact(str(line.v), line.v, at, "speech", text, lasted(spent), speech.item_id, spent)

    def _vote_published(self, line: Line, data: Mapping[str, Any]) -> Iterable[Fact]:
        poll = self._polls.get(data["id"])
        if poll is None or poll.state is PollState.VOID:
            return
        note = "; ".join(filter(None, (self._order(poll), self._by_choice(poll))))
        yield Fact(str(line.v), line.v, poll.opened_at or line.at, "vote", _vote(poll), note, poll.item_id)

    def _vote_voided(self, line: Line, data: Mapping[str, Any]) -> Iterable[Fact]:
        poll = self._polls.get(data["id"])
        if poll is None or poll.opened_at is None:
            return
        text = label("minutes.fact.vote_void", question=poll.question)
        note = "; ".join(filter(None, (self._order(poll), poll.reason)))
        yield Fact(str(line.v), line.v, line.at, "vote", text, note, poll.item_id)

    def _vote_extended(self, line: Line, data: Mapping[str, Any]) -> Iterable[Fact]:
        poll = self._polls.get(data["id"])
        if poll is None:
            return
        text = label("minutes.fact.vote_extended", question=poll.question)
        note = label("minutes.fact.away", lasted=lasted(data["away_s"]))
        yield Fact(str(line.v), line.v, line.at, "vote", text, note, poll.item_id)

    def _att_changed(self, line: Line, data: Mapping[str, Any]) -> Iterable[Fact]:
        if self._began is None or (self._meeting.ended_at is not None and line.at > self._meeting.ended_at):
            return
        what = data["st"] if "leave" not in data else "leave" if data["leave"] else "no_leave"
        text = label(f"minutes.fact.att_{what}", name=self._name(data["p"]))
        note = label("minutes.fact.present", n=data["in"], of=data["of"])
        yield Fact(str(line.v), line.v, line.at, "presence", text, note)

    def _role_transferred(self, line: Line, data: Mapping[str, Any]) -> Iterable[Fact]:
        text = label("minutes.fact.chair", name=self._name(data["to"]))
        yield Fact(str(line.v), line.v, line.at, "presence", text)

    def _file_map(self, line: Line, data: Mapping[str, Any]) -> Iterable[Fact]:
        if self._began is None or data["file"]["id"] not in self._papers:
            return
        text = label("minutes.fact.paper", name=data["file"]["n"], no=data["file"].get("no", 2))
        yield Fact(str(line.v), line.v, line.at, "paper", text, item_id=data["item"])

    def _position_set(self, line: Line, data: Mapping[str, Any]) -> Iterable[Fact]:
        said = data["position"]
        text = label("minutes.fact.position", name=said["n"], stand=label(f"meeting.stand.{said['pos']}"))
        yield Fact(str(line.v), line.v, line.at, "position", text, said["t"], said["item"])

    def _service_called(self, line: Line, data: Mapping[str, Any]) -> Iterable[Fact]:
        if data["kind"] != CallKind.COMMENT:
            return
        text = label("minutes.fact.comment", name=data["n"])
        yield Fact(str(line.v), line.v, line.at, "comment", text, data["t"], data["item"])

    def _order(self, poll: Poll) -> str:
        """Who opened a vote on whose order; nothing where the chair did."""
        if poll.ordered_by_id is None or poll.opened_by_id is None:
            return ""
        by, chair = self._name(poll.opened_by_id), self._name(poll.ordered_by_id)
        return label("minutes.fact.ordered", by=by, chair=chair)

    def _by_choice(self, poll: Poll) -> str:
        """Of a roll-call, who chose what."""
        named: Mapping[str, list[int]] = (poll.result or {}).get("names") or {}
        told = {text: ", ".join(map(self._name, named.get(key, ()))) for key, text in poll.texts.items()}
        return "; ".join(
            label("minutes.fact.chose", option=text, names=names) for text, names in told.items() if names
        )

    def _left(self, line: Line, item: int, outcome: str, spent_s: int, key: str = "") -> Fact:
        text = label(f"minutes.fact.item_{outcome}", no=self._no.get(item, "–"))
        return Fact(key or f"{line.v}a", line.v, line.at, "item", text, lasted(spent_s), item)

    def _name(self, user_id: int) -> str:
        user = self._people.get(user_id)
        return "…" if user is None else user.full_name


def _of(kind: Any, meeting: Meeting) -> Any:
    return select(kind).where(kind.meeting_id == meeting.id)


def _people(lines: Iterable[Line], speeches: Iterable[Speech], polls: Iterable[Poll]) -> dict[int, User]:
    ids = {one.user_id for one in speeches}
    for poll in polls:
        ids |= {one for one in (poll.opened_by_id, poll.ordered_by_id) if one is not None}
        for chose in ((poll.result or {}).get("names") or {}).values():
            ids |= set(chose)
    for line in lines:
        ids |= {line.data[key] for key in ("p", "to") if isinstance(line.data.get(key), int)}
    return directory.people(ids)


def _vote(poll: Poll) -> str:
    """The question, how it was put, what came of it and why, and the counts."""
    result = poll.result or {}
    said = [label("minutes.fact.vote", question=poll.question, mode=label(f"vote.mode.{poll.mode.value}"))]
    if result.get("adopted") is not None:
        said.append(label("minutes.fact.adopted" if result["adopted"] else "minutes.fact.rejected"))
    if result.get("reason"):
        said.append(str(result["reason"]))
    if result.get("shares"):
        said.append(str(result["shares"]))
    counts: Mapping[str, int] = result.get("counts") or {}
    named = [f"{text} {amount(counts[key])}" for key, text in poll.texts.items() if key in counts]
    if named:
        said.append(", ".join(named))
    if result.get("digest"):
        said.append(label("minutes.fact.digest", digest=result["digest"]))
    return ". ".join(one.rstrip(".") for one in said) + "."


def lasted(seconds: int) -> str:
    """A length of time in words: ``4 phút 05 giây``."""
    minutes, rest = divmod(max(0, int(seconds)), 60)
    if minutes and rest:
        return label("minutes.lasted.both", m=minutes, s=f"{rest:02d}")
    return label("minutes.lasted.minutes", m=minutes) if minutes else label("minutes.lasted.seconds", s=rest)
