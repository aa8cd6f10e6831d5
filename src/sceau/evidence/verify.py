"""Does this receipt hold? Without settings, database or network (E10). Pure.

`verify` raises the first reason why not; each reason has its own class and code. Nothing is believed but the trust
file: what the receipt says about itself is computed again.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO

from sceau.core.clock import from_milliseconds
from sceau.core.errors import Malformed
from sceau.evidence import note, pdf_seal, tree
from sceau.evidence.events import Event
from sceau.evidence.note import Checkpoint, UnknownSigner, WrongSignature
from sceau.evidence.reasons import (
    AnotherEnvelope,
    AnotherMessage,
    AttachmentsDiffer,
    CheckpointForged,
    CheckpointUnreadable,
    CheckpointUntrusted,
    EvidenceRepeated,
    LogForks,
    NoParties,
    NoSealing,
    NotAReceipt,
    NotInLog,
    PartiesDiffer,
    RecipientUnknown,
    RecordChanged,
    TimesDiffer,
    TimesReversed,
)
from sceau.evidence.receipt import NAME, Item, Receipt
from sceau.evidence.tree import WrongProof
from sceau.evidence.trust import Trust

# Order is the index; an act is dated when it begins and numbered once it is durable (E9). Within one envelope the
# two orders may differ by clocks of several machines and by a slow transaction, not by more.
_SLACK_MS = 60_000
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Step:
    """One proved event. `content` is its own record, when the reader may see it."""

    event: int
    at: datetime
    recipient: int | None
    index: int
    origin: str
    content: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was proved, in the order of the log. `parties` names sender and recipients, unless it was erased."""

    receipt: Receipt
    parties: dict[str, Any] | None
    steps: tuple[Step, ...]
    checkpoints: tuple[Checkpoint, ...]
    message_checked: bool
    pdf_checked: bool


def verify(data: bytes, trust: Trust, message: BinaryIO | None = None) -> Outcome:
    """Check a receipt (PDF or JSON), and that `message` is what was sealed. Raises a `reasons.Unproven`."""
    is_pdf = data.startswith(b"%PDF-")
    receipt = _from_pdf(data, trust) if is_pdf else _decode(data)
    heads = _checkpoints(receipt, trust)
    for item in receipt.items:
        _require_included(item, heads[item.proof.checkpoint])
    contents = _records(receipt)
    _require_one_story(receipt)
    ordered = sorted(receipt.items, key=lambda item: _order(item, heads[item.proof.checkpoint], trust))
    _require_times(ordered, contents)
    sealing = next(item for item in receipt.items if item.row.event == Event.SUBMISSION_ACCEPTANCE)
    parties = contents.get(sealing.row.parties or b"")
    _require_recipients(receipt, parties)
    if message is not None:
        _require_message(message, parties)
    return Outcome(
        receipt,
        parties,
        tuple(_step(item, heads, contents) for item in ordered),
        tuple(dict.fromkeys(heads.values())),
        message is not None,
        is_pdf,
    )


def _from_pdf(data: bytes, trust: Trust) -> Receipt:
    """The attached receipt, once the seal over the whole document holds; the other attachments are its proofs."""
    attached = pdf_seal.attachments(data, trust.authorities)
    receipt = _decode(attached.pop(NAME, b""))
    if attached != {item.file_name: item.proof.encode().encode() for item in receipt.items}:
        raise AttachmentsDiffer
    return receipt


def _decode(data: bytes) -> Receipt:
    try:
        return Receipt.decode(data)
    except Malformed as error:
        raise NotAReceipt from error


def _checkpoints(receipt: Receipt, trust: Trust) -> dict[str, Checkpoint]:
    """By note. Two trees of one size and origin with two roots are a forked log."""
    heads: dict[str, Checkpoint] = {}
    roots: dict[tuple[str, int], bytes] = {}
    for text in {item.proof.checkpoint: None for item in receipt.items}:
        heads[text] = head = _open(text, trust)
        if roots.setdefault((head.origin, head.size), head.root) != head.root:
            raise LogForks
    return heads


def _open(text: str, trust: Trust) -> Checkpoint:
    try:
        return note.open(text, trust.log_keys)
    except UnknownSigner as error:
        raise CheckpointUntrusted from error
    except WrongSignature as error:
        raise CheckpointForged from error
    except Malformed as error:
        raise CheckpointUnreadable from error


def _require_included(item: Item, head: Checkpoint) -> None:
    leaf = tree.leaf_hash(item.row.leaf(item.proof.extra))
    try:
        tree.verify_inclusion(leaf, item.proof.index, head.size, item.proof.hashes, head.root)
    except WrongProof as error:
        raise NotInLog from error


def _records(receipt: Receipt) -> dict[bytes, dict[str, Any]]:
    """Contents by commitment. A changed record has a commitment that nothing cites."""
    cited = {digest for item in receipt.items for digest in (item.row.parties, item.row.facts) if digest}
    contents = {record.commitment: record.content for record in receipt.records}
    if not contents.keys() <= cited or len(contents) != len(receipt.records):
        raise RecordChanged
    return contents


def _require_one_story(receipt: Receipt) -> None:
    """All evidence is of this envelope, cites the parties of its one sealing, and stands here once."""
    rows = [item.row for item in receipt.items]
    sealings = [row for row in rows if row.event == Event.SUBMISSION_ACCEPTANCE]
    if len(sealings) != 1 or sealings[0].parties is None:
        raise NoSealing
    if len({row.id for row in rows}) != len(rows):
        raise EvidenceRepeated
    if any(row.envelope != receipt.envelope for row in rows):
        raise AnotherEnvelope
    if any(row.parties != sealings[0].parties for row in rows):
        raise PartiesDiffer


def _order(item: Item, head: Checkpoint, trust: Trust) -> tuple[int, int]:
    """Origins follow one another by their number, indexes within."""
    places = [place for key in trust.log_keys if (place := key.place(head.origin))]
    return places[0], item.proof.index


def _require_times(ordered: list[Item], contents: dict[bytes, dict[str, Any]]) -> None:
    """Times follow the order of the log, nothing happens before the sealing, and a record has its event's time."""
    latest = 0
    sealed_at = next(item.row.at_ms for item in ordered if item.row.event == Event.SUBMISSION_ACCEPTANCE)
    for item in ordered:
        row = item.row
        if row.at_ms < max(latest, sealed_at) - _SLACK_MS:
            raise TimesReversed
        latest = max(latest, row.at_ms)
        own = contents.get(row.facts or b"", {})
        if own.get("at_ms", row.at_ms) != row.at_ms:
            raise TimesDiffer
    parties = contents.get(ordered[0].row.parties or b"", {})
    if parties.get("submitted_ms", sealed_at) != sealed_at:
        raise TimesDiffer


def _require_recipients(receipt: Receipt, parties: dict[str, Any] | None) -> None:
    """Indexes point into the sealed list, and the record speaks of this envelope."""
    if parties is None:
        return
    recipients = parties.get("recipients")
    if not isinstance(recipients, list) or parties.get("envelope", str(receipt.envelope)) != str(receipt.envelope):
        raise AnotherEnvelope
    indexes = [item.row.recipient for item in receipt.items if item.row.recipient is not None]
    if any(index >= len(recipients) for index in indexes):
        raise RecipientUnknown


def _require_message(message: BinaryIO, parties: dict[str, Any] | None) -> None:
    if parties is None:
        raise NoParties
    digest = hashlib.sha256()
    while chunk := message.read(_CHUNK):
        digest.update(chunk)
    if not hmac.compare_digest(digest.hexdigest(), str(parties.get("digest"))):
        raise AnotherMessage


def _step(item: Item, heads: dict[str, Checkpoint], contents: dict[bytes, dict[str, Any]]) -> Step:
    row, head = item.row, heads[item.proof.checkpoint]
    at = from_milliseconds(row.at_ms)
    return Step(row.event, at, row.recipient, item.proof.index, head.origin, contents.get(row.facts or b""))
