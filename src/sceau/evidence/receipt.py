"""The receipt, JSON version 1: what one reader can prove about one envelope. Pure.

Canonical JSON; docs/format.md, chapter "Receipt", lists the fields. Everything in it is checked by `verify`, which
believes none of it.
"""

from dataclasses import dataclass
from types import NoneType
from typing import Any, Self
from uuid import UUID

from sceau.core import canonical
from sceau.core.errors import Malformed
from sceau.evidence import format
from sceau.evidence.format import Row
from sceau.evidence.proof import Proof

FORMAT = "sceau/receipt/1"
ROLES = ("sender", "recipient")
NAME = "preuve.json"  # in a PDF and in archives
_LARGEST = 16 * 1024 * 1024  # octets


@dataclass(frozen=True, slots=True)
class Item:
    """One evidence, and its proof with the salt as extra."""

    row: Row
    proof: Proof

    @property
    def file_name(self) -> str:
        """Where its proof stands beside the receipt."""
        return f"preuve-{self.proof.index}.tlog-proof"


@dataclass(frozen=True, slots=True)
class OpenedRecord:
    """A record that the reader may see; `evidence` cites it by its commitment."""

    salt: bytes
    content: dict[str, Any]

    @property
    def commitment(self) -> bytes:
        return format.commitment(self.salt, canonical.dumps(self.content))


@dataclass(frozen=True, slots=True)
class Receipt:
    """`recipient` is the reader's index in the sealed list, None for the sender. Items in the order of the log."""

    operator: str
    envelope: UUID
    role: str
    recipient: int | None
    made_ms: int
    items: tuple[Item, ...]
    records: tuple[OpenedRecord, ...]

    def encode(self) -> bytes:
        return canonical.dumps(
            {
                "format": FORMAT,
                "operator": self.operator,
                "envelope": str(self.envelope),
                "role": self.role,
                "recipient": self.recipient,
                "made_ms": self.made_ms,
                "time_source": "operator",
                "evidence": [
                    {"row": canonical.loads(item.row.encode()), "proof": item.proof.encode()} for item in self.items
                ],
                "records": [{"salt": record.salt.hex(), "content": record.content} for record in self.records],
            }
        )

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Raises Malformed for what does not encode to the same octets again."""
        value = canonical.loads(data) if len(data) <= _LARGEST else None
        try:
            receipt = cls._read(value)
            same = receipt.encode() == data
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise Malformed from error
        if not same or receipt.role not in ROLES or (receipt.role == "sender") != (receipt.recipient is None):
            raise Malformed
        return receipt

    @classmethod
    def _read(cls, value: Any) -> Self:  # whatever canonical JSON can be; `decode` catches what it is not
        if type(value["made_ms"]) is not int or not 0 <= value["made_ms"] < format.LATEST_MS:
            raise Malformed
        if type(value["operator"]) is not str or type(value["recipient"]) not in (int, NoneType):
            raise Malformed
        return cls(
            operator=value["operator"],
            envelope=UUID(value["envelope"]),
            role=value["role"],
            recipient=value["recipient"],
            made_ms=value["made_ms"],
            items=tuple(_item(item) for item in value["evidence"]),
            records=tuple(OpenedRecord(bytes.fromhex(one["salt"]), dict(one["content"])) for one in value["records"]),
        )


def _item(value: Any) -> Item:  # as above
    return Item(Row.decode(canonical.dumps(value["row"])), Proof.decode(value["proof"]))
