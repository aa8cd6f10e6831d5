"""A receipt with fixed keys, ids, salts and times, and hands to spoil it with: for tests and for the vectors."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sceau.core import canonical
from sceau.evidence import format, tree
from sceau.evidence.events import Event
from sceau.evidence.format import Row
from sceau.evidence.note import Checkpoint, Signer
from sceau.evidence.proof import Proof
from sceau.evidence.receipt import Item, OpenedRecord, Receipt
from sceau.evidence.trust import Trust
from tests.evidence import oracle

ORIGIN = "vecteurs.example/evidence/2026"  # a number of its own, which is not a place among origins
LOG_KEY = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"vector log key").digest())
SIGNER = Signer(ORIGIN, LOG_KEY)
TRUST = Trust("Centre de santé des Vecteurs", (SIGNER.verifier,), ())
ENVELOPE = UUID("0198c0de-0000-7000-8000-0000000000e1")
SEALED_MS = 1_795_352_468_123  # 2026-11-22 13:01:08.123 UTC
MESSAGE = b"From: claire@tilleuls.example\r\nSubject: =?utf-8?q?R=C3=A9sultats?=\r\n\r\nBonjour.\r\n"


def salt(name: str) -> bytes:
    return hashlib.sha256(b"vector salt " + name.encode()).digest()


def identity(name: str, address: str) -> dict[str, Any]:
    return {"scheme": "email", "value": address, "name": name}


CLAIRE = identity("Dr Claire Fontaine", "claire.fontaine@tilleuls.example")
MARC = identity("Dr Marc Benali", "marc.benali@azur.example")
INES = identity("Inès Roche", "ines.roche@azur.example")

PARTIES = OpenedRecord(
    salt("parties"),
    {
        "kind": "parties",
        "version": 1,
        "envelope": str(ENVELOPE),
        "message_id": "<a1@vecteurs.example>",
        "digest": hashlib.sha256(MESSAGE).hexdigest(),
        "size": len(MESSAGE),
        "parts": [{"number": "1", "type": "text/plain", "size": 10, "sha256": "00" * 32}],
        "sender": CLAIRE,
        "by": CLAIRE,
        "assurance": "code",
        "recipients": [{**MARC, "role": "to"}, {**INES, "role": "cc"}],
        "submitted_ms": SEALED_MS,
        "expires_ms": None,
    },
)
ACCESS_MS = SEALED_MS + 3_600_000
ACCESS = OpenedRecord(
    salt("access"),
    {"kind": "access", "version": 1, "person": MARC, "mailbox": MARC, "assurance": "code", "at_ms": ACCESS_MS},
)


def row(number: int, event: Event, recipient: int | None, at_ms: int, facts: OpenedRecord | None = None) -> Row:
    return Row(
        id=UUID(int=0x0198C0DE_0000_7000_8000_000000000000 + number),
        event=event,
        envelope=ENVELOPE,
        recipient=recipient,
        at_ms=at_ms,
        parties=PARTIES.commitment,
        facts=None if facts is None else facts.commitment,
    )


ROWS = (
    row(1, Event.SUBMISSION_ACCEPTANCE, None, SEALED_MS),
    row(2, Event.CONTENT_CONSIGNMENT, 0, SEALED_MS),
    row(3, Event.CONTENT_CONSIGNMENT, 1, SEALED_MS),
    row(4, Event.CONTENT_ACCESS_TRACKING, 0, ACCESS_MS, ACCESS),
)


@dataclass
class Log:
    """Leaves of other people around ours, signed under one checkpoint."""

    rows: tuple[Row, ...] = ROWS
    others: int = 300
    origin: str = ORIGIN
    signer: Signer = SIGNER
    records: tuple[OpenedRecord, ...] = (PARTIES, ACCESS)
    spoil_receipt: Callable[[Receipt], Receipt] = field(default=lambda receipt: receipt)

    def entries(self) -> list[bytes]:
        """Ours stand between those of others, seven apart."""
        entries = [hashlib.sha256(b"other %d" % n).digest() for n in range(self.others)]
        for n, ours in enumerate(self.rows):
            entries.insert(7 * n + 5, ours.leaf(salt(str(ours.id))))
        return entries

    def receipt(self) -> Receipt:
        entries = self.entries()
        head = Checkpoint(self.origin, len(entries), oracle.mth(entries))
        signed = self.signer.sign(head)
        items = tuple(self._item(ours, 7 * n + 5, entries, signed) for n, ours in enumerate(self.rows))
        whole = Receipt(TRUST.operator, ENVELOPE, "sender", None, ACCESS_MS + 5_000, items, self.records)
        return self.spoil_receipt(whole)

    def _item(self, ours: Row, index: int, entries: list[bytes], signed: str) -> Item:
        return Item(ours, Proof(index, tuple(oracle.path(index, entries)), signed, salt(str(ours.id))))


def with_content(record: OpenedRecord, **changes: object) -> OpenedRecord:
    return replace(record, content={**record.content, **changes})


def with_item(receipt: Receipt, index: int, item: Item) -> Receipt:
    return replace(receipt, items=(*receipt.items[:index], item, *receipt.items[index + 1 :]))


def leaf_of(item: Item) -> bytes:
    return tree.leaf_hash(item.row.leaf(item.proof.extra))


def commitment(content: dict[str, Any], by: str) -> bytes:
    return format.commitment(salt(by), canonical.dumps(content))
