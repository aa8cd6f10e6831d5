"""The log's origins: the one that receives, those that were closed, and how one follows another (E7)."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from sceau.core.clock import milliseconds
from sceau.core.errors import Malformed, Refused
from sceau.evidence import keys, note
from sceau.evidence.faults import LogAhead, LogDamaged, LogForked
from sceau.evidence.models import Checkpoint, Log, LogEntry
from sceau.evidence.note import Checkpoint as Head
from sceau.evidence.shelf import Shelf


def current(*, at: datetime) -> Log:
    """The origin that receives; the first one is opened by asking."""
    log = Log.objects.filter(closed_at=None).order_by("-opened_at", "-origin").first()
    if log is None:
        log, _ = Log.objects.get_or_create(origin=keys.origin(), defaults={"opened_at": at})
    return log


def everyone() -> Sequence[Log]:
    """Every origin, the oldest first."""
    return list(Log.objects.order_by("opened_at", "origin"))


def newest(log: Log) -> Checkpoint | None:
    return Checkpoint.objects.filter(log=log).order_by("-size").first()


def next_index(log: Log) -> int:
    last = LogEntry.objects.filter(log=log).order_by("-index").values_list("index", flat=True).first()
    return 0 if last is None else last + 1


def require_not_ahead(shelf: Shelf, log: Log) -> Head | None:
    """`compare`, then look for tiles that hold more than the database numbered. Raises LogAhead too."""
    kept, numbered = compare(shelf, log), next_index(log)
    while shelf.reaches_beyond(numbered):
        before, numbered = numbered, next_index(log)
        if numbered == before:  # else an integrator went on meanwhile: it numbers first, then writes tiles
            raise LogAhead(log.origin, "tiles")
    return kept


def compare(shelf: Shelf, log: Log) -> Head | None:
    """The checkpoint kept beside the tiles, if the database agrees with it.

    Raises LogAhead when it is larger than any the database knows, LogForked when the database knows another tree of
    that size, LogDamaged when its signature is not the log's.
    """
    found = kept_checkpoint(shelf, log)
    if found is None:
        return None
    kept, _ = found
    known = Checkpoint.objects.filter(log=log, size=kept.size).first()
    if known is not None and bytes(known.root) == kept.root:
        return kept
    larger = Checkpoint.objects.filter(log=log, size__gt=kept.size).exists()
    raise LogForked(log.origin, f"checkpoint {kept.size}") if known or larger else LogAhead(log.origin, "checkpoint")


def kept_checkpoint(shelf: Shelf, log: Log) -> tuple[Head, str] | None:
    """The checkpoint kept beside the tiles, its signature checked, and its note. Raises LogDamaged."""
    try:
        text = shelf.checkpoint()
        if text is None:
            return None
        head = note.open(text, keys.verifiers())
    except (Malformed, Refused) as error:
        raise LogDamaged(log.origin, "kept checkpoint") from error
    if head.origin != log.origin:
        raise LogDamaged(log.origin, "kept checkpoint")
    return head, text


def follow(log: Log, *, at: datetime, restored: bool = False) -> Log:
    """Close an origin and open the next: `<first>/2`, `/3`… Both in one transaction.

    After a restore the number is that of the minute: the same backup may have been restored before, and its `/2` used.
    """
    number = 1 + max(_number(origin) for origin in Log.objects.values_list("origin", flat=True))
    if restored:
        number = max(number, milliseconds(at) // 60_000)
    with transaction.atomic():
        Log.objects.filter(origin=log.origin).update(closed_at=at)
        return Log.objects.create(origin=f"{keys.origin()}/{number}", opened_at=at)


def _number(origin: str) -> int:
    """Raises LogDamaged for an origin that is not ours."""
    number = keys.verifiers()[0].place(origin)
    if number is None:
        raise LogDamaged(origin, "name")
    return number
