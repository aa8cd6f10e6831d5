"""The operator's seal on receipts: PAdES B-B with an ECDSA P-256 key (E4).

`seal.key` and `seal.crt` sign; `authority.crt` is the small authority that issued the certificate. The authority's
own key is used once, in `create` or `renew`, and forgotten: nobody can steal it. A renewed seal brings a new
authority, added before the older ones; they stay in the trust file, as receipts sealed before stay valid.
"""

import io
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

from asn1crypto import algos
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko_certvalidator.registry import SimpleCertificateStore

from sceau.core import keyfiles
from sceau.core.errors import Malformed

_KEY, _CERTIFICATE, _AUTHORITY = "seal.key", "seal.crt", "authority.crt"
_VALIDITY = timedelta(days=3653)  # ten years; the log's proof has no end
_FIELD = "Sceau"
_DOCUMENT_SIGNING = x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36")  # RFC 9336


def create(folder: Path, operator: str, *, at: datetime) -> None:
    """Make the three files. Raises FileExistsError."""
    key, certificate, authority = _issue(operator, at)
    keyfiles.create(folder / _AUTHORITY, authority, mode=keyfiles.PUBLIC)
    keyfiles.create(folder / _CERTIFICATE, certificate, mode=keyfiles.PUBLIC)
    keyfiles.create(folder / _KEY, key, mode=keyfiles.PRIVATE)


def renew(folder: Path, operator: str, *, at: datetime) -> None:
    """A new key under a new authority; the trust file must be given out again."""
    key, certificate, authority = _issue(operator, at)
    known = (folder / _AUTHORITY).read_bytes()
    keyfiles.replace(folder / _AUTHORITY, authority + known, mode=keyfiles.PUBLIC)
    keyfiles.replace(folder / _KEY, key, mode=keyfiles.PRIVATE)
    keyfiles.replace(folder / _CERTIFICATE, certificate, mode=keyfiles.PUBLIC)
    _signer.cache_clear()


def seal(pdf: IncrementalPdfFileWriter, folder: Path) -> bytes:
    """The document with its seal over every octet. Raises NotFound, ExposedKey, Malformed."""
    metadata = signers.PdfSignatureMetadata(
        field_name=_FIELD, md_algorithm="sha256", subfilter=fields.SigSeedSubFilter.PADES
    )
    output = io.BytesIO()
    signers.PdfSigner(metadata, signer=_signer(folder)).sign_pdf(pdf, output=output)
    return output.getvalue()


class _Signer(signers.Signer):
    """Keeps the loaded key: pyHanko's own signer loads and checks it at each signature, ten times slower."""

    def __init__(
        self, key: ec.EllipticCurvePrivateKey, certificate: asn1_x509.Certificate, issuer: asn1_x509.Certificate
    ) -> None:
        super().__init__(
            signing_cert=certificate,
            embed_roots=False,  # the trust file has it; what no signature covers should not be here
            cert_registry=SimpleCertificateStore.from_certs([issuer]),  # type: ignore[no-untyped-call]  # pyHanko's
            signature_mechanism=algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}),
        )
        self._key = key

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        return bytes(72) if dry_run else self._key.sign(data, ec.ECDSA(hashes.SHA256()))


@lru_cache(maxsize=4)
def _signer(folder: Path) -> _Signer:
    key = load_pem_private_key(keyfiles.read_private(folder / _KEY), None)
    certificate = x509.load_pem_x509_certificate((folder / _CERTIFICATE).read_bytes())
    authority = x509.load_pem_x509_certificates((folder / _AUTHORITY).read_bytes())[0]
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.public_key() != certificate.public_key():
        raise Malformed
    own, issuer = (asn1_x509.Certificate.load(one.public_bytes(Encoding.DER)) for one in (certificate, authority))
    return _Signer(key, own, issuer)


def _issue(operator: str, at: datetime) -> tuple[bytes, bytes, bytes]:
    """Key, certificate and authority, in PEM. The authority's key ends with this function."""
    issuing, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    issuer, subject = _name(operator, "autorité du sceau"), _name(operator, "sceau des preuves")
    issuer_id = x509.SubjectKeyIdentifier.from_public_key(issuing.public_key())
    authority = (
        _certificate(issuer, issuer, issuing.public_key(), at)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(key_cert_sign=True, crl_sign=True), critical=True)
        .add_extension(issuer_id, critical=False)
        .sign(issuing, hashes.SHA256())
    )
    certificate = (
        _certificate(subject, issuer, key.public_key(), at)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(digital_signature=True, content_commitment=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([_DOCUMENT_SIGNING]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(issuer_id), critical=False)
        .sign(issuing, hashes.SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return private, certificate.public_bytes(Encoding.PEM), authority.public_bytes(Encoding.PEM)


def _certificate(
    subject: x509.Name, issuer: x509.Name, public_key: ec.EllipticCurvePublicKey, at: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - timedelta(minutes=5))  # clocks differ
        .not_valid_after(at + _VALIDITY)
    )


def _name(operator: str, role: str) -> x509.Name:
    """X.520 limits both to 64 characters."""
    organization = x509.NameAttribute(NameOID.ORGANIZATION_NAME, operator[:64])
    return x509.Name([organization, x509.NameAttribute(NameOID.COMMON_NAME, f"{operator[:40]}, {role}")])


def _usage(**wanted: bool) -> x509.KeyUsage:
    names = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    return x509.KeyUsage(**{name: wanted.get(name, False) for name in names})
