"""Signed notes and checkpoints: c2sp.org/signed-note and c2sp.org/tlog-checkpoint. Pure.

A log key is named after the log's first origin. It answers for that origin and for those that follow it when a log
is closed: `NAME`, `NAME/2`, `NAME/3`… (each origin's signature lines carry the origin itself as key name).
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from sceau.core.errors import Malformed, Refused
from sceau.core.opaque import Opaque

_ED25519 = b"\x01"
_DASH = "— "
_SIGNATURE_LIMIT = 100
_NAME = re.compile(r"[^\s+]+")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")
_SUCCESSOR = re.compile(r"/([2-9]|[1-9][0-9]{1,8})")


class UnknownSigner(Refused):
    """No trusted key signed this note."""

    code = "unknown-signer"


class WrongSignature(Refused):
    """A line says that a trusted key signed, and it did not."""

    code = "wrong-signature"


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public Ed25519 key (32 octets) and the name it signs under."""

    name: str
    public: bytes

    @classmethod
    def parse(cls, vkey: str) -> Self:
        """`name+hex(key id)+base64(type ‖ key)`. Raises Malformed, also for a key id that is not the key's."""
        name, _, rest = vkey.partition("+")
        key = _base64(rest.partition("+")[2])
        if not _NAME.fullmatch(name) or len(key) != 33 or key[:1] != _ED25519:
            raise Malformed
        verifier = cls(name, key[1:])
        if verifier.vkey != vkey:
            raise Malformed
        return verifier

    @property
    def vkey(self) -> str:
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(_ED25519 + self.public).decode()}"

    @property
    def id(self) -> bytes:
        return hashlib.sha256(self.name.encode() + b"\n" + _ED25519 + self.public).digest()[:4]

    def place(self, origin: str) -> int | None:
        """1 for the first origin of this key's log, 2 for `NAME/2`…; None for one that it does not answer for."""
        if origin == self.name:
            return 1
        follows = origin.startswith(self.name) and _SUCCESSOR.fullmatch(origin[len(self.name) :])
        return int(follows[1]) if follows else None

    def named(self, origin: str) -> "Verifier | None":
        """The same key under the name of an origin that it answers for, else None."""
        return Verifier(origin, self.public) if self.place(origin) else None

    def verify(self, signature: bytes, text: str) -> None:
        """Raises WrongSignature."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text.encode())
        except InvalidSignature as error:
            raise WrongSignature from error


class Signer(Opaque):
    """A private Ed25519 key; `name` is the log's first origin."""

    __slots__ = ("_key", "verifier")

    def __init__(self, name: str, key: Ed25519PrivateKey) -> None:
        if not _NAME.fullmatch(name):
            raise Malformed
        self._key = key
        self.verifier = Verifier(name, key.public_key().public_bytes_raw())

    def sign(self, checkpoint: "Checkpoint") -> str:
        """The signed note. Raises Malformed for an origin that this key does not answer for."""
        verifier = self.verifier.named(checkpoint.origin)
        if verifier is None:
            raise Malformed
        signature = base64.b64encode(verifier.id + self._key.sign(checkpoint.text.encode())).decode()
        return f"{checkpoint.text}\n{_DASH}{verifier.name} {signature}\n"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A tree head: so many leaves under this origin have this root (32 octets)."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises Malformed. Our logs write no extension lines: none is accepted."""
        lines = text.split("\n")
        if len(lines) != 4 or not _NAME.fullmatch(lines[0]) or not _SIZE.fullmatch(lines[1]):
            raise Malformed
        checkpoint = cls(lines[0], int(lines[1]), _base64(lines[2]))
        if len(checkpoint.root) != 32 or checkpoint.text != text:
            raise Malformed
        return checkpoint


def open(note: str, trusted: Iterable[Verifier]) -> Checkpoint:
    """The checkpoint of a note that a trusted log key signed.

    Lines of unknown keys (witnesses, an older or newer key) are ignored. Raises Malformed, UnknownSigner, and
    WrongSignature as soon as one line of a known key does not verify.
    """
    text, signatures = _split(note)
    checkpoint = Checkpoint.parse(text)
    named = [key.named(checkpoint.origin) for key in trusted]
    keys = {(key.name, key.id): key for key in named if key}
    known = [(keys[name, id], signature) for name, id, signature in signatures if (name, id) in keys]
    for key, signature in known:
        key.verify(signature, text)
    if not known:
        raise UnknownSigner
    return checkpoint


def _split(note: str) -> tuple[str, list[tuple[str, bytes, bytes]]]:
    """The text and its signatures (key name, key id, signature)."""
    text, blank, lines = note.rpartition("\n\n")
    if not blank or not lines.endswith("\n") or _CONTROL.search(note) or lines.count("\n") > _SIGNATURE_LIMIT:
        raise Malformed
    return text + "\n", [_signature(line) for line in lines[:-1].split("\n")]


def _signature(line: str) -> tuple[str, bytes, bytes]:
    name, space, encoded = line.removeprefix(_DASH).partition(" ")
    data = _base64(encoded)
    if not line.startswith(_DASH) or not _NAME.fullmatch(name) or not space or len(data) < 5:
        raise Malformed
    return name, data[:4], data[4:]


def _base64(text: str) -> bytes:
    """Raises Malformed, also for another spelling of the same octets."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Malformed from error
    if base64.b64encode(data).decode() != text:
        raise Malformed
    return data
