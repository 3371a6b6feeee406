"""What the worker does for documents: numbered files, directions that hold, late captures, nightly proofs."""

from typing import Any

from sqlalchemy import and_, or_, select, update

from documents.models.register import Register, RegisterYear
from documents.services import (
    bundling,
    capturing,
    catalogue,
    directives,
    holding,
    import_working,
    indexing,
    lending,
    old_registers,
    old_stays,
    search_reminding,
    stamping,
    years,
)
from documents.services.verifying import prove
from intranet.core import clock, db
from intranet.core.events import subscribe
from intranet.core.jobs import JobFinished, JobState, enqueue, every, job
from intranet.notices import services as notices
from intranet.people import directory
from intranet.people.models import Organisation, Role

_NIGHT_HOUR = 2
_TERMS = "documents.terms"


@job(stamping.JOB)
def stamp(payload: Any) -> dict[str, bool]:
    """Write the granted number into the document's file."""
    return {"made": stamping.stamp(int(payload["document"]))}


@job(import_working.CHECK)
def check_import(payload: Any) -> Any:
    """Read an old register and say what it is."""
    return import_working.check(int(payload["import"]), int(payload["round"]))


@job(import_working.RUN, is_slow=True)
def run_import(payload: Any) -> Any:
    """Take an old register over."""
    return import_working.run(int(payload["import"]), int(payload["round"]))


@job(old_registers.WORDS, is_slow=True)
def index_import(payload: Any) -> dict[str, int]:
    """Let the words of an old register's documents be found."""
    return {"indexed": indexing.put_missing(int(payload["after"]), int(payload["last"]))}


@job(old_stays.JOB, is_slow=True)
def fill_old_stays(payload: Any) -> dict[str, int]:
    """Read out of the log how documents moved before that was noted."""
    return old_stays.fill(int(payload["after"]))


@job(bundling.UNPACK, is_slow=True)
def unpack_bundle(payload: Any) -> Any:
    """Take files out of a ZIP."""
    return bundling.unpack(int(payload["bundle"]), int(payload["taken"]))


@every(5, "documents.bundles")
def settle_pieces() -> None:
    """Put files to their lines that were read while nobody listened."""
    bundling.settle_left_over()


@subscribe(JobFinished)
def give_up(finished: JobFinished) -> None:
    """Tell whoever gave a file when the worker failed time and again."""
    if finished.kind in (import_working.CHECK, import_working.RUN) and finished.state == JobState.FAILED:
        import_working.give_up(finished.kind, int(finished.key.partition("-")[0]))
    if finished.kind == bundling.UNPACK and finished.state == JobState.FAILED:
        bundling.give_up(int(finished.key.partition("-")[0]))


@every(1, "documents.announce")
def announce() -> None:
    """Tell of directions whose ten seconds are over."""
    directives.announce_due()


@every(15, "documents.capture")
def capture() -> None:
    """Capture uploads that were read while nobody listened."""
    capturing.capture_left_over()


@every(2, "documents.index")
def index_changed() -> None:
    """Read files and directions again that were changed, so that their words are found."""
    indexing.index_changed()


@every(60, "documents.saved_searches")
def remind_of_searches() -> None:
    """Tell owners of kept searches what these find anew."""
    search_reminding.look_due()


@every(900, "documents.terms")
def count_terms() -> None:
    """Ask once a night for the beginnings of words to be counted anew."""
    now = clock.local(clock.now())
    if now.hour >= _NIGHT_HOUR:
        with db.unit_of_work():
            enqueue(_TERMS, now.date().isoformat(), None)


@job(_TERMS)
def refresh_terms(_payload: Any) -> None:
    """Count anew what beginnings of words are looked up by."""
    indexing.refresh()


@every(30, "documents.seed")
def seed() -> None:
    """Give new agencies their kinds, registers and sentences."""
    with db.scope(), db.across_orgs("new agencies get what they need to register"):
        has, has_law = select(Register.org_id), select(Register.org_id).where(Register.code == "qppl-qd")
        is_local = Organisation.name.startswith(catalogue.LOCAL_GOVERNMENT)
        lacks = or_(Organisation.id.not_in(has), and_(is_local, Organisation.id.not_in(has_law)))
        query = select(Organisation.id).where(Organisation.is_active, lacks)
        fresh = db.session().scalars(query).all()
    for org_id in fresh:
        catalogue.seed(org_id)


@every(900, "registers.verify")
def verify() -> None:
    """Prove every register once a night, and alarm those who answer for it when a proof fails."""
    if clock.local(clock.now()).hour < _NIGHT_HOUR:
        return
    today = clock.today()
    with db.scope(), db.across_orgs("the nightly proof of every register"):
        keys = db.session().execute(
            select(RegisterYear.register_id, RegisterYear.year).where(
                RegisterYear.verified_date.is_distinct_from(today)
            )
        )
        waiting = [(register_id, year) for register_id, year in keys]
    for register_id, year in waiting:
        _prove(register_id, year)


@every(900, "registers.years")
def close_years() -> None:
    """Past years begin to close; held numbers whose term is over and copies not back in time are told of."""
    years.begin_due()
    holding.remind_expired()
    lending.remind_late()


def _prove(register_id: int, year: int) -> None:
    today = clock.today()
    with db.unit_of_work() as session, db.across_orgs("the nightly proof of every register"):
        claimed = session.execute(
            update(RegisterYear)
            .where(
                RegisterYear.register_id == register_id,
                RegisterYear.year == year,
                RegisterYear.verified_date.is_distinct_from(today),
            )
            .values(verified_date=today)
            .returning(RegisterYear.org_id)
            .execution_options(synchronize_session=False)
        ).scalar_one_or_none()
    if claimed is None:
        return
    with db.scope(), db.across_orgs("the nightly proof of every register"):
        faults = prove(register_id, year)
    if faults:
        with db.unit_of_work() as session, db.across_orgs("the nightly proof of every register"):
            people = directory.ids_with_role(claimed, Role.CLERK, Role.LEADER, Role.AUDITOR)
            register = session.get_one(Register, register_id)
            notices.notify(
                people,
                "register.broken",
                register.ref,
                year=year,
                problem=faults[0].problem,
                number=faults[0].number,
            )
