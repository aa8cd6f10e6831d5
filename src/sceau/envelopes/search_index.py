"""The search index of a mailbox: sealed pieces, built in its reader's own sessions (V4).

Which copies wait for the index plain columns say; their words come from the envelopes themselves, at the reader's next
search. Of an unopened one these are the words of its summary; once somebody of the mailbox opened it, the letter's too.
The worker has no keys: where it destroys a copy, the whole piece goes, and is built anew. A reader who deletes one has
the piece written anew without it. Either way no word outlives the copy's destruction (attack 40).
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from sceau.accounts.actor import Actor
from sceau.core import clock
from sceau.core.errors import Error, Malformed, NotFound, Unreadable
from sceau.envelopes import search_segment, search_words
from sceau.envelopes.models import Copy, Segment
from sceau.envelopes.reading import Unsealed
from sceau.envelopes.search_segment import Entry, Piece
from sceau.envelopes.summaries import Summary
from sceau.vault import lists
from sceau.vault.keyring import Keys

TEXT_LIMIT = 200_000  # characters of a letter that are searched

_PURPOSE = "segment"
_AT_ONCE = 50  # copies read between two looks at the clock


@dataclass(frozen=True, slots=True, repr=False)
class Stored:
    """A piece and the row it came from."""

    row: Segment
    piece: Piece


def waiting(by: Actor) -> "QuerySet[Copy]":
    """The mailbox's copies that the index does not know yet, or not as well as it may."""
    unread = Copy.objects.filter(mailbox=by.mailbox, indexed_text=False, destroyed_at=None, withdrawn_at=None)
    return unread.exclude(folder=Copy.Folder.HELD).filter(Q(segment=None) | Q(opened_at__isnull=False))


def alive(by: Actor) -> "QuerySet[Copy]":
    """Everything that can be searched."""
    held = Copy.objects.filter(mailbox=by.mailbox, destroyed_at=None, withdrawn_at=None)
    return held.exclude(folder=Copy.Folder.HELD)


def build(by: Actor, *, at: datetime, until: Callable[[], bool]) -> int:
    """Index what waits, newest first, until nothing does or `until` says so; how many copies still wait.

    A piece that another tab, or a destruction, changed at the same time is left for the next round.
    """
    by.keys.prefetch(by.mailbox.id)
    while not until():
        copies = _next(by)
        if not copies:
            return 0
        if not _extend(copies, by, at=at, until=until):
            break
    return waiting(by).count()


def pieces(by: Actor) -> Iterator[Stored]:
    """Every piece of the mailbox. One that does not open is dropped, and built anew at the next search."""
    for row in Segment.objects.filter(mailbox=by.mailbox):
        with suppress(NotFound):
            try:
                yield Stored(row, _open(row, by.keys))
            except (Unreadable, Malformed):
                with transaction.atomic():
                    _drop([row.id])


def forget(copies: Iterable[Copy], *, keys: Keys | None = None) -> None:
    """Take these copies' words out of the index, in the caller's transaction, which destroys the copies.

    With a reader's keys their pieces are written anew; without, the pieces go whole.
    """
    gone = {copy.id for copy in copies}
    held = Copy.objects.filter(id__in=gone).exclude(segment=None).order_by()
    segments = sorted(set(held.values_list("segment", flat=True)))
    if keys is None:
        _drop(segments)
    else:
        for row in Segment.objects.select_for_update().filter(id__in=segments).order_by("id"):
            _rewrite(row, gone, keys)
    Copy.objects.filter(id__in=gone).update(segment=None, indexed_text=False)


def move(row: Segment, epoch: int, keys: Keys) -> None:
    """Seal a piece anew under the list key of another epoch; what does not open goes whole."""
    revision, same = row.revision + 1, Segment.objects.filter(id=row.id, revision=row.revision)
    try:
        octets = _open(row, keys).encode()
    except (Unreadable, Malformed):
        with transaction.atomic():
            _drop([row.id])
    else:
        sealed = lists.of(keys, row.mailbox_id, epoch).seal(_PURPOSE, octets, row.id, revision)
        same.update(epoch=epoch, revision=revision, sealed=sealed)


def _next(by: Actor) -> list[Copy]:
    """The next copies for one piece: of one epoch; those that a piece already knows first, and alone."""
    rows = waiting(by).select_related("envelope").order_by("-sort_at", "-id")
    known = rows.exclude(segment=None).first()
    if known:
        return list(rows.filter(segment=known.segment_id)[: search_segment.MOST])
    newest = rows.first()
    return list(rows.filter(epoch=newest.epoch)[: search_segment.MOST]) if newest else []


def _extend(copies: Sequence[Copy], by: Actor, *, at: datetime, until: Callable[[], bool]) -> bool:
    """Put as many of these as time and room allow into one piece. False when somebody else came in between."""
    stored = _target(copies[0], by, at)
    if stored is None:
        return True
    known = copies[0].segment_id is not None
    room = len(copies) if known else search_segment.MOST - len(stored.piece)
    read: dict[Entry, Collection[str]] = {}
    taken: list[Copy] = []
    for start in range(0, min(room, len(copies)), _AT_ONCE):
        if taken and until():
            break
        for copy in copies[start : min(room, start + _AT_ONCE)]:
            read[Entry(copy.id, clock.milliseconds(copy.sort_at))] = _words(copy, by.keys)
            taken.append(copy)
    return _write(stored, stored.piece.with_(read), taken, by.keys)


def _target(copy: Copy, by: Actor, at: datetime) -> Stored | None:
    """The piece that knows this copy, or one with room, or a new one. None when it had to be dropped."""
    rows = Segment.objects.filter(mailbox=by.mailbox)
    if copy.segment_id:
        row = rows.filter(id=copy.segment_id).first()
    else:
        counted = rows.filter(epoch=copy.epoch).annotate(held=Count("copies")).filter(held__lt=search_segment.MOST)
        row = counted.order_by("-id").first()
    if row is None:
        return Stored(Segment(mailbox=by.mailbox, epoch=copy.epoch, built_at=at), search_segment.EMPTY)
    try:
        return Stored(row, _open(row, by.keys))
    except (Unreadable, Malformed):
        with transaction.atomic():
            _drop([row.id])
        return None


def _words(copy: Copy, keys: Keys) -> set[str]:
    """What may be found of a copy; nothing of one that does not open."""
    found: set[str] = set()
    with suppress(Error):
        unsealed = Unsealed(copy, keys=keys)
        found |= _of_summary(unsealed.summary)
        if has_text(copy.role, copy.opened_at):
            found |= search_words.words(unsealed.text()[:TEXT_LIMIT])
    return found


def has_text(role: str, opened_at: datetime | None) -> bool:
    """May this mailbox find the letter's own words? Showing them is opening (V4)."""
    return role in (Copy.Role.FROM, Copy.Role.KEPT) or opened_at is not None


def label_word(code: str) -> str:
    """The word of a label: no text has it, for it holds a colon."""
    return f"label:{code}"


def _of_summary(summary: Summary) -> set[str]:
    parties = (summary.sender, *summary.to, *summary.cc)
    texts = [summary.subject, *(party.name for party in parties), *(party.address for party in parties)]
    texts += [part.name for part in summary.documents if part.name]
    found = search_words.words("\n".join(texts))
    return found | {label_word(summary.label)} if summary.label else found


def _write(stored: Stored, piece: Piece, taken: Sequence[Copy], keys: Keys) -> bool:
    """Keep a piece and which copies it knows, unless one of them, or the piece, changed since it was read."""
    row, ids = stored.row, [copy.id for copy in taken]
    with transaction.atomic():
        same = Copy.objects.select_for_update().filter(id__in=ids, destroyed_at=None, withdrawn_at=None)
        same = same.filter(segment=taken[0].segment_id, indexed_text=False)
        if len(same.order_by("id").values_list("id", flat=True)) != len(ids):
            return False
        if not _save(row, piece, keys):
            return False
        mine = Copy.objects.filter(id__in=ids)
        with_text = [copy.id for copy in taken if has_text(copy.role, copy.opened_at)]
        mine.filter(id__in=with_text).update(segment=row, indexed_text=True)
        mine.exclude(id__in=with_text).update(segment=row)
    return True


def _save(row: Segment, piece: Piece, keys: Keys) -> bool:
    """Write a piece as the row's next revision; False when the row is not at the one that was read any more."""
    revision = row.revision + 1
    sealed = lists.of(keys, row.mailbox_id, row.epoch).seal(_PURPOSE, piece.encode(), row.id, revision)
    if row._state.adding:
        row.revision, row.sealed = revision, sealed
        row.save(force_insert=True)
        return True
    return bool(Segment.objects.filter(id=row.id, revision=row.revision).update(revision=revision, sealed=sealed))


def _open(row: Segment, keys: Keys) -> Piece:
    """Raises Unreadable, Malformed; NotFound without a live grant."""
    key = lists.of(keys, row.mailbox_id, row.epoch)
    return Piece.decode(key.open(_PURPOSE, bytes(row.sealed), row.id, row.revision))


def _rewrite(row: Segment, gone: Collection[UUID], keys: Keys) -> None:
    """Without these copies; whatever does not open, or holds nothing any more, goes whole."""
    piece = search_segment.EMPTY
    with suppress(Unreadable, Malformed, NotFound):
        piece = _open(row, keys).without(gone)
    if not len(piece) or not _save(row, piece, keys):
        _drop([row.id])


def _drop(segments: Sequence[UUID | None]) -> None:
    if gone := [segment for segment in segments if segment is not None]:
        Copy.objects.filter(segment__in=gone).update(segment=None, indexed_text=False)
        Segment.objects.filter(id__in=gone).delete()
