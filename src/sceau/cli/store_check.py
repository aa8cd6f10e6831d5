"""`sceau verify-store`: does everything that a row names exist, and is it whole? Reads only, opens nothing.

Content stays sealed: what is checked is what can be told without a key. The log is checked as at each start.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Exists, F, OuterRef, Q

from sceau import blobs
from sceau.core import clock
from sceau.core.errors import Malformed, NotFound, Refused, Unreadable
from sceau.envelopes.models import Copy, Envelope, Piece, Upload
from sceau.evidence import checks as log_checks
from sceau.evidence.events import Event
from sceau.evidence.faults import LogFault
from sceau.evidence.models import Evidence, Record
from sceau.vault import epochs, format, principals
from sceau.vault.models import Grant, MailboxEpoch, Principal

_CHUNK = 1000


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it should be: a stable code and the id of the row, never a name."""

    code: str
    where: str

    def __str__(self) -> str:
        return f"{self.code} {self.where}"


def verify(*, at: datetime) -> Iterator[Finding]:
    """Everything wrong with this installation's store, as it is found.

    Services may go on meanwhile: of a blob that is not there its row is asked once more, which goes before it.
    """
    yield from _database()
    yield from _envelopes()
    yield from _uploads()
    yield from _copies()
    yield from _keys()
    yield from _evidence(at)
    yield from log()


def counts() -> dict[str, int]:
    """How much was looked at."""
    return {
        "envelopes": Envelope.objects.filter(blob_key__isnull=False).count(),
        "uploads": Upload.objects.count(),
        "copies": Copy.objects.count(),
        "epochs": MailboxEpoch.objects.count(),
        "events": Evidence.objects.count(),
    }


def log() -> Iterator[Finding]:
    """The log's own start-up check (E8)."""
    try:
        log_checks.at_start()
    except LogFault as fault:
        yield Finding(fault.code, f"{fault.origin} {fault.where}".strip())


def _database() -> Iterator[Finding]:
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA integrity_check")
            damage = [row for row in cursor.fetchall() if row != ("ok",)]
            cursor.execute("PRAGMA foreign_key_check")
            if damage or cursor.fetchall():
                yield Finding("database-damaged", "sqlite")


def _envelopes() -> Iterator[Finding]:
    rows = Envelope.objects.filter(blob_key__isnull=False).values_list("id", "blob_key", "size")
    for id, key, size in rows.iterator(chunk_size=_CHUNK):
        if (fault := _blob_fault(str(key), size)) and Envelope.objects.filter(id=id, blob_key=key).exists():
            yield Finding(fault, f"envelope {id}")


def _uploads() -> Iterator[Finding]:
    rows = Upload.objects.values_list("id", "blob_key", "encoded_size")
    for id, key, size in rows.iterator(chunk_size=_CHUNK):
        if (fault := _blob_fault(key, size)) and Upload.objects.filter(id=id).exists():
            yield Finding(fault, f"upload {id}")
    pieces = Piece.objects.values_list("id", "blob_key", "size")
    for id, key, size in pieces.iterator(chunk_size=_CHUNK):
        if (fault := _blob_fault(key, size)) and Piece.objects.filter(id=id).exists():
            yield Finding(fault, f"piece {id}")


def _blob_fault(key: str, size: int) -> str | None:
    """`size`: octets of plaintext that the row promises."""
    try:
        with blobs.store().open(blobs.content_name(key)) as file:
            format.check_header(file.read(format.BLOB_HEADER), key)
            return None if file.seek(0, 2) == format.ciphertext_size(size) else "blob-size"
    except NotFound:
        return "blob-missing"
    except (Unreadable, Malformed):
        return "blob-header"


def _copies() -> Iterator[Finding]:
    """A copy that can be opened has its content, a summary and the mailbox key it was sealed to."""
    sealed = Copy.objects.filter(seal__isnull=False)
    empty = sealed.filter(Q(envelope__blob_key=None) | Q(envelope__summary=None) | Q(destroyed_at__isnull=False))
    yield from _named("copy-without-content", "copy", empty.values_list("id", flat=True))
    epoch = MailboxEpoch.objects.filter(mailbox=OuterRef("mailbox_id"), number=OuterRef("epoch"))
    yield from _named("copy-without-key", "copy", sealed.filter(~Exists(epoch)).values_list("id", flat=True))
    seals = Copy.objects.filter(envelope=OuterRef("pk"), seal__isnull=False)
    lost = Envelope.objects.filter(~Exists(seals), blob_key__isnull=False)
    yield from _named("content-without-copy", "envelope", lost.values_list("id", flat=True))


def _keys() -> Iterator[Finding]:
    granted = Grant.objects.filter(epoch=OuterRef("pk"))
    lost = MailboxEpoch.objects.filter(~Exists(granted)).values_list("id", flat=True)
    yield from _named("key-without-grant", "epoch", lost)
    for epoch in MailboxEpoch.objects.iterator(chunk_size=_CHUNK):
        try:
            epochs.verified(epoch)
        except Refused as error:
            yield Finding(error.code, f"epoch {epoch.id}")
    for principal in Principal.objects.iterator(chunk_size=_CHUNK):
        try:
            principals.public_key(principal)
        except Refused as error:
            yield Finding(error.code, f"principal {principal.id}")


def _evidence(at: datetime) -> Iterator[Finding]:
    """No act without trace, and no trace of an import; identity records may be erased only after their years (E11)."""
    traced = Evidence.objects.filter(envelope=OuterRef("pk"))
    sealed, imported = Envelope.Source.SEALED, Envelope.Source.IMPORTED
    untraced = Envelope.objects.filter(~Exists(traced), source=sealed).values_list("id", flat=True)
    yield from _named("envelope-without-evidence", "envelope", untraced)
    claimed = Envelope.objects.filter(Exists(traced), source=imported).values_list("id", flat=True)
    yield from _named("import-with-evidence", "envelope", claimed)
    since = clock.milliseconds(at - timedelta(days=365 * settings.SCEAU_EVIDENCE_YEARS))
    recent = Evidence.objects.filter(at_ms__gt=since)
    # Later events cite the parties of a sealing that may be older than the years: the sealing answers for them.
    for field, rows in (("parties", recent.filter(event=Event.SUBMISSION_ACCEPTANCE)), ("facts", recent)):
        kept = Record.objects.filter(commitment=OuterRef(field))
        cited = rows.filter(~Exists(kept), **{f"{field}__isnull": False})
        yield from _named("record-missing", "evidence", cited.order_by(F("id")).values_list("id", flat=True))


def _named(code: str, what: str, ids: Iterable[UUID]) -> Iterator[Finding]:
    return (Finding(code, f"{what} {id}") for id in ids)
