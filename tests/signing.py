"""Authorities, certificates and signed PDFs of our own making."""

import io
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from asn1crypto import crl, keys
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.pdf_utils.generic import NumberObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper
from pyhanko_certvalidator import ValidationContext

DAY = timedelta(days=1)
SIGNER = "Nguyễn Văn Ký"
_NO_USES = dict.fromkeys(
    (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    ),
    False,
)


@dataclass(frozen=True)
class Authority:
    """Whoever vouches for signers."""

    name: str
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def pem(self) -> bytes:
        """Its certificate as an operator gets it."""
        return self.certificate.public_bytes(Encoding.PEM)

    def revoking(self, serial: int) -> bytes:
        """Its list of revoked certificates, one long."""
        now = datetime.now(UTC)
        gone = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(now - 2 * DAY).build()
        made = x509.CertificateRevocationListBuilder(_named(self.name), now - DAY, now + DAY, [], [gone])
        return made.sign(self.key, hashes.SHA256()).public_bytes(Encoding.DER)


@dataclass(frozen=True)
class Pen:
    """A key with which one person signs."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    def sign(
        self,
        data: bytes,
        field: str = "ChuKy1",
        *,
        stamp: DummyTimeStamper | None = None,
        proof: ValidationContext | None = None,
    ) -> bytes:
        """The PDF with a signature over all of it; stamped, with what proves it in the file (PAdES-LT)."""
        packed = pkcs12.serialize_key_and_certificates(None, self.key, self.certificate, None, NoEncryption())
        signer = signers.SimpleSigner.load_pkcs12_data(packed, other_certs=[])
        out = io.BytesIO()
        how = signers.PdfSignatureMetadata(
            field_name=field,
            subfilter=SigSeedSubFilter.PADES if stamp else None,
            embed_validation_info=proof is not None,
            validation_context=proof,
        )
        writer = IncrementalPdfFileWriter(io.BytesIO(data))
        signers.sign_pdf(writer, how, signer=signer, timestamper=stamp, output=out)
        return out.getvalue()


def authority(name: str = "Cơ quan chứng thực thử") -> Authority:
    """An authority that nobody knows yet."""
    key = ec.generate_private_key(ec.SECP256R1())
    uses = {**_NO_USES, "key_cert_sign": True, "crl_sign": True}
    made = _certificate(name, name, key, 10 * DAY, uses, is_authority=True)
    return Authority(name, key, made.sign(key, hashes.SHA256()))


def pen(by: Authority, lasts: timedelta = 300 * DAY) -> Pen:
    """A key of the signer, good since four days and for so long from now."""
    key = ec.generate_private_key(ec.SECP256R1())
    uses = {**_NO_USES, "digital_signature": True, "content_commitment": True}
    made = _certificate(SIGNER, by.name, key, lasts, uses, is_authority=False)
    lists = x509.DistributionPoint(
        [x509.UniformResourceIdentifier("http://ca.invalid/1.crl")], None, None, None
    )
    made = made.add_extension(x509.CRLDistributionPoints([lists]), critical=False)
    return Pen(key, made.sign(by.key, hashes.SHA256()))


def stamper(by: Authority, at: datetime) -> DummyTimeStamper:
    """Whoever certifies that something was there at an instant."""
    key = rsa.generate_private_key(65537, 2048)
    uses = {**_NO_USES, "digital_signature": True}
    made = _certificate("Dấu thời gian thử", by.name, key, 300 * DAY, uses, is_authority=False)
    made = made.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    certificate = made.sign(by.key, hashes.SHA256()).public_bytes(Encoding.DER)
    private = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return DummyTimeStamper(
        asn1.Certificate.load(certificate), keys.PrivateKeyInfo.load(private), fixed_dt=at
    )


def proof(by: Authority) -> ValidationContext:
    """What a signer whom this authority vouches for puts into the file, so that it can be proved for long."""
    lists = [crl.CertificateList.load(by.revoking(1))]
    root = asn1.Certificate.load(by.certificate.public_bytes(Encoding.DER))
    return ValidationContext(
        trust_roots=[root], crls=lists, allow_fetching=False, revocation_mode="hard-fail"
    )


def altered(signed: bytes) -> bytes:
    """A signed PDF of which one letter is another one since."""
    place = signed.index(b"ReportLab")
    return signed[:place] + b"RaportLab" + signed[place + 9 :]


def turned(signed: bytes) -> bytes:
    """A signed PDF to which was added that its page stands on its side."""
    out, writer = io.BytesIO(), IncrementalPdfFileWriter(io.BytesIO(signed))
    page = writer.prev.root["/Pages"]["/Kids"][0]
    page["/Rotate"] = NumberObject(90)
    writer.update_container(page)
    writer.write(out)
    return out.getvalue()


def _certificate(
    subject: str,
    issuer: str,
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey,
    lasts: timedelta,
    uses: dict[str, bool],
    *,
    is_authority: bool,
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(
        _named(issuer), _named(subject), key.public_key(), x509.random_serial_number()
    )
    made = made.not_valid_before(now - 4 * DAY).not_valid_after(now + lasts)
    made = made.add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
    return made.add_extension(x509.KeyUsage(**uses), critical=True)


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
