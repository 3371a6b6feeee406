"""The weekly schedule of leaders, rooms and vehicles, what they are taken for, and calendar feeds."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from intranet.core.db import Base, OfOrg, ValueEnum
from intranet.core.refs import Ref


class WeekState(StrEnum):
    """Where a week stands."""

    PLANNED = "planned"
    SUBMITTED = "submitted"
    #: Published: the whole agency reads it, and what changes from now on is marked.
    APPROVED = "approved"


class EntryState(StrEnum):
    """Where one entry stands."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    POSTPONED = "postponed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class EntryKind(StrEnum):
    """What the time is given to."""

    EVENT = "event"
    #: Work in one's own office: nothing is taken by it.
    OFFICE = "office"
    #: Away from the office.
    AWAY = "away"


class Change(StrEnum):
    """What is new about an entry since its week was approved."""

    ADDED = "added"
    TIME = "time"
    PLACE = "place"
    OTHER = "other"


class ResourceKind(StrEnum):
    """What can be booked."""

    ROOM = "room"
    VEHICLE = "vehicle"


class SubjectKind(StrEnum):
    """What can be taken only once at a time."""

    ROOM = "room"
    VEHICLE = "vehicle"
    PERSON = "person"


#: Entries that hold their room, their vehicle and their leaders.
HOLDING = frozenset({EntryState.PROPOSED, EntryState.APPROVED})


class Resource(OfOrg, Base):
    """A meeting room or a vehicle of an agency."""

    __tablename__ = "resource"
    __table_args__ = (UniqueConstraint("org_id", "kind", "name_key"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[ResourceKind] = mapped_column(ValueEnum(ResourceKind))
    name: Mapped[str] = mapped_column(String(80))
    #: Folded name: a meeting that sits in "phòng họp số 1" takes the room of that name.
    name_key: Mapped[str] = mapped_column(String(160))
    #: Seats; empty where nobody has said.
    seats: Mapped[int | None]
    #: Floor, equipment; plate, driver.
    note: Mapped[str] = mapped_column(String(200), default="")
    is_active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)

    @property
    def ref(self) -> Ref:
        """Its name for audit lines and links."""
        return Ref("resource", self.id)


class Booking(Base):
    """From when until when a record takes a room, a vehicle or a person; no two of one overlap.

    Under no net: a person may be asked for by several agencies. Who may know of it, its record says.
    """

    __tablename__ = "booking"
    __table_args__ = (
        Index("ix_booking_subject", "subject_kind", "subject_id", "ends_at"),
        Index("ix_booking_ref", "ref_kind", "ref_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    ref_kind: Mapped[str] = mapped_column(String(40))
    ref_id: Mapped[int]
    subject_kind: Mapped[SubjectKind] = mapped_column(ValueEnum(SubjectKind))
    #: Key of the resource or the person.
    subject_id: Mapped[int]
    #: Taken from here on, until just before there: one may begin when another ends.
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]

    @property
    def ref(self) -> Ref:
        """The record that takes it."""
        return Ref(self.ref_kind, self.ref_id)


class Week(OfOrg, Base):
    """One week of an agency's schedule."""

    __tablename__ = "schedule_week"
    __table_args__ = (UniqueConstraint("org_id", "monday"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    monday: Mapped[date]
    state: Mapped[WeekState] = mapped_column(ValueEnum(WeekState), default=WeekState.PLANNED)
    submitted_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    submitted_at: Mapped[datetime | None]
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    approved_at: Mapped[datetime | None]
    #: Why it was sent back, last time.
    reason: Mapped[str] = mapped_column(String(500), default="")

    @property
    def ref(self) -> Ref:
        """Its name for audit lines, notices and links."""
        return Ref("schedule_week", self.id)


class Entry(OfOrg, Base):
    """One line of the schedule, or a room or vehicle taken for something without leaders."""

    __tablename__ = "schedule_entry"
    __table_args__ = (Index("ix_schedule_entry_when", "org_id", "starts_at"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    week_id: Mapped[int] = mapped_column(ForeignKey("schedule_week.id"), index=True)
    state: Mapped[EntryState] = mapped_column(ValueEnum(EntryState), default=EntryState.PROPOSED)
    kind: Mapped[EntryKind] = mapped_column(ValueEnum(EntryKind), default=EntryKind.EVENT)
    title: Mapped[str] = mapped_column(String(300))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    #: False: a morning, an afternoon or whole days, shown without hours.
    has_hours: Mapped[bool] = mapped_column(default=True)
    room_id: Mapped[int | None] = mapped_column(ForeignKey("resource.id"))
    vehicle_id: Mapped[int | None] = mapped_column(ForeignKey("resource.id"))
    #: Where, beside or instead of a room of the catalogue; of an absence, who stands in.
    place: Mapped[str] = mapped_column(String(200), default="")
    #: The unit that prepares it.
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    guests: Mapped[str] = mapped_column(String(500), default="")
    #: Read only by those who take part, whoever asked for it and whoever approves; others see the hour taken.
    is_restricted: Mapped[bool] = mapped_column(default=False)
    #: What is new since its week was approved, and since when.
    change: Mapped[Change | None] = mapped_column(ValueEnum(Change))
    changed_at: Mapped[datetime | None]
    #: Why it was postponed or refused.
    reason: Mapped[str] = mapped_column(String(500), default="")
    created_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[datetime]
    #: Rises with every change; a form that saw an older one is refused.
    version: Mapped[int] = mapped_column(default=1)

    week: Mapped[Week] = relationship(lazy="joined")
    people: Mapped[list["EntryPerson"]] = relationship(
        lazy="selectin", order_by="EntryPerson.id", cascade="all, delete-orphan"
    )

    @property
    def ref(self) -> Ref:
        """Its name for audit lines, notices and links."""
        return Ref("schedule_entry", self.id)

    @property
    def leader_ids(self) -> list[int]:
        """In whose columns it stands."""
        return [one.user_id for one in self.people if one.is_leader]

    @property
    def other_ids(self) -> list[int]:
        """Who else is to come."""
        return [one.user_id for one in self.people if not one.is_leader]


class EntryPerson(Base):
    """Somebody who takes part in an entry."""

    __tablename__ = "schedule_person"
    __table_args__ = (UniqueConstraint("entry_id", "user_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("schedule_entry.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    #: A column of the schedule, and taken while it lasts; others are only asked to come.
    is_leader: Mapped[bool] = mapped_column(default=False)


class Feed(Base):
    """An address under which calendar programs read one person's calendar."""

    __tablename__ = "calendar_feed"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    #: SHA-256 of the token; the token itself is shown once and kept nowhere.
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

    @property
    def ref(self) -> Ref:
        """Its name for audit lines."""
        return Ref("calendar_feed", self.id)
