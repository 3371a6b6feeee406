"""Who may do what with a document: permits by role, and one rule per record that everybody asks.

Reading follows the register's people, participation and the line of units; what a person may not read is
``NotFound``. ``visible_to`` says in SQL what ``may(actor, To.READ, document)`` says of one document; a test
holds them together.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Select, and_, false, or_, select, union_all, update

from documents.models.document import AccessLevel, Document, DocumentAccess
from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.core.errors import Forbidden, NotFound
from intranet.core.permits import permit
from intranet.people import directory
from intranet.people.models import Role, User
from intranet.tasks.models import Task, TaskParty
from intranet.tasks.permissions import Standing, is_party_to, person_of, released, standing_of

#: Principals that name somebody; to all who merely work in a unit a restricted document is closed.
_BY_NAME = ("u", "h")
#: Who sees the registers of the agency and all that stands in them.
REGISTER_ROLES = (Role.CLERK, Role.LEADER, Role.OFFICE_HEAD, Role.AUDITOR)
#: Who reads a document of each level by office alone, without a part in it.
BY_OFFICE: dict[AccessLevel, tuple[Role, ...]] = {
    AccessLevel.NORMAL: REGISTER_ROLES,
    AccessLevel.UNIT: (Role.LEADER, Role.OFFICE_HEAD, Role.AUDITOR),
    AccessLevel.NAMED: (),
}
#: Why a unit reads a document: it is for the units that it concerns.
OF_LEVEL = "level"

READ_REGISTER = permit("document.read_register", *REGISTER_ROLES, Role.ARCHIVIST)
#: To look into registers; who does not see all of them sees the lines of documents that they may read.
READ_LINES = permit("register.read_lines", *REGISTER_ROLES, Role.ARCHIVIST, Role.UNIT_HEAD)
#: Who may be shown a document at all.
READ_ROLES = (*REGISTER_ROLES, Role.UNIT_HEAD, Role.OFFICER, Role.ARCHIVIST)
READ = permit("document.read", *READ_ROLES)
REGISTER = permit("document.register", Role.CLERK)
PRESENT = permit("document.present", Role.CLERK, Role.OFFICE_HEAD)
#: To hand a document straight to the unit that the regulation lists for its kind.
TRANSFER = permit("document.transfer", Role.CLERK)
#: To say how urgent a registered document is.
SET_URGENCY = permit("document.set_urgency", Role.CLERK, Role.OFFICE_HEAD)
#: To say what a document is about, after it was registered or drafted.
SET_FIELD = permit("document.set_field", Role.CLERK, Role.OFFICE_HEAD)
DIRECT = permit("document.direct", Role.LEADER)
GIVE_BACK = permit("document.give_back", Role.UNIT_HEAD, Role.OFFICER, Role.OFFICE_HEAD, Role.CLERK)
#: To remind whoever has a document that it waits.
URGE = permit("document.urge", Role.LEADER, Role.OFFICE_HEAD, Role.UNIT_HEAD)
FINISH = permit("document.finish", Role.LEADER, Role.OFFICE_HEAD)
DRAFT = permit("document.draft", Role.CLERK, Role.OFFICE_HEAD, Role.UNIT_HEAD, Role.OFFICER)
#: To say what a document is to others.
TIE = permit("document.tie", Role.CLERK, Role.OFFICE_HEAD, Role.UNIT_HEAD, Role.OFFICER)
REVIEW_UNIT = permit("document.review_unit", Role.UNIT_HEAD)
REVIEW_LAYOUT = permit("document.review_layout", Role.OFFICE_HEAD, Role.CLERK, Role.LEADER)
SIGN = permit("document.sign", Role.LEADER)
NUMBER = permit("document.number", Role.CLERK)
ISSUE = permit("document.issue", Role.CLERK)
CANCEL = permit("document.cancel_number", Role.CLERK)
CONSENT = permit("document.consent_cancel", Role.LEADER)
RECALL = permit("document.recall", Role.CLERK)
DECIDE_RECALL = permit("document.decide_recall", Role.LEADER)
#: Who may set who sees it: those roles for what they read, others for what is their own.
SET_ACCESS = permit(
    "document.set_access", Role.CLERK, Role.LEADER, Role.OFFICE_HEAD, Role.UNIT_HEAD, Role.OFFICER
)
#: Who looked at restricted documents: everybody sees the own part, some that of others.
READ_ACCESS_LOG = permit("access_log.read", *READ_ROLES, Role.ADMIN)
_ACCESS_ROLES = (Role.CLERK, Role.LEADER, Role.OFFICE_HEAD)
PRINT = permit("register.print", *REGISTER_ROLES)
#: To record that the printed register of a closed year was signed and sealed on paper.
SEAL_PRINT = permit("register.seal_print", Role.CLERK)
#: To hold numbers; to ask the clerk for it; to see what one holds and what waits for one's decision.
RESERVE = permit("number.reserve", Role.CLERK, Role.OFFICE_HEAD)
ASK = permit("number.ask", Role.UNIT_HEAD, Role.OFFICER)
NUMBERS = permit("number.read", *REGISTER_ROLES, Role.UNIT_HEAD, Role.OFFICER)
#: Kept copies of issued documents: to ask for one, to allow it, to hand it over and take it back.
ASK_COPY = permit("copy.ask", *(role for role in READ_ROLES if role is not Role.AUDITOR))
ALLOW_COPY = permit("copy.allow", Role.LEADER, Role.OFFICE_HEAD)
LEND = permit("copy.lend", Role.CLERK, Role.ARCHIVIST)
AMEND = permit("register.amend", Role.CLERK)
CLOSE = permit("register.close", Role.CLERK)
#: To take over old registers and their files.
IMPORT = permit("register.import", Role.CLERK)
#: To take along all documents of the agency that one may read.
PACKAGE = permit("agency.package", *REGISTER_ROLES)
#: Which kinds share a series, how symbols are composed.
KEEP_REGISTERS = permit("register.keep", Role.ADMIN)
#: Kinds, sentences of direction, and what was learned from clerks, as the names of agencies on papers.
KEEP_CATALOGUE = permit("catalogue.keep", Role.ADMIN, Role.OFFICE_HEAD)
#: Fields of work, and the agencies to which this one writes.
KEEP_LISTS = permit("catalogue.keep_lists", Role.ADMIN)
#: To look at all of these.
READ_CATALOGUE = permit("catalogue.read", Role.ADMIN, Role.OFFICE_HEAD, Role.AUDITOR)
VERIFY = permit("register.verify", *REGISTER_ROLES, Role.ARCHIVIST)


class To(StrEnum):
    """What an actor wants with a document."""

    READ = "read"
    REGISTER = "register"
    PRESENT = "present"
    TRANSFER = "transfer"
    SET_URGENCY = "set_urgency"
    SET_FIELD = "set_field"
    DIRECT = "direct"
    GIVE_BACK = "give_back"
    FINISH = "finish"
    REOPEN = "reopen"
    REPLY = "reply"
    EDIT = "edit"
    REVIEW_UNIT = "review_unit"
    REVIEW_LAYOUT = "review_layout"
    SIGN = "sign"
    NUMBER = "number"
    SEAL = "seal"
    ISSUE = "issue"
    CANCEL = "cancel"
    CONSENT = "consent"
    RECALL = "recall"
    DECIDE_RECALL = "decide_recall"
    SET_ACCESS = "set_access"
    URGE = "urge"
    TIE = "tie"


_PERMITS: dict[To, str] = {
    To.REGISTER: REGISTER,
    To.PRESENT: PRESENT,
    To.TRANSFER: TRANSFER,
    To.SET_URGENCY: SET_URGENCY,
    To.SET_FIELD: SET_FIELD,
    To.DIRECT: DIRECT,
    To.FINISH: FINISH,
    To.REOPEN: FINISH,
    To.REPLY: DRAFT,
    To.REVIEW_LAYOUT: REVIEW_LAYOUT,
    To.SIGN: SIGN,
    To.NUMBER: NUMBER,
    To.SEAL: NUMBER,
    To.ISSUE: ISSUE,
    To.CANCEL: CANCEL,
    To.CONSENT: CONSENT,
    To.RECALL: RECALL,
    To.DECIDE_RECALL: DECIDE_RECALL,
    To.URGE: URGE,
}


def reads_register(actor: Actor) -> bool:
    """True for those who see the agency's whole register."""
    return person_of(actor).has_role(*REGISTER_ROLES)


def reads_at(actor: Actor, level: AccessLevel) -> bool:
    """True for those who read every document of that level in the agency."""
    return person_of(actor).has_role(*BY_OFFICE[level])


def reads_reports(actor: Actor) -> bool:
    """True for who reads every task of the agency that is not restricted, and so what is reported on them."""
    whole_org = sight_of(actor).standing.whole_org
    return whole_org is not None and set(actor.org_ids) == {whole_org}


@dataclass(frozen=True)
class Sight:
    """Where the actor stands, as far as documents ask: read once in each session of the database."""

    #: Units that the actor heads, with all below them.
    headed: frozenset[int]
    #: The names under which a document may concern the actor.
    principals: tuple[str, ...]
    #: Where the actor stands among tasks.
    standing: Standing

    @property
    def own(self) -> tuple[str, ...]:
        """Those that name the actor: as a person, or as the head of a unit."""
        return tuple(one for one in self.principals if one[0] in _BY_NAME)


def sight_of(actor: Actor) -> Sight:
    """Where the actor stands now."""
    person = person_of(actor)
    known: dict[tuple[int, int], Sight] = db.session().info.setdefault("document.sight", {})
    key = (person.id, person.standing.id)
    if key not in known:
        headed: set[int] = set()
        for grant in person.standing.grants:
            if grant.role is Role.UNIT_HEAD and grant.unit_id is not None and grant.unit_id not in headed:
                headed |= directory.units_below(grant.unit_id)
        principals = (
            f"u:{person.standing.id}",
            *(f"d:{unit_id}" for unit_id in sorted(person.unit_ids | headed)),
            *(f"h:{unit_id}" for unit_id in sorted(headed)),
        )
        known[key] = Sight(frozenset(headed), principals, standing_of(actor))
    return known[key]


def headed_units(actor: Actor) -> frozenset[int]:
    """Units that the actor heads, with all below them."""
    return sight_of(actor).headed


def visible_to(
    actor: Actor,
    key: ColumnElement[int] | None = None,
    among: Collection[int] | None = None,
    *,
    each: bool = False,
) -> ColumnElement[bool]:
    """The condition under which a row of ``document`` may be read by the actor.

    :param key: what stands for its key: that of a joined table lets a database decide after the join.
    :param among: the few rows that are asked for: no others are looked for behind the actor's tasks.
    :param each: ask row by row what concerns the actor: for few rows, or the first of many.
    """
    key = Document.id.expression if key is None else key
    own: ColumnElement[bool] = false()
    if actor.holds(READ):
        own = and_(Document.org_id.in_(actor.org_ids), concerning(actor, key, each=each or among is not None))
    return or_(
        own,
        key.in_(union_all(*_behind_tasks(actor, among))),
        *(and_(_is_open(), key.in_(one)) for one in _behind_tasks(actor, among, of_units=True)),
    )


def concerning(actor: Actor, key: ColumnElement[int], *, each: bool = False) -> ColumnElement[bool]:
    """The condition under which the actor's office, person or units have a part in a document."""
    at = sight_of(actor)
    by_name = _is_concerned(key, at.own, each=each)
    if reads_at(actor, AccessLevel.UNIT):
        return or_(_is_open(), by_name)
    shown = or_(by_name, and_(_is_open(), _is_concerned(key, at.principals, each=each)))
    if reads_register(actor):
        return or_(Document.access_level == AccessLevel.NORMAL, shown)
    return shown


def nearest_to(actor: Actor, *, once: bool = False) -> Select[Any] | None:
    """Ids among which all that the actor may read lie; ``None`` for who reads the register.

    No right of its own: it spares a query on very many documents asking :func:`visible_to` of each.

    :param once: none of them twice, as a join needs it. PostgreSQL takes a union for as many as go into it,
        and the distinct values of a whole for two hundred, however many there are.
    """
    if reads_register(actor):
        return None
    tasks = (*_behind_tasks(actor), *_behind_tasks(actor, of_units=True))
    mine = _concerning(sight_of(actor).principals)
    near = (mine.union(*tasks) if once else mine.union_all(*tasks)).subquery()
    return select(near.c[0])


def behind_tasks(actor: Actor) -> CompoundSelect[Any]:
    """Ids of documents behind the tasks of which the actor, or a unit of the actor's, is a party."""
    return union_all(*_behind_tasks(actor), *_behind_tasks(actor, of_units=True))


def is_near(actor: Actor, key: ColumnElement[int]) -> ColumnElement[bool]:
    """The condition of being among :func:`nearest_to`, asked row by row."""
    return or_(_is_concerned(key, sight_of(actor).principals, each=True), key.in_(behind_tasks(actor)))


def may(actor: Actor, to: To, document: Document) -> bool:
    """True when the actor may do this with the document; its state is asked by the services."""
    if not _may_read(actor, document):
        return False
    return to is To.READ or _may_act(actor, to, document)


def access_document(actor: Actor, document_id: int, to: To, *, lock: bool = False) -> Document:
    """Load a document and check the right in one step.

    A party of a task may read the one document behind it, also of another agency; nothing more.

    :raises NotFound: ``document.missing``, no such document, or none the actor may read.
    :raises Forbidden: ``document.not_allowed``, readable, but not this.
    """
    document = _load(document_id, lock=lock)
    if document is None:
        with db.across_orgs("the one document behind a task of which the actor is a party"):
            document = _load(document_id, lock=False)
    if document is None or not _may_read(actor, document):
        raise NotFound("document.missing")
    if to is not To.READ and not _may_act(actor, to, document):
        raise Forbidden("document.not_allowed")
    return document


def may_read(actor: Actor, document_id: int) -> bool:
    """True when the actor may read the document of that id, and so its files."""
    with db.across_orgs("the one document behind a task of which the actor is a party"):
        document = _load(document_id, lock=False)
    return document is not None and _may_read(actor, document)


def readable(actor: Actor, ids: Iterable[int]) -> list[Document]:
    """Those of the documents that the actor may read, in one query."""
    wanted = list(ids)
    if not wanted:
        return []
    with db.across_orgs("titles of the documents behind the actor's tasks"):
        query = select(Document).where(Document.id.in_(wanted), visible_to(actor, among=wanted))
        return list(db.session().scalars(query))


def give_access(document: Document, *principals: str, reason: str, since: datetime | None = None) -> None:
    """Let persons and units come near the document, in the open unit of work; an earlier right stays.

    Of a restricted document a unit's head alone is told of.

    :param since: from when; now unless a direction can still be undone.
    """
    opened = db.session()
    if document.access_level is AccessLevel.NAMED:
        principals += tuple(f"h:{one[2:]}" for one in principals if one.startswith("d:"))
    given = DocumentAccess.document_id == document.id, DocumentAccess.principal.in_(principals)
    if document.access_level is AccessLevel.UNIT and reason != OF_LEVEL:
        # What the work gives outlasts the level.
        opened.execute(
            update(DocumentAccess).where(*given, DocumentAccess.reason == OF_LEVEL).values(reason=reason)
        )
    known = select(DocumentAccess.principal).where(*given)
    for principal in sorted(set(principals).difference(opened.scalars(known))):
        row = DocumentAccess(principal=principal, document_id=document.id, reason=reason)
        row.since = since or clock.now()
        opened.add(row)
    opened.flush()


def _load(document_id: int, *, lock: bool) -> Document | None:
    query = select(Document).where(Document.id == document_id)
    if lock:
        query = query.with_for_update(of=Document).execution_options(populate_existing=True)
    return db.session().scalar(query)


def _may_read(actor: Actor, document: Document) -> bool:
    is_named = document.access_level is AccessLevel.NAMED
    if document.org_id in actor.org_ids and actor.holds(READ):
        if reads_at(actor, document.access_level):
            return True
        at = sight_of(actor)
        mine = _concerning(at.own if is_named else at.principals)
        mine = mine.where(DocumentAccess.document_id == document.id)
        if db.session().scalar(mine.limit(1)) is not None:
            return True
    return is_party_to(actor, document.ref, by_name=is_named)


def _may_act(actor: Actor, to: To, document: Document) -> bool:
    """What a reader may do besides reading."""
    if document.org_id not in actor.org_ids:
        return False
    if to is To.EDIT:
        return _may_edit(actor, document)
    if to is To.TIE:
        return _may_tie(actor, document)
    if to is To.REVIEW_UNIT:
        return document.unit_id is not None and document.unit_id in headed_units(actor)
    if to is To.GIVE_BACK:
        return _is_of_lead(actor, document)
    if to is To.SET_ACCESS:
        return _may_set_access(actor, document)
    return actor.holds(_PERMITS[to])


def _may_edit(actor: Actor, document: Document) -> bool:
    if not actor.holds(DRAFT):
        return False
    person: User = person_of(actor)
    if document.drafter_id == person.standing.id or person.has_role(Role.CLERK, Role.OFFICE_HEAD):
        return True
    return document.unit_id is not None and document.unit_id in headed_units(actor)


def _may_tie(actor: Actor, document: Document) -> bool:
    if not actor.holds(TIE):
        return False
    if not document.is_incoming:
        return _may_edit(actor, document)
    return person_of(actor).has_role(Role.CLERK, Role.OFFICE_HEAD) or _is_of_lead(actor, document)


def _is_of_lead(actor: Actor, document: Document) -> bool:
    mine = person_of(actor).unit_ids | headed_units(actor)
    return document.lead_unit_id is not None and document.lead_unit_id in mine


def _may_set_access(actor: Actor, document: Document) -> bool:
    if not actor.holds(SET_ACCESS):
        return False
    if person_of(actor).has_role(*_ACCESS_ROLES):
        return True
    return document.drafter_id == person_of(actor).standing.id or (
        document.unit_id is not None and document.unit_id in headed_units(actor)
    )


def _is_open() -> ColumnElement[bool]:
    return Document.access_level != AccessLevel.NAMED


def _concerning(principals: tuple[str, ...]) -> Select[int]:
    return select(DocumentAccess.document_id).where(
        DocumentAccess.principal.in_(principals), DocumentAccess.since <= clock.now()
    )


def _is_concerned(key: ColumnElement[int], principals: tuple[str, ...], *, each: bool) -> ColumnElement[bool]:
    concerned = _concerning(principals)
    if not each:
        return key.in_(concerned)
    return concerned.where(DocumentAccess.document_id == key).correlate_except(DocumentAccess).exists()


def _behind_tasks(
    actor: Actor, among: Collection[int] | None = None, *, of_units: bool = False
) -> list[Select[int | None]]:
    """Documents behind the tasks of which the actor is a party (``tasks.permissions.is_party_to`` in SQL).

    Each way of being one is asked by itself: together no index leads, and all tasks are gone through.

    :param among: of these documents alone.
    :param of_units: those of tasks of the actor's units, instead of those that name the actor.
    """
    at = sight_of(actor).standing
    found = select(Task.origin_id).where(Task.origin_kind == "document", released())
    if among is not None:
        found = found.where(Task.origin_id.in_(among))
    of = found.join(TaskParty, TaskParty.task_id == Task.id)
    if of_units:
        units = of.where(Task.is_restricted.is_(False), TaskParty.unit_id.in_(at.member))
        return [units] if at.member else []
    mine = [found.where(Task.assigner_id == at.user_id), of.where(TaskParty.user_id == at.user_id)]
    return [*mine, of.where(TaskParty.unit_id.in_(at.received))] if at.received else mine
