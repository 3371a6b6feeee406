"""Who does what by when: tasks, their parties, reports on them and requests for more time."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, ColumnElement, ForeignKey, Index, String, Text, UniqueConstraint, text, true
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from intranet.core.db import Base, ValueEnum
from intranet.core.refs import Ref
from intranet.core.text import fold


class TaskState(StrEnum):
    """Where a task stands; its word is ``task.state.<value>``."""

    ASSIGNED = "assigned"
    SEEN = "seen"
    DOING = "doing"
    BLOCKED = "blocked"
    WAITING_ACCEPT = "waiting_accept"
    DONE = "done"
    #: Refused by the lead as not its function; the assigner gives it to another one or cancels it.
    RETURNED = "returned"
    CANCELLED = "cancelled"


#: Its lead has to do it.
WORKABLE = (TaskState.ASSIGNED, TaskState.SEEN, TaskState.DOING, TaskState.BLOCKED)
#: The clock runs: somebody still has to do it, or to give it to another one.
RUNNING = (*WORKABLE, TaskState.RETURNED)
#: Not ended yet, whoever it waits for.
OPEN = (*RUNNING, TaskState.WAITING_ACCEPT)
#: The same for indexes that have open tasks alone; a query says it letter by letter (``deadlines.is_open``).
_NOT_ENDED = text("state NOT IN ('done', 'cancelled')")
_ENDED = text("state IN ('done', 'cancelled')")


class PartyRole(StrEnum):
    """What a party of a task has to do; its word is ``task.role.<value>``."""

    LEAD = "lead"
    CO = "co"
    INFO = "info"
    #: The official to whom the head of the lead unit handed the work.
    OFFICER = "officer"


class Outcome(StrEnum):
    """How the finishing date stands to the deadline; frozen when the result is accepted."""

    EARLY = "early"
    ON_TIME = "on_time"
    LATE = "late"


class ReportKind(StrEnum):
    """What a report on a task says."""

    PROGRESS = "progress"
    BLOCKED = "blocked"
    FINISHED = "finished"
    #: A co-operating party has finished its part.
    PART = "part"


class ExtensionState(StrEnum):
    """Where a request for more time stands."""

    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Source(StrEnum):
    """Where a task comes from (nguồn giao); its word is ``task.source.<value>``."""

    DOCUMENT = "document"
    MEETING = "meeting"
    MAIL = "mail"
    #: A programme or plan of the office.
    PLAN = "plan"
    #: An official's own: whoever is above accepts the result.
    OWN = "own"
    #: Given by word, from no record.
    DIRECT = "direct"


class Priority(StrEnum):
    """How a task stands beside others; its word is ``task.priority.<value>``."""

    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


class Every(StrEnum):
    """How often a task comes again; its word is ``task.every.<value>``."""

    WORKDAY = "workday"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class TaskYear(Base):
    """Last task number of an agency in a year."""

    __tablename__ = "task_year"
    org_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True, autoincrement=False)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int] = mapped_column(default=0)


class Task(Base):
    """Work given to exactly one lead, with or without co-operating parties (nhiệm vụ)."""

    __tablename__ = "task"
    __table_args__ = (
        UniqueConstraint("org_id", "code"),
        Index("ix_task_origin", "origin_kind", "origin_id"),
        Index("ix_task_org_due", "org_id", "state", "due_date"),
        Index("ix_task_assigner", "assigner_id", "state", "accepted_at"),
        Index("ix_task_open", "org_id", "due_date", sqlite_where=_NOT_ENDED, postgresql_where=_NOT_ENDED),
        Index("ix_task_open_of", "assigner_id", sqlite_where=_NOT_ENDED, postgresql_where=_NOT_ENDED),
        Index("ix_task_recurrence", "recurrence_id", "recurrence_date", unique=True),
        Index("ix_task_accepted", "org_id", "state", "outcome", "accepted_at", "is_restricted"),
        Index("ix_task_ended", "state", "accepted_at", "org_id"),
        Index("ix_task_newest", "org_id", "id", sqlite_where=_ENDED, postgresql_where=_ENDED),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    #: The agency in whose name it was given; parties may be of others.
    org_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    #: ``NV-2026-000123``, without gaps within agency and year.
    code: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(500))
    #: Folded title, for finding it without marks.
    title_key: Mapped[str] = mapped_column(String(1000), default="")
    #: The record that it comes from; empty for a task given by itself.
    origin_kind: Mapped[str | None] = mapped_column(String(40))
    origin_id: Mapped[int | None]
    #: The directive, word for word.
    directive: Mapped[str] = mapped_column(Text)
    assigner_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("task.id"), index=True)
    #: Share in the parent's progress, 1 unless given.
    weight: Mapped[int] = mapped_column(default=1)
    due_date: Mapped[date | None]
    first_due_date: Mapped[date | None]
    #: The earliest deadline that passed before more time was asked for; lateness counts from it.
    missed_due_date: Mapped[date | None]
    #: From this day on it is near its deadline.
    near_date: Mapped[date | None]
    state: Mapped[TaskState] = mapped_column(ValueEnum(TaskState), default=TaskState.ASSIGNED)
    #: Percent.
    progress: Mapped[int] = mapped_column(default=0)
    #: Whom or what the lead waits for while blocked.
    waiting_for: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime]
    #: From when on others see it; the assigner may take it back until then.
    release_at: Mapped[datetime]
    undone_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    finished_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    accepted_at: Mapped[datetime | None]
    accepted_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    outcome: Mapped[Outcome | None] = mapped_column(ValueEnum(Outcome))
    #: Working days past the deadline, 0 unless late.
    late_days: Mapped[int] = mapped_column(default=0)
    result_kind: Mapped[str | None] = mapped_column(String(40))
    result_id: Mapped[int | None]
    urged_at: Mapped[datetime | None]
    #: Only the assigner and the parties may see it, not those above them.
    is_restricted: Mapped[bool] = mapped_column(default=False)
    priority: Mapped[Priority] = mapped_column(ValueEnum(Priority), default=Priority.NORMAL)
    source: Mapped[Source] = mapped_column(ValueEnum(Source), default=Source.DIRECT)
    #: What in the plan it is, in words.
    source_text: Mapped[str] = mapped_column(String(200), default="")
    #: The work begins on this day, if not at once.
    start_date: Mapped[date | None]
    #: The recurring task that made it, and for which day: once for each.
    recurrence_id: Mapped[int | None] = mapped_column(ForeignKey("task_recurrence.id"))
    recurrence_date: Mapped[date | None]
    #: The hour of the day on which it is due, where the document names one (hỏa tốc hẹn giờ).
    due_at: Mapped[datetime | None]
    #: Version of the working calendar by which the deadline was counted last; it stays once it has ended.
    due_calendar: Mapped[int | None]
    #: Rises with every change; a form that saw an older one is refused.
    version: Mapped[int] = mapped_column(default=1)

    parties: Mapped[list["TaskParty"]] = relationship(
        lazy="selectin", order_by="TaskParty.id", back_populates="task"
    )

    @validates("title")
    def _keep_key(self, _key: str, value: str) -> str:
        self.title_key = fold(value)
        return value

    @validates("state")
    def _tell_parties(self, _key: str, value: TaskState) -> TaskState:
        for party in self.parties:
            party.is_open = value in OPEN
        return value

    @property
    def ref(self) -> Ref:
        """Its name for audit lines, files, notices and links."""
        return Ref("task", self.id)

    @hybrid_property
    def is_urgent(self) -> bool:
        """Whoever gave it said that it is urgent."""
        return self.priority is Priority.URGENT

    @is_urgent.inplace.expression
    @classmethod
    def _is_urgent(cls) -> ColumnElement[bool]:
        return cls.priority == Priority.URGENT

    @property
    def origin(self) -> Ref | None:
        """The record that it comes from."""
        if self.origin_kind is None or self.origin_id is None:
            return None
        return Ref(self.origin_kind, self.origin_id)

    @property
    def result(self) -> Ref | None:
        """The record that answers it, usually an outgoing document."""
        if self.result_kind is None or self.result_id is None:
            return None
        return Ref(self.result_kind, self.result_id)

    @property
    def lead(self) -> "TaskParty":
        """The party that answers for the result now."""
        return next(p for p in self.parties if p.role is PartyRole.LEAD and p.left_at is None)

    @property
    def officer(self) -> "TaskParty | None":
        """The official who does the work for the lead unit now, if it was handed over."""
        held = (p for p in self.parties if p.role is PartyRole.OFFICER and p.left_at is None)
        return next(held, None)

    @property
    def is_open(self) -> bool:
        """True until it is done or cancelled."""
        return self.state in OPEN


class TaskParty(Base):
    """A unit or a person that takes part in a task."""

    __tablename__ = "task_party"
    __table_args__ = (
        Index("ix_task_party_user", "user_id", "is_open", "role", "left_at", "task_id"),
        Index("ix_task_party_unit", "unit_id", "is_open", "role", "left_at", "task_id"),
        Index("ix_task_party_task", "task_id", "role", "left_at", "unit_id", "user_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("task.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    role: Mapped[PartyRole] = mapped_column(ValueEnum(PartyRole))
    #: A co-operating party's own deadline, never later than the lead's.
    due_date: Mapped[date | None]
    seen_at: Mapped[datetime | None]
    seen_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    #: When a co-operating party finished its part.
    finished_at: Mapped[datetime | None]
    #: How that stood to its own deadline.
    outcome: Mapped[Outcome | None] = mapped_column(ValueEnum(Outcome))
    late_days: Mapped[int] = mapped_column(default=0)
    #: When another one took over; what the party did stays in the history.
    left_at: Mapped[datetime | None]
    #: The task has not ended: lists of open work read no more than that, whatever there was in all years.
    is_open: Mapped[bool] = mapped_column(default=True, server_default=true())

    task: Mapped[Task] = relationship(back_populates="parties")


class TaskReport(Base):
    """What a party reported (báo cáo tiến độ); its files belong to it."""

    __tablename__ = "task_report"
    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("task.id"), index=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    kind: Mapped[ReportKind] = mapped_column(ValueEnum(ReportKind))
    progress: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    waiting_for: Mapped[str] = mapped_column(String(200), default="")
    at: Mapped[datetime]

    @property
    def ref(self) -> Ref:
        """Its name as the owner of files."""
        return Ref("task_report", self.id)


class TaskExtension(Base):
    """A request for a later deadline (xin gia hạn)."""

    __tablename__ = "task_extension"
    __table_args__ = (Index("ix_task_extension_state", "state", "task_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("task.id"), index=True)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    asked_at: Mapped[datetime]
    old_due_date: Mapped[date | None]
    new_due_date: Mapped[date]
    reason: Mapped[str] = mapped_column(String(1000))
    state: Mapped[ExtensionState] = mapped_column(ValueEnum(ExtensionState), default=ExtensionState.ASKED)
    #: True when the deadline had passed before it was asked for.
    is_after_due: Mapped[bool] = mapped_column(default=False)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    decided_at: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(String(1000), default="")


class TaskRecurrence(Base):
    """A task that comes again by itself (việc định kỳ), each time as a task of its own."""

    __tablename__ = "task_recurrence"
    __table_args__ = (Index("ix_task_recurrence_next", "stopped_at", "next_date"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    org_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    assigner_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    title: Mapped[str] = mapped_column(String(500))
    text: Mapped[str] = mapped_column(Text)
    #: ``unit:4`` or ``user:12``, as the others.
    lead: Mapped[str] = mapped_column(String(20))
    co: Mapped[list[str]] = mapped_column(JSON)
    info: Mapped[list[str]] = mapped_column(JSON)
    every: Mapped[Every] = mapped_column(ValueEnum(Every))
    #: Working days that each task may take.
    due_days: Mapped[int]
    priority: Mapped[Priority] = mapped_column(ValueEnum(Priority), default=Priority.NORMAL)
    source: Mapped[Source] = mapped_column(ValueEnum(Source), default=Source.DIRECT)
    is_restricted: Mapped[bool] = mapped_column(default=False)
    #: Later days are counted from here, so that the 31st stays the last of each month.
    first_date: Mapped[date]
    #: For which day the next one is made, on the first working day from it on.
    next_date: Mapped[date]
    #: None is made for a later day.
    last_date: Mapped[date | None]
    created_at: Mapped[datetime]
    stopped_at: Mapped[datetime | None]
    #: Code of the error that stopped it; empty when somebody did.
    problem: Mapped[str] = mapped_column(String(60), default="")

    @property
    def ref(self) -> Ref:
        """Its name for audit lines and notices."""
        return Ref("task_recurrence", self.id)
