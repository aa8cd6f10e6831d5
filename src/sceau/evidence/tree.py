"""The Merkle tree of RFC 6962 §2.1: hashes, proofs and their verifiers. Pure.

A tree is only ever seen through its *nodes*: `node(level, index)` answers the hash of the complete subtree over the
leaves `index·2^level … (index+1)·2^level − 1`. Where the hashes come from (a list, tiles) is the caller's business.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence

from sceau.core.errors import Refused

Nodes = Callable[[int, int], bytes]
HASH_SIZE = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()


class WrongProof(Refused):
    """The hashes do not lead from what was claimed to the root."""

    code = "wrong-proof"


def leaf_hash(entry: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def fold(hashes: Sequence[bytes]) -> bytes:
    """The root over neighbouring subtrees of one size; the last of an odd row waits for the next row."""
    row = list(hashes) or [EMPTY_ROOT]
    while len(row) > 1:
        odd = row[-1:] if len(row) % 2 else []
        row = [node_hash(row[i], row[i + 1]) for i in range(0, len(row) - 1, 2)] + odd
    return row[0]


def root(size: int, node: Nodes) -> bytes:
    """The root of the first `size` leaves."""
    return _range_root(0, size, node) if size else EMPTY_ROOT


def inclusion(index: int, size: int, node: Nodes) -> tuple[bytes, ...]:
    """PATH(index, D[size]) of §2.1.1: from the leaf's sibling up. `0 ≤ index < size`, else ValueError."""
    if not 0 <= index < size:
        raise ValueError("no such leaf")
    return tuple(_range_root(start, end, node) for start, end in reversed(list(_siblings(index, size))))


def consistency(old: int, new: int, node: Nodes) -> tuple[bytes, ...]:
    """PROOF(old, D[new]) of §2.1.2. `0 < old ≤ new`, else ValueError; empty when the sizes are equal."""
    if not 0 < old <= new:
        raise ValueError("no such sizes")
    return tuple(_range_root(start, end, node) for start, end in reversed(list(_differences(old, new))))


def verify_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> None:
    """RFC 9162 §2.1.3.2; `leaf` is the leaf's hash. Raises WrongProof."""
    if not 0 <= index < size:
        raise WrongProof
    fn, sn = index, size - 1
    computed = leaf
    for sibling in path:
        if sn == 0:
            raise WrongProof
        if fn & 1 or fn == sn:
            computed = node_hash(sibling, computed)
            fn, sn = _skip_even(fn, sn)
        else:
            computed = node_hash(computed, sibling)
        fn, sn = fn >> 1, sn >> 1
    if sn != 0 or computed != root:
        raise WrongProof


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]) -> None:
    """RFC 9162 §2.1.4.2, with `0 < old ≤ new`. Raises WrongProof."""
    if not 0 < old <= new:
        raise WrongProof
    if old == new:
        computed = (old_root, old_root) if not path else (b"", b"")
    else:
        computed = _both_roots(old, new, old_root, path)
    if computed != (old_root, new_root):
        raise WrongProof


def _both_roots(old: int, new: int, old_root: bytes, path: Sequence[bytes]) -> tuple[bytes, bytes]:
    """The roots that the path leads to, by the names of the RFC. Raises WrongProof."""
    if not path:
        raise WrongProof
    first, *rest = [old_root, *path] if old & (old - 1) == 0 else path
    fn, sn = old - 1, new - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = first
    for sibling in rest:
        if sn == 0:
            raise WrongProof
        if fn & 1 or fn == sn:
            fr, sr = node_hash(sibling, fr), node_hash(sibling, sr)
            fn, sn = _skip_even(fn, sn)
        else:
            sr = node_hash(sr, sibling)
        fn, sn = fn >> 1, sn >> 1
    if sn != 0:
        raise WrongProof
    return fr, sr


def _skip_even(fn: int, sn: int) -> tuple[int, int]:
    while not fn & 1 and fn != 0:
        fn, sn = fn >> 1, sn >> 1
    return fn, sn


def _split(count: int) -> int:
    """The largest power of two below `count`."""
    return 1 << (count - 1).bit_length() - 1


def _siblings(index: int, size: int) -> Iterator[tuple[int, int]]:
    """The leaves beside the path to a leaf, from the root down."""
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            yield middle, end
            end = middle
        else:
            yield start, middle
            start = middle


def _differences(old: int, new: int) -> Iterator[tuple[int, int]]:
    """SUBPROOF of §2.1.2, from the root down."""
    start, end = 0, new
    while end != old:
        middle = start + _split(end - start)
        if old <= middle:
            yield middle, end
            end = middle
        else:
            yield start, middle
            start = middle
    if start != 0:  # the old tree's own root is known to whoever asks
        yield start, end


def _range_root(start: int, end: int, node: Nodes) -> bytes:
    """The root over the leaves start…end−1, as the tree splits them: `start` is a multiple of the split."""
    computed = b""
    while end > start:  # complete subtrees, the smallest and rightmost first
        level = (end - start & start - end).bit_length() - 1
        subtree = node(level, (end >> level) - 1)
        computed = node_hash(subtree, computed) if computed else subtree
        end -= 1 << level
    return computed
