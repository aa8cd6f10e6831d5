"""One leaf's proof as a text file: c2sp.org/tlog-proof@v1. Pure.

`extra` carries the salt of the evidence: without it nobody can tell which leaf is meant.
"""

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Self

from sceau.core.errors import Malformed
from sceau.evidence import tree

_FIRST = "c2sp.org/tlog-proof@v1"
_INDEX = re.compile(r"index (0|[1-9][0-9]{0,18})")
_LONGEST = 64  # hashes: a tree of 2^63 leaves needs 63


@dataclass(frozen=True, slots=True)
class Proof:
    """The leaf's index, the hashes beside its path, and the signed note of the tree, verbatim."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: str
    extra: bytes = b""

    def encode(self) -> str:
        extra = [f"extra {_text(self.extra)}"] if self.extra else []
        lines = [_FIRST, *extra, f"index {self.index}", *map(_text, self.hashes), "", self.checkpoint]
        return "\n".join(lines)

    @classmethod
    def decode(cls, text: str) -> Self:
        """Raises Malformed; the checkpoint is not looked into."""
        head, blank, checkpoint = text.partition("\n\n")
        lines = iter(head.split("\n"))
        if not blank or not checkpoint or next(lines) != _FIRST:
            raise Malformed
        line = next(lines, "")
        extra = b""
        if line.startswith("extra "):
            extra, line = _octets(line[6:]), next(lines, "")
        index = _INDEX.fullmatch(line)
        hashes = tuple(map(_octets, lines))
        if not index or len(hashes) > _LONGEST or any(len(hash) != tree.HASH_SIZE for hash in hashes):
            raise Malformed
        proof = cls(int(index[1]), hashes, checkpoint, extra)
        if proof.encode() != text:
            raise Malformed
        return proof


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _octets(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Malformed from error
