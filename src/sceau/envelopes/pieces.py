"""Documents that come in pieces: a broken line, a killed process or a closed tab lose nothing acknowledged.

Each piece is sealed as it comes and has its row before it is counted; `finish` makes one document of them, as if
it had come in one go, so that sealing an envelope reads whole documents only (decision 0017). The pieces are
sealed to the author's mailbox: receiving them needs no key, so a locked session's upload goes on (V7).
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet, Sum

from sceau import blobs
from sceau.accounts import mailboxes
from sceau.core import canonical, hpke, ids, random
from sceau.core.errors import Malformed, NotFound, Refused
from sceau.core.failpoints import failpoint
from sceau.envelopes import attachments, names, rules
from sceau.envelopes.models import Arrival, Draft, Piece, Upload
from sceau.jobs import outbox
from sceau.vault import format
from sceau.vault.epochs import EpochKey
from sceau.vault.keyring import Keys

SIZE = 4 * 1024 * 1024  # octets: what a dying process loses at most, and asks to be sent again
MOST = 2000  # pieces of one document: a line that breaks this often carries nothing

_META, _PURPOSE = "arrival", "piece"
_LIFE = timedelta(days=1)
_BATCH = 100


class WrongOffset(Refused):
    """The next octet that is wanted is number `kept`."""

    code = "wrong-offset"

    def __init__(self, kept: int) -> None:
        super().__init__()
        self.kept = kept


class TooManyPieces(Refused):
    code = "too-many-pieces"


@dataclass(frozen=True, slots=True, repr=False)
class Coming:
    """A document that is not whole yet, as its author's keys show it."""

    id: UUID
    name: str
    size: int  # octets, as announced
    kept: int  # octets that need not be sent again


def begin(draft: Draft, name: str, content_type: str, size: int, *, at: datetime) -> Arrival:
    """Announce a document of `size` octets.

    Raises rules.TooLarge, TooManyDocuments; NotFound when the draft is gone.
    """
    reader = mailboxes.keys_for([draft.mailbox])[draft.mailbox_id]
    arrival = Arrival(id=ids.new(), draft=draft, epoch=reader.number, size=size, touched_at=at)
    meta = canonical.dumps({"name": names.safe_name(name), "type": content_type[:255]})
    arrival.sealed_meta = format.seal_record(reader.public_key, _META, meta, arrival.id)
    with transaction.atomic():
        if not attachments.touch(draft.id):
            raise NotFound
        attachments.check(draft, size)
        arrival.save(force_insert=True)
        failpoint("piece.announced")
    draft.documents_revision += 1
    return arrival


def add(arrival: Arrival, offset: int, chunks: Iterable[bytes], *, at: datetime) -> int:
    """Keep octets from `offset` on, durably; how many of the document are kept now.

    The stream may end anywhere: what came is kept. Raises WrongOffset (nothing of `chunks` is read then), Malformed
    when more comes than was announced, TooManyPieces, StorageFull; NotFound when the document was given up.
    """
    kept = status(arrival)
    if offset != kept:
        raise WrongOffset(kept)
    reader = mailboxes.keys_for([arrival.draft.mailbox])[arrival.draft.mailbox_id]
    rest = _Rest(chunks, most=arrival.size - kept)
    while rest.more():
        kept = _keep(arrival, kept, rest, reader, at)
    return kept


def status(arrival: Arrival) -> int:
    """How many octets are kept."""
    return arrival.pieces.aggregate(total=Sum("size"))["total"] or 0


def digest(arrival: Arrival, *, keys: Keys) -> bytes:
    """SHA-256 of the octets that are kept: a file that goes on after them must begin with them. Raises Unreadable."""
    found = hashlib.sha256()
    for chunk in _octets(arrival, list(arrival.pieces.order_by("offset")), keys):
        found.update(chunk)
    return found.digest()


def finish(arrival: Arrival, *, keys: Keys, at: datetime) -> Upload:
    """Make a document of its pieces. A second time gives the same document.

    Raises WrongOffset when some of it is missing, StorageFull; NotFound when it was given up, or the draft is gone.
    """
    coming = _open(arrival, keys)
    kept = list(arrival.pieces.order_by("offset"))
    if sum(each.size for each in kept) != arrival.size:
        return _finished(arrival) or _missing(arrival)
    octets = _octets(arrival, kept, keys)
    received = attachments.receive(coming.name, coming.content_type, octets, limit=settings.SCEAU_DRAFT_LIMIT)
    failpoint("piece.joined")
    try:
        with transaction.atomic():
            attachments.touch(arrival.draft_id)  # first: the order in which everybody locks
            if not remove(Arrival.objects.filter(id=arrival.id), at=at):
                raise NotFound
            upload = attachments.insert(arrival.draft, received, id=arrival.id, at=at)
            failpoint("piece.whole")
    except (rules.TooLarge, rules.TooManyDocuments, NotFound):
        attachments.drop(received)
        if there := _finished(arrival):
            return there
        raise
    failpoint("piece.finished")
    return upload


def finished(id: UUID, *, draft: Draft) -> Upload | None:
    """The document that an arrival became: it has its id, so that who got no answer may ask again."""
    return Upload.objects.filter(id=id, draft=draft).first()


def abandon(arrival: Arrival, *, at: datetime) -> None:
    """Give a document up. One that is gone already is fine."""
    with transaction.atomic():
        remove(Arrival.objects.filter(id=arrival.id), at=at)


def of(draft: Draft, *, keys: Keys) -> list[Coming]:
    """The documents of a draft that are not whole yet: to go on with, or to give up."""
    rows = draft.arrivals.select_related("draft").annotate(kept=Sum("pieces__size")).order_by("id")
    return [Coming(row.id, _open(row, keys).name, row.size, row.kept or 0) for row in rows]


def remove(arrivals: QuerySet[Arrival], *, at: datetime) -> int:
    """Delete rows in the caller's transaction, how many; a job deletes the blobs once it has committed."""
    gone = list(arrivals.values_list("id", flat=True))
    if not gone:
        return 0
    count = Arrival.objects.filter(id__in=gone).delete()[0]  # first: it waits for a piece that is getting its row
    pieces = Piece.objects.filter(arrival__in=gone)
    outbox.queue("delete-blob", *(UUID(hex=key) for key in pieces.values_list("blob_key", flat=True)), due=at)
    pieces.delete()
    return count


def purge(*, at: datetime) -> int:
    """Give up what nobody went on with for a day; how many."""
    count = 0
    old = Arrival.objects.filter(touched_at__lt=at - _LIFE)
    while waiting := list(old.order_by("id").values_list("id", flat=True)[:_BATCH]):
        with transaction.atomic():
            # A piece may be on its way into one: wait for it, then look again.
            list(Arrival.objects.select_for_update().filter(id__in=waiting).order_by("id").values_list("id"))
            count += remove(old.filter(id__in=waiting), at=at)
    return count


def _keep(arrival: Arrival, offset: int, rest: "_Rest", reader: EpochKey, at: datetime) -> int:
    """One piece: the blob first, then its row; how many octets of the document are kept now."""
    key, blob_key = random.key(), random.octets(16).hex()
    failpoint("piece.begun")
    blobs.store().put(blobs.content_name(blob_key), format.seal_blob(key, blob_key, rest.take(SIZE)))
    failpoint("piece.blob-put")
    row = Piece(id=ids.new(), arrival=arrival, offset=offset, size=rest.taken, blob_key=blob_key, epoch=reader.number)
    row.seal = hpke.seal(reader.public_key, key, info=_info(row, reader.mailbox))
    try:
        with transaction.atomic():
            _insert(arrival, row, at)
            failpoint("piece.row")
    except (WrongOffset, TooManyPieces, NotFound):
        blobs.store().delete(blobs.content_name(blob_key))
        raise
    failpoint("piece.committed")
    return offset + row.size


def _insert(arrival: Arrival, row: Piece, at: datetime) -> None:
    # The row of the arrival is the lock: of two senders at the same place, the second is told where to go on.
    if not Arrival.objects.filter(id=arrival.id).update(touched_at=at):
        raise NotFound
    if (kept := status(arrival)) != row.offset:
        raise WrongOffset(kept)
    if arrival.pieces.count() >= MOST:
        raise TooManyPieces
    row.save(force_insert=True)


def _octets(arrival: Arrival, pieces: list[Piece], keys: Keys) -> Iterator[bytes]:
    """The document, piece after piece. Raises Unreadable."""
    mailbox = arrival.draft.mailbox_id
    for row in pieces:
        key = keys.open(mailbox, row.epoch, bytes(row.seal), info=_info(row, mailbox))
        with blobs.store().open(blobs.content_name(row.blob_key)) as file:
            yield from format.open_blob(key, row.blob_key, file)


@dataclass(frozen=True, slots=True, repr=False)
class _Announced:
    name: str
    content_type: str


def _open(arrival: Arrival, keys: Keys) -> _Announced:
    mailbox, sealed = arrival.draft.mailbox_id, bytes(arrival.sealed_meta)
    meta = canonical.loads(keys.open_record(mailbox, arrival.epoch, _META, sealed, arrival.id))
    try:
        return _Announced(meta["name"], meta["type"])
    except (KeyError, TypeError) as error:
        raise Malformed from error


def _finished(arrival: Arrival) -> Upload | None:
    return Upload.objects.filter(id=arrival.id).first()


def _missing(arrival: Arrival) -> Upload:
    if not Arrival.objects.filter(id=arrival.id).exists():
        raise NotFound
    raise WrongOffset(status(arrival))


def _info(row: Piece, mailbox: UUID) -> bytes:
    """Bound to its place: pieces cannot change places."""
    return hpke.info(_PURPOSE, row.arrival_id, mailbox, row.epoch, row.id, row.offset)


class _Rest:
    """A stream taken piece by piece. `taken`: octets of the piece that was taken last."""

    def __init__(self, chunks: Iterable[bytes], *, most: int) -> None:
        self._chunks = iter(chunks)
        self._waiting = b""
        self._most = most
        self.taken = 0

    def more(self) -> bool:
        while not self._waiting:
            chunk = next(self._chunks, None)
            if chunk is None:
                return False
            self._waiting = chunk
        return True

    def take(self, size: int) -> Iterator[bytes]:
        """At most `size` octets. Raises Malformed when the stream holds more than was announced."""
        self.taken = 0
        while self.taken < size and self.more():
            chunk = self._waiting[: size - self.taken]
            self._waiting = self._waiting[len(chunk) :]
            self.taken += len(chunk)
            self._most -= len(chunk)
            if self._most < 0:
                raise Malformed
            yield chunk
