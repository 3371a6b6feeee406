"""The kinds of document of an agency: which it uses, in which order, with which term and abbreviation.

The abbreviations of the 29 kinds of Decree 30/2020/NĐ-CP and of its three copies are the law's; normative
kinds are an open list, whose abbreviations the agency keeps.
"""

from dataclasses import dataclass

from sqlalchemy import select

from documents.models.catalogue import DocKind, KindGroup
from documents.permissions import KEEP_CATALOGUE
from intranet.core import db
from intranet.core.actor import Actor
from intranet.core.errors import Forbidden, Invalid, NotFound
from intranet.core.text import fold, one_line
from intranet.records import audit

#: Longest term that a kind may have, working days.
MOST_DAYS = 250


@dataclass(frozen=True)
class KindFields:
    """What an agency decides of a kind.

    :param after_id: behind which other kind it stands, the first one for ``None``.
    :param code: its abbreviation, where the law leaves it open.
    """

    days: int | None
    needs_reply: bool
    is_active: bool = True
    after_id: int | None = None
    code: str = ""


def in_order(org_id: int) -> list[DocKind]:
    """Every kind of the agency, also those that it does not use."""
    query = select(DocKind).where(DocKind.org_id == org_id)
    return list(db.session().scalars(query.order_by(DocKind.position, DocKind.name)))


def is_open(kind: DocKind) -> bool:
    """True where the law leaves the abbreviation to the agency."""
    return kind.group is KindGroup.NORMATIVE


def for_change(actor: Actor, kind_id: int) -> DocKind:
    """A kind of the actor's agency, to be changed.

    :raises Forbidden: ``auth.no_permit``.
    :raises NotFound: ``kind.missing``.
    """
    _need_keeper(actor)
    row = db.session().get(DocKind, kind_id)
    if row is None or row.org_id != actor.org_id:
        raise NotFound("kind.missing")
    return row


def add(actor: Actor, name: str, given: KindFields) -> int:
    """A normative kind more; returns its id.

    :raises Forbidden: ``auth.no_permit``.
    :raises Invalid: ``kind.name_taken``, ``kind.code``, ``kind.days``.
    """
    _need_keeper(actor)
    wanted = one_line(name)
    with db.unit_of_work() as session:
        known = in_order(actor.org_id)
        if fold(wanted) in {fold(row.name) for row in known}:
            raise Invalid("kind.name_taken", field="name", name=wanted)
        row = DocKind(org_id=actor.org_id, name=wanted, group=KindGroup.NORMATIVE)
        _set(row, given)
        session.add(row)
        _place(row, [*known, row], given.after_id)
        session.flush()
        audit.record(actor, "kind.added", row, name=row.name, code=row.code)
        return row.id


def edit(actor: Actor, kind_id: int, given: KindFields) -> None:
    """Decide of a kind; documents that are of it stay so.

    :raises Forbidden: ``auth.no_permit``.
    :raises NotFound: ``kind.missing``.
    :raises Invalid: ``kind.code``, ``kind.days``, ``kind.last_one``.
    """
    with db.unit_of_work() as session:
        row = for_change(actor, kind_id)
        known = in_order(row.org_id)
        if not given.is_active and not any(one.is_active for one in known if one is not row):
            raise Invalid("kind.last_one", field="is_active")
        was = _plain(row)
        _set(row, given)
        _place(row, known, given.after_id)
        session.flush()
        now = _plain(row)
        changed = {name: [was[name], now[name]] for name in was if was[name] != now[name]}
        audit.record(actor, "kind.edited", row, name=row.name, changed=changed)


def _plain(row: DocKind) -> dict[str, object]:
    return {
        "code": row.code,
        "days": row.default_deadline_days,
        "needs_reply": row.needs_reply,
        "active": row.is_active,
        "position": row.position,
    }


def _set(row: DocKind, given: KindFields) -> None:
    if given.days is not None and not 1 <= given.days <= MOST_DAYS:
        raise Invalid("kind.days", field="default_deadline_days", most=MOST_DAYS)
    if is_open(row):
        if not given.code.isalpha():
            raise Invalid("kind.code", field="code")
        row.code = given.code
    row.default_deadline_days, row.needs_reply = given.days, given.needs_reply
    row.is_active = given.is_active


def _place(row: DocKind, known: list[DocKind], after_id: int | None) -> None:
    """Number the kinds anew with this one behind another one."""
    rest = [one for one in known if one is not row]
    place = next((at for at, one in enumerate(rest, 1) if one.id == after_id), 0)
    for at, one in enumerate([*rest[:place], row, *rest[place:]]):
        one.position = at


def _need_keeper(actor: Actor) -> None:
    if not actor.holds(KEEP_CATALOGUE):
        raise Forbidden("auth.no_permit")
