"""Documents of a draft: transfer-encoded and sealed segment by segment as their octets arrive (V13).

No plaintext touches a disk, and sealing the envelope does not encode 40 MB again. Two steps, because a
door learns late whether a request was legitimate: `receive` keeps a sealed blob that no row names,
`attach` gives it its row. A blob that never gets one is dropped by the door, or by the sweep of orphans.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, Max, QuerySet

from sceau import blobs
from sceau.accounts import mailboxes
from sceau.core import canonical, hpke, ids, random
from sceau.core.errors import Malformed, NotFound
from sceau.core.failpoints import failpoint
from sceau.envelopes import mime, names, rules
from sceau.envelopes.mime import headers
from sceau.envelopes.models import Draft, Upload
from sceau.jobs import outbox
from sceau.vault import format
from sceau.vault.keyring import Keys

_PURPOSE = "upload"


@dataclass(frozen=True, slots=True, repr=False)
class Received:
    """A sealed blob without a row, and what is needed to give it one. Holds a key: never stored, never shown."""

    name: str
    content_type: str
    blob_key: str
    key: bytes
    size: int  # decoded octets
    encoded_size: int
    sha256: bytes  # of the decoded octets


@dataclass(frozen=True, slots=True, repr=False)
class Document:
    """An attachment as its author's keys show it."""

    id: UUID
    name: str
    content_type: str
    size: int
    encoded_size: int
    sha256: bytes
    encoded: Callable[[], Iterator[bytes]]  # base64 in lines of 76, CRLF


def room(draft: Draft) -> int:
    """Decoded octets that may still be attached: what is on its way in pieces is counted as announced."""
    return max(0, settings.SCEAU_DRAFT_LIMIT - sum(_sizes(draft)))


def check(draft: Draft, *sizes: int) -> None:
    """May documents of these sizes still be attached? Ask while the draft is locked (`touch`).

    One of them alone must fit an envelope; all together may be several (splitting). Raises rules.TooLarge,
    TooManyDocuments.
    """
    for size in sizes:
        if size > settings.SCEAU_MESSAGE_LIMIT:
            raise rules.DocumentTooLarge(settings.SCEAU_MESSAGE_LIMIT, size)
    rules.check_size([*_sizes(draft), *sizes], rules.Limits(recipients=0, size=settings.SCEAU_DRAFT_LIMIT))


def receive(name: str, content_type: str, chunks: Iterable[bytes], *, limit: int) -> Received:
    """Seal a document as it arrives, durably: at most `limit` octets, and what one envelope takes.

    Raises rules.TooLarge as soon as the limit is crossed, StorageFull; nothing is kept then.
    """
    key, blob_key = random.key(), random.octets(16).hex()
    meter = _Meter(chunks, limit)
    encoded = mime.encode_base64(meter)
    failpoint("upload.begun")
    blobs.store().put(blobs.content_name(blob_key), format.seal_blob(key, blob_key, encoded))
    failpoint("upload.blob-put")
    return Received(
        name=names.safe_name(name),
        content_type=headers.declared_type(content_type.partition(";")[0]),
        blob_key=blob_key,
        key=key,
        size=meter.size,
        encoded_size=mime.encoded_size(meter.size),
        sha256=meter.digest(),
    )


def drop(received: Received) -> None:
    """Forget a blob that will get no row."""
    blobs.store().delete(blobs.content_name(received.blob_key))


def attach(draft: Draft, received: Received, *, at: datetime) -> Upload:
    """Give a received document its row. On a refusal its blob is dropped.

    Raises rules.TooLarge or TooManyDocuments with what other tabs attached meanwhile, NotFound when the draft
    is gone.
    """
    try:
        with transaction.atomic():
            upload = insert(draft, received, id=ids.new(), at=at)
            failpoint("upload.row")
    except (rules.TooLarge, rules.TooManyDocuments, NotFound):
        drop(received)
        raise
    draft.documents_revision += 1
    failpoint("upload.committed")
    return upload


def detach(upload: Upload, *, at: datetime) -> None:
    """Take a document off its draft; its blob goes after the commit."""
    with transaction.atomic():
        touch(upload.draft_id)
        remove(Upload.objects.filter(id=upload.id), at=at)


def remove(uploads: QuerySet[Upload], *, at: datetime) -> None:
    """Delete rows in the caller's transaction; a job deletes their blobs once it has committed."""
    if keys := list(uploads.values_list("blob_key", flat=True)):
        outbox.queue("delete-blob", *(UUID(hex=key) for key in keys), due=at)
        uploads.delete()


def of(draft: Draft, *, keys: Keys) -> list[Document]:
    """The draft's documents in their order; one query and one HPKE open each."""
    return [_open(upload, draft.mailbox_id, keys) for upload in draft.uploads.order_by("position", "id")]


def insert(draft: Draft, received: Received, *, id: UUID, at: datetime) -> Upload:
    """Give a received document its row, in the caller's transaction. Raises what `attach` raises."""
    if not touch(draft.id):
        raise NotFound
    check(draft, received.size)
    reader = mailboxes.keys_for([draft.mailbox])[draft.mailbox_id]
    upload = Upload(
        id=id,
        draft=draft,
        blob_key=received.blob_key,
        epoch=reader.number,
        size=received.size,
        encoded_size=received.encoded_size,
        position=(draft.uploads.aggregate(last=Max("position"))["last"] or 0) + 1,
        added_at=at,
    )
    upload.seal = hpke.seal(reader.public_key, received.key, info=_info(upload, draft.mailbox_id))
    meta = {"name": received.name, "type": received.content_type, "sha256": received.sha256.hex()}
    upload.sealed_meta = format.seal_small(received.key, _PURPOSE, canonical.dumps(meta), upload.id)
    upload.save(force_insert=True)
    return upload


def touch(draft: UUID) -> bool:
    """Locks the draft, so that two tabs count each other's documents; a seal that read others fails. False: gone."""
    return bool(Draft.objects.filter(id=draft).update(documents_revision=F("documents_revision") + 1))


def _open(upload: Upload, mailbox: UUID, keys: Keys) -> Document:
    key = keys.open(mailbox, upload.epoch, bytes(upload.seal), info=_info(upload, mailbox))
    meta = canonical.loads(format.open_small(key, _PURPOSE, bytes(upload.sealed_meta), upload.id))

    def encoded() -> Iterator[bytes]:
        with blobs.store().open(blobs.content_name(upload.blob_key)) as file:
            yield from format.open_blob(key, upload.blob_key, file)

    try:
        digest = bytes.fromhex(meta["sha256"])
        return Document(upload.id, meta["name"], meta["type"], upload.size, upload.encoded_size, digest, encoded)
    except (KeyError, TypeError, ValueError) as error:
        raise Malformed from error


def _info(upload: Upload, mailbox: UUID) -> bytes:
    return hpke.info(_PURPOSE, upload.draft_id, mailbox, upload.epoch, upload.id)


def _sizes(draft: Draft) -> list[int]:
    return [*draft.uploads.values_list("size", flat=True), *draft.arrivals.values_list("size", flat=True)]


class _Meter:
    """Counts and digests what passes; stops it at the limit: what one envelope takes, or the room that is left."""

    def __init__(self, chunks: Iterable[bytes], room: int) -> None:
        self._chunks = chunks
        self._room = room
        self._sha256 = hashlib.sha256()
        self.size = 0

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            self.size += len(chunk)
            if self.size > settings.SCEAU_MESSAGE_LIMIT:
                raise rules.DocumentTooLarge(settings.SCEAU_MESSAGE_LIMIT, self.size)
            if self.size > self._room:
                raise rules.TooLarge(settings.SCEAU_DRAFT_LIMIT, self.size)
            self._sha256.update(chunk)
            yield chunk

    def digest(self) -> bytes:
        return self._sha256.digest()
