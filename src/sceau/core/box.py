"""Small sealed records under a symmetric key: AES-256-GCM that commits to its key.

A box is: version (1 octet) ‖ nonce (12) ‖ commitment (32) ‖ ciphertext ‖ tag (16). Key and commitment are the
two halves of HKDF-SHA256(key, info, 64 octets). GCM alone lets one ciphertext open under two keys with two
meanings; the commitment, checked first, leaves one key (attack 35).
"""

import hmac

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sceau.core import kdf, random
from sceau.core.errors import Unreadable

OVERHEAD = 1 + 12 + 32 + 16

_VERSION = b"\x01"


def seal(key: bytes, plaintext: bytes, *, info: bytes) -> bytes:
    """`len(plaintext) + OVERHEAD` octets, opened by the same 32-octet key and the same `info`."""
    return _seal(key, plaintext, info, random.octets(12))


def open(key: bytes, sealed: bytes, *, info: bytes) -> bytes:
    """The plaintext. Raises Unreadable, whatever is wrong."""
    version, nonce, commitment, ciphertext = sealed[:1], sealed[1:13], sealed[13:45], sealed[45:]
    own_key, own_commitment = _halves(key, info)
    if version != _VERSION or not hmac.compare_digest(commitment, own_commitment):
        raise Unreadable
    try:
        return AESGCM(own_key).decrypt(nonce, ciphertext, _VERSION)
    except InvalidTag as error:
        raise Unreadable from error


def _seal(key: bytes, plaintext: bytes, info: bytes, nonce: bytes) -> bytes:
    own_key, commitment = _halves(key, info)
    return _VERSION + nonce + commitment + AESGCM(own_key).encrypt(nonce, plaintext, _VERSION)


def _halves(key: bytes, info: bytes) -> tuple[bytes, bytes]:
    derived = kdf.derive(key, info, length=64)
    return derived[:32], derived[32:]
