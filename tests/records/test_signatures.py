"""Digital signatures: whether they hold, whom this installation trusts, and what is not proved."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from intranet.core import db
from intranet.records import signature_child, signatures, store
from intranet.records.models import SignatureState
from tests.factories import Office
from tests.signing import DAY, SIGNER, Authority, altered, authority, pen, proof, stamper, turned
from tests.uploads import pdf_with

Judge = Callable[[bytes], tuple[str, str]]


@pytest.fixture
def known() -> Authority:
    """An authority that this installation trusts."""
    return authority()


@pytest.fixture
def trust(tmp_path: Path, known: Authority) -> Path:
    """The folder of those who are trusted."""
    folder = tmp_path / "trust"
    folder.mkdir()
    (folder / "goc.pem").write_bytes(known.pem)
    (folder / "ghi-chu.txt").write_text("không phải chứng thư", encoding="utf-8")
    return folder


@pytest.fixture
def judge(tmp_path: Path, trust: Path) -> Judge:
    """What the only signature in some bytes is worth, and why."""

    def judged(data: bytes) -> tuple[str, str]:
        path = tmp_path / "van-ban.pdf"
        path.write_bytes(data)
        [one] = signature_child.look(str(path), str(trust))["signatures"]
        return one["state"], one["why"]

    return judged


def test_a_signature_holds_only_over_what_was_signed_by_whom_somebody_known_vouches_for(
    judge: Judge, trust: Path, known: Authority
) -> None:
    paper, good = pdf_with("Số: 05/QĐ-UBND"), pen(known)
    signed = good.sign(paper)
    assert judge(signed) == ("valid", "")
    assert judge(altered(signed)) == ("invalid", "changed")
    assert judge(pen(authority("Không ai biết")).sign(paper)) == ("unknown", "no_authority")
    assert judge(pen(known, lasts=-DAY).sign(paper)) == ("unknown", "expired")
    # A name that is another one's is not enough.
    assert judge(pen(authority(known.name)).sign(paper))[0] == "unknown"
    (trust / "thu-hoi.crl").write_bytes(known.revoking(good.certificate.serial_number))
    assert judge(signed) == ("invalid", "revoked")
    assert judge(pen(known).sign(paper)) == ("valid", "")


def test_a_second_signature_may_follow_but_no_page_may_be_changed_by_what_is_added(
    judge: Judge, known: Authority, tmp_path: Path, trust: Path
) -> None:
    first = pen(known).sign(pdf_with("Số: 05/QĐ-UBND"))
    path = tmp_path / "hai-chu-ky.pdf"
    path.write_bytes(pen(known).sign(first, "ChuKy2"))
    both = signature_child.look(str(path), str(trust))["signatures"]
    assert [(one["field"], one["state"]) for one in both] == [("ChuKy1", "valid"), ("ChuKy2", "valid")]
    assert judge(turned(first)) == ("invalid", "changed")
    # What cannot be read proves nothing, and ends nothing.
    assert judge(first[:-900]) == ("unknown", "unread")


def test_a_stamp_of_a_known_authority_keeps_a_signature_good_when_its_certificate_has_ended(
    judge: Judge, known: Authority, tmp_path: Path, trust: Path
) -> None:
    paper, ended, then = pdf_with("Số: 07/QĐ-UBND"), pen(known, lasts=-DAY), datetime.now(UTC) - 2 * DAY
    assert judge(ended.sign(paper, stamp=stamper(known, then))) == ("valid", "")
    assert judge(ended.sign(paper, stamp=stamper(authority("Không ai biết"), then))) == ("unknown", "expired")
    # Stamped after the end: nobody knows whether it was signed before.
    late = stamper(known, datetime.now(UTC))
    assert judge(ended.sign(paper, stamp=late)) == ("unknown", "expired")
    # With the proofs in the file itself.
    lasting = pen(known).sign(paper, stamp=stamper(known, datetime.now(UTC)), proof=proof(known))
    path = tmp_path / "lau-dai.pdf"
    path.write_bytes(lasting)
    [one] = signature_child.look(str(path), str(trust))["signatures"]
    assert (one["state"], one["is_stamped"], b"/DSS" in lasting) == ("valid", True, True)
    assert judge(altered(lasting)) == ("invalid", "changed")


def test_what_was_not_proved_is_looked_at_again_once_somebody_else_is_trusted(
    office: Office, known: Authority
) -> None:
    data = pen(known).sign(pdf_with("Số: 06/QĐ-UBND"))
    sha256 = store.put_bytes(data)
    found = signatures.look(store.path_of(sha256))
    assert found is not None
    assert signatures.look(store.path_of(store.put_bytes(pdf_with("Không ký")))) is None
    assert (found[0]["signer"], found[0]["issuer"], found[0]["state"]) == (SIGNER, known.name, "unknown")
    with db.unit_of_work():
        signatures.note(sha256, found)
    assert signatures.look_again() == 0
    folder = db.database().settings.data_dir / "trust"
    folder.mkdir()
    try:
        (folder / "goc.pem").write_bytes(known.pem)
        assert signatures.look_again() == 1
        assert signatures.look_again() == 0
        row = db.session().get_one(signatures.SignatureCheck, sha256, populate_existing=True)
        assert row.state is SignatureState.VALID
    finally:
        (folder / "goc.pem").unlink()
        folder.rmdir()
