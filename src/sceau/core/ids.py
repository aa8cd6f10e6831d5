"""Identifiers: UUIDv7 (RFC 9562 §5.7). They sort by creation time and give no authority."""

import time
from uuid import UUID

from sceau.core import random


def new() -> UUID:
    """A fresh UUIDv7: 48 bits of milliseconds, 74 random bits."""
    return _uuid7(time.time_ns() // 1_000_000, random.octets(10))


def _uuid7(milliseconds: int, noise: bytes) -> UUID:
    value = milliseconds << 80 | int.from_bytes(noise, "big")
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=value)
