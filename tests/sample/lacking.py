"""Records of documents that the sample office has none of, made for the test of addresses."""

from datetime import timedelta

from sqlalchemy import select

from documents.models.catalogue import IssuerSpelling
from documents.models.importing import FileBundle, FilePiece, PieceState, RegisterImport
from documents.models.intake import IntakeFile, IntakeState
from documents.models.listing import BulkAct, BulkKind
from documents.models.printing import RegisterPrint
from documents.models.register import RegisterKind
from documents.models.transferring import TransferRule
from documents.services import catalogue, numbering
from intranet.core import clock, db
from intranet.people import directory
from intranet.people.models import User
from intranet.records.models import ListImport


def documents(clerk: User, leader_id: int) -> None:
    """A refused file, a name as printed, an act on many, a kind that goes straight to a unit."""
    with db.unit_of_work() as session:
        refused = IntakeFile(
            org_id=clerk.org_id,
            staged_id="0" * 32,
            name="bi-tu-choi.pdf",
            by_id=clerk.id,
            at=clock.now(),
            state=IntakeState.REFUSED,
            problem="file.encrypted",
        )
        session.add(refused)
        spelled = IssuerSpelling(
            org_id=clerk.org_id,
            key="|so tc",
            printed="SỞ TC",
            party_id=catalogue.find_or_make_party(clerk.org_id, "Sở Tài chính").id,
            times=1,
            first_by_id=clerk.id,
            first_at=clock.now(),
            last_by_id=clerk.id,
            last_at=clock.now(),
        )
        session.add(spelled)
        done = BulkAct(org_id=clerk.org_id, by_id=clerk.id, kind=BulkKind.PRESENT, created_at=clock.now())
        done.release_at = done.created_at + timedelta(hours=1)
        session.add(done)
        session.add(
            TransferRule(
                org_id=clerk.org_id,
                kind_id=catalogue.kinds(clerk.org_id)[0].id,
                unit_id=directory.units_of(clerk.org_id)[0].id,
                leader_id=leader_id,
                set_by_id=clerk.id,
                set_at=clock.now(),
            )
        )


def imports(org_id: int) -> None:
    """An old register on its way in, a ZIP with a file that belongs to no line, a print that is kept."""
    with db.unit_of_work() as session:
        person = session.scalars(select(User).where(User.org_id == org_id)).first()
        assert person is not None
        register = catalogue.registers(org_id, RegisterKind.IN)[0]
        of = {"org_id": org_id, "register_id": register.id, "by_id": person.id, "at": clock.now()}
        told = {"name": "so-cu.csv", "sha256": "0" * 64}
        bundle = FileBundle(**of, **told, year=2024)
        session.add_all((RegisterImport(**of, **told), bundle))
        sheet = {"org_id": org_id, "by_id": person.id, "at": clock.now(), **told}
        bare = {"heads": ["Tên"], "mark": "", "rows": [[2, "Sở Tài chính"]], "mapping": {"0": "name"}}
        session.add_all(ListImport(**sheet, **bare, kind=kind) for kind in ("party", "unit", "people"))
        session.flush()
        unmatched = PieceState.UNMATCHED
        year = numbering.lock_year(register, 2024)
        printed = RegisterPrint(org_id=org_id, register_id=register.id, year=year.year)
        printed.head_hash, printed.export_id = year.head_hash, 0
        printed.asked_by_id, printed.asked_at, printed.made_at = person.id, clock.now(), clock.now()
        session.add(printed)
        session.add(FilePiece(org_id=org_id, bundle_id=bundle.id, name="1.pdf", state=unmatched))
