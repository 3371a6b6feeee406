"""Says what the signatures in one PDF are worth, as JSON: run by :mod:`intranet.records.signatures` alone.

The only door to pyHanko. Nothing is fetched: certificates of authorities and their lists of revoked ones lie
in a folder of the installation, whatever else is needed comes with the file.
"""

import sys
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from asn1crypto import crl, pem, x509
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESIndeterminate
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.errors import NoDSSFoundError, SignatureValidationError
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import PdfSignatureStatus
from pyhanko_certvalidator import ValidationContext

from intranet.records.child import answer

#: Signatures of one file that are looked at.
_MOST = 20
_LISTS = (".crl",)
_USES = KeyUsageConstraints(key_usage={"non_repudiation", "digital_signature"})
#: A file is foreign: whatever is wrong with a signature in it, the others are looked at all the same.
_WRONG = (PdfError, SignatureValidationError, ValueError, KeyError, TypeError, AttributeError, IndexError)
_OVER = {
    AdESIndeterminate.EXPIRED,
    AdESIndeterminate.OUT_OF_BOUNDS_NO_POE,
    AdESIndeterminate.OUT_OF_BOUNDS_NOT_REVOKED,
    AdESIndeterminate.REVOCATION_OUT_OF_BOUNDS_NO_POE,
}

_Json = dict[str, Any]


@dataclass
class _Authorities:
    """What the installation trusts."""

    roots: list[x509.Certificate] = field(default_factory=list)
    others: list[x509.Certificate] = field(default_factory=list)
    lists: list[crl.CertificateList] = field(default_factory=list)


def look(path: str, folder: str) -> _Json:
    """What each signature of a PDF is worth: ``{"signatures": [...]}``, in the order of signing."""
    trusted = _authorities(Path(folder))
    with Path(path).open("rb") as file:
        try:
            reader = PdfFileReader(file, strict=False)
            found = reader.embedded_regular_signatures[:_MOST]
        except _WRONG:
            return {"signatures": [_unread()]}
        return {"signatures": [_told(one, reader, trusted) for one in found]}


def _told(one: EmbeddedPdfSignature, reader: PdfFileReader, trusted: _Authorities) -> _Json:
    try:
        status = _validated(one, reader, trusted)
        stamp = status.timestamp_validity
        at = _stamped_at(status)
        if at is not None and status.intact and status.valid and not status.trusted:
            # What ended or was revoked since the stamp was good when it was signed.
            status = _validated(one, reader, trusted, at)
        return _judged(one, status) | {"is_stamped": stamp is not None and stamp.trusted}
    except _WRONG:
        return _unread(_text(one.field_name))


def _validated(
    one: EmbeddedPdfSignature, reader: PdfFileReader, trusted: _Authorities, at: datetime | None = None
) -> PdfSignatureStatus:
    how: _Json = {
        "trust_roots": trusted.roots,
        "other_certs": list(trusted.others),
        "crls": list(trusted.lists),
        "allow_fetching": False,
        "revocation_mode": "soft-fail",
        **({"moment": at, "retroactive_revinfo": True} if at else {}),
    }
    try:
        context = DocumentSecurityStore.read_dss(reader).as_validation_context(how)
    except NoDSSFoundError:
        context = ValidationContext(**how)
    return validate_pdf_signature(one, context, key_usage_settings=_USES)


def _stamped_at(status: PdfSignatureStatus) -> datetime | None:
    stamp = status.timestamp_validity
    return stamp.timestamp if stamp is not None and stamp.trusted else None


def _judged(one: EmbeddedPdfSignature, status: PdfSignatureStatus) -> _Json:
    state, why = _worth(status)
    certificate, at = status.signing_cert, _stamped_at(status) or status.signer_reported_dt
    return {
        "field": _text(one.field_name),
        "signer": _name(certificate.subject),
        "issuer": _name(certificate.issuer),
        "serial": f"{certificate.serial_number:x}"[:80],
        "at": None if at is None else at.isoformat(),
        "state": state,
        "why": why,
    }


def _worth(status: PdfSignatureStatus) -> tuple[str, str]:
    is_altered = status.docmdp_ok is False or status.modification_level is ModificationLevel.OTHER
    if not status.intact or (status.valid and is_altered):
        return "invalid", "changed"
    if not status.valid:
        return "invalid", "broken"
    if status.revoked:
        return "invalid", "revoked"
    if status.trusted:
        return "valid", ""
    if status.trust_problem_indic in _OVER:
        return "unknown", "expired"
    if status.trust_problem_indic is AdESIndeterminate.NO_CERTIFICATE_CHAIN_FOUND:
        return "unknown", "no_authority"
    return "unknown", "unproved"


def _unread(name: str = "") -> _Json:
    return {"field": name, "signer": "", "issuer": "", "serial": "", "at": None} | {
        "state": "unknown",
        "why": "unread",
        "is_stamped": False,
    }


def _name(of: x509.Name) -> str:
    known = of.native
    said = known.get("common_name") or known.get("organization_name") or of.human_friendly
    return _text(said if isinstance(said, str) else " ".join(map(str, said)))


def _text(said: object) -> str:
    return " ".join(str(said or "").split())[:200]


def _authorities(folder: Path) -> _Authorities:
    """Certificates and lists of a folder; whoever certified itself is a root."""
    found = _Authorities()
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        try:
            for block in _blocks(path.read_bytes()):
                if path.suffix.lower() in _LISTS:
                    found.lists.append(crl.CertificateList.load(block))
                    continue
                certificate = x509.Certificate.load(block)
                is_root = certificate.self_issued
                (found.roots if is_root else found.others).append(certificate)
        except (OSError, ValueError):
            continue
    return found


def _blocks(data: bytes) -> list[bytes]:
    return [block for _, _, block in pem.unarmor(data, multiple=True)] if pem.detect(data) else [data]


def main(arguments: list[str]) -> int:
    """``signature_child MEMORY SECONDS OUTPUT PATH FOLDER``; prints JSON in a line, returns 0 if it could."""
    return answer(arguments, look)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
