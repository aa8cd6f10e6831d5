"""The only source of randomness (V15)."""

import secrets


def key() -> bytes:
    """A fresh 256-bit key, seed, salt or secret."""
    return secrets.token_bytes(32)


def octets(count: int) -> bytes:
    return secrets.token_bytes(count)


def token() -> str:
    """256 bits for a URL: 43 characters of base64url."""
    return secrets.token_urlsafe(32)


def digits(count: int) -> str:
    """A uniform decimal code, leading zeros kept."""
    return f"{secrets.randbelow(10**count):0{count}d}"


def below(limit: int) -> int:
    """A uniform integer from 0, less than `limit`."""
    return secrets.randbelow(limit)
