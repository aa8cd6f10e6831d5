"""Destroying content: the sender's expiry, the end of retention, permanent deletion (V14).

A copy's seal goes; the blob goes with its envelope's last seal. Rows first, in one transaction with the
evidence; the blob is deleted by a job after the commit, so that a crash never leaves a row without its
blob. Evidence stays. Backups keep what they hold for SCEAU_BACKUP_DAYS: pages say so.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.db import connection

from sceau import blobs
from sceau.accounts.models import Mailbox, Person
from sceau.core.failpoints import failpoint
from sceau.envelopes import facts, search_index
from sceau.envelopes.models import Copy, Envelope
from sceau.evidence import log, records
from sceau.evidence.events import Event
from sceau.evidence.records import Reader
from sceau.jobs import outbox
from sceau.vault.keyring import Keys


class Reason(StrEnum):
    EXPIRED = "expired"  # the day its sender chose
    RETENTION = "retention"
    DELETED = "deleted"  # by the mailbox that held it


def destroy(
    copies: Iterable[Copy], reason: Reason, *, by: Person | None = None, keys: Keys | None = None, at: datetime
) -> list[Copy]:
    """Destroy these copies' content; returns those that still had some.

    Call inside a transaction, with at most a few hundred copies. `by`: the person who deletes them;
    `keys`: his, to write the search index anew without them (see `search_index.forget`).
    """
    ids = {copy.id for copy in copies}
    # Whoever removes the last seal must see the other removals: the envelopes' rows are the lock.
    envelopes = _locked({copy.envelope_id for copy in copies})
    rows = Copy.objects.select_for_update(of=("self",)).select_related("mailbox__owner")
    held = list(rows.filter(id__in=ids, destroyed_at=None).order_by("id"))
    search_index.forget(held, keys=keys)
    Copy.objects.filter(id__in=[copy.id for copy in held]).update(seal=None, line=None, mark=None, destroyed_at=at)
    for copy in held:
        copy.envelope, copy.seal, copy.destroyed_at = envelopes[copy.envelope_id], None, at
    log.record(*_evidence(held, reason, by=by, at=at), at=at)
    release(envelopes.values(), at=at)
    failpoint("destroy.recorded")
    return held


def delete_blob(key: UUID, *, at: datetime) -> None:
    """Job "delete-blob": the rows that named this blob are gone."""
    blobs.store().delete(blobs.content_name(key.hex))


def forget_pages() -> None:
    """What was destroyed leaves SQLite's write-ahead log too (V14). Not within a transaction.

    Readers that keep the log busy put it off to the next time.
    """
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _locked(ids: set[UUID]) -> dict[UUID, Envelope]:
    rows = Envelope.objects.select_for_update(of=("self",)).select_related("mailbox").filter(id__in=ids)
    return {row.id: row for row in rows.order_by("id")}


def release(envelopes: Iterable[Envelope], *, at: datetime) -> None:
    """Forget the summary and the blob of envelopes that nobody holds any more."""
    found = {envelope.id: envelope.blob_key for envelope in envelopes if envelope.blob_key is not None}
    kept = set(Copy.objects.filter(envelope__in=found, destroyed_at=None).values_list("envelope_id", flat=True))
    gone = {id: key for id, key in found.items() if id not in kept}
    if gone:
        Envelope.objects.filter(id__in=gone).update(blob_key=None, summary=None)
        outbox.queue("delete-blob", *(UUID(hex=key) for key in gone.values()), due=at)


def _evidence(held: list[Copy], reason: Reason, *, by: Person | None, at: datetime) -> Iterator[log.Fact]:
    """Each copy is destroyed; what nobody had opened can never be handed over; an expiry is told once."""
    held = [copy for copy in held if copy.envelope.source != Envelope.Source.IMPORTED]  # nothing is proved about these
    readers = _readers(held)
    for envelope in {copy.envelope_id: copy.envelope for copy in held}.values():
        if reason is Reason.EXPIRED:
            event, parties = Event.ENVELOPE_EXPIRED, envelope.commitment
            yield log.Fact(event, envelope.id, parties=parties, once=(envelope.id, event))
    for copy in held:
        opened = copy.role == Copy.Role.FROM or copy.opened_at is not None
        if not opened:
            yield _fact(Event.CONTENT_HANDOVER_FAILURE, copy, facts.unopened(reason=reason, at=at), readers, at=at)
        content = facts.destruction(reason=reason, by=by, opened=opened, at=at)
        yield _fact(Event.CONTENT_DESTROYED, copy, content, readers, private=by is not None, at=at)


def _fact(
    event: Event,
    copy: Copy,
    content: records.Content,
    readers: dict[UUID, Reader],
    *,
    private: bool = False,
    at: datetime,
) -> log.Fact:
    """Told to the copy's mailbox and the sender's; to the first alone when it says who deleted (`private`)."""
    told = [readers[copy.mailbox_id]] if private else [readers[copy.mailbox_id], readers[copy.envelope.mailbox_id]]
    return log.Fact(
        event,
        copy.envelope_id,
        copy.recipient,
        parties=copy.envelope.commitment,
        facts=records.seal(content, told, envelope=copy.envelope_id, at=at),
    )


def _readers(held: list[Copy]) -> dict[UUID, Reader]:
    boxes: list[Mailbox] = [*(copy.mailbox for copy in held), *(copy.envelope.mailbox for copy in held)]
    return facts.readers(boxes) if boxes else {}
