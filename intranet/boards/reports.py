"""Reports of a span: the same figures on the page, in the lists that they open and in the files.

A package fills the slot with its report: how its figures are counted, and what they count.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, cast

from sqlalchemy import ColumnElement, and_

from intranet.boards import periods
from intranet.boards.figures import Args, Listing
from intranet.boards.models import LAST_DAY, BoardSetting
from intranet.boards.periods import Period
from intranet.boards.permissions import KEEP, REPORT
from intranet.core import clock, db, slots
from intranet.core.actor import Actor
from intranet.core.errors import Forbidden, Invalid, NotFound
from intranet.core.labels import label
from intranet.exports import services as exports
from intranet.people import directory
from intranet.people.models import Organisation, User
from intranet.records import audit
from intranet.records.tables import Column, Format, Line, Official, Progress, Table, dated

#: Slot ``(actor) -> Report | None``: a report of a package, for those who may see it.
REPORTS = "boards.report"
#: Under this name the exports ask for the table of a report.
KIND = "board.report"
#: Latest day of a month that every month has.
MOST_CUTOFF = 28
Cells = tuple[int, ...]


@dataclass(frozen=True)
class Tally:
    """How things with a term stand at the end of a span (``domain.md`` §5.3: what the parts add up to)."""

    on_time: int = 0
    late: int = 0
    within: int = 0
    overdue: int = 0
    #: Without a term: in no other figure.
    no_due: int = 0

    @property
    def done(self) -> int:
        """Ended within the span."""
        return self.on_time + self.late

    @property
    def open(self) -> int:
        """Not ended by its last day."""
        return self.within + self.overdue

    @property
    def total(self) -> int:
        """All that there was to do."""
        return self.done + self.open

    @property
    def overdue_share(self) -> float | None:
        """Hundredths overdue of what fell due, ``None`` while nothing did."""
        due = self.done + self.overdue
        return 100 * self.overdue / due if due else None

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.on_time + other.on_time,
            self.late + other.late,
            self.within + other.within,
            self.overdue + other.overdue,
            self.no_due + other.no_due,
        )


#: Columns of a tally in their order; the share opens no list.
TALLY = ("total", "done", "on_time", "late", "open", "within", "overdue", "share", "no_due")
SHARE = "share"


def cells_of(
    has_due: ColumnElement[bool],
    is_done: ColumnElement[bool],
    is_late: ColumnElement[bool],
    is_overdue: ColumnElement[bool],
) -> dict[str, ColumnElement[bool]]:
    """What each column of a tally counts: SQL that is true or false, never unknown."""
    done, open_ = and_(has_due, is_done), and_(has_due, ~is_done)
    return {
        "total": has_due,
        "done": done,
        "on_time": and_(done, ~is_late),
        "late": and_(done, is_late),
        "open": open_,
        "within": and_(open_, ~is_overdue),
        "overdue": and_(open_, is_overdue),
        SHARE: open_,
        "no_due": ~has_due,
    }


@dataclass(frozen=True)
class Part:
    """One row of a report."""

    key: str
    name: str
    #: What each column shows, and how many its list has; ``None`` where it opens none.
    shown: tuple[str, ...]
    counts: tuple[int | None, ...]


@dataclass(frozen=True)
class Report:
    """A report that a package offers; words are ``report.title.<code>`` and those of its columns."""

    code: str
    order: int
    #: By what its rows may be told apart, the usual one first: ``report.by.<code>``.
    by: tuple[str, ...]
    columns: tuple[str, ...]
    #: Rows and, last, their sum.
    rows: Callable[[Actor, Period, str], Sequence[Part]]
    #: What one cell counts; the key of the row is empty for the sum.
    listing: Callable[[Actor, Period, str, str, str, str | None], Listing]


@dataclass(frozen=True)
class Wish:
    """Which report of which span, told apart by what."""

    report: Report
    period: Period
    by: str
    args: Args = field(default_factory=dict)

    @property
    def title(self) -> str:
        """What it is called."""
        return label(f"report.title.{self.report.code}")


def tallied(key: str, name: str, tally: Tally) -> Part:
    """A row of a report with the columns of :data:`TALLY`."""
    share = tally.overdue_share
    counts: list[int | None] = [
        None if column == SHARE else cast(int, getattr(tally, column)) for column in TALLY
    ]
    words = [
        written_share(share) if column == SHARE else written(n or 0)
        for column, n in zip(TALLY, counts, strict=True)
    ]
    return Part(key, name, tuple(words), tuple(counts))


def written(n: int) -> str:
    """A whole number as it is written here."""
    return f"{n:,}".replace(",", ".")


def written_share(share: float | None) -> str:
    """Hundredths with one decimal; a dash while there is nothing to share."""
    return "–" if share is None else f"{share:.1f}%".replace(".", ",")


def offered(actor: Actor) -> list[Report]:
    """Reports that the actor may see, in their order."""
    if not actor.holds(REPORT):
        return []
    found: list[Report] = slots.ask(REPORTS, actor)
    return sorted(found, key=lambda report: report.order)


def wish(actor: Actor, code: str, period: str, by: str) -> Wish:
    """What is asked for; a span or a grouping that there is not gives the usual one.

    :raises NotFound: ``report.none``: no such report for the actor.
    """
    report = next((one for one in offered(actor) if one.code == code), None)
    if report is None:
        raise NotFound("report.none")
    asked = periods.period(period, cutoff_of(actor.org_id))
    return Wish(report, asked, by if by in report.by else report.by[0])


def cutoff_of(org_id: int) -> int:
    """The day with which the agency's months of reports end."""
    row = db.session().get(BoardSetting, org_id)
    return LAST_DAY if row is None else row.cutoff_day


def set_cutoff(actor: Actor, day: int) -> None:
    """From now on the months of reports end with this day.

    :raises Forbidden: ``auth.no_permit``.
    :raises Invalid: ``report.cutoff``.
    """
    if not actor.holds(KEEP):
        raise Forbidden("auth.no_permit")
    if not 1 <= day <= MOST_CUTOFF and day != LAST_DAY:
        raise Invalid("report.cutoff", field="day", most=MOST_CUTOFF)
    with db.unit_of_work() as session:
        row = session.get(BoardSetting, actor.org_id, with_for_update=True)
        if row is None:
            row = BoardSetting(org_id=actor.org_id)
            session.add(row)
        before, row.cutoff_day = row.cutoff_day, day
        session.flush()
        org = session.get_one(Organisation, actor.org_id)
        audit.record(actor, "report.cutoff_set", org.ref, org_id=actor.org_id, day=day, before=before)


def ask_file(actor: Actor, asked: Wish, format_: Format) -> int:
    """Have a report made as a file; returns the number of the file to come.

    :raises BadState: ``export.too_many``.
    """
    title = f"{asked.title}, {asked.period.name.replace('/', '-')}"
    told = {"report": asked.report.code, "period": asked.period.code, "by": asked.by}
    return exports.ask(actor, KIND, told, format_, title)


def table_of(actor: Actor, asked: dict[str, Any], progress: Progress) -> Table:
    """A report as a table to be written (``exports``).

    :raises NotFound: ``report.none``.
    """
    found = wish(actor, asked["report"], asked["period"], asked["by"])
    rows = found.report.rows(actor, found.period, found.by)
    progress(0.5)
    now, scope = clock.local(clock.now()), scope_of(actor, is_named=True)
    told = label(
        "board.told", scope=scope, at=f"{now:%H:%M}", day=f"{now:%d/%m/%Y}", by=cast(User, actor).full_name
    )
    return Table(
        title=found.title.upper(),
        period=found.period.words,
        columns=(
            Column(label("report.column.order"), 12, is_centered=True),
            Column(label(f"report.by.{found.by}"), 70),
            *(
                Column(label(f"report.column.{code}"), 22, is_centered=True, is_number=True)
                for code in found.report.columns
            ),
        ),
        lines=[
            Line((str(n) if row.key else "", row.name, *row.shown), is_sum=not row.key)
            for n, row in enumerate(rows, 1)
        ],
        foot=(found.title, f"{cast(User, actor).full_name}, {now:%H:%M %d/%m/%Y}", found.period.code),
        closing=told,
        is_numbered=True,
        official=_official(cast(User, actor).standing.org, now.date()),
    )


def _official(org: Organisation, day: date) -> Official:
    """The head and the signatures of a report that the agency gives."""
    above = None if org.parent_id is None else directory.org(org.parent_id)
    made = (label("report.made_by"), label("table.made_hint"))
    signed = (label("report.signed_by"), label("table.signed_hint"))
    return Official("" if above is None else above.name, org.name, dated(org.place, day), (made, signed))


def scope_of(actor: Actor, *, is_named: bool = False) -> str:
    """Of what the figures of the actor's boards and reports are, in words.

    :param is_named: on paper the agency is named, which the head of every page does on the screen.
    """
    person = cast(User, actor).standing
    wide = label("board.scope.agency")
    if is_named:
        wide = f"{wide} {person.org.name}"
    roles = {grant.role.value for grant in person.grants}
    if roles == {"officer"}:
        return person.full_name
    if roles & {"leader", "office_head", "auditor", "clerk", "archivist"}:
        return wide
    units = [
        grant.unit.name for grant in person.grants if grant.unit is not None and grant.role == "unit_head"
    ]
    return label("board.scope.units", names=", ".join(dict.fromkeys(units))) if units else wide
