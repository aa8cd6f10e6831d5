"""The bytes that evidence stands on: a row's canonical form, its leaf, a record's commitment. Pure.

docs/format.md, chapters "Evidence row", "Leaf" and "Record", say the same for a second implementation.
"""

import hashlib
from dataclasses import dataclass
from typing import Self
from uuid import UUID

from sceau.core import canonical
from sceau.core.errors import Malformed

SALT_SIZE = 32
LEAF_SIZE = 45
LATEST_MS = 253_402_300_800_000  # the year 10,000
_MAGIC = b"evt1"
_VERSION = 1


@dataclass(frozen=True, slots=True)
class Row:
    """One evidence: every column of its database row but the salt.

    `parties`, `facts` (commitments to records) and `once` are SHA-256 values or None; `at_ms` counts
    milliseconds since the Unix epoch by the operator's clock.
    """

    id: UUID
    event: int
    envelope: UUID | None
    recipient: int | None
    at_ms: int
    parties: bytes | None = None
    facts: bytes | None = None
    once: bytes | None = None

    def encode(self) -> bytes:
        """The evidence bytes: canonical JSON, ids as lower-case UUID text, digests as lower-case hex."""
        return canonical.dumps(
            {
                "at_ms": self.at_ms,
                "envelope": None if self.envelope is None else str(self.envelope),
                "event": self.event,
                "facts": _hex(self.facts),
                "id": str(self.id),
                "once": _hex(self.once),
                "parties": _hex(self.parties),
                "recipient": self.recipient,
                "version": _VERSION,
            }
        )

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Raises Malformed for anything that does not encode to the same bytes again."""
        value = canonical.loads(data)
        try:
            row = cls(
                id=UUID(value["id"]),
                event=value["event"],
                envelope=None if value["envelope"] is None else UUID(value["envelope"]),
                recipient=value["recipient"],
                at_ms=value["at_ms"],
                parties=_octets(value["parties"]),
                facts=_octets(value["facts"]),
                once=_octets(value["once"]),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise Malformed from error
        if not _in_range(row) or row.encode() != data:
            raise Malformed
        return row

    def leaf(self, salt: bytes) -> bytes:
        """What the log holds of it, 45 octets (C.6): only its kind and its second can be read there.

        "evt1" ‖ event (1) ‖ milliseconds, whole seconds only (8, big-endian) ‖ SHA-256(salt ‖ evidence bytes)
        """
        second = self.at_ms // 1000 * 1000
        return _MAGIC + bytes([self.event]) + second.to_bytes(8, "big") + commitment(salt, self.encode())


def commitment(salt: bytes, data: bytes) -> bytes:
    """SHA-256(salt ‖ data): hides data until salt is told, then binds to it."""
    return hashlib.sha256(salt + data).digest()


def _in_range(row: Row) -> bool:
    numbers = (row.event, row.at_ms, 0 if row.recipient is None else row.recipient)
    if not all(type(number) is int for number in numbers):  # bool is an int in Python, never in a row
        return False
    return 1 <= row.event <= 255 and 0 <= row.at_ms < LATEST_MS and numbers[2] >= 0


def _hex(digest: bytes | None) -> str | None:
    return None if digest is None else digest.hex()


def _octets(text: str | None) -> bytes | None:
    if text is None:
        return None
    digest = bytes.fromhex(text)
    if len(digest) != hashlib.sha256().digest_size:
        raise ValueError
    return digest
