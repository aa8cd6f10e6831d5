"""RFC 6962 §2.1 word for word: slow, recursive, over whole lists of entries. What tests compare with."""

import hashlib


def mth(entries: list[bytes]) -> bytes:
    if not entries:
        return hashlib.sha256(b"").digest()
    if len(entries) == 1:
        return hashlib.sha256(b"\x00" + entries[0]).digest()
    k = _k(len(entries))
    return hashlib.sha256(b"\x01" + mth(entries[:k]) + mth(entries[k:])).digest()


def path(m: int, entries: list[bytes]) -> list[bytes]:
    if len(entries) == 1:
        return []
    k = _k(len(entries))
    if m < k:
        return [*path(m, entries[:k]), mth(entries[k:])]
    return [*path(m - k, entries[k:]), mth(entries[:k])]


def proof(m: int, entries: list[bytes]) -> list[bytes]:
    return _subproof(m, entries, True)


def _subproof(m: int, entries: list[bytes], complete: bool) -> list[bytes]:
    if m == len(entries):
        return [] if complete else [mth(entries)]
    k = _k(len(entries))
    if m <= k:
        return [*_subproof(m, entries[:k], complete), mth(entries[k:])]
    return [*_subproof(m - k, entries[k:], False), mth(entries[:k])]


def _k(n: int) -> int:
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def tile(level: int, number: int, width: int, entries: list[bytes]) -> bytes:
    """The formula of c2sp.org/tlog-tiles: MTH(D[(n·256 + i)·256^l : (n·256 + i + 1)·256^l])."""
    span = 256**level
    firsts = [(number * 256 + i) * span for i in range(width)]
    return b"".join(mth(entries[first : first + span]) for first in firsts)
