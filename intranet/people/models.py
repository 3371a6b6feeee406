"""Agencies, their units and posts, and the officials who work in them."""

from collections.abc import Callable, Collection
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from intranet.core import permits
from intranet.core.db import Base, ValueEnum
from intranet.core.refs import Ref
from intranet.core.text import fold, initials


class Role(StrEnum):
    """What an official is trusted with, given per unit."""

    CLERK = "clerk"
    LEADER = "leader"
    OFFICE_HEAD = "office_head"
    UNIT_HEAD = "unit_head"
    OFFICER = "officer"
    ARCHIVIST = "archivist"
    AUDITOR = "auditor"
    ADMIN = "admin"


#: Who receives for an agency what a superior agency gives to the unit that stands for it.
RECEIVING_ROLES = (Role.LEADER, Role.OFFICE_HEAD, Role.CLERK)


class Organisation(Base):
    """An agency (cơ quan, tổ chức), at any depth below another."""

    __tablename__ = "organisation"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    short_name: Mapped[str] = mapped_column(String(100))
    #: Letters of the agency in symbols, "UBND" in 12/QĐ-UBND.
    letters: Mapped[str] = mapped_column(String(30))
    #: Exchange code of Decision 20/2020/QĐ-TTg.
    code: Mapped[str | None] = mapped_column(String(35), unique=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    #: Name of the place in "An Bình, ngày … tháng …".
    place: Mapped[str] = mapped_column(String(50), default="")
    address: Mapped[str] = mapped_column(String(250), default="")
    is_active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)

    parent: Mapped["Organisation | None"] = relationship(remote_side="Organisation.id")

    @property
    def ref(self) -> Ref:
        """Its name for audit lines and links."""
        return Ref("organisation", self.id)


class Unit(Base):
    """A part of an agency that work is given to (đơn vị, phòng ban), at any depth."""

    __tablename__ = "unit"
    __table_args__ = (UniqueConstraint("org_id", "name", "parent_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    org_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    short_name: Mapped[str] = mapped_column(String(60))
    #: Letters in symbols of official letters, "VP" in 12/UBND-VP.
    letters: Mapped[str] = mapped_column(String(30), default="")
    #: The agency that this unit stands for in its superior's tree; its leaders receive for the unit.
    represents_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    is_active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)

    org: Mapped[Organisation] = relationship(foreign_keys=[org_id])
    parent: Mapped["Unit | None"] = relationship(remote_side="Unit.id")

    @property
    def ref(self) -> Ref:
        """Its name for audit lines and links."""
        return Ref("unit", self.id)


class User(Base):
    """One official who can sign in; the actor of every act."""

    __tablename__ = "user"
    __allow_unmapped__ = True  # for the attributes that are never stored
    id: Mapped[int] = mapped_column(primary_key=True)
    #: Sign-in name, lower case ASCII.
    name: Mapped[str] = mapped_column(String(60), unique=True)
    full_name: Mapped[str] = mapped_column(String(100))
    #: Folded full name, for finding people without marks.
    name_key: Mapped[str] = mapped_column(String(200), index=True)
    email: Mapped[str | None] = mapped_column(String(200))
    org_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    password_hash: Mapped[str | None] = mapped_column(String(200))
    #: A temporary password must be replaced before anything else.
    must_change_password: Mapped[bool] = mapped_column(default=False)
    password_until: Mapped[datetime | None]
    is_active: Mapped[bool] = mapped_column(default=True)
    theme: Mapped[str] = mapped_column(String(10), default="light")
    language: Mapped[str] = mapped_column(String(5), default="vi")
    version: Mapped[int] = mapped_column(default=1)
    #: Nobody: fills a seat in rehearsals. Never active: it can neither sign in nor be found or chosen.
    is_robot: Mapped[bool] = mapped_column(default=False, server_default=false())

    org: Mapped[Organisation] = relationship(lazy="joined")
    posts: Mapped[list["Post"]] = relationship(lazy="selectin", order_by="Post.id", back_populates="user")
    grants: Mapped[list["RoleGrant"]] = relationship(lazy="selectin", order_by="RoleGrant.id")

    # Set by the loader when the person signs in or stands in for somebody; never stored here.
    _standing_for: "User | None" = None
    _represented_unit_ids: frozenset[int] | None = frozenset()
    _ask_represented: Callable[[], Collection[int]] | None = None
    #: By which session the person comes, since when it is open, and to what record it is bound.
    session_id: int | None = None
    signed_in_at: datetime | None = None
    only: str | None = None

    @validates("full_name")
    def _keep_key(self, _key: str, value: str) -> str:
        self.name_key = fold(value)
        return value

    @property
    def ref(self) -> Ref:
        """Its name for audit lines and links."""
        return Ref("user", self.id)

    # --- Flask-Login ---
    is_authenticated = True
    is_anonymous = False

    def get_id(self) -> str:
        """The key that the session holds."""
        return str(self.id)

    # --- Actor ---
    def stand_in_for(self, principal: "User | None") -> None:
        """Act for somebody else from now on, within this request: with that person's roles and units."""
        self._standing_for = principal

    def come_by(self, session_id: int, since: datetime, only: str | None) -> None:
        """Act through this session from now on, within this request.

        :param only: the one record to which it is bound, such as ``meeting:41``: beyond it the person has no
            role, no unit and no agency.
        """
        self.session_id, self.signed_in_at, self.only = session_id, since, only

    def receive_for(self, unit_ids: Callable[[], Collection[int]]) -> None:
        """Count these units of superior agencies, which stand for the person's own agency, as own.

        :param unit_ids: asked when the units are, once; in a room nobody asks.
        """
        self._ask_represented, self._represented_unit_ids = unit_ids, None

    @property
    def acting_for(self) -> int | None:
        """Whom the person stands in for, ``None`` in one's own name."""
        return None if self._standing_for is None else self._standing_for.id

    @property
    def standing(self) -> "User":
        """The person whose roles count: the principal while standing in, else oneself."""
        return self._standing_for or self

    @property
    def org_ids(self) -> frozenset[int]:
        """Agencies whose own records the person may come near."""
        return frozenset() if self.only else frozenset({self.standing.org_id})

    @property
    def roles(self) -> frozenset[str]:
        """All roles that count now, in whatever unit."""
        return frozenset() if self.only else frozenset(grant.role.value for grant in self.standing.grants)

    def holds(self, permit: str) -> bool:
        """True when one of the roles that count now carries the permit; few count when bound to a record."""
        if self.only:
            held = {grant.role.value for grant in self.grants}
            return permits.is_bounded(permit) and permits.carried_by(held, permit)
        return permits.carried_by(self.roles, permit)

    def has_role(self, *roles: Role, unit_id: int | None = None) -> bool:
        """True when the person holds one of the roles, in the given unit if one is named."""
        if self.only:
            return False
        return any(
            grant.role in roles and (unit_id is None or grant.unit_id == unit_id)
            for grant in self.standing.grants
        )

    @property
    def unit_ids(self) -> frozenset[int]:
        """Units the person works in or holds a role in, and those that stand for the person's agency."""
        if self.only:
            return frozenset()
        own = {post.unit_id for post in self.standing.posts} | {
            grant.unit_id for grant in self.standing.grants if grant.unit_id is not None
        }
        if self._represented_unit_ids is None and self._ask_represented is not None:
            self._represented_unit_ids = frozenset(self._ask_represented())
        return frozenset(own) | (self._represented_unit_ids or frozenset())

    # --- for pages ---
    @property
    def title(self) -> str:
        """The first post's title, such as "Chánh Văn phòng"."""
        return self.posts[0].title if self.posts else ""

    @property
    def initials(self) -> str:
        """Two letters for the avatar."""
        return initials(self.full_name)

    @property
    def org_name(self) -> str:
        """Name of the agency in whose name the person acts."""
        return self.standing.org.name


class Post(Base):
    """A place that an official fills in a unit (chức vụ)."""

    __tablename__ = "post"
    __table_args__ = (UniqueConstraint("user_id", "unit_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    title: Mapped[str] = mapped_column(String(100))

    user: Mapped[User] = relationship(back_populates="posts")
    unit: Mapped[Unit] = relationship(lazy="joined")


class RoleGrant(Base):
    """A role given to an official in one unit, or in the whole agency when the unit is empty."""

    __tablename__ = "role_grant"
    __table_args__ = (Index("ux_role_grant", "user_id", "role", "unit_id", unique=True),)
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    role: Mapped[Role] = mapped_column(ValueEnum(Role))

    unit: Mapped[Unit | None] = relationship(lazy="joined")


class Delegation(Base):
    """Days of absence, and who may act for the principal in them (ủy quyền xử lý), if anybody does."""

    __tablename__ = "delegation"
    id: Mapped[int] = mapped_column(primary_key=True)
    principal_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    #: Empty where nobody stands in.
    substitute_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    first_date: Mapped[date]
    last_date: Mapped[date]
    reason: Mapped[str] = mapped_column(String(200))
    ended_at: Mapped[datetime | None]
    created_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))

    principal: Mapped[User] = relationship(foreign_keys=[principal_id])
    substitute: Mapped[User | None] = relationship(foreign_keys=[substitute_id])

    def holds_on(self, day: date) -> bool:
        """True when the stand-in is in force on that office day."""
        return self.ended_at is None and self.first_date <= day <= self.last_date
