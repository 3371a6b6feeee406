"""Everything of an agency written into one file, for the operator of the machine."""

import contextlib
from pathlib import Path
from typing import Any

from sqlalchemy import select

from intranet.core import clock, db, slots
from intranet.core.labels import label
from intranet.core.refs import Ref
from intranet.people import directory
from intranet.records import audit, package, store
from intranet.records.models import File
from intranet.records.names import clean_name
from intranet.records.package import Package


def write_all(path: Path, org_id: int) -> dict[str, Any]:
    """Write the package of an agency; what was begun and not finished leaves nothing behind.

    :returns: counts of what is in it.
    """
    org = directory.org(org_id)
    at = clock.local(clock.now())
    facts: dict[str, Any] = {
        "agency": org.name if org is not None else str(org_id),
        "by": label("package.operator"),
        "made": f"{at:%H:%M %d/%m/%Y}",
        "scope": label("package.scope.all"),
    }
    begun = path.with_name(f"{path.name}.part")
    try:
        with begun.open("wb") as into:
            begun.chmod(0o600)
            written = Package(into)
            for part in slots.filled(package.PARTS):
                facts |= part(written, org_id, None, lambda _share: None)
            tables = package.add_tables(written, db.session(), org_id)
            facts["other_files"] = _other_files(written, org_id)
            facts["rows"] = sum(tables.values())
            digest = written.close(facts)
        begun.rename(path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            begun.unlink()
        raise
    with db.unit_of_work():
        audit.record(None, "agency.exported", Ref("organisation", org_id), org_id=org_id, list=digest)
    return facts


def _other_files(written: Package, org_id: int) -> int:
    """Files of the agency that no wing has put in: of meetings, tasks, what was made for somebody."""
    there = {one["sha256"] for one in written.listed}
    query = select(File).where(File.org_id == org_id).order_by(File.ref_kind, File.ref_id, File.id)
    count = 0
    for file in db.session().scalars(query):
        if file.sha256 in there or not store.is_there(file.sha256):
            continue
        there.add(file.sha256)
        name = f"tep-khac/{file.ref_kind}/{file.ref_id:07d}/{file.id}-{clean_name(file.name)}"
        written.add_file(name, store.path_of(file.sha256))
        count += 1
    return count
