"""The trust file: written for an installation, read by people's machines."""

from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from sceau.core.errors import Malformed
from sceau.evidence import keys, trust
from sceau.evidence.trust import Trust
from tests.evidence.receipts import SIGNER, TRUST


def test_it_holds_the_log_keys_and_the_authorities_of_the_installation() -> None:
    text = trust.write(settings.SCEAU_KEYS, "Centre  de santé\ndes Tilleuls")
    parsed = Trust.parse(text)
    authorities = x509.load_pem_x509_certificates((settings.SCEAU_KEYS / "authority.crt").read_bytes())
    assert parsed.operator == "Centre de santé des Tilleuls"
    assert parsed.log_keys == keys.verifiers()
    assert parsed.authorities == tuple(authority.public_bytes(Encoding.DER) for authority in authorities)
    assert parsed.encode() == text


def test_other_programs_find_the_certificate_in_it() -> None:
    text = trust.write(settings.SCEAU_KEYS, "Sceau")
    expected = x509.load_pem_x509_certificates((settings.SCEAU_KEYS / "authority.crt").read_bytes())
    assert x509.load_pem_x509_certificates(text.encode()) == expected


def test_line_ends_and_remarks_of_other_systems_are_read_over() -> None:
    text = TRUST.encode().replace("\n", "\r\n") + "Reçu de l’hôpital le 22 novembre.\r\n"
    assert Trust.parse(text) == TRUST


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("sceau/trust/1", "sceau/trust/2"),
        ("operator ", "Operator "),
        ("\nlog ", "\nlogs "),
        (SIGNER.verifier.id.hex(), "00000000"),
        (SIGNER.verifier.vkey, "x"),
    ],
)
def test_one_fault_is_enough(old: str, new: str) -> None:
    assert old in TRUST.encode()
    with pytest.raises(Malformed):
        Trust.parse(TRUST.encode().replace(old, new))


@given(st.text(max_size=200))
def test_any_other_text_is_malformed(text: str) -> None:
    with pytest.raises(Malformed):
        Trust.parse(text)


def test_keys_of_before_a_rotation_stay_trusted(tmp_path: Path) -> None:
    keys.create(tmp_path, "rotation.example/evidence")
    before = keys._signer(tmp_path)
    keys.rotate(tmp_path)
    after = keys._signer(tmp_path)
    assert keys._verifiers(tmp_path) == (after.verifier, before.verifier)
    assert before.verifier != after.verifier
    assert (tmp_path / "log.key").stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError):
        keys.create(tmp_path, "rotation.example/evidence")


def test_a_private_key_that_is_not_the_published_one_signs_nothing(tmp_path: Path) -> None:
    keys.create(tmp_path, "one.example")
    other = tmp_path / "other"
    other.mkdir()
    keys.create(other, "one.example")
    (tmp_path / "log.vkey").write_text((other / "log.vkey").read_text())
    with pytest.raises(Malformed):
        keys._signer(tmp_path)
