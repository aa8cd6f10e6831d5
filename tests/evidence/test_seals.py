"""The operator's seal: its files, its certificate, and keys that do not fit."""

import io
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from reportlab.pdfgen.canvas import Canvas

from sceau.core.errors import Malformed, NotFound
from sceau.core.keyfiles import ExposedKey
from sceau.evidence import pades, pdf_seal, reasons, seals
from tests.evidence.logs import NOON, after


def page() -> IncrementalPdfFileWriter:
    output = io.BytesIO()
    canvas = Canvas(output)
    canvas.drawString(100, 100, "Bonjour")
    canvas.save()
    return IncrementalPdfFileWriter(output)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    seals.create(tmp_path, "Centre de santé des Tilleuls, un nom d’opérateur plus long que ce que X.520 admet", at=NOON)
    return tmp_path


def test_the_private_key_is_private_and_the_authority_s_is_nowhere(folder: Path) -> None:
    modes = {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()}
    assert modes == {"seal.key": 0o600, "seal.crt": 0o644, "authority.crt": 0o644}


def test_the_certificate_says_whose_it_is_and_what_for(folder: Path) -> None:
    certificate = x509.load_pem_x509_certificate((folder / "seal.crt").read_bytes())
    authority = x509.load_pem_x509_certificate((folder / "authority.crt").read_bytes())
    certificate.verify_directly_issued_by(authority)
    (name,) = certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    assert str(name.value).startswith("Centre de santé des Tilleuls")
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    assert (usage.content_commitment, usage.digital_signature, usage.key_cert_sign) == (True, True, False)
    assert not certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert authority.extensions.get_extension_for_class(x509.BasicConstraints).value.path_length == 0


def test_keys_are_never_overwritten(folder: Path) -> None:
    with pytest.raises(FileExistsError):
        seals.create(folder, "Un autre", at=NOON)


def test_a_key_that_others_may_read_or_that_is_not_the_certificate_s_seals_nothing(
    folder: Path, tmp_path: Path
) -> None:
    (folder / "seal.key").chmod(0o644)
    with pytest.raises(ExposedKey):
        pades.seal(page(), folder)
    other = tmp_path / "other"
    other.mkdir()
    seals.create(other, "Un autre", at=NOON)
    (other / "seal.crt").write_bytes((folder / "seal.crt").read_bytes())
    with pytest.raises(Malformed):
        pades.seal(page(), other)
    with pytest.raises(NotFound):
        pades.seal(page(), tmp_path / "nowhere")


def test_a_seal_made_outside_its_certificate_s_time_is_not_trusted(tmp_path: Path) -> None:
    seals.create(tmp_path, "Demain", at=after(86400 * 365 * 50))
    sealed = pades.seal(page(), tmp_path)
    authority = x509.load_pem_x509_certificate((tmp_path / "authority.crt").read_bytes())
    with pytest.raises(reasons.PdfUntrusted):
        pdf_seal.attachments(sealed, [authority.public_bytes(Encoding.DER)])
