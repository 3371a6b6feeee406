"""How papers print agencies' names: what a clerk put for one is remembered for the next reading."""

from typing import Any

from sqlalchemy import and_, func, select, update

from documents.formats.reading_learned import Spelling, key_of, recall
from documents.models.catalogue import IssuerSpelling, Party
from documents.models.document import ISSUER_MAX, Document
from documents.permissions import KEEP_CATALOGUE
from documents.services import catalogue
from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.core.dialect import insert_once
from intranet.core.errors import Forbidden, NotFound
from intranet.core.text import one_line, toned
from intranet.records import audit

#: Rows on one page of the list.
PAGE = 100


def spellings(org_id: int) -> list[Spelling]:
    """What the agency's clerks put for names as printed: the name put most often, newest of equals."""
    query = (
        select(IssuerSpelling)
        .where(IssuerSpelling.org_id == org_id)
        .order_by(IssuerSpelling.key, IssuerSpelling.times.desc(), IssuerSpelling.last_at.desc())
    )
    by_key: dict[str, list[tuple[IssuerSpelling, Party]]] = {}
    for row in db.session().scalars(query):
        by_key.setdefault(row.key, []).append((row, catalogue.lasting(row.party)))
    found = []
    for rows in by_key.values():
        first, party = rows[0]
        times = sum(row.times for row, put in rows if put.id == party.id)
        others = sum(row.times for row, put in rows if put.id != party.id)
        found.append(Spelling(first.printed, first.above, party.name, times, others))
    return found


def settle_issuer(actor: Actor, document: Document, text: str) -> Party:
    """The agency that a clerk's words name, made if it is new, in the open unit of work.

    What the paper prints is remembered as a spelling of it. Words typed for a paper that nothing was read of
    may be such a spelling themselves.
    """
    printed, above = _printed(document)
    party = catalogue.party_named(document.org_id, text)
    if party is None and not printed:
        meant = recall(one_line(text), "", spellings(document.org_id), slack=0)
        if meant is not None and not meant.is_disputed:
            party = catalogue.party_named(document.org_id, meant.name)
    if party is None:
        party = catalogue.find_or_make_party(document.org_id, text)
    if printed:
        _remember(actor, document.org_id, printed, above, party)
    return party


def page_of(actor: Actor, after: int | None = None) -> tuple[list[IssuerSpelling], frozenset[str]]:
    """Spellings of the agency, newest first from below an id, one more than a page; and the keys at odds.

    :raises Forbidden: ``auth.no_permit``.
    """
    _need_keeper(actor)
    query = select(IssuerSpelling).where(IssuerSpelling.org_id == actor.org_id)
    if after is not None:
        query = query.where(IssuerSpelling.id < after)
    rows = list(db.session().scalars(query.order_by(IssuerSpelling.id.desc()).limit(PAGE + 1)))
    at_odds = (
        select(IssuerSpelling.key)
        .where(IssuerSpelling.org_id == actor.org_id, IssuerSpelling.key.in_({row.key for row in rows}))
        .group_by(IssuerSpelling.key)
        .having(func.count() > 1)
    )
    return rows, frozenset(db.session().scalars(at_odds))


def forget(actor: Actor, spelling_id: int) -> None:
    """Forget that a spelling means an agency; papers read from now on no longer take it from there.

    :raises Forbidden: ``auth.no_permit``.
    :raises NotFound: ``issuer_spelling.missing``.
    """
    _need_keeper(actor)
    with db.unit_of_work() as session:
        row = session.get(IssuerSpelling, spelling_id)
        if row is None or row.org_id != actor.org_id:
            raise NotFound("issuer_spelling.missing")
        told: dict[str, Any] = {"printed": row.printed, "above": row.above, "name": row.party.name}
        audit.record(actor, "issuer_spelling.forgotten", row, **told, times=row.times)
        session.delete(row)


def _printed(document: Document) -> tuple[str, str]:
    """The issuer and the agency above it as the paper prints them; empty where they were not read."""
    read = [document.prefill.get(name) or {} for name in ("issuer", "parent_issuer")]
    issuer, above = (one_line(str(one.get("printed", "")))[:ISSUER_MAX] for one in read)
    return issuer, above


def _remember(actor: Actor, org_id: int, printed: str, above: str, party: Party) -> None:
    key, session = key_of(printed, above), db.session()
    known = select(IssuerSpelling.id).where(IssuerSpelling.org_id == org_id, IssuerSpelling.key == key)
    # A name as it is teaches nothing, but that it was put for what had been put otherwise.
    if toned(printed) == toned(party.name) and session.scalar(known.limit(1)) is None:
        return
    now = clock.now()
    insert_once(
        session,
        IssuerSpelling,
        org_id=org_id,
        key=key,
        printed=printed,
        above=above,
        party_id=party.id,
        times=0,
        first_by_id=actor.id,
        first_at=now,
        last_by_id=actor.id,
        last_at=now,
    )
    same = and_(
        IssuerSpelling.org_id == org_id, IssuerSpelling.key == key, IssuerSpelling.party_id == party.id
    )
    put = {"times": IssuerSpelling.times + 1, "last_by_id": actor.id, "last_at": now}
    session.execute(update(IssuerSpelling).where(same).values(**put))


def _need_keeper(actor: Actor) -> None:
    if not actor.holds(KEEP_CATALOGUE):
        raise Forbidden("auth.no_permit")
