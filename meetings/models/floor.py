"""The floor of a room: the body that sits, who is there, who speaks, what is announced and asked for."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from intranet.core.db import Base, ValueEnum


class PresenceState(StrEnum):
    """Whether a person is there."""

    IN = "in"
    REMOTE = "remote"
    #: Was there and left.
    OUT = "out"
    ABSENT = "absent"


class SpeechKind(StrEnum):
    """What somebody asks to speak for."""

    NORMAL = "normal"
    #: On the order of the sitting.
    ORDER = "order"
    REPLY = "reply"
    QUESTION = "question"


class QueueRule(StrEnum):
    """In what order those who wait are called."""

    #: Whoever asked first.
    ASKED = "asked"
    #: Whoever has spoken least, then whoever asked first.
    FAIR = "fair"


class SpeechState(StrEnum):
    """Where a request to speak stands."""

    WAITING = "waiting"
    SPEAKING = "speaking"
    DONE = "done"
    WITHDRAWN = "withdrawn"
    SKIPPED = "skipped"
    #: Still waiting when the meeting ended.
    CLEARED = "cleared"


class CallKind(StrEnum):
    """What somebody in the room asks for."""

    WATER = "water"
    TECH = "tech"
    PAPER = "paper"
    OTHER = "other"
    #: Words to the secretary.
    MESSAGE = "message"
    #: What somebody says in writing on the item on the floor; the journal knows on which.
    COMMENT = "comment"


class NoticeTo(StrEnum):
    """Whom an announcement is for; chair and secretaries see every one."""

    ALL = "all"
    #: Named as the audiences of the room are.
    MEMBERS = "member"
    GUESTS = "guest"


class Body(Base):
    """A kind of committee of an agency with its rules of procedure (quy chế làm việc)."""

    __tablename__ = "body"
    __table_args__ = (UniqueConstraint("org_id", "name"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    #: The agency whose body it is; guests of other agencies sit under its rules too.
    org_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    name: Mapped[str] = mapped_column(String(60))
    #: Share of all members that must be there.
    quorum_num: Mapped[int] = mapped_column(default=2)
    quorum_den: Mapped[int] = mapped_column(default=3)
    #: Of whom a majority is counted: ``members``, ``present``, ``cast``, ``valid``.
    base: Mapped[str] = mapped_column(String(10), default="members")
    #: What an equal vote means: ``fail``, ``chair_side``, ``revote``.
    tie: Mapped[str] = mapped_column(String(12), default="fail")
    #: Fewer eligible voters than this may not vote in secret.
    secret_min: Mapped[int] = mapped_column(default=3)
    #: Whoever takes part from afar counts as present.
    remote_allowed: Mapped[bool] = mapped_column(default=True)
    #: The secretary is a member.
    secretary_counts: Mapped[bool] = mapped_column(default=False)
    #: How many absent members one member may vote for.
    proxy_limit: Mapped[int] = mapped_column(default=0)
    #: Guests may ask to speak themselves.
    guests_ask: Mapped[bool] = mapped_column(default=False)
    #: A ballot of a roll-call may be given anew until the vote closes.
    may_change: Mapped[bool] = mapped_column(default=False)
    #: What a vote needs where nobody says otherwise, by its method: ``rules/thresholds.py``.
    need_three: Mapped[str] = mapped_column(String(10), default="over_1_2")
    need_single: Mapped[str] = mapped_column(String(10), default="most")
    need_many: Mapped[str] = mapped_column(String(10), default="over_1_2")
    #: Whoever comes instead of a member votes in that member's place.
    subs_vote: Mapped[bool] = mapped_column(default=False)
    #: Papers go out so many working days before the sitting; 0: at any time.
    papers_days: Mapped[int] = mapped_column(default=1)
    #: Its chairs let the secretary send the invitations, unless one says otherwise of a meeting.
    secretary_publishes: Mapped[bool] = mapped_column(default=True)
    #: In what order people who wait to speak are called: a :class:`QueueRule`.
    queue_rule: Mapped[str] = mapped_column(String(10), default="asked")


class Attendance(Base):
    """Whether one person is at one meeting now; the journal has how it came to be."""

    __tablename__ = "attendance"
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    state: Mapped[PresenceState] = mapped_column(ValueEnum(PresenceState))
    #: Since when.
    at: Mapped[datetime]
    #: ``room``, ``qr``, or ``officer`` for chair and secretary.
    via: Mapped[str] = mapped_column(String(10))
    #: When the person was first there; empty for whoever never was.
    first_at: Mapped[datetime | None]
    #: First there after the meeting had begun.
    is_late: Mapped[bool] = mapped_column(default=False)
    #: Of whoever is absent, whether with leave; empty: nobody said.
    has_leave: Mapped[bool | None]


class Speech(Base):
    """A request to speak and, once called, the speech."""

    __tablename__ = "speech"
    __table_args__ = (
        Index("ix_speech_of", "meeting_id", "state"),
        Index(
            "ux_speech_running",
            "meeting_id",
            unique=True,
            sqlite_where=text("state = 'speaking'"),
            postgresql_where=text("state = 'speaking'"),
        ),
        Index(
            "ux_speech_waiting",
            "meeting_id",
            "user_id",
            unique=True,
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    #: What was on the floor when the person asked, then when called.
    item_id: Mapped[int | None] = mapped_column(ForeignKey("agenda_item.id"))
    kind: Mapped[SpeechKind] = mapped_column(ValueEnum(SpeechKind))
    #: For chair and secretaries.
    note: Mapped[str] = mapped_column(String(200), default="")
    state: Mapped[SpeechState] = mapped_column(ValueEnum(SpeechState))
    position: Mapped[int] = mapped_column(default=0)
    asked_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    #: Seconds given.
    limit_s: Mapped[int] = mapped_column(default=0)
    paused_at: Mapped[datetime | None]
    #: Milliseconds of the pauses that are over.
    paused_ms: Mapped[int] = mapped_column(default=0)
    #: It pauses because the meeting does, and goes on with it.
    is_held: Mapped[bool] = mapped_column(default=False)
    ended_at: Mapped[datetime | None]
    #: Seconds spoken, as of its last pause or its end.
    spent_s: Mapped[int] = mapped_column(default=0)
    #: The paper and the page that the person was reading when they asked, for chair and secretaries.
    paper: Mapped[str | None] = mapped_column(String(32))
    page: Mapped[int | None]


class RoomNotice(Base):
    """Words of the chair or the secretary for everybody in the room, or for a group."""

    __tablename__ = "room_notice"
    __table_args__ = (Index("ix_room_notice_of", "meeting_id", "cleared_at"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    #: ``info`` or ``warn``.
    level: Mapped[str] = mapped_column(String(10))
    text: Mapped[str] = mapped_column(String(300))
    to: Mapped[NoticeTo] = mapped_column(ValueEnum(NoticeTo), default=NoticeTo.ALL)
    at: Mapped[datetime]
    #: When it has said enough; empty: until it is cleared.
    until: Mapped[datetime | None]
    cleared_at: Mapped[datetime | None]


class ServiceCall(Base):
    """What somebody in the room asks chair and secretaries for."""

    __tablename__ = "service_call"
    __table_args__ = (Index("ix_service_call_of", "meeting_id", "done_at"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    kind: Mapped[CallKind] = mapped_column(ValueEnum(CallKind))
    text: Mapped[str] = mapped_column(String(500), default="")
    #: Where the person sat.
    seat: Mapped[str] = mapped_column(String(20), default="")
    at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
