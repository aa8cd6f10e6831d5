"""Who signs and who believes statements about public keys (V9).

The database is not trusted to say it: whoever seals verifies a statement against keys pinned in
SCEAU_KEYS/signer.pub, and nobody signs a key that was read from the database.
"""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)
from django.conf import settings

from sceau.core import keyfiles
from sceau.core.errors import Malformed, Refused
from sceau.vault.statements import Statement

_PRIVATE, _PUBLIC = "signer.key", "signer.pub"
_END = b"-----END PUBLIC KEY-----\n"
_LABEL = b"sceau/statement/1\0"


class UnsignedKey(Refused):
    """A public key that the signer did not sign for this use: nothing is sealed to it (attack 32)."""

    code = "unsigned-key"


def create(folder: Path) -> None:
    """Make signer.key (Ed25519, PEM, 0600) and signer.pub. Raises FileExistsError."""
    key = Ed25519PrivateKey.generate()
    keyfiles.create(folder / _PRIVATE, _private_pem(key), mode=keyfiles.PRIVATE)
    keyfiles.create(folder / _PUBLIC, _public_pem(key), mode=keyfiles.PUBLIC)


def rotate(folder: Path) -> None:
    """Sign with a new key from now on (V10). The older ones stay pinned, after it, until an operator who has signed
    everything again deletes them from signer.pub. Running processes follow when they restart."""
    key = Ed25519PrivateKey.generate()
    pinned = (folder / _PUBLIC).read_bytes()
    keyfiles.replace(
        folder / _PUBLIC, _public_pem(key) + pinned, mode=keyfiles.PUBLIC
    )  # first: nothing goes unverified
    keyfiles.replace(folder / _PRIVATE, _private_pem(key), mode=keyfiles.PRIVATE)
    _private.cache_clear()
    _pinned.cache_clear()


def sign(statement: Statement) -> tuple[bytes, bytes]:
    """The statement's octets and their signature (64 octets)."""
    data = statement.encode()
    return data, _private(settings.SCEAU_KEYS / _PRIVATE).sign(_LABEL + data)


def verify(data: bytes, signature: bytes) -> Statement:
    """The statement, if a pinned key signed exactly these octets. Raises UnsignedKey.

    What verified once is remembered in the process, by digest: a sender meets the same recipients again.
    """
    pinned = _pinned(settings.SCEAU_KEYS / _PUBLIC)
    digest = hashlib.sha256(b"".join((pinned.digest, hashlib.sha256(data).digest(), signature))).digest()
    statement = _verified.get(digest)
    if statement is None:
        statement = _verify(pinned.keys, data, signature)
        if len(_verified) >= _REMEMBERED:
            _verified.clear()
        _verified[digest] = statement
    return statement


_REMEMBERED = 4096  # statements of about 1.5 KB
_verified: dict[bytes, Statement] = {}


@dataclass(frozen=True, slots=True)
class _Pinned:
    keys: tuple[Ed25519PublicKey, ...]  # the newest first
    digest: bytes  # of the file: another file remembers nothing of this one


def _verify(keys: tuple[Ed25519PublicKey, ...], data: bytes, signature: bytes) -> Statement:
    for key in keys:
        try:
            key.verify(signature, _LABEL + data)
            return Statement.decode(data)
        except InvalidSignature:
            continue
        except Malformed as error:
            raise UnsignedKey from error
    raise UnsignedKey


@lru_cache(maxsize=4)
def _private(path: Path) -> Ed25519PrivateKey:
    key = load_pem_private_key(keyfiles.read_private(path), None)
    if not isinstance(key, Ed25519PrivateKey):
        raise Malformed
    return key


@lru_cache(maxsize=4)
def _pinned(path: Path) -> _Pinned:
    data = path.read_bytes()
    keys = [load_pem_public_key(block + _END) for block in data.split(_END) if block.strip()]
    pinned = tuple(key for key in keys if isinstance(key, Ed25519PublicKey))
    if not pinned or len(pinned) != len(keys):
        raise Malformed
    return _Pinned(pinned, hashlib.sha256(data).digest())


def _private_pem(key: Ed25519PrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _public_pem(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
