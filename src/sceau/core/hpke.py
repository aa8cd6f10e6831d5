"""Seals to an X-Wing public key (V2, V3).

HPKE base mode, single shot (RFC 9180), with the KEM X-Wing (ML-KEM-768 and X25519,
draft-connolly-cfrg-xwing-kem), HKDF-SHA256 and AES-256-GCM. A seal opens only with the `info` it was
made with: that is how it is bound to a purpose, an envelope, a mailbox.

A seal is one octet of suite, the 1,120 octets of the encapsulated key, then the ciphertext and its tag.
"""

import hashlib
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)

from sceau.core.encoding import Part, labelled
from sceau.core.errors import Malformed, Unreadable
from sceau.core.opaque import Opaque

PUBLIC_KEY_SIZE = 1216  # ML-KEM-768 encapsulation key (1184) ‖ X25519 public key (32)
OVERHEAD = 1 + 1120 + 16  # suite ‖ encapsulated key ‖ GCM tag

_XWING = b"\x01"  # the suite octet; another suite will be another octet
_SUITE = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


def info(purpose: str, *context: Part) -> bytes:
    """What a seal is bound to: `sceau/seal/1`, the purpose, then ids, numbers or digests in order."""
    return labelled(b"sceau/seal/1", purpose, *context)


def public_key(seed: bytes) -> bytes:
    """The 1,216 octets of the public key of a 32-octet seed."""
    return PrivateKey(seed).public


def seal(public: bytes, plaintext: bytes, *, info: bytes) -> bytes:
    """`len(plaintext) + OVERHEAD` octets that only the holder of the seed opens.

    Raises Malformed when `public` is no X-Wing public key.
    """
    try:
        return _XWING + _SUITE.encrypt(plaintext, _parse(public), info=info)
    except ValueError as error:  # also a degenerate X25519 point, found while sealing
        raise Malformed from error


def open(seed: bytes, sealed: bytes, *, info: bytes) -> bytes:
    """The plaintext. Raises Unreadable, whatever is wrong."""
    return PrivateKey(seed).open(sealed, info=info)


class PrivateKey(Opaque):
    """An expanded seed, for callers that open several seals: the expansion costs more than one opening."""

    __slots__ = ("_key", "public")

    def __init__(self, seed: bytes) -> None:
        if len(seed) != 32:
            raise Malformed
        # The draft's expandDecapsulationKey: 64 octets for ML-KEM (d ‖ z), then the X25519 scalar.
        expanded = hashlib.shake_256(seed).digest(96)
        mlkem = MLKEM768PrivateKey.from_seed_bytes(expanded[:64])
        x25519 = X25519PrivateKey.from_private_bytes(expanded[64:])
        self._key = MLKEM768X25519PrivateKey(mlkem, x25519)
        self.public = mlkem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw()

    def open(self, sealed: bytes, *, info: bytes) -> bytes:
        """The plaintext. Raises Unreadable, whatever is wrong."""
        if sealed[:1] != _XWING:
            raise Unreadable
        try:
            return _SUITE.decrypt(sealed[1:], self._key, info=info)
        except InvalidTag as error:
            raise Unreadable from error


@lru_cache(maxsize=256)  # custody's, the queue's, those of the people who write to each other
def _parse(public: bytes) -> MLKEM768X25519PublicKey:
    """Raises ValueError."""
    mlkem = MLKEM768PublicKey.from_public_bytes(public[:1184])
    return MLKEM768X25519PublicKey(mlkem, X25519PublicKey.from_public_bytes(public[1184:]))
