"""HKDF-SHA256 (RFC 5869), the only way one key becomes another."""

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


def derive(key: bytes, info: bytes, *, length: int = 32, salt: bytes | None = None) -> bytes:
    """`length` octets from a key that is already uniform (never a password: see argon2id)."""
    return HKDF(SHA256(), length, salt, info).derive(key)
