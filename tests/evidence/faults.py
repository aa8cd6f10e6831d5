"""Receipts with one fault each, and the code that `sceau verify` must answer."""

from collections.abc import Callable
from dataclasses import replace

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sceau.evidence.events import Event
from sceau.evidence.note import Checkpoint, Signer
from sceau.evidence.receipt import Item, Receipt
from tests.evidence.receipts import (
    ACCESS,
    ACCESS_MS,
    ORIGIN,
    PARTIES,
    ROWS,
    SEALED_MS,
    Log,
    row,
    with_content,
    with_item,
)

STRANGER = Signer(ORIGIN, Ed25519PrivateKey.from_private_bytes(b"\x09" * 32))


def _flip(hash: bytes) -> bytes:
    return bytes([hash[0] ^ 1]) + hash[1:]


def _proof(receipt: Receipt, **changes: object) -> Receipt:
    item = receipt.items[1]
    return with_item(receipt, 1, replace(item, proof=replace(item.proof, **changes)))  # type: ignore[arg-type]


def _signed_by_two_trees(receipt: Receipt) -> Receipt:
    """The last event is proved in another tree of the same size, also signed by the log."""
    forked = Log(rows=(*ROWS[:2], row(9, Event.CONTENT_CONSIGNMENT, 1, SEALED_MS), ROWS[3])).receipt()
    return with_item(receipt, 3, forked.items[3])


def _forged_checkpoint(receipt: Receipt) -> Receipt:
    """The text is changed, the signature stays."""
    item = receipt.items[0]
    note = item.proof.checkpoint.replace("\n304\n", "\n305\n")
    assert note != item.proof.checkpoint
    return _everywhere(receipt, note)


def _everywhere(receipt: Receipt, note: str) -> Receipt:
    return replace(receipt, items=tuple(Item(item.row, replace(item.proof, checkpoint=note)) for item in receipt.items))


def _resigned(receipt: Receipt, signer: Signer, origin: str = ORIGIN) -> Receipt:
    text, _, _ = receipt.items[0].proof.checkpoint.partition("\n\n")
    _, size, _ = text.split("\n")
    parsed = Checkpoint.parse(f"{text}\n")
    return _everywhere(receipt, signer.sign(Checkpoint(origin, int(size), parsed.root)))


OTHER_ENVELOPE = replace(ROWS[3], envelope=ROWS[0].id)
OTHER_PARTIES = replace(ROWS[3], parties=bytes(32))
LATE_ROW = row(4, Event.CONTENT_ACCESS_TRACKING, 2, ACCESS_MS, ACCESS)
EARLY = row(4, Event.CONTENT_ACCESS_TRACKING, 0, SEALED_MS - 60_001)
DATED = with_content(ACCESS, at_ms=ACCESS_MS + 1)
ELSEWHERE = with_content(PARTIES, envelope=str(ROWS[0].id))
SUBMITTED = with_content(PARTIES, submitted_ms=SEALED_MS + 1)


def _citing(record: object, *rows: object) -> tuple[object, ...]:
    """The same rows, their parties being another record."""
    return tuple(replace(one, parties=record.commitment) for one in rows)  # type: ignore[attr-defined,type-var]


def _spoilt(spoil: Callable[[Receipt], Receipt]) -> Receipt:
    return spoil(Log().receipt())


def all() -> dict[str, tuple[str, bytes]]:
    """File name without suffix → (expected code, "valid" for a good one; the receipt)."""
    whole = Log().receipt()
    text = whole.encode()
    found: dict[str, tuple[str, Receipt | bytes]] = {
        "valid": ("valid", whole),
        "valid-recipient": (
            "valid",
            replace(whole, role="recipient", recipient=0, items=(*whole.items[:2], whole.items[3])),
        ),
        "valid-without-access-record": ("valid", replace(whole, records=(PARTIES,))),
        "valid-without-records": ("valid", replace(whole, records=())),
        "valid-successor": ("valid", Log(origin=f"{ORIGIN}/2").receipt()),
        "space-added": ("not-a-receipt", text.replace(b":", b": ", 1)),
        "field-added": ("not-a-receipt", text.replace(b'{"envelope"', b'{"a":1,"envelope"', 1)),
        "field-missing": ("not-a-receipt", text.replace(b'"time_source":"operator"', b'"time_source":"tsa"')),
        "truncated": ("not-a-receipt", text[:-1]),
        "role-without-index": ("not-a-receipt", text.replace(b'"role":"sender"', b'"role":"recipient"')),
        "row-version": ("not-a-receipt", text.replace(b'"recipient":1,"version":1', b'"recipient":1,"version":2')),
        "event-changed": ("not-in-log", text.replace(b'"event":17', b'"event":18')),
        "time-changed": ("not-in-log", text.replace(b'"at_ms":%d' % SEALED_MS, b'"at_ms":%d' % (SEALED_MS + 1000))),
        "recipient-swapped": ("not-in-log", text.replace(b'"recipient":1,', b'"recipient":0,')),
        "salt-changed": ("not-in-log", _proof(whole, extra=bytes(32))),
        "path-changed": (
            "not-in-log",
            _proof(whole, hashes=(_flip(whole.items[1].proof.hashes[0]), *whole.items[1].proof.hashes[1:])),
        ),
        "path-shortened": ("not-in-log", _proof(whole, hashes=whole.items[1].proof.hashes[:-1])),
        "index-changed": ("not-in-log", _proof(whole, index=13)),
        "index-beyond": ("not-in-log", _proof(whole, index=304)),
        "checkpoint-size": ("checkpoint-forged", _spoilt(_forged_checkpoint)),
        "checkpoint-not-a-note": ("checkpoint-unreadable", _everywhere(whole, "forged\n")),
        "checkpoint-of-a-stranger": ("checkpoint-untrusted", _resigned(whole, STRANGER)),
        "checkpoint-of-another-log": (
            "checkpoint-untrusted",
            _resigned(
                whole, Signer("other.example", Ed25519PrivateKey.from_private_bytes(b"\x09" * 32)), "other.example"
            ),
        ),
        "checkpoints-fork": ("log-forks", _signed_by_two_trees(whole)),
        "record-changed": ("record-changed", replace(whole, records=(with_content(PARTIES, size=1), ACCESS))),
        "record-name-changed": ("record-changed", text.replace("Inès Roche".encode(), "Inès Rochet".encode())),
        "record-salt-changed": ("record-changed", replace(whole, records=(replace(PARTIES, salt=bytes(32)), ACCESS))),
        "record-repeated": ("record-changed", replace(whole, records=(PARTIES, PARTIES, ACCESS))),
        "record-of-nobody": ("record-changed", replace(whole, items=whole.items[:3])),
        "no-sealing": ("no-sealing", replace(whole, items=whole.items[1:])),
        "no-evidence": ("no-sealing", replace(whole, items=(), records=())),
        "two-sealings": (
            "no-sealing",
            Log(rows=(*ROWS, row(8, Event.SUBMISSION_ACCEPTANCE, None, ACCESS_MS))).receipt(),
        ),
        "evidence-repeated": ("evidence-repeated", replace(whole, items=(*whole.items, whole.items[1]))),
        "another-envelope": ("another-envelope", Log(rows=(*ROWS[:3], OTHER_ENVELOPE)).receipt()),
        "another-envelope-claimed": ("another-envelope", replace(whole, envelope=ROWS[0].id)),
        "another-envelope-in-the-record": (
            "another-envelope",
            Log(rows=_citing(ELSEWHERE, *ROWS), records=(ELSEWHERE, ACCESS)).receipt(),  # type: ignore[arg-type]
        ),
        "parties-differ": ("parties-differ", Log(rows=(*ROWS[:3], OTHER_PARTIES)).receipt()),
        "recipient-unknown": ("recipient-unknown", Log(rows=(*ROWS[:3], LATE_ROW)).receipt()),
        "opened-before-sealed": ("times-reversed", Log(rows=(*ROWS[:3], EARLY), records=(PARTIES,)).receipt()),
        "record-dated-otherwise": (
            "times-differ",
            Log(rows=(*ROWS[:3], replace(ROWS[3], facts=DATED.commitment)), records=(PARTIES, DATED)).receipt(),
        ),
        "sealing-dated-otherwise": (
            "times-differ",
            Log(rows=_citing(SUBMITTED, *ROWS), records=(SUBMITTED, ACCESS)).receipt(),  # type: ignore[arg-type]
        ),
    }
    return {name: (code, made if isinstance(made, bytes) else made.encode()) for name, (code, made) in found.items()}
