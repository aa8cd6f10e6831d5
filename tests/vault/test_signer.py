"""vault/signer.py: a statement counts when a pinned key signed exactly these octets."""

from pathlib import Path
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from django.conf import LazySettings

from sceau.core import canonical, hpke, keyfiles
from sceau.core.errors import Malformed
from sceau.vault import signer
from sceau.vault.signer import UnsignedKey
from sceau.vault.statements import Statement
from tests.vault.people import NOW

STATEMENT = Statement("mailbox", UUID(int=1), hpke.public_key(bytes(32)), NOW, ("a@b.test",), 1)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: LazySettings) -> Path:
    settings.SCEAU_KEYS = tmp_path
    signer.create(tmp_path)
    return tmp_path


def test_what_we_sign_verifies_again_and_again() -> None:
    data, signature = signer.sign(STATEMENT)
    assert signer.verify(data, signature) == STATEMENT
    assert signer.verify(data, signature) == STATEMENT  # from memory


def test_the_signature_is_ed25519_over_the_label_and_the_octets(folder: Path) -> None:
    data, signature = signer.sign(STATEMENT)
    key = load_pem_public_key((folder / "signer.pub").read_bytes())
    key.verify(signature, b"sceau/statement/1\0" + data)  # type: ignore[union-attr,call-arg]  # an Ed25519 key


@pytest.mark.attack(32)
def test_a_changed_statement_or_signature_is_unsigned_even_once_remembered() -> None:
    data, signature = signer.sign(STATEMENT)
    signer.verify(data, signature)
    other, _ = signer.sign(Statement("mailbox", UUID(int=2), STATEMENT.public_key, NOW, ("a@b.test",), 1))
    flipped = bytes([signature[0] ^ 1]) + signature[1:]
    for pair in [(other, signature), (data, flipped), (data, b""), (b"", signature), (data + b"\n", signature)]:
        with pytest.raises(UnsignedKey):
            signer.verify(*pair)


@pytest.mark.attack(32)
@pytest.mark.req("V9")
def test_another_signer_is_not_believed(folder: Path) -> None:
    data = STATEMENT.encode()
    with pytest.raises(UnsignedKey):
        signer.verify(data, Ed25519PrivateKey.generate().sign(b"sceau/statement/1\0" + data))


def test_memory_does_not_outlive_the_pinned_key(
    folder: Path, tmp_path_factory: pytest.TempPathFactory, settings: LazySettings
) -> None:
    data, signature = signer.sign(STATEMENT)
    signer.verify(data, signature)
    settings.SCEAU_KEYS = tmp_path_factory.mktemp("other")
    signer.create(settings.SCEAU_KEYS)
    with pytest.raises(UnsignedKey):
        signer.verify(data, signature)


def test_signed_octets_that_are_no_statement_are_refused(folder: Path) -> None:
    data = canonical.dumps({"type": "mailbox"})
    signature = signer._private(folder / "signer.key").sign(b"sceau/statement/1\0" + data)
    with pytest.raises(UnsignedKey):
        signer.verify(data, signature)


def test_a_signature_for_another_purpose_signs_no_statement(folder: Path) -> None:
    data = STATEMENT.encode()
    with pytest.raises(UnsignedKey):
        signer.verify(data, signer._private(folder / "signer.key").sign(data))


@pytest.mark.req("V10")
def test_after_rotation_both_keys_are_believed_until_the_older_is_unpinned(folder: Path) -> None:
    older = signer.sign(STATEMENT)
    signer.rotate(folder)
    newer = signer.sign(STATEMENT)
    assert newer[1] != older[1]
    assert signer.verify(*older) == signer.verify(*newer) == STATEMENT
    newest, end, _ = (folder / "signer.pub").read_bytes().partition(b"-----END PUBLIC KEY-----\n")
    (folder / "signer.pub").write_bytes(newest + end)
    signer._pinned.cache_clear()  # what a restart does
    signer.verify(*newer)
    with pytest.raises(UnsignedKey):
        signer.verify(*older)


def test_keys_are_made_once_and_are_their_owners_alone(folder: Path) -> None:
    assert (folder / "signer.key").stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError):
        signer.create(folder)


def test_a_private_key_that_others_may_read_is_refused(folder: Path) -> None:
    (folder / "signer.key").chmod(0o644)
    with pytest.raises(keyfiles.ExposedKey):
        signer.sign(STATEMENT)


@pytest.mark.parametrize("text", [b"", b"-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n"])
def test_a_pinned_file_without_keys_is_refused(folder: Path, text: bytes) -> None:
    (folder / "signer.pub").write_bytes(text)
    with pytest.raises((Malformed, ValueError)):
        signer.verify(b"", b"")
