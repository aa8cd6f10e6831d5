"""A box (see box.py) under a password: Argon2id (RFC 9106), then HKDF, then AES-256-GCM that commits to its key.

    version (1 octet) ‖ algorithm (1) ‖ passes (1) ‖ memory in KiB (4) ‖ lanes (1) ‖ salt (16) ‖ box

The first 24 octets are bound to the box. Opening it is the check of the password: there is no other verifier to
steal. Passwords are prepared as RFC 8265's OpaqueString does: spaces of any kind are U+0020, then NFC.
"""

import struct
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from argon2.low_level import Type, hash_secret_raw

from sceau.core import box, random
from sceau.core.errors import Busy, Malformed

_VERSION, _ARGON2ID = 1, 1
_HEADER = struct.Struct(">BBBIB16s")
_PATIENCE = 20  # seconds; whoever would wait longer is told to come back

# 64 MiB and four lanes each: more at once is slower for everybody and takes the machine's memory.
_in_flight = threading.BoundedSemaphore(4)


@dataclass(frozen=True, slots=True)
class Cost:
    """What one guess costs. The defaults are RFC 9106's second recommended option."""

    passes: int = 3
    memory: int = 64 * 1024  # KiB
    lanes: int = 4

    def __post_init__(self) -> None:
        # Bounded, because they are read from storage: a changed header must not ask for terabytes.
        if not (1 <= self.passes <= 16 and 1 <= self.lanes <= 16 and 8 * self.lanes <= self.memory <= 1024**2):
            raise Malformed


CHEAPEST = Cost(1, 8, 1)


def seal(password: str, plaintext: bytes, *, info: bytes, cost: Cost) -> bytes:
    """Raises Busy when too many passwords are being stretched."""
    return _seal(password, plaintext, info, cost, salt=random.octets(16), nonce=random.octets(12))


def open(password: str, sealed: bytes, *, info: bytes) -> bytes:
    """The plaintext. Raises Unreadable for a wrong password or a changed box, Malformed for a header that
    no `seal` writes, Busy."""
    header, rest = sealed[: _HEADER.size], sealed[_HEADER.size :]
    cost, salt = _read(header)
    return box.open(_stretch(password, salt, cost), rest, info=header + info)


def decoy(cost: Cost, size: int) -> bytes:
    """What opens for nobody and costs as much as a box of `size` octets made at `cost`."""
    return _header(cost, bytes(16)) + b"\x01" + bytes(size + box.OVERHEAD - 1)


def _seal(password: str, plaintext: bytes, info: bytes, cost: Cost, *, salt: bytes, nonce: bytes) -> bytes:
    header = _header(cost, salt)
    return header + box._seal(_stretch(password, salt, cost), plaintext, header + info, nonce)


def _header(cost: Cost, salt: bytes) -> bytes:
    return _HEADER.pack(_VERSION, _ARGON2ID, cost.passes, cost.memory, cost.lanes, salt)


def _read(header: bytes) -> tuple[Cost, bytes]:
    if len(header) != _HEADER.size:
        raise Malformed
    version, algorithm, passes, memory, lanes, salt = _HEADER.unpack(header)
    if (version, algorithm) != (_VERSION, _ARGON2ID):
        raise Malformed
    return Cost(passes, memory, lanes), salt


def _stretch(password: str, salt: bytes, cost: Cost) -> bytes:
    with _one_of_few():
        return hash_secret_raw(_prepare(password), salt, cost.passes, cost.memory, cost.lanes, 32, Type.ID)


def _prepare(password: str) -> bytes:
    """A keyboard that types no-break spaces, or decomposed accents, gives the same password."""
    spaced = "".join(" " if unicodedata.category(character) == "Zs" else character for character in password)
    return unicodedata.normalize("NFC", spaced).encode("utf-8", "surrogatepass")


@contextmanager
def _one_of_few() -> Iterator[None]:
    if not _in_flight.acquire(timeout=_PATIENCE):
        raise Busy
    try:
        yield
    finally:
        _in_flight.release()
