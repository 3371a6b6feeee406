"""Where things are stuck: what waits in each step, how long that is, and how long is usual.

A wing fills the slots with what waits and with how long others waited; everything else is arithmetic here.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from math import sqrt

from intranet.boards.waiting import DAY_MINUTES, OfficeMinutes, percentile
from intranet.core import clock, slots
from intranet.core.actor import Actor
from intranet.core.refs import Ref
from intranet.notices import workdays

#: Slot ``(actor, kind) -> [Waiting]``: what waits now, of one kind where a kind is named.
WAITING = "boards.waiting"
#: Slot ``(actor, since) -> {step: {minutes: how many}}``: stays that ended since then.
PASSED = "boards.passed"
#: Slot ``(actor) -> [(code, name)]``: kinds by which the map may be narrowed.
KINDS = "boards.kinds"
#: Slot ``(actor, [ref]) -> {ref: Acts}``: what the actor may do about things that wait.
ACTS = "boards.acts"
#: Days back from which it is told how long is usual.
USUAL_DAYS = 90
#: Stuck things that the map itself names.
MOST_STUCK = 8
#: Pixels of a column: where nothing was waited for, and where the longest wait is.
_FLOOR, _TOP = 176.0, 18.0
#: Days marked beside the map, by the longest of them.
_SCALES = (
    (1, 3, 6, 12),
    (2, 6, 12, 24),
    (5, 15, 30, 60),
    (10, 30, 60, 120),
    (20, 60, 120, 240),
    (30, 90, 180, 365),
)


class Step(StrEnum):
    """Steps from receiving to sending the answer; the word is ``flow.step.<value>``."""

    RECEIVED = "received"
    PRESENTED = "presented"
    ASSIGNED = "assigned"
    ACCEPTED = "accepted"
    DRAFTED = "drafted"
    REVIEWED = "reviewed"
    SIGNED = "signed"
    NUMBERED = "numbered"
    SENT = "sent"


class Band(StrEnum):
    """How long something waits, against what is usual; the word is ``flow.band.<value>``."""

    #: Up to the median, or nothing is usual yet.
    SHORT = "short"
    #: Between the median and the ninetieth hundredth.
    USUAL = "usual"
    #: Longer than nine in ten.
    LONG = "long"
    LATE = "late"


class By(StrEnum):
    """By what the map counts; the word is ``flow.by.<value>``."""

    STEP = "step"
    UNIT = "unit"
    PERSON = "person"


@dataclass(frozen=True)
class Waiting:
    """One thing that waits."""

    ref: Ref
    step: Step
    since: datetime
    code: str
    title: str
    url: str
    #: Who has it now; a person or what stands for several.
    person: str
    unit: str
    due_date: date | None = None


@dataclass(frozen=True)
class Acts:
    """What may be done about it: addresses, empty where nothing."""

    urge: str = ""
    move: str = ""
    #: Why it cannot be urged, such as that it was today.
    urged: str = ""


@dataclass(frozen=True)
class Item:
    """Something that waits, with how long and how unusual that is."""

    waiting: Waiting
    minutes: int
    band: Band
    #: How many times the ninetieth hundredth of its step.
    times: float | None
    #: Working days past its term.
    late_days: int = 0

    @property
    def is_stuck(self) -> bool:
        """Late, or waiting longer than nine in ten do."""
        return self.band in (Band.LONG, Band.LATE)


@dataclass(frozen=True)
class Bubble:
    """Things of a step that wait about as long."""

    band: Band
    n: int
    #: Minutes, on average.
    minutes: float
    y: float
    r: float


@dataclass(frozen=True)
class Column:
    """One step of the map."""

    step: Step
    n: int
    median: int | None
    ninetieth: int | None
    bubbles: Sequence[Bubble]
    #: Where its band lies, top and bottom.
    band: tuple[float, float] | None
    is_worst: bool = False


@dataclass(frozen=True)
class Map:
    """The whole picture as it stands at an instant."""

    at: datetime
    columns: Sequence[Column]
    items: Sequence[Item]
    #: Days marked at the side with their heights.
    marks: Sequence[tuple[int, float]] = field(default_factory=tuple)

    @property
    def stuck(self) -> list[Item]:
        """What is stuck, the longest waiting first."""
        return [item for item in self.items if item.is_stuck]


def draw(actor: Actor, kind: str = "") -> Map:
    """What waits for whom, as far as the actor may read it."""
    now = clock.now()
    on = workdays.calendar()
    office = OfficeMinutes(on)
    since = clock.at_office(clock.today() - timedelta(days=USUAL_DAYS), 0)
    usual: dict[Step, dict[int, int]] = defaultdict(dict)
    for found in slots.ask(PASSED, actor, since):
        for step, counts in found.items():
            for minutes, n in counts.items():
                usual[step][minutes] = usual[step].get(minutes, 0) + n
    medians = {step: percentile(usual[step], 50) for step in Step}
    nineties = {step: percentile(usual[step], 90) for step in Step}
    late_from = workdays.late_from(now)
    items = []
    for part in slots.ask(WAITING, actor, kind):
        for one in sorted(part, key=lambda waiting: waiting.since):
            minutes = office.between(one.since, now)
            late_days = 0
            if one.due_date is not None and one.due_date < late_from:
                late_days = max(1, on.working_days_between(one.due_date, clock.today()))
            items.append(_item(one, minutes, medians[one.step], nineties[one.step], late_days))
    items.sort(key=lambda item: (-item.minutes, item.waiting.ref.id))
    longest = max(
        [item.minutes / DAY_MINUTES for item in items]
        + [(nineties[step] or 0) / DAY_MINUTES for step in Step],
        default=0,
    )
    scale = next((one for one in _SCALES if one[-1] >= longest), _SCALES[-1])
    columns = [_column(step, items, medians[step], nineties[step], scale[-1]) for step in Step]
    return Map(now, _with_worst(columns), items, [(day, _height(day, scale[-1])) for day in (0, *scale)])


def narrowed(items: Sequence[Item], args: Mapping[str, str]) -> list[Item]:
    """The things that a bubble, a step, a holder or the list of what is stuck names."""
    found = list(items)
    if args.get("step"):
        found = [item for item in found if item.waiting.step.value == args["step"]]
    if args.get("band") == "stuck":
        found = [item for item in found if item.is_stuck]
    elif args.get("band"):
        found = [item for item in found if item.band.value == args["band"]]
    for name in (By.UNIT, By.PERSON):
        if args.get(name):
            found = [item for item in found if holder(item, name) == args[name]]
    return found


def holder(item: Item, by: By) -> str:
    """Who has it, as a unit or as a person."""
    return item.waiting.unit if by is By.UNIT else item.waiting.person


def by_holder(items: Sequence[Item], by: By) -> list[tuple[str, dict[Step, int], int, int]]:
    """Each holder with how many things of each step, of all and stuck; the most stuck first."""
    held: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        held[holder(item, by)].append(item)
    rows = []
    for name, theirs in held.items():
        steps: dict[Step, int] = defaultdict(int)
        for item in theirs:
            steps[item.waiting.step] += 1
        rows.append((name, dict(steps), len(theirs), sum(item.is_stuck for item in theirs)))
    return sorted(rows, key=lambda row: (-row[3], -row[2], row[0]))


def acts_of(actor: Actor, items: Sequence[Item]) -> dict[Ref, Acts]:
    """What the actor may do about each of a few things."""
    found: dict[Ref, Acts] = {}
    for part in slots.ask(ACTS, actor, [item.waiting.ref for item in items]):
        found |= part
    return found


def kinds(actor: Actor) -> list[tuple[str, str]]:
    """By what the map may be narrowed: codes and names."""
    return [one for part in slots.ask(KINDS, actor) for one in part]


def _item(one: Waiting, minutes: int, median: int | None, ninetieth: int | None, late_days: int) -> Item:
    if late_days:
        band = Band.LATE
    elif ninetieth is not None and minutes > ninetieth:
        band = Band.LONG
    elif median is not None and minutes > median:
        band = Band.USUAL
    else:
        band = Band.SHORT
    return Item(one, minutes, band, minutes / ninetieth if ninetieth else None, late_days)


def _column(
    step: Step, items: Sequence[Item], median: int | None, ninetieth: int | None, most: int
) -> Column:
    mine = [item for item in items if item.waiting.step is step]
    bubbles = []
    for band in Band:
        several = [item.minutes for item in mine if item.band is band]
        if several:
            mean = sum(several) / len(several)
            size = max(12.0, 8.9 + 2.72 * sqrt(len(several)))
            bubbles.append(
                Bubble(band, len(several), mean, _height(mean / DAY_MINUTES, most), min(size, 24.0))
            )
    lies = None
    if median is not None and ninetieth is not None:
        lies = (_height(ninetieth / DAY_MINUTES, most), _height(median / DAY_MINUTES, most))
    return Column(step, len(mine), median, ninetieth, _apart(bubbles), lies)


def _apart(bubbles: list[Bubble]) -> list[Bubble]:
    """Bubbles pushed up so far that none covers another, then all down again if the top is passed."""
    placed: list[Bubble] = []
    for one in sorted(bubbles, key=lambda bubble: -bubble.y):
        y = min(one.y, _FLOOR - 2)
        if placed:
            y = min(y, placed[-1].y - (placed[-1].r + one.r) * 0.94)
        placed.append(Bubble(one.band, one.n, one.minutes, y, one.r))
    over = max(0.0, 14 - min((one.y for one in placed), default=14))
    return [Bubble(one.band, one.n, one.minutes, round(one.y + over, 1), round(one.r, 1)) for one in placed]


def _height(days: float, most: int) -> float:
    """Where so many days lie in a column: a scale of square roots."""
    return round(_FLOOR - sqrt(min(days / most, 1.0)) * (_FLOOR - _TOP), 1)


def _with_worst(columns: Sequence[Column]) -> list[Column]:
    """Mark the step with the highest ninetieth, among those where things wait."""
    busy = [column for column in columns if column.n and column.ninetieth]
    if not busy:
        return list(columns)
    worst = max(busy, key=lambda column: (column.ninetieth or 0, column.n)).step
    return [
        Column(c.step, c.n, c.median, c.ninetieth, c.bubbles, c.band, is_worst=c.step is worst)
        for c in columns
    ]
