"""Records: who and what, sealed to those who may know, erasable without harming the log (E1).

A record's plaintext is salt (32) ‖ canonical JSON; evidence cites it as SHA-256 of that. Writing one needs public
keys only, so a worker can add evidence to an envelope that it cannot read.
"""

import hashlib
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sceau import custody
from sceau.core import canonical, hpke, random
from sceau.core.errors import NotFound, Unreadable
from sceau.custody.port import KeyCustody
from sceau.evidence.format import SALT_SIZE, commitment
from sceau.evidence.models import Record, RecordSeal
from sceau.vault import format
from sceau.vault.keyring import Keys
from sceau.vault.models import Grant

_PURPOSE = "record"
Content = dict[str, Any]  # what canonical JSON can carry; docs/format.md lists the fields


@dataclass(frozen=True, slots=True)
class Reader:
    """Who may open a record: a mailbox epoch, or evidence custody when `mailbox` is None."""

    mailbox: UUID | None
    epoch: int | None
    public_key: bytes

    def info(self, of: bytes) -> bytes:
        return _info(of, self.mailbox, self.epoch)


@dataclass(frozen=True, slots=True)
class Seal:
    mailbox: UUID | None
    epoch: int | None
    seal: bytes


@dataclass(frozen=True, slots=True)
class SealedRecord:
    """Ready to be inserted by `log.record`; nothing in it can be read without a key."""

    commitment: bytes
    envelope: UUID | None
    sealed: bytes
    seals: tuple[Seal, ...]
    at: datetime


def seal(content: Content, readers: Iterable[Reader], *, envelope: UUID | None, at: datetime) -> SealedRecord:
    """Seal a record to its readers and, always, to evidence custody (for courts).

    One reader a mailbox; a mailbox named twice gets one seal.
    """
    salt = random.key()
    data = canonical.dumps(content)
    digest = commitment(salt, data)
    key = random.key()
    everybody = {reader.mailbox: reader for reader in readers}
    everybody[None] = Reader(None, None, custody.public_key("evidence"))
    seals = tuple(
        Seal(reader.mailbox, reader.epoch, hpke.seal(reader.public_key, key, info=reader.info(digest)))
        for reader in everybody.values()
    )
    return SealedRecord(digest, envelope, format.seal_small(key, _PURPOSE, salt + data, digest), seals, at)


def rows(records: Sequence[SealedRecord]) -> list[Record | RecordSeal]:
    """What is inserted of them, with their seals."""
    own = [Record(commitment=it.commitment, envelope=it.envelope, sealed=it.sealed, created_at=it.at) for it in records]
    seals = [
        RecordSeal(record_id=record.commitment, mailbox=seal.mailbox, epoch=seal.epoch, seal=seal.seal)
        for record in records
        for seal in record.seals
    ]
    return [*own, *seals]


def open(record: Record, keys: Keys) -> tuple[bytes, Content]:
    """The salt and the content, by any mailbox that these keys reach.

    Raises NotFound when none of them is a reader; Unreadable when the stored bytes were changed.
    """
    for seal in _within_reach(record.seals.exclude(mailbox=None), keys):
        with suppress(NotFound):  # a grant that has ended, or does not let read
            return _unseal(record, seal, keys)
    raise NotFound


def open_many(envelope: UUID, keys: Keys) -> dict[bytes, tuple[bytes, Content]]:
    """Every record of the envelope that these keys may read, by commitment; the others are left out.

    Raises Unreadable when the stored bytes of one were changed.
    """
    records = {bytes(record.commitment): record for record in Record.objects.filter(envelope=envelope)}
    opened: dict[bytes, tuple[bytes, Content]] = {}
    for seal in _within_reach(RecordSeal.objects.filter(record__envelope=envelope).exclude(mailbox=None), keys):
        digest = bytes(seal.record_id)
        if digest in records and digest not in opened:
            with suppress(NotFound):
                opened[digest] = _unseal(records[digest], seal, keys)
    return opened


def open_in_custody(record: Record, keys: KeyCustody) -> tuple[bytes, Content]:
    """For courts, by whoever holds the custody key. The caller records CUSTODY_USED in the same transaction."""
    seal = record.seals.get(mailbox=None)
    info = _info(bytes(record.commitment), None, None)
    return _opened(record, keys.open("evidence", bytes(seal.seal), info=info))


def _within_reach(seals: Iterable[RecordSeal], keys: Keys) -> list[RecordSeal]:
    """Those whose mailbox epoch is granted to these keys: one query, however many readers a record has."""
    seals = list(seals)
    granted = Grant.objects.filter(principal_id=keys.principal_id, epoch__mailbox__in={seal.mailbox for seal in seals})
    reach = set(granted.values_list("epoch__mailbox", "epoch__number"))
    return [seal for seal in seals if (seal.mailbox, seal.epoch) in reach]


def _unseal(record: Record, seal: RecordSeal, keys: Keys) -> tuple[bytes, Content]:
    if seal.mailbox is None or seal.epoch is None:
        raise NotFound
    info = _info(bytes(record.commitment), seal.mailbox, seal.epoch)
    return _opened(record, keys.open(seal.mailbox, seal.epoch, bytes(seal.seal), info=info))


def _opened(record: Record, key: bytes) -> tuple[bytes, Content]:
    digest = bytes(record.commitment)
    plaintext = format.open_small(key, _PURPOSE, bytes(record.sealed), digest)
    if hashlib.sha256(plaintext).digest() != digest:
        raise Unreadable
    salt, data = plaintext[:SALT_SIZE], plaintext[SALT_SIZE:]
    return salt, canonical.loads(data)


def _info(of: bytes, mailbox: UUID | None, epoch: int | None) -> bytes:
    if mailbox is None or epoch is None:
        return hpke.info(_PURPOSE, of)
    return hpke.info(_PURPOSE, of, mailbox, epoch)
