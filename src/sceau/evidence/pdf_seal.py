"""The seal on a PDF receipt, checked without network, and what is attached to it. Pure."""

import io
from collections.abc import Iterator, Sequence
from typing import Any

from asn1crypto import cms, x509
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import SigningError
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from sceau.evidence.reasons import PdfChanged, PdfUnreadable, PdfUnsealed, PdfUntrusted

_DEEPEST, _MOST = 8, 10_000  # of the tree of attachments

# What pyHanko raises on a file that was cut or changed.
_UNREADABLE = (
    PdfError,
    SigningError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    NotImplementedError,
    OSError,
    RecursionError,
    TypeError,
    ValueError,
)


def attachments(data: bytes, authorities: Sequence[bytes]) -> dict[str, bytes]:
    """The attached files, once one seal of one of the authorities (DER) covers the whole document.

    Raises PdfUnreadable, PdfUnsealed, PdfChanged, PdfUntrusted.
    """
    try:
        reader = PdfFileReader(io.BytesIO(data))
        seals = list(reader.embedded_signatures)
    except _UNREADABLE as error:
        raise PdfUnreadable from error
    if len(seals) != 1:
        raise PdfUnsealed
    _require_sealed(seals[0], authorities)
    _require_one_spelling(data, seals[0])
    try:
        return dict(_attached(reader))
    except _UNREADABLE as error:
        raise PdfUnreadable from error


def _require_sealed(seal: EmbeddedPdfSignature, authorities: Sequence[bytes]) -> None:
    try:
        status = _validate(seal, authorities)
    except (SignatureValidationError, *_UNREADABLE) as error:
        raise PdfChanged from error
    if not status.intact or not status.valid or status.coverage != SignatureCoverageLevel.ENTIRE_FILE:
        raise PdfChanged
    if not status.trusted:
        raise PdfUntrusted


def _validate(seal: EmbeddedPdfSignature, authorities: Sequence[bytes]) -> PdfSignatureStatus:
    moment = seal.self_reported_timestamp
    if moment is None:
        raise PdfUnsealed
    context = ValidationContext(
        trust_roots=[x509.Certificate.load(der) for der in authorities],
        moment=moment,  # the certificate held when it sealed; without a time-stamp this is the operator's word
        allow_fetching=False,
        revocation_mode="soft-fail",
    )
    usage = KeyUsageConstraints(key_usage={"non_repudiation"})
    return validate_pdf_signature(seal, context, key_usage_settings=usage, skip_diff=True)


def _require_one_spelling(data: bytes, seal: EmbeddedPdfSignature) -> None:
    """No signature covers the signature's own wrapping: it must be spelt as our seal spells it. Raises PdfChanged."""
    try:
        cut = data[int(seal.byte_range[1]) : int(seal.byte_range[2])]
        octets = bytes.fromhex(cut[1:-1].decode())
        spelt = _spelt(cms.ContentInfo.load(octets)["content"])
    except _UNREADABLE as error:
        raise PdfChanged from error
    if cut != b"<%s>" % spelt.ljust(len(octets), b"\0").hex().upper().encode():
        raise PdfChanged


def _spelt(read: cms.SignedData) -> bytes:
    """The CMS put together anew from what is signed: the certificate, the signed attributes, the signature."""
    (signer,), (certificate,) = read["signer_infos"], read["certificates"]
    own = x509.Certificate.load(certificate.dump())
    identity = {"issuer": own.issuer, "serial_number": own.serial_number}
    made = {
        "version": "v1",
        "sid": cms.SignerIdentifier({"issuer_and_serial_number": identity}),
        "digest_algorithm": {"algorithm": "sha256"},
        "signed_attrs": signer["signed_attrs"],
        "signature_algorithm": {"algorithm": "sha256_ecdsa"},
        "signature": signer["signature"].native,
    }
    content = {
        "version": "v1",
        "digest_algorithms": [{"algorithm": "sha256"}],
        "encap_content_info": {"content_type": "data"},
        "certificates": [cms.CertificateChoices({"certificate": own})],
        "signer_infos": [made],
    }
    return bytes(cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(content)}).dump())


def _attached(reader: PdfFileReader) -> Iterator[tuple[str, bytes]]:
    for name, specification in _leaves(reader.root["/Names"]["/EmbeddedFiles"], 0):
        yield str(name), bytes(specification["/EF"]["/F"].data)


def _leaves(node: Any, depth: int) -> Iterator[tuple[Any, Any]]:
    """The pairs of a PDF name tree (ISO 32000-1 §7.9.6)."""
    names, kids = _array(node, "/Names"), _array(node, "/Kids")
    if depth > _DEEPEST or len(names) > 2 * _MOST or len(kids) > _MOST:
        raise ValueError("too many attachments")
    for at in range(0, len(names) - 1, 2):  # by index: pyHanko resolves references only so
        yield names[at], names[at + 1]
    for at in range(len(kids)):
        yield from _leaves(kids[at], depth + 1)


def _array(node: Any, key: str) -> Any:
    return node[key] if key in node else ()  # noqa: SIM401  # pyHanko's get() would not follow a reference
