"""Recording what happened, inside the act's own transaction, and proving it later (E1, E2, E6, E9)."""

import hashlib
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import Model, QuerySet

from sceau.core import canonical, ids, random
from sceau.core.clock import milliseconds
from sceau.core.errors import ClockBehind, Malformed, NotFound, Refused
from sceau.database import rows
from sceau.database.queries import PreparedQuery
from sceau.evidence import records, tree
from sceau.evidence.events import Event
from sceau.evidence.faults import LogDamaged
from sceau.evidence.models import Checkpoint, Evidence, LogEntry, Pending
from sceau.evidence.proof import Proof
from sceau.evidence.records import SealedRecord
from sceau.evidence.shelf import Shelf
from sceau.evidence.tiles import Reader
from sceau.evidence.tree import WrongProof

_CLOCK_SLACK = timedelta(seconds=5)
_CLOCK_CACHE = 1.0  # seconds


class AlreadyRecorded(Refused):
    """What may happen once has happened; the surrounding transaction can only be rolled back (E6)."""

    code = "already-recorded"


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that happened, to be recorded.

    `parties` cites the record that names sender and recipients; `facts` is this event's own record, inserted with
    it; `extra_records` are inserted too (the sealing brings the parties' record that it cites). `recipient` is
    the index in the sealed list. `once` names what may happen only once, as a tuple of ids, numbers and words.
    """

    event: Event
    envelope: UUID | None = None
    recipient: int | None = None
    parties: bytes | None = None
    facts: SealedRecord | None = None
    extra_records: tuple[SealedRecord, ...] = ()
    once: tuple[Any, ...] | None = None


def record(*facts: Fact, at: datetime, beside: Iterable[Model] = (), then: rows.Write | None = None) -> list[Evidence]:
    """Insert evidence, its records, its place in the queue of the log and the act's own rows `beside` it, `then` write
    what the act marks: one statement on PostgreSQL, one a table on SQLite.

    Must run inside the act's `transaction.atomic`: no act without trace, no trace without act. No index and no lock
    is taken here (E2). The order of `facts` is their order in the log. Raises AlreadyRecorded, rows.Missed.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("evidence belongs into the transaction of its act")
    recorded = records.rows([record for fact in facts for record in _records(fact)])
    # UUIDv7 of one millisecond sort at random: sorting them first makes the log keep the order of the facts.
    evidence = [_evidence(fact, id, at) for fact, id in zip(facts, sorted(ids.new() for _ in facts), strict=True)]
    try:
        rows.insert(*recorded, *evidence, *(Pending(evidence=row) for row in evidence), *beside, then=then)
    except IntegrityError as error:
        if any(fact.once for fact in facts):
            raise AlreadyRecorded from error
        raise
    return evidence


def happened(whats: Iterable[tuple[Any, ...]]) -> set[tuple[Any, ...]]:
    """Which of these, recorded as `once`, have been recorded: one query."""
    digests = {_once(what): what for what in whats}
    return {digests[bytes(once)] for (once,) in _HAPPENED.rows(once=list(digests)) if once is not None}


def _recorded(once: list[bytes]) -> "QuerySet[Evidence, tuple[bytes | memoryview[int] | None]]":
    return Evidence.objects.filter(once__in=once).values_list("once")


_HAPPENED = PreparedQuery(_recorded, once=[bytes])  # each act that seals to a mailbox asks


def prove(evidences: Iterable[Evidence]) -> dict[UUID, Proof]:
    """The proof of each evidence under the newest checkpoint, its salt as extra; missing while not published yet.

    Raises LogDamaged when a row or a tile is not what was signed.
    """
    asked = {row.id: row for row in evidences}
    places: dict[str, list[LogEntry]] = {}
    for entry in LogEntry.objects.filter(evidence__in=asked):
        places.setdefault(entry.log_id, []).append(entry)
    proofs: dict[UUID, Proof] = {}
    for origin, entries in places.items():
        newest = Checkpoint.objects.filter(log=origin).order_by("-size").first()
        if newest is not None:
            reader = Shelf(origin).reader(newest.size)
            published = [entry for entry in entries if entry.index < newest.size]
            for entry in published:
                proofs[entry.evidence_id] = _proof(asked[entry.evidence_id], entry, newest, reader)
    return proofs


def _proof(row: Evidence, entry: LogEntry, newest: Checkpoint, reader: Reader) -> Proof:
    try:
        path = reader.inclusion(entry.index)
        tree.verify_inclusion(tree.leaf_hash(row.leaf()), entry.index, newest.size, path, bytes(newest.root))
    except (NotFound, Malformed, WrongProof) as error:
        raise LogDamaged(entry.log_id, f"row {entry.index}") from error
    return Proof(entry.index, path, newest.note, bytes(row.salt))


def _records(fact: Fact) -> tuple[SealedRecord, ...]:
    return fact.extra_records if fact.facts is None else (*fact.extra_records, fact.facts)


def _evidence(fact: Fact, id: UUID, at: datetime) -> Evidence:
    return Evidence(
        id=id,
        event=fact.event,
        envelope=fact.envelope,
        recipient=fact.recipient,
        at_ms=milliseconds(at),
        salt=random.key(),
        parties=fact.parties,
        facts=None if fact.facts is None else fact.facts.commitment,
        once=None if fact.once is None else _once(fact.once),
    )


def _once(what: tuple[Any, ...]) -> bytes:
    plain = [str(part) if isinstance(part, UUID) else part.hex() if isinstance(part, bytes) else part for part in what]
    return hashlib.sha256(b"sceau/once/1" + canonical.dumps(plain)).digest()


class _Clock:
    """The newest published time, remembered for a second in this process."""

    def __init__(self) -> None:
        self._seen: tuple[float, datetime] | None = None  # when (monotonic seconds), what

    def vouches(self, at: datetime) -> bool:
        seen = self._seen
        return seen is not None and time.monotonic() - seen[0] < _CLOCK_CACHE and at >= seen[1] - _CLOCK_SLACK

    def remember(self, newest: datetime) -> None:
        self._seen = time.monotonic(), newest

    def forget(self) -> None:
        self._seen = None


_clock = _Clock()


def check_clock(at: datetime) -> None:
    """Refuse to date an act earlier than what is already published, five seconds apart (E9).

    Raises ClockBehind. Costs a query a second; a refusal is never given from memory.
    """
    if _clock.vouches(at):
        return
    newest = Checkpoint.objects.order_by("-id").values_list("at", flat=True).first()
    if newest is None:
        return
    if at < newest - _CLOCK_SLACK:
        raise ClockBehind
    _clock.remember(newest)


def forget_clock() -> None:
    """For a process whose database was replaced under it."""
    _clock.forget()
