"""Proofs of the log: each night from where the last ended, and of the whole when somebody asks."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import select, update

from intranet.auditing.models import AuditProof
from intranet.auditing.permissions import PROVE
from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.core.dialect import insert_once
from intranet.core.errors import Forbidden
from intranet.core.jobs import enqueue
from intranet.core.labels import label
from intranet.notices import channels
from intranet.notices import services as notices
from intranet.people import directory
from intranet.people.models import Organisation, Role
from intranet.records import audit, ledgers
from intranet.records.audit import START, Walk

JOB = "audit.prove"
#: A proof that did not end by then may be asked for again.
_GIVEN_UP = timedelta(hours=1)


def of(actor: Actor) -> AuditProof | None:
    """How far the log of the actor's agency was proved."""
    return db.session().get(AuditProof, actor.org_id)


def is_asked(proof: AuditProof | None) -> bool:
    """True while a proof that somebody asked for is under way."""
    asked_at = None if proof is None else proof.asked_at
    return asked_at is not None and clock.now() - asked_at < _GIVEN_UP


def ask(actor: Actor) -> None:
    """Ask for a proof of the whole log of the actor's agency; what is asked for already is waited for.

    :raises Forbidden: ``auth.no_permit``.
    """
    if not actor.holds(PROVE):
        raise Forbidden("auth.no_permit")
    with db.unit_of_work() as session:
        insert_once(session, AuditProof, org_id=actor.org_id, seq=0, mac=START)
        row = session.get_one(AuditProof, actor.org_id, with_for_update=True)
        if not is_asked(row):
            row.asked_at = clock.now()
            audit.record(actor, "audit.proof_asked", row, org_id=actor.org_id)
            enqueue(JOB, f"{actor.org_id}-{row.asked_at.isoformat()}", {"org": actor.org_id})


def prove_whole(org_id: int) -> Walk:
    """Walk an agency's log from its first line, and keep how that went."""
    return _go_on(org_id, Walk(0, START))


def prove_night(today: date) -> None:
    """Once a night for each agency: go on with the proof, tell of a fault, send the head out of the house."""
    with db.scope(), db.across_orgs("the proof of every agency's log"):
        proved = select(AuditProof.org_id).where(AuditProof.night == today)
        waiting = db.session().scalars(select(Organisation.id).where(Organisation.id.not_in(proved))).all()
    for org_id in waiting:
        good = _claim(org_id, today)
        if good is not None:
            found = _go_on(org_id, good)
            if found.fault is None:
                _send_head(org_id, found, today)


def _claim(org_id: int, today: date) -> Walk | None:
    """Where the proof goes on, for the one who does it tonight; ``None`` where another does."""
    with db.unit_of_work() as session, db.across_orgs("the proof of every agency's log"):
        insert_once(session, AuditProof, org_id=org_id, seq=0, mac=START)
        claimed = session.execute(
            update(AuditProof)
            .where(AuditProof.org_id == org_id, AuditProof.night.is_distinct_from(today))
            .values(night=today)
            .returning(AuditProof.seq, AuditProof.mac)
            .execution_options(synchronize_session=False)
        ).one_or_none()
        return None if claimed is None else Walk(claimed.seq, claimed.mac)


def _go_on(org_id: int, good: Walk) -> Walk:
    with db.scope(), db.across_orgs("the proof of every agency's log"):
        found = audit.walk(org_id, good.seq, good.mac)
    with db.unit_of_work() as session, db.across_orgs("the proof of every agency's log"):
        row = session.get_one(AuditProof, org_id, with_for_update=True)
        row.proved_at, row.asked_at = clock.now(), None
        row.seq, row.mac = found.seq, found.mac
        known = (row.fault_seq, row.problem)
        row.fault_seq = None if found.fault is None else found.fault.seq
        row.problem = None if found.fault is None else found.fault.problem
        if found.fault is not None and known != (row.fault_seq, row.problem):
            people = directory.ids_with_role(org_id, Role.LEADER, Role.AUDITOR, Role.ADMIN)
            notices.notify(people, "audit.broken", row.ref, number=found.fault.seq)
    return found


def _send_head(org_id: int, head: Walk, today: date) -> None:
    """The day's last hashes by letter, of the log and of the open registers: whoever cut an end together with
    its head is found out by it.
    """
    with db.unit_of_work(), db.across_orgs("the proof of every agency's log"):
        org = directory.org(org_id)
        people = directory.ids_with_role(org_id, Role.LEADER, Role.AUDITOR)
        said: dict[str, Any] = {
            "org": org.name if org else "",
            "day": f"{today:%d/%m/%Y}",
            "n": head.seq,
            "head": head.mac,
        }
        text = label("audit.head.text", **said)
        books = ledgers.heads_of(org_id)
        if books:
            lines = (
                label("audit.head.book", title=one.title, number=one.number, head=one.hash) for one in books
            )
            text = "\n".join((text, "", label("audit.head.books"), *lines))
        for user_id in people:
            channels.write_letter(
                "register",
                f"audit-head:{org_id}:{today.isoformat()}:{user_id}",
                user_id,
                label("audit.head.subject", **said),
                text,
                AuditProof(org_id=org_id).ref,
                by_default=True,
            )
