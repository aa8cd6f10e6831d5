"""The log's key: `log.key` for the worker alone, `log.vkey` for everybody (E4).

`log.vkey` holds one verifier key a line, the newest first: checkpoints signed before a rotation stay verifiable.
Its name is the log's first origin.
"""

from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from django.conf import settings

from sceau.core import keyfiles
from sceau.core.errors import Malformed
from sceau.evidence.note import Signer, Verifier

_PRIVATE, _PUBLIC = "log.key", "log.vkey"


def create(folder: Path, origin: str) -> None:
    """Make both files. Raises FileExistsError; Malformed for an origin with a space or a plus sign."""
    key = Ed25519PrivateKey.generate()
    verifier = Signer(origin, key).verifier
    keyfiles.create(folder / _PRIVATE, _pem(key), mode=keyfiles.PRIVATE)
    keyfiles.create(folder / _PUBLIC, f"{verifier.vkey}\n".encode(), mode=keyfiles.PUBLIC)


def rotate(folder: Path) -> None:
    """Sign with a new key from now on; running processes follow when they restart.

    The public half goes first: nothing is ever signed by a key that nobody knows.
    """
    known = (folder / _PUBLIC).read_text()
    key = Ed25519PrivateKey.generate()
    verifier = Signer(_parse(known)[0].name, key).verifier
    keyfiles.replace(folder / _PUBLIC, f"{verifier.vkey}\n{known}".encode(), mode=keyfiles.PUBLIC)
    keyfiles.replace(folder / _PRIVATE, _pem(key), mode=keyfiles.PRIVATE)
    forget()


def signer() -> Signer:
    """Raises NotFound, ExposedKey; Malformed when log.key is not the key of the first line of log.vkey."""
    return _signer(settings.SCEAU_KEYS)


def verifiers() -> tuple[Verifier, ...]:
    """The newest first. Raises Malformed."""
    return _verifiers(settings.SCEAU_KEYS)


def origin() -> str:
    """The first origin of this installation's log."""
    return verifiers()[0].name


def forget() -> None:
    """Read the files again."""
    _signer.cache_clear()
    _verifiers.cache_clear()


@lru_cache(maxsize=4)
def _signer(folder: Path) -> Signer:
    key = load_pem_private_key(keyfiles.read_private(folder / _PRIVATE), None)
    newest = _verifiers(folder)[0]
    if not isinstance(key, Ed25519PrivateKey):
        raise Malformed
    signer = Signer(newest.name, key)
    if signer.verifier != newest:
        raise Malformed
    return signer


@lru_cache(maxsize=4)
def _verifiers(folder: Path) -> tuple[Verifier, ...]:
    return _parse((folder / _PUBLIC).read_text())


def _parse(text: str) -> tuple[Verifier, ...]:
    verifiers = tuple(Verifier.parse(line) for line in text.splitlines())
    if not verifiers or len({verifier.name for verifier in verifiers}) != 1:
        raise Malformed
    return verifiers


def _pem(key: Ed25519PrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
