"""The operator's seal on receipts: its key and certificate, ECDSA P-256 (E4); `pades` signs with it.

`seal.key` and `seal.crt` sign; `authority.crt` is the small authority that issued the certificate. The authority's
own key is used once, in `create` or `renew`, and forgotten: nobody can steal it. A renewed seal brings a new
authority, added before the older ones; they stay in the trust file, as receipts sealed before stay valid.
"""

from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from sceau.core import keyfiles

KEY, CERTIFICATE, AUTHORITY = "seal.key", "seal.crt", "authority.crt"
_VALIDITY = timedelta(days=3653)  # ten years; the log's proof has no end
_DOCUMENT_SIGNING = x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36")  # RFC 9336


def create(folder: Path, operator: str, *, at: datetime) -> None:
    """Make the three files. Raises FileExistsError."""
    key, certificate, authority = _issue(operator, at)
    keyfiles.create(folder / AUTHORITY, authority, mode=keyfiles.PUBLIC)
    keyfiles.create(folder / CERTIFICATE, certificate, mode=keyfiles.PUBLIC)
    keyfiles.create(folder / KEY, key, mode=keyfiles.PRIVATE)


def renew(folder: Path, operator: str, *, at: datetime) -> None:
    """A new key under a new authority; the trust file must be given out again."""
    key, certificate, authority = _issue(operator, at)
    known = (folder / AUTHORITY).read_bytes()
    keyfiles.replace(folder / AUTHORITY, authority + known, mode=keyfiles.PUBLIC)
    keyfiles.replace(folder / KEY, key, mode=keyfiles.PRIVATE)
    keyfiles.replace(folder / CERTIFICATE, certificate, mode=keyfiles.PUBLIC)


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
