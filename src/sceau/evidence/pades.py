"""Signing with the operator's seal: PAdES B-B, ECDSA P-256 (E4). Imported by what seals, as pyHanko is heavy."""

import io
from functools import lru_cache
from pathlib import Path

from asn1crypto import algos
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko_certvalidator.registry import SimpleCertificateStore

from sceau.core import keyfiles
from sceau.core.errors import Malformed, NotFound
from sceau.evidence import seals

_FIELD = "Sceau"


def seal(pdf: IncrementalPdfFileWriter, folder: Path) -> bytes:
    """The document with its seal over every octet, with the newest seal. Raises NotFound, ExposedKey, Malformed."""
    metadata = signers.PdfSignatureMetadata(
        field_name=_FIELD, md_algorithm="sha256", subfilter=fields.SigSeedSubFilter.PADES
    )
    try:
        certificate = (folder / seals.CERTIFICATE).read_bytes()
    except FileNotFoundError:
        raise NotFound from None
    output = io.BytesIO()
    signers.PdfSigner(metadata, signer=_signer(folder, certificate)).sign_pdf(pdf, output=output)
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
def _signer(folder: Path, certificate_pem: bytes) -> _Signer:
    key = load_pem_private_key(keyfiles.read_private(folder / seals.KEY), None)
    certificate = x509.load_pem_x509_certificate(certificate_pem)
    authority = x509.load_pem_x509_certificates((folder / seals.AUTHORITY).read_bytes())[0]
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.public_key() != certificate.public_key():
        raise Malformed
    own, issuer = (asn1_x509.Certificate.load(one.public_bytes(Encoding.DER)) for one in (certificate, authority))
    return _Signer(key, own, issuer)
