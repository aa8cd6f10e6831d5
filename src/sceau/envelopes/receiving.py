"""Mails from elsewhere, kept byte for byte: what their holder brings, about which nothing is proved.

Two steps, as with uploads: `receive` seals the octets as they arrive and reads them on the way, `file` gives them
their rows. A blob that never gets a row is dropped by the door, or by the sweep of orphans. Nothing is written anew:
the octets are the truth, the summary says where things stand in them.
"""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction

from sceau import blobs
from sceau.accounts import mailboxes
from sceau.accounts.actor import Actor
from sceau.core import clock, ids, random
from sceau.core.errors import NotFound
from sceau.core.failpoints import failpoint
from sceau.envelopes import rules
from sceau.envelopes.mime.addresses import Written
from sceau.envelopes.mime.oddities import BadMail, Oddity
from sceau.envelopes.mime.parse import Parsed, Parser
from sceau.envelopes.mime.scan import Limits
from sceau.envelopes.models import Copy, Envelope, Folder
from sceau.envelopes.summaries import ContentKey, Imported, Party, Summary
from sceau.vault import format, lists
from sceau.vault.epochs import EpochKey

_PURPOSE = "import"
_CALLED = 100  # characters


@dataclass(frozen=True, slots=True, repr=False)
class Received:
    """A sealed mail without a row, and what is needed to give it one. Holds a key: never stored, never shown."""

    key: ContentKey
    blob_key: str
    digest: bytes  # SHA-256 of the octets
    size: int  # octets
    summary: bytes  # sealed
    documents: int
    date: datetime | None  # its own
    called: str  # its subject, for a report to whoever brings it


@dataclass(frozen=True, slots=True)
class Placed:
    """`known`: this mailbox held the same octets already, and that copy was left as it is."""

    copy: Copy
    known: bool


def place(raw: bytes | Iterable[bytes], *, by: Actor, folder: Folder | None, at: datetime) -> Envelope:
    """Keep a mail in the mailbox acted for: durable on return; the same mail again gives the same envelope.

    `folder`: one of that mailbox, or None for its received mail. Raises EmptyMail, LargeMail, StorageFull, NotFound
    when the folder is gone or another mailbox's.
    """
    received = receive([raw] if isinstance(raw, bytes) else raw, at=at)
    return file(received, by=by, folder=folder, at=at).copy.envelope


def receive(chunks: Iterable[bytes], *, at: datetime) -> Received:
    """Seal a mail as it arrives, durably. Raises BadMail's kinds, StorageFull; nothing is kept then."""
    parser, digest = Parser(Limits(size=settings.SCEAU_MESSAGE_LIMIT)), hashlib.sha256()
    key, blob_key = ContentKey(ids.new(), random.key()), random.octets(16).hex()

    def watched() -> Iterator[bytes]:
        for chunk in chunks:
            parser.feed(chunk)
            digest.update(chunk)
            yield chunk

    blobs.store().put(blobs.content_name(blob_key), format.seal_blob(key.octets, blob_key, watched()))
    failpoint("import.blob-put")
    try:
        parsed = parser.close()
    except BadMail:
        blobs.store().delete(blobs.content_name(blob_key))
        raise
    return _received(key, blob_key, digest.digest(), parsed, at)


def _received(key: ContentKey, blob_key: str, digest: bytes, parsed: Parsed, at: datetime) -> Received:
    summary = summarise(parsed, at=at)
    return Received(
        key=key,
        blob_key=blob_key,
        digest=digest,
        size=parsed.size,
        summary=key.seal_summary(summary),
        documents=len(summary.documents),
        date=parsed.date,
        called=parsed.subject[:_CALLED],
    )


def drop(received: Received) -> None:
    """Forget a blob that will get no row."""
    blobs.store().delete(blobs.content_name(received.blob_key))


def file(received: Received, *, by: Actor, folder: Folder | None, at: datetime) -> Placed:
    """Give a received mail its rows, or find those of the same mail; its blob is dropped then, and on a refusal.

    Raises NotFound when the folder is gone or another mailbox's.
    """
    if folder is not None and folder.mailbox_id != by.mailbox.id:
        drop(received)
        raise NotFound
    mark, *older = _marks(received, by)
    if known := _known([mark, *older], by):
        drop(received)
        return Placed(known, known=True)
    reader = mailboxes.keys_for([by.mailbox])[by.mailbox.id]
    copy = _copy(_envelope(received, by=by, at=at), received, reader, folder, mark, at=at)
    try:
        with transaction.atomic():
            _insert(copy)
            failpoint("import.filed")
    except IntegrityError:  # another tab was faster, or the folder went meanwhile: rolled back, nothing names the blob
        drop(received)
        if known := _known([mark], by):
            return Placed(known, known=True)
        raise NotFound from None
    failpoint("import.committed")
    return Placed(copy, known=False)


def summarise(parsed: Parsed, *, at: datetime) -> Summary:
    """What lists and pages show of it, as written in it."""
    oddities = [*parsed.oddities, *([Oddity.FUTURE_DATE] if parsed.date and parsed.date > at else [])]
    date = clock.milliseconds(parsed.date) if parsed.date else None
    return Summary(
        sender=_party(parsed.sender) if parsed.sender else Party("", ""),
        to=tuple(map(_party, parsed.to)),
        cc=tuple(map(_party, parsed.cc)),
        subject=parsed.subject,
        label=rules.Label.NONE,
        message_id=parsed.message_id,
        references=parsed.references,
        parts=parsed.parts,
        imported=Imported(date, tuple(oddity.value for oddity in oddities)),
    )


def _party(written: Written) -> Party:
    return Party(written.name, written.address)


def _envelope(received: Received, *, by: Actor, at: datetime) -> Envelope:
    return Envelope(
        id=received.key.envelope,
        source=Envelope.Source.IMPORTED,
        sender=by.person,
        mailbox=by.mailbox,
        thread=received.key.envelope,
        sealed_at=at,
        size=received.size,
        documents=received.documents,
        blob_key=received.blob_key,
        summary=received.summary,
    )


def _copy(
    envelope: Envelope, received: Received, reader: EpochKey, folder: Folder | None, mark: bytes, *, at: datetime
) -> Copy:
    destroy_at = at + timedelta(days=settings.SCEAU_RETENTION_DAYS)
    return Copy(
        envelope=envelope,
        mailbox=envelope.mailbox,
        role=Copy.Role.KEPT,
        epoch=reader.number,
        seal=received.key.seal_to(reader),
        folder=Copy.Folder.FILED if folder else Copy.Folder.RECEIVED,
        filed_in_id=folder.id if folder else None,
        sort_at=min(received.date or at, at),  # among the mails of its own time, and never above what is new
        opened_at=at,  # nothing waits to be opened
        destroy_at=destroy_at,
        warned=rules.warned_already(destroy_at - at),
        mark=mark,
    )


def _insert(copy: Copy) -> None:
    """Raises IntegrityError when the same mail, or the end of the folder, came first."""
    if copy.filed_in_id and not Folder.objects.select_for_update().filter(id=copy.filed_in_id).exists():
        raise IntegrityError
    copy.envelope.save(force_insert=True)
    copy.save(force_insert=True)


def _marks(received: Received, by: Actor) -> Iterator[bytes]:
    """What the mail is known by, under the newest list key, and what it was known by under those before."""
    newest, list_key = lists.current(by.keys, by.mailbox.id)
    yield list_key.mark(_PURPOSE, received.digest)
    for epoch in range(newest - 1, 0, -1):
        with suppress(NotFound):  # before this reader came
            yield lists.of(by.keys, by.mailbox.id, epoch).mark(_PURPOSE, received.digest)


def _known(marks: list[bytes], by: Actor) -> Copy | None:
    held = Copy.objects.filter(mailbox=by.mailbox, mark__in=marks)
    return held.select_related("envelope__mailbox", "envelope__sender", "mailbox").first()
