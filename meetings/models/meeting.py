"""A meeting, who takes part in it and what is on its agenda."""

import hashlib
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, bindparam, select, text
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.orm.attributes import instance_state

from intranet.core.db import Base, ValueEnum
from intranet.core.errors import NotFound
from intranet.core.refs import Ref
from intranet.core.shapes import Shape, ask


class MeetingState(StrEnum):
    """Where a meeting stands; ``services/life.py`` has the moves."""

    DRAFT = "draft"
    REVIEW = "review"
    PUBLISHED = "published"
    READY = "ready"
    LIVE = "live"
    PAUSED = "paused"
    ENDED = "ended"
    MINUTES = "minutes"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    POSTPONED = "postponed"


class PartRole(StrEnum):
    """The one role a person holds in one meeting."""

    CHAIR = "chair"
    SECRETARY = "secretary"
    DELEGATE = "delegate"
    #: Comes in place of one who was invited.
    SUBSTITUTE = "substitute"
    GUEST = "guest"


class ItemState(StrEnum):
    """Where an agenda item stands."""

    PLANNED = "planned"
    LIVE = "live"
    SUSPENDED = "suspended"
    DONE = "done"
    DEFERRED = "deferred"
    WITHDRAWN = "withdrawn"


class ItemKind(StrEnum):
    """What an agenda item is for."""

    INFO = "info"
    DISCUSSION = "discussion"
    DECISION = "decision"
    CONSENT = "consent"


#: States in which the meeting is still being prepared: only chair and secretaries know of it.
UNPUBLISHED = frozenset({MeetingState.DRAFT, MeetingState.REVIEW})
#: States in which the room is open to those who take part.
IN_SESSION = frozenset({MeetingState.LIVE, MeetingState.PAUSED})
#: States in which agenda, papers and participants may still change by planning.
PLANNABLE = UNPUBLISHED | {MeetingState.PUBLISHED, MeetingState.READY, MeetingState.POSTPONED}
#: Items that nobody has dealt with yet.
OPEN_ITEMS = frozenset({ItemState.PLANNED, ItemState.LIVE, ItemState.SUSPENDED})
#: Items that take no time any more, unless they had some already.
OFF_AGENDA = frozenset({ItemState.WITHDRAWN, ItemState.DEFERRED})


def _mark(*values: object) -> str:
    return hashlib.sha256(repr(values).encode()).hexdigest()[:16]


class Meeting(Base):
    """One sitting with a chair, participants and an agenda (cuộc họp)."""

    __tablename__ = "meeting"
    __table_args__ = (
        Index("ix_meeting_when", "state", "starts_at"),
        # One at a time; what is left of one that was wiped stays behind, so that its number is nobody else's.
        Index(
            "ux_meeting_rehearses",
            "rehearses_id",
            unique=True,
            sqlite_where=text("state <> 'cancelled'"),
            postgresql_where=text("state <> 'cancelled'"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    #: The agency that holds it; rights come from taking part, whatever the agency.
    org_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    starts_at: Mapped[datetime]
    place: Mapped[str] = mapped_column(String(120))
    #: What those invited are to prepare and bring, as the invitation says.
    requirements: Mapped[str] = mapped_column(String(500), default="")
    state: Mapped[MeetingState] = mapped_column(ValueEnum(MeetingState), default=MeetingState.DRAFT)
    #: The chair lets the secretary publish: by the body's rules, or the chair's own word on this meeting.
    secretary_publishes: Mapped[bool] = mapped_column(default=True)
    #: Last version of the room; rises by 1 with every line of the journal.
    v: Mapped[int] = mapped_column(default=0)
    #: Last version that each audience was told, by audience.
    heads: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    #: The item on the floor. No foreign key: items name their meeting, a circle helps nobody.
    current_item_id: Mapped[int | None]
    #: Since when the clock of the item on the floor runs; empty while the meeting pauses.
    item_since: Mapped[datetime | None]
    #: What is presented, by whom it may be, and whether the screen is dark: ``services/presenting.py``.
    presenting: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    #: Of papers that were replaced, by public id, what the room is told of it: ``services/replacing.py``.
    revisions: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    #: Under whose rules it sits; empty: those of the agency's first body.
    body_id: Mapped[int | None] = mapped_column(ForeignKey("body.id"))
    #: Those rules as they were when it opened (``services/bodies.py``); empty before: its body's own count.
    rules: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    #: People may ask to speak.
    queue_open: Mapped[bool] = mapped_column(default=True)
    #: In what order they are called: a :class:`meetings.models.floor.QueueRule`; empty: as its rules say.
    queue_rule: Mapped[str | None] = mapped_column(String(10))
    #: A clock that everybody sees, ``{"id", "label", "started", "dur_s"}``; ``paused_at``: since when it
    #: stands still, ``paused_ms``: how long it did before. Empty when there is none.
    timer: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    published_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    #: When it was to end, as it was planned at its opening; the room is late or early against this.
    plan_end: Mapped[datetime | None]
    #: While it is postponed: the hour at which it does not take place.
    postponed_from: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    #: When a sitting that pauses is expected to go on; empty: nobody said.
    resumes_at: Mapped[datetime | None]
    #: A meeting that ended may be taken up again once.
    reopened_at: Mapped[datetime | None]
    #: Why it was returned, cancelled, postponed or reopened, last time.
    reason: Mapped[str] = mapped_column(String(500), default="")
    created_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[datetime]
    #: The meeting of which this is the rehearsal; no list, calendar or figure knows of it. No foreign key: as
    #: :attr:`current_item_id`.
    rehearses_id: Mapped[int | None]

    agenda: Mapped[list["AgendaItem"]] = relationship(
        order_by="AgendaItem.position, AgendaItem.id", back_populates="meeting", lazy="select"
    )
    participants: Mapped[list["Participant"]] = relationship(
        order_by="Participant.position, Participant.id", back_populates="meeting", lazy="select"
    )

    @property
    def ref(self) -> Ref:
        """Its name for audit lines, notices, files and links."""
        return Ref("meeting", self.id)

    @property
    def is_rehearsal(self) -> bool:
        """True for a sitting that counts for nothing (họp thử)."""
        return self.rehearses_id is not None

    @property
    def waits_for_hour(self) -> bool:
        """True for a meeting that was postponed and has no new hour yet."""
        return self.state is MeetingState.POSTPONED and self.postponed_from == self.starts_at

    @property
    def edition(self) -> str:
        """A mark of what its head says now; a form made from another edition is refused."""
        head = (
            self.title,
            self.starts_at.isoformat(),
            self.place,
            self.requirements,
            self.secretary_publishes,
        )
        return _mark(*head, self.body_id)

    @property
    def chair(self) -> "Participant | None":
        """Whoever chairs it."""
        return next((one for one in self.participants if one.role is PartRole.CHAIR), None)

    @property
    def minutes(self) -> int:
        """Minutes planned for the items that still count."""
        counted = (one for one in self.agenda if one.state not in OFF_AGENDA or one.started_at is not None)
        return sum(one.budget_min or 0 for one in counted)

    def item(self, item_id: int) -> "AgendaItem":
        """One of its items.

        :raises NotFound: ``item.unknown``.
        """
        found = next((one for one in self.agenda if one.id == item_id), None)
        if found is None:
            raise NotFound("item.unknown")
        return found

    def participant(self, user_id: int) -> "Participant | None":
        """The person's part in it, if any; asks for that row alone unless everybody's is here already."""
        # Asked a dozen times while somebody comes in: of the state itself, not by ``inspect``.
        state = instance_state(self)
        is_here = "participants" in state.dict or "participants" in state.committed_state
        if is_here or state.session is None:
            return next((one for one in self.participants if one.user_id == user_id), None)
        known: Participant | None = getattr(self, "_part_known", None)
        if known is not None and not instance_state(known).expired and known.user_id == user_id:
            return known
        rows = ask(state.session, _PART, {"meeting": self.id, "person": user_id})
        found = _part.of(state.session, rows[0]) if rows else None
        self.know(found)
        return found

    def know(self, part: "Participant | None") -> None:
        """Keep somebody's part, read along with the meeting, for :meth:`participant`."""
        self._part_known = part


class Participant(Base):
    """One person's part in one meeting."""

    __tablename__ = "participant"
    __table_args__ = (UniqueConstraint("meeting_id", "user_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    role: Mapped[PartRole] = mapped_column(ValueEnum(PartRole), default=PartRole.DELEGATE)
    position: Mapped[int] = mapped_column(default=0)
    #: When the invitation went out; nobody is invited twice.
    invited_at: Mapped[datetime | None]
    #: When another device took this person's place in the room; devices signed in before stay outside.
    moved_at: Mapped[datetime | None]
    #: Where in the room the person sits, as its seats are marked; empty: nobody said.
    seat: Mapped[str] = mapped_column(String(20), default="")

    meeting: Mapped[Meeting] = relationship(back_populates="participants")


_part = Shape(Participant)
_PART = select(*_part.columns).where(
    Participant.meeting_id == bindparam("meeting"), Participant.user_id == bindparam("person")
)


class AgendaItem(Base):
    """One item of an agenda (mục của chương trình)."""

    __tablename__ = "agenda_item"
    __table_args__ = (
        Index(
            "ux_agenda_item_live",
            "meeting_id",
            unique=True,
            sqlite_where=text("state = 'live'"),
            postgresql_where=text("state = 'live'"),
        ),
        Index("ix_agenda_item_order", "meeting_id", "position"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    title: Mapped[str] = mapped_column(String(300))
    kind: Mapped[ItemKind] = mapped_column(ValueEnum(ItemKind), default=ItemKind.DISCUSSION)
    state: Mapped[ItemState] = mapped_column(ValueEnum(ItemState), default=ItemState.PLANNED)
    position: Mapped[int] = mapped_column(default=0)
    #: Minutes planned for it; empty while nobody has said.
    budget_min: Mapped[int | None]
    #: Seconds on the floor before the present stretch.
    spent_s: Mapped[int] = mapped_column(default=0)
    #: When it was first on the floor, and when it was last dealt with: left it, or was adopted unread.
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    #: Who reports on it.
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    #: Why it was deferred or withdrawn; for chair and secretaries.
    reason: Mapped[str] = mapped_column(String(500), default="")
    #: When it came for adoption without debate while the room sat; nobody was asked of it beforehand.
    late_at: Mapped[datetime | None]
    #: Until when members may object to what is adopted without debate; empty: until the sitting opens.
    answer_by: Mapped[datetime | None]
    #: Nobody need send a paper for it.
    without_papers: Mapped[bool] = mapped_column(default=False)

    meeting: Mapped[Meeting] = relationship(back_populates="agenda")

    @property
    def ref(self) -> Ref:
        """Its name for files and links."""
        return Ref("agenda_item", self.id)

    @property
    def edition(self) -> str:
        """A mark of what it says now; a form made from another edition is refused."""
        return _mark(
            self.title, self.kind.value, self.budget_min, self.owner_id, self.without_papers, self.answer_by
        )


class PendingPaper(Base):
    """A file dropped on an agenda whose checks are not over yet."""

    __tablename__ = "pending_paper"
    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), index=True)
    item_id: Mapped[int | None] = mapped_column(ForeignKey("agenda_item.id"))
    #: Name of the staged file, and who staged it.
    staged_id: Mapped[str] = mapped_column(String(64), unique=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    name: Mapped[str] = mapped_column(String(255))
    #: Its place is doubtful: it waits in the tray for the secretary.
    in_tray: Mapped[bool] = mapped_column(default=False)
    #: Code and figures of why it was refused; kept until whoever dropped it has seen that.
    problem: Mapped[str | None] = mapped_column(String(60))
    problem_data: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
